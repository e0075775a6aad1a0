//! `cargo edge keys import`: a private key that the team has already.

use crate::keys::deployment::Deployment;
use crate::keys::key::Key;
use crate::keys::outside::Changes;
use crate::keys::rotation::{self, Position, Refusal, Step, Waits};
use crate::keys::scene::{Absent, Answer, Scene, holds};
use crate::keys::state::{Kind, Pair, Slot, Source};
use anyhow::{Result, bail, ensure};
use shell::terminal::Page;
use std::path::Path;

/// Hands the key in a PEM text to Cloudflare: as the first of its kind, or as the next in a rotation.
///
/// `tracked` is the file it came from where that is inside the repository.
///
/// # Errors
/// When the key does not fit, was used before, or there is no room for it.
pub fn run(
    scene: &mut Scene<'_>,
    pem: &str,
    fixed: bool,
    tracked: Option<&Path>,
) -> Result<Answer> {
    let key = Key::read(scene.outside, pem)?;
    let kind = key.kind;
    ensure!(
        !fixed || kind == Kind::Client,
        "--static is about the client's key, which is RSA; this one is P-256"
    );
    let mut generation = scene.remember(&key)?;
    let named = scene.deployment.named(kind)?;
    let is_first = scene.store.pair(kind).is_none();
    let there = scene.approach(if is_first {
        Absent::IsEmpty
    } else {
        Absent::IsWrong
    })?;
    let mut page = Page::default();
    let (slot, pair, outlook) = match scene.store.pair(kind).cloned() {
        None => {
            ensure!(
                !holds(&there, &scene.deployment, kind)
                    || scene.store.is_unfinished(kind, Slot::A, scene.now),
                "Cloudflare has {} key that {} does not know; an import would replace it",
                kind.with_article(),
                scene.store.name(kind)
            );
            ensure!(
                named == Slot::A,
                "{} in wrangler.toml names B, but a first key goes to A; change it to \"A\"",
                Deployment::variable(kind)
            );
            generation.active_since = Some(scene.now);
            let source = if fixed { Source::Static } else { Source::Jwks };
            let outlook = match source {
                Source::Jwks => "It is in use.".to_owned(),
                Source::Static => "It is in use. One Login has it as a fixed key, so it cannot be rotated \
                     until One Login reads the Worker's key set; `cargo edge keys to-jwks` leads there."
                    .to_owned(),
            };
            (Slot::A, Pair::first(generation, source), outlook)
        }
        Some(mut pair) => {
            ensure!(!fixed, "--static is for the first key of a client");
            let waits = Waits::of(kind, scene.deployment.longest_seal());
            let slot = pair.active.other();
            match rotation::next(&pair, named, waits, scene.now, false) {
                Ok(Step::Publish(_)) => {}
                Err(Refusal::Fixed) => bail!(
                    "One Login has a fixed key of this client (STATIC); move to a key set first:\n{}",
                    scene.line("to-jwks", "")
                ),
                _ => bail!(
                    "a rotation of the {kind} key is under way, so both slots are taken; finish it first:\n{}",
                    scene.line(&format!("rotate {kind}"), "")
                ),
            }
            scene.must_be_free(kind, slot, &there)?;
            rotation::publish(&mut pair, slot, generation);
            let outlook = match rotation::position(&pair, named, waits) {
                Position::Published(_, from) => format!(
                    "It is published beside the one in use. The next step of the rotation is safe from {}.",
                    from.seen_from(scene.now)
                ),
                _ => String::new(),
            };
            (slot, pair, outlook)
        }
    };
    let stored = pair.generations.get(&slot).cloned();
    scene.store.set(kind, pair);
    let mut changes = Changes::default();
    let name = scene.deployment.secret(kind, slot);
    changes.set(name.clone(), key.secret);
    scene.hand_over(&changes, &there)?;
    let size = stored.as_ref().map(|key| key.size()).unwrap_or_default();
    page.paragraph(&format!(
        "Cloudflare keeps the key ({size}) as {name} now. {outlook}"
    ));
    if let Some(stored) = &stored {
        scene.publish(&mut page, kind, stored)?;
    }
    scene.commit_hint(&mut page, &[scene.store.name(kind)]);
    if let Some(file) = tracked {
        page.paragraph(&format!(
            "Warning: {} is inside the repository. Delete it, or move it to where you keep secrets. If it was ever \
             committed, treat the key as leaked and rotate it with --emergency.",
            file.display()
        ));
    }
    Ok(Answer::of(page))
}
