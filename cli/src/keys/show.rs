//! `cargo edge keys show`: the public keys, read only from the committed files.

use crate::keys::rotation::Waits;
use crate::keys::scene::{Answer, Scene, standing};
use crate::keys::state::Kind;
use anyhow::{Result, bail};
use shell::terminal::Page;

/// Prints each key: its slot, size, id, standing, and the client's and assertion's public halves in both forms.
///
/// # Errors
/// When there are no files.
pub fn run(scene: &Scene<'_>) -> Result<Answer> {
    let mut page = Page::default();
    for kind in [Kind::Client, Kind::Assertion, Kind::Session] {
        let Some(pair) = scene.store.pair(kind) else {
            continue;
        };
        let waits = Waits::of(kind, scene.deployment.longest_seal());
        for (slot, key) in &pair.generations {
            let mut about = vec![
                format!("{} ({})", scene.deployment.secret(kind, *slot), key.size()),
                format!("  {}", standing(pair, *slot, waits)),
            ];
            about.extend(key.kid.iter().map(|kid| format!("  kid {kid}")));
            page.block(about);
            scene.publish(&mut page, kind, key)?;
        }
    }
    let text = page.finish();
    if text.is_empty() {
        bail!(
            "there is no {}; `cargo edge keys new` makes the first keys",
            scene.store.name(Kind::Client)
        );
    }
    Ok(Answer {
        text,
        secrets: None,
    })
}
