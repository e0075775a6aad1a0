//! wrangler's lines that tell a person nothing who develops a service: the table of the Worker's modules at each load, and its
//! advice about scheduled Workers. Errors and the Worker's own lines stay.

/// How the lines of the table of modules begin.
const TABLE: [&str; 5] = ["Attaching additional modules", "┌", "│", "├", "└"];

/// The words of the advice; the indented lines after it belong to it.
const ADVICE: &str = "Scheduled Workers are not automatically triggered";

/// Leaves lines out, one after another.
#[derive(Default)]
pub struct Chatter {
    is_advice: bool,
}

impl Chatter {
    /// Whether a line, without colours, is left out.
    pub fn is(&mut self, line: &str) -> bool {
        self.is_advice = line.contains(ADVICE) || self.is_advice && line.starts_with("  ");
        self.is_advice || TABLE.iter().any(|start| line.starts_with(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_wrangler_talks_about_itself_then_only_what_concerns_the_service_is_left() {
        // As wrangler 4.156.0 writes it.
        let said = "Attaching additional modules:
┌──────────────────┬───────────────┬─────────────┐
│ index_bg.wasm    │ compiled-wasm │ 1132.10 KiB │
└──────────────────┴───────────────┴─────────────┘
⎔ Starting local server...
▲ [WARNING] Scheduled Workers are not automatically triggered during local development.
  To manually trigger a scheduled event, run:
    curl \"http://127.0.0.1:21100/cdn-cgi/local/scheduled\"
[wrangler:info] Ready on http://127.0.0.1:21100
▲ [WARNING] something else
  and what belongs to it";
        let mut chatter = Chatter::default();
        let left: Vec<_> = said.lines().filter(|line| !chatter.is(line)).collect();
        assert_eq!(
            left,
            [
                "⎔ Starting local server...",
                "[wrangler:info] Ready on http://127.0.0.1:21100",
                "▲ [WARNING] something else",
                "  and what belongs to it"
            ]
        );
    }
}
