//! The client's public key: whether it can be used, and whether the Worker signs with it.

use super::{Context, File, Findings};
use crate::registration::fields::Generation;
use crate::registration::key::{MIN_BITS, PublicKey};
use crate::registration::rules::{
    JWKS_ADVISED, KEY_DIFFERS, KEY_HEADER, KEY_MISSING, KEY_NOT_COMPARED, KEY_SIZE, KEY_SOURCE,
    KEY_VALID,
};

const FIELD: &str = "PublicKey";

pub(super) fn check(file: &File, context: &Context<'_>, findings: &mut Findings) {
    let late = file.registration.generation == Generation::August2026;
    let source = file.text("PublicKeySource");
    if let Some(source) = source.filter(|source| !["STATIC", "JWKS"].contains(source)) {
        let fix = "Write JWKS, or STATIC for a fixed key.";
        findings.add(&KEY_SOURCE, "PublicKeySource", Some(source), fix);
    }
    let with_secret = file.text("TokenAuthMethod") == Some("client_secret_post");
    let is_static = match source {
        Some("JWKS") => false,
        Some(_) => true,
        None => !late || !file.is_given("JwksUrl"),
    };
    if is_static && !with_secret && !file.is_given(FIELD) {
        let fix = "Paste the public key that `cargo edge keys` prints.";
        findings.add(&KEY_MISSING, FIELD, None, fix);
    }
    if !is_static && !with_secret && !file.is_given("JwksUrl") {
        let fix = format!("Add {}", context.expected.jwks[0]);
        findings.add(&KEY_MISSING, "JwksUrl", None, fix);
    }
    if late && is_static && !with_secret && file.is_given(FIELD) {
        let fix = format!("Ask for JWKS with {}", context.expected.jwks[0]);
        findings.add(&JWKS_ADVISED, "PublicKeySource", source, fix);
    }
    // A key that the provider will not look at is judged all the same: it may be used later.
    if let Some(text) = file.text(FIELD) {
        static_key(text, context, findings);
    }
}

fn static_key(text: &str, context: &Context<'_>, findings: &mut Findings) {
    if text.contains("-----") {
        let fix = "Leave the lines with BEGIN and END out.";
        findings.add(&KEY_HEADER, FIELD, Some(text), fix);
    }
    let lines = text.lines().filter(|line| !line.starts_with("-----"));
    let key = match PublicKey::from_pem_body(&lines.collect::<String>()) {
        Ok(key) => key,
        Err(error) => {
            let fix = format!("Paste the key that `cargo edge keys` prints: {error}.");
            findings.add(&KEY_VALID, FIELD, Some(text), fix);
            return;
        }
    };
    let about = format!(
        "RSA of {} bits, thumbprint {}",
        key.bits(),
        key.thumbprint()
    );
    if key.bits() < MIN_BITS {
        let fix = "Make a new key with `cargo edge keys new` and register that.";
        findings.add(&KEY_SIZE, FIELD, Some(&about), fix);
    }
    match context.key {
        Some(known) if known.keys.contains(&key) => {}
        Some(known) => {
            let prints: Vec<_> = known.keys.iter().map(PublicKey::thumbprint).collect();
            let fix = format!(
                "Paste the key of thumbprint {}, from {}.",
                prints.join(" or "),
                known.source.display()
            );
            findings.add(&KEY_DIFFERS, FIELD, Some(&about), fix);
        }
        None => {
            let fix = "Give the Worker's public key or key set with --public-key FILE.";
            findings.add(&KEY_NOT_COMPARED, FIELD, Some(&about), fix);
        }
    }
}
