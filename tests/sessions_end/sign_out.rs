//! Signing out by the person: which requests may ask for it, and where it leads.

use simulator::jose::Unverified;

use super::foreign::{BLINK, GECKO, behind_a_worker, foreign};
use super::{PAGE, is_in, signed_in};
use crate::world::http::parameter;
use crate::world::signing_out::{from_site, own};
use crate::world::{Browser, By, ISSUER, Incoming, SERVICE, SESSION, Shown, Trouble, When, World};

fn leads_to_the_provider(location: &str) -> bool {
    let endpoint = format!("{ISSUER}logout");
    location == endpoint || location.starts_with(&format!("{endpoint}?"))
}

#[test]
fn t47_when_a_session_ended_elsewhere_then_the_way_to_sign_in_empties_the_cache_and_a_form_stays() {
    for is_form in [false, true] {
        let world = World::new();
        let mut browser = signed_in(&world, "kenneth");
        let mut laptop = browser.clone();
        world.pass(5);
        browser.sign_out(&world, "");
        world.pass(60);
        let shown = match is_form {
            true => {
                let form = Incoming::post("/account/details", "a=b");
                laptop.send(&world, form.with("sec-fetch-dest", "document"))
            }
            false => laptop.step(&world, "/account/details"),
        };
        let expected = if is_form {
            (401, None)
        } else {
            (302, Some("\"cache\""))
        };
        let found = (shown.status, shown.header("clear-site-data"));
        assert_eq!(found, expected);
    }
}

#[test]
fn when_the_services_own_page_links_to_sign_out_then_both_sessions_end() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    world.pass(5);
    world.forget();
    let shown = browser.sign_out(&world, "");
    assert_eq!((shown.by, shown.status), (By::Edge, 303));
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    assert_eq!(shown.header("clear-site-data"), Some("\"cache\""));
    assert_eq!(shown.deleted(), ["__Host-ol-starts", SESSION]);
    assert!(browser.cookies().is_empty());
    let happened = world.happened();
    assert_eq!(happened.asked(), ["end"]);
    assert_eq!(happened.lines(), ["signed_out: here"]);

    // The provider knows the hint, so the person comes back.
    let location = shown.location();
    assert!(leads_to_the_provider(location), "{location}");
    let hint = Unverified::parse(&parameter(location, "id_token_hint").unwrap()).unwrap();
    assert_eq!(hint.text("aud"), Some(crate::world::CLIENT));
    assert_eq!(
        parameter(location, "post_logout_redirect_uri").unwrap(),
        format!("{SERVICE}/auth/signed-out")
    );
    assert_eq!(parameter(location, "state").unwrap().len(), 22);
    assert!(location.split_once('?').unwrap().1.len() <= 2_048);
    let shown = browser.open(&world, location);
    assert_eq!((shown.by, shown.status), (By::Edge, 200));
    assert!(shown.url.starts_with(&format!("{SERVICE}/auth/signed-out")));
    assert_eq!(shown.heading(), "You have signed out");
    assert_eq!(shown.link(), Some("/auth/sign-in?lang=en"));
    assert!(!is_in(&world, &mut browser));
}

#[test]
fn when_the_services_own_page_posts_sign_out_then_a_page_leads_on() {
    // A redirect would be stopped by the `form-action` of the page that posted.
    let world = World::new();
    let page = format!("{SERVICE}{PAGE}");
    for request in [
        own("/auth/sign-out").method("POST"),
        own("/auth/sign-out").method("POST").with("origin", "null"),
        Incoming::post("/auth/sign-out", "a=b")
            .with("accept", "text/html")
            .with("origin", SERVICE),
        behind_a_worker(BLINK, Some(SERVICE), Some(&page)),
        behind_a_worker(GECKO, Some(SERVICE), Some(&page)),
    ] {
        let mut browser = signed_in(&world, "kenneth");
        let shown = browser.send(&world, request);
        assert_eq!(
            (shown.status, shown.heading()),
            (200, "You are being signed out")
        );
        assert_eq!(shown.header("location"), None);
        let (_, url) = shown
            .header("refresh")
            .unwrap()
            .split_once("; url=")
            .unwrap();
        assert!(leads_to_the_provider(url), "{url}");
        assert_eq!(shown.link().unwrap().replace("&amp;", "&"), url);
        assert!(!browser.has_session());
        let shown = browser.open(&world, url);
        assert_eq!(shown.heading(), "You have signed out");
    }
}

fn asks_first(world: &World, browser: &mut Browser, request: Incoming) -> Shown {
    world.forget();
    let query = request.url.split_once('?').map_or("", |(_, query)| query);
    let everywhere = query
        .split('&')
        .any(|pair| pair.split('=').next() == Some("everywhere"));
    let asks = match everywhere {
        true => "Do you want to sign out of all devices?",
        false => "Do you want to sign out?",
    };
    let shown = browser.send(world, request);
    assert_eq!(
        (shown.by, shown.status, shown.heading()),
        (By::Edge, 200, asks)
    );
    // A question has a second answer.
    let way_back = "<a class=\"govuk-link\" href=\"/\">Go back to the service</a>";
    assert!(shown.body.contains(way_back), "{}", shown.body);
    assert_eq!(shown.set_cookies().count(), 0);
    assert!(world.happened().asked().is_empty());
    shown
}

#[test]
fn t73_rejects_a_sign_out_from_a_page_of_another_origin() {
    for query in [
        "",
        "?everywhere",
        "?everywhere=1",
        "?a&everywhere=",
        "?x=everywhere",
    ] {
        for mut request in foreign() {
            let world = World::new();
            let mut browser = signed_in(&world, "kenneth");
            request.url.push_str(query);
            let said = format!("{request:?}");
            let shown = asks_first(&world, &mut browser, request);
            world.pass(100);
            assert!(is_in(&world, &mut browser), "{said}");
            // The page posts a form to this host, and nowhere else.
            assert_eq!(shown.header("referrer-policy"), Some("same-origin"));
            let policy = shown.header("content-security-policy").unwrap();
            assert!(policy.contains("form-action 'self'"), "{policy}");
            assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
            let action = match query {
                "" | "?x=everywhere" => "/auth/sign-out?lang=en",
                _ => "/auth/sign-out?everywhere&amp;lang=en",
            };
            let form = format!("<form method=\"post\" action=\"{action}\">");
            assert!(shown.body.contains(&form), "{}", shown.body);
        }
    }
}

#[test]
fn t73_when_a_person_confirms_on_the_page_that_asks_then_they_are_signed_out() {
    for (query, other_lives) in [("", true), ("?everywhere", false)] {
        let world = World::new();
        let mut browser = signed_in(&world, "kenneth");
        let mut other = signed_in(&world, "kenneth");
        let request = from_site(&format!("/auth/sign-out{query}"), "cross-site");
        let shown = asks_first(&world, &mut browser, request);
        let (_, rest) = shown.body.split_once("action=\"").unwrap();
        let (action, _) = rest.split_once('"').unwrap();
        let shown = browser.send(&world, own(action).method("POST"));
        assert_eq!(shown.heading(), "You are being signed out");
        world.pass(60);
        assert!(!is_in(&world, &mut browser));
        assert_eq!(is_in(&world, &mut other), other_lives);
    }
}

#[test]
fn t73_when_a_browser_prefetches_the_sign_out_then_the_session_goes_on() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    for (name, value) in [
        ("sec-purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("x-moz", "prefetch"),
        ("x-purpose", "preview"),
    ] {
        world.forget();
        let shown = browser.send(&world, own("/auth/sign-out").with(name, value));
        assert_eq!((shown.by, shown.status), (By::Edge, 503));
        assert_eq!(shown.header("cache-control"), Some("no-store"));
        assert_eq!(shown.set_cookies().count(), 0);
        assert!(world.happened().0.is_empty());
    }
    world.pass(100);
    assert!(is_in(&world, &mut browser));
}

#[test]
fn rejects_other_methods_for_signing_out() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
        let shown = browser.send(&world, own("/auth/sign-out").method(method));
        assert_eq!(
            (shown.status, shown.header("allow")),
            (405, Some("GET, HEAD, POST")),
            "{method}"
        );
    }
    let head = own("/auth/sign-out").method("HEAD");
    assert_eq!(asks_first(&world, &mut browser, head).status, 200);
    world.pass(100);
    assert!(is_in(&world, &mut browser));
}

#[test]
fn when_there_is_no_session_then_sign_out_still_leads_to_the_provider() {
    let world = World::new();
    let mut nobody = Browser::new();
    let mut odd = Browser::new();
    odd.plant(SESSION, "AUE-nonsense");
    for browser in [&mut nobody, &mut odd] {
        let shown = browser.sign_out(&world, "?everywhere");
        assert_eq!(shown.status, 303);
        assert_eq!(shown.location(), format!("{ISSUER}logout"));
        assert!(world.happened().asked().is_empty());
    }
}

#[test]
fn when_a_person_signs_out_then_sign_ins_in_other_tabs_are_over_too() {
    let world = World::new();
    let mut browser = Browser::new();
    for _ in 0..2 {
        browser.step(&world, PAGE);
    }
    let start = browser.step(&world, PAGE);
    browser.open(&world, start.location());
    assert_eq!(browser.attempts().len(), 2);
    browser.sign_out(&world, "");
    assert!(browser.cookies().is_empty(), "{:?}", browser.cookies());
}

#[test]
fn when_an_old_copy_signs_out_again_then_no_other_session_ends() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    let mut other = signed_in(&world, "kenneth");
    let mut copy = browser.clone();
    browser.sign_out(&world, "");
    world.forget();
    let shown = copy.sign_out(&world, "?everywhere");
    let lines = world.happened().lines();
    assert_eq!(lines, ["sign_out: not_listed"], "no line claims more");
    assert_eq!(
        shown.location(),
        format!("{ISSUER}logout"),
        "an old copy gets no hint"
    );
    world.pass(60);
    assert!(is_in(&world, &mut other), "and signs no person out");
}

#[test]
fn t83_when_the_account_no_longer_lists_the_session_then_the_providers_address_says_nothing_of_the_person()
 {
    type End = fn(&World);
    let ends: [(&str, End); 4] = [
        ("it is alive", |_| {}),
        ("One Login ended it", |world| {
            world.pass(1);
            assert_eq!(world.notify("kenneth", |_| {}).status, 200);
        }),
        ("it was signed out everywhere", |world| {
            let mut phone = signed_in(world, "kenneth");
            phone.sign_out(world, "?everywhere");
        }),
        ("it is past its limit", |world| world.pass(43_201)),
    ];
    for (how, end) in ends {
        let world = World::new();
        let mut browser = signed_in(&world, "kenneth");
        end(&world);
        world.forget();
        let shown = browser.sign_out(&world, "");
        // The cookie still opens, so that the account was asked for the ID token that the hint is made of.
        assert_eq!(world.happened().asked(), ["end"], "{how}");
        let location = shown.location();
        assert!(leads_to_the_provider(location), "{how}: {location}");
        let hint = parameter(location, "id_token_hint");
        assert_eq!(hint.is_some(), how == "it is alive", "{how}: {location}");
    }
}

#[test]
fn t47_when_a_session_is_past_its_limits_here_then_sign_out_ends_its_copies_too() {
    for (query, away) in [("", false), ("?everywhere", false), ("", true)] {
        let world = World::new();
        let mut browser = signed_in(&world, "kenneth");
        let mut thief = browser.clone();
        for _ in 0..2 {
            world.pass(3_000);
            assert!(is_in(&world, &mut thief), "a copy is kept in use elsewhere");
        }
        if away {
            world.trouble(Trouble::AccountNotReached, When::About("end"));
        }
        world.forget();
        let shown = browser.sign_out(&world, query);
        assert_eq!(world.happened().asked(), ["end"]);
        assert!(shown.deleted().contains(&SESSION));
        world.mend();
        browser.step(&world, "/auth/signed-out");
        world.pass(60);
        assert!(!is_in(&world, &mut thief), "{query} {away}");
    }
}

#[test]
fn t75_when_the_providers_documents_are_gone_then_the_person_is_signed_out_here() {
    for method in ["GET", "POST"] {
        let world = World::new();
        let mut browser = signed_in(&world, "kenneth");
        let mut thief = browser.clone();
        world.outside.documents.borrow_mut().clear();
        world.new_isolate();
        world.trouble(Trouble::CallNotSent, When::Always);
        let shown = browser.send(&world, own("/auth/sign-out").method(method));
        let said = (shown.status, shown.heading(), shown.link());
        let only_here = "You have signed out of this service only";
        assert_eq!(said, (200, only_here, Some("/auth/sign-out?lang=en")));
        assert!(shown.body.contains("you may still be signed in there"));
        assert_eq!(shown.header("refresh"), None);
        let lines = world.happened().lines();
        assert!(
            lines.contains(&"sign_out: not_at_provider".to_owned()),
            "{lines:?}"
        );
        assert!(!browser.has_session());
        // The link asks again, and leads to the provider as soon as that can be done.
        assert_eq!(browser.sign_out(&world, "").heading(), only_here);
        world.pass(60);
        let script = thief.dressed(&world, Incoming::get(PAGE));
        assert_eq!(world.ask(script).status, 401);
        thief.drop_cookie(SESSION);
        world.mend();
        assert_eq!(
            browser.sign_out(&world, "").location(),
            format!("{ISSUER}logout")
        );
    }
}

#[test]
fn t75_when_the_provider_rotated_its_keys_then_the_person_stays_there_and_the_session_ends() {
    let world = World::new();
    let mut browser = signed_in(&world, "kenneth");
    world.pass(60);
    world.provider().rotate(false);
    let shown = browser.sign_out(&world, "");
    assert!(parameter(shown.location(), "id_token_hint").is_some());
    let shown = browser.open(&world, shown.location());
    assert_eq!(shown.by, By::Provider, "the person stays on its page");
    assert!(!is_in(&world, &mut browser));
    assert_eq!(world.deliver(), [200], "and the provider tells us of it");
}
