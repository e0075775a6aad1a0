//! The client's public key: whether it can be used, and whether the Worker signs with it.

use super::advice::Sent;
use super::context::{Context, File, Findings};
use crate::public_key::{MIN_BITS, PublicKey};
use crate::registration::fields::Generation;
use crate::registration::json::Kind;
use crate::registration::rules::{
    JWKS_ADVISED, KEY_DIFFERS, KEY_HEADER, KEY_MISSING, KEY_NO_PLACE, KEY_NOT_COMPARED, KEY_SIZE,
    KEY_SOURCE, KEY_TWICE, KEY_VALID,
};

const FIELD: &str = "PublicKey";
const KEYS: &str = "StaticKeys";

pub(super) fn check(file: &File, context: &Context<'_>, findings: &mut Findings) {
    let late = file.registration.generation != Generation::Early2025;
    let source = file.text("PublicKeySource");
    if let Some(source) = source.filter(|source| !["STATIC", "JWKS"].contains(source)) {
        let fix = "Write JWKS, or STATIC for a fixed key.";
        findings.add(
            &KEY_SOURCE,
            &file.name("PublicKeySource"),
            Some(source),
            fix,
        );
    }
    let is_static = match source {
        Some("JWKS") => false,
        Some(_) => true,
        None => !late || !file.is_given("JwksUrl"),
    };
    let given = |id: &str| file.is_given(id);
    if given("JwksUrl") && (given(FIELD) || given(KEYS)) {
        let fix =
            "Leave PublicKey empty, or take it out: the Worker publishes its keys at JwksUrl.";
        let other = if given(FIELD) { FIELD } else { KEYS };
        findings.add(&KEY_TWICE, &file.name(other), None, fix);
    }
    if is_static && !given(FIELD) && !given(KEYS) {
        missing(file, context, findings);
    }
    if !is_static && !given("JwksUrl") {
        let fix = context.add("JwksUrl", &format!("Add {}", context.expected.jwks[0]));
        findings.add(&KEY_MISSING, &file.name("JwksUrl"), None, fix);
    }
    if late && is_static && (given(FIELD) || given(KEYS)) {
        let fix = format!("Ask for JWKS with {}", context.expected.jwks[0]);
        findings.add(&JWKS_ADVISED, &file.name("PublicKeySource"), source, fix);
    }
    // A key that the provider will not look at is judged all the same: it may be used later.
    if let Some(text) = file.text(FIELD) {
        static_key(text, context, findings);
    }
    if let Some(Kind::List(keys)) = file.registration.get(KEYS).map(|node| &node.kind) {
        for key in keys {
            let raw = file.registration.document.raw(key);
            let jwk = serde_json::from_str(raw).unwrap_or_default();
            registered(
                PublicKey::from_jwk(&jwk),
                (&file.name(KEYS), raw),
                context,
                findings,
            );
        }
    }
}

/// Without a key the provider verifies no request of the Worker's, whichever way the client proves itself afterwards.
fn missing(file: &File, context: &Context<'_>, findings: &mut Findings) {
    let with_secret = file.text("TokenAuthMethod") == Some("client_secret_post");
    if with_secret && context.sent(FIELD) == Sent::Absent && context.sent("JwksUrl") == Sent::Absent
    {
        let fix = format!(
            "Write in the e-mail with the file that this client signs its requests, and ask for PublicKeySource JWKS \
             with JwksUrl {}. Try one sign-in before you go live.",
            context.expected.jwks[0]
        );
        findings.add(&KEY_NO_PLACE, FIELD, None, fix);
        return;
    }
    let fix = context.add(
        FIELD,
        "Paste the public key that `cargo edge keys show` prints.",
    );
    findings.add(&KEY_MISSING, FIELD, None, fix);
}

fn static_key(text: &str, context: &Context<'_>, findings: &mut Findings) {
    if text.contains("-----") {
        let fix = "Leave the lines with BEGIN and END out.";
        findings.add(&KEY_HEADER, FIELD, Some(text), fix);
    }
    let lines = text.lines().filter(|line| !line.starts_with("-----"));
    let key = PublicKey::from_pem_body(&lines.collect::<String>());
    registered(key, (FIELD, text), context, findings);
}

/// Whether a registered key can be used, and is the Worker's.
fn registered(
    key: anyhow::Result<PublicKey>,
    (field, text): (&str, &str),
    context: &Context<'_>,
    findings: &mut Findings,
) {
    let key = match key {
        Ok(key) => key,
        Err(error) => {
            let fix = format!("Paste the key that `cargo edge keys show` prints: {error}.");
            findings.add(&KEY_VALID, field, Some(text), fix);
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
        findings.add(&KEY_SIZE, field, Some(&about), fix);
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
            findings.add(&KEY_DIFFERS, field, Some(&about), fix);
        }
        None => {
            let fix = "Give the Worker's public key or key set with --public-key FILE.";
            findings.add(&KEY_NOT_COMPARED, field, Some(&about), fix);
        }
    }
}
