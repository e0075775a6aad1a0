//! Whether the Worker's own pages answer as they must.

use crate::doctor::finding::{Fault, Outcome, found};
use crate::doctor::look::{Look, UNANSWERED, not_run, status};
use crate::doctor::probe::Probe;
use crate::doctor::web::{Answer, Asked};

const CALLBACK_ANSWER: Fault = Fault::error(
    "callback.answer",
    "People who come back from One Login do not reach the Worker, or a forged return is taken.",
    "Look for a rule in Cloudflare, or another route, that answers this address.",
);

/// The callback with garbage.
pub const CALLBACK: Probe = Probe {
    name: "callback",
    checks: "a callback without a started sign-in gets a page with 400",
    faults: &[&UNANSWERED, &CALLBACK_ANSWER],
    judge: |look| page(look, Asked::Callback, 400, &CALLBACK_ANSWER),
};

const UNASKED: Fault = Fault::error(
    "sign-out.unasked",
    "A link on anybody's page signs people out.",
    "Something answers in place of the Worker, or takes the header Sec-Fetch-Site away.",
);
const NO_QUESTION: Fault = Fault::error(
    "sign-out.answer",
    "People cannot sign out.",
    "Look for a rule in Cloudflare, or another route, that answers this address.",
);

/// A sign-out that another site's page asks for.
pub const SIGN_OUT: Probe = Probe {
    name: "sign-out",
    checks: "another site's link gets a page that asks, not a sign-out",
    faults: &[&UNANSWERED, &UNASKED, &NO_QUESTION],
    judge: |look| {
        let answer = look.answer(Asked::SignOut)?;
        if (300..400).contains(&answer.status) || answer.header("refresh").is_some() {
            return Err(found(&UNASKED, status(answer)));
        }
        let asks = answer.status == 200 && answer.body.contains("<form");
        if !(asks && is_page(answer)) {
            return Err(found(&NO_QUESTION, status(answer)));
        }
        Ok(Outcome::Well("a page that asks".to_owned()))
    },
};

const NO_GOODBYE: Fault = Fault::error(
    "signed-out.answer",
    "People see an error after signing out.",
    "Look for a rule in Cloudflare, or another route, that answers this address.",
);

/// The page after signing out.
pub const SIGNED_OUT: Probe = Probe {
    name: "signed-out",
    checks: "the page that people come back to after signing out is there",
    faults: &[&UNANSWERED, &NO_GOODBYE],
    judge: |look| page(look, Asked::SignedOut, 200, &NO_GOODBYE),
};

const NO_LANDING: Fault = Fault::error(
    "landing page.answer",
    "People who come back from a check in person see an error.",
    "Deploy this version of the Worker; look for a rule in Cloudflare that answers this address.",
);

/// The page for people who come back from a check in person.
pub const LANDING: Probe = Probe {
    name: "landing page",
    checks: "people who come back from a check in person can go on",
    faults: &[&UNANSWERED, &NO_LANDING],
    judge: |look| {
        look.service()?;
        if !look.subject.has_landing_page {
            return Err(not_run("this service proves no identity"));
        }
        let answer = look.answer(Asked::Landing)?;
        if matches!(answer.status, 200 | 302 | 303) {
            return Ok(Outcome::Well(status(answer)));
        }
        Err(found(&NO_LANDING, status(answer)))
    },
};

/// A page of the Worker's own with a status.
fn page(
    look: &Look<'_>,
    asked: Asked,
    wanted: u16,
    fault: &'static Fault,
) -> Result<Outcome, Outcome> {
    let answer = look.answer(asked)?;
    if answer.status == wanted && is_page(answer) {
        return Ok(Outcome::Well(status(answer)));
    }
    Err(found(fault, status(answer)))
}

fn is_page(answer: &Answer) -> bool {
    let kind = answer.header("content-type").unwrap_or_default();
    kind.starts_with("text/html")
}
