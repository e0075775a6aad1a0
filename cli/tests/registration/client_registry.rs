//! The client registry's own form of June 2026: camelCase, with the key and the token method as objects inside.

use crate::room::{Base, Room, fixtures, rules};

const REGISTRY: Base = Base {
    file: "registry-2026.json",
    service: "demo",
};

fn room() -> Room {
    let room = Room::furnished();
    room.copy(
        &fixtures().join("drafts").join(REGISTRY.file),
        REGISTRY.file,
    );
    room
}

fn found(from: &str, to: &str) -> Vec<(String, String)> {
    let room = room();
    room.edit(REGISTRY.file, from, to);
    let findings = room.findings(REGISTRY, "");
    let text = |finding: &serde_json::Value, name: &str| finding[name].as_str().unwrap().to_owned();
    findings
        .iter()
        .map(|finding| (text(finding, "rule"), text(finding, "field")))
        .collect()
}

#[test]
fn when_a_file_has_the_client_registrys_form_then_all_of_it_is_read() {
    let room = room();
    assert_eq!(rules(&room.findings(REGISTRY, "")), [""; 0]);
    let line = "registration check registry-2026.json --service demo --env production";
    let out = room.edge(line).out.replace("\n  ", " ");
    assert!(
        out.contains("read as the client registry's form of June 2026"),
        "{out}"
    );
}

#[test]
fn when_a_field_of_the_registrys_form_is_wrong_then_its_finding_has_the_fields_name() {
    let right = "https://demo.example.gov.uk/auth/callback";
    for (from, to, rule, field) in [
        (
            right,
            "https://demo.example.gov.uk/callback",
            "url-not-served",
            "redirectUrls",
        ),
        (
            "\"isDeprecated\": false",
            "\"isDeprecated\": true",
            "not-live",
            "isDeprecated",
        ),
        (
            "\"rateLimit\": 400",
            "\"rateLimit\": 0",
            "rate-limit",
            "rateLimit",
        ),
        (
            "\"channel\": \"web\"",
            "\"channel\": \"strategic_app\"",
            "fixed-value",
            "channel",
        ),
        (
            "\"channel\": \"web\"",
            "\"channel\": \"desktop\"",
            "channel-known",
            "channel",
        ),
        (
            "\"organisationId\"",
            "\"organizationId\"",
            "field-name",
            "organizationId",
        ),
        (
            "[\"openid\", \"email\"]",
            "[\"openid\", \"email\", \"wallet_subject_id\"]",
            "scopes-differ",
            "scopes",
        ),
        (
            "\"private_key_jwt\"",
            "\"client_secret_post\", \"clientSecret\": \"$argon2id$\"",
            "secret-in-file",
            "clientTokenAuthMethod.clientSecret",
        ),
        (
            "/.well-known/jwks.json",
            "/jwks.json",
            "url-not-served",
            "clientJwtPublicKeySource.jwksUrl",
        ),
        (
            "\"JWKS\", \"jwksUrl\"",
            "\"STATIC\", \"x\"",
            "field-name",
            "clientJwtPublicKeySource.x",
        ),
        (
            "Apply for a demo licence",
            &"a".repeat(255),
            "client-name-length",
            "clientName",
        ),
    ] {
        let found = found(from, to);
        assert!(
            found.contains(&(rule.to_owned(), field.to_owned())),
            "{to}: {found:?}"
        );
    }
}

#[test]
fn when_the_registrys_form_holds_fixed_keys_then_they_are_compared_as_json_web_keys() {
    let jwks =
        "\"type\": \"JWKS\", \"jwksUrl\": \"https://demo.example.gov.uk/.well-known/jwks.json\"";
    let record = std::fs::read_to_string(fixtures().join("keys/DEMO-production.json")).unwrap();
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    let key = record.pointer("/client/generations/A/public_jwk").unwrap();
    let fixed = |key: &str| format!("\"type\": \"STATIC\", \"jwks\": [{key}]");
    let field = "clientJwtPublicKeySource";
    let own = found(jwks, &fixed(&key.to_string()));
    assert_eq!(own, [("jwks-advised".to_owned(), format!("{field}.type"))]);
    let other = std::fs::read_to_string(fixtures().join("client-b.jwks.json")).unwrap();
    let other: serde_json::Value = serde_json::from_str(&other).unwrap();
    let theirs = found(jwks, &fixed(&other["keys"][0].to_string()));
    assert!(
        theirs.contains(&("key-differs".to_owned(), format!("{field}.jwks"))),
        "{theirs:?}"
    );
    let none = found(jwks, "\"type\": \"STATIC\", \"jwks\": []");
    assert!(
        none.iter().any(|(rule, _)| rule == "key-missing"),
        "{none:?}"
    );
}

/// The wallet's scope is the same one in either spelling.
#[test]
fn when_the_wallets_scope_has_either_spelling_then_it_is_known() {
    for scope in ["wallet_subject_id", "wallet-subject-id"] {
        let room = room();
        room.edit(
            "wrangler.toml",
            "scopes = [\"openid\", \"email\"]",
            "scopes = [\"openid\", \"email\", \"wallet-subject-id\"]",
        );
        room.edit(
            REGISTRY.file,
            "[\"openid\", \"email\"]",
            &format!("[\"openid\", \"email\", \"{scope}\"]"),
        );
        assert_eq!(rules(&room.findings(REGISTRY, "")), [""; 0], "{scope}");
    }
}
