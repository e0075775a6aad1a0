//! In which language a person is spoken to, here and at the provider.

use simulator::jose::Unverified;
use simulator::provider::fault::Fault;
use simulator::provider::fault::authorisation::AuthorisationFault;

use crate::world::http::parameter;
use crate::world::{Browser, World};

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
fn the_service_says_the_language_before_the_browser_does() {
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
fn a_callback_speaks_the_language_of_where_the_person_was_going() {
    let world = World::with(|setup| setup.field("language_prefix", true));
    world.provider_fault(Fault::Authorisation(AuthorisationFault::AccessDenied));
    for (path, heading) in [
        ("/cy/apply", "Mae angen i chi ddechrau mewngofnodi eto"),
        ("/en/apply", "You need to start signing in again"),
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
