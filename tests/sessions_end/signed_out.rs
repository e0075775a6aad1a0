//! The page after signing out: it trusts no parameter and ends nothing.

use super::{PAGE, is_in, signed_in};
use crate::world::{Browser, By, Incoming, SESSION, Trouble, When, World};

const QUERIES: [&str; 8] = [
    "",
    "?state=forged",
    "?state=a&state=b",
    "?everywhere",
    "?return_to=https%3A%2F%2Fevil.example",
    "?post_logout_redirect_uri=https://evil.example&state=%00",
    "?error_code=invalid_request&error_description=%3Cscript%3E",
    "?%ff=%fe",
];

#[test]
fn t74_when_the_provider_sends_any_parameters_back_then_the_signed_out_page_is_the_same() {
    let world = World::new();
    let mut pages = Vec::new();
    for query in QUERIES {
        let mut browser = Browser::new();
        let shown = browser.step(&world, &format!("/auth/signed-out{query}"));
        assert_eq!((shown.by, shown.status), (By::Edge, 200), "{query}");
        assert_eq!(shown.heading(), "You have signed out");
        assert_eq!(shown.link(), Some("/auth/sign-in?lang=en"));
        assert_eq!(shown.header("location"), None);
        assert_eq!(shown.header("refresh"), None);
        assert_eq!(shown.header("cache-control"), Some("no-store"));
        assert!(world.happened().0.is_empty());
        pages.push(shown.body);
    }
    pages.dedup();
    assert_eq!(pages.len(), 1, "no parameter makes a difference");
}

#[test]
fn t74_when_the_session_is_alive_then_the_signed_out_page_does_not_end_it() {
    for query in QUERIES {
        let world = World::new();
        let mut browser = signed_in(&world, "kenneth");
        let shown = browser.step(&world, &format!("/auth/signed-out{query}"));
        let said = (shown.status, shown.heading());
        assert_eq!(said, (200, "You are still signed in"));
        let form = "<form method=\"post\" action=\"/auth/sign-out?lang=en\">";
        assert!(shown.body.contains(form), "{}", shown.body);
        assert!(!shown.deleted().contains(&SESSION));
        world.pass(100);
        assert!(is_in(&world, &mut browser), "{query}");
    }
}

#[test]
fn t74_when_a_session_has_ended_then_the_signed_out_page_clears_its_cookie() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    world.notify("kenneth", |_| {});
    let shown = browser.step(&world, "/auth/signed-out");
    assert!(shown.deleted().contains(&SESSION));
    assert!(!browser.has_session());
}

#[test]
fn t74_t120_when_the_page_is_shown_then_sign_ins_under_way_in_other_tabs_go_on() {
    let world = World::new();
    let mut browser = Browser::new();
    let start = browser.step(&world, PAGE);
    let back = browser.step(&world, start.location());
    let before = browser.cookies().len();
    let shown = browser.step(&world, "/auth/signed-out");
    assert_eq!((shown.status, browser.cookies().len()), (200, before));
    assert_eq!(browser.open(&world, back.location()).by, By::Origin);
}

#[test]
fn t74_t120_when_no_page_is_shown_then_nothing_changes() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    world.notify("kenneth", |_| {});
    world.forget();
    let image = Incoming::get("/auth/signed-out")
        .with("sec-fetch-dest", "image")
        .with("sec-fetch-site", "same-site");
    let head = Incoming::get("/auth/signed-out")
        .with("sec-fetch-dest", "document")
        .method("HEAD");
    for request in [image, head, Incoming::get("/auth/signed-out")] {
        let shown = browser.send(&world, request);
        assert_eq!((shown.status, shown.set_cookies().count()), (200, 0));
    }
    assert!(world.happened().asked().is_empty());
}

#[test]
fn t73_t120_when_a_signed_in_person_is_shown_that_they_have_signed_out_then_the_page_asks() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    for name in ["signed-out-here", "signed-out"] {
        let shown = browser.step(&world, &format!("/auth/page?name={name}"));
        let heading = "You are still signed in";
        assert_eq!((shown.status, shown.heading()), (200, heading), "{name}");
        let shown = Browser::new().step(&world, &format!("/auth/page?name={name}"));
        assert!(shown.heading().starts_with("You have signed out"), "{name}");
    }
}

#[test]
fn t71_when_the_account_gives_no_answer_then_the_signed_out_page_is_still_shown() {
    for (trouble, _) in Trouble::ACCOUNT {
        let world = World::new();
        let mut browser = signed_in(&world, "kenneth");
        world.trouble(trouble, When::Always);
        let shown = browser.step(&world, "/auth/signed-out");
        assert_eq!(
            (shown.status, shown.heading()),
            (200, "You are still signed in")
        );
        assert!(browser.has_session(), "it may be alive");
        world.mend();
        world.pass(60);
        assert!(is_in(&world, &mut browser));
    }
}

#[test]
fn t74_when_a_browser_prefetches_the_signed_out_page_then_no_cookie_is_cleared() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    world.notify("kenneth", |_| {});
    world.forget();
    let request = Incoming::get("/auth/signed-out").with("sec-purpose", "prefetch");
    let shown = browser.send(&world, request);
    assert_eq!((shown.status, shown.set_cookies().count()), (503, 0));
    assert!(world.happened().0.is_empty());
}

#[test]
fn rejects_other_methods_for_the_signed_out_page() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    for method in ["POST", "PUT", "DELETE"] {
        let request = Incoming::get("/auth/signed-out").method(method);
        let shown = browser.send(&world, request);
        assert_eq!(
            (shown.status, shown.header("allow")),
            (405, Some("GET, HEAD"))
        );
    }
    assert!(browser.has_session());
}
