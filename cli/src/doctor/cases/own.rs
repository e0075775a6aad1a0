//! Test cases: the faults that the configuration, the health page and the keys can have.

use super::spoil::Case;
use super::spoil::Spoil::{File, Subject, Web};
use crate::doctor::scene_tests::Healthy;
use crate::doctor::web::Asked;
use serde_json::{Value, json};

/// The cases of this file.
pub const CASES: &[Case] = &[
    (
        "configuration: configuration.fault",
        File(|c| c.edit("DEPLOYMENT = \"production\"", "DEPLOYMENT = \"live\"")),
    ),
    (
        "configuration: configuration.secret",
        File(|c| c.edit("\"CLIENT_KEY_DEMO_A\", ", "")),
    ),
    (
        "configuration: configuration.warning",
        File(|c| c.edit("client_id = \"demo-client\"", SHORT)),
    ),
    (
        "configuration: configuration.client_id",
        File(|c| c.edit("demo-client", "replace-with-yours")),
    ),
    (
        "configuration: configuration.compatibility_date",
        File(|c| {
            c.write(
                "node_modules/workerd/lib/main.js",
                "var compatibilityDate = \"2026-10-23\";\n",
            );
            c.edit("\"2026-10-20\"", "\"2026-10-24\"");
        }),
    ),
    (
        "routes: routes.missing",
        Subject(|s| {
            s.routes.clear();
            s.offline = true;
        }),
    ),
    (
        "routes: routes.live",
        File(|c| c.edit("\"demo.example.gov.uk/*\"", "\"other.example.gov.uk/*\"")),
    ),
    (
        "routes: routes.narrow",
        File(|c| {
            c.edit(
                "\"demo.example.gov.uk/*\"",
                "\"demo.example.gov.uk/account/*\"",
            )
        }),
    ),
    (
        "routes: routes.origin",
        File(|c| {
            c.edit(
                "\"demo.example.gov.uk/*\", zone_name = \"example.gov.uk\"",
                "\"demo.example.gov.uk\", custom_domain = true",
            )
        }),
    ),
    (
        "health: health.unreachable",
        Web(|w| w.silence(Asked::Health)),
    ),
    (
        "health: health.foreign",
        Web(|w| w.at(Asked::Health).body = "hello".into()),
    ),
    (
        "health: health.other_services",
        Web(|w| {
            let answer = w.at(Asked::Health);
            answer.status = 404;
            answer.body = "There is no service at this host.\n".into();
        }),
    ),
    (
        "health: health.failing",
        Web(|w| w.at(Asked::Health).json(|h| h["status"] = "failing".into())),
    ),
    (
        "health: health.stale",
        Web(|w| {
            w.at(Asked::Health)
                .json(|h| h["documents"]["jwks"] = "stale".into())
        }),
    ),
    (
        "health: health.environment",
        Web(|w| {
            w.at(Asked::Health)
                .json(|h| h["environment"] = "integration".into())
        }),
    ),
    (
        "health: health.generation",
        File(|c| c.edit("client_id = \"demo-client\"", ACTIVE_B)),
    ),
    (
        "health: health.warnings",
        Web(|w| {
            w.at(Asked::Health)
                .json(|h| h["configuration"]["warnings"] = 1.into())
        }),
    ),
    (
        "key record: key record.active",
        Web(|w| {
            w.at(Asked::Health)
                .json(|h| h["keys"]["session"]["generation"] = "B".into())
        }),
    ),
    (
        "key record: key record.other",
        Web(|w| {
            w.at(Asked::Health)
                .json(|h| h["keys"]["assertion"]["other"] = "new".into())
        }),
    ),
    (
        "key record: key record.older",
        Web(|w| {
            w.at(Asked::Health)
                .json(|h| h["keys"]["session"]["fingerprint"] = "leaked12".into())
        }),
    ),
    (
        "client keys: unanswered",
        Web(|w| w.silence(Asked::ClientKeys)),
    ),
    (
        "client keys: key set.missing",
        Web(|w| w.at(Asked::ClientKeys).status = 403),
    ),
    (
        "client keys: key set.timeout",
        Web(|w| w.at(Asked::ClientKeys).ms = 5_000),
    ),
    (
        "client keys: key set.slow",
        Web(|w| w.at(Asked::ClientKeys).ms = 251),
    ),
    (
        "client keys: key set.kid",
        Web(|w| keys(w, Asked::ClientKeys, |k| k.push(k[0].clone()))),
    ),
    (
        "client keys: key set.kind",
        Web(|w| keys(w, Asked::ClientKeys, |k| k[0]["n"] = "gYGB".into())),
    ),
    (
        "client keys: key set.private",
        Web(|w| keys(w, Asked::ClientKeys, |k| k[0]["d"] = "AQ".into())),
    ),
    (
        "client keys: key set.signer",
        Web(|w| keys(w, Asked::ClientKeys, |k| k[0]["kid"] = "other".into())),
    ),
    (
        "assertion keys: unanswered",
        Web(|w| w.silence(Asked::AssertionKeys)),
    ),
    (
        "assertion keys: key set.missing",
        Web(|w| {
            w.at(Asked::AssertionKeys)
                .json(|set| set["keys"] = json!([]))
        }),
    ),
    (
        "assertion keys: key set.timeout",
        Web(|w| w.at(Asked::AssertionKeys).ms = 9_000),
    ),
    (
        "assertion keys: key set.slow",
        Web(|w| w.at(Asked::AssertionKeys).ms = 4_999),
    ),
    (
        "assertion keys: key set.kid",
        Web(|w| {
            keys(w, Asked::AssertionKeys, |k| {
                k.push(json!({ "kty": "EC", "crv": "P-256" }))
            })
        }),
    ),
    (
        "assertion keys: key set.kind",
        Web(|w| keys(w, Asked::AssertionKeys, |k| k[0]["crv"] = "P-384".into())),
    ),
    (
        "assertion keys: key set.private",
        Web(|w| keys(w, Asked::AssertionKeys, |k| k[0]["d"] = "AQ".into())),
    ),
    (
        "assertion keys: key set.signer",
        Web(|w| keys(w, Asked::AssertionKeys, |k| k[0]["kid"] = "other".into())),
    ),
];

/// The place that wrangler.toml would name after a rotation that was not deployed.
const ACTIVE_B: &str = "client_key_active = \"B\"\nclient_id = \"demo-client\"";

/// A session that is shorter than One Login's own.
const SHORT: &str = "session_idle_seconds = 600\nclient_id = \"demo-client\"";

fn keys(web: &mut Healthy, asked: Asked, change: fn(&mut Vec<Value>)) {
    web.at(asked)
        .json(|set| change(set["keys"].as_array_mut().unwrap()));
}
