use crate::gate::http::request::{Headers, Request};

const OWN: &str = "https://licence.example.gov.uk";

type Pairs<'a> = &'a [(&'a str, &'a str)];

fn request(headers: Pairs<'_>) -> Request {
    let pairs: Vec<_> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Request {
        method: "GET".to_owned(),
        url: format!("{OWN}/"),
        headers: Headers::new(&pairs),
    }
}

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
const ANYTHING: (&str, &str) = ("accept", "*/*");
const DOCUMENT: (&str, &str) = ("sec-fetch-dest", "document");
const EMPTY: (&str, &str) = ("sec-fetch-dest", "empty");
const NAVIGATE: (&str, &str) = ("sec-fetch-mode", "navigate");
const SAME_ORIGIN: (&str, &str) = ("sec-fetch-mode", "same-origin");
const INSECURE: (&str, &str) = ("upgrade-insecure-requests", "1");
const SCRIPT: (&str, &str) = ("x-requested-with", "XMLHttpRequest");

#[test]
fn when_a_header_says_prefetch_or_preview_then_the_request_looks_ahead() {
    for name in ["sec-purpose", "purpose", "x-purpose", "x-moz"] {
        let ahead = |why| request(&[(name, why)]).looks_ahead();
        assert!(ahead("prefetch") && ahead("preview") && !ahead("other"));
        assert!(ahead("prefetch;prerender") && ahead("Prefetch;anonymous-client-ip"));
    }
    assert!(!request(&[]).looks_ahead());
}

#[test]
fn t100_when_any_engine_navigates_then_the_request_is_a_document() {
    let documents: [Pairs<'_>; 15] = [
        &[DOCUMENT],
        &[DOCUMENT, ("accept", "application/json")],
        &[DOCUMENT, SCRIPT],
        &[DOCUMENT, ("x-requested-with", "uk.gov.app")],
        &[HTML],
        &[HTML, ("x-requested-with", "com.google.android.gm")],
        &[HTML, ("x-requested-with", "")],
        // Service workers that hand a navigation on.
        &[EMPTY, NAVIGATE, HTML],
        &[EMPTY, NAVIGATE],
        &[
            EMPTY,
            NAVIGATE,
            HTML,
            ("x-requested-with", "com.facebook.katana"),
        ],
        &[("sec-fetch-dest", ""), NAVIGATE, HTML],
        &[EMPTY, SAME_ORIGIN, HTML, INSECURE],
        // A navigation preload.
        &[
            DOCUMENT,
            NAVIGATE,
            ("service-worker-navigation-preload", "true"),
        ],
        // A link checker.
        &[ANYTHING],
        &[
            ANYTHING,
            ("user-agent", "GOV.UK Link Checker"),
            ("accept-encoding", "none"),
        ],
    ];
    for headers in documents {
        assert!(request(headers).is_document(), "{headers:?}");
    }
}

#[test]
fn t100_rejects_as_a_document_all_but_a_navigation() {
    let others: [Pairs<'_>; 21] = [
        &[],
        &[HTML, SCRIPT],
        &[HTML, ("x-requested-with", "xmlhttprequest")],
        &[EMPTY, HTML],
        &[EMPTY, ("sec-fetch-mode", "cors"), HTML, INSECURE],
        &[EMPTY, ("sec-fetch-mode", "no-cors"), HTML, INSECURE],
        &[EMPTY, ("sec-fetch-mode", "cors"), ANYTHING],
        &[EMPTY, SAME_ORIGIN, HTML],
        &[EMPTY, SAME_ORIGIN, ANYTHING, INSECURE],
        &[EMPTY, SAME_ORIGIN, HTML, INSECURE, SCRIPT],
        &[("sec-fetch-dest", "iframe"), NAVIGATE, HTML],
        &[("sec-fetch-dest", "image"), NAVIGATE],
        &[DOCUMENT, ("sec-purpose", "prefetch;prerender")],
        &[DOCUMENT, ("purpose", "prefetch")],
        &[EMPTY, NAVIGATE, HTML, ("sec-purpose", "prefetch")],
        &[HTML, ("upgrade", "websocket")],
        // Scripts of browsers without fetch metadata send at least one of these with `*/*`.
        &[ANYTHING, ("accept-language", "en-GB")],
        &[ANYTHING, ("referer", "https://licence.example.gov.uk/")],
        &[ANYTHING, ("origin", OWN)],
        &[ANYTHING, ("sec-fetch-mode", "cors")],
        &[("accept", "application/json, */*")],
    ];
    for headers in others {
        assert!(!request(headers).is_document(), "{headers:?}");
    }
    let mut posted = request(&[ANYTHING]);
    posted.method = "POST".to_owned();
    assert!(!posted.is_document());
}

#[test]
fn t73_when_a_request_comes_from_a_page_then_this_origin_is_told_from_another_site() {
    let (site, here) = (("sec-fetch-site", "same-origin"), ("origin", OWN));
    let page = ("referer", "https://licence.example.gov.uk/account");
    let other = ("referer", "https://evil.example/");
    let preload = ("service-worker-navigation-preload", "true");
    let cases: [(Pairs<'_>, Option<bool>); 26] = [
        (&[DOCUMENT, site], Some(true)),
        (&[DOCUMENT, site, here, page], Some(true)),
        (&[DOCUMENT, site, ("origin", "null")], Some(true)),
        (&[DOCUMENT, site, other], Some(false)),
        (&[DOCUMENT, site, here, other], Some(false)),
        (
            &[DOCUMENT, site, ("origin", "https://evil.example"), page],
            Some(false),
        ),
        (
            &[
                DOCUMENT,
                site,
                ("referer", "https://licence.example.gov.uk.evil.example/"),
            ],
            Some(false),
        ),
        (&[DOCUMENT, site, ("referer", OWN)], Some(true)),
        (
            &[DOCUMENT, ("sec-fetch-site", "cross-site"), here, page],
            Some(false),
        ),
        (&[DOCUMENT, ("sec-fetch-site", "none")], Some(false)),
        // Chromium and WebKit behind a service worker.
        (&[EMPTY, NAVIGATE, HTML, site, here, page], Some(true)),
        // WebKit names the service worker where the page hides itself, another site's as well.
        (
            &[
                EMPTY,
                NAVIGATE,
                HTML,
                site,
                here,
                ("referer", "https://licence.example.gov.uk/worker.js?v=1"),
            ],
            Some(false),
        ),
        (
            &[
                EMPTY,
                NAVIGATE,
                HTML,
                site,
                here,
                ("referer", "https://licence.example.gov.uk/a?of=worker.js"),
            ],
            Some(true),
        ),
        (&[EMPTY, NAVIGATE, HTML, site, here], Some(false)),
        (&[EMPTY, NAVIGATE, HTML, site, page], Some(false)),
        (
            &[
                EMPTY,
                NAVIGATE,
                HTML,
                site,
                ("origin", "https://evil.example"),
                page,
            ],
            Some(false),
        ),
        (
            &[EMPTY, NAVIGATE, HTML, site, ("origin", "null"), page],
            Some(false),
        ),
        // Firefox behind a service worker.
        (
            &[EMPTY, SAME_ORIGIN, HTML, INSECURE, site, here, page],
            Some(true),
        ),
        (
            &[EMPTY, SAME_ORIGIN, HTML, INSECURE, site, here, other],
            Some(false),
        ),
        (
            &[EMPTY, SAME_ORIGIN, HTML, INSECURE, site, here],
            Some(false),
        ),
        (&[DOCUMENT, NAVIGATE, preload, site, other], Some(false)),
        (&[DOCUMENT, NAVIGATE, preload, site], Some(false)),
        (&[DOCUMENT, NAVIGATE, preload, site, page], Some(true)),
        // Before fetch metadata.
        (&[HTML, here], None),
        (&[HTML, page], None),
        (&[HTML], None),
    ];
    for (headers, own) in cases {
        assert_eq!(request(headers).comes_from(OWN), own, "{headers:?}");
    }
    let mut posted = request(&[HTML, here]);
    posted.method = "POST".to_owned();
    assert_eq!(posted.comes_from(OWN), Some(true));
}

#[test]
fn t121_when_a_form_is_sent_then_another_origins_is_told_from_this_origins() {
    const LISTED: &str = "https://forms.example.gov.uk";
    let site = |site| ("sec-fetch-site", site);
    let (here, null) = (("origin", OWN), ("origin", "null"));
    let listed = ("origin", LISTED);
    let of_listed = ("referer", "https://forms.example.gov.uk/form");
    let page = ("referer", "https://licence.example.gov.uk/account");
    let cases: [(Pairs<'_>, bool); 24] = [
        // As Chromium 156, Firefox ESR 153.8 and WebKitGTK 2.50.6 send them.
        (&[DOCUMENT, site("same-origin"), here, page], false),
        (&[DOCUMENT, site("same-origin"), null], false),
        (&[DOCUMENT, site("same-site"), null], true),
        (&[DOCUMENT, site("cross-site"), null], true),
        (
            &[
                DOCUMENT,
                site("same-site"),
                ("origin", "https://other.example.gov.uk"),
            ],
            true,
        ),
        // Behind a service worker.
        (
            &[EMPTY, NAVIGATE, HTML, site("same-origin"), here, page],
            false,
        ),
        (&[EMPTY, NAVIGATE, HTML, site("same-site"), null], true),
        (&[EMPTY, NAVIGATE, HTML, site("same-origin"), null], true),
        (
            &[
                EMPTY,
                SAME_ORIGIN,
                HTML,
                INSECURE,
                site("same-origin"),
                here,
                page,
            ],
            false,
        ),
        (
            &[
                EMPTY,
                SAME_ORIGIN,
                HTML,
                INSECURE,
                site("same-origin"),
                null,
            ],
            true,
        ),
        // Scripts.
        (&[EMPTY, site("same-origin"), here], false),
        (
            &[
                EMPTY,
                site("same-site"),
                ("origin", "https://other.example.gov.uk"),
            ],
            true,
        ),
        (&[EMPTY, site("cross-site"), null], true),
        // A person who sends a form once more from the address bar.
        (&[DOCUMENT, site("none")], false),
        (&[DOCUMENT, site("none"), here], false),
        (&[DOCUMENT, site("none"), null], true),
        (
            &[DOCUMENT, site("none"), ("origin", "https://evil.example")],
            true,
        ),
        // Before fetch metadata.
        (&[HTML, here, page], false),
        (&[HTML, null], true),
        (&[HTML, ("referer", "https://evil.example/")], true),
        // A program.
        (&[], false),
        // Those who are listed.
        (&[DOCUMENT, site("same-site"), listed, of_listed], false),
        (
            &[
                EMPTY,
                SAME_ORIGIN,
                HTML,
                INSECURE,
                site("same-origin"),
                here,
                of_listed,
            ],
            false,
        ),
        (&[DOCUMENT, site("same-site"), null, of_listed], true),
    ];
    for (headers, elsewhere) in cases {
        let mut sent = request(headers);
        sent.method = "POST".to_owned();
        let allowed = [LISTED.to_owned()];
        let found = sent.comes_from_elsewhere(OWN, allowed.iter());
        assert_eq!(found, elsewhere, "{headers:?}");
    }
}
