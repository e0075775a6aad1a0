//! A small client of the provider, and a little world in which both meet without sockets.

#![allow(
    dead_code,
    reason = "each test program uses its own part of this module"
)]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

pub mod assertion;
pub mod browser;
pub mod identity;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use simulator::http::{Request, Response, form_encode, last_wins};
use simulator::jose::{Object, Unverified, b64, pkce_challenge};
use simulator::provider::Provider;
use simulator::provider::personas::Persona;
use simulator::provider::settings::{Client, Settings};

/// The moment at which every test begins.
pub const NOW: i64 = 1_800_000_000;

pub const ISSUER: &str = "http://127.0.0.1:8788/";
pub const REDIRECT: &str = "http://localhost:8787/auth/callback";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const AGENT: &str = "test-client/1.0";

/// An RSA key with the means to sign tokens in the ways that a client may.
#[derive(Clone)]
pub struct ClientKey(Arc<RsaKeyPair>);

impl ClientKey {
    /// The one key of this test program: making one for every world would be most of the tests' time.
    pub fn shared() -> Self {
        static KEY: OnceLock<ClientKey> = OnceLock::new();
        KEY.get_or_init(|| Self(Arc::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())))
            .clone()
    }

    pub fn jwk(&self, kid: &str) -> Value {
        let public = self.0.public_key();
        json!({
            "kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256",
            "n": b64(public.modulus().big_endian_without_leading_zero()),
            "e": b64(public.exponent().big_endian_without_leading_zero()),
        })
    }

    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
        let mut signature = vec![0; self.0.public_modulus_len()];
        let padding: &'static dyn aws_lc_rs::signature::RsaEncoding = if header["alg"] == "PS256" {
            &RSA_PSS_SHA256
        } else {
            &RSA_PKCS1_SHA256
        };
        self.0
            .sign(
                padding,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .unwrap();
        format!("{signed}.{}", b64(signature))
    }
}

/// One client, one provider, one time.
pub struct World {
    pub provider: Provider,
    pub key: ClientKey,
    pub now: i64,
    /// The key set that the client publishes; `None` makes the address fail.
    pub jwks: Option<Value>,
}

/// The registration that most tests use.
pub fn registration() -> Value {
    json!({
        "client_id": "demo",
        "client_name": "Apply for a demo licence",
        "redirect_uris": [REDIRECT],
        "post_logout_redirect_uris": ["http://localhost:8787/signed-out"],
        "jwks_uri": "http://localhost:8787/auth/jwks.json",
        "scopes": ["openid", "email", "phone", "wallet-subject-id"],
        "claims": ["coreIdentityJWT", "address", "passport"],
        "client_locs": ["P0", "P2"],
    })
}

/// The registration with some members changed.
pub fn registration_with(changes: Value) -> Value {
    let mut members = registration();
    members
        .as_object_mut()
        .unwrap()
        .extend(changes.as_object().unwrap().clone());
    members
}

impl World {
    pub fn new() -> Self {
        Self::with(&[registration()])
    }

    pub fn with(registrations: &[Value]) -> Self {
        let clients = Client::list_from_json(&json!(registrations).to_string()).unwrap();
        let mut provider = Provider::new(Settings::new(ISSUER, clients));
        provider.set_automatic(Persona::find("kenneth"));
        let key = ClientKey::shared();
        let jwks = Some(json!({ "keys": [key.jwk("k1")] }));
        Self {
            provider,
            key,
            now: NOW,
            jwks,
        }
    }

    pub fn send(&mut self, request: &Request) -> Response {
        let jwks = self.jwks.clone();
        let mut source = |_: &str| {
            jwks.clone()
                .map(|j| j.to_string().into_bytes())
                .ok_or("unreachable".to_owned())
        };
        self.provider.handle(self.now, request, &mut source)
    }

    pub fn header(&self) -> Value {
        json!({ "alg": "RS256", "kid": "k1" })
    }

    /// The claims of a good request object.
    pub fn asking(&self) -> Value {
        json!({
            "iss": "demo", "aud": format!("{ISSUER}authorize"), "client_id": "demo", "response_type": "code",
            "redirect_uri": REDIRECT, "scope": "openid email phone", "state": "the-state", "nonce": "the-nonce",
            "vtr": ["Cl.Cm"], "ui_locales": "en", "exp": self.now + 300, "code_challenge": pkce_challenge(VERIFIER),
            "code_challenge_method": "S256",
        })
    }

    /// Asks with these claims inside, and the matching parameters outside.
    pub fn authorize(&mut self, header: &Value, claims: &Value) -> Response {
        let scope = claims["scope"].as_str().unwrap_or("openid").to_owned();
        let token = self.key.sign(header, claims);
        self.authorize_with(&[
            ("response_type", "code"),
            ("client_id", "demo"),
            ("scope", &scope),
            ("request", &token),
        ])
    }

    pub fn authorize_with(&mut self, query: &[(&str, &str)]) -> Response {
        self.send(&Request::get(format!("/authorize?{}", form_encode(query))))
    }

    /// A whole request for a code.
    pub fn code(&mut self) -> String {
        let claims = self.asking();
        self.code_for(&claims)
    }

    pub fn code_for(&mut self, claims: &Value) -> String {
        let header = self.header();
        let answer = self.authorize(&header, claims);
        parameters(&answer)
            .remove("code")
            .unwrap_or_else(|| panic!("no code: {answer:?}"))
    }

    /// The claims of a good client assertion.
    pub fn proving(&self) -> Value {
        json!({ "iss": "demo", "sub": "demo", "aud": ISSUER, "jti": "j", "iat": self.now, "exp": self.now + 60 })
    }

    /// A good token request for a code.
    pub fn exchange(&self, code: &str) -> BTreeMap<String, String> {
        let assertion = self.key.sign(&self.header(), &self.proving());
        [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", &assertion),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
    }

    pub fn token(&mut self, form: &BTreeMap<String, String>) -> Response {
        let pairs: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        self.send(
            &Request::post_form("/token", form_encode(&pairs)).with_header("user-agent", AGENT),
        )
    }

    /// A code, exchanged.
    pub fn tokens(&mut self, code: &str) -> Response {
        let form = self.exchange(code);
        self.token(&form)
    }

    pub fn userinfo(&mut self, access_token: &str) -> Response {
        let request = Request::get("/userinfo").with_header("user-agent", AGENT);
        self.send(&request.with_header("authorization", &format!("Bearer {access_token}")))
    }

    pub fn get(&mut self, target: &str) -> Response {
        self.send(&Request::get(target).with_header("user-agent", AGENT))
    }

    /// Why the last request was refused.
    pub fn last_reason(&self) -> Option<String> {
        self.provider.requests().last().unwrap().error.clone()
    }

    /// The published key of this id.
    pub fn published(&mut self, kid: &str) -> Option<Object> {
        let document = self.get("/.well-known/jwks.json").body_json();
        let keys = document["keys"].as_array().cloned().unwrap_or_default();
        keys.into_iter()
            .find(|k| k["kid"] == kid)
            .and_then(|k| k.as_object().cloned())
    }
}

/// The parameters of a redirect.
pub fn parameters(answer: &Response) -> BTreeMap<String, String> {
    let location = answer.header("location").unwrap_or_default();
    last_wins(
        location
            .split_once('?')
            .map_or("", |(_, query)| query)
            .as_bytes(),
    )
}

/// A token of the provider's, taken apart.
pub fn parsed(value: &Value) -> Unverified {
    Unverified::parse(value.as_str().unwrap()).unwrap()
}

/// A JSON object with one member changed, or taken away with `null` standing for absence.
pub fn changed(original: &Value, name: &str, value: Value) -> Value {
    let mut copy = original.clone();
    let members = copy.as_object_mut().unwrap();
    if value.is_null() {
        members.remove(name);
    } else {
        members.insert(name.to_owned(), value);
    }
    copy
}

/// How an authorisation request ended: an error code, `code`, or the status of a page.
pub fn described(answer: &Response) -> String {
    let found = parameters(answer);
    match found.get("error") {
        Some(error) => error.clone(),
        None if found.contains_key("code") => "code".to_owned(),
        None => answer.status.to_string(),
    }
}
