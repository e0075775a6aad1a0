//! A request as the gate sees it: method, raw address and headers, without its body.

/// The headers of a request, names in lower case, equal names already joined by the platform.
///
/// They stay in the one text that they came in: a signed-in request has about twenty, and two pieces
/// of memory for each cost more than opening the session.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    text: String,
    fields: Vec<Field>,
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
        let (mut name, mut colon) = (begin, None);
        let mut field_ends = |end| match colon.take() {
            None => colon = Some(end),
            Some(colon) => {
                fields.push(Field { name, colon, end });
                name = end + 1;
            }
        };
        let mut at = begin;
        while let Some(byte) = text.as_bytes().get(at) {
            if *byte == b'\n' {
                field_ends(at);
            }
            at += 1;
        }
        field_ends(text.len());
        let whole = colon.is_none() || name >= text.len();
        whole.then_some(Self { text, fields })
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
