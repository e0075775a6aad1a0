//! Whether the published key sets are what One Login and the origin need.

use crate::doctor::finding::{Fault, Findings, Outcome, found};
use crate::doctor::look::{Look, status};
use crate::doctor::probe::Probe;
use crate::doctor::questions::AGENTS;
use crate::doctor::web::{Answer, Asked};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;

use crate::doctor::look::UNANSWERED;

/// How long One Login waits, and how long it should have to, in milliseconds.
const PATIENCE: u64 = 5_000;
const QUICK: u64 = 250;

const NO_SET: Fault = Fault::error(
    "key set.missing",
    "Whoever needs the keys has none: One Login refuses every sign-in, or your service every request.",
    "Open the address yourself; a rule in Cloudflare or another route may answer it.",
);
const TIMEOUT: Fault = Fault::error(
    "key set.timeout",
    "One Login waits for 5 seconds and then refuses the sign-in.",
    "Look for what slows the address down; the Worker itself answers from memory.",
);
const SLOW: Fault = Fault::warning(
    "key set.slow",
    "Sign-ins wait for it when One Login fetches the keys, and on a bad day it takes too long.",
    "Measure again from elsewhere; the Worker itself answers from memory.",
);
const KIDS: Fault = Fault::error(
    "key set.kid",
    "One Login finds a key by its id alone and keeps it for 24 hours, so it may take the wrong one.",
    "`cargo edge keys show`: each key has an id of its own. Replace a key that was imported twice.",
);
const KIND: Fault = Fault::error(
    "key set.kind",
    "Its signatures are refused: One Login takes RSA of 2,048 bits or more, your service P-256.",
    "Make the key with `cargo edge keys`; another server may answer this address.",
);
const PRIVATE: Fault = Fault::error(
    "key set.private",
    "A private key is public, and anybody can speak as your service.",
    "Replace it now: `cargo edge keys rotate client --emergency`, then see who published it.",
);
const UNSIGNED: Fault = Fault::error(
    "key set.signer",
    "What the Worker signs cannot be verified, and every sign-in is refused.",
    "Deploy, and look whether something keeps an old copy of the address.",
);

const AGENT: Fault = Fault::error(
    "assertion keys.agent",
    "A service in this language cannot fetch the keys, and refuses everybody who is signed in.",
    "Let this path skip bot rules and the Browser Integrity Check in Cloudflare, by a custom rule.",
);

/// The faults of either.
const FAULTS: &[&Fault] = &[
    &UNANSWERED,
    &NO_SET,
    &TIMEOUT,
    &SLOW,
    &KIDS,
    &KIND,
    &PRIVATE,
    &UNSIGNED,
];

/// The client's keys.
pub const CLIENT: Probe = Probe {
    name: "client keys",
    checks: "One Login can fetch the client's keys, and the signing one is among them",
    faults: FAULTS,
    judge: |look| {
        let answer = look.answer(Asked::ClientKeys)?;
        judge(look, answer, "client", is_large_rsa)
    },
};

/// The assertion's keys.
pub const ASSERTION: Probe = Probe {
    name: "assertion keys",
    checks: "your service can fetch the assertion's keys in any language, and the signing one is among them",
    faults: &[
        &UNANSWERED,
        &NO_SET,
        &TIMEOUT,
        &SLOW,
        &KIDS,
        &KIND,
        &PRIVATE,
        &UNSIGNED,
        &AGENT,
    ],
    judge: |look| {
        let answer = look.answer(Asked::AssertionKeys)?;
        let outcome = judge(look, answer, "assertion", is_p256)?;
        let mut findings = Findings::default();
        for (place, (language, _)) in AGENTS.iter().enumerate() {
            let same = look.answer(Asked::AssertionKeysAs(place))?;
            findings.require(same.status == answer.status, &AGENT, || {
                format!("with {language}: {}, else {}", status(same), answer.status)
            });
        }
        match outcome {
            Outcome::Well(seen) => Ok(findings.or_well(seen)),
            found => Ok(found),
        }
    },
};

/// The keys of a key set, if it is one.
pub fn keys(answer: &Answer) -> Option<Vec<Value>> {
    let set: Value = serde_json::from_str(&answer.body).ok()?;
    let keys = set["keys"].as_array()?;
    (answer.status == 200 && !keys.is_empty()).then(|| keys.clone())
}

fn judge(
    look: &Look<'_>,
    answer: &Answer,
    of: &str,
    fits: fn(&Value) -> bool,
) -> Result<Outcome, Outcome> {
    let keys = keys(answer).ok_or_else(|| found(&NO_SET, status(answer)))?;
    let mut findings = Findings::default();
    let took = || format!("it took {} ms", answer.ms);
    if answer.ms >= PATIENCE {
        findings.add(&TIMEOUT, took());
    } else if answer.ms > QUICK {
        findings.add(&SLOW, took());
    }
    let ids: Vec<_> = keys
        .iter()
        .map(|key| key["kid"].as_str().unwrap_or_default())
        .collect();
    for (index, id) in ids.iter().enumerate() {
        findings.require(!id.is_empty() && !ids[..index].contains(id), &KIDS, || {
            if id.is_empty() {
                "a key has no id".to_owned()
            } else {
                format!("two keys are {id}")
            }
        });
    }
    for key in &keys {
        let id = key["kid"].as_str().unwrap_or("without an id");
        findings.require(fits(key), &KIND, || {
            format!("the key {id} is {}", kind(key))
        });
        let private = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
        let shown = private.iter().find(|member| key.get(**member).is_some());
        findings.require(shown.is_none(), &PRIVATE, || {
            format!(
                "the key {id} shows its private member {}",
                shown.unwrap_or(&"d")
            )
        });
    }
    if let Some(health) = look.health() {
        let signer = health["keys"][of]["active"].as_str().unwrap_or_default();
        findings.require(ids.contains(&signer), &UNSIGNED, || {
            format!("the Worker signs with {signer}, which is not in the set")
        });
    }
    let plural = if keys.len() == 1 { "key" } else { "keys" };
    Ok(findings.or_well(format!("{} {plural}, {} ms", keys.len(), answer.ms)))
}

/// Whether a key is RSA of 2,048 bits or more.
pub fn is_large_rsa(key: &Value) -> bool {
    key["kty"] == "RSA" && bits(key) >= 2_048
}

fn is_p256(key: &Value) -> bool {
    key["kty"] == "EC" && key["crv"] == "P-256"
}

/// The kind of a key, in words.
pub fn kind(key: &Value) -> String {
    let kty = key["kty"].as_str().unwrap_or("no key");
    match kty {
        "RSA" => format!("RSA of {} bits", bits(key)),
        _ => format!("{kty} {}", key["crv"].as_str().unwrap_or_default()),
    }
}

fn bits(key: &Value) -> usize {
    let modulus = key["n"].as_str().map(Base64UrlUnpadded::decode_vec);
    let modulus = modulus.and_then(Result::ok).unwrap_or_default();
    // A leading zero byte makes no key larger.
    modulus.iter().skip_while(|byte| **byte == 0).count() * 8
}
