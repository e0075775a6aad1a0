//! The GOV.UK One Login service header: one fragment for all services, which the edge's own pages show too.

use crate::world::{Browser, By, Incoming, Trouble, When, World};

const PAGE: &str = "/auth/page?name=problem&lang=en";
const BAR: &str = "<div class=\"one-login-header";

#[test]
fn when_the_header_fragment_is_asked_for_then_it_is_public_and_names_no_person() {
    let world = World::new();
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    for (lang, button, language) in [("en", "Sign out", ""), ("cy", "Allgofnodi", "?lng=cy")] {
        let path = format!("/auth/header?lang={lang}");
        let shown = browser.step(&world, &path);
        assert_eq!(shown.status, 200);
        assert_eq!(shown.header("content-language"), Some(lang));
        assert_eq!(shown.header("cache-control"), Some("public, max-age=300"));
        assert_eq!(shown.set_cookies().count(), 0);
        assert!(
            shown.body.contains(&format!(">{button}</button>")),
            "{}",
            shown.body
        );
        let form = format!("<form method=\"post\" action=\"/auth/sign-out?lang={lang}\">");
        assert!(shown.body.contains(&form), "{}", shown.body);
        let home = format!("https://home.account.gov.uk/{language}\"");
        assert!(shown.body.contains(&home), "{}", shown.body);
        assert!(!shown.body.contains("<script") && !shown.body.contains("style=\""));
        // A server without cookies gets the very same.
        assert_eq!(world.ask(Incoming::get(&path)).body, shown.body);
    }
    // In a language that was not asked for it is this browser's, and not for others.
    let shown = browser.step(&world, "/auth/header");
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    let posted = world.ask(Incoming::get("/auth/header").method("POST"));
    assert_eq!(posted.status, 405);
}

#[test]
fn when_a_person_is_signed_in_then_own_pages_have_the_header_and_a_way_out() {
    let world = World::new();
    let mut browser = Browser::new();
    let before = browser.step(&world, PAGE);
    assert!(!before.body.contains(BAR));
    browser.open(&world, "/account/details");
    let shown = browser.step(&world, PAGE);
    assert!(shown.body.contains(BAR), "{}", shown.body);
    assert!(shown.body.contains("/header.css\"></head>"));
    let policy = shown.header("content-security-policy").unwrap();
    assert!(policy.contains("form-action 'self'"), "{policy}");
    // The page that asks whether to sign out has its own button, and no second one.
    let asks = browser.step(&world, "/auth/sign-out");
    assert_eq!(asks.body.matches("<form").count(), 1);
}

#[test]
fn when_the_environment_is_integration_then_the_fragment_links_its_account() {
    let world = World::with(|setup| {
        setup.set("DEPLOYMENT", "integration");
        setup.field("environment", "integration");
    });
    let shown = world.ask(Incoming::get("/auth/header?lang=en"));
    let home = "href=\"https://home.integration.account.gov.uk/\"";
    assert!(shown.body.contains(home), "{}", shown.body);
}

#[test]
fn when_the_host_is_not_of_gov_uk_then_the_fragment_has_no_crown_and_no_typeface() {
    let shown = World::new().ask(Incoming::get("/auth/header?lang=en"));
    assert!(!shown.body.contains("aria-label=\"GOV.UK\""));
    assert!(!shown.body.contains("--govuk"));
}

/// The page that a browser with a session gets, which is the edge's own.
fn own(browser: &mut Browser, world: &World, request: Incoming) -> String {
    let shown = browser.send(world, request);
    assert_eq!(shown.by, By::Edge, "{}", shown.url);
    assert!(
        shown.body.contains("<h1"),
        "{} {}",
        shown.status,
        shown.body
    );
    shown.body
}

fn navigation(address: &str) -> Incoming {
    Incoming::get(address)
        .with("accept", "text/html")
        .with("sec-fetch-dest", "document")
        .with("sec-fetch-mode", "navigate")
}

#[test]
fn when_a_signed_in_person_meets_a_failure_then_its_page_has_the_header() {
    let world = World::with(|setup| setup.field("revocation_grace_seconds", 0));
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    let ambiguous = "/account/%2e%2e%2fx";
    let body = own(&mut browser, &world, navigation(ambiguous));
    assert!(body.contains(BAR), "{body}");
    let body = own(&mut Browser::new(), &world, navigation(ambiguous));
    assert!(!body.contains(BAR), "{body}");
    // A sign-in for a higher level fails on its way back, and the lower one goes on.
    let mut low = Browser::new();
    assert_eq!(low.open(&world, "/low/page").by, By::Origin);
    world.trouble(Trouble::CallNotSent, When::About("/token"));
    let shown = low.open(&world, "/account/details");
    assert_eq!((shown.by, shown.status), (By::Edge, 503));
    assert!(shown.body.contains(BAR), "{}", shown.body);
    world.mend();
    // A callback that is made up leads on, and says so in the log.
    let made_up = navigation("/auth/callback?error=server_error&state=made-up");
    world.forget();
    assert_eq!(browser.send(&world, made_up).status, 303);
    assert_eq!(
        world.happened().lines(),
        ["callback_repeated: error_without_attempt"]
    );
    // The account cannot be asked: the session may be alive, and the header is its way out.
    world.pass(60);
    world.trouble(Trouble::AccountNotReached, When::Always);
    let body = own(&mut browser, &world, navigation("/account/details"));
    assert!(body.contains(BAR), "{body}");
}

#[test]
fn when_a_page_comes_with_the_end_of_the_session_then_it_has_no_header() {
    let world = World::new();
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    let mut elsewhere = browser.clone();
    elsewhere.sign_out(&world, "");
    world.pass(60);
    // It has ended elsewhere, and a form of it is answered with a page.
    let form = Incoming::post("/account/details", "a=b")
        .with("accept", "text/html")
        .with("sec-fetch-dest", "document")
        .with("sec-fetch-mode", "navigate");
    assert!(!own(&mut browser, &world, form).contains(BAR));
    assert!(!browser.has_session());
}
