//! In a world without failures: the error pages that may still appear, each with its reason. No session may be lost.

use super::arrivals::leads_to_welcome;
use super::guests::Guest;
use super::{Asked, Oracle};
use crate::world::http::By;
use crate::year::deployment::{Access, PLACES, Place};
use crate::year::house::Served;
use crate::year::oracle::standing::Who;
use crate::year::people::How;

/// Event and label of the line, and why.
const EXPECTED: [(&str, &str, &str); 20] = [
    (
        "callback",
        "auth_time_too_old",
        "the provider's page waited in a tab for longer than the sign-in in another tab is recent",
    ),
    (
        "callback",
        "no_cookies",
        "a person goes back in a browser that was closed",
    ),
    ("refused", "no_session", "a script asks without a session"),
    (
        "refused",
        "sign_in_too_old",
        "a script asks where a recent sign-in is asked for",
    ),
    (
        "refused",
        "form_expired",
        "a form is posted without a session",
    ),
    (
        "refused",
        "form_needs_identity",
        "a form is posted without an identity",
    ),
    (
        "sign_in_start",
        "too_many_starts",
        "a person tries four times in two minutes",
    ),
    (
        "callback",
        "no_attempt",
        "a person goes back, the attempt was the sixth, or it was too old",
    ),
    (
        "callback",
        "invalid_grant",
        "a person goes back while the first callback is under way",
    ),
    (
        "callback",
        "signed_out_meanwhile",
        "a person signs out in another tab",
    ),
    (
        "callback",
        "login_required",
        "another person answers than was asked",
    ),
    (
        "callback",
        "error_without_attempt",
        "a person goes back to an error of an earlier sign-in",
    ),
    (
        "callback",
        "identity_browser_lost",
        "a person gives up proving an identity",
    ),
    (
        "callback",
        "blocked_by_service",
        "the service keeps the person out",
    ),
    (
        "callback",
        "not_invited",
        "a person signs in whom the service has not invited",
    ),
    (
        "refused",
        "not_invited",
        "a person was not invited when they signed in",
    ),
    (
        "refused",
        "other_site",
        "a page of another site posts a form",
    ),
    ("callback", "declined", "a person gives up"),
    ("callback", "access_denied", "a person declines to sign in"),
    ("identity", "", "a person has no identity to prove"),
];

/// Judges an answer as it reaches a browser.
pub fn judge(oracle: &mut Oracle, asked: &Asked, how: How, served: &Served) {
    let shown = &served.shown;
    let lines = served.heard.lines.borrow();
    if shown.by == By::Origin {
        let closed = shown.header("cache-control").unwrap_or_default();
        let personal = asked
            .place
            .is_some_and(|place| PLACES[place].access != Access::Public);
        if personal && !closed.contains("private") && !closed.contains("no-store") {
            oracle.broken("cached: a personal answer may be kept by a cache".to_owned());
        }
        return;
    }
    if !oracle.calm {
        return;
    }
    let expected = |event: &str, label: &str| {
        let fits =
            |row: &&(&str, &str, &str)| row.0 == event && (row.1.is_empty() || row.1 == label);
        EXPECTED.iter().find(fits).is_some()
    };
    if shown.status >= 400 {
        let waited = |seconds: i64| {
            asked
                .began_ms
                .is_some_and(|at| asked.sent_ms - at > seconds * 1_000)
        };
        let is_so = |label: &str| match label {
            "no_attempt" => asked.began_ms.is_none(),
            "auth_time_too_old" => PLACES.iter().filter_map(|place| place.fresh).any(waited),
            "blocked_by_service" | "not_invited" => {
                let token = served.heard.id_token.borrow();
                let sub = token.as_ref().and_then(|token| token["sub"].as_str());
                match (label, sub) {
                    ("not_invited", Some(sub)) => {
                        oracle.guest(sub, asked.sent_ms) != Guest::Invited
                    }
                    ("not_invited", None) => !Oracle::are_guests(&asked.who),
                    (_, sub) => sub.is_some_and(|sub| oracle.may_be_blocked(sub, asked.sent_ms)),
                }
            }
            _ => true,
        };
        let mut lines = lines.iter();
        let explained = lines.any(|line| expected(line.0, line.1) && is_so(line.1));
        if !explained {
            let status = shown.status;
            oracle.broken(format!(
                "fault: {status} in a calm world with the lines {:?}",
                served.heard.lines.borrow()
            ));
        }
    }
    if !served.is_refused_by_service {
        lost(oracle, asked, how, served);
    }
}

/// A person who is signed in is not asked to sign in.
fn lost(oracle: &mut Oracle, asked: &Asked, how: How, served: &Served) {
    let [Who::Person(signed)] = &asked.who[..] else {
        return;
    };
    let sid = signed.sid.borrow().clone();
    let Some(life) = sid.as_deref().and_then(|sid| oracle.certain(sid)) else {
        return;
    };
    if oracle.is_ending(&life.sub) {
        return;
    }
    let Some(number) = asked.place else {
        return;
    };
    let place = PLACES[number];
    let reached = signed.vot.contains("Cm");
    let is_plain = |place: &Place| match place.level {
        "Cl" | "" => true,
        level => level == "Cl.Cm" && reached && place.fresh.is_none(),
    };
    if PLACES[number].is_invited && !Oracle::are_guests(&asked.who) {
        return;
    }
    // A person who has still to arrive is led there, and a form of another site is no request of the person's.
    let is_arriving = !signed.is_on.get() && leads_to_welcome(asked, &served.shown);
    if is_arriving || matches!(how, How::Foreign | How::Sibling) {
        return;
    }
    let plain = oracle.places(number).iter().all(is_plain);
    let margin = oracle.spread_ms + 65_000;
    let limits = (
        oracle.least(|limits| limits.idle),
        oracle.least(|limits| limits.absolute),
    );
    let idle = asked.sent_ms - asked.used_ms;
    let old = asked.sent_ms - life.created_ms;
    let within = idle < limits.0 * 1_000 - margin && old < limits.1 * 1_000 - margin;
    if plain && within && how != How::Status {
        let status = served.shown.status;
        oracle.broken(format!(
            "lost: {status} at {} for a person who is signed in",
            place.path
        ));
    }
}
