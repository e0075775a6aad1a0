//! How the outcome looks: a table in 80 columns for people, and JSON for programs.

use super::finding::{Outcome, Row, Severity, count};
use super::subject::Subject;
use serde_json::{Value, json};
use shell::terminal::{Paint, visible, wrap};

/// Where the third column begins.
const COLUMN: usize = 26;

/// The table.
pub fn text(subject: &Subject, rows: &[Row], paint: Paint) -> String {
    let place = match (&subject.name, subject.offline || subject.expected.is_none()) {
        (_, true) => "without asking any address".to_owned(),
        (Some(host), false) => format!("at {} (as {host})", subject.base),
        (None, false) => format!("at {}", subject.base),
    };
    let title = format!("{} in {}, {place}", subject.id, subject.environment);
    let mut out = format!("{}\n\n", wrap(&title, 2));
    for row in rows {
        match &row.outcome {
            Outcome::Well(seen) => line(&mut out, paint, ("ok", "32"), row.name, seen),
            Outcome::NotRun(why) => line(&mut out, paint, ("not run", "2"), row.name, why),
            Outcome::Found(findings) => {
                for finding in findings {
                    let fault = finding.fault;
                    let colour = match fault.severity {
                        Severity::Error => "31;1",
                        Severity::Warning => "33;1",
                    };
                    let mark = (fault.severity.as_str(), colour);
                    line(&mut out, paint, mark, row.name, &finding.seen);
                    more(&mut out, "otherwise", fault.otherwise);
                    more(&mut out, "fix", fault.fix);
                }
            }
        }
    }
    out.push_str(&format!("\n{}\n", summary(rows)));
    out
}

fn line(out: &mut String, paint: Paint, (mark, colour): (&str, &str), name: &str, text: &str) {
    // Colours have no width, so the text is laid out without them.
    let laid = wrap(&format!("{mark:<9}{name:<17}{}", visible(text)), COLUMN);
    let rest = laid.get(mark.len()..).unwrap_or_default();
    out.push_str(&format!("{}{rest}\n", paint.with(colour, mark)));
}

fn more(out: &mut String, label: &str, text: &str) {
    let line = format!("{:9}{label:<17}{text}", "");
    out.push_str(&wrap(&line, COLUMN));
    out.push('\n');
}

/// How many of each there are, as people say it.
pub fn summary(rows: &[Row]) -> String {
    let (errors, warnings, not_run) = count(rows);
    let plural = |number: usize| if number == 1 { "" } else { "s" };
    format!(
        "{errors} error{}, {warnings} warning{}, {not_run} not run, of {} probes",
        plural(errors),
        plural(warnings),
        rows.len()
    )
}

/// The outcome for programs; new members may be added, none is renamed.
pub fn to_json(subject: &Subject, rows: &[Row]) -> Value {
    let (errors, warnings, not_run) = count(rows);
    json!({
        "service": subject.id,
        "environment": subject.environment,
        "url": subject.base,
        "errors": errors,
        "warnings": warnings,
        "not_run": not_run,
        "probes": rows.iter().map(row).collect::<Vec<_>>(),
    })
}

fn row(row: &Row) -> Value {
    let (result, seen, findings) = match &row.outcome {
        Outcome::Well(seen) => ("ok", Some(seen), Vec::new()),
        Outcome::NotRun(why) => ("not run", Some(why), Vec::new()),
        Outcome::Found(list) => {
            let is_error = list
                .iter()
                .any(|finding| finding.fault.severity == Severity::Error);
            let result = if is_error { "error" } else { "warning" };
            let findings = list.iter().map(|finding| {
                json!({
                    "fault": finding.fault.id,
                    "severity": finding.fault.severity.as_str(),
                    "seen": finding.seen,
                    "otherwise": finding.fault.otherwise,
                    "fix": finding.fault.fix,
                })
            });
            (result, None, findings.collect())
        }
    };
    json!({
        "probe": row.name,
        "checks": row.checks,
        "result": result,
        "seen": seen,
        "findings": findings,
    })
}
