//! Whether One Login's logout notifications can arrive, and whether the Worker refuses any other sender's.

use crate::doctor::finding::{Fault, Findings, Outcome};
use crate::doctor::look::{Look, UNANSWERED, status};
use crate::doctor::probe::Probe;
use crate::doctor::web::Asked;

const GET: Fault = Fault::error(
    "back-channel.get",
    "Something else than the Worker answers this address.",
    "Look for a rule in Cloudflare, or another route, that answers it.",
);
const TAKEN: Fault = Fault::error(
    "back-channel.garbage",
    "A notification that One Login never sent is taken, or One Login's own are lost.",
    "Look for a rule in Cloudflare, or another route, that answers this address.",
);
const BLOCKED: Fault = Fault::error(
    "back-channel.java",
    "One Login's notifications come from a Java program and are stopped, so people who signed out elsewhere stay signed in.",
    "Let this path skip bot rules in Cloudflare: Security, WAF, a custom rule that skips for it.",
);

/// The address for notifications.
pub const PROBE: Probe = Probe {
    name: "back-channel",
    checks: "notifications reach the Worker, also from a Java program, and garbage gets 400",
    faults: &[&UNANSWERED, &GET, &TAKEN, &BLOCKED],
    judge,
};

fn judge(look: &Look<'_>) -> Result<Outcome, Outcome> {
    let get = look.answer(Asked::BackChannelGet)?;
    let garbage = look.answer(Asked::BackChannelGarbage)?;
    let java = look.answer(Asked::BackChannelJava)?;
    let mut findings = Findings::default();
    findings.require(get.status == 405, &GET, || {
        format!("GET: {}, not 405", status(get))
    });
    findings.require(garbage.status == 400, &TAKEN, || {
        format!("POST of garbage: {}, not 400", status(garbage))
    });
    findings.require(java.status == garbage.status, &BLOCKED, || {
        format!(
            "from Java: {}, from others {}",
            status(java),
            garbage.status
        )
    });
    Ok(findings.or_well("GET 405; garbage 400, also from Java"))
}
