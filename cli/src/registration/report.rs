//! How findings look: for people in 80 columns, and as JSON for programs.

use super::check::{Finding, Findings};
use super::rules::{RULES, Severity};
use serde_json::{Value, json};
use shell::terminal::{Paint, shortened, visible, wrap};
use std::fmt::Write as _;

/// The subject of a report.
pub struct About<'a> {
    pub file: &'a str,
    pub service: &'a str,
    pub environment: &'a str,
}

/// The report for people.
pub fn text(findings: &Findings, about: &About<'_>, paint: Paint) -> String {
    let mut out = format!(
        "{} of {} in {}",
        about.file, about.service, about.environment
    );
    if let Some(generation) = findings.generation {
        let _ = write!(out, ", read as {}", generation.as_str());
    }
    let mut out = wrap(&out, 2) + "\n";
    for finding in &findings.list {
        out.push('\n');
        one(&mut out, finding, paint);
    }
    let _ = writeln!(out, "\n{}", summary(findings));
    out
}

fn one(out: &mut String, finding: &Finding, paint: Paint) {
    let rule = finding.rule;
    let place = if finding.field.is_empty() {
        "the whole file"
    } else {
        &finding.field
    };
    let colour = match rule.severity {
        Severity::Error => "31;1",
        Severity::Warning => "33;1",
        Severity::Note => "36;1",
    };
    let severity = paint.with(colour, rule.severity.as_str());
    let place = paint.with("1", &visible(place));
    let _ = writeln!(out, "{severity}: {place} ({})", rule.id);
    if let Some(value) = &finding.value {
        let lines = value.lines().map(shortened).collect::<Vec<_>>();
        row(out, "value", &lines.join(BREAK));
    }
    row(
        out,
        "rule",
        &format!("{} ({})", rule.text, rule.source.as_str()),
    );
    row(out, "otherwise", rule.consequence);
    let lines = finding.fix.lines().map(visible).collect::<Vec<_>>();
    row(out, "fix", &lines.join(BREAK));
}

/// A line break within a row: what stood on lines of its own goes on doing so, below where the row's text begins.
const BREAK: &str = "\n            ";

fn row(out: &mut String, label: &str, text: &str) {
    let line = format!("  {label:<10}{text}");
    out.push_str(&wrap(&line, 12));
    out.push('\n');
}

/// How many findings there are, as people say it.
fn summary(findings: &Findings) -> String {
    let count = |severity: Severity| {
        let number = findings.count(severity);
        let plural = if number == 1 { "" } else { "s" };
        format!("{number} {}{plural}", severity.as_str())
    };
    let [errors, warnings, notes] = [Severity::Error, Severity::Warning, Severity::Note].map(count);
    format!("{errors}, {warnings}, {notes}")
}

/// The report for programs; new members may be added, none is renamed.
pub fn to_json(findings: &Findings, about: &About<'_>) -> Value {
    let list: Vec<_> = findings
        .list
        .iter()
        .map(|finding| {
            json!({
                "severity": finding.rule.severity.as_str(),
                "rule": finding.rule.id,
                "source": finding.rule.source.as_str(),
                "field": finding.field,
                "value": finding.value,
                "text": finding.rule.text,
                "consequence": finding.rule.consequence,
                "fix": finding.fix,
            })
        })
        .collect();
    json!({
        "file": about.file,
        "service": about.service,
        "environment": about.environment,
        "generation": findings.generation.map(super::fields::Generation::as_str),
        "errors": findings.count(Severity::Error),
        "warnings": findings.count(Severity::Warning),
        "notes": findings.count(Severity::Note),
        "findings": list,
    })
}

/// Every rule for people.
pub fn rules_text() -> String {
    let mut out = String::new();
    for rule in RULES {
        let _ = writeln!(
            out,
            "{} ({}, {})",
            rule.id,
            rule.severity.as_str(),
            rule.source.as_str()
        );
        row(&mut out, "rule", rule.text);
        row(&mut out, "otherwise", rule.consequence);
    }
    out
}

/// Every rule for programs.
pub fn rules_json() -> Value {
    let rules = RULES.iter().map(|rule| {
        json!({
            "rule": rule.id,
            "severity": rule.severity.as_str(),
            "source": rule.source.as_str(),
            "text": rule.text,
            "consequence": rule.consequence,
        })
    });
    rules.collect()
}
