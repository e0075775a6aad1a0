//! The headers of a request that the origin does not get, judged by their names.
//!
//! Some servers and frameworks read a request header as the path, prefix, host, scheme, method, client or user of a
//! request. Such a header would make the request another one than the Worker judged. So two kinds of name are removed:
//! those in [`KNOWN`], and those with anything but letters, digits and `-`, because servers fold `_` and `.` into `-`
//! and CGI variables hold `_` for each of them. A service adds to the first and lets back single names of both.
//!
//! Source: RFC 9700 section 4.13 (a reverse proxy sanitises what it vouches for), RFC 3875 section 4.1.18 (CGI names).

mod known;

pub use known::KNOWN;

/// Every header whose name begins so belongs to the edge.
pub const RESERVED: &str = "one-login-";

/// The names of one service: [`KNOWN`], what it adds and what it keeps.
#[derive(Debug, Default)]
pub struct Removed {
    /// Whole names, at the place of their length.
    whole: Vec<Vec<String>>,
    /// Beginnings of names.
    beginnings: Vec<String>,
    /// A bit for each letter that one of the beginnings begins with.
    letters: u32,
    /// Names that go on although they are of one of the two kinds.
    kept: Vec<String>,
}

impl Removed {
    /// The names of [`KNOWN`] and these in lower case, without those that are kept.
    #[must_use]
    pub fn new(dropped: &[String], kept: Vec<String>) -> Self {
        let mut removed = Self {
            kept,
            ..Self::default()
        };
        let known = KNOWN.iter().flat_map(|group| group.names).copied();
        for name in known.chain(dropped.iter().map(String::as_str)) {
            match name.strip_suffix('*') {
                Some(beginning) => {
                    removed.letters |= letter(beginning);
                    removed.beginnings.push(beginning.to_owned());
                }
                None => {
                    if removed.whole.len() <= name.len() {
                        removed.whole.resize(name.len() + 1, Vec::new());
                    }
                    if let Some(names) = removed.whole.get_mut(name.len()) {
                        names.push(name.to_owned());
                    }
                }
            }
        }
        removed
    }

    /// Whether a header of the request is taken out, whatever its value is.
    #[must_use]
    pub fn holds(&self, sent: &str) -> bool {
        self.judges(sent) && !self.kept.iter().any(|name| name.eq_ignore_ascii_case(sent))
    }

    /// Whether a name is one of either kind. Hardly any header is, so that most are told by their letters and length.
    fn judges(&self, sent: &str) -> bool {
        if !is_plain(sent) {
            return true;
        }
        let whole = self.whole.get(sent.len()).map_or(&[][..], Vec::as_slice);
        let begins = |beginning: &String| {
            let head = sent.as_bytes().get(..beginning.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(beginning.as_bytes()))
        };
        whole.iter().any(|name| name.eq_ignore_ascii_case(sent))
            || self.letters & letter(sent) != 0 && self.beginnings.iter().any(begins)
    }
}

/// Whether every server reads this name in one way: letters, digits and `-`.
fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The bit of the letter that a name begins with; none for another character.
fn letter(name: &str) -> u32 {
    let first = name.bytes().next().unwrap_or_default() | 0x20;
    match first {
        b'a'..=b'z' => 1 << (first - b'a'),
        _ => 0,
    }
}

/// The meaning of a name, folded as servers fold it; `None` for one that is of no kind.
#[must_use]
pub fn meaning(name: &str) -> Option<&'static str> {
    let folded = name.to_ascii_lowercase().replace(['_', '.'], "-");
    let found = KNOWN.iter().find(|group| {
        group
            .names
            .iter()
            .any(|known| match known.strip_suffix('*') {
                Some(beginning) => folded.starts_with(beginning),
                None => folded == *known,
            })
    });
    match found {
        Some(group) => Some(group.reads),
        None if !is_plain(name) => Some("another name, where `_` or `.` is read as `-`"),
        None => None,
    }
}

#[cfg(test)]
#[path = "headers_tests.rs"]
mod tests;
