//! JSON with places: every value knows its span in the text, so that an edit replaces it and keeps every other byte.
//!
//! Beyond RFC 8259 a placeholder may come without quotes, as `{REDIRECT_URLS}`, because drafts are written by hand.
//! Names that occur twice in one object are kept and listed; most readers would silently take the last.

use anyhow::{Result, anyhow};
use std::collections::BTreeSet;
use std::ops::Range;

/// No file of this kind is nested deeper.
const DEPTH: usize = 32;

/// A value and its span in the text, in bytes.
#[derive(Debug)]
pub struct Node {
    pub span: Range<usize>,
    pub kind: Kind,
}

/// The type and content of a value.
#[derive(Debug)]
pub enum Kind {
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
    Flag(bool),
    Number(serde_json::Number),
    Null,
    /// A placeholder without quotes, with its braces.
    Bare(String),
}

/// One JSON object as it was written.
#[derive(Debug)]
pub struct Document {
    pub text: String,
    /// The members in the order in which they stand, also those that are named twice.
    pub members: Vec<(String, Node)>,
    /// The names that an object has twice, at any depth.
    pub duplicates: Vec<String>,
}

impl Document {
    /// Reads a text; the error says in which line and column it stops being JSON, and why.
    pub fn parse(text: &str) -> Result<Self> {
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            return Err(anyhow!("the file is empty"));
        }
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
        match node.kind {
            Kind::Object(members) => Ok(Self {
                text: text.to_owned(),
                members,
                duplicates: reader.duplicates,
            }),
            _ => Err(anyhow!("the file holds no JSON object")),
        }
    }

    /// Whether a member has this name.
    pub fn has(&self, name: &str) -> bool {
        self.members.iter().any(|(other, _)| other == name)
    }

    /// The value as it is written.
    pub fn raw(&self, node: &Node) -> &str {
        &self.text[node.span.clone()]
    }
}

/// Whether a text is a placeholder: a name in braces, in whatever spelling. One brace is enough, because the third draft
/// of the provider's documentation has `CLIENT_NAME}` (`docs/provider.md` 8b.8), and no value begins or ends with one.
pub fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let opened = text.strip_prefix('{');
    let rest = opened.unwrap_or(text);
    let closed = rest.strip_suffix('}');
    let name = closed.unwrap_or(rest);
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'_' | b'-');
    (opened.is_some() || closed.is_some()) && !name.trim().is_empty() && name.bytes().all(plain)
}

impl Node {
    /// The text, if it is one and no placeholder.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) if !is_placeholder(text) => Some(text),
            _ => None,
        }
    }

    /// This value's placeholder, with its braces, if it is one.
    pub fn placeholder(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) if is_placeholder(text) => Some(text),
            Kind::Bare(text) => Some(text),
            _ => None,
        }
    }

    /// Every placeholder that this value or an element of this list is, with its node.
    pub fn placeholders(&self) -> Vec<(&Self, &str)> {
        let mut found: Vec<_> = self
            .placeholder()
            .map(|text| (self, text))
            .into_iter()
            .collect();
        if let Kind::List(items) = &self.kind {
            let inside = items
                .iter()
                .filter_map(|item| Some((item, item.placeholder()?)));
            found.extend(inside);
        }
        found
    }

    /// Whether two values are the same, white space between their parts aside.
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::List(one), Kind::List(two)) => {
                one.len() == two.len() && one.iter().zip(two).all(|(a, b)| a.is_same(b))
            }
            (Kind::Object(one), Kind::Object(two)) => {
                let pairs = || one.iter().zip(two);
                one.len() == two.len() && pairs().all(|(a, b)| a.0 == b.0 && a.1.is_same(&b.1))
            }
            (Kind::Text(one) | Kind::Bare(one), Kind::Text(two) | Kind::Bare(two)) => one == two,
            (Kind::Flag(one), Kind::Flag(two)) => one == two,
            (Kind::Number(one), Kind::Number(two)) => one == two,
            (Kind::Null, Kind::Null) => true,
            _ => false,
        }
    }

    /// Whether nothing is said: `null`, an empty text or an empty list.
    pub fn is_empty(&self) -> bool {
        match &self.kind {
            Kind::Null => true,
            Kind::Text(text) => text.trim().is_empty(),
            Kind::List(items) => items.is_empty(),
            _ => false,
        }
    }
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

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
