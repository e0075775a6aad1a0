//! The processing table for the data protection impact assessment: which claim goes where, for how long, in which region.

use super::pack::Pack;
use super::standing::time;
use crate::doctor::subject::Subject;
use crate::registration::expected::Expected;
use one_login_edge::config::{Access, Freshness, Release, Rule};
use one_login_edge::oidc::identity::claims::Claim;

/// A claim of One Login's that a route may release.
struct Scoped {
    name: &'static str,
    /// The scope that asks for it.
    scope: &'static str,
    is_released: fn(&Release) -> bool,
}

const CLAIMS: [Scoped; 3] = [
    Scoped {
        name: "e-mail address, and whether it is verified",
        scope: "email",
        is_released: |release| release.email,
    },
    Scoped {
        name: "telephone number, and whether it is verified",
        scope: "phone",
        is_released: |release| release.phone,
    },
    Scoped {
        name: "wallet subject id",
        scope: "wallet-subject-id",
        is_released: |release| release.wallet_subject_id,
    },
];

/// Writes which personal data are processed, and what each route asks for and gives.
pub fn write(out: &mut Pack, subject: &Subject, expected: &Expected) {
    let service = &expected.service;
    let rules = service.rules.listed();
    let session = time(service.limits.absolute);
    let region = match subject.jurisdiction {
        Some("eu") => "European Union",
        Some(other) => other,
        None => "near the person, in any country where Cloudflare is",
    };
    let cookie = "the person's browser, sealed";
    let mut rows = Vec::new();
    let mut row = |what: &str, released: String, kept: &str, long: String, region: &str| {
        rows.push([
            what.to_owned(),
            released,
            kept.to_owned(),
            long,
            region.to_owned(),
        ]);
    };
    let known: Vec<_> = rules
        .iter()
        .filter(|rule| rule.access.has_people())
        .collect();
    let known = format!("{} and every path that is not listed", patterns(&known));
    row(
        "subject (`sub`, pairwise), level, time of sign-in",
        known,
        cookie,
        session.clone(),
        "the browser",
    );
    for claim in CLAIMS
        .iter()
        .filter(|claim| expected.scopes.iter().any(|scope| scope == claim.scope))
    {
        let released: Vec<_> = rules
            .iter()
            .filter(|rule| rule.access.has_people() && (claim.is_released)(&rule.release))
            .collect();
        row(
            claim.name,
            patterns(&released),
            cookie,
            session.clone(),
            "the browser",
        );
    }
    let account = "account (Durable Object), under a SHA-256 of environment, client and subject";
    for full in &expected.claims {
        let claim = full.rsplit('/').next().and_then(Claim::parse);
        let released: Vec<_> = rules
            .iter()
            .filter(|rule| claim.is_some_and(|claim| rule.release.identity[claim as usize]))
            .collect();
        let by_reference = match expected.service.claims_by_reference {
            true => "; or fetched by the service, with a reference of a request there",
            false => "",
        };
        row(
            full,
            patterns(&released) + by_reference,
            &format!("{account}; sealed under a key that only the person's cookie holds"),
            time(one_login_edge::oidc::identity::core_identity::LIFETIME),
            region,
        );
    }
    let never = || "never".to_owned();
    row(
        "ids and times of sessions",
        never(),
        account,
        format!("until each session ends, at most {session}; Cloudflare keeps 30 days of history"),
        region,
    );
    row(
        "ids of finished sign-ins and of logout notifications",
        never(),
        account,
        "about an hour".to_owned(),
        region,
    );
    row(
        "ID token, for signing out at One Login",
        never(),
        &format!("{account}; sealed"),
        session.clone(),
        region,
    );
    row(
        "state, nonce and code verifier of a sign-in under way",
        never(),
        cookie,
        time(one_login_edge::session::attempt::LIFETIME),
        "the browser",
    );
    row(
        "assertion (a signed copy of what is released)",
        "with each request".to_owned(),
        "memory of one data centre",
        time(one_login_edge::gate::access::statement::LIFETIME),
        "where the person is served",
    );
    row(
        "network address",
        "in X-Forwarded-For".to_owned(),
        "counters against floods, where they are bound",
        "about a minute".to_owned(),
        "where the person is served",
    );
    row(
        "logs: labels, and digits for a person that change every day (pseudonymous)",
        never(),
        "Workers Logs",
        "as the Cloudflare plan says".to_owned(),
        "Cloudflare",
    );
    out.heading("Personal data");
    out.line(
        "Derived from the configuration. *Released to* are the paths on which the service is told. One Login's access \
         token is used once and kept nowhere; Workers KV holds One Login's public documents only.\n",
    );
    out.table(["data", "released to", "kept in", "for", "region"], &rows);
    out.heading("Routes");
    let rows: Vec<_> = rules.iter().map(|rule| route(rule, expected)).collect();
    out.table(
        [
            "path",
            "who may pass",
            "level",
            "released beyond the subject",
            "signed in within",
        ],
        &rows,
    );
    out.line("\nEvery other path wants a sign-in and releases only the subject.");
}

fn route(rule: &Rule, expected: &Expected) -> [String; 5] {
    let access = match rule.access {
        Access::Public => "anybody",
        Access::Optional => "anybody; who is signed in is named",
        Access::Api => "programs with `Authorization`, which the service judges",
        Access::Required => "who is signed in",
        Access::CloudflareAccess => "staff, by Cloudflare Access; none of the public",
    };
    let scopes = CLAIMS
        .iter()
        .filter(|claim| (claim.is_released)(&rule.release));
    let released: Vec<_> = scopes.map(|claim| claim.scope).collect();
    let level = match rule.access {
        Access::Required => rule.level.as_str(),
        Access::Public | Access::Optional | Access::Api | Access::CloudflareAccess => "–",
    };
    let longest = expected.service.limits.absolute;
    let within = match rule.access {
        Access::Public | Access::Api | Access::CloudflareAccess => "–".to_owned(),
        Access::Optional | Access::Required => {
            time(rule.freshness.map_or(longest, Freshness::seconds))
        }
    };
    [
        rule.pattern.clone(),
        access.to_owned(),
        level.to_owned(),
        if released.is_empty() {
            "nothing".to_owned()
        } else {
            released.join(", ")
        },
        within,
    ]
}

fn patterns(rules: &[&Rule]) -> String {
    let patterns: Vec<_> = rules
        .iter()
        .map(|rule| format!("`{}`", rule.pattern))
        .collect();
    if patterns.is_empty() {
        "no path".to_owned()
    } else {
        patterns.join(", ")
    }
}
