//! The text of an evidence pack as it grows.

/// Markdown as it grows.
#[derive(Default)]
pub struct Pack(pub String);

impl Pack {
    /// A paragraph or a line.
    pub fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    /// A heading of the second level.
    pub fn heading(&mut self, text: &str) {
        self.line(&format!("\n## {text}\n"));
    }

    /// A table. Nothing in a cell ends it, whatever the configuration says.
    pub fn table<const N: usize>(&mut self, head: [&str; N], rows: &[[String; N]]) {
        self.line(&format!("| {} |", head.join(" | ")));
        self.line(&format!("|{}", "---|".repeat(N)));
        for row in rows {
            let cells = row
                .each_ref()
                .map(|cell| cell.replace('|', "\\|").replace(['\n', '\r'], " "));
            self.line(&format!("| {} |", cells.join(" | ")));
        }
    }
}
