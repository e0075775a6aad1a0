//! `cargo edge doctor`: looks at a service as it is configured, and as it answers.
//!
//! Reading order: `subject` (what is looked at), `questions` (what is asked, all of it at once), `web` (the door to the
//! outside), `signature` (who signed the Worker's request), then `probes`: each a pure function from what is configured and answered to what is wrong. `output` shows
//! it. Nothing here changes anything anywhere, and no answer's cookie or token is shown.

mod evidence;
mod finding;
mod head_limit;
mod look;
mod output;
mod probe;
mod probes;
mod questions;
mod signature;
mod subject;
mod web;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod docs_tests;
#[cfg(test)]
mod evidence_tests;
#[cfg(test)]
mod faults_tests;
#[cfg(test)]
mod output_tests;
#[cfg(test)]
mod scene_tests;

pub use subject::Options;

use crate::keys::when::Time;
use crate::registration::Format;
use crate::supply::Supply;
use anyhow::{Context, Result};
use finding::{Row, count};
use look::Look;
use probes::PROBES;
use shell::places::Places;
use shell::terminal::{self, Paint};
use std::fs;
use std::io::IsTerminal;
use std::process::ExitCode;
use subject::Subject;
use web::{Network, Web};

/// `cargo edge doctor`.
///
/// # Errors
/// When the configuration cannot be read or Node cannot be started. A fault that a probe finds is no error here.
pub fn command(places: &Places, supply: &dyn Supply, options: &Options) -> Result<ExitCode> {
    let subject = Subject::read(places, options)?;
    if !subject.offline {
        supply.node(places)?;
    }
    let rows = diagnose(&subject, &Network(places))?;
    if let Some(path) = &options.evidence {
        let sources = evidence::Sources {
            rows: &rows,
            now: Time::now(),
            reports: &places.root.join("target/edge/test"),
        };
        fs::write(path, evidence::pack(&subject, &sources))
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    terminal::print(&match options.format {
        Format::Json => format!("{:#}\n", output::to_json(&subject, &rows)),
        Format::Text => {
            let paint = Paint::for_terminal(std::io::stdout().is_terminal());
            output::text(&subject, &rows, paint)
        }
    })?;
    let (errors, ..) = count(&rows);
    Ok(ExitCode::from(u8::from(errors > 0)))
}

/// Asks everything, and lets every probe judge.
fn diagnose(subject: &Subject, web: &dyn Web) -> Result<Vec<Row>> {
    let replies = questions::ask(subject, web)?;
    let signature = signature::of_request(subject, &replies);
    let is_signed = signature.map(|signature| web.verify(&signature));
    let look = Look {
        subject,
        replies: &replies,
        head_limit: questions::head_limit(subject, &replies, web)?,
        is_signed: is_signed.transpose()?,
    };
    Ok(PROBES.iter().map(|probe| probe.row(&look)).collect())
}
