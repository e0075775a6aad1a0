//! How findings look: for people in 80 columns, and as JSON for programs.

use super::check::{Finding, Findings};
use super::rules::{RULES, Severity};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The width that every terminal has.
pub const WIDTH: usize = 80;

/// The longest value that is shown whole, in characters.
const LONG: usize = 120;

/// What a report is about.
pub struct About<'a> {
    pub file: &'a str,
    pub service: &'a str,
    pub environment: &'a str,
}

/// Colours, or none where nobody would see them as such.
#[derive(Clone, Copy)]
pub struct Paint(bool);

impl Paint {
    /// Colours on a terminal whose user has not refused them (no-color.org).
    pub fn for_terminal(is_terminal: bool) -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self(is_terminal && !refused)
    }

    fn severity(self, severity: Severity) -> String {
        let colour = match severity {
            Severity::Error => "31;1",
            Severity::Warning => "33;1",
            Severity::Note => "36;1",
        };
        self.with(colour, severity.as_str())
    }

    /// A text in a colour, by the number of the terminal's escape sequence.
    pub fn with(self, code: &str, text: &str) -> String {
        if self.0 {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
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
    let mut out = wrap(&out, 0, 2) + "\n";
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
    let severity = paint.severity(rule.severity);
    let place = paint.with("1", &visible(place));
    let _ = writeln!(out, "{severity}: {place} ({})", rule.id);
    if let Some(value) = &finding.value {
        row(out, "value", &shortened(value));
    }
    row(
        out,
        "rule",
        &format!("{} ({})", rule.text, rule.source.as_str()),
    );
    row(out, "otherwise", rule.consequence);
    row(out, "fix", &visible(&finding.fix));
}

fn row(out: &mut String, label: &str, text: &str) {
    let line = format!("  {label:<10}{text}");
    out.push_str(&wrap(&line, 0, 12));
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

/// A text without letters that would move the cursor: a file may hold anything.
pub fn visible(text: &str) -> String {
    let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    text.chars().map(plain).collect()
}

/// Whether nobody would read it to its end.
pub fn is_long(value: &str) -> bool {
    value.chars().count() > LONG
}

/// A value of a length that a person reads.
pub fn shortened(value: &str) -> String {
    let value = visible(value);
    if !is_long(&value) {
        return value;
    }
    let length = value.chars().count();
    let start: String = value.chars().take(40).collect();
    format!("{start}… ({length} characters)")
}

/// Breaks a line at spaces so that it fits; a word that is longer than a line stays whole, to be copied.
pub fn wrap(text: &str, first: usize, next: usize) -> String {
    let mut out = " ".repeat(first);
    let leading = text.len() - text.trim_start().len();
    out.push_str(&text[..leading]);
    let mut column = first + leading;
    let mut is_start = true;
    for word in text.trim_start().split(' ') {
        let width = word.chars().count();
        if !is_start && column + 1 + width > WIDTH {
            out.push('\n');
            out.push_str(&" ".repeat(next));
            column = next;
        } else if !is_start {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
        is_start = false;
    }
    // Aligned labels leave spaces where a line was broken.
    out.lines()
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_long_words_stay_whole() {
        let words = "word ".repeat(30);
        let wrapped = wrap(words.trim(), 2, 4);
        assert!(wrapped.lines().all(|line| line.len() <= WIDTH));
        assert!(wrapped.lines().nth(1).unwrap().starts_with("    word"));
        let url = format!("https://{}", "a".repeat(100));
        assert!(wrap(&format!("fix {url}"), 0, 2).contains(&url));
    }

    #[test]
    fn control_characters_never_reach_the_terminal() {
        assert_eq!(visible("a\u{1b}[31mb\n"), "a\u{fffd}[31mb\u{fffd}");
    }

    #[test]
    fn colour_is_for_terminals() {
        let plain = Paint(false).severity(Severity::Error);
        assert_eq!(plain, "error");
        assert!(Paint(true).severity(Severity::Error).starts_with('\u{1b}'));
    }
}
