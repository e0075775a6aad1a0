//! The sign that a long step is under way: a spinner with the time so far and the last line of output on a
//! terminal, one plain line at the start and one at the end everywhere else.

use crate::terminal::{note, plain};
use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

/// One piece of work being shown.
pub struct Progress {
    title: String,
    started: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Shows a piece of work while it is done, and how it went.
    pub fn during<T>(title: &str, work: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        let progress = Self::start(title);
        let result = work(&progress);
        progress.end(if result.is_ok() { "✓" } else { "✗" });
        result
    }

    fn start(title: &str) -> Self {
        let bar = stderr().is_terminal().then(|| spinner(title));
        if bar.is_none() {
            note(format_args!("… {title}"));
        }
        Self {
            title: title.to_owned(),
            started: Instant::now(),
            bar,
        }
    }

    /// Shows the newest line of output next to the spinner; says nothing elsewhere, where it would fill a log.
    pub fn line(&self, line: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(plain(line));
        }
    }

    /// Says something that should stay readable.
    pub fn note(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(format!("  {text}")),
            None => note(format_args!("  {text}")),
        }
    }

    /// Hides the spinner while a person is asked something.
    pub fn suspend<T>(&self, question: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(question),
            None => question(),
        }
    }

    fn end(self, mark: &str) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let time = seconds(self.started.elapsed());
        note(format_args!("{mark} {} ({time})", self.title));
    }
}

fn spinner(title: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) =
        ProgressStyle::with_template("{spinner} {prefix} [{elapsed}] {wide_msg:.dim}")
    {
        bar.set_style(style);
    }
    bar.set_prefix(title.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A duration as people say it.
pub fn seconds(duration: Duration) -> String {
    match duration.as_secs() {
        0..=9 => format!("{:.1} s", duration.as_secs_f64()),
        whole @ 10..=119 => format!("{whole} s"),
        whole => format!("{} min {:02} s", whole / 60, whole % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_duration_is_shown_then_its_unit_fits_its_length() {
        assert_eq!(seconds(Duration::from_millis(430)), "0.4 s");
        assert_eq!(seconds(Duration::from_secs(75)), "75 s");
        assert_eq!(seconds(Duration::from_secs(185)), "3 min 05 s");
    }
}
