//! Whether the Worker's own parser would serve the service.

use crate::doctor::finding::{Fault, Findings, Outcome};
use crate::doctor::look::Look;
use crate::doctor::probe::Probe;

const CLOSED: Fault = Fault::error(
    "configuration.fault",
    "The host answers 500 to everything.",
    "Write what the message asks for into wrangler.toml and deploy.",
);
const SECRET: Fault = Fault::error(
    "configuration.secret",
    "The host answers 500 to everything.",
    "Name the secret in `required` of the environment's `secrets`, and let `cargo edge keys new` make it, or `npx wrangler \
     secret put NAME --env ENV` take it. Its value belongs into no file.",
);
const LOOSE: Fault = Fault::warning(
    "configuration.warning",
    "The service works, but probably not as you mean it.",
    "Read the message, and README.md on that field.",
);
const CLIENT: Fault = Fault::error(
    "configuration.client_id",
    "One Login shows an error page in place of its sign-in.",
    "Write the client id that One Login gave you into wrangler.toml and deploy.",
);

const DATE: Fault = Fault::error(
    "configuration.compatibility_date",
    "`cargo edge dev` and every test run by older rules than Cloudflare's, so that nothing shows how the deployed Worker behaves.",
    "Name a date in wrangler.toml that the installed runtime knows, or update wrangler, and run the tests.",
);

/// How the names of secrets begin.
const SECRETS: [&str; 5] = [
    "SESSION_KEY_A:",
    "SESSION_KEY_B:",
    "CLIENT_KEY_",
    "CLIENT_SECRET_",
    "ASSERTION_KEY_",
];

/// The configuration.
pub const PROBE: Probe = Probe {
    name: "configuration",
    checks: "the Worker would serve what wrangler.toml says",
    faults: &[&CLOSED, &SECRET, &LOOSE, &CLIENT, &DATE],
    judge,
};

fn judge(look: &Look<'_>) -> Result<Outcome, Outcome> {
    let subject = look.subject;
    let mut findings = Findings::default();
    for fault in &subject.faults {
        let is_secret = SECRETS.iter().any(|name| fault.contains(name));
        findings.add(if is_secret { &SECRET } else { &CLOSED }, fault);
    }
    for warning in &subject.warnings {
        findings.add(&LOOSE, warning);
    }
    if let Ok(service) = look.service() {
        let invented = service.client_id.starts_with("replace-with");
        findings.require(!invented, &CLIENT, || {
            format!("the client id is still {}", service.client_id)
        });
    }
    if let (Some(date), Some(known)) = (&subject.compatibility_date, &subject.runtime_date) {
        // Dates of this form are in the order of their letters.
        findings.require(date <= known, &DATE, || {
            format!("compatibility_date is {date}, and the runtime here knows {known} at most")
        });
    }
    Ok(findings.or_well(format!("{} has no fault and no warning", subject.file)))
}
