//! The pack's sections on what is in force: times and limits, keys, and the registration.

use super::pack::Pack;
use crate::doctor::subject::Subject;
use crate::keys::state::Kind;
use crate::keys::when::Time;
use crate::registration::expected::Expected;
use one_login_edge::gate::access::statement;
use one_login_edge::oidc::{SKEW, authorize, client_assertion, end_session};
use one_login_edge::session::{account, attempt};

/// Seconds as a person reads them.
pub fn time(seconds: i64) -> String {
    let (number, unit) = match seconds {
        3_600.. if seconds % 3_600 == 0 => (seconds / 3_600, "hour"),
        60.. if seconds % 60 == 0 => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// Writes the times and limits, and how soon an ended session is dead.
pub fn limits(out: &mut Pack, expected: &Expected) {
    let service = &expected.service;
    let (check, grace) = (service.revocation.check, service.revocation.grace);
    out.heading("Times and limits");
    let row = |what: &str, value: String| [what.to_owned(), value];
    out.table(
        ["what", "value"],
        &[
            row("a session that is not used", time(service.limits.idle)),
            row("a session at most", time(service.limits.absolute)),
            row(
                "sessions of one person at once",
                account::MAX_SESSIONS.to_string(),
            ),
            row(
                "a sign-in, from its start to its return",
                time(attempt::LIFETIME),
            ),
            row("the signed request to One Login", time(authorize::LIFETIME)),
            row(
                "the signed proof at One Login's token endpoint",
                time(client_assertion::LIFETIME),
            ),
            row("the assertion to the service", time(statement::LIFETIME)),
            row("what clocks may be apart", time(SKEW)),
            row(
                "the query of a request, by One Login's firewall",
                format!("{} bytes", authorize::MAX_QUERY),
            ),
            row(
                "the query of a sign-out, by One Login's firewall",
                format!("{} bytes", end_session::MAX_QUERY),
            ),
        ],
    );
    out.heading("How soon an ended session is dead");
    out.line(&format!(
        "After a sign-out or a logout notification every copy of the session's cookie is dead within {}: {} until the \
         account is asked again, and {} that an assertion lives. While accounts cannot be reached, a session that was \
         alive shortly before goes on for {} in place of the first part. Streams that are open already are not cut.",
        time(check + statement::LIFETIME),
        time(check),
        time(statement::LIFETIME),
        time(grace)
    ));
}

/// Writes the keys of the committed record with their ages.
pub fn keys(out: &mut Pack, subject: &Subject, now: Time) {
    out.heading("Keys");
    let mut rows = Vec::new();
    for kind in [Kind::Client, Kind::Assertion, Kind::Session] {
        for (place, key) in subject
            .keys
            .pair(kind)
            .iter()
            .flat_map(|pair| &pair.generations)
        {
            let is_active = subject
                .keys
                .pair(kind)
                .is_some_and(|pair| pair.active == *place);
            let days = (now.0 - key.made_at.0).max(0) / 86_400;
            rows.push([
                kind.to_string(),
                place.to_string(),
                key.size(),
                key.kid.clone().unwrap_or_else(|| "–".to_owned()),
                if is_active { "in use" } else { "published" }.to_owned(),
                format!("{days} days"),
            ]);
        }
    }
    if rows.is_empty() {
        let file = subject.keys.name(Kind::Client);
        out.line(&format!("There is no record of keys ({file})."));
    } else {
        out.table(["key", "place", "size", "id", "state", "age"], &rows);
        out.line("\nPrivate keys are secrets at Cloudflare, where no person can read them back.");
    }
}

/// Writes what the registration must say.
pub fn registration(out: &mut Pack, expected: &Expected) {
    out.heading("Registration");
    let mut rows = vec![["client id".to_owned(), expected.service.client_id.clone()]];
    let mut row = |field: &str, value: String| rows.push([field.to_owned(), value]);
    row("redirect URL", expected.redirect.clone());
    row("post-logout redirect URL", expected.signed_out.clone());
    row("back-channel logout URL", expected.back_channel.clone());
    if expected.service.proves_identity() {
        row("landing page URL", expected.landing.clone());
    }
    row("JWKS URL", expected.jwks.join(" or "));
    row("scopes", expected.scopes.join(", "));
    row(
        "claims",
        if expected.claims.is_empty() {
            "none".to_owned()
        } else {
            expected.claims.join(", ")
        },
    );
    row("levels of confidence", expected.levels.join(", "));
    row(
        "token endpoint authentication",
        expected.token_method.to_owned(),
    );
    row("ID token signing", expected.id_token_alg.to_owned());
    row(
        "request signing",
        expected.service.request_alg.as_str().to_owned(),
    );
    out.table(["field", "value"], &rows);
}
