//! An answer of the edge's own: its headers are the same everywhere, its content never is cached.
//!
//! Source: GOV.UK's guidance on security headers; RFC 9457 (problem details).

use serde_json::{Value, json};

use crate::config::{Environment, Locale, Service};

/// When to try again after an outage, in seconds.
pub const RETRY_AFTER: &str = "30";

/// An answer that the edge gives itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case; `set-cookie` may be there several times.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

/// The files that a page may load: style sheet, typeface and drawings of its own, and nothing else.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; font-src 'self'; \
     img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The directive that lets a page send a form, and only to this host.
const OWN_FORMS: [&str; 2] = ["form-action 'none'", "form-action 'self'"];

/// The directive that lets a page be shown in a frame, and in pages of this host only.
const FRAMES: [&str; 2] = ["frame-ancestors 'none'", "frame-ancestors 'self'"];

impl Reply {
    /// An answer with the headers that every answer of the edge has.
    ///
    /// `Cross-Origin-Opener-Policy` is not among them. With it, WebKit 2.50.6 fails to go back onto and across our answers,
    /// Firefox 153 empties the forms behind them, and a site that opened a window learns from a redirect with it whether a
    /// person is signed in. No page here has anything that an opener could read.
    #[must_use]
    pub fn new(status: u16) -> Self {
        let headers = [
            ("cache-control", "no-store"),
            ("content-security-policy", CONTENT_SECURITY_POLICY),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("permissions-policy", "interest-cohort=()"),
        ];
        Self {
            status,
            headers: headers
                .into_iter()
                .map(|(name, value)| (name, value.to_owned()))
                .collect(),
            body: String::new(),
        }
    }

    /// The same with a header, replacing any of its name but `set-cookie`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if name != "set-cookie" {
            self.headers.retain(|(other, _)| *other != name);
        }
        self.headers.push((name, value.into()));
        self
    }

    /// The same with a `Set-Cookie`, if there is one to set.
    #[must_use]
    pub fn with_cookie(self, cookie: Option<String>) -> Self {
        match cookie {
            Some(cookie) => self.with("set-cookie", cookie),
            None => self,
        }
    }

    /// The same with each of these `Set-Cookie` lines.
    #[must_use]
    pub fn with_cookies(self, cookies: impl IntoIterator<Item = String>) -> Self {
        let each = cookies.into_iter();
        each.fold(self, |reply, cookie| reply.with("set-cookie", cookie))
    }

    /// The same for an answer after which the browser has nothing left to show of a session.
    ///
    /// It empties the cache of this host and, in Firefox 153 and WebKitGTK 2.50.6, what Back would show. Chromium 156
    /// spares the page that is just being left, so that the page after it loads [`crate::gate::pages::assets::CLEAR`] as well.
    ///
    /// Source: Clear Site Data section 3.1 (`"cache"`).
    #[must_use]
    pub fn emptying(self) -> Self {
        self.with("clear-site-data", "\"cache\"")
    }

    /// The same with a body of a type.
    #[must_use]
    pub fn body(mut self, content_type: &'static str, body: String) -> Self {
        self.body = body;
        self.with("content-type", content_type)
    }

    /// The same as an answer of the service: outside the local environment browsers are told to
    /// come back only over https.
    #[must_use]
    pub fn of(self, service: &Service) -> Self {
        if service.environment == Environment::Local {
            return self;
        }
        self.with("strict-transport-security", "max-age=31536000")
    }

    /// The same for a page whose form leads to this host.
    #[must_use]
    pub fn with_own_forms(self) -> Self {
        let [none, own] = OWN_FORMS;
        let policy = CONTENT_SECURITY_POLICY.replace(none, own);
        // Without a referrer to its own host a browser would call the form's origin `null`.
        self.with("content-security-policy", policy)
            .with("referrer-policy", "same-origin")
    }

    /// The same for a frame in a page of this host; its links open in the whole window, because the frame may show no
    /// page of another host and no other page of the edge's.
    #[must_use]
    pub fn framed_by_own(mut self) -> Self {
        const HEAD: &str = "<head>";
        let target = format!("{HEAD}<base target=\"_top\">");
        self.body = self.body.replacen(HEAD, &target, 1);
        let [never, own] = FRAMES;
        let policy = CONTENT_SECURITY_POLICY.replace(never, own);
        self.with("content-security-policy", policy)
            .with("x-frame-options", "SAMEORIGIN")
    }

    /// The answer to a browser that only looks ahead. One that says that all is well would be shown, empty
    /// as it is, when the person follows the link.
    ///
    /// Source: HTML, speculative loading (a response that is not ok ends a prefetch or a prerendering).
    #[must_use]
    pub fn declined() -> Self {
        Self::new(503)
    }

    /// A redirect.
    #[must_use]
    pub fn redirect(status: u16, location: impl Into<String>) -> Self {
        Self::new(status).with("location", location)
    }

    /// A JSON document.
    #[must_use]
    pub fn json(status: u16, document: &Value) -> Self {
        Self::new(status).body("application/json", document.to_string())
    }

    /// Problem details (RFC 9457) of a status, with further members.
    #[must_use]
    pub fn problem(status: u16, title: &str, further: &[(&str, &str)]) -> Self {
        let mut document = json!({ "type": "about:blank", "title": title, "status": status });
        for (name, value) in further {
            document[*name] = (*value).into();
        }
        Self::json(status, &document).with("content-type", "application/problem+json")
    }

    /// A page in a language.
    #[must_use]
    pub fn html(status: u16, locale: Locale, html: String) -> Self {
        Self::new(status)
            .with("content-language", locale.as_str())
            .body("text/html; charset=utf-8", html)
    }

    /// The value of a header by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every cookie that is set.
    pub fn set_cookies(&self) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(|(name, _)| *name == "set-cookie")
            .map(|(_, value)| value.as_str())
    }
}
