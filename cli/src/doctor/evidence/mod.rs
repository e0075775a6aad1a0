//! The evidence pack: what a service is, what it does with personal data and what the probes saw, as one dated Markdown
//! file for the Engagement Manager and the service assessment. Everything but the architecture is derived.

mod pack;
mod processing;
mod standing;
mod tests_run;

use super::finding::{Outcome, Row};
use super::output::summary;
use super::subject::Subject;
use crate::keys::when::Time;
use crate::registration::expected::Expected;
use one_login_edge::config::Origin;
use pack::Pack;
use std::path::Path;

/// The material of the evidence pack, apart from the service's configuration.
pub struct Sources<'a> {
    pub rows: &'a [Row],
    /// When the probes were run.
    pub now: Time,
    /// Where `cargo edge test` leaves its reports.
    pub reports: &'a Path,
}

/// The pack. A service that a fault closes has no more in it than the probes' results.
pub fn pack(subject: &Subject, sources: &Sources<'_>) -> String {
    let mut out = Pack::default();
    let name = subject
        .expected
        .as_ref()
        .map_or(subject.id.as_str(), |expected| {
            expected.service.name.en.as_str()
        });
    out.line(&format!("# {name}: sign-in with GOV.UK One Login\n"));
    out.line(&format!(
        "{} in {}, as seen at {}, by `cargo edge doctor` {}: {}.",
        subject.id,
        subject.environment,
        sources.now,
        env!("CARGO_PKG_VERSION"),
        summary(sources.rows)
    ));
    if let Some(expected) = &subject.expected {
        architecture(&mut out, expected);
        processing::write(&mut out, subject, expected);
        standing::limits(&mut out, expected);
        standing::keys(&mut out, subject, sources.now);
        standing::registration(&mut out, expected);
    }
    tests_run::write(&mut out, sources.reports);
    results(&mut out, sources.rows);
    out.0
}

fn architecture(out: &mut Pack, expected: &Expected) {
    let service = &expected.service;
    let origin = match &service.origin {
        Origin::Route => format!("the origin of {}", service.host),
        Origin::Url(url) => url.clone(),
        Origin::Binding(name) => format!("the Worker bound as {name}"),
    };
    out.heading("Architecture and data flow");
    out.line(&format!(
        "Every request to {} goes through a Cloudflare Worker. It signs people in with GOV.UK One Login ({}), keeps the \
         session in a sealed cookie, and passes requests on to {origin} with a signed statement of who asks, the \
         assertion, which lives for a minute. A person who is not signed in gets to public paths only. The service itself \
         holds no keys of One Login and speaks no OpenID Connect.\n",
        service.host, service.provider.issuer
    ));
    out.line("```mermaid\nflowchart LR");
    out.line(&format!(
        "  B[Browser] -->|https, sealed cookie| W[\"Worker at {}\"]",
        service.host
    ));
    out.line("  B -->|signs in| P[GOV.UK One Login]");
    out.line("  W -->|signed request, code, userinfo| P");
    out.line("  P -->|logout notifications| W");
    out.line(&format!("  W -->|request and assertion| O[\"{origin}\"]"));
    out.line("  W -->|session ids under a hash of the subject| A[(Account: Durable Object)]");
    out.line("  W -->|public documents only| K[(Workers KV)]\n```");
}

fn results(out: &mut Pack, rows: &[Row]) {
    out.heading("What the probes saw");
    let line = |row: &Row| match &row.outcome {
        Outcome::Well(seen) => vec![[
            row.name.to_owned(),
            row.checks.to_owned(),
            "ok".to_owned(),
            seen.clone(),
        ]],
        Outcome::NotRun(why) => vec![[
            row.name.to_owned(),
            row.checks.to_owned(),
            "not run".to_owned(),
            why.clone(),
        ]],
        Outcome::Found(list) => {
            let one = |finding: &super::finding::Finding| {
                let fault = finding.fault;
                let said = format!("{} {} {}", finding.seen, fault.otherwise, fault.fix);
                [
                    row.name.to_owned(),
                    row.checks.to_owned(),
                    fault.severity.as_str().to_owned(),
                    said,
                ]
            };
            list.iter().map(one).collect()
        }
    };
    let rows: Vec<_> = rows.iter().flat_map(line).collect();
    out.table(["probe", "whether", "result", "seen"], &rows);
}
