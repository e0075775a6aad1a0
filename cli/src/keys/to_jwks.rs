//! `cargo edge keys to-jwks`: from a fixed key at One Login (STATIC) to the Worker's key set (JWKS), without an outage.
//!
//! The order is the one that One Login's documentation gives: integration before production, the key set with the fixed
//! key in it before the change, no new key before One Login has confirmed it.

use crate::keys::scene::{Answer, Scene};
use crate::keys::state::{Kind, Source};
use crate::keys::store::Store;
use anyhow::{Context, Result, bail, ensure};
use shell::terminal::{Page, headed};
use std::path::Path;

/// The environment that the change is tried in first.
const FIRST: &str = "integration";

/// Says or notes the next step.
///
/// # Errors
/// When the client has no fixed key, or the step is out of order.
pub fn run(scene: &mut Scene<'_>, root: &Path, confirmed: bool, write: bool) -> Result<Answer> {
    let name = scene.store.name(Kind::Client);
    let mut pair = scene
        .store
        .pair(Kind::Client)
        .cloned()
        .with_context(|| {
            format!("{name} has no client key; `cargo edge keys import` brings one that One Login knows already")
        })?;
    ensure!(
        pair.source == Source::Static,
        "One Login reads this client's key set already; there is nothing to move"
    );
    in_order(scene, root)?;
    let mut page = Page::default();
    let asked = match (confirmed, pair.jwks_asked_at) {
        (true, Some(_)) => {
            pair.source = Source::Jwks;
            pair.jwks_asked_at = None;
            page.paragraph("One Login has confirmed the change, so it reads the Worker's key set.");
            false
        }
        (true, None) => bail!(
            "it was never noted that One Login was asked; do that first:\n\n{}",
            scene.line("to-jwks", " --write")
        ),
        (false, Some(at)) => {
            page.paragraph(&format!(
                "One Login was asked at {at}. It goes on using the fixed key until it has changed your configuration, so \
                 nothing else may change before. Sign in once when it has, and then:"
            ));
            page.block([scene.line("to-jwks", " --confirmed --write")]);
            return Ok(Answer::of(page));
        }
        (false, None) => {
            ask(
                scene,
                &mut page,
                pair.active_key().and_then(|key| key.kid.as_deref()),
            );
            pair.jwks_asked_at = Some(scene.now);
            true
        }
    };
    if !write {
        page.paragraph(match asked {
            true => "Nothing was noted. When you have asked:",
            false => "Nothing was noted. To note it:",
        });
        let options = if asked {
            " --write"
        } else {
            " --confirmed --write"
        };
        page.block([scene.line("to-jwks", options)]);
        return Ok(Answer::of(page));
    }
    scene.store.set(Kind::Client, pair);
    scene.store.prepare()?.commit()?;
    page.paragraph("Noted.");
    scene.commit_hint(&mut page, &[name]);
    if !asked {
        page.paragraph("The client's key can be rotated now:");
        page.block([scene.line("rotate client", "")]);
    }
    Ok(Answer::of(page))
}

/// The change is made in integration first, as far as the files here can tell.
fn in_order(scene: &Scene<'_>, root: &Path) -> Result<()> {
    let deployment = &scene.deployment;
    if deployment.environment == FIRST {
        return Ok(());
    }
    let first = Store::load(root, &deployment.service, FIRST)?;
    let fixed = first
        .pair(Kind::Client)
        .is_some_and(|pair| pair.source == Source::Static);
    if fixed {
        bail!(
            "{}\n\n  cargo edge keys to-jwks --service {} --env {FIRST}",
            headed(
                "integration first",
                &format!(
                    "{} still has a fixed key. One Login asks that the change is made and tried there before {}:",
                    first.name(Kind::Client),
                    deployment.environment
                )
            ),
            deployment.service
        );
    }
    Ok(())
}

/// Tells the person what must be true first, and what to ask of One Login.
fn ask(scene: &Scene<'_>, page: &mut Page, kid: Option<&str>) {
    let deployment = &scene.deployment;
    let url = deployment.key_set();
    page.paragraph(
        "1. The Worker is deployed and publishes the fixed key. This address must answer 200 within 5 seconds, from \
         anywhere, and hold this kid:",
    );
    page.block([format!("  {url}"), format!("  {}", kid.unwrap_or_default())]);
    page.paragraph(
        "The Worker puts the kid into everything that it signs. One Login does not look at it until the change is made.",
    );
    if deployment.environment == FIRST {
        page.paragraph(
            "2. In One Login's admin tool (https://admin.sign-in.service.gov.uk), choose your service, then under Client \
             authentication change the public key: choose JWKS URL as the key source, enter the address above and \
             confirm.",
        );
    } else {
        page.paragraph(
            "2. Ask One Login through the Live Service Hub to change your production configuration, with:",
        );
        page.block([
            format!("  client ID: {}", deployment.client_id()),
            "  PublicKeySource: JWKS".to_owned(),
            format!("  JwksUrl: {url}"),
        ]);
    }
}
