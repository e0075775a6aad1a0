//! The purpose of a request: a page that a person will see, a look ahead, a frame, or a script.
//!
//! This is the only place that reads the headers with which browsers say so.
//!
//! Source: Fetch Metadata Request Headers (W3C), Fetch ("navigate" mode), Service Workers (navigation
//! preload), No-Vary and Speculation Rules (`Sec-Purpose`). The headers that service workers send were
//! recorded in Chromium 156, Firefox ESR 153.8 and WebKitGTK 2.50.6.

use super::request::Request;

impl Request {
    /// Whether a browser fetches or prerenders ahead of the person's wish.
    #[must_use]
    pub fn looks_ahead(&self) -> bool {
        ["sec-purpose", "purpose", "x-purpose", "x-moz"]
            .into_iter()
            .filter_map(|name| self.headers.get(name))
            .map(str::to_ascii_lowercase)
            .any(|value| value.contains("prefetch") || value.contains("preview"))
    }

    /// Whether the answer will be shown as a page of its own: a navigation of a browser's window.
    ///
    /// | who asks | `Sec-Fetch-Dest` | `Sec-Fetch-Mode` | other headers |
    /// |---|---|---|---|
    /// | a browser | `document` | `navigate` | |
    /// | a service worker that hands a navigation on, Chromium and WebKit | `empty` | `navigate` | |
    /// | the same, Firefox | `empty` | `same-origin` | `Accept: text/html`, `Upgrade-Insecure-Requests: 1` |
    /// | a browser or `WebView` before fetch metadata | | | `Accept: text/html` |
    /// | a link checker | | | `Accept: */*`, nothing that a browser adds |
    ///
    /// No script can send the mode `navigate`. A script that imitates Firefox's row gets a redirect at
    /// worst. In-app browsers on Android send `X-Requested-With` with the app's id on every navigation,
    /// so that only the value of scripts speaks of a script.
    #[must_use]
    pub fn is_document(&self) -> bool {
        if self.looks_ahead() || self.is_upgrade() {
            return false;
        }
        match self.destination() {
            Some("document") => true,
            Some("empty" | "") => self.is_handed_on(),
            Some(_) => false,
            None => !self.is_of_script() && (self.prefers_pages() || self.is_checked()),
        }
    }

    /// Whether the answer will be shown in a frame that a page of the same origin fills. Which pages hold
    /// that one is not known: the browser compares them with the answer's `frame-ancestors`.
    ///
    /// No engine shows an `embed` or `object` whose answer is an error, and a frame that a service worker hands on is told
    /// from a page by nothing (`docs/browsers.md`).
    #[must_use]
    pub fn is_framed_by_own(&self) -> bool {
        matches!(self.destination(), Some("iframe" | "frame"))
            && self.headers.get("sec-fetch-site") == Some("same-origin")
            && !self.looks_ahead()
    }

    /// Whether the page's own script says that a person did nothing: `One-Login-Counts-As-Use: false`. It can only let the
    /// session end sooner, so that any sender may say it.
    #[must_use]
    pub fn is_no_use(&self) -> bool {
        self.headers.get("one-login-counts-as-use") == Some("false")
    }

    /// The page of this origin that the browser was at, as its path and query.
    #[must_use]
    pub fn page_before(&self, origin: &str) -> Option<&str> {
        let page = self.headers.get("referer")?.strip_prefix(origin)?;
        page.starts_with('/').then_some(page)
    }

    /// Whether a page of this origin sent the request; `None` where the browser does not say.
    ///
    /// Behind a service worker, Firefox and WebKit say `Sec-Fetch-Site: same-origin` of a navigation that
    /// another site began, and Firefox says so of a navigation preload too. The true sender is in Firefox's
    /// `Referer` and in WebKit's `Origin`; under `Referrer-Policy: no-referrer` WebKit says in both that it was the
    /// service worker's script. So both have to name this origin there, and the referrer a page. A read has no
    /// `Origin`, and counts as another's.
    #[must_use]
    pub fn comes_from(&self, origin: &str) -> Option<bool> {
        let sender = self
            .headers
            .get("origin")
            .filter(|sender| *sender != "null");
        let referrer = self.headers.get("referer");
        let is_own = |address: &str| {
            let rest = address.strip_prefix(origin);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let names_own = sender == Some(origin);
        let refers_own = referrer.is_some_and(is_own);
        if sender.is_some() && !names_own || referrer.is_some() && !refers_own {
            return Some(false);
        }
        match self.headers.get("sec-fetch-site") {
            Some("same-origin") if self.is_preload() => Some(refers_own),
            Some("same-origin") if self.is_handed_on() => {
                Some(names_own && refers_own && !referrer.is_some_and(is_script))
            }
            Some(site) => Some(site == "same-origin"),
            None if self.headers.get("origin") == Some("null") => Some(false),
            None => (names_own && !self.is_read()).then_some(true),
        }
    }

    /// Whether a page of another origin than this one, and than those that are listed, sent the request.
    ///
    /// A program sends none of the headers, and a person who types an address or sends a form again is no page. Where a
    /// browser hides who sent a form, only `Sec-Fetch-Site` counts: a form of one's own has `Origin: null` under
    /// `Referrer-Policy: no-referrer`. Behind a service worker even that does not count, so that such a form is another's.
    #[must_use]
    pub fn comes_from_elsewhere<'a>(
        &self,
        own: &str,
        mut listed: impl Iterator<Item = &'a String>,
    ) -> bool {
        if self.comes_from(own) != Some(false) {
            return false;
        }
        let sender = self.headers.get("origin");
        let referrer = self.headers.get("referer").unwrap_or_default();
        // Firefox says the service's own origin behind its service worker, and the true one in the referrer.
        let is_hidden = sender.is_none_or(|sender| sender == own);
        let is_from = |origin: &String| {
            let rest = referrer.strip_prefix(origin.as_str());
            sender == Some(origin) || is_hidden && rest.is_some_and(|rest| rest.starts_with('/'))
        };
        if listed.any(is_from) {
            return false;
        }
        let names_none = is_hidden && referrer.is_empty();
        self.headers.get("sec-fetch-site") != Some("none") || !names_none
    }

    /// The same for a link, which changes no more than where a person is. Behind a service worker only the referrer says
    /// that a page of one's own has it.
    #[must_use]
    pub fn is_led_from_elsewhere(&self, own: &str) -> bool {
        let is_hidden = self.headers.get("sec-fetch-site") == Some("same-origin");
        let is_page = |page: &str| !is_script(page);
        let refers_own = is_hidden && self.page_before(own).is_some_and(is_page);
        self.comes_from_elsewhere(own, std::iter::empty()) && !(refers_own && self.is_read())
    }

    fn destination(&self) -> Option<&str> {
        self.headers.get("sec-fetch-dest")
    }

    /// Whether a service worker hands on a navigation.
    fn is_handed_on(&self) -> bool {
        if !matches!(self.destination(), Some("empty" | "")) {
            return false;
        }
        match self.headers.get("sec-fetch-mode") {
            Some("navigate") => true,
            Some("same-origin") => {
                self.prefers_pages()
                    && !self.is_of_script()
                    && self.headers.get("upgrade-insecure-requests") == Some("1")
            }
            _ => false,
        }
    }

    /// Whether the browser sends a navigation while the service worker starts.
    fn is_preload(&self) -> bool {
        self.headers
            .get("service-worker-navigation-preload")
            .is_some()
    }

    fn is_of_script(&self) -> bool {
        let by = self.headers.get("x-requested-with");
        by.is_some_and(|by| by.eq_ignore_ascii_case("XMLHttpRequest"))
    }

    fn prefers_pages(&self) -> bool {
        let accept = self.headers.get("accept");
        accept.is_some_and(|accept| accept.contains("text/html"))
    }

    /// Whether a link checker asks, for which 401 is a broken link: it takes anything, and sends none of
    /// the headers that a browser adds to what a script asks for.
    ///
    /// Source: alphagov/link-checker-api 13742a7, `http_checker.rb` (`PageRequiresLogin`).
    fn is_checked(&self) -> bool {
        const BROWSERS: [&str; 5] = [
            "accept-language",
            "origin",
            "referer",
            "sec-fetch-mode",
            "x-requested-with",
        ];
        let bare = || BROWSERS.iter().all(|name| self.headers.get(name).is_none());
        self.is_read() && self.headers.get("accept") == Some("*/*") && bare()
    }
}

/// Whether an address is that of a script, by its ending.
fn is_script(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    [".js", ".mjs"].iter().any(|end| path.ends_with(end))
}

#[cfg(test)]
#[path = "navigation_tests.rs"]
mod tests;
