//! The documentation's table "Understand the JSON configuration", field by field: what it says of each is checked.

use crate::room::{EARLY, Room, rules};

/// A field of the table in its order, a value that the table forbids, as JSON, and the rule that finds it. Where the
/// provider fills the field in, the value is one that must pass, and there is no rule.
const TABLE: &[(&str, &str, Option<&str>)] = &[
    // "without reference to http:// and localhost"
    (
        "BackChannelLogoutUri",
        "\"http://demo.example.gov.uk/auth/backchannel-logout\"",
        Some("url-http"),
    ),
    (
        "BackChannelLogoutUri",
        "\"https://localhost/auth/backchannel-logout\"",
        Some("url-localhost"),
    ),
    // "GOV.UK One Login will fill in ClientID"
    ("ClientID", "\"{CLIENT_ID}\"", None),
    // One or more of five.
    (
        "Claims",
        "[\"https://vocab.account.gov.uk/v1/socialSecurityRecord\"]",
        Some("claim-known"),
    ),
    ("ClientName", "\"\"", Some("field-missing")),
    // "Leave this field as web."
    ("ClientType", "\"app\"", Some("fixed-value")),
    ("ConsentRequired", "true", Some("fixed-value")),
    ("Contacts", "[]", Some("field-missing")),
    ("CookieConsentShared", "true", Some("fixed-value")),
    // "If you only need authentication, this should be false."
    (
        "IdentityVerificationSupported",
        "true",
        Some("identity-differs"),
    ),
    // "ES256 or RS256"
    ("IdTokenSigningAlgorithm", "\"HS256\"", Some("alg-known")),
    // "only required if you're making identity requests", and the same ban
    (
        "LandingPageUrl",
        "\"https://demo.example.gov.uk/auth/return\"",
        Some("landing-unused"),
    ),
    (
        "LandingPageUrl",
        "\"http://demo.example.gov.uk/auth/return\"",
        Some("url-http"),
    ),
    ("OneLoginService", "true", Some("fixed-value")),
    (
        "PostLogoutRedirectUrIs",
        "[\"http://demo.example.gov.uk/auth/signed-out\"]",
        Some("url-http"),
    ),
    (
        "PostLogoutRedirectUrIs",
        "[\"https://localhost/auth/signed-out\"]",
        Some("url-localhost"),
    ),
    // "only required if you're using the private_key_jwt"
    ("PublicKey", "\"\"", Some("key-missing")),
    ("IsInternalService", "true", Some("fixed-value")),
    // "GOV.UK One Login will fill in this field."
    (
        "JarValidationRequired",
        "\"{JAR_VALIDATION_REQUIRED}\"",
        None,
    ),
    ("RedirectUrls", "[]", Some("redirect-missing")),
    (
        "RedirectUrls",
        "[\"http://demo.example.gov.uk/auth/callback\"]",
        Some("url-http"),
    ),
    // "You must include the openid scope."
    ("Scopes", "[\"email\"]", Some("scope-openid")),
    // "You must not change the sector identifier"
    (
        "SectorIdentifierUri",
        "\"https://www.example.gov.uk\"",
        Some("sector-changed"),
    ),
    ("ServiceType", "\"OPTIONAL\"", Some("fixed-value")),
    ("SubjectType", "\"public\"", Some("fixed-value")),
    ("TestClient", "true", Some("fixed-value")),
    // "private_key_jwt or client_secret_post"
    (
        "TokenAuthMethod",
        "\"client_secret_basic\"",
        Some("method-known"),
    ),
];

/// The table's fields as the documentation lists them.
const FIELDS: [&str; 23] = [
    "BackChannelLogoutUri",
    "ClientID",
    "Claims",
    "ClientName",
    "ClientType",
    "ConsentRequired",
    "Contacts",
    "CookieConsentShared",
    "IdentityVerificationSupported",
    "IdTokenSigningAlgorithm",
    "LandingPageUrl",
    "OneLoginService",
    "PostLogoutRedirectUrIs",
    "PublicKey",
    "IsInternalService",
    "JarValidationRequired",
    "RedirectUrls",
    "Scopes",
    "SectorIdentifierUri",
    "ServiceType",
    "SubjectType",
    "TestClient",
    "TokenAuthMethod",
];

/// Gives a field another value; the fixture has each field on a line of its own.
fn set(room: &Room, field: &str, value: Option<&str>) {
    let mark = format!("  \"{field}\": ");
    let text = room.read(EARLY.file);
    assert_eq!(text.matches(&mark).count(), 1, "{field}");
    let lines = text
        .lines()
        .filter_map(|line| match (line.starts_with(&mark), value) {
            (true, None) => None,
            (true, Some(value)) => {
                let comma = if line.ends_with(',') { "," } else { "" };
                Some(format!("{mark}{value}{comma}"))
            }
            (false, _) => Some(line.to_owned()),
        });
    let text = lines.collect::<Vec<_>>().join("\n").replace(",\n}", "\n}");
    room.write(EARLY.file, &text);
}

#[test]
fn when_the_production_table_judges_a_fields_value_then_the_check_agrees() {
    for (field, value, rule) in TABLE {
        let room = Room::furnished();
        set(&room, field, Some(value));
        let findings = room.findings(EARLY, "");
        match rule {
            None => assert!(findings.is_empty(), "{field}: {findings:#?}"),
            Some(rule) => {
                let found = findings
                    .iter()
                    .any(|finding| finding["rule"] == *rule && finding["field"] == *field);
                assert!(found, "{field} = {value}: {findings:#?}");
            }
        }
    }
    let mut covered: Vec<_> = TABLE.iter().map(|(field, ..)| *field).collect();
    covered.dedup();
    assert_eq!(covered, FIELDS);
}

#[test]
fn when_the_sound_file_is_read_then_it_has_exactly_the_tables_fields() {
    let text = Room::furnished().read(EARLY.file);
    let fields: serde_json::Map<_, _> = serde_json::from_str(&text).unwrap();
    let mut listed = FIELDS.map(str::to_owned);
    let mut there: Vec<_> = fields.keys().cloned().collect();
    listed.sort();
    there.sort();
    assert_eq!(there, listed);
}

#[test]
fn when_a_field_is_absent_then_only_an_optional_one_gives_no_finding() {
    let optional = [
        "ClientID",
        "Claims",
        "LandingPageUrl",
        "JarValidationRequired",
    ];
    for field in FIELDS {
        let room = Room::furnished();
        set(&room, field, None);
        let findings = room.findings(EARLY, "");
        let found = rules(&findings);
        assert_eq!(
            found.is_empty(),
            optional.contains(&field),
            "{field}: {found:?}"
        );
    }
}
