//! Requests and answers as plain values, so that the provider can be driven without a socket.
//!
//! This is deliberately less than an HTTP library: no streaming, no connection, no header map. Header names are compared
//! without regard to case and kept in the order in which they came.

use std::collections::BTreeMap;

/// A request as the provider sees it.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The method, in capitals as on the wire.
    pub method: String,
    /// Path and query, exactly as on the wire.
    pub target: String,
    /// Header names and values in order; a repeated header appears repeatedly.
    pub headers: Vec<(String, String)>,
    /// The body, complete.
    pub body: Vec<u8>,
}

impl Request {
    /// A GET without headers or body.
    pub fn get(target: impl Into<String>) -> Self {
        Self {
            method: "GET".to_owned(),
            target: target.into(),
            ..Self::default()
        }
    }

    /// A POST of a form that is already encoded.
    pub fn post_form(target: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self {
            method: "POST".to_owned(),
            target: target.into(),
            headers: vec![(
                "content-type".to_owned(),
                "application/x-www-form-urlencoded".to_owned(),
            )],
            body: body.into(),
        }
    }

    /// The same request with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The path, without the query.
    pub fn path(&self) -> &str {
        self.target
            .split_once('?')
            .map_or(self.target.as_str(), |(path, _)| path)
    }

    /// The query as on the wire; empty when the address has no query.
    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }

    /// The value of the first cookie of this name.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let headers = self.headers.iter();
        headers
            .filter(|(name, _)| name.eq_ignore_ascii_case("cookie"))
            .flat_map(|(_, value)| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value)
    }
}

/// How the shell puts an answer on the wire. The pure core only says it; a test without sockets may read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Delivery {
    /// Straight away, as any server would.
    #[default]
    AtOnce,
    /// Never: the connection stays open and silent.
    Hang,
    /// The head straight away, then the body one byte a second.
    Drip,
    /// The connection is closed in the middle of the body.
    CutShort,
    /// The connection is reset instead of an answer.
    Reset,
    /// Straight away, with fifty megabytes of white space after the body.
    FiftyMegabytes,
}

/// An answer of the provider.
#[derive(Debug, Clone, Default)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Header names (lower case) and values in order.
    pub headers: Vec<(String, String)>,
    /// The body, complete.
    pub body: Vec<u8>,
    /// Why the request was refused, for people and tests. It never goes on the wire: the real provider does not say.
    pub reason: Option<String>,
    /// How the shell delivers it.
    pub delivery: Delivery,
}

impl Response {
    /// An answer without headers or body.
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    /// An HTML page.
    pub fn html(status: u16, page: impl Into<String>) -> Self {
        Self::empty(status)
            .with_header("content-type", "text/html; charset=utf-8")
            .with_header("cache-control", "no-store")
            .with_body(page.into())
    }

    /// A text page, which is how the provider refuses what it cannot send back to the client.
    pub fn text(status: u16, text: impl Into<String>) -> Self {
        Self::empty(status)
            .with_header("content-type", "text/plain; charset=utf-8")
            .with_body(text.into())
    }

    /// A JSON answer without caching headers; callers add the ones their endpoint sends.
    pub fn json(status: u16, value: &serde_json::Value) -> Self {
        Self::empty(status)
            .with_header("content-type", "application/json")
            .with_body(value.to_string())
    }

    /// A redirect.
    pub fn redirect(status: u16, location: impl Into<String>) -> Self {
        Self::empty(status)
            .with_header("location", &location.into())
            .with_header("cache-control", "no-store")
    }

    /// The same answer with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same answer with another body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The same answer, with the reason for a refusal.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }

    /// The body as JSON; `Null` when it is not JSON.
    pub fn body_json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or(serde_json::Value::Null)
    }
}

fn find_header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(n, _)| n.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

/// Decodes a query or a form. Of a repeated parameter the last value stays, as behind the real provider's API gateway.
pub fn last_wins(encoded: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(encoded).into_owned().collect()
}

/// Encodes parameters as a form: a space becomes `+`, as in the provider's error redirects.
pub fn form_encode(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// Appends parameters to an address that may already have a query.
pub fn append_query(url: &str, pairs: &[(&str, &str)]) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{}", form_encode(pairs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_parameter_is_repeated_then_the_last_value_counts() {
        let found = last_wins(b"state=one&state=two&scope=openid+email");
        assert_eq!(found["state"], "two");
        assert_eq!(found["scope"], "openid email");
    }

    #[test]
    fn when_an_address_has_a_query_then_parameters_are_appended_to_it() {
        let url = append_query("https://rp.example/cb?a=1", &[("error_description", "a b")]);
        assert_eq!(url, "https://rp.example/cb?a=1&error_description=a+b");
    }

    #[test]
    fn when_a_header_is_looked_up_in_another_case_then_it_is_found() {
        let request = Request::get("/x?y").with_header("User-Agent", "t");
        assert_eq!(request.header("user-agent"), Some("t"));
        assert_eq!((request.path(), request.query()), ("/x", "y"));
    }
}
