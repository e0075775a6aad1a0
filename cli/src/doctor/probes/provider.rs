//! Whether One Login is who it should be, and what it makes of the Worker's request.

use super::behaviour::authorisation_endpoint;
use crate::doctor::finding::{Fault, Findings, Outcome, found};
use crate::doctor::look::{Look, UNANSWERED, not_run, short, status};
use crate::doctor::probe::Probe;
use crate::doctor::web::Asked;
use serde_json::Value;
use shell::terminal::shortened;
use url::Url;

const NOT_A_DOCUMENT: Fault = Fault::error(
    "discovery.document",
    "The Worker cannot learn where One Login's addresses are.",
    "Open the address yourself; if it answers there, a firewall on this machine's network stops it.",
);
const ISSUER: Fault = Fault::error(
    "discovery.issuer",
    "The Worker refuses the document, and nobody can sign in.",
    "Check the environment; for a local provider `issuer` must be spelt exactly as the document says.",
);
const ENDPOINTS: Fault = Fault::error(
    "discovery.endpoint",
    "The Worker refuses the document, or people are sent elsewhere.",
    "Somebody changes the answer on its way; look at the network of this machine and at One Login's status page.",
);

/// One Login's discovery document.
pub const DISCOVERY: Probe = Probe {
    name: "discovery",
    checks: "One Login's document names the issuer that is configured",
    faults: &[&UNANSWERED, &NOT_A_DOCUMENT, &ISSUER, &ENDPOINTS],
    judge: |look| {
        let issuer = look.service()?.provider.issuer.as_str();
        let answer = look.answer(Asked::Discovery)?;
        let document = serde_json::from_str::<Value>(&answer.body).ok();
        let document = document.filter(|_| answer.status == 200);
        let document = document.ok_or_else(|| found(&NOT_A_DOCUMENT, status(answer)))?;
        let mut findings = Findings::default();
        let named = document["issuer"].as_str().unwrap_or("none");
        findings.require(named == issuer, &ISSUER, || {
            format!("it says {named}, not {issuer}")
        });
        for member in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
            let at = document[member].as_str().unwrap_or("none");
            findings.require(at.starts_with(issuer), &ENDPOINTS, || {
                format!("{member} is {at}")
            });
        }
        Ok(findings.or_well(named))
    },
};

const REFUSED: Fault = Fault::error(
    "sent request.refused",
    "Everybody who wants to sign in sees One Login's error page.",
    "Register what the Worker really uses: the client id, the redirect URL and the key (or the JWKS address). One Login \
     keeps a key for 24 hours.",
);
const BLOCKED: Fault = Fault::error(
    "sent request.blocked",
    "One Login's firewall stops the request.",
    "Check the size of the request above; from a build server the network may be blocked: try from elsewhere.",
);
const FAILED: Fault = Fault::error(
    "sent request.failed",
    "One Login cannot work on the request, most likely because it cannot fetch the client's keys.",
    "See that the registered JWKS address answers and is the Worker's; then look at One Login's status page.",
);
const DECLINED: Fault = Fault::error(
    "sent request.error",
    "People come back from One Login with an error in place of a sign-in.",
    "The error's name says what is registered differently: scopes, claims, levels or the client's state.",
);

/// The signed request, at One Login.
pub const SENT: Probe = Probe {
    name: "sent request",
    checks: "One Login takes the Worker's signed request",
    faults: &[&UNANSWERED, &REFUSED, &BLOCKED, &FAILED, &DECLINED],
    judge: sent,
};

fn sent(look: &Look<'_>) -> Result<Outcome, Outcome> {
    let expected = look.expected()?;
    if !look.subject.send {
        return Err(not_run("add --send to send it"));
    }
    if !look.replies.contains_key(&Asked::Authorise) && look.answer(Asked::Navigation).is_ok() {
        return Err(not_run(format!(
            "there is no request for {}",
            authorisation_endpoint(look)?
        )));
    }
    let answer = look.answer(Asked::Authorise)?;
    let said = answer.body.lines().find(|line| !line.trim().is_empty());
    let seen = || match said {
        Some(line) if !line.trim_start().starts_with('<') => {
            format!("{}: {}", status(answer), shortened(line.trim()))
        }
        _ => status(answer),
    };
    match answer.status {
        403 => Err(found(&BLOCKED, seen())),
        400..=499 => Err(found(&REFUSED, seen())),
        500.. => Err(found(&FAILED, seen())),
        _ => {
            let back = answer
                .header("location")
                .filter(|to| short(to) == expected.redirect);
            match back.and_then(error_of) {
                Some(error) => Err(found(&DECLINED, error)),
                None => Ok(Outcome::Well(format!("it was taken: {}", status(answer)))),
            }
        }
    }
}

/// The error in the address of a return, with what One Login says about it.
fn error_of(location: &str) -> Option<String> {
    let url = Url::parse(location).ok()?;
    let value = |wanted: &str| {
        let mut pairs = url.query_pairs();
        let (_, value) = pairs.find(|(name, _)| name == wanted)?;
        Some(value.into_owned())
    };
    let described = value("error_description").unwrap_or_default();
    Some(shortened(&format!("{}: {described}", value("error")?)))
}
