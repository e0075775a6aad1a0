//! Checks a registration by every rule, and collects what is wrong.

mod across;
mod advice;
mod context;
mod fields;
mod key;
mod registry;
mod worker;

pub use context::{Context, Finding, Findings};

use super::fields::Registration;
use super::json::Document;
use super::rules::NOT_JSON;
use context::File;

/// Checks a file's text; the worst findings come first, otherwise in the order of the rules.
pub fn check(text: &str, context: &Context<'_>) -> Findings {
    let mut findings = Findings::default();
    match Document::parse(text) {
        Ok(document) => {
            let file = File {
                registration: Registration::new(document),
            };
            findings.generation = Some(file.registration.generation);
            fields::check(&file, context, &mut findings);
            registry::check(&file, context, &mut findings);
            key::check(&file, context, &mut findings);
            worker::check(&file, context, &mut findings);
            across::check(&file, context, &mut findings);
        }
        Err(error) => {
            let fix = format!("Mend the file: {error}.");
            findings.add(&NOT_JSON, "", None, fix);
        }
    }
    findings.list.sort_by_key(|finding| finding.rule.severity);
    findings
}
