//! Whether staff can come in: the team of Cloudflare Access, its keys, and its application in front of a route.

use super::key_sets::{is_large_rsa, keys, kind};
use crate::doctor::finding::{Fault, Findings, Outcome, found};
use crate::doctor::look::{Look, UNANSWERED, not_run, status};
use crate::doctor::probe::Probe;
use crate::doctor::subject::staff;
use crate::doctor::web::Asked;
use one_login_edge::config::AccessTeam;
use url::Url;

const NO_KEYS: Fault = Fault::error(
    "access keys.missing",
    "The Worker refuses all staff, because it cannot check whom Access let in.",
    "Write `access_team` as Cloudflare's Zero Trust settings have it: the name before .cloudflareaccess.com.",
);
const KIND: Fault = Fault::error(
    "access keys.kind",
    "The Worker takes only RS256 with RSA of 2,048 bits or more, and refuses tokens by this key.",
    "Open the address yourself; look for what answers in the place of Cloudflare Access.",
);
const ABSENT: Fault = Fault::warning(
    "access.absent",
    "Staff get a refusal in the place of a sign-in, unless the application asks for service tokens only.",
    "Add this path of the host to the destinations of the Access application.",
);
const TEAM: Fault = Fault::error(
    "access.team",
    "Access lets people in by another team's word, which the Worker refuses.",
    "Write the team that this path leads to as `access_team`, or move the application to your team.",
);
const AUDIENCE: Fault = Fault::error(
    "access.audience",
    "The Worker refuses all staff, because their tokens are for another application.",
    "Copy the Application Audience (AUD) tag of the application in front of this path to `access_audience`.",
);

/// The team's keys.
pub const KEYS: Probe = Probe {
    name: "access keys",
    checks: "the team of Cloudflare Access publishes keys that the Worker takes",
    faults: &[&UNANSWERED, &NO_KEYS, &KIND],
    judge: |look| {
        team(look)?;
        let answer = look.answer(Asked::TeamKeys)?;
        let set = keys(answer).ok_or_else(|| found(&NO_KEYS, status(answer)))?;
        let mut findings = Findings::default();
        for key in &set {
            let id = key["kid"].as_str();
            findings.require(id.is_some() && is_large_rsa(key), &KIND, || {
                format!("the key {} is {}", id.unwrap_or("without an id"), kind(key))
            });
        }
        let plural = if set.len() == 1 { "key" } else { "keys" };
        Ok(findings.or_well(format!("{} {plural}, {} ms", set.len(), answer.ms)))
    },
};

/// The application in front of a route.
pub const APPLICATION: Probe = Probe {
    name: "access",
    checks: "the application of Cloudflare Access that is configured is in front of a staff route",
    faults: &[&UNANSWERED, &ABSENT, &TEAM, &AUDIENCE],
    judge: |look| {
        let (team, path) = team(look)?;
        if look.subject.is_local() || look.subject.name.is_some() {
            return Err(not_run("Access is in front of the service's own address"));
        }
        let answer = look.answer(Asked::Staff)?;
        let leads = answer.header("location").and_then(|to| Url::parse(to).ok());
        let Some(to) = leads.filter(|_| (300..400).contains(&answer.status)) else {
            return Err(found(&ABSENT, format!("{path}: {}", status(answer))));
        };
        let host = to.host_str().unwrap_or_default();
        let seen = || format!("{path}: status {} to {host}", answer.status);
        if to.origin().ascii_serialization() != team.issuer {
            return Err(found(&TEAM, seen()));
        }
        // Cloudflare's own plug-in writes the tag into this parameter (`generateLoginURL` of
        // @cloudflare/pages-plugin-cloudflare-access 1.0.5). Where it is absent, nothing can be said.
        let tag = to.query_pairs().find(|(name, _)| name == "kid");
        match tag {
            Some((_, tag)) if tag != team.audience.as_str() => {
                Err(found(&AUDIENCE, format!("{path}: the tag {tag}")))
            }
            _ => Ok(Outcome::Well(seen())),
        }
    },
};

/// The team, and a path of its staff.
fn team<'a>(look: &Look<'a>) -> Result<(&'a AccessTeam, String), Outcome> {
    let service = look.service()?;
    let found = service.access_team.as_ref().zip(staff(service));
    found.ok_or_else(|| not_run("no route is for staff of Cloudflare Access"))
}
