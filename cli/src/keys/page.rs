//! What a command answers: plain text without colour, at most 80 columns wide where the words are ours.

/// The width of a paragraph.
pub const WIDTH: usize = 80;

/// An answer as it grows.
#[derive(Default)]
pub struct Page(String);

impl Page {
    /// A paragraph, broken between words.
    pub fn paragraph(&mut self, text: &str) {
        self.gap();
        self.0.push_str(&wrap(text));
    }

    /// Lines that stand as they are, together after an empty line: commands, keys, lines of a file.
    pub fn block<T: AsRef<str>>(&mut self, lines: impl IntoIterator<Item = T>) {
        self.gap();
        for line in lines {
            self.0.push_str(line.as_ref());
            self.0.push('\n');
        }
    }

    /// The whole text; it ends with a line break.
    pub fn finish(self) -> String {
        self.0
    }

    fn gap(&mut self) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
    }
}

/// Breaks a text between words; each line ends with a line break.
pub fn wrap(text: &str) -> String {
    let mut out = String::new();
    let mut width = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > WIDTH {
            out.push('\n');
            width = 0;
        } else if width > 0 {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += length;
    }
    out.push('\n');
    out
}

/// A headline and a paragraph, for an error.
pub fn wrapped(headline: &str, text: &str) -> String {
    format!("{headline}\n\n{}", wrap(text).trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_fits_eighty_columns_and_loses_no_word() {
        let text = "one two three ".repeat(40);
        let wrapped = wrap(&text);
        assert!(wrapped.lines().all(|line| line.chars().count() <= WIDTH));
        assert!(wrapped.lines().count() > 5);
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(words(&wrapped), words(&text));
        assert_eq!(wrap(&"w".repeat(99)).trim().len(), 99);
    }

    #[test]
    fn blocks_and_paragraphs_are_a_line_apart() {
        let mut page = Page::default();
        page.paragraph("Run:");
        page.block(["  a", "  b"]);
        assert_eq!(page.finish(), "Run:\n\n  a\n  b\n");
    }
}
