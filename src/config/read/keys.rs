//! The service's keys and secrets.

use serde_json::Value;
use url::Url;

use crate::config::proof::TokenAuth;
use crate::config::service::{KeyPair, ServiceKeys};
use crate::config::table::Table;
use crate::config::vars::Vars;
use crate::oidc::jwk::{KeyFault, PrivateJwk};
use crate::oidc::jwks::KeySet;
use crate::oidc::jws::Alg;
use crate::secret::Secret;
use crate::session::seal::Generation;

pub fn read_token_auth(table: &Table<'_>, vars: &Vars) -> TokenAuth {
    let choices = "\"private_key_jwt\" or \"client_secret_post\"";
    let with_secret = table.choice("token_auth_method", false, choices, |text| match text {
        "private_key_jwt" => Some(false),
        "client_secret_post" => Some(true),
        _ => None,
    });
    if !with_secret {
        return TokenAuth::PrivateKeyJwt;
    }
    let name = format!("CLIENT_SECRET_{}", table.id());
    let secret = vars.get(&name).and_then(Value::as_str).unwrap_or_default();
    if secret.is_empty() {
        table.fault(name, "the secret is missing");
    }
    TokenAuth::ClientSecretPost(Secret::new(secret.to_owned()))
}

pub fn read_keys(
    table: &Table<'_>,
    vars: &Vars,
    prefix: &str,
    active: &'static str,
    alg: Alg,
) -> Option<KeyPair> {
    let generation = table.choice(active, Generation::A, "\"A\" or \"B\"", Generation::parse);
    let key = |generation: Generation| {
        let name = format!("{prefix}_{}_{}", table.id(), generation.letter());
        let Value::String(text) = vars.get(&name)? else {
            table.fault(name, "must be a secret: the JSON Web Key as a text");
            return None;
        };
        match PrivateJwk::parse(text, alg) {
            Ok(key) => Some(key),
            Err(fault) => {
                table.fault(name, key_problem(fault, alg));
                None
            }
        }
    };
    let (a, b) = (key(Generation::A), key(Generation::B));
    if let (Some(a), Some(b)) = (&a, &b)
        && a.key_id == b.key_id
    {
        table.fault(
            format!("{prefix}_{}_B", table.id()),
            "is the same key as generation A",
        );
    }
    let (active, other) = match generation {
        Generation::A => (a, b),
        Generation::B => (b, a),
    };
    let Some(active) = active else {
        let name = format!("{prefix}_{}_{}", table.id(), generation.letter());
        if vars.get(&name).is_none() {
            table.fault(name, "the secret is missing");
        }
        return None;
    };
    Some(KeyPair {
        generation,
        active,
        other,
    })
}

/// The longest address of a key set, in bytes: it is a part of a name in KV, which has 512.
const MAX_ADDRESS: usize = 400;

/// Reads where the service's own keys are: an address, or a list of public keys.
pub fn read_service_keys(table: &Table<'_>, local: bool) -> Option<ServiceKeys> {
    let keys = match table.get("service_keys")? {
        Value::String(address) => {
            let url = Url::parse(address).ok().filter(|url| {
                let scheme = url.scheme() == "https" || (local && url.scheme() == "http");
                scheme && url.as_str() == address && url.fragment().is_none()
            });
            let whole = url.is_some_and(|url| url.username().is_empty());
            (whole && address.len() <= MAX_ADDRESS).then(|| ServiceKeys::At(address.clone()))
        }
        Value::Array(keys) => KeySet::listed(keys).map(ServiceKeys::Listed),
        _ => None,
    };
    if keys.is_none() {
        table.fault(
            "service_keys",
            "must be the https address of a key set, or a list of public keys as JSON Web Keys: P-256 or RSA of 2,048 bits \
             or more, each with another \"kid\"",
        );
    }
    keys
}

/// Whether the service has a switch, whose records these keys sign.
pub fn read_switch(table: &Table<'_>) -> bool {
    let is_there = table.flag("switch", false);
    if is_there && table.get("service_keys").is_none() {
        table.fault(
            "switch",
            "needs service_keys, with which the switch is signed",
        );
    }
    is_there
}

const fn key_problem(fault: KeyFault, alg: Alg) -> &'static str {
    match (fault, alg) {
        (KeyFault::NotJson, _) => "must be a private key as a JSON Web Key",
        (KeyFault::NotPrivate, _) => "has no private part",
        (KeyFault::Unsuitable, Alg::Es256) => "must be a P-256 key",
        (KeyFault::Unsuitable, Alg::Rs256 | Alg::Ps256) => {
            "must be an RSA key of 2,048 bits or more with the exponent 65,537"
        }
    }
}
