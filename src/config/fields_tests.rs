//! Every field broken one way at a time: exactly that fault is reported, and only that service is
//! closed.

use serde_json::json;

use super::Config;
use crate::config::sample::*;

/// A field of the service, a wrong value for it, and where the fault is reported if not there.
const BROKEN: &str = r#"
    host                     | absent
    host                     | 7
    host                     | ""
    host                     | "Demo.example.gov.uk"
    host                     | "https://demo.example.gov.uk"
    host                     | "demo.example.gov.uk/"
    host                     | "demo.example.gov.uk:8443"
    host                     | "user@demo.example.gov.uk"
    host                     | "demo example"
    host                     | "localhost"
    host                     | "127.0.0.1"
    aliases                  | "www.example.gov.uk"
    aliases                  | [7]
    aliases                  | ["WWW.example.gov.uk"]
    aliases                  | ["demo.example.gov.uk"]
    aliases                  | ["a.example.gov.uk", "a.example.gov.uk"]
    aliases                  | ["localhost:8787"]
    environment              | absent
    environment              | "staging"
    environment              | "Production"
    environment              | "integration"
    environment              | 1
    client_id                | absent
    client_id                | ""
    client_id                | 7
    client_id                | "a b"
    client_id                | "é"
    name                     | absent
    name                     | ""
    name                     | "  "
    name                     | 7
    name                     | {}
    name                     | { "cy": "Gwasanaeth" }
    name                     | { "en": "A service", "fr": "Un service" }
    name                     | { "en": "A service", "cy": "" }
    name                     | { "en": "A service", "cy": 7 }
    home                     | ""
    home                     | "//evil.example"
    home                     | "http://www.example.gov.uk"
    home                     | "javascript:alert(1)"
    home                     | "mailto:help@example.gov.uk"
    phase                    | "gamma"
    feedback                 | "/a b"
    contact                  | "mailto:"
    contact                  | "help@example.gov.uk"
    cookies                  | "/\\evil.example"
    cookies                  | 7
    theme                    | "govuk"
    theme                    | "blue"
    switch                   | true
    switch                   | "on"
    service_keys             | 7
    service_keys             | ""
    service_keys             | []
    service_keys             | {}
    service_keys             | "http://keys.example.gov.uk/jwks.json"
    service_keys             | "https://user@keys.example.gov.uk/jwks.json"
    service_keys             | "https://keys.example.gov.uk/jwks.json#a"
    service_keys             | "keys.example.gov.uk"
    service_keys             | ["https://keys.example.gov.uk/jwks.json"]
    service_keys             | [{ "kty": "EC", "crv": "P-384", "x": "AA", "y": "AA" }]
    claims_by_reference      | "yes"
    claims_by_reference      | true
    signals_audience         | 7
    signals_client_id        | 7
    signals_client_id        | "one-login"
    signals_secret_hashes    | "a"
    signals_secret_hashes    | ["0000000000000000000000000000000000000000000000000000000000000000"]
    own_path                 | "auth"
    own_path                 | "/auth/"
    own_path                 | "/"
    own_path                 | ""
    own_path                 | "/a/../b"
    own_path                 | "/a%20b"
    own_path                 | "/a?b"
    own_path                 | 7
    redirect_path            | "callback"
    redirect_path            | "/auth/callback/"
    redirect_path            | "https://demo.example.gov.uk/auth/callback"
    redirect_path            | "/auth//callback"
    redirect_path            | "/auth"
    redirect_path            | "/auth/jwks.json"
    redirect_path            | "/auth/sign-in"
    redirect_path            | "/auth/health"
    redirect_path            | "/auth/sign-out"
    redirect_path            | "/auth/signed-out"
    redirect_path            | "/auth/backchannel-logout"
    redirect_path            | "/.well-known/jwks.json"
    scopes                   | "openid"
    scopes                   | []
    scopes                   | ["email"]
    scopes                   | ["openid", "profile"]
    scopes                   | ["openid", "offline_access"]
    scopes                   | ["openid", "email", "email"]
    registered_claims        | ["name"]
    registered_claims        | ["https://vocab.account.gov.uk/v1/address"]
    registered_claims        | ["address", "address"]
    registered_claims        | { "address": true }
    locales                  | []
    locales                  | ["fr"]
    locales                  | ["en", "fr"]
    locales                  | ["EN"]
    locales                  | "en"
    token_auth_method        | "client_secret_basic"
    token_auth_method        | "none"
    token_auth_method        | true
    token_auth_method        | "client_secret_post"      | CLIENT_SECRET_DEMO
    request_signing_alg      | "ES256"
    request_signing_alg      | "RS512"
    request_signing_alg      | "none"
    id_token_alg             | "PS256"
    id_token_alg             | "HS256"
    id_token_alg             | "es256"
    client_key_active        | "C"
    client_key_active        | 1
    client_key_active        | "B"                       | CLIENT_KEY_DEMO_B
    assertion_key_active     | "a"
    assertion_key_active     | "B"                       | ASSERTION_KEY_DEMO_B
    publish_well_known_jwks  | "true"
    publish_well_known_jwks  | 1
    session_idle_seconds     | 59
    session_idle_seconds     | 43201
    session_idle_seconds     | "3600"
    session_idle_seconds     | 3600.5
    session_absolute_seconds | 604801
    session_absolute_seconds | -1
    session_absolute_seconds | null
    revocation_check_seconds | -1
    revocation_check_seconds | 3601
    revocation_check_seconds | "60"
    revocation_check_seconds | 301                       | revocation_grace_seconds
    revocation_grace_seconds | -1
    revocation_grace_seconds | 3601
    revocation_grace_seconds | 59
    revocation_grace_seconds | null
    origin                   | "http://origin.example"
    origin                   | "binding:ACCOUNTS"
    origin                   | "https://origin.example/"
    origin                   | "https://origin.example/path"
    origin                   | "https://user@origin.example"
    origin                   | "https://demo.example.gov.uk"
    origin                   | "https://other.example.gov.uk"
    origin                   | "binding:DOCUMENTS"
    origin                   | "binding:ASSETS"
    origin                   | "binding:SIGN_IN_STARTS"
    origin                   | "binding:NUMBERS"
    origin                   | "origin.example"
    origin                   | "binding:"
    origin                   | "binding:MISSING"
    origin                   | "binding:SESSION_KEY_A"
    origin                   | 7
    origin_headers           | ["X-Lock"]
    origin_headers           | { "X-Lock": "MISSING" }
    origin_headers           | { "X-Lock": 7 }
    origin_headers           | { "X Lock": "LOCK" }
    origin_headers           | { "": "LOCK" }
    origin_headers           | { "Cookie": "LOCK" }
    origin_headers           | { "Host": "LOCK" }
    origin_headers           | { "One-Login-Assertion": "LOCK" }
    origin_headers           | { "X-Forwarded-Host": "LOCK" }
    origin_headers           | { "CF-Connecting-IP": "LOCK" }
    origin_headers           | { "Authorization": "LOCK" }
    origin_headers           | { "X-Lock": "LOCK", "x-lock": "LOCK" }
    origin_headers           | { "X-Lock": "SESSION_KEY_A" }
    origin_headers           | { "X-Lock": "CLIENT_KEY_DEMO_A" }
    origin_headers           | { "X-Lock": "ASSERTION_KEY_DEMO_A" }
    drop_headers             | "X-Staff-Id"
    drop_headers             | ["X_Staff_Id"]
    drop_headers             | ["*"]
    drop_headers             | ["X-*-Id"]
    drop_headers             | ["Cookie"]
    drop_headers             | ["Content-*"]
    drop_headers             | [""]
    keep_headers             | ["One_Login.Assertion"]
    keep_headers             | ["X_Forwarded_Host"]
    keep_headers             | ["cf_connecting.ip"]
    keep_headers             | ["Accept"]
    keep_headers             | ["Cf-Access-*"]
    keep_headers             | [""]
    language_cookie          | "a=b"
    language_cookie          | ""
    language_prefix          | "/cy"
    https                    | true
    https                    | "yes"
    language_parameter       | "a b"
    origin_audience          | 7
    cors_origins             | "https://a.example"
    cors_origins             | ["a.example"]
    cors_origins             | ["http://www.example.gov.uk"]
    websocket_origins        | ["http://app.example.gov.uk"]
    cors_origins             | ["https://a.example/"]
    cors_origins             | ["*"]
    cors_origins             | ["null"]
    cors_headers             | "X-Trace"
    cors_headers             | ["*"]
    cors_headers             | [""]
    cors_headers             | ["X-Trace, Cookie"]
    cors_headers             | ["X_Trace"]
    cors_headers             | ["X-Forwarded-Host"]
    cors_headers             | ["One-Login-Assertion"]
    arrival                  | 7
    arrival                  | ""
    arrival                  | "/"
    arrival                  | "welcome"
    arrival                  | "/welcome/"
    arrival                  | "/welcome?a=b"
    arrival                  | "//evil.example"
    arrival                  | "https://evil.example/"
    arrival                  | "/welcome%20page"
    arrival                  | "/auth/welcome"
    arrival                  | "/Auth"
    arrival                  | { "cy": "/croeso" }
    arrival                  | { "en": "/welcome", "cy": "croeso" }
    websocket_origins        | ["https://A.example"]
    websocket_origins        | [null]
    allow_semicolons         | "no"
    level                    | "Cm"
    level                    | "cl.cm"
    level                    | "Cl.Cm.P3"
    level                    | "Cl.Cm.P2"                | registered_claims
    level                    | 2
    routes                   | {}
    routes                   | "/account"
    issuer                   | "https://evil.example/"
    identity_issuer          | "https://evil.example/"
    did_url                  | "https://evil.example/did.json"
    did_id                   | "did:web:evil.example"
    orgin                    | "https://origin.example"
    Host                     | "demo.example.gov.uk"
    session_idle             | 3600
"#;

/// The lines of a table, each in its fields.
fn lines(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = table.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| line.split('|').map(str::trim).collect())
}

#[test]
fn t84_when_one_field_is_wrong_then_it_is_the_only_fault_and_closes_only_its_service() {
    let mut wrong = Vec::new();
    for fields in lines(BROKEN) {
        let (field, value) = (fields[0], fields[1]);
        let mut vars = vars();
        vars.insert("LOCK".to_owned(), json!("open-sesame"));
        match value {
            "absent" => unset(&mut vars, field),
            value => set(&mut vars, field, serde_json::from_str(value).unwrap()),
        }
        let config = Config::parse(&vars);
        let place = fields.get(2).unwrap_or(&field);
        let expected = [format!("DEMO {place}")];
        let alone = is_open(&config, OTHER) && !is_open(&config, HOST);
        if places(&config.faults) != expected || !alone {
            wrong.push(format!("{field} = {value}: {:?}", places(&config.faults)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn when_a_service_has_several_faults_then_all_are_reported_at_once() {
    let mut vars = vars();
    set(&mut vars, "environment", json!("staging"));
    set(&mut vars, "level", json!("P9"));
    set(&mut vars, "origin", json!("nowhere"));
    set(&mut vars, "misspelt", json!(1));
    unset(&mut vars, "client_id");
    vars.remove("CLIENT_KEY_DEMO_A");
    vars.remove("ASSERTION_KEY_DEMO_A");
    let mut found = places(&Config::parse(&vars).faults);
    found.sort();
    let expected = [
        "ASSERTION_KEY_DEMO_A",
        "CLIENT_KEY_DEMO_A",
        "client_id",
        "environment",
        "level",
        "misspelt",
        "origin",
    ];
    assert_eq!(found, expected.map(|place| format!("DEMO {place}")));
}

#[test]
fn when_a_field_is_faulty_then_the_text_names_the_field_and_the_allowed_values() {
    let mut vars = vars();
    set(&mut vars, "scopes", json!(["openid", "profile"]));
    let config = Config::parse(&vars);
    assert_eq!(
        config.faults[0].to_string(),
        "SERVICE_DEMO.scopes: \"profile\" is not one of openid, email, phone, wallet-subject-id"
    );
}

#[test]
fn when_a_name_is_misspelt_then_the_right_one_is_proposed() {
    for (field, value, fault) in [
        (
            "clien_id",
            json!("x"),
            "clien_id: is not a field of a service",
        ),
        (
            "orgin",
            json!("x"),
            "orgin: is not a field of a service; did you mean \"origin\"?",
        ),
        (
            "routes",
            json!([{ "path": "/" }, { "path": "/a" }, { "path": "/b", "acess": "public" }]),
            "routes[2].acess: is not a field of a route; did you mean \"access\"?",
        ),
        (
            "routes",
            json!([{ "path": "/a", "release": ["emial"] }]),
            "routes[0].release: \"emial\" is not a claim that can be released; did you mean \"email\"?",
        ),
        (
            "scopes",
            json!(["openid", "emial"]),
            "scopes: \"emial\" is not one of openid, email, phone, wallet-subject-id; did you mean \"email\"?",
        ),
        (
            "registered_claims",
            json!(["coreIdentityJwt"]),
            "registered_claims: \"coreIdentityJwt\" is not a claim; did you mean \"coreIdentityJWT\"?",
        ),
    ] {
        let mut vars = vars();
        set(&mut vars, field, value);
        let faults = Config::parse(&vars).faults;
        assert_eq!(faults[0].to_string(), format!("SERVICE_DEMO.{fault}"));
    }
}
