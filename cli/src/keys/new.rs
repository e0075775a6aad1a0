//! `cargo edge keys new`: the first keys of a service.

use crate::keys::deployment::Deployment;
use crate::keys::key::Key;
use crate::keys::outside::Changes;
use crate::keys::scene::{Absent, Answer, Scene, holds};
use crate::keys::state::{Kind, Pair, Slot, Source};
use crate::keys::whose;
use anyhow::{Result, bail};
use shell::terminal::Page;

/// Makes the keys that are missing. A name that Cloudflare has already keeps its key: replacing a key in use would sign
/// everybody out or stop sign-in.
///
/// # Errors
/// When Cloudflare and the committed files disagree, or Cloudflare does not take the keys.
pub fn run(scene: &mut Scene<'_>, bits: u32, to_stdout: bool) -> Result<Answer> {
    let there = match to_stdout {
        true => Vec::new(),
        false => scene.approach(Absent::IsEmpty)?,
    };
    let mut missing = Vec::new();
    for kind in [Kind::Session, Kind::Client, Kind::Assertion] {
        let held = holds(&there, &scene.deployment, kind);
        match (scene.store.pair(kind), held) {
            (None, false) => missing.push(kind),
            (None, true) if scene.store.is_unfinished(kind, Slot::A, scene.now) => {
                missing.push(kind)
            }
            (Some(_), true) => {}
            (Some(_), false) if to_stdout => {}
            (Some(_), false) => bail!(
                "{} has {} key, but Cloudflare has none; if the Worker was deleted on purpose, delete the \
                 entry there and run this again",
                scene.store.name(kind),
                kind.with_article()
            ),
            (None, true) => bail!(
                "Cloudflare has {} key that {} does not know; if that file was lost, replace the key:\n\
                 {}",
                kind.with_article(),
                scene.store.name(kind),
                scene.line(&format!("rotate {kind}"), " --emergency")
            ),
        }
    }
    let Deployment {
        service,
        environment,
        ..
    } = &scene.deployment;
    let mut page = Page::default();
    if missing.is_empty() {
        page.paragraph(&format!(
            "{environment} has every key of {service} already; nothing was changed."
        ));
        return Ok(Answer::of(page));
    }
    let mut changes = Changes::default();
    for kind in &missing {
        let slot = scene.deployment.named(*kind)?;
        if slot != Slot::A {
            bail!(
                "{} in wrangler.toml names B, but a first key goes to A; change it to \"A\"",
                Deployment::variable(*kind)
            );
        }
        let key = Key::make(scene.outside, *kind, bits)?;
        let mut generation = scene.remember(&key)?;
        generation.active_since = Some(scene.now);
        scene
            .store
            .set(*kind, Pair::first(generation, Source::Jwks));
        changes.set(scene.deployment.secret(*kind, slot), key.secret);
    }
    let names: Vec<_> = changes.names().into_iter().map(str::to_owned).collect();
    let listed = names.join(", ");
    let secrets = if to_stdout {
        scene.store.prepare()?.commit()?;
        page.paragraph(&format!(
            "On standard output, and stored nowhere: {listed}."
        ));
        Some(changes)
    } else {
        scene.hand_over(&changes, &there)?;
        page.paragraph(&format!(
            "Cloudflare keeps these secrets of {} now: {listed}.",
            scene.deployment.environment
        ));
        None
    };
    publish(scene, &mut page, &missing)?;
    if !to_stdout {
        absent(scene, &mut page, &there, &names);
    }
    Ok(Answer {
        text: page.finish(),
        secrets,
    })
}

/// Names the secrets without which no deployment works. One that fails for want of a secret may leave a KV namespace
/// behind, which stops every later one.
fn absent(scene: &Scene<'_>, page: &mut Page, there: &[String], made: &[String]) {
    let names = scene.deployment.required();
    let absent: Vec<_> = names
        .filter(|name| !there.iter().chain(made).any(|have| have == name))
        .collect();
    if absent.is_empty() {
        return;
    }
    page.paragraph("A deployment is refused until Cloudflare has these secrets as well, which `required` in wrangler.toml names:");
    let environment = &scene.deployment.environment;
    page.block(
        absent
            .into_iter()
            .map(|name| match whose::service_of(name) {
                Some(id) => format!("  cargo edge keys new --service {id} --env {environment}"),
                None => format!("  npx wrangler secret put {name} --env {environment}"),
            }),
    );
}

/// Prints what One Login asks for, if it was made just now.
fn publish(scene: &Scene<'_>, page: &mut Page, made: &[Kind]) -> Result<()> {
    let client = scene.store.pair(Kind::Client).and_then(Pair::active_key);
    if let Some(key) = client.filter(|_| made.contains(&Kind::Client)) {
        page.paragraph(&format!(
            "The client's public key, {}. One Login reads it from {} once the Worker is deployed; where it wants the \
             key itself, paste the second form.",
            key.size(),
            scene.deployment.key_set()
        ));
        scene.publish(page, Kind::Client, key)?;
    }
    let mut files: Vec<_> = made.iter().map(|kind| scene.store.name(*kind)).collect();
    files.sort();
    files.dedup();
    scene.commit_hint(page, &files);
    Ok(())
}
