//! Values with their places in the text.

use std::ops::Range;

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
