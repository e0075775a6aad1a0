//! The service asks at run time: its answer of 401 names a level or an age of the sign-in that the request's session lacks.
//!
//! The request is judged once more, as if the route asked for that. A person who opens a page is sent to One Login. Any
//! other request gets the service's answer as it is, and so does a session that has what is asked for. The same holds on routes
//! where the service never learns of a session.
//!
//! Source: RFC 9470 section 3; RFC 9110 section 11.6.1 (`WWW-Authenticate`).

use super::protect::Passage;
use super::revocation::{checked, settle};
use crate::config::{Access, Freshness, Rule};
use crate::gate::context::Context;
use crate::gate::decision::{Decision, Task, Verdict};
use crate::gate::http::cookies::Cookies;
use crate::gate::http::reply::Reply;
use crate::gate::http::request::Request;
use crate::gate::{browser_session, identity};
use crate::oidc::SKEW;
use crate::oidc::jws::Alg;
use crate::oidc::vector::Level;
use crate::path::CanonicalPath;
use crate::platform::{EventOutcome, Platform};

/// The least and the most seconds that may be asked for, as in a route.
const AGES: std::ops::RangeInclusive<i64> = 60..=86_400;

/// The parameters of a challenge, as they are written.
#[derive(Debug, Default, PartialEq, Eq)]
struct Demand<'a> {
    level: Option<&'a str>,
    max_age: Option<&'a str>,
}

/// The way to what the service asks for; `None` where its answer goes on as it is.
pub async fn asked<P: Platform>(
    context: &Context<P>,
    request: &Request,
    path: &CanonicalPath,
    query: Option<&str>,
    challenge: &str,
) -> Option<Reply> {
    let own = context.service.rules.find(path);
    if !own.access.has_people() || !request.is_document() || !request.is_read() {
        return None;
    }
    let demand = read(challenge)?;
    let Some(rule) = demanded(context, own, &demand) else {
        context.log_summed(EventOutcome::Failed, "service_asked", "not_possible", "");
        return None;
    };
    let passage = Passage::under(context, request, path, query, &rule);
    let decision = match passage.decide() {
        Verdict::Later(Task::Check { session, .. }) => checked(&passage, *session).await,
        verdict => settle(context, request, verdict).await,
    };
    match decision {
        Decision::Reply(reply) => Some(reply),
        // On such a route the service was told all that the account knows.
        _ if own.access == Access::Required && own.level >= rule.level => None,
        Decision::Forward(_) => raised(&passage).await,
        Decision::Asset { .. } => None,
    }
}

/// The way to the same page with a cookie that says the level which the account knows. The service was told of the cookie's, and
/// that of a sign-in after the proof is lower; so is a cookie of before, where the answer with the proof was lost.
async fn raised<P: Platform>(passage: &Passage<'_, P>) -> Option<Reply> {
    let context = passage.context;
    let cookies = Cookies::new(passage.request.headers.get("cookie"));
    let mut session = browser_session::live(context, cookies)?;
    if !passage.lacks(&session) {
        return None;
    }
    identity::ask(passage, &mut session, &mut None).await.ok()?;
    if passage.lacks(&session) {
        return None;
    }
    session.checked_at = context.now;
    let moved = browser_session::move_on(context, cookies, &mut session)?;
    let mut place = passage.path.text.clone();
    if let Some(query) = passage.query {
        place = format!("{place}?{query}");
    }
    let reply = Reply::redirect(303, place).of(&context.service);
    Some(reply.with_cookies(moved))
}

/// The rule of the path with what is asked for in addition; `None` for what the service could not configure.
fn demanded<P: Platform>(context: &Context<P>, own: &Rule, demand: &Demand<'_>) -> Option<Rule> {
    let service = &context.service;
    let mut rule = own.clone();
    // Of a route that is open to strangers the level says nothing.
    if own.access != Access::Required {
        rule.level = rule.level.credential();
    }
    if let Some(text) = demand.level {
        let level = Level::parse(text)?;
        let mut levels = service.rules.listed().iter().map(|rule| rule.level);
        let known = |known: Level| level == known || level == known.credential();
        if !known(service.level) && !levels.any(known) {
            return None;
        }
        rule.level = match own.access {
            Access::Required => level.max(own.level),
            _ => level,
        };
    }
    rule.access = Access::Required;
    rule.freshness = match demand.max_age {
        None => None,
        Some(text) => {
            let seconds: i64 = text.parse().ok().filter(|age| AGES.contains(age))?;
            // The service judged the age without a tolerance, and the provider, whose clock may be behind, must see one as well.
            let seconds = seconds - SKEW;
            Some(match service.id_token_alg {
                Alg::Es256 => Freshness::Reauthenticate(seconds),
                // The provider takes no other ID token back as a hint.
                _ => Freshness::MaxAge(seconds),
            })
        }
    };
    Some(rule)
}

/// The demand in the challenge of our scheme, if there is one. A comma inside a quoted text of another scheme ends it here.
fn read(challenges: &str) -> Option<Demand<'_>> {
    let mut demand = Demand::default();
    let mut is_ours = false;
    for part in challenges.split(',') {
        let part = part.trim();
        let parameter = match part.split_once(' ') {
            Some((scheme, rest)) if !scheme.contains('=') => {
                is_ours = scheme.eq_ignore_ascii_case("onelogin");
                rest
            }
            _ => part,
        };
        let (name, value) = parameter.split_once('=').unwrap_or_default();
        let value = value.trim().trim_matches('"');
        match name.trim() {
            "level" if is_ours => demand.level = Some(value),
            "max_age" if is_ours => demand.max_age = Some(value),
            _ => {}
        }
    }
    (demand != Demand::default()).then_some(demand)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_challenge_of_our_scheme_asks_then_its_parameters_are_read() {
        let demand = |level, max_age| Some(Demand { level, max_age });
        for (challenge, expected) in [
            (
                r#"OneLogin level="Cl.Cm.P2""#,
                demand(Some("Cl.Cm.P2"), None),
            ),
            ("onelogin max_age=300", demand(None, Some("300"))),
            (
                r#"OneLogin realm="a", level="Cl.Cm", max_age="60""#,
                demand(Some("Cl.Cm"), Some("60")),
            ),
            (
                r#"Bearer realm="a", OneLogin level=Cl.Cm, error="x""#,
                demand(Some("Cl.Cm"), None),
            ),
            (
                r#"OneLogin max_age = 90, Basic realm="b", level="Cl""#,
                demand(None, Some("90")),
            ),
            (r#"OneLogin realm="a""#, None),
            (r#"Bearer max_age=300, level="Cl""#, None),
            ("OneLogin", None),
            ("", None),
        ] {
            assert_eq!(read(challenge), expected, "{challenge}");
        }
    }
}
