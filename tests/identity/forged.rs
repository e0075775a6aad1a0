//! Core identities and DID documents of our own making, put in the place of the provider's.

use one_login_edge::oidc::jws::{Alg, encode};
use serde_json::{Value, json};

use crate::world::{CLIENT, World, keys};

/// The DID of the identity issuer.
pub const DID: &str = "did:web:identity.account.gov.uk";

/// The name of the core identity in userinfo.
pub const NAME: &str = "https://vocab.account.gov.uk/v1/coreIdentityJWT";

/// A test key in the place of the identity issuer's.
const KEY: &str = keys::ASSERTION[1];

/// The public half of the key.
pub fn public() -> Value {
    let key: Value = serde_json::from_str(KEY).unwrap();
    json!({ "kty": key["kty"], "crv": key["crv"], "x": key["x"], "y": key["y"] })
}

/// The header of a good core identity.
pub fn header() -> Value {
    json!({ "alg": "ES256", "kid": format!("{DID}#test"), "typ": "JWT" })
}

/// The claims of a good core identity of a subject.
pub fn claims(subject: &Value, now: i64) -> Value {
    json!({
        "iss": "https://identity.account.gov.uk/",
        "sub": subject,
        "aud": CLIENT,
        "iat": now,
        "nbf": now,
        "exp": now + 1_800,
        "vot": "P2",
        "vc": { "credentialSubject": {
            "name": [{ "nameParts": [{ "type": "GivenName", "value": "Canary" }] }],
            "birthDate": [{ "value": "1970-01-01" }],
        } },
    })
}

/// A signed token.
pub fn token(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| encode(value.to_string().as_bytes());
    let input = format!("{}.{}", part(header), part(claims));
    let signature = keys::sign(KEY, Alg::Es256, input.as_bytes()).unwrap();
    format!("{input}.{}", encode(&signature))
}

/// The DID document lists only the test key.
pub fn publish(world: &World) {
    world.change("did.json", |document| {
        let method = &mut document["assertionMethod"][0];
        method["id"] = json!(format!("{DID}#test"));
        method["publicKeyJwk"] = public();
    });
}

/// Userinfo carries a core identity that the test signs, valid except for `change` in header and claims.
pub fn forge(world: &World, change: impl Fn(&mut Value, &mut Value) + 'static) {
    let now = world.now();
    world.change("/userinfo", move |answer| {
        let (mut header, mut claims) = (header(), claims(&answer["sub"], now));
        change(&mut header, &mut claims);
        // A plain sign-in has none.
        if answer.get(NAME).is_some() {
            answer[NAME] = json!(token(&header, &claims));
        }
    });
}
