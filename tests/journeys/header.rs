//! The GOV.UK One Login service header: one fragment for everybody, and the edge's own pages show it to signed-in people.

use crate::world::{Browser, Incoming, World};

const PAGE: &str = "/auth/page?name=problem&lang=en";
const BAR: &str = "<div class=\"one-login-header";

#[test]
fn the_fragment_is_public_in_both_languages_and_says_nothing_of_a_person() {
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
fn the_account_is_that_of_the_environment() {
    let world = World::with(|setup| {
        setup.set("DEPLOYMENT", "integration");
        setup.field("environment", "integration");
    });
    let shown = world.ask(Incoming::get("/auth/header?lang=en"));
    let home = "href=\"https://home.integration.account.gov.uk/\"";
    assert!(shown.body.contains(home), "{}", shown.body);
}

#[test]
fn without_a_host_of_gov_uk_there_is_neither_crown_nor_typeface() {
    let shown = World::new().ask(Incoming::get("/auth/header?lang=en"));
    assert!(!shown.body.contains("aria-label=\"GOV.UK\""));
    assert!(!shown.body.contains("--govuk"));
}
