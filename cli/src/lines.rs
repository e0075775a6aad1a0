//! Lines of a TOML file, for messages about it.

use anyhow::{Result, anyhow};
use one_login_edge::config::Fault;
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::ops::Range;
use toml_edit::{Array, ArrayOfTables, Document, Item, TableLike};

/// The lines of a text; of one that is not TOML none is known.
pub struct Lines<'a> {
    text: &'a str,
    document: Option<Document<&'a str>>,
}

impl<'a> Lines<'a> {
    /// Of a file's text.
    pub fn new(text: &'a str) -> Self {
        let document = Document::parse(text).ok();
        Self { text, document }
    }

    /// Whether the text is TOML.
    pub const fn is_known(&self) -> bool {
        self.document.is_some()
    }

    /// The line of a value, or of the nearest thing around it that is written, from 1. `path` has the names that lead to it; `[2]`
    /// is the third entry of a list. Returns with the line how many of the names were found.
    pub fn of(&self, path: &[&str]) -> Option<(usize, usize)> {
        let document = self.document.as_ref()?;
        let mut node = Node::Table(document.as_table());
        let (mut found, mut at) = (0, None);
        for name in path {
            let Some((span, next)) = node.step(name) else {
                break;
            };
            (found, at, node) = (found + 1, span.or(at), next);
        }
        let before = self.text.get(..at?.start)?;
        Some((before.matches('\n').count() + 1, found))
    }

    /// A fault that the Worker's parser found in an environment, with the file and the line in which it is mended: the
    /// environment's own, or the shared one.
    pub fn fault(&self, file: &str, environment: &str, fault: &Fault) -> String {
        let table = fault.service.as_ref().map(|id| format!("SERVICE_{id}"));
        let field = fault.field.replace('[', ".[");
        let mut names: Vec<&str> = table.as_deref().into_iter().collect();
        if fault
            .field
            .starts_with(|letter: char| letter.is_ascii_uppercase())
        {
            names.clear();
        }
        if !fault.field.starts_with('(') {
            names.extend(field.split('.'));
        }
        let places = [&["env", environment, "vars"][..], &["vars"]];
        let found = places.map(|place| {
            let path: Vec<&str> = place.iter().chain(&names).copied().collect();
            let (line, found) = self.of(&path)?;
            Some((found.checked_sub(place.len())?, line))
        });
        let [own, shared] = found;
        let deeper = |found: &(usize, usize)| own.is_none_or(|(depth, _)| found.0 > depth);
        let line = shared.filter(deeper).or(own).map(|(_, line)| line);
        at(file, line, fault)
    }
}

/// A problem with its file, and with its line where that is known.
pub fn at(file: &str, line: Option<usize>, problem: impl Display) -> String {
    let line = line.map(|line| format!(", line {line}"));
    format!("{file}{}: {problem}", line.unwrap_or_default())
}

/// A value that holds others.
enum Node<'a> {
    Table(&'a dyn TableLike),
    Tables(&'a ArrayOfTables),
    List(&'a Array),
    Leaf,
}

impl<'a> Node<'a> {
    fn of(item: &'a Item) -> Self {
        let table = item.as_table_like().map(Self::Table);
        let tables = || item.as_array_of_tables().map(Self::Tables);
        let list = || item.as_array().map(Self::List);
        table.or_else(tables).or_else(list).unwrap_or(Self::Leaf)
    }

    /// The value of a name, with where it is written. The header of a table has no key where a longer one names it.
    fn step(&self, name: &str) -> Option<(Option<Range<usize>>, Self)> {
        let index = || name.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
        match self {
            Self::Table(table) => {
                let (key, item) = table.get_key_value(name)?;
                Some((key.span().or_else(|| item.span()), Self::of(item)))
            }
            Self::Tables(tables) => {
                let table = tables.get(index()?)?;
                Some((table.span(), Self::Table(table)))
            }
            Self::List(list) => {
                let value = list.get(index()?)?;
                let table = value.as_inline_table();
                let next = table.map_or(Self::Leaf, |table| Self::Table(table));
                Some((value.span(), next))
            }
            Self::Leaf => None,
        }
    }
}

/// A changed text with the line ends of the original, and with its byte order mark: an editor on Windows writes both, and `toml_edit`
/// writes neither.
pub fn ended_like(original: &str, changed: &str) -> String {
    let mark = match original.starts_with('\u{feff}') {
        true => "\u{feff}",
        false => "",
    };
    let plain = changed.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let text = match original.contains("\r\n") {
        true => plain.replace('\n', "\r\n"),
        false => plain,
    };
    format!("{mark}{text}")
}

/// Reads a text as TOML. The error has the place and the problem, and not the line itself, which may hold anything.
///
/// # Errors
/// When it is not TOML.
pub fn toml<T: DeserializeOwned>(name: impl Display, text: &str) -> Result<T> {
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        let problem = error.message();
        anyhow!("{name} is not valid TOML: line {line}, column {column}: {problem}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "name = \"a\"\n[vars.SERVICE_A]\nroutes = [\n  { path = \"/\" },\n  { path = \"/b\",\n    access = \"x\" },\n]\n\
                        [env.local.vars.SERVICE_A]\norigin = \"o\"\n[[more]]\n[[more]]\nkey = 1\n";

    #[test]
    fn when_a_value_is_named_then_its_line_is_found_or_that_of_what_holds_it() {
        let lines = Lines::new(TEXT);
        for (path, expected) in [
            (
                &["vars", "SERVICE_A", "routes", "[1]", "access"][..],
                Some((6, 5)),
            ),
            (
                &["vars", "SERVICE_A", "routes", "[0]", "access"],
                Some((4, 4)),
            ),
            (&["vars", "SERVICE_A", "host"], Some((2, 2))),
            (
                &["env", "local", "vars", "SERVICE_A", "origin"],
                Some((9, 5)),
            ),
            (&["more", "[1]", "key"], Some((12, 3))),
            (&["more", "[7]"], Some((10, 1))),
            (&["nothing"], None),
        ] {
            assert_eq!(lines.of(path), expected, "{path:?}");
        }
        assert_eq!(Lines::new("name =").of(&["name"]), None);
    }

    #[test]
    fn when_a_text_is_no_toml_then_the_place_is_said_and_the_line_is_not() {
        let text = "name = \"a\"\nkey = \"a secret\n";
        let said = toml::<toml::Table>("a.toml", text).unwrap_err().to_string();
        assert!(
            said.starts_with("a.toml is not valid TOML: line 2, column ")
                && !said.contains("a secret"),
            "{said}"
        );
    }
}
