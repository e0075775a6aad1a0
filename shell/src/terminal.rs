//! Text for a terminal: plain text, at most 80 columns wide where the words are ours, colour only there.

use anyhow::{Context, Result};
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::sync::OnceLock;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

/// How the product is spoken of where it is no clone: each phrase of a clone with the one that takes its place.
static SPEECH: OnceLock<&'static [(&'static str, &'static str)]> = OnceLock::new();

/// From now on each of these phrases is replaced in everything that a person reads, the first ones first.
pub fn speak(phrases: &'static [(&'static str, &'static str)]) {
    let _ = SPEECH.set(phrases);
}

/// A text in the words that [`speak`] was given; without them as it is.
pub fn spoken(text: &str) -> String {
    let phrases = SPEECH.get().copied().unwrap_or_default();
    let replaced = phrases.iter();
    replaced.fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The width that every terminal has.
pub const WIDTH: usize = 80;

/// The longest value that is shown whole, in characters.
const LONG: usize = 120;

/// Colours, or none where the output is no terminal.
#[derive(Clone, Copy)]
pub struct Paint(bool);

impl Paint {
    /// Colours on a terminal whose user has not refused them (no-color.org).
    pub fn for_terminal(is_terminal: bool) -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self(is_terminal && !refused)
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

/// Writes an answer to standard output. A reader that stops before its end, as `head` does, has read enough.
///
/// # Errors
/// When it cannot be written, as to a full disk.
pub fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match out
        .write_all(spoken(text).as_bytes())
        .and_then(|()| out.flush())
    {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("standard output cannot be written")
        }
        _ => Ok(()),
    }
}

/// Writes a line to standard output; otherwise as [`print`].
///
/// # Errors
/// When it cannot be written, as to a full disk.
pub fn line(text: impl Display) -> Result<()> {
    print(&format!("{text}\n"))
}

/// Writes a line to standard error, apart from the answer. A closed standard error is no failure.
pub fn note(text: impl Display) {
    let _ = writeln!(io::stderr(), "{}", spoken(&text.to_string()));
}

/// An answer as it grows: paragraphs and blocks, an empty line apart.
#[derive(Default)]
pub struct Page(String);

impl Page {
    /// A paragraph, broken between words.
    pub fn paragraph(&mut self, text: &str) {
        self.block([wrap(text, 0)]);
    }

    /// Lines that stand as they are, together: commands, keys, lines of a file.
    pub fn block<T: AsRef<str>>(&mut self, lines: impl IntoIterator<Item = T>) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        for line in lines {
            self.0.push_str(line.as_ref());
            self.0.push('\n');
        }
    }

    /// The whole text; it ends with a line break.
    pub fn finish(self) -> String {
        self.0
    }
}

/// A headline and a paragraph, for an error.
pub fn headed(headline: &str, text: &str) -> String {
    format!("{headline}\n\n{}", wrap(text, 0))
}

/// An error in whole; on a terminal its words fit it. Lines that are indented are to be copied, and stay as they are.
pub fn error(error: &anyhow::Error, is_terminal: bool) -> String {
    let text = format!("error: {error:#}");
    if !is_terminal {
        return text;
    }
    let lines = text.lines().map(|line| match line.starts_with(' ') {
        true => line.to_owned(),
        false => wrap_line(line, 0),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A text without letters that would move the cursor: a file may hold anything.
pub fn visible(text: &str) -> String {
    let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    text.chars().map(plain).collect()
}

/// The output of another program without its colours and other control characters. Line breaks stay.
pub fn plain(text: &str) -> String {
    let uncoloured = console::strip_ansi_codes(text);
    let letters = uncoloured.chars();
    letters.filter(|c| *c == '\n' || !c.is_control()).collect()
}

/// Whether a value is too long to be shown whole.
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

/// Breaks each line of a text at spaces so that it fits, and indents what follows a break. A word that is longer than a
/// line stays whole, to be copied.
pub fn wrap(text: &str, indent: usize) -> String {
    let text = spoken(text);
    let lines = text.lines().map(|line| wrap_line(line, indent));
    lines.collect::<Vec<_>>().join("\n")
}

fn wrap_line(line: &str, indent: usize) -> String {
    let rest = " ".repeat(indent);
    let options = Options::new(WIDTH)
        .subsequent_indent(&rest)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::fill(line, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_line_is_too_long_then_it_breaks_at_spaces_and_long_words_stay_whole() {
        let words = "word ".repeat(30);
        let wrapped = wrap(&format!("  {}", words.trim()), 4);
        assert!(wrapped.lines().all(|line| line.len() <= WIDTH));
        assert!(wrapped.lines().count() == 2 && wrapped.starts_with("  word"));
        assert!(wrapped.lines().nth(1).unwrap().starts_with("    word"));
        assert_eq!(wrapped.split_whitespace().count(), 30);
        let url = format!("https://{}", "a".repeat(100));
        assert!(wrap(&format!("fix {url}"), 2).contains(&url));
    }

    #[test]
    fn when_text_is_wrapped_then_lines_stay_apart_and_lose_trailing_spaces() {
        assert_eq!(wrap("one \n\n  two", 0), "one\n\n  two");
        let label = format!("{:78}{}", "label", "word");
        assert_eq!(wrap(&label, 2), "label\n  word");
    }

    #[test]
    fn when_an_error_holds_a_command_then_the_command_stays_in_one_line() {
        let words = "word ".repeat(20);
        let command = format!("  cargo edge {words}");
        let found = anyhow::anyhow!("{words}\n{command}");
        let shown = error(&found, true);
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!((lines.len(), lines[2]), (3, command.as_str()), "{shown}");
        assert!(lines[0].starts_with("error: word") && lines[0].len() <= WIDTH);
        assert_eq!(error(&found, false), format!("error: {found}"));
    }

    #[test]
    fn when_a_page_holds_paragraphs_and_blocks_then_an_empty_line_parts_them() {
        let mut page = Page::default();
        page.paragraph("Run:");
        page.block(["  a", "  b"]);
        assert_eq!(page.finish(), "Run:\n\n  a\n  b\n");
    }

    #[test]
    fn when_text_holds_control_characters_then_they_never_reach_the_terminal() {
        assert_eq!(visible("a\u{1b}[31mb\n"), "a\u{fffd}[31mb\u{fffd}");
    }

    #[test]
    fn when_another_programs_output_has_colours_then_it_is_shown_without_them() {
        let said = "\u{1b}[31m✘ [\u{1b}[41;97mERROR\u{1b}[0m]\n\tno\u{1b}7\r";
        assert_eq!(plain(said), "✘ [ERROR]\nno");
    }

    #[test]
    fn when_the_output_is_no_terminal_then_no_colour_is_written() {
        assert_eq!(Paint(false).with("31", "error"), "error");
        assert_eq!(Paint(true).with("31", "error"), "\u{1b}[31merror\u{1b}[0m");
        assert!(!Paint::for_terminal(false).0);
    }
}
