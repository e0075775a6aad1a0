//! The emergency: a key has leaked. The new one takes the slot that is in use, so nothing has to be deployed; every old
//! one is removed in the same request.

use super::asked::{Options, uses};
use crate::difference;
use crate::keys::key::Key;
use crate::keys::outside::Changes;
use crate::keys::rotation::{self, Position, Waits};
use crate::keys::scene::{Absent, Answer, Scene};
use crate::keys::state::{Kind, Pair, Slot, Source};
use crate::keys::when::span;
use anyhow::{Result, bail};
use one_login_edge::session::account::AWAY;
use shell::terminal::{Page, headed};

/// Says what is lost, and with `--write` replaces the key.
///
/// # Errors
/// When it cannot be told which slot the deployment uses, or Cloudflare does not take the change.
pub fn run(scene: &mut Scene<'_>, kind: Kind, options: &Options) -> Result<Answer> {
    let known = scene.store.pair(kind).cloned();
    let active = in_use(scene, kind, known.as_ref(), options)?;
    let source = known.as_ref().map(|pair| pair.source).unwrap_or_default();
    let (name, other) = (
        scene.deployment.secret(kind, active),
        scene.deployment.secret(kind, active.other()),
    );
    let mut page = Page::default();
    if !options.write {
        page.paragraph(&format!(
            "This replaces {name} with a new key and removes every old {kind} key, within about a minute and without a \
             deployment. What that means:"
        ));
        lost(scene, &mut page, kind, source);
        page.paragraph("Nothing was changed. To do it:");
        page.block([scene.line(&format!("rotate {kind}"), " --emergency --write")]);
        return Ok(Answer::of(page));
    }
    let there = scene.approach(Absent::IsWrong)?;
    let key = Key::successor(scene.outside, kind, known.as_ref())?;
    let mut generation = scene.remember(&key)?;
    let pair = match known {
        Some(mut pair) => {
            pair.active = active;
            rotation::replace(&mut pair, generation.clone(), scene.now);
            pair
        }
        None => {
            generation.active_since = Some(scene.now);
            let mut pair = Pair::first(generation.clone(), Source::Jwks);
            pair.generations = [(active, generation.clone())].into();
            pair.active = active;
            pair
        }
    };
    scene.store.set(kind, pair);
    let mut changes = Changes::default();
    changes.set(name.clone(), key.secret);
    if there.contains(&other) {
        changes.delete(other);
    }
    scene.hand_over(&changes, &there)?;
    page.paragraph(&format!(
        "Done: {name} is a new key, and every old {kind} key is removed. What that means:"
    ));
    lost(scene, &mut page, kind, source);
    if kind == Kind::Client {
        scene.publish(&mut page, kind, &generation)?;
    }
    let mut files = vec![scene.store.name(kind)];
    let text = scene.deployment.naming(kind, active)?;
    if text != scene.deployment.text() {
        scene.deployment.write(&text)?;
        page.paragraph(
            "wrangler.toml names the new key's slot; do not deploy what it said before:",
        );
        page.block(difference::show(scene.deployment.text(), &text).lines());
        files.push("wrangler.toml".to_owned());
    }
    scene.commit_hint(&mut page, &files);
    Ok(Answer::of(page))
}

/// The slot that the deployment uses. It is in doubt only while a deployment is waited for.
fn in_use(scene: &Scene<'_>, kind: Kind, known: Option<&Pair>, options: &Options) -> Result<Slot> {
    let named = scene.deployment.named(kind)?;
    let Some(pair) = known else {
        return Ok(named);
    };
    let waits = Waits::of(kind, scene.deployment.longest_seal());
    Ok(match rotation::position(pair, named, waits) {
        Position::Chosen(slot, _) | Position::Returning(slot) => {
            if options.deployed || uses(scene, kind, pair, slot)? {
                slot
            } else {
                pair.active
            }
        }
        _ => {
            stale(scene, kind, pair.active)?;
            pair.active
        }
    })
}

/// Refuses when the deployment can be seen to use another slot than the files say. A page that does not answer stops
/// nothing here.
fn stale(scene: &Scene<'_>, kind: Kind, active: Slot) -> Result<()> {
    let health = scene.outside.health(&scene.deployment.page("health"));
    let used = health.map(|health| health["keys"][kind.to_string()]["generation"].clone());
    if used.is_ok_and(|slot| slot == active.other().to_string()) {
        bail!(
            "{}",
            headed(
                "the files here are older than the deployment",
                &format!(
                    "The deployment uses the {kind} key {}, and {} says {active}. Fetch the newest commit and try again.",
                    active.other(),
                    scene.store.name(kind)
                )
            )
        );
    }
    Ok(())
}

/// Tells the person what the emergency costs, and what else to do.
fn lost(scene: &Scene<'_>, page: &mut Page, kind: Kind, source: Source) {
    match (kind, source) {
        (Kind::Client, Source::Jwks) => {
            page.paragraph(
                "- One Login keeps a key for up to 24 hours. Until then, whoever has the old one can speak to One Login \
                 as your service, although it is removed here. Tell One Login at once, through the Live Service Hub, \
                 to stop trusting it.",
            );
            page.paragraph(
                "- Sign-ins that are under way may fail once; people can start again. For about a minute, while the \
                 change spreads, new ones may fail as well. Nobody is signed out.",
            );
        }
        (Kind::Client, Source::Static) => page.paragraph(
            "- One Login has the old key as a fixed key. It trusts whoever has it, and nobody can sign in with yours, \
             until it has the new one: in integration change it in the admin tool at once; for production ask through \
             the Live Service Hub. Nobody is signed out.",
        ),
        (Kind::Session, _) => {
            page.paragraph(&format!(
                "- Everybody is signed out of every service of {}, and sign-ins that are under way must be started again. \
                 Whoever has the old key can make no session any more, and no cookie that was sealed with it opens.",
                scene.deployment.environment
            ));
            if scene.deployment.proves_identities() {
                page.paragraph(&format!(
                    "- People who left within the last {} to prove their identity, as at a Post Office, can still prove it. \
                     A page tells them that they do not get back to where they were.",
                    span(AWAY)
                ));
            }
            if scene.deployment.invites() {
                page.paragraph(
                    "- Every invitation that no person has used is lost, because only the old key opened the list's own. \
                     People who came in stay in. Afterwards run `invite remove --all` for each service with admission, \
                     and invite the others again.",
                );
            }
        }
        (Kind::Assertion, _) => {
            page.paragraph(
                "- A service that keeps the old key trusts what it signed, whoever signed it, until it reads the key set \
                 again: five minutes if it follows our advice. Restart it, or clear what it keeps.",
            );
            page.paragraph(
                "- A service that does not read the key set when a key is new to it refuses people who are signed in, \
                 until it does. Nobody is signed out.",
            );
        }
    }
}
