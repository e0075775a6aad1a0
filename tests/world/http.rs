//! A request to the edge, and the answer that the client sees in the end.

use one_login_edge::gate::http::request::{Headers, Request};
use url::Url;

use super::browser::common;
use super::settings::SERVICE;

/// A request on its way to the edge.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The method.
    pub method: String,
    /// The address in full, which nothing has parsed.
    pub url: String,
    /// Names and values; a name may be there several times.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Incoming {
    /// A GET of an address, or of a path of the service.
    pub fn get(address: &str) -> Self {
        let own = address.starts_with('/');
        Self {
            method: "GET".to_owned(),
            url: if own {
                format!("{SERVICE}{address}")
            } else {
                address.to_owned()
            },
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// A POST of a form to a path of the service.
    pub fn post(address: &str, form: &str) -> Self {
        let mut request = Self::get(address)
            .method("POST")
            .with("content-type", "application/x-www-form-urlencoded");
        request.body = form.as_bytes().to_vec();
        request
    }

    /// The same with another method.
    pub fn method(mut self, method: &str) -> Self {
        self.method = method.to_owned();
        self
    }

    /// The same with one more header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The headers as the platform gives them: names in lower case, equal names joined.
    pub fn joined(&self) -> Vec<(String, String)> {
        let mut joined: Vec<(String, String)> = Vec::new();
        for (name, value) in &self.headers {
            let name = name.to_ascii_lowercase();
            match joined.iter_mut().find(|(known, _)| *known == name) {
                Some((_, values)) => *values = format!("{values}, {value}"),
                None => joined.push((name, value.clone())),
            }
        }
        joined
    }

    /// The request as the gate takes it.
    pub fn to_request(&self) -> Request {
        Request {
            method: self.method.clone(),
            url: self.url.clone(),
            headers: Headers::new(&self.joined()),
        }
    }
}

/// The party that answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The edge itself.
    Edge,
    /// The service behind it.
    Origin,
    /// The provider.
    Provider,
}

/// The answer that a browser or another client got.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The server that answered.
    pub by: By,
    /// The address.
    pub url: String,
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Shown {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Every cookie that is set.
    pub fn set_cookies(&self) -> impl Iterator<Item = &str> {
        let set = self.headers.iter().filter(|(name, _)| name == "set-cookie");
        set.map(|(_, value)| value.as_str())
    }

    /// The names of the cookies that are deleted, each once, whatever the place of a session.
    pub fn deleted(&self) -> Vec<&str> {
        self.set_cookies()
            .filter(|line| line.contains("Max-Age=0;") && !line.ends_with("Partitioned"))
            .filter_map(|line| line.split('=').next())
            .map(common)
            .collect()
    }

    /// The page's heading, which is what its title begins with.
    pub fn heading(&self) -> &str {
        let inside = |open: &str, close: &str| {
            let (_, rest) = self.body.split_once(open)?;
            Some(rest.split_once(close)?.0)
        };
        inside("<h1 class=\"govuk-heading-l\">", "</h1>").unwrap_or_default()
    }

    /// Where the page's one link leads.
    pub fn link(&self) -> Option<&str> {
        let after = |open| self.body.split_once(open);
        let (_, rest) = after("<a class=\"govuk-button\" href=\"")
            .or_else(|| after("<li><a class=\"govuk-link\" href=\""))?;
        Some(rest.split_once('"')?.0)
    }

    /// The reference on the page.
    pub fn reference(&self) -> Option<&str> {
        let (_, rest) = self.body.split_once("<p class=\"govuk-body-s\">")?;
        rest.split_once("</p>")?
            .0
            .split_once(": ")
            .map(|(_, reference)| reference)
    }

    /// A parameter of the query of the address.
    pub fn parameter(&self, name: &str) -> Option<String> {
        parameter(&self.url, name)
    }

    /// Where it redirects to.
    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_default()
    }
}

/// A parameter of an address's query.
pub fn parameter(address: &str, name: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let mut pairs = url.query_pairs();
    pairs
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
