//! Lines of a TOML file, for messages about it.

use anyhow::{Result, anyhow};
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
