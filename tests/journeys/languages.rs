//! In which language a person is spoken to, here and at the provider.

use simulator::jose::Unverified;
use simulator::provider::fault::Fault;
use simulator::provider::fault::authorisation::AuthorisationFault;

use crate::world::http::parameter;
use crate::world::signing_out::own;
use crate::world::{Browser, By, Incoming, SERVICE, World};

/// The language that is asked for of the provider.
fn asked(world: &World, cookie: &str, path: &str, accepted: &'static str) -> String {
    let mut browser = Browser::new();
    browser.language = accepted;
    if !cookie.is_empty() {
        browser.plant("lang", cookie);
    }
    let start = browser.step(world, path);
    assert_eq!(start.status, 302);
    let object = parameter(start.location(), "request").unwrap();
    let object = Unverified::parse(&object).unwrap();
    object.text("ui_locales").unwrap().to_owned()
}

#[test]
fn when_the_service_names_a_language_then_it_wins_over_the_browsers() {
    let world = World::with(|setup| {
        setup.field("language_cookie", "lang");
        setup.field("language_prefix", true);
        setup.field("language_parameter", "lng");
    });
    let plain = World::new();
    for (cookie, path, accepted, locale) in [
        ("cy", "/en/apply?lng=en", "en", "cy"),
        ("cy-GB", "/apply", "en", "cy"),
        ("fr", "/cy/apply?lng=en", "en", "cy"),
        ("", "/cy/apply?lng=en", "en", "cy"),
        ("", "/cy", "en", "cy"),
        ("", "/cyclists?lng=cy", "en", "cy"),
        ("", "/CY/apply?lng=de", "en", "en"),
        ("", "/apply?lang=cy", "fr,cy;q=0.1", "cy"),
        ("", "/apply", "fr", "en"),
        ("", "/apply", "en;q=0.1, cy", "cy"),
        ("", "/apply", "cy;q=0, en", "en"),
        ("", "/apply", "cy;q=0", "en"),
        ("", "/apply", "cy-GB;q=0.5,en;q=0.5", "cy"),
        ("", "/apply", "en;q=broken,cy;q=0.2", "cy"),
        ("", "/auth/sign-in?return_to=/cy/apply", "en", "cy"),
        ("", "/auth/sign-in?return_to=/apply%3Flng%3Dcy", "en", "cy"),
        ("", "/auth/sign-in?return_to=/cy/apply&lang=en", "cy", "en"),
        ("", "/auth/sign-in?return_to=/apply", "cy", "cy"),
    ] {
        let found = asked(&world, cookie, path, accepted);
        assert_eq!(found, locale, "{cookie} {path} {accepted}");
    }
    for path in ["/cy/apply?lng=cy", "/auth/sign-in?return_to=/cy/apply"] {
        assert_eq!(asked(&plain, "cy", path, "en"), "en");
    }
}

#[test]
fn when_a_callback_fails_then_its_page_has_the_language_of_the_wanted_page() {
    let world = World::with(|setup| setup.field("language_prefix", true));
    world.provider_fault(Fault::Authorisation(AuthorisationFault::AccessDenied));
    for (path, heading) in [
        ("/cy/apply", "Roedd problem gyda GOV.UK One Login"),
        ("/en/apply", "There was a problem with GOV.UK One Login"),
    ] {
        assert_eq!(Browser::new().open(&world, path).heading(), heading);
    }
}

#[test]
fn when_a_page_is_at_an_address_of_its_own_then_its_language_link_names_one_language() {
    let world = World::new();
    let mut address = "/auth/page?name=start-again&lang=en&return_to=%2Faccount".to_owned();
    for other in ["cy", "en", "cy"] {
        let shown = Browser::new().step(&world, &address);
        let (_, rest) = shown
            .body
            .split_once("govuk-language-navigation__link\" href=\"")
            .unwrap();
        address = rest.split_once('"').unwrap().0.replace("&amp;", "&");
        let wanted = format!("/auth/page?name=start-again&lang={other}&return_to=%2Faccount");
        assert_eq!(address, wanted);
    }
}

/// A person who entered by a Welsh page, with a browser that prefers English.
fn in_welsh() -> (World, Browser) {
    let world = World::with(|setup| setup.field("language_prefix", true));
    let mut browser = Browser::new();
    browser.language = "en";
    assert_eq!(browser.open(&world, "/cy/account").by, By::Origin);
    (world, browser)
}

#[test]
fn when_a_person_signs_out_of_a_welsh_page_then_all_that_follows_is_welsh() {
    for (query, asks, done) in [
        ("", "Ydych chi eisiau allgofnodi?", "Rydych wedi allgofnodi"),
        (
            "?everywhere",
            "Ydych chi eisiau allgofnodi o bob dyfais?",
            "Rydych wedi allgofnodi o bob dyfais",
        ),
    ] {
        let (world, mut browser) = in_welsh();
        let path = format!("/auth/sign-out{query}");
        let page = format!("{SERVICE}/cy/account");
        let asked = Incoming::get(&path).with("referer", &page);
        let asked = browser.send(&world, asked.with("accept", "text/html"));
        assert_eq!(asked.heading(), asks);
        assert!(asked.body.contains("lang=cy\">"), "{}", asked.body);
        let start = browser.send(&world, own(&path).with("referer", &page));
        let last = browser.open(&world, start.location());
        assert_eq!((last.by, last.heading()), (By::Edge, done));
        assert_eq!(last.link(), Some("/auth/sign-in?lang=cy"));
        // An address that an attacker makes up changes nothing.
        let forged = last.url.replace(".cy", ".en");
        let forged = Browser::new().step(&world, &forged);
        assert_eq!(forged.heading(), "You have signed out");
    }
}

#[test]
fn when_a_sign_in_is_asked_for_in_welsh_then_its_end_is_welsh() {
    let world = World::new();
    world.provider_fault(Fault::Authorisation(AuthorisationFault::AccessDenied));
    let mut browser = Browser::new();
    browser.language = "en";
    let shown = browser.open(&world, "/auth/sign-in?return_to=/account&lang=cy");
    assert_eq!(shown.heading(), "Roedd problem gyda GOV.UK One Login");
    let link = Some("/auth/sign-in?return_to=%2Faccount&amp;lang=cy");
    assert_eq!(shown.link(), link);
}
