//! A request as the gate sees it: method, raw address and headers, without its body.

/// The headers of a request, names in lower case, equal names already joined by the platform.
///
/// They stay in the one text that they came in: a signed-in request has about twenty, and two pieces
/// of memory for each cost more than opening the session.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    text: String,
    fields: Vec<Field>,
    /// The marks of all names. Most names that are asked for are in no request, and have no mark of one that is.
    marks: u64,
}

/// Where a name begins, where it ends, and where its value ends, which begins one byte behind the name.
#[derive(Clone, Copy, Debug)]
struct Field {
    name: usize,
    colon: usize,
    end: usize,
}

impl Headers {
    /// Takes the headers as lines, a name and a value in turn, which begin at this byte of the text.
    ///
    /// `None` for a name without a value.
    #[must_use]
    pub fn from_lines(text: String, begin: usize) -> Option<Self> {
        let mut fields = Vec::with_capacity(32);
        let (mut name, mut colon, mut marks) = (begin, None, 0);
        let bytes = text.as_bytes();
        let mut field_ends = |end| match colon.take() {
            None => colon = Some(end),
            Some(colon) => {
                marks |= mark(bytes.get(name..colon).unwrap_or_default());
                fields.push(Field { name, colon, end });
                name = end + 1;
            }
        };
        each_line_feed(bytes, begin, &mut field_ends);
        field_ends(text.len());
        let whole = colon.is_none() || name >= text.len();
        whole.then_some(Self {
            text,
            fields,
            marks,
        })
    }

    /// Takes the headers as pairs of name and value, neither of which holds a line feed.
    #[must_use]
    pub fn new(pairs: &[(String, String)]) -> Self {
        let lines = pairs
            .iter()
            .flat_map(|(name, value)| [name.as_str(), value]);
        let lines: Vec<_> = lines.collect();
        Self::from_lines(lines.join("\n"), 0).unwrap_or_default()
    }

    /// The value of a header by its name in lower case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        if self.marks & mark(name.as_bytes()) == 0 {
            return None;
        }
        let known = |field: &&Field| {
            field.colon - field.name == name.len()
                && self.text.as_bytes().get(field.name..field.colon) == Some(name.as_bytes())
        };
        let field = self.fields.iter().find(known)?;
        self.text.get(field.colon + 1..field.end)
    }

    /// Every name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let name = |field: &Field| self.text.get(field.name..field.colon);
        self.fields.iter().filter_map(name)
    }
}

/// One bit of 64 for a name, by its length and its first letter.
fn mark(name: &[u8]) -> u64 {
    let first = name.first().copied().unwrap_or_default();
    1_u64.rotate_left(u32::from(first).wrapping_add(13 * name.len() as u32))
}

/// Tells of every line feed from this byte on, looking at eight bytes at once.
fn each_line_feed(bytes: &[u8], begin: usize, tell: &mut impl FnMut(usize)) {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let mut at = begin;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk) ^ 0x0a0a_0a0a_0a0a_0a0a;
        // The highest bit of each byte that is 0 now; no byte carries into the next.
        let mut found = !(((word & LOW) + LOW) | word | LOW);
        while found != 0 {
            tell(at + (found.trailing_zeros() / 8) as usize);
            found &= found - 1;
        }
        at += 8;
    }
    while let Some(byte) = bytes.get(at) {
        if *byte == b'\n' {
            tell(at);
        }
        at += 1;
    }
}

/// Whether two texts are the same, comparing eight bytes at once: WebAssembly's own comparison takes each byte by itself.
/// The time says where they differ, so that no secret is compared with it.
#[must_use]
pub fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let (ones, rest) = one.as_chunks::<8>();
    let (others, other_rest) = other.as_chunks::<8>();
    let mut pairs = ones.iter().zip(others);
    pairs.all(|(one, other)| u64::from_le_bytes(*one) == u64::from_le_bytes(*other))
        && rest == other_rest
}

/// A request without its body.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method as it was sent.
    pub method: String,
    /// The raw address: scheme, host, path and query, untouched by any parser.
    pub url: String,
    /// The headers.
    pub headers: Headers,
}

/// The first parameter of a name in a query, decoded.
#[must_use]
pub fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    url::form_urlencoded::parse(query?.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// The parts of a raw address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// `http` or `https`.
    pub scheme: &'a str,
    /// The host with its port, if one was sent.
    pub host: &'a str,
    /// The raw path; `/` when the address has no path.
    pub path: &'a str,
    /// The raw query without its question mark.
    pub query: Option<&'a str>,
}

impl Request {
    /// Takes the address apart without changing a byte of it.
    ///
    /// `None` for an address that is not `http` or `https` with a host.
    #[must_use]
    pub fn address(&self) -> Option<Address<'_>> {
        let begins = |scheme| Some((scheme, self.url.strip_prefix(scheme)?.strip_prefix("://")?));
        let (scheme, rest) = begins("https").or_else(|| begins("http"))?;
        // By bytes: a search for several characters decodes each of the text.
        let ends = |byte| matches!(byte, b'/' | b'?' | b'#' | b'\\');
        let end = rest.bytes().position(ends).unwrap_or(rest.len());
        let (host, target) = rest.split_at_checked(end)?;
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        let path = if path.is_empty() { "/" } else { path };
        (!host.is_empty()).then_some(Address {
            scheme,
            host,
            path,
            query,
        })
    }

    /// Whether the method is GET or HEAD, which is GET without a body (RFC 9110 section 9.3.2).
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD")
    }

    /// Whether the request asks for a WebSocket.
    #[must_use]
    pub fn is_upgrade(&self) -> bool {
        let upgrade = self.headers.get("upgrade").unwrap_or_default();
        upgrade
            .split(',')
            .any(|to| to.trim().eq_ignore_ascii_case("websocket"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(url: &str, headers: &[(&str, &str)]) -> Request {
        let pairs = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<Vec<_>>();
        Request {
            method: "GET".to_owned(),
            url: url.to_owned(),
            headers: Headers::new(&pairs),
        }
    }

    #[test]
    fn when_an_address_is_split_then_its_parts_are_unchanged() {
        let raw = request("https://Host.example:8443/a/../b\\c?d=/../e?f", &[]);
        assert_eq!(
            raw.address().unwrap(),
            Address {
                scheme: "https",
                host: "Host.example:8443",
                path: "/a/../b\\c",
                query: Some("d=/../e?f"),
            }
        );
        assert_eq!(request("http://h", &[]).address().unwrap().path, "/");
        assert_eq!(
            request("http://h?q", &[]).address().unwrap().query,
            Some("q")
        );
        for odd in ["/path", "ftp://h/", "https:///path", "", "https:h/"] {
            assert_eq!(request(odd, &[]).address(), None, "{odd}");
        }
    }

    #[test]
    fn when_headers_come_as_lines_then_each_is_found_in_its_place() {
        let read = |text: &str, begin| Headers::from_lines(text.to_owned(), begin);
        let headers = read("GET\nhttp://h/\naccept\n*/*\nempty\n\nlast\n\u{e9}\n", 14).unwrap();
        assert_eq!(headers.get("accept"), Some("*/*"));
        assert_eq!(headers.get("empty"), Some(""));
        assert_eq!(headers.get("last"), Some("\u{e9}"));
        assert_eq!(headers.get("*/*"), None);
        assert_eq!(
            headers.names().collect::<Vec<_>>(),
            ["accept", "empty", "last"]
        );
        for (text, begin) in [("", 0), ("GET\nhttp://h/", 14), ("GET\nhttp://h/", 13)] {
            assert_eq!(read(text, begin).unwrap().names().count(), 0, "{text}");
        }
        assert!(read("GET\nhttp://h/\naccept", 14).is_none());
    }

    #[test]
    fn when_lines_end_anywhere_in_eight_bytes_then_each_line_feed_is_told_once() {
        let mut texts = vec![
            String::new(),
            "\n".repeat(40),
            "\u{b}\n\u{b}\n\u{9}\u{8a}".repeat(9),
        ];
        for at in 0..20 {
            texts.push(format!(
                "{}\n{}\n",
                "\u{e9}".repeat(at),
                "\u{b}".repeat(20 - at)
            ));
        }
        for text in texts {
            for begin in 0..text.len().min(9) {
                let mut told = Vec::new();
                each_line_feed(text.as_bytes(), begin, &mut |at| told.push(at));
                let all = text.bytes().enumerate().skip(begin);
                let expected = all.filter(|(_, byte)| *byte == b'\n');
                let expected: Vec<_> = expected.map(|(at, _)| at).collect();
                assert_eq!(told, expected, "{text:?} from {begin}");
            }
        }
    }

    #[test]
    fn when_texts_are_compared_then_each_byte_counts() {
        for length in 0..40 {
            let text = vec![b'a'; length];
            assert!(same(&text, &text.clone()));
            assert!(!same(&text, &vec![b'a'; length + 1]));
            for at in 0..length {
                let mut other = text.clone();
                other[at] ^= 0x80;
                assert!(!same(&text, &other), "{at} of {length}");
            }
        }
    }

    #[test]
    fn when_names_share_a_mark_then_each_is_found_and_no_other() {
        let names: Vec<_> = ('a'..='z')
            .flat_map(|letter| (1..20).map(move |n| letter.to_string().repeat(n)))
            .collect();
        let pairs: Vec<_> = names
            .iter()
            .map(|name| (name.as_str(), name.as_str()))
            .collect();
        let all = request("http://h/", &pairs).headers;
        for name in &names {
            assert_eq!(all.get(name), Some(name.as_str()));
            assert_eq!(
                request("http://h/", &[("abc", "1")]).headers.get(name),
                None
            );
        }
        assert_eq!(all.get(""), None);
    }

    #[test]
    fn when_a_header_is_looked_up_then_its_whole_name_must_match() {
        let same_length = request("http://h/", &[("abc", "1"), ("xyz", "2")]);
        assert_eq!(same_length.headers.get("xyz"), Some("2"));
        assert_eq!(same_length.headers.get("xy"), None);
    }

    #[test]
    fn when_a_parameter_is_repeated_then_the_first_counts() {
        let found = |name| parameter(Some("b=%C3%A9&a=1&a=2"), name);
        assert_eq!(found("a").as_deref(), Some("1"));
        assert_eq!(found("b").as_deref(), Some("\u{e9}"));
        assert_eq!((found("c"), parameter(None, "a")), (None, None));
    }

    #[test]
    fn when_the_method_is_get_or_head_then_the_request_reads() {
        for (method, read) in [
            ("GET", true),
            ("HEAD", true),
            ("POST", false),
            ("get", false),
        ] {
            let mut sent = request("http://h/", &[]);
            sent.method = method.to_owned();
            assert_eq!(sent.is_read(), read, "{method}");
        }
    }

    #[test]
    fn when_the_upgrade_header_names_websocket_then_the_request_is_an_upgrade() {
        let upgrades = |to| request("http://h/", &[("upgrade", to)]).is_upgrade();
        assert!(upgrades("websocket") && upgrades("h2c, WebSocket") && !upgrades("h2c"));
        assert!(!request("http://h/", &[]).is_upgrade());
    }
}
