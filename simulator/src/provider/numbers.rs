//! The figures that a service publishes, from the lines that the edge logs: how many sign-ins and identities were started and
//! came to their end, and why the others did not.
//!
//! The rules are those of `cargo edge report`, which has them from a dataset.

use serde_json::Value;

/// One combination of labels.
#[derive(Debug)]
struct Row {
    event: String,
    label: String,
    /// The level that the sign-in asked for; empty where no sign-in of the browser is known.
    level: String,
    number: u64,
    /// How long each took, in seconds, in order.
    seconds: Vec<u64>,
}

impl Row {
    fn is_start(&self) -> bool {
        self.event == "sign_in_started"
    }

    fn is_end(&self) -> bool {
        matches!(self.event.as_str(), "signed_in" | "stepped_up")
    }

    fn is_drop_out(&self) -> bool {
        !self.is_start() && !self.is_end()
    }

    /// Half took as long or less.
    fn median(&self) -> Option<u64> {
        let last = self.seconds.len().checked_sub(1)?;
        self.seconds.get(last / 2).copied()
    }
}

/// The figures of one kind of journey.
#[derive(Debug, PartialEq, Eq)]
pub struct Figures {
    /// How many were started.
    pub started: u64,
    /// How many came to their end.
    pub completed: u64,
    /// How many ended otherwise, by event and label.
    pub drop_outs: Vec<(String, u64)>,
    /// How many did not come back.
    pub away: u64,
    /// The median time of each end, in seconds, by event and label.
    pub medians: Vec<(String, u64)>,
}

/// The sums of every line about a sign-in.
#[derive(Debug, Default)]
pub struct Numbers(Vec<Row>);

impl Numbers {
    /// Counts a line, if it is about the start or the end of a sign-in.
    pub fn note(&mut self, said: &Value) {
        let text = |name: &str| said[name].as_str().unwrap_or_default();
        let (event, label) = (text("event"), text("label"));
        let counts = match event {
            "sign_in_started" | "signed_in" | "stepped_up" => true,
            // A repeated callback and a new start kept no person from the end.
            "callback" | "identity" | "sign_in_start" => text("outcome") != "done",
            _ => false,
        };
        if !counts {
            return;
        }
        let level = if label.starts_with("Cl") {
            label
        } else {
            text("level")
        };
        let found = self.0.iter().position(|row| {
            (row.event.as_str(), row.label.as_str(), row.level.as_str()) == (event, label, level)
        });
        let at = found.unwrap_or_else(|| {
            self.0.push(Row {
                event: event.to_owned(),
                label: label.to_owned(),
                level: level.to_owned(),
                number: 0,
                seconds: Vec::new(),
            });
            self.0.len() - 1
        });
        let row = &mut self.0[at];
        row.number += said["count"].as_u64().unwrap_or(1);
        if row.is_end() {
            let seconds = said["seconds"].as_u64().unwrap_or_default();
            let place = row.seconds.partition_point(|other| *other <= seconds);
            row.seconds.insert(place, seconds);
        }
    }

    /// The figures of identities, or those of sign-ins without one.
    pub fn figures(&self, of_identities: bool) -> Figures {
        let own = |row: &&Row| !row.level.is_empty() && row.level.contains(".P") == of_identities;
        let rows: Vec<_> = self.0.iter().filter(own).collect();
        let sum = |which: fn(&Row) -> bool| -> u64 {
            let counted = rows.iter().filter(|row| which(row));
            counted.map(|row| row.number).sum()
        };
        let (started, completed, ended) =
            (sum(Row::is_start), sum(Row::is_end), sum(Row::is_drop_out));
        let named = |row: &Row| format!("{} {}", row.event, row.label);
        let ends = rows.iter().filter(|row| row.is_end());
        let dropped = rows.iter().filter(|row| row.is_drop_out());
        Figures {
            started,
            completed,
            drop_outs: dropped.map(|row| (named(row), row.number)).collect(),
            away: started.saturating_sub(completed + ended),
            medians: ends
                .filter_map(|row| Some((named(row), row.median()?)))
                .collect(),
        }
    }

    /// The ends that belong to no sign-in that is known, by event and label. Any client can cause them.
    pub fn strays(&self) -> Vec<(String, u64)> {
        let rows = self.0.iter();
        rows.filter(|row| row.is_drop_out() && row.level.is_empty())
            .map(|row| (format!("{} {}", row.event, row.label), row.number))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn when_lines_are_noted_then_the_figures_are_those_of_the_report() {
        let mut numbers = Numbers::default();
        for (event, outcome, label, level, times) in [
            ("sign_in_started", "done", "Cl.Cm", "", 4),
            ("signed_in", "done", "Cl.Cm", "", 2),
            ("callback", "refused", "login_required", "Cl.Cm", 1),
            ("callback_repeated", "done", "no_attempt", "Cl.Cm", 5),
            ("callback", "refused", "no_cookies", "", 3),
            ("sign_in_started", "done", "Cl.Cm.P2", "", 2),
            ("stepped_up", "done", "Cl.Cm.P2", "", 1),
            ("identity", "refused", "not_proved", "Cl.Cm.P2", 1),
            ("session_unchecked", "failed", "timed_out", "", 9),
            ("signed_in", "done", "of_no_level", "", 1),
        ] {
            for n in 0..times {
                let said = json!({
                    "event": event, "outcome": outcome, "label": label, "level": level, "seconds": 40 + 8 * n,
                });
                numbers.note(&said);
            }
        }
        let sums =
            json!({ "event": "callback", "outcome": "refused", "label": "no_cookies", "count": 7 });
        numbers.note(&sums);
        let named = |name: &str, number| vec![(name.to_owned(), number)];
        assert_eq!(
            numbers.figures(false),
            Figures {
                started: 4,
                completed: 2,
                drop_outs: named("callback login_required", 1),
                away: 1,
                medians: named("signed_in Cl.Cm", 40),
            }
        );
        assert_eq!(
            numbers.figures(true),
            Figures {
                started: 2,
                completed: 1,
                drop_outs: named("identity not_proved", 1),
                away: 0,
                medians: named("stepped_up Cl.Cm.P2", 40),
            }
        );
        assert_eq!(numbers.strays(), named("callback no_cookies", 10));
    }
}
