//! Assertions as the edge makes them, and the edge's key document.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::get;
use serde_json::{Value, json};
use simulator::keys::SigningKey;
use tokio::net::TcpListener;

/// The issuer and the audience of the tests' assertions.
pub const SERVICE: &str = "http://localhost:8787";

/// The header member that every assertion has.
pub const ASSERTION: (&str, &str) = ("typ", "one-login-assertion+jwt");

pub fn origin_settings(jwks: &str) -> simulator::origin::settings::Settings {
    simulator::origin::settings::Settings {
        issuer: SERVICE.to_owned(),
        audience: SERVICE.to_owned(),
        jwks: jwks.to_owned(),
    }
}

/// The claims of a good assertion.
pub fn asserting(now: i64) -> Value {
    json!({
        "iss": SERVICE, "aud": SERVICE, "sub": "urn:fdc:gov.uk:2022:x", "sid": "s", "vot": "Cl.Cm", "auth_time": now - 60,
        "session_exp": now + 3600, "iat": now - 5, "exp": now + 60, "email": "zoë@example.gov.uk", "email_verified": true,
    })
}

/// Serves the key document of an edge and counts how often it is asked for.
pub async fn serve_keys(key: &SigningKey) -> (String, Arc<AtomicUsize>) {
    let document = json!({ "keys": [key.public_jwk()] }).to_string();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    let answer = async move || {
        counter.fetch_add(1, Ordering::SeqCst);
        document
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    let router = Router::new().route("/jwks.json", get(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, count)
}

/// The header member that every token with identity claims has.
pub const IDENTITY: (&str, &str) = ("typ", "one-login-identity+jwt");

/// The claims of a good assertion of a person who proved their identity, with its claims.
pub fn proved(now: i64, more: Value) -> Value {
    let mut claims = asserting(now);
    claims["vot"] = json!("Cl.Cm.P2");
    for (name, value) in more.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

/// A core identity and an address as the edge hands them on.
pub fn identity_claims(given_name: &str) -> Value {
    json!({
        "coreIdentity": {
            "name": [{ "nameParts": [
                { "type": "GivenName", "value": given_name }, { "type": "FamilyName", "value": "Pugh" },
            ] }],
            "birthDate": [{ "value": "1964-11-06" }],
        },
        "address": [{ "buildingNumber": "8", "streetName": "HADLEY ROAD", "postalCode": "SY23 3BU" }],
    })
}

/// The second token of the same person and session.
pub fn in_header(now: i64, claims: &Value) -> Value {
    let person = asserting(now);
    let mut members = json!({
        "iss": SERVICE, "aud": SERVICE, "sub": person["sub"], "sid": person["sid"], "iat": now - 5, "exp": now + 60,
    });
    for (name, value) in claims.as_object().unwrap() {
        members[name] = value.clone();
    }
    members
}
