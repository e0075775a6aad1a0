//! Every rule is broken once, in a file that was sound, and is then found at its field.

use crate::room::{BASES, Base, EARLY, FORM, LATE, PROOF, Room, fixtures, rules};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

/// A rule, the field at which it is found, the sound file, and what is done to it: a file (none for the base itself),
/// a text in it, and what takes its place. `@KEY` is the key in the file, `@SMALL` one of 1,024 bits, `@MANY` 256 letters.
type Row = (&'static str, &'static str, Base, &'static [Edit]);
type Edit = (&'static str, &'static str, &'static str);

const WORKER: &str = "wrangler.toml";
const PEOPLE: &str = "registration.toml";
/// More options for the command.
const OPTIONS: &str = "(options)";

const CALLBACK: &str = "https://demo.example.gov.uk/auth/callback";
const SECTOR: &str = "\"https://demo.example.gov.uk\"";
const LOCS: &str = "[ \"P0\" ]";

const ROWS: &[Row] = &[
    (
        "not-json",
        "",
        LATE,
        &[("", "\"private_key_jwt\"\n}", "\"private_key_jwt\"\n")],
    ),
    (
        "field-twice",
        "SmokeTest",
        LATE,
        &[(
            "",
            "\"SmokeTest\" :",
            "\"SmokeTest\" : true, \"SmokeTest\" :",
        )],
    ),
    (
        "field-name",
        "PkceEnforced",
        LATE,
        &[("", "PKCEEnforced", "PkceEnforced")],
    ),
    (
        "field-missing",
        "SectorIdentifierUri",
        LATE,
        &[("", SECTOR, "null")],
    ),
    (
        "field-type",
        "Scopes",
        EARLY,
        &[("", "[\"openid\", \"email\"]", "\"openid email\"")],
    ),
    (
        "placeholder-left",
        "ClientName",
        LATE,
        &[("", "Apply for a demo licence", "{SERVICE}")],
    ),
    (
        "fixed-value",
        "ServiceType",
        LATE,
        &[("", "MANDATORY", "OPTIONAL")],
    ),
    (
        "draft-changed",
        "SmokeTest",
        LATE,
        &[
            ("", "\"SmokeTest\" : false", "\"SmokeTest\" : true"),
            (OPTIONS, "", "--draft sent-sign-in-jwks.json"),
        ],
    ),
    (
        "secret-in-file",
        "ClientSecret",
        FORM,
        &[("", "{PROVIDED SEPARATELY}", "open sesame")],
    ),
    (
        "secret-missing",
        "ClientSecret",
        FORM,
        &[("", "\"{PROVIDED SEPARATELY}\"", "\"\"")],
    ),
    (
        "client-name-length",
        "ClientName",
        LATE,
        &[("", "Apply for a demo licence", "@MANY")],
    ),
    (
        "client-name-ascii",
        "ClientName",
        LATE,
        &[("", "Apply for a demo licence", "Trwydded bysgôta")],
    ),
    (
        "client-name-colon",
        "ClientName",
        LATE,
        &[("", "Apply for", ":Apply for")],
    ),
    (
        "redirect-missing",
        "RedirectUrls",
        EARLY,
        &[("", "[\"https://demo.example.gov.uk/auth/callback\"]", "[]")],
    ),
    (
        "url-legal",
        "RedirectUrls",
        LATE,
        &[("", CALLBACK, "demo.example.gov.uk/auth/callback")],
    ),
    (
        "url-http",
        "RedirectUrls",
        LATE,
        &[("", CALLBACK, "http://demo.example.gov.uk/auth/callback")],
    ),
    (
        "url-localhost",
        "RedirectUrls",
        LATE,
        &[("", CALLBACK, "https://localhost:3000/auth/callback")],
    ),
    (
        "redirect-parameter",
        "RedirectUrls",
        LATE,
        &[("", "/auth/callback", "/auth/callback?state=1")],
    ),
    (
        "redirect-scheme",
        "RedirectUrls",
        LATE,
        &[("", CALLBACK, "javascript:alert(1)")],
    ),
    (
        "sector-form",
        "SectorIdentifierUri",
        LATE,
        &[("", SECTOR, "\"https://demo.example.gov.uk/sector\"")],
    ),
    (
        "sector-needed",
        "SectorIdentifierUri",
        EARLY,
        &[
            (
                "",
                "[\"https://demo.example.gov.uk/auth/callback\"]",
                "[\"https://a.example.gov.uk/\", \"https://b.example.gov.uk/\"]",
            ),
            ("", SECTOR, "\"\""),
        ],
    ),
    ("scope-openid", "Scopes", EARLY, &[("", "\"openid\", ", "")]),
    (
        "scope-known",
        "Scopes",
        EARLY,
        &[("", "\"email\"", "\"wallet_subject_id\"")],
    ),
    (
        "claim-known",
        "Claims",
        PROOF,
        &[("", "coreIdentityJWT", "coreIdentity")],
    ),
    (
        "level-known",
        "ClientLoCs",
        LATE,
        &[("", LOCS, "[ \"P0\", \"Cl.Cm\" ]")],
    ),
    (
        "level-identity",
        "ClientLoCs",
        LATE,
        &[("", LOCS, "[ \"P0\", \"P2\" ]")],
    ),
    ("channel-known", "Channel", LATE, &[("", "WEB", "desktop")]),
    (
        "alg-known",
        "IdTokenSigningAlgorithm",
        LATE,
        &[("", "ES256", "PS256")],
    ),
    (
        "method-known",
        "TokenAuthMethod",
        LATE,
        &[("", "private_key_jwt", "none")],
    ),
    (
        "method-identity",
        "TokenAuthMethod",
        PROOF,
        &[("", "private_key_jwt", "client_secret_post")],
    ),
    (
        "nonce-identity",
        "PermitMissingNonce",
        PROOF,
        &[(
            "",
            "\"PermitMissingNonce\": false",
            "\"PermitMissingNonce\": true",
        )],
    ),
    (
        "rate-limit",
        "RateLimit",
        LATE,
        &[("", "\"Channel\"", "\"RateLimit\" : 0.5, \"Channel\"")],
    ),
    (
        "key-source",
        "PublicKeySource",
        LATE,
        &[("", "\"JWKS\"", "\"FILE\"")],
    ),
    ("key-missing", "PublicKey", EARLY, &[("", "@KEY", "")]),
    (
        "key-header",
        "PublicKey",
        EARLY,
        &[(
            "",
            "@KEY",
            "-----BEGIN PUBLIC KEY-----\\n@KEY\\n-----END PUBLIC KEY-----",
        )],
    ),
    (
        "key-valid",
        "PublicKey",
        EARLY,
        &[("", "@KEY", "MIIBIjANBgkq")],
    ),
    ("key-size", "PublicKey", EARLY, &[("", "@KEY", "@SMALL")]),
    (
        "landing-unused",
        "LandingPageUrl",
        EARLY,
        &[(
            "",
            "\"LandingPageUrl\": \"\"",
            "\"LandingPageUrl\": \"https://demo.example.gov.uk/auth/return\"",
        )],
    ),
    (
        "contact-form",
        "Contacts",
        LATE,
        &[("", "demo-team@example.gov.uk", "the demo team")],
    ),
    (
        "url-not-served",
        "RedirectUrls",
        LATE,
        &[("", "/auth/callback", "/callback")],
    ),
    (
        "url-needed",
        "BackChannelLogoutUri",
        LATE,
        &[(
            "",
            "https://demo.example.gov.uk/auth/backchannel-logout",
            "",
        )],
    ),
    (
        "scopes-differ",
        "Scopes",
        EARLY,
        &[(
            "",
            "\"openid\", \"email\"",
            "\"openid\", \"phone\", \"email\"",
        )],
    ),
    (
        "claims-differ",
        "Claims",
        PROOF,
        &[("", "v1/address", "v1/passport")],
    ),
    (
        "levels-differ",
        "ClientLoCs",
        LATE,
        &[("", LOCS, "[ \"P1\" ]")],
    ),
    (
        "levels-unused",
        "ClientLoCs",
        LATE,
        &[("", LOCS, "[ \"P0\", \"P1\" ]")],
    ),
    (
        "identity-differs",
        "IdentityVerificationSupported",
        LATE,
        &[(
            "",
            "\"IdentityVerificationSupported\" : false",
            "\"IdentityVerificationSupported\" : true",
        )],
    ),
    (
        "method-differs",
        "TokenAuthMethod",
        EARLY,
        &[("", "private_key_jwt", "client_secret_post")],
    ),
    (
        "alg-differs",
        "IdTokenSigningAlgorithm",
        LATE,
        &[("", "ES256", "RS256")],
    ),
    ("alg-advised", "IdTokenSigningAlgorithm", FORM, &[]),
    ("jwks-advised", "PublicKeySource", PROOF, &[]),
    (
        "key-differs",
        "PublicKey",
        EARLY,
        &[(OPTIONS, "", "--public-key client-b.jwks.json")],
    ),
    (
        "key-not-compared",
        "PublicKey",
        EARLY,
        &[("keys/DEMO-production.json", "\"client\"", "\"assertion\"")],
    ),
    (
        "key-shared",
        "PublicKey",
        LATE,
        &[(OPTIONS, "", "--public-key client-b.jwks.json")],
    ),
    (
        "client-id-differs",
        "ClientID",
        LATE,
        &[("", "demo-production-client", "another-client")],
    ),
    (
        "client-id-unset",
        "ClientID",
        LATE,
        &[(
            WORKER,
            "demo-production-client",
            "replace-with-the-client-id",
        )],
    ),
    (
        "client-id-shared",
        "ClientID",
        LATE,
        &[(WORKER, "demo-integration-client", "demo-production-client")],
    ),
    (
        "issuer-differs",
        "",
        LATE,
        &[
            (
                WORKER,
                "DEPLOYMENT = \"production\"",
                "DEPLOYMENT = \"integration\"",
            ),
            (
                WORKER,
                "environment = \"production\"",
                "environment = \"integration\"",
            ),
        ],
    ),
    (
        "sector-changed",
        "SectorIdentifierUri",
        LATE,
        &[("", SECTOR, "\"https://example.gov.uk\"")],
    ),
    (
        "sector-not-recorded",
        "SectorIdentifierUri",
        LATE,
        &[(
            PEOPLE,
            "sector_identifier = \"https://demo.example.gov.uk\"",
            "",
        )],
    ),
    (
        "users-shared",
        "SectorIdentifierUri",
        LATE,
        &[(
            PEOPLE,
            "https://form.example.gov.uk",
            "https://demo.example.gov.uk",
        )],
    ),
    (
        "users-apart",
        "SectorIdentifierUri",
        LATE,
        &[(
            PEOPLE,
            "[production.DEMO]",
            "[production.DEMO]\nshares_users_with = [\"FORM\"]",
        )],
    ),
    (
        "jar-off",
        "JarValidationRequired",
        LATE,
        &[(
            "",
            "\"JarValidationRequired\" : true",
            "\"JarValidationRequired\" : false",
        )],
    ),
    (
        "pkce-off",
        "PKCEEnforced",
        LATE,
        &[("", "\"PKCEEnforced\" : true", "\"PKCEEnforced\" : false")],
    ),
];

/// The body of a PEM file in the fixtures.
fn body(name: &str) -> String {
    let text = fs::read_to_string(fixtures().join(name)).unwrap();
    text.lines().filter(|line| !line.contains("---")).collect()
}

fn broken(row: &Row) -> Vec<Value> {
    let (_, _, base, edits) = row;
    let room = Room::furnished();
    let mut options = String::new();
    let real = |text: &str| {
        text.replace("@KEY", &body("client-a.pem"))
            .replace("@SMALL", &body("small.pem"))
            .replace("@MANY", &"a".repeat(256))
    };
    for (file, from, to) in *edits {
        match *file {
            OPTIONS => options.push_str(to),
            "" => room.edit(base.file, &real(from), &real(to)),
            file => room.edit(file, from, to),
        }
    }
    room.findings(*base, &options)
}

#[test]
fn every_rule_is_broken_and_found() {
    for row in ROWS {
        let (rule, field, base, _) = row;
        let findings = broken(row);
        let found = findings
            .iter()
            .find(|finding| finding["rule"] == *rule && finding["field"] == *field);
        let Some(found) = found else {
            panic!("{rule} at {field} in {}: {findings:#?}", base.file);
        };
        for part in ["severity", "source", "text", "consequence", "fix"] {
            assert!(!found[part].as_str().unwrap().is_empty(), "{rule}: {part}");
        }
    }
}

#[test]
fn no_rule_is_without_its_row_and_no_row_without_its_rule() {
    let room = Room::furnished();
    let listed: Value =
        serde_json::from_str(&room.edge("registration rules --format json").out).unwrap();
    let listed = listed.as_array().unwrap();
    let known: BTreeSet<_> = listed
        .iter()
        .map(|rule| rule["rule"].as_str().unwrap())
        .collect();
    let tested: BTreeSet<_> = ROWS.iter().map(|(rule, ..)| *rule).collect();
    assert_eq!(known, tested);
    assert_eq!((listed.len(), ROWS.len()), (known.len(), tested.len()));
}

#[test]
fn what_is_sound_has_no_errors() {
    for (base, expected) in
        BASES
            .into_iter()
            .zip([&[][..], &[], &["jwks-advised"], &["alg-advised"]])
    {
        let draft = format!("--draft sent-{}", base.file);
        let findings = Room::furnished().findings(base, &draft);
        assert_eq!(rules(&findings), expected, "{}", base.file);
    }
}

#[test]
fn a_misspelt_name_is_told_the_right_one_and_still_read() {
    let fix = |base: Base, from: &str, to: &str| {
        let room = Room::furnished();
        room.edit(base.file, from, to);
        let findings = room.findings(base, "");
        let errors: Vec<_> = findings
            .iter()
            .filter(|f| f["severity"] == "error")
            .collect();
        assert_eq!(errors.len(), 1, "{to}: {findings:#?}");
        assert_eq!(errors[0]["rule"], "field-name");
        errors[0]["fix"].as_str().unwrap().to_owned()
    };
    let right = [
        (EARLY, "PostLogoutRedirectUrIs", "PostLogoutRedirectUris"),
        (EARLY, "RedirectUrls", "RedirectURIs"),
        (EARLY, "BackChannelLogoutUri", "BackchannelLogoutUrl"),
        (EARLY, "SectorIdentifierUri", "SectorIdentiferUri"),
        (LATE, "PostLogoutRedirectUrls", "PostLogoutRedirectUrIs"),
        (LATE, "JwksUrl", "JWKSUri"),
        (LATE, "TokenAuthMethod", "token_auth_method"),
    ];
    for (base, name, wrong) in right {
        let from = format!("\"{name}\"");
        let found = fix(base, &from, &format!("\"{wrong}\""));
        assert_eq!(found, format!("Write {name}."));
    }
    let unknown = fix(LATE, "\"Channel\"", "\"Favourite\" : 1, \"Channel\"");
    assert!(unknown.starts_with("Take it out"), "{unknown}");
}

#[test]
fn a_secret_is_never_repeated() {
    let room = Room::furnished();
    room.edit(FORM.file, "{PROVIDED SEPARATELY}", "open sesame");
    for format in ["text", "json"] {
        let line = format!(
            "registration check {} --service form --env production",
            FORM.file
        );
        let ran = room.edge(&format!("{line} --format {format}"));
        assert_eq!(ran.code, 1);
        assert!(!ran.out.contains("sesame") && !ran.err.contains("sesame"));
    }
}

#[test]
fn strict_makes_warnings_fail() {
    let room = Room::furnished();
    let line = "registration check client-secret.json --service form --env production";
    assert_eq!(room.edge(line).code, 0);
    assert_eq!(room.edge(&format!("{line} --strict")).code, 1);
    // Notes never do.
    let line = "registration check identity-static.json --service proof --env production";
    assert_eq!(room.edge(&format!("{line} --strict")).code, 0);
}

#[test]
fn integration_is_judged_by_its_own_rules() {
    let room = Room::furnished();
    room.edit(
        LATE.file,
        "demo.example.gov.uk/auth",
        "demo.integration.example.gov.uk/auth",
    );
    room.edit(
        LATE.file,
        "https://demo.integration.example.gov.uk/auth",
        "http://localhost/auth",
    );
    let line =
        "registration check sign-in-jwks.json --service demo --env integration --format json";
    let report: Value = serde_json::from_str(&room.edge(line).out).unwrap();
    let found = |rule: &str| -> Vec<_> {
        let findings = report["findings"].as_array().unwrap().iter();
        let of_it = findings.filter(|finding| finding["rule"] == rule);
        of_it
            .map(|finding| finding["field"].as_str().unwrap().to_owned())
            .collect()
    };
    // The provider itself calls this address, so the bans hold everywhere.
    assert_eq!(found("url-http"), ["BackChannelLogoutUri"]);
    assert_eq!(found("url-localhost"), ["BackChannelLogoutUri"]);
    assert_eq!(
        found("url-not-served"),
        [
            "RedirectUrls",
            "PostLogoutRedirectUrls",
            "BackChannelLogoutUri",
            "JwksUrl"
        ]
    );
}
