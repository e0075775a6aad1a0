//! Reads JSON into nodes with their spans.

use super::node::{Kind, Node, is_placeholder};
use anyhow::{Result, anyhow};
use std::collections::BTreeSet;

/// No file of this kind is nested deeper.
const DEPTH: usize = 32;

/// The value of a whole text, and the names that an object in it has twice.
///
/// # Errors
/// The line and column in which it stops being JSON, and why.
pub fn read(text: &str) -> Result<(Node, Vec<String>)> {
    let mut reader = Reader {
        text,
        at: if text.starts_with('\u{feff}') { 3 } else { 0 },
        duplicates: Vec::new(),
    };
    let node = reader.value(0)?;
    reader.space();
    if reader.at < text.len() {
        return Err(reader.problem("something follows the end of the object"));
    }
    Ok((node, reader.duplicates))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    duplicates: Vec<String>,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Result<Node> {
        if depth > DEPTH {
            return Err(self.problem("this is nested too deeply"));
        }
        self.space();
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => match self.bare() {
                Some(placeholder) => Kind::Bare(placeholder),
                None => self.object(depth)?,
            },
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Kind::Text(self.string()?),
            _ => self.word()?,
        };
        Ok(Node {
            span: start..self.at,
            kind,
        })
    }

    fn object(&mut self, depth: usize) -> Result<Kind> {
        self.at += 1;
        let (mut members, mut names) = (Vec::new(), BTreeSet::new());
        if self.take(b'}') {
            return Ok(Kind::Object(members));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.problem("a field's name in quotes must stand here"));
            }
            let name = self.string()?;
            if !self.take(b':') {
                return Err(self.problem("a colon must follow the field's name"));
            }
            let node = self.value(depth + 1)?;
            if !names.insert(name.clone()) {
                self.duplicates.push(name.clone());
            }
            members.push((name, node));
            if self.take(b'}') {
                return Ok(Kind::Object(members));
            }
            if !self.take(b',') {
                return Err(self.problem("a comma or the closing brace must stand here"));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Kind> {
        self.at += 1;
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(Kind::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.take(b']') {
                return Ok(Kind::List(items));
            }
            if !self.take(b',') {
                return Err(self.problem("a comma or the closing bracket must stand here"));
            }
        }
    }

    /// A placeholder without quotes, which no JSON object could be read as.
    fn bare(&mut self) -> Option<String> {
        let rest = &self.text[self.at..];
        let end = rest.find('}')? + 1;
        let text = &rest[..end];
        is_placeholder(text).then(|| {
            self.at += end;
            text.to_owned()
        })
    }

    fn string(&mut self) -> Result<String> {
        let rest = &self.text.as_bytes()[self.at + 1..];
        let mut escaped = false;
        let end = rest.iter().position(|byte| {
            let ends = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            ends
        });
        let Some(end) = end else {
            return Err(self.problem("this text has no closing quote"));
        };
        let span = self.at..self.at + end + 2;
        let read = serde_json::from_str(&self.text[span.clone()]);
        let text = read.map_err(|_| {
            self.problem("this text runs over a line, or holds a backslash that means nothing")
        })?;
        self.at = span.end;
        Ok(text)
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Kind> {
        let rest = &self.text[self.at..];
        let ends = |c: char| c.is_ascii_whitespace() || matches!(c, ',' | ']' | '}' | ':');
        let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
        let kind = match word {
            "true" => Kind::Flag(true),
            "false" => Kind::Flag(false),
            "null" => Kind::Null,
            _ => match serde_json::from_str(word) {
                Ok(number) => Kind::Number(number),
                Err(_) => return Err(self.problem("no JSON value stands here")),
            },
        };
        self.at += word.len();
        Ok(kind)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes past a byte, and the space before it, if it is the next.
    fn take(&mut self, byte: u8) -> bool {
        self.space();
        let here = self.peek() == Some(byte);
        self.at += usize::from(here);
        here
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn problem(&self, what: &str) -> anyhow::Error {
        let (before, rest) = self.text.split_at(self.at);
        let what = match rest.starts_with(['“', '”', '„', '‘', '’']) {
            true => "this quotation mark is a curly one, as word processors make them; write \"",
            false => what,
        };
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
        anyhow!("line {line}, column {column}: {what}")
    }
}
