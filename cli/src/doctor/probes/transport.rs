//! Probes of what every answer needs: https, headers, no cache, the right time.

use crate::doctor::finding::{Fault, Findings, Outcome, found};
use crate::doctor::look::{Look, UNANSWERED, not_run, status};
use crate::doctor::probe::Probe;
use crate::doctor::web::{Answer, Asked, Reply};
use chrono::DateTime;

const PLAIN: Fault = Fault::error(
    "https.open",
    "What people send by http can be read and changed on its way.",
    "Let the route cover http as well (HOST/* does), or switch on Always Use HTTPS in Cloudflare.",
);

/// The way from http to https.
pub const HTTPS: Probe = Probe {
    name: "https",
    checks: "http leads to https at once",
    faults: &[&PLAIN],
    judge: |look| {
        let host = &look.service()?.host;
        if look.subject.is_local() {
            return Err(not_run("local: there is no https"));
        }
        // An attacker cannot overhear requests to an address that does not answer.
        if let Some(Reply::Failed { error }) = look.replies.get(&Asked::Plain) {
            return Ok(Outcome::Well(format!("http does not answer ({error})")));
        }
        let answer = look.answer(Asked::Plain)?;
        let to = answer.header("location").unwrap_or_default();
        let moved = matches!(answer.status, 301 | 308);
        if moved && to.starts_with(&format!("https://{host}/")) {
            return Ok(Outcome::Well(status(answer)));
        }
        Err(found(&PLAIN, status(answer)))
    },
};

const MISSING: Fault = Fault::error(
    "headers.missing",
    "A browser may frame, guess or keep what it must not.",
    "Look for a transform rule or a proxy in front that takes headers away; the Worker itself sends them.",
);
const LOOSE: Fault = Fault::error(
    "headers.policy",
    "A script that somebody smuggles in would run on the sign-in pages.",
    "Look for a transform rule or a proxy in front that changes the policy.",
);
const DOUBLED: Fault = Fault::warning(
    "headers.doubled",
    "Browsers read two headers of one name in different ways.",
    "Let the rule or proxy in front leave the Worker's own answers alone.",
);
const NO_HSTS: Fault = Fault::error(
    "headers.hsts",
    "A browser tries http first, where anybody on the way can answer.",
    "Look for a setting in Cloudflare (HSTS, transform rules) that takes the header away.",
);

/// The security headers of the Worker's pages.
pub const HEADERS: Probe = Probe {
    name: "headers",
    checks: "the Worker's pages tell browsers to be careful",
    faults: &[&UNANSWERED, &MISSING, &LOOSE, &DOUBLED, &NO_HSTS],
    judge: headers,
};

fn headers(look: &Look<'_>) -> Result<Outcome, Outcome> {
    let mut findings = Findings::default();
    for (asked, name) in [
        (Asked::Callback, "callback"),
        (Asked::SignedOut, "signed-out page"),
    ] {
        let answer = look.answer(asked)?;
        let says = |header: &str, value: &str| {
            answer
                .header(header)
                .is_some_and(|own| own.to_ascii_lowercase().contains(value))
        };
        let policy = answer.header("content-security-policy").unwrap_or_default();
        let wanted = [
            ("Content-Security-Policy", !policy.is_empty()),
            (
                "X-Content-Type-Options",
                says("x-content-type-options", "nosniff"),
            ),
            (
                "frame-ancestors or X-Frame-Options",
                policy.contains("frame-ancestors 'none'") || says("x-frame-options", "deny"),
            ),
            (
                "Referrer-Policy",
                says("referrer-policy", "no-referrer") || says("referrer-policy", "same-origin"),
            ),
            ("Cache-Control: no-store", says("cache-control", "no-store")),
        ];
        let absent: Vec<_> = wanted
            .iter()
            .filter(|(_, there)| !there)
            .map(|(name, _)| *name)
            .collect();
        findings.require(absent.is_empty(), &MISSING, || {
            format!("{name}: no {}", absent.join(", no "))
        });
        let strict = policy.contains("default-src 'none'") && !policy.contains("unsafe-");
        findings.require(policy.is_empty() || strict, &LOOSE, || {
            format!("{name}: {policy}")
        });
        let once = [
            "content-security-policy",
            "x-frame-options",
            "strict-transport-security",
            "cache-control",
        ];
        for header in once {
            findings.require(answer.all(header).count() < 2, &DOUBLED, || {
                format!(
                    "{name}: {header} is there {} times",
                    answer.all(header).count()
                )
            });
        }
        let told = answer.header("strict-transport-security").is_some();
        findings.require(told || look.subject.is_local(), &NO_HSTS, || {
            format!("{name}: no Strict-Transport-Security")
        });
    }
    Ok(findings.or_well("as the Worker sends them"))
}

const CACHED: Fault = Fault::error(
    "cache.kept",
    "Cloudflare hands one person's answer to others, or goes on showing keys that were removed.",
    "Switch Workers Cache off and let no cache rule (Cache Everything) match this host.",
);

/// The words of Cloudflare for an answer that a cache was asked for.
const KEPT: [&str; 7] = [
    "HIT",
    "MISS",
    "EXPIRED",
    "STALE",
    "REVALIDATED",
    "UPDATING",
    "IGNORED",
];

/// Whether a cache keeps the Worker's answers.
pub const CACHE: Probe = Probe {
    name: "cache",
    checks: "no cache keeps the Worker's own answers",
    faults: &[&CACHED],
    judge: |look| {
        look.answer(Asked::Health)?;
        let mut findings = Findings::default();
        for asked in [
            Asked::Health,
            Asked::ClientKeys,
            Asked::AssertionKeys,
            Asked::Navigation,
            Asked::Script,
            Asked::Callback,
            Asked::SignOut,
            Asked::SignedOut,
        ] {
            let Ok(answer) = look.answer(asked) else {
                continue;
            };
            let state = answer
                .header("cf-cache-status")
                .unwrap_or_default()
                .to_ascii_uppercase();
            findings.require(!KEPT.contains(&state.as_str()), &CACHED, || {
                format!("{asked:?}: Cf-Cache-Status: {state}")
            });
        }
        Ok(findings.or_well("no answer says Cf-Cache-Status HIT or MISS"))
    },
};

/// The clock difference that tokens allow, and the smaller one that earns a warning, in seconds.
const SKEW: i64 = 30;
const SMALL_SKEW: i64 = 5;

const APART: Fault = Fault::error(
    "clock.provider",
    "One Login's tokens seem to come from the future or the past, and sign-ins are refused.",
    "Ask Cloudflare's and One Login's status pages; a proxy in front may send an old answer.",
);
const HERE: Fault = Fault::warning(
    "clock.here",
    "What this machine says of times is wrong, also in the record of keys.",
    "Set this machine's clock.",
);

/// The clocks.
pub const CLOCK: Probe = Probe {
    name: "clock",
    checks: "the clocks of the Worker, of One Login and of this machine agree",
    faults: &[&APART, &HERE],
    judge: |look| {
        let health = look.answer(Asked::Health)?;
        let ahead = ahead(health).ok_or_else(|| not_run("the Worker's answers carry no Date"))?;
        let mut findings = Findings::default();
        let provider = look.answer(Asked::Discovery).ok().and_then(self::ahead);
        let apart = provider.map(|provider| (ahead - provider).abs());
        findings.require(apart.is_none_or(|apart| apart <= SKEW), &APART, || {
            format!(
                "the Worker and One Login are {} s apart",
                apart.unwrap_or_default()
            )
        });
        findings.require(ahead.abs() <= SMALL_SKEW, &HERE, || {
            format!("the Worker's clock is {ahead} s ahead of this machine's")
        });
        let said = apart.map_or_else(String::new, |apart| format!(", {apart} s to One Login"));
        Ok(findings.or_well(format!("{} s to this machine{said}", ahead.abs())))
    },
};

/// How many seconds an answer's `Date` is ahead of this machine's clock.
fn ahead(answer: &Answer) -> Option<i64> {
    let date = DateTime::parse_from_rfc2822(answer.header("date")?).ok()?;
    Some(date.timestamp() - answer.at)
}
