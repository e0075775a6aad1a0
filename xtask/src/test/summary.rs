//! The table at the end of a test run.

use anyhow::Result;
use shell::progress::seconds;
use shell::terminal::note;
use std::time::Instant;

/// The steps of a run: how long each took, and how it went.
#[derive(Default)]
pub struct Summary(Vec<Line>);

struct Line {
    mark: &'static str,
    name: String,
    time: String,
    detail: String,
}

impl Summary {
    /// Does a step and notes how it went; the summary shows the text that it returns on the same line.
    pub fn step(&mut self, name: &str, action: impl FnOnce() -> Result<String>) -> Result<()> {
        note(format_args!("\n── {name}"));
        let started = Instant::now();
        let result = action();
        let (mark, detail) = match &result {
            Ok(detail) => ("✓", detail.clone()),
            Err(_) => ("✗", String::new()),
        };
        self.0.push(Line {
            mark,
            name: name.into(),
            time: seconds(started.elapsed()),
            detail,
        });
        result.map(|_| ())
    }

    /// Notes a step that cannot be done on this machine.
    pub fn left_out(&mut self, name: &str, reason: &str) {
        self.0.push(Line {
            mark: "–",
            name: name.into(),
            time: String::new(),
            detail: reason.into(),
        });
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for Line {
            mark,
            name,
            time,
            detail,
        } in &self.0
        {
            writeln!(formatter, "{mark} {name:<34} {time:>12}  {detail}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;

    #[test]
    fn when_steps_fail_or_are_left_out_then_the_summary_shows_them() {
        let mut summary = Summary::default();
        assert!(summary.step("first", || Ok("5 passed".into())).is_ok());
        assert!(summary.step("second", || bail!("no")).is_err());
        summary.left_out("third", "no tool");
        let text = summary.to_string();
        assert!(
            text.contains("✓ first") && text.contains("5 passed") && text.contains("✗ second"),
            "{text}"
        );
        assert!(text.contains("– third"), "{text}");
    }
}
