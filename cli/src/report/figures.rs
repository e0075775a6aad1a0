//! The figures of a service, from rows of labels and numbers.

use serde_json::Value;
use std::fmt::Write;

/// The event of a start.
const START: &str = "sign_in_started";

/// The events of a person who came to the end of what was asked for.
const ENDS: [&str; 2] = ["signed_in", "stepped_up"];

/// The events of which one that is not `done` kept a person from the end.
const STEPS: [&str; 3] = ["callback", "identity", "sign_in_start"];

/// The number of one combination of labels.
#[derive(Debug, Default)]
pub struct Row {
    event: String,
    outcome: String,
    label: String,
    /// The service's id.
    pub service: String,
    level: String,
    number: f64,
    /// The median, in seconds.
    seconds: f64,
}

impl Row {
    /// Reads a row; a number may be a text, as ClickHouse writes those of 64 bits.
    pub fn read(row: &Value) -> Option<Self> {
        let text = |name: &str| row[name].as_str().map(str::to_owned);
        let number = |name: &str| {
            let value = &row[name];
            value.as_f64().or_else(|| value.as_str()?.parse().ok())
        };
        Some(Self {
            event: text("event")?,
            outcome: text("outcome")?,
            label: text("label")?,
            service: text("service")?,
            level: text("level")?,
            number: number("number")?,
            seconds: number("seconds")?,
        })
    }

    /// Whether a person came to the end of what was asked for.
    fn is_end(&self) -> bool {
        ENDS.contains(&self.event.as_str())
    }

    fn is_start(&self) -> bool {
        self.event == START
    }

    /// Whether it is about the proof of an identity.
    fn proves(&self) -> bool {
        self.level.contains(".P")
    }

    /// Whether it kept a person from the end. A repeated callback and a new start did not.
    fn is_drop_out(&self) -> bool {
        STEPS.contains(&self.event.as_str()) && self.outcome != "done"
    }
}

/// The figures in words, a line each.
pub fn told(rows: &[&Row]) -> String {
    let mut text = String::new();
    for (heading, proves) in [("Sign-ins", false), ("Identities", true)] {
        let own: Vec<_> = rows.iter().filter(|row| row.proves() == proves).collect();
        let sum = |which: fn(&Row) -> bool| -> f64 {
            own.iter()
                .filter(|row| which(row))
                .map(|row| row.number)
                .sum()
        };
        let (started, done) = (sum(Row::is_start), sum(Row::is_end));
        if proves && started == 0.0 {
            continue;
        }
        line(&mut text, heading, "");
        figure(&mut text, "started", started);
        figure(&mut text, "completed", done);
        if started > 0.0 {
            line(
                &mut text,
                "  completion rate",
                &format!("{:.1} %", 100.0 * done / started),
            );
        }
        for row in own.iter().filter(|row| row.is_end()) {
            let what = format!("  median of {} {}", row.event, row.label);
            line(&mut text, &what, &format!("{:.0} s", row.seconds));
        }
        // One without a level belongs to no sign-in of the browser, and any client can cause it.
        let attempted = |row: &&&&Row| row.is_drop_out() && !row.level.is_empty();
        let mut left = started - done;
        for row in own.iter().filter(attempted) {
            figure(
                &mut text,
                &format!("{} {}", row.event, row.label),
                row.number,
            );
            left -= row.number;
        }
        figure(&mut text, "did not come back", left.max(0.0));
        text.push('\n');
    }
    let stray = rows
        .iter()
        .filter(|row| row.is_drop_out() && row.level.is_empty());
    line(&mut text, "Of no sign-in that is known", "");
    for row in stray {
        figure(
            &mut text,
            &format!("{} {}", row.event, row.label),
            row.number,
        );
    }
    text
}

fn figure(text: &mut String, what: &str, number: f64) {
    line(text, &format!("  {what}"), &format!("{number:.0}"));
}

fn line(text: &mut String, what: &str, value: &str) {
    let line = format!("{what:<44}{value:>12}");
    // A text takes whatever is written to it.
    let _ = writeln!(text, "{}", line.trim_end());
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(event: &str, outcome: &str, label: &str, level: &str, number: Value) -> Row {
        Row::read(&json!({ "event": event, "outcome": outcome, "label": label, "service": "DEMO", "level": level,
            "number": number, "seconds": 41.5 }))
        .unwrap()
    }

    #[test]
    fn when_sign_ins_are_counted_then_the_rate_and_the_drop_outs_are_told_apart_from_identities() {
        let rows = [
            row("sign_in_started", "done", "Cl.Cm", "Cl.Cm", json!(200)),
            row("signed_in", "done", "Cl.Cm", "Cl.Cm", json!("170")),
            row("callback", "refused", "login_required", "Cl.Cm", json!(10)),
            row("callback_repeated", "done", "no_attempt", "Cl.Cm", json!(7)),
            row("callback", "refused", "no_cookies", "", json!(3)),
            row("sign_in_started", "done", "Cl.Cm.P2", "Cl.Cm.P2", json!(40)),
            row("stepped_up", "done", "Cl.Cm.P2", "Cl.Cm.P2", json!(30)),
            row("identity", "refused", "not_proved", "Cl.Cm.P2", json!(4)),
        ];
        let rows: Vec<_> = rows.iter().collect();
        let told = told(&rows);
        let words: Vec<_> = told
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(
            words,
            [
                "Sign-ins",
                "started 200",
                "completed 170",
                "completion rate 85.0 %",
                "median of signed_in Cl.Cm 42 s",
                "callback login_required 10",
                "did not come back 20",
                "",
                "Identities",
                "started 40",
                "completed 30",
                "completion rate 75.0 %",
                "median of stepped_up Cl.Cm.P2 42 s",
                "identity not_proved 4",
                "did not come back 6",
                "",
                "Of no sign-in that is known",
                "callback no_cookies 3",
            ]
        );
    }

    #[test]
    fn when_the_dashboard_counts_then_it_counts_what_the_report_counts() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .unwrap();
        let dashboard =
            std::fs::read_to_string(root.join("examples/grafana/dashboard.json")).unwrap();
        let list = |events: &[&str]| format!("blob1 IN ('{}')", events.join("', '"));
        for condition in [
            format!("blob1 = '{START}'"),
            list(&ENDS),
            format!("{} AND blob2 != 'done'", list(&STEPS)),
        ] {
            assert!(dashboard.contains(&condition), "{condition}");
        }
    }

    #[test]
    fn when_nothing_was_counted_then_no_rate_is_told() {
        let told = told(&[]);
        assert!(
            !told.contains('%') && !told.contains("Identities"),
            "{told}"
        );
    }
}
