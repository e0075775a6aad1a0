//! Every fault of every probe, found when it is there and not when it is not.

use super::diagnose;
use super::finding::{Outcome, Row};
use super::probes::PROBES;
use super::scene_tests::{Checkout, Healthy, NOW, authorise};
use super::subject::Subject;
use super::web::Asked;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What is spoilt for a fault: the configuration, what is made of it, or an answer.
enum Spoil {
    File(fn(&Checkout)),
    Subject(fn(&mut Subject)),
    Web(fn(&mut Healthy)),
}
use Spoil::{File, Web};

/// A fault as `probe: id`, and what brings it about.
const CASES: &[(&str, Spoil)] = &[
    (
        "configuration: configuration.fault",
        File(|c| c.edit("DEPLOYMENT = \"production\"", "DEPLOYMENT = \"live\"")),
    ),
    (
        "configuration: configuration.warning",
        Spoil::Subject(|s| s.warnings.push("session".into())),
    ),
    (
        "configuration: configuration.client_id",
        File(|c| c.edit("demo-client", "replace-with-yours")),
    ),
    (
        "routes: routes.missing",
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
    (
        "redirect: unanswered",
        Web(|w| w.silence(Asked::Navigation)),
    ),
    (
        "redirect: redirect.open",
        Web(|w| w.at(Asked::Navigation).status = 200),
    ),
    (
        "redirect: redirect.status",
        Web(|w| w.at(Asked::Navigation).status = 503),
    ),
    (
        "redirect: redirect.elsewhere",
        Web(|w| {
            w.at(Asked::Navigation)
                .set("location", "https://evil.example/authorize")
        }),
    ),
    ("script: unanswered", Web(|w| w.silence(Asked::Script))),
    (
        "script: script.answer",
        Web(|w| w.at(Asked::Script).drop("www-authenticate")),
    ),
    ("public path: unanswered", Web(|w| w.silence(Asked::Public))),
    (
        "public path: public.closed",
        Web(|w| w.at(Asked::Public).status = 401),
    ),
    (
        "public path: public.broken",
        Web(|w| w.at(Asked::Public).status = 522),
    ),
    (
        "forged header: unanswered",
        Web(|w| w.silence(Asked::Spoofed)),
    ),
    (
        "forged header: forged header.passed",
        Web(|w| w.at(Asked::Spoofed).body = format!("hello {}", super::questions::FORGED)),
    ),
    (
        "forged header: forged header.changed",
        Web(|w| w.at(Asked::Spoofed).status = 403),
    ),
    ("callback: unanswered", Web(|w| w.silence(Asked::Callback))),
    (
        "callback: callback.answer",
        Web(|w| w.at(Asked::Callback).status = 303),
    ),
    ("sign-out: unanswered", Web(|w| w.silence(Asked::SignOut))),
    (
        "sign-out: sign-out.unasked",
        Web(|w| w.at(Asked::SignOut).status = 303),
    ),
    (
        "sign-out: sign-out.answer",
        Web(|w| w.at(Asked::SignOut).body.clear()),
    ),
    (
        "signed-out: unanswered",
        Web(|w| w.silence(Asked::SignedOut)),
    ),
    (
        "signed-out: signed-out.answer",
        Web(|w| w.at(Asked::SignedOut).status = 404),
    ),
    (
        "landing page: unanswered",
        Web(|w| w.silence(Asked::Landing)),
    ),
    (
        "landing page: landing page.answer",
        Web(|w| w.at(Asked::Landing).status = 404),
    ),
    (
        "back-channel: unanswered",
        Web(|w| w.silence(Asked::BackChannelJava)),
    ),
    (
        "back-channel: back-channel.get",
        Web(|w| w.at(Asked::BackChannelGet).status = 200),
    ),
    (
        "back-channel: back-channel.garbage",
        Web(|w| w.at(Asked::BackChannelGarbage).status = 200),
    ),
    (
        "back-channel: back-channel.java",
        Web(|w| w.at(Asked::BackChannelJava).status = 403),
    ),
    (
        "https: https.open",
        Web(|w| w.at(Asked::Plain).status = 200),
    ),
    ("headers: unanswered", Web(|w| w.silence(Asked::Callback))),
    (
        "headers: headers.missing",
        Web(|w| w.at(Asked::SignedOut).drop("x-content-type-options")),
    ),
    (
        "headers: headers.policy",
        Web(|w| {
            w.at(Asked::Callback)
                .set("content-security-policy", "frame-ancestors 'none'")
        }),
    ),
    (
        "headers: headers.doubled",
        Web(|w| {
            w.at(Asked::Callback)
                .headers
                .push(("cache-control".into(), "no-store".into()))
        }),
    ),
    (
        "headers: headers.hsts",
        Web(|w| w.at(Asked::SignedOut).drop("strict-transport-security")),
    ),
    (
        "cache: cache.kept",
        Web(|w| w.at(Asked::SignedOut).set("cf-cache-status", "HIT")),
    ),
    (
        "clock: clock.provider",
        Web(|w| {
            w.at(Asked::Discovery)
                .set("date", "Sun, 22 Nov 2026 12:00:31 GMT")
        }),
    ),
    (
        "clock: clock.here",
        Web(|w| w.at(Asked::Health).at = NOW + 6),
    ),
    (
        "origin: origin.open",
        Web(|w| w.at(Asked::Origin).status = 200),
    ),
    (
        "origin: origin.reachable",
        Web(|w| w.at(Asked::Origin).status = 404),
    ),
    (
        "discovery: unanswered",
        Web(|w| w.silence(Asked::Discovery)),
    ),
    (
        "discovery: discovery.document",
        Web(|w| w.at(Asked::Discovery).status = 403),
    ),
    (
        "discovery: discovery.issuer",
        Web(|w| {
            w.at(Asked::Discovery)
                .json(|d| d["issuer"] = "https://oidc.account.gov.uk".into())
        }),
    ),
    (
        "discovery: discovery.endpoint",
        Web(|w| {
            w.at(Asked::Discovery)
                .json(|d| d["jwks_uri"] = "https://evil.example/".into())
        }),
    ),
    ("request: unanswered", Web(|w| w.silence(Asked::Navigation))),
    (
        "request: request.absent",
        Web(|w| {
            w.at(Asked::Navigation).set(
                "location",
                "https://oidc.account.gov.uk/authorize?client_id=x",
            )
        }),
    ),
    (
        "request: request.outside",
        Web(|w| redirect(w, &(authorise(|_, _| ()) + "&prompt=none"))),
    ),
    (
        "request: request.key",
        Web(|w| redirect(w, &authorise(|header, _| header["kid"] = "old".into()))),
    ),
    (
        "request: request.client",
        Web(|w| redirect(w, &authorise(|_, claims| claims["iss"] = "other".into()))),
    ),
    (
        "request: request.audience",
        Web(|w| {
            redirect(
                w,
                &authorise(|_, claims| claims["aud"] = "https://oidc.account.gov.uk/".into()),
            )
        }),
    ),
    (
        "request: request.times",
        Web(|w| {
            redirect(
                w,
                &authorise(|_, claims| claims["exp"] = (NOW + 900).into()),
            )
        }),
    ),
    (
        "request: request.redirect_uri",
        Web(|w| {
            redirect(
                w,
                &authorise(|_, claims| claims["redirect_uri"] = "https://old.example/".into()),
            )
        }),
    ),
    (
        "request: request.asked",
        Web(|w| redirect(w, &authorise(|_, claims| claims["vtr"] = json!(["Cl"])))),
    ),
    (
        "request size: unanswered",
        Web(|w| w.silence(Asked::Navigation)),
    ),
    (
        "request size: request size.over",
        Web(|w| redirect(w, &padded(4_097))),
    ),
    (
        "request size: request size.near",
        Web(|w| redirect(w, &padded(4_096))),
    ),
    (
        "logout size: logout size.room",
        Spoil::Subject(|s| {
            s.expected.as_mut().unwrap().signed_out = format!("https://{}", "a".repeat(800))
        }),
    ),
    (
        "sent request: unanswered",
        Web(|w| w.silence(Asked::Authorise)),
    ),
    (
        "sent request: sent request.refused",
        Web(|w| w.at(Asked::Authorise).status = 400),
    ),
    (
        "sent request: sent request.blocked",
        Web(|w| w.at(Asked::Authorise).status = 403),
    ),
    (
        "sent request: sent request.failed",
        Web(|w| w.at(Asked::Authorise).status = 500),
    ),
    (
        "sent request: sent request.error",
        Web(|w| {
            w.at(Asked::Authorise).set("location", "https://demo.example.gov.uk/auth/callback?error=invalid_scope&error_description=no")
        }),
    ),
];

/// The place that wrangler.toml would name after a rotation that was not deployed.
const ACTIVE_B: &str = "client_key_active = \"B\"\nclient_id = \"demo-client\"";

fn keys(web: &mut Healthy, asked: Asked, change: fn(&mut Vec<Value>)) {
    web.at(asked)
        .json(|set| change(set["keys"].as_array_mut().unwrap()));
}

fn redirect(web: &mut Healthy, location: &str) {
    web.at(Asked::Navigation).set("location", location);
}

/// A redirect whose query is this long.
fn padded(length: usize) -> String {
    let whole = authorise(|_, _| ());
    let query = whole.split_once('?').unwrap().1;
    whole.clone() + &"A".repeat(length - query.len())
}

/// What is found, as `probe: fault`.
fn found(rows: &[Row]) -> BTreeSet<String> {
    let name = |row: &Row| match &row.outcome {
        Outcome::Found(list) => list
            .iter()
            .map(|one| format!("{}: {}", row.name, one.fault.id))
            .collect(),
        Outcome::Well(_) | Outcome::NotRun(_) => Vec::new(),
    };
    rows.iter().flat_map(name).collect()
}

#[test]
fn nothing_is_wrong_with_a_healthy_service_and_every_probe_looks() {
    let (rows, _) = diagnose(&Checkout::new().subject(), &Healthy::new()).unwrap();
    assert_eq!(found(&rows), BTreeSet::new());
    let idle = rows
        .iter()
        .filter(|row| matches!(row.outcome, Outcome::NotRun(_)));
    assert_eq!(idle.map(|row| row.name).collect::<Vec<_>>(), [""; 0]);
    assert_eq!(rows.len(), PROBES.len());
}

#[test]
fn every_fault_is_found_when_it_is_there() {
    for (fault, spoil) in CASES {
        let (checkout, mut web) = (Checkout::new(), Healthy::new());
        if let File(spoil) = spoil {
            spoil(&checkout);
            if fault.contains("generation") {
                checkout.edit(
                    "\"CLIENT_KEY_DEMO_A\", ",
                    "\"CLIENT_KEY_DEMO_A\", \"CLIENT_KEY_DEMO_B\", ",
                );
            }
        }
        let mut subject = checkout.subject();
        match spoil {
            File(_) => {}
            Spoil::Subject(spoil) => spoil(&mut subject),
            Web(spoil) => spoil(&mut web),
        }
        let (rows, _) = diagnose(&subject, &web).unwrap();
        assert!(found(&rows).contains(*fault), "{fault}: {:?}", found(&rows));
    }
}

#[test]
fn no_fault_of_any_probe_is_without_a_case() {
    let named = |probe: &&super::finding::Probe| {
        let faults = probe.faults.iter();
        faults
            .map(|fault| format!("{}: {}", probe.name, fault.id))
            .collect::<Vec<_>>()
    };
    let all: BTreeSet<_> = PROBES.iter().flat_map(named).collect();
    let tried: BTreeSet<_> = CASES.iter().map(|(fault, _)| (*fault).to_owned()).collect();
    assert_eq!(tried, all);
    assert_eq!(CASES.len(), all.len());
}
