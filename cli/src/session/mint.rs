//! The headers with which the Worker would forward a request, laid out by the Worker's own code.

use super::person::Person;
use super::place::Place;
use super::sign::es256;
use anyhow::{Context, Result, bail, ensure};
use one_login_edge::config::{Access, Rule};
use one_login_edge::gate::access::assertion::unsigned;
use one_login_edge::gate::access::statement::{Bound, LIFETIME, Subject};
use one_login_edge::session::session::Session;
use shell::places::Places;

/// As documentation writes them; header names have no case.
const HEADERS: [&str; 2] = ["One-Login-Assertion", "One-Login-Identity"];

/// The bytes of a request of a browser without what is said of the person: 27 headers, with 600 bytes of cookies.
const USUAL_HEAD: usize = 1_743;

/// Headers and what is to be said of them.
pub struct Minted {
    /// Names and values: the assertion, and identity claims that do not fit into it.
    pub headers: Vec<(&'static str, String)>,
    /// For whoever reads the terminal.
    pub about: String,
}

/// Makes the headers for a person who asks for a path with a method. Times are seconds since the epoch.
///
/// # Errors
/// When the Worker would forward no such request with an assertion, and why.
pub fn mint(
    places: &Places,
    place: &Place,
    person: &Person,
    (method, path): (&str, &str),
    now: i64,
) -> Result<Minted> {
    let service = &place.service;
    let canonical = service.path(path).ok().with_context(|| {
        format!("the Worker refuses the path {path:?}: it can be read in two ways")
    })?;
    let rule = service.rules.find(&canonical);
    let session = person.session(rule.level, now)?;
    may_pass(rule, &session, path, now)?;
    let asks = rule.release.has_identity() || rule.release.outcome;
    let known = if asks { person.known(&session)? } else { None };
    let bound = Bound {
        method: method.to_owned(),
        address: format!("{}{}", service.origin_url, canonical.text),
    };
    let about = Subject {
        release: rule.release,
        // As much as a request with 27 usual headers leaves.
        room: service.origin_header_limit.saturating_sub(USUAL_HEAD),
        bound: rule.bind.then_some(bound),
    };
    // A reference needs the session keys and a session that an account has.
    let (first, second) = unsigned(service, &session, &about, known.as_ref(), now, || None)
        .ok()
        .context("the claims make no assertion")?;
    let mut headers = Vec::new();
    for (name, unsigned) in HEADERS
        .into_iter()
        .zip(std::iter::once(first).chain(second))
    {
        let signature = es256(places, &place.key, unsigned.signing_input())?;
        headers.push((name, unsigned.finish(&signature)));
    }
    let own = &service.own_path;
    let about = format!(
        "For {path} (route {}) at {}, good for {LIFETIME} seconds.\n\
         iss  {}\naud  {}\nkeys {}{own}/assertion-jwks.json while `cargo edge dev` runs, else `cargo edge session keys`",
        rule.pattern,
        session.level,
        service.origin_url,
        service.origin_audience,
        service.origin_url,
    );
    Ok(Minted { headers, about })
}

/// Checks what the Worker checks before it forwards a request.
fn may_pass(rule: &Rule, session: &Session, path: &str, now: i64) -> Result<()> {
    if rule.access == Access::Public {
        bail!("{path} is public: the Worker sends no assertion there, whoever is signed in");
    }
    if rule.access == Access::Api {
        bail!(
            "{path} is for programs: the Worker sends no assertion there, only their Authorization header"
        );
    }
    if rule.access == Access::CloudflareAccess {
        bail!(
            "{path} is for staff: the Worker sends no assertion about a person there, only a statement about staff"
        );
    }
    if rule.access == Access::Optional {
        return Ok(());
    }
    ensure!(
        session.level >= rule.level,
        "{path} wants {}: the Worker would ask somebody who signed in at {} to sign in again",
        rule.level,
        session.level
    );
    if let Some(freshness) = rule.freshness {
        ensure!(
            !freshness.is_over(session.auth_time, session.reauthenticated_at, now),
            "{path} wants a sign-in of the last {} seconds: the Worker would ask for another",
            freshness.seconds()
        );
    }
    Ok(())
}
