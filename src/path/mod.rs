//! The path of a request: judged as the bytes that arrived, forwarded as the text that was judged.
//!
//! Proxies are bypassed where they and the origin read one path in two ways. So a path that could
//! be read in two ways is refused, never repaired; what is left has one canonical spelling, and
//! the origin gets exactly that. Which rule applies to it is decided in [`crate::config::Rules`].
//!
//! Source: RFC 3986 sections 2.4, 3.3 and 6.2.2, WHATWG URL (the path percent-encode set). Percent-encoded is every
//! character that RFC 3986 has no place for in a path, `|`, `[` and `]` among them: WHATWG leaves these as they are, and
//! Tomcat, Jetty 12, Undertow, Netty and others refuse them with 400.

pub mod place;

/// A path with one meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalPath {
    /// The form that is compared with patterns and sent to the origin: ASCII, percent-encoding in capitals
    /// and only where it is needed, a fixed point of every URL parser.
    pub text: String,
    /// How the most lenient origin might read it: decoded to the end, in lower case, cut
    /// where a query or fragment would begin, segments without parameters, spaces around them and
    /// trailing full stops, no empty segments.
    pub folded: String,
}

/// The path is one that two readers could understand in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ambiguous;

/// A full stop, and the characters whose compatibility form holds nothing else: Unicode UAX 15, NFKC.
const DOTS: [char; 6] = [
    '.', '\u{2024}', '\u{2025}', '\u{2026}', '\u{FE52}', '\u{FF0E}',
];

/// Characters that some servers take for a slash or a backslash: their compatibility form, or the "best fit" of Windows.
const SLASHES: [char; 5] = ['\u{2044}', '\u{2215}', '\u{FE68}', '\u{FF0F}', '\u{FF3C}'];

/// An encoded slash in its canonical spelling.
const SLASH: &str = "%2F";

/// The most layers of percent-encoding that a path may have.
const MAX_ROUNDS: usize = 4;

impl CanonicalPath {
    /// Reads the raw path of a request, without its query.
    ///
    /// # Errors
    /// [`Ambiguous`] for empty, `.` and `..` segments in any encoding, encoded slashes,
    /// backslashes and what looks like either, control characters, invalid percent-encoding or UTF-8, anything but visible
    /// ASCII, a fragment, and `;` unless `semicolons` allows it.
    pub fn parse(raw: &str, semicolons: bool) -> Result<Self, Ambiguous> {
        Self::read(raw, semicolons, false)
    }

    /// The same, and with `slashes` an encoded slash stays as it is in [`Self::text`] and is a slash in [`Self::folded`].
    /// Whether the path's route takes one is not known here: [`crate::config::Service::path`] asks it.
    ///
    /// # Errors
    /// Those of [`Self::parse`]; with an encoded slash also `;`, behind which some readers drop it.
    pub fn read(raw: &str, semicolons: bool, slashes: bool) -> Result<Self, Ambiguous> {
        match Self::plain(raw) {
            Some(path) => Ok(path),
            None => Self::judged(raw, semicolons, slashes),
        }
    }

    /// A path of ASCII letters, digits, `-`, `_`, and `.` within a segment, as most are: no rule of [`Self::judged`] refuses
    /// or changes it. `None` for any other.
    fn plain(raw: &str) -> Option<Self> {
        let mut before = b'/';
        for byte in raw.get(1..).filter(|_| raw.starts_with('/'))?.bytes() {
            let begins = before == b'/';
            let fits = match byte {
                b'/' | b'.' => !begins && before != b'.',
                _ => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            };
            if !fits {
                return None;
            }
            before = byte;
        }
        if before == b'.' {
            return None;
        }
        let mut folded = raw.to_ascii_lowercase();
        if before == b'/' && folded.len() > 1 {
            folded.pop();
        }
        Some(Self {
            text: raw.to_owned(),
            folded,
        })
    }

    /// [`Self::read`] by every rule.
    fn judged(raw: &str, semicolons: bool, slashes: bool) -> Result<Self, Ambiguous> {
        let visible = raw.bytes().all(|byte| byte.is_ascii_graphic());
        if !visible || !raw.starts_with('/') || raw.contains(['\\', '#', '?']) {
            return Err(Ambiguous);
        }
        let (text, mut decoded) = canonical(raw, slashes)?;
        let semicolons = semicolons && !text.contains(SLASH);
        check_segments(&decoded, semicolons)?;
        for round in 0.. {
            let Some(further) = decode_again(&decoded)? else {
                break;
            };
            if round == MAX_ROUNDS {
                return Err(Ambiguous);
            }
            decoded = further;
            check_segments(&decoded, semicolons)?;
        }
        Ok(Self {
            folded: fold(&decoded),
            text,
        })
    }
}

impl CanonicalPath {
    /// Whether it holds an encoded slash.
    #[must_use]
    pub fn has_slash(&self) -> bool {
        self.text.contains(SLASH)
    }

    /// Whether any reader could take the path for this one or for one below it.
    #[must_use]
    pub fn is_below(&self, own: &str) -> bool {
        let rest = self.folded.strip_prefix(own.to_lowercase().as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// The canonical spelling and the decoded text.
fn canonical(raw: &str, slashes: bool) -> Result<(String, String), Ambiguous> {
    let mut text = String::with_capacity(raw.len());
    let mut decoded = Vec::with_capacity(raw.len());
    let mut bytes = raw.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let value = hex(bytes.next())? * 16 + hex(bytes.next())?;
            if is_separator(value) && !(slashes && value == b'/') {
                return Err(Ambiguous);
            }
            decoded.push(value);
            push(&mut text, value, is_unreserved(value));
        } else {
            decoded.push(byte);
            push(&mut text, byte, !b"\"<>^`{}|[]".contains(&byte));
        }
    }
    let decoded = String::from_utf8(decoded).map_err(|_| Ambiguous)?;
    Ok((text, decoded))
}

/// Adds a byte as it is or percent-encoded.
fn push(text: &mut String, byte: u8, plain: bool) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    if plain {
        text.push(char::from(byte));
    } else {
        text.push('%');
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

fn hex(digit: Option<u8>) -> Result<u8, Ambiguous> {
    let value = char::from(digit.ok_or(Ambiguous)?).to_digit(16);
    value
        .and_then(|value| u8::try_from(value).ok())
        .ok_or(Ambiguous)
}

/// Characters that no encoding may hide: a separator of segments, or a character that ends or splits lines.
const fn is_separator(byte: u8) -> bool {
    matches!(byte, b'/' | b'\\') || byte.is_ascii_control()
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Refuses segments that some reader would resolve, drop or cut.
fn check_segments(decoded: &str, semicolons: bool) -> Result<(), Ambiguous> {
    if (!semicolons && decoded.contains(';')) || decoded.contains(SLASHES) {
        return Err(Ambiguous);
    }
    let segments = decoded.get(1..).ok_or(Ambiguous)?.split('/');
    let last = segments.clone().count() - 1;
    for (index, segment) in segments.enumerate() {
        let name = segment.split(';').next().unwrap_or_default();
        let dots = name.contains(DOTS) && name.chars().all(|c| c == ' ' || DOTS.contains(&c));
        if dots || (segment.is_empty() && index != last) {
            return Err(Ambiguous);
        }
    }
    Ok(())
}

/// Decodes what an origin that decodes once too often would; `None` when nothing is left to decode.
fn decode_again(text: &str) -> Result<Option<String>, Ambiguous> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    let mut changed = false;
    while let Some((&byte, tail)) = rest.split_first() {
        let pair = tail.first_chunk::<2>();
        let value =
            pair.and_then(|&[high, low]| Some(hex(Some(high)).ok()? * 16 + hex(Some(low)).ok()?));
        match value {
            Some(value) if byte == b'%' => {
                if is_separator(value) {
                    return Err(Ambiguous);
                }
                changed = true;
                out.push(value);
                rest = &tail[2..];
            }
            _ => {
                out.push(byte);
                rest = tail;
            }
        }
    }
    let out = String::from_utf8(out).map_err(|_| Ambiguous)?;
    Ok(changed.then_some(out))
}

fn fold(decoded: &str) -> String {
    // A server that decodes before splitting sees a query or fragment here.
    let path = decoded.split(['?', '#']).next().unwrap_or_default();
    let mut folded = String::with_capacity(path.len());
    for segment in path.to_lowercase().split('/') {
        let name = segment.split(';').next().unwrap_or_default();
        let name = name.trim_end_matches(['.', ' ']).trim_start_matches(' ');
        if !name.is_empty() {
            folded.push('/');
            folded.push_str(name);
        }
    }
    if folded.is_empty() {
        folded.push('/');
    }
    folded
}

#[cfg(test)]
#[path = "path_tests.rs"]
mod tests;
