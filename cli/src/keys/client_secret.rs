//! `cargo edge keys secret`: the secret of a `client_secret_post` client, and the hash of it that One Login keeps.
//!
//! The service makes the secret; One Login never sees it. Source: GOV.UK One Login's documentation "Integrating
//! third-party platforms", reviewed on 23 April 2026 (`docs/provider.md` 8b.6): sizes, Argon2id's parameters, the e-mail.

use crate::keys::outside::{Changes, Secret};
use crate::keys::scene::{Absent, Answer, Scene};
use anyhow::{Context, Result, anyhow, bail};
use argon2::{Algorithm, Argon2, Params, Version};
use base64ct::{Base64, Base64Unpadded, Encoding};
use serde_json::json;
use shell::terminal::Page;

/// Argon2id as One Login asks for it: memory in KiB, iterations, parallelism, length of the hash in bytes.
const MEMORY: u32 = 15_360;
const ITERATIONS: u32 = 2;
const PARALLELISM: u32 = 1;
const LENGTH: usize = 16;

/// Makes a secret, hands it to Cloudflare and prints its hash.
///
/// # Errors
/// When Cloudflare has one already and it is not to be replaced, or does not take the new one.
pub fn run(scene: &Scene<'_>, is_used: bool, replace: bool, to_stdout: bool) -> Result<Answer> {
    let service = &scene.deployment.service;
    let environment = &scene.deployment.environment;
    let name = format!("CLIENT_SECRET_{service}");
    let there = match to_stdout {
        true => Vec::new(),
        false => scene.approach(Absent::IsEmpty)?,
    };
    if !replace && there.contains(&name) {
        bail!(
            "Cloudflare has {name} already, and One Login knows one secret at a time: between two, every sign-in fails; agree \
             the moment with One Login, then\n{}",
            scene.line("secret", " --replace")
        );
    }
    let made = scene.outside.key_job(&json!({ "do": "client_secret" }))?;
    let text = |name: &str| made[name].as_str().context("Node's answer cannot be read");
    let (secret, salt) = (text("secret")?, text("salt")?);
    let salt = Base64::decode_vec(salt).map_err(|_| anyhow!("Node's answer cannot be read"))?;
    let hash = hash(secret, &salt)?;
    let mut changes = Changes::default();
    changes.set(name.clone(), Secret::new(secret.to_owned()));
    let mut page = Page::default();
    let secrets = if to_stdout {
        page.paragraph(&format!("On standard output, and stored nowhere: {name}."));
        Some(changes)
    } else {
        scene.hand_over(&changes, &there)?;
        page.paragraph(&format!(
            "Cloudflare keeps {name} of {environment} now. You need no copy."
        ));
        None
    };
    page.paragraph("Send One Login this hash, in the body of an e-mail to govuk-one-login@digital.cabinet-office.gov.uk:");
    page.block([hash]);
    page.paragraph(
        "The e-mail has no subject, no attachment, no client id, no signature and not another word. With anything more One \
         Login does not use the hash, and you make a new secret. In integration the admin tool takes it as Client Secret \
         Hash.",
    );
    if !is_used {
        page.paragraph(&format!(
            "{service} proves itself with its key until token_auth_method = \"client_secret_post\" is in wrangler.toml. It \
             still signs every request with that key, so One Login needs both."
        ));
    }
    Ok(Answer {
        text: page.finish(),
        secrets,
    })
}

/// The encoded hash, in the form that every Argon2 library reads.
fn hash(secret: &str, salt: &[u8]) -> Result<String> {
    let broken = |error: argon2::Error| anyhow!("the secret cannot be hashed: {error}");
    let params = Params::new(MEMORY, ITERATIONS, PARALLELISM, Some(LENGTH)).map_err(broken)?;
    let mut hash = [0; LENGTH];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(secret.as_bytes(), salt, &mut hash)
        .map_err(broken)?;
    Ok(format!(
        "$argon2id$v=19$m={MEMORY},t={ITERATIONS},p={PARALLELISM}${}${}",
        Base64Unpadded::encode_string(salt),
        Base64Unpadded::encode_string(&hash)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::world_tests::World;

    /// Made by argon2-cffi 25.1.0, which wraps the reference implementation in C.
    #[test]
    fn when_a_client_secret_is_hashed_then_another_library_gives_the_same_hash() {
        let expected = "$argon2id$v=19$m=15360,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBw$pCZdVRvJVr5EEB3HDmt4Yw";
        assert_eq!(
            hash("correct horse battery staple", &[7; 64]).unwrap(),
            expected
        );
    }

    #[test]
    fn when_a_client_secret_is_made_then_cloudflare_gets_it_and_the_terminal_its_hash() {
        let world = World::new();
        let said = world.say("secret");
        assert_eq!(world.outside.names("integration"), ["CLIENT_SECRET_DEMO"]);
        assert!(said.contains("\n$argon2id$v=19$m=15360,t=2,p=1$"), "{said}");
        assert!(said.contains("no subject"), "{said}");
        assert!(said.contains("until token_auth_method"), "{said}");
    }

    #[test]
    fn when_there_is_a_secret_then_it_is_replaced_only_if_that_is_said() {
        let world = World::new();
        world.say("secret");
        let before = world.outside.secrets.borrow().clone();
        assert!(world.refusal("secret").contains("every sign-in fails"));
        assert_eq!(*world.outside.secrets.borrow(), before);
        world.say("secret --replace");
        assert_ne!(*world.outside.secrets.borrow(), before);
    }

    #[test]
    fn when_stdout_is_asked_for_then_the_secret_goes_there_and_not_to_cloudflare() {
        let world = World::new();
        let answer = world.run("secret --stdout").unwrap();
        let secrets = answer.secrets.unwrap();
        assert_eq!(secrets.names(), ["CLIENT_SECRET_DEMO"]);
        assert!(world.outside.secrets.borrow().is_empty());
    }
}
