//! Whether the Worker says that it is sound, and uses the keys that the committed record names.

use crate::doctor::finding::{Fault, Findings, Outcome, found};
use crate::doctor::look::{Look, not_run};
use crate::doctor::probe::Probe;
use crate::doctor::subject::LOCAL;
use crate::doctor::web::{Asked, Reply};
use crate::keys::state::{Kind, Pair};
use one_login_edge::gate::NO_SERVICE;
use serde_json::Value;
use shell::terminal::shortened;

const UNREACHABLE: Fault = Fault::error(
    "health.unreachable",
    "Nobody can open the service.",
    "Check the host's DNS record, that it is proxied by Cloudflare, and its certificate.",
);
const FOREIGN: Fault = Fault::error(
    "health.foreign",
    "Something else answers: the Worker is not on the host's route, its configuration is at fault, or a rule stops the \
     request before it.",
    "Check the routes and the deployment; `npx wrangler tail --env ENV` shows faults in the configuration.",
);
const OTHER_SERVICES: Fault = Fault::error(
    "health.other_services",
    "A Worker of this kind is on the route and does not know the host, so no person can open the service.",
    "Another team of the account may have deployed under the same name, or this environment was not deployed yet. Check \
     `name` and `account_id` in wrangler.toml; `npx wrangler deployments status --env ENV` says who deployed. Then deploy.",
);
const FAILING: Fault = Fault::error(
    "health.failing",
    "People cannot sign in, or soon will not.",
    "See which part is wrong: `documents` come from One Login, `configuration` is about the keys.",
);
const STALE: Fault = Fault::warning(
    "health.stale",
    "Sign-in goes on with old copies of One Login's documents, until One Login changes its keys.",
    "Check that the hourly trigger runs and that the Worker reaches One Login.",
);
const ENVIRONMENT: Fault = Fault::error(
    "health.environment",
    "The Worker speaks to another One Login than wrangler.toml says.",
    "Deploy with --env for this environment, and check which Worker the route names.",
);
const GENERATION: Fault = Fault::error(
    "health.generation",
    "The Worker uses another key than wrangler.toml names.",
    "Deploy; if that was done, the route belongs to another Worker.",
);
const WARNINGS: Fault = Fault::warning(
    "health.warnings",
    "The deployed configuration has something in it that the file here may not have.",
    "Deploy, and read the Worker's log.",
);

/// The health page.
pub const PROBE: Probe = Probe {
    name: "health",
    checks: "the Worker calls itself sound",
    faults: &[
        &UNREACHABLE,
        &FOREIGN,
        &OTHER_SERVICES,
        &FAILING,
        &STALE,
        &ENVIRONMENT,
        &GENERATION,
        &WARNINGS,
    ],
    judge,
};

fn judge(look: &Look<'_>) -> Result<Outcome, Outcome> {
    let service = look.service()?;
    let answer = match look.replies.get(&Asked::Health) {
        Some(Reply::Failed { error }) => {
            return Err(found(&UNREACHABLE, format!("no answer ({error})")));
        }
        Some(Reply::Answered(answer)) => answer,
        None => look.answer(Asked::Health)?,
    };
    let Some(health) = look.health() else {
        let body = answer.body.lines().next().unwrap_or_default();
        let seen = format!("status {}: {}", answer.status, shortened(body));
        let is_unknown = answer.status == 404 && body.contains(NO_SERVICE);
        let fault = if is_unknown {
            &OTHER_SERVICES
        } else {
            &FOREIGN
        };
        return Err(found(fault, seen));
    };
    let mut findings = Findings::default();
    let documents = &health["documents"];
    let state = format!(
        "discovery {}, keys {}, configuration {}",
        word(&documents["discovery"]),
        word(&documents["jwks"]),
        if health["configuration"]["sound"] == true {
            "sound"
        } else {
            "not sound"
        }
    );
    let sound = health["status"] == "ok" && answer.status == 200;
    findings.require(sound, &FAILING, || {
        format!("status {}: {state}", answer.status)
    });
    let fresh = documents["discovery"] == "fresh" && documents["jwks"] == "fresh";
    findings.require(fresh || !sound, &STALE, || state.clone());
    let environment = service.environment.as_str();
    findings.require(health["environment"] == environment, &ENVIRONMENT, || {
        format!(
            "it says {}, not {environment}",
            word(&health["environment"])
        )
    });
    let named = [
        ("client", Some(service.client_keys.generation.letter())),
        (
            "assertion",
            Some(service.assertion_keys.generation.letter()),
        ),
        ("session", look.subject.session_generation),
    ];
    for (kind, here) in named
        .into_iter()
        .filter_map(|(kind, here)| Some((kind, here?)))
    {
        let there = &health["keys"][kind]["generation"];
        findings.require(*there == here.to_string(), &GENERATION, || {
            format!("the {kind} key in use is {}, not {here}", word(there))
        });
    }
    let warnings = health["configuration"]["warnings"]
        .as_u64()
        .unwrap_or_default();
    findings.require(
        warnings == 0 || !look.subject.warnings.is_empty(),
        &WARNINGS,
        || format!("{warnings} in the deployed configuration"),
    );
    Ok(findings.or_well(format!("version {}, {state}", word(&health["version"]))))
}

const ACTIVE: Fault = Fault::error(
    "key record.active",
    "Whoever goes by the record (the registration, a rotation) trusts a key that is not in use.",
    "`cargo edge keys rotate` says where the rotation stands; deploy, or fetch the newest commit.",
);
const OTHER: Fault = Fault::warning(
    "key record.other",
    "The record does not know every key that the Worker has.",
    "`cargo edge keys rotate` says where the rotation stands; fetch the newest commit first.",
);

const OLDER: Fault = Fault::error(
    "key record.older",
    "A version from before a change of the session key is live. If that key has leaked, it works again.",
    "Deploy the commit that shall be live with today's wrangler.toml and keys/; `npx wrangler rollback --env ENV` brings old secrets back.",
);

/// The record of keys.
pub const RECORD: Probe = Probe {
    name: "key record",
    checks: "the keys in use are those of the committed record",
    faults: &[&ACTIVE, &OTHER, &OLDER],
    judge: compare,
};

fn compare(look: &Look<'_>) -> Result<Outcome, Outcome> {
    look.answer(Asked::Health)?;
    let health = look
        .health()
        .ok_or_else(|| not_run("the Worker's health page is not there"))?;
    let store = &look.subject.keys;
    let (mut findings, mut known) = (Findings::default(), Vec::new());
    for kind in [Kind::Client, Kind::Assertion, Kind::Session] {
        let Some(pair) = store.pair(kind) else {
            continue;
        };
        known.push(kind.to_string());
        let seen = &health["keys"][kind.to_string()];
        let place = pair.active.to_string();
        findings.require(seen["generation"] == place, &ACTIVE, || {
            format!(
                "{} says {place} of the {kind}'s keys is in use, the Worker {}",
                store.name(kind),
                word(&seen["generation"])
            )
        });
        if kind == Kind::Session {
            // A record from before there was a check value has none.
            let known = pair.active_key().and_then(|key| key.fingerprint.as_deref());
            let is_same = known.is_none_or(|known| seen["fingerprint"] == known);
            findings.require(is_same, &OLDER, || {
                format!(
                    "{} says that the session key's check value is {}, the Worker {}",
                    store.name(kind),
                    known.unwrap_or("none"),
                    word(&seen["fingerprint"])
                )
            });
            continue;
        }
        let (active, other) = kids(pair);
        findings.require(seen["active"].as_str() == active, &ACTIVE, || {
            format!(
                "{} says that {} is the {kind}'s key, the Worker {}",
                store.name(kind),
                active.unwrap_or("none"),
                word(&seen["active"])
            )
        });
        findings.require(seen["other"].as_str() == other, &OTHER, || {
            format!(
                "{} says that {} is the {kind}'s other key, the Worker {}",
                store.name(kind),
                other.unwrap_or("none"),
                word(&seen["other"])
            )
        });
    }
    if known.is_empty() {
        if look.subject.environment == LOCAL {
            return Err(not_run("local: `cargo edge dev` makes keys of its own"));
        }
        let file = store.name(Kind::Client);
        return Err(not_run(format!(
            "there is no {file}; `cargo edge keys` writes it"
        )));
    }
    Ok(findings.or_well(format!("{} as recorded", known.join(", "))))
}

/// The ids of the key in use and of the other one.
fn kids(pair: &Pair) -> (Option<&str>, Option<&str>) {
    let kid = |place| {
        pair.generations
            .get(&place)
            .and_then(|key| key.kid.as_deref())
    };
    (kid(pair.active), kid(pair.active.other()))
}

/// A member as a person reads it.
fn word(value: &Value) -> &str {
    value.as_str().unwrap_or("none")
}
