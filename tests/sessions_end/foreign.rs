//! Requests for a sign-out that no page of the service's own sends, and those that a service worker hands on.

use super::PAGE;
use crate::world::signing_out::from_site;
use crate::world::{Incoming, SERVICE};

/// The headers with which a service worker hands on a navigation, in Chromium and WebKit.
pub const BLINK: &[(&str, &str)] = &[
    ("accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
    ("sec-fetch-dest", "empty"),
    ("sec-fetch-mode", "navigate"),
];

/// The same in Firefox.
pub const GECKO: &[(&str, &str)] = &[
    ("accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
    ("sec-fetch-dest", "empty"),
    ("sec-fetch-mode", "same-origin"),
    ("upgrade-insecure-requests", "1"),
];

/// A form that a service worker hands on. Firefox and WebKit call every one of the same origin.
pub fn behind_a_worker(
    engine: &[(&str, &str)],
    origin: Option<&str>,
    referrer: Option<&str>,
) -> Incoming {
    let optional = [("origin", origin), ("referer", referrer)];
    let sent = optional
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let site = [("sec-fetch-site", "same-origin")];
    engine.iter().copied().chain(site).chain(sent).fold(
        Incoming::post("/auth/sign-out", ""),
        |request, (name, value)| request.with(name, value),
    )
}

/// The requests of other sites' pages, of the address bar, and of clients that do not say.
pub fn foreign() -> Vec<Incoming> {
    let path = "/auth/sign-out";
    let mut requests: Vec<_> = ["cross-site", "same-site", "none", "", "Same-Origin"]
        .into_iter()
        .flat_map(|site| [from_site(path, site), from_site(path, site).method("POST")])
        .collect();
    requests.extend([
        Incoming::get(path),
        Incoming::get(path).with("origin", SERVICE),
        Incoming::get(path).with("referer", &format!("{SERVICE}{PAGE}")),
        Incoming::post(path, ""),
        Incoming::post(path, "").with("origin", "null"),
        Incoming::post(path, "").with("origin", "https://evil.example"),
        Incoming::post(path, "").with("origin", &format!("{SERVICE}.evil.example")),
        Incoming::post(path, "")
            .with("origin", SERVICE)
            .with("sec-fetch-site", "cross-site"),
        from_site(path, "same-origin").with("sec-fetch-site", "cross-site"),
    ]);
    let (page, other) = (format!("{SERVICE}{PAGE}"), "https://evil.example/");
    requests.extend([
        // A sender that contradicts the browser's word.
        from_site(path, "same-origin").with("referer", other),
        from_site(path, "same-origin")
            .with("referer", other)
            .method("POST"),
        // Another site's form behind the service's own service worker: WebKit, then Firefox; then with
        // referrer policies that hide the sender.
        behind_a_worker(BLINK, Some("https://evil.example"), Some(&page)),
        behind_a_worker(GECKO, Some(SERVICE), Some(other)),
        behind_a_worker(GECKO, Some("null"), None),
        behind_a_worker(GECKO, Some(SERVICE), None),
        behind_a_worker(BLINK, Some("null"), Some(&page)),
        // A link, where WebKit replaces an empty referrer by the service worker's address.
        behind_a_worker(BLINK, None, Some(&page)).method("GET"),
        behind_a_worker(GECKO, None, Some(other)).method("GET"),
        // A navigation preload in Firefox.
        from_site(path, "same-origin")
            .with("service-worker-navigation-preload", "true")
            .with("referer", other),
        from_site(path, "same-origin").with("service-worker-navigation-preload", "true"),
    ]);
    // The ping of a link and a beacon are posts of the same origin, but show no page.
    requests.extend(["no-cors", "cors"].map(|mode| {
        Incoming::post(path, "PING")
            .with("accept", "*/*")
            .with("origin", SERVICE)
            .with("sec-fetch-site", "same-origin")
            .with("sec-fetch-mode", mode)
            .with("sec-fetch-dest", "empty")
    }));
    // A text of another user's on a page of the service may hold an image or a script of any address.
    requests.extend(
        ["image", "script", "iframe", "empty", "style"].map(|destination| {
            Incoming::get(path)
                .with("sec-fetch-site", "same-origin")
                .with("sec-fetch-dest", destination)
        }),
    );
    requests
}
