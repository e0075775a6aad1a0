//! Whether the Worker lets in whom it should: a protected path, a script, a public path, a forged header.

use crate::doctor::finding::{Fault, Findings, Outcome, found};
use crate::doctor::look::{Look, UNANSWERED, not_run, short, status};
use crate::doctor::probe::Probe;
use crate::doctor::questions::FORGED;
use crate::doctor::subject::{protected, public};
use crate::doctor::web::{Answer, Asked};
use serde_json::Value;

const OPEN: Fault = Fault::error(
    "redirect.open",
    "Anybody sees what should want a sign-in.",
    "Check that the route is HOST/* and that the newest configuration is deployed. Close the origin until it is.",
);
const NO_REDIRECT: Fault = Fault::error(
    "redirect.status",
    "People cannot sign in.",
    "`npx wrangler tail --env ENV` shows why; the page's reference finds the line.",
);
const ELSEWHERE: Fault = Fault::error(
    "redirect.elsewhere",
    "People are sent to another place than this environment's One Login.",
    "Deploy with --env for this environment; for a local provider check `issuer`.",
);

/// A protected path, opened by a browser.
pub const REDIRECT: Probe = Probe {
    name: "redirect",
    checks: "a protected path leads people to One Login",
    faults: &[&UNANSWERED, &OPEN, &NO_REDIRECT, &ELSEWHERE],
    judge: redirect,
};

fn redirect(look: &Look<'_>) -> Result<Outcome, Outcome> {
    let service = look.service()?;
    let (path, _) = protected(service).ok_or_else(|| not_run("every path is public"))?;
    let answer = look.answer(Asked::Navigation)?;
    let seen = || format!("{path}: {}", status(answer));
    if (200..300).contains(&answer.status) {
        return Err(found(&OPEN, seen()));
    }
    let location = answer.header("location").filter(|_| answer.status == 302);
    let location = location.ok_or_else(|| found(&NO_REDIRECT, seen()))?;
    if short(location) != authorisation_endpoint(look)? {
        return Err(found(&ELSEWHERE, seen()));
    }
    Ok(Outcome::Well(seen()))
}

/// Where One Login takes requests: by its discovery document, or below its issuer.
pub fn authorisation_endpoint(look: &Look<'_>) -> Result<String, Outcome> {
    let discovered = look.answer(Asked::Discovery).ok();
    let document = discovered.and_then(|answer| serde_json::from_str::<Value>(&answer.body).ok());
    let named =
        document.and_then(|document| Some(document["authorization_endpoint"].as_str()?.to_owned()));
    let issuer = &look.service()?.provider.issuer;
    // Ignore an endpoint that belongs to another issuer.
    let own = named.filter(|endpoint| endpoint.starts_with(issuer.as_str()));
    Ok(own.unwrap_or_else(|| format!("{issuer}authorize")))
}

const FOLLOWED: Fault = Fault::error(
    "script.answer",
    "A script cannot follow a sign-in: it fails without a reason, or shows what should be closed.",
    "Look for a rule in Cloudflare that changes answers; the Worker itself says 401 with problem+json.",
);

/// A protected path, asked for by a script.
pub const SCRIPT: Probe = Probe {
    name: "script",
    checks: "a script gets 401 with JSON at a protected path",
    faults: &[&UNANSWERED, &FOLLOWED],
    judge: |look| {
        let answer = look.answer(Asked::Script)?;
        let kind = answer.header("content-type").unwrap_or("no type");
        let is_problem = kind.starts_with("application/problem+json");
        let challenged = answer.header("www-authenticate").is_some();
        let seen = format!("{}, {kind}", status(answer));
        if answer.status == 401 && is_problem && challenged {
            return Ok(Outcome::Well(seen));
        }
        Err(found(&FOLLOWED, seen))
    },
};

const CLOSED: Fault = Fault::error(
    "public.closed",
    "People must sign in to see what anybody may see.",
    "Deploy the newest configuration; if that was done, your service itself asks for the sign-in.",
);
const BROKEN: Fault = Fault::error(
    "public.broken",
    "Your service cannot be reached through the Worker.",
    "Check `origin`, the origin's certificate (SSL Full, strict) and its lock: the Worker must be let in.",
);

/// A public path.
pub const PUBLIC: Probe = Probe {
    name: "public path",
    checks: "a public path is open, and your service answers through the Worker",
    faults: &[&UNANSWERED, &CLOSED, &BROKEN],
    judge: |look| {
        let (path, answer) = at_public(look, Asked::Public)?;
        let seen = format!("{path}: {}", status(answer));
        let issuer = look.service()?.provider.issuer.as_str();
        let sent_away = answer
            .header("location")
            .is_some_and(|to| to.starts_with(issuer));
        if answer.status == 401 || sent_away {
            return Err(found(&CLOSED, seen));
        }
        if answer.status >= 500 {
            return Err(found(&BROKEN, seen));
        }
        Ok(Outcome::Well(seen))
    },
};

const PASSED_ON: Fault = Fault::error(
    "forged header.passed",
    "Somebody who sends an assertion of their own making may be taken for anybody.",
    "The request went past the Worker. Check the route, and let your service verify every assertion.",
);
const CHANGED: Fault = Fault::warning(
    "forged header.changed",
    "Something reads the header before it was verified.",
    "Let your service verify the assertion, and refuse one that does not verify as if it were none.",
);

/// A forged assertion on a public path.
pub const SPOOFED: Probe = Probe {
    name: "forged header",
    checks: "a forged One-Login-Assertion changes nothing on a public path, as far as can be seen",
    faults: &[&UNANSWERED, &PASSED_ON, &CHANGED],
    judge: |look| {
        let (_, plain) = at_public(look, Asked::Public)?;
        let (_, forged) = at_public(look, Asked::Spoofed)?;
        let mut findings = Findings::default();
        findings.require(!forged.body.contains(FORGED), &PASSED_ON, || {
            "the answer repeats it".to_owned()
        });
        findings.require(plain.status == forged.status, &CHANGED, || {
            format!("status {} with it, {} without", forged.status, plain.status)
        });
        Ok(findings.or_well(format!("status {} with it and without", plain.status)))
    },
};

/// The public path that was asked, and its answer.
fn at_public<'a>(look: &Look<'a>, asked: Asked) -> Result<(String, &'a Answer), Outcome> {
    let path = public(look.service()?).ok_or_else(|| not_run("no path is listed as public"))?;
    Ok((path, look.answer(asked)?))
}
