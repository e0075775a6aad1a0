//! Whether the origin refuses whoever comes past the Worker.

use crate::doctor::finding::{Fault, Outcome, found};
use crate::doctor::look::{Look, not_run, status};
use crate::doctor::probe::Probe;
use crate::doctor::web::{Asked, Reply};

const OPEN: Fault = Fault::error(
    "origin.open",
    "Anybody who finds the origin's address sees what should want a sign-in.",
    "Verify the assertion on every request, and lock the origin: a tunnel, authenticated origin pulls or a secret header.",
);
const REACHABLE: Fault = Fault::warning(
    "origin.reachable",
    "The origin answers strangers; an assertion that leaks could be used there for a minute.",
    "Lock the origin: a tunnel, authenticated origin pulls or a secret header that it checks.",
);

/// The origin without the Worker.
pub const PROBE: Probe = Probe {
    name: "origin",
    checks: "the origin refuses requests that come past the Worker",
    faults: &[&OPEN, &REACHABLE],
    judge: |look: &Look<'_>| {
        look.service()?;
        if look.subject.origin_url.is_none() {
            return Err(not_run("name the origin's own address with --origin-url"));
        }
        if let Some(Reply::Failed { error }) = look.replies.get(&Asked::Origin) {
            return Ok(Outcome::Well(format!("it does not answer ({error})")));
        }
        let answer = look.answer(Asked::Origin)?;
        match answer.status {
            401 | 403 => Ok(Outcome::Well(status(answer))),
            200..=299 => Err(found(&OPEN, status(answer))),
            _ => Err(found(&REACHABLE, status(answer))),
        }
    },
};
