//! Going on from the arrival path: to the place that this person wanted, and by no other site's wish.

use crate::arrival::{FIRST, PLACE, WANTED, at, form, go_on, leads, new, said, world};
use crate::world::signing_out::{from_site, own};
use crate::world::{Browser, By, Incoming, SERVICE, SESSION, Shown, World};
use serde_json::Value;
use url::Url;

#[test]
fn when_the_session_ends_at_the_arrival_path_then_the_wanted_place_is_not_lost() {
    let world = world();
    let mut browser = new(&world);
    world.pass(1_801);
    assert_eq!(go_on(&world, &mut browser), FIRST);
    assert_eq!(at(&browser.open(&world, FIRST)), FIRST);
    assert_eq!(go_on(&world, &mut browser), WANTED);
}

#[test]
fn when_a_person_goes_on_twice_then_both_lead_to_the_wanted_place() {
    let world = world();
    let mut browser = new(&world);
    let before = browser.clone();
    assert_eq!(go_on(&world, &mut browser), WANTED);
    assert_eq!(go_on(&world, &mut browser), WANTED);
    // The first answer never came: the browser stopped waiting for it.
    let second = world.ask(before.dressed(&world, form()));
    assert_eq!(leads(&second), WANTED);
    browser.keep(&world, &second);
    assert_eq!(at(&browser.open(&world, WANTED)), WANTED);
    // A bookmark of the address, a day later.
    world.pass(120);
    assert_eq!(go_on(&world, &mut browser), "/");
}

#[test]
fn t110_when_an_answer_was_on_its_way_then_it_takes_no_person_back_to_the_arrival_path() {
    let world = world();
    let mut browser = new(&world);
    world.pass(61);
    let late: Vec<_> = ["/welcome", "/account/details"]
        .map(|path| world.ask(browser.dressed(&world, Incoming::get(path))))
        .into();
    assert!(
        late.iter()
            .all(|shown| shown.set_cookies().any(|c| c.starts_with(SESSION)))
    );
    assert_eq!(go_on(&world, &mut browser), WANTED);
    for shown in &late {
        browser.keep(&world, shown);
        assert_eq!(at(&browser.open(&world, WANTED)), WANTED);
        assert_eq!(said(&world), Value::Null);
    }
}

/// Where a page leads by itself, which is where its link leads too; `None` where it waits for the person.
fn led(shown: &Shown) -> Option<&str> {
    assert_eq!((shown.by, shown.status), (By::Edge, 200));
    assert_eq!(shown.heading(), "You are being signed in");
    assert_eq!(shown.link(), Some(FIRST));
    led_by_itself(shown)
}

/// The cookies that an answer sets, each of which only counts ways that go round.
fn counts(shown: &Shown) -> usize {
    let names = shown.set_cookies();
    names
        .inspect(|cookie| assert!(cookie.starts_with("__Host-ol-starts="), "{cookie}"))
        .count()
}

/// Goes to an address as a browser does, to a service whose arrival page redirects to `/auth/arrived` where it knows the
/// person, by way of another host or not.
///
/// `Sec-Fetch-Site` is about every address of a navigation and about its beginning, and a page that leads on by itself begins
/// one of its own.
fn navigate(world: &World, browser: &mut Browser, address: &str, detour: bool) -> Shown {
    let (mut address, mut site) = (address.to_owned(), "cross-site");
    for _ in 0..30 {
        let arrives = address.ends_with(FIRST);
        let mut answer = world.answer.borrow_mut();
        answer.status = if arrives { 303 } else { 200 };
        answer.location = arrives.then(|| "/auth/arrived".to_owned());
        drop(answer);
        let shown = browser.send(world, from_site(&address, site));
        let base = Url::parse(&shown.url).unwrap();
        let to = match (shown.header("location"), led_by_itself(&shown)) {
            (Some(location), _) => location,
            (None, Some(to)) => {
                site = "same-origin";
                to
            }
            (None, None) => return shown,
        };
        address = base.join(to).unwrap().into();
        if arrives && detour || !address.starts_with(SERVICE) {
            site = "cross-site";
        }
    }
    panic!("it goes round: {:?}", browser.history);
}

fn led_by_itself(shown: &Shown) -> Option<&str> {
    shown.header("refresh")?.strip_prefix("0; url=")
}

#[test]
fn t136_when_the_service_redirects_a_person_who_comes_from_another_site_then_they_go_on() {
    let world = world();
    // From a link in a letter, by way of One Login.
    let mut browser = Browser::new();
    let shown = navigate(&world, &mut browser, WANTED, false);
    assert_eq!(at(&shown), WANTED);
    // From another site's link to the address itself.
    let mut browser = new(&world);
    let shown = navigate(&world, &mut browser, "/auth/arrived", false);
    assert_eq!(at(&shown), WANTED);
}

#[test]
fn t136_when_the_service_redirects_over_another_host_then_a_page_waits_for_the_person() {
    let world = world();
    let mut browser = Browser::new();
    let shown = navigate(&world, &mut browser, WANTED, true);
    assert_eq!((led(&shown), counts(&shown)), (None, 0));
    let lines = world.happened().lines();
    assert!(lines.contains(&"arrival: circle".to_owned()), "{lines:?}");
    // Two minutes later it leads on again, and a sign-in was never held up.
    assert_eq!(led(&navigate(&world, &mut browser, FIRST, true)), None);
    world.pass(121);
    let shown = browser.send(&world, from_site("/auth/arrived", "cross-site"));
    assert_eq!(led(&shown), Some(FIRST));
}

#[test]
fn t136_rejects_going_on_by_another_sites_page_an_image_or_a_look_ahead() {
    let world = world();
    let mut browser = new(&world);
    let link = |site: &str| {
        Incoming::get("/auth/arrived")
            .with("accept", "text/html")
            .with("sec-fetch-dest", "document")
            .with("sec-fetch-mode", "navigate")
            .with("sec-fetch-site", site)
    };
    let evil = "https://evil.example";
    let page = &format!("{SERVICE}{FIRST}");
    for (request, status, to) in [
        (
            link("cross-site").method("POST").with("origin", evil),
            403,
            None,
        ),
        (
            link("same-origin").method("POST").with("origin", evil),
            403,
            None,
        ),
        (
            Incoming::post("/auth/arrived", "").with("origin", evil),
            403,
            None,
        ),
        (
            own("/auth/arrived").with("sec-purpose", "prefetch"),
            503,
            None,
        ),
        (own("/auth/arrived").method("HEAD"), 405, None),
        (own("/auth/arrived").method("DELETE"), 405, None),
    ] {
        let shown = browser.send(&world, request.clone());
        let found = (shown.by, shown.status, shown.header("location"));
        assert_eq!(found, (By::Edge, status, to), "{request:?}");
        assert_eq!(shown.set_cookies().count(), 0, "{request:?}");
    }
    for request in [
        link("cross-site"),
        link("same-site"),
        link("cross-site").with("referer", page),
        link("same-origin").with("referer", evil),
    ] {
        let shown = browser.clone().send(&world, request.clone());
        assert_eq!(led(&shown), Some(FIRST), "{request:?}");
        assert_eq!(counts(&shown), 1, "{request:?}");
    }
    for dest in ["image", "iframe", "empty"] {
        let request = Incoming::get("/auth/arrived").with("sec-fetch-dest", dest);
        let request = request.with("sec-fetch-site", "same-origin");
        assert_eq!(browser.send(&world, request).status, 403, "{dest}");
    }
    assert_eq!(at(&browser.open(&world, WANTED)), FIRST);
    // Behind a service worker only the referrer says that a page of the service's own leads here.
    let handed_on = Incoming::get("/auth/arrived")
        .with("sec-fetch-dest", "empty")
        .with("sec-fetch-mode", "navigate")
        .with("sec-fetch-site", "same-origin");
    let by_script = handed_on
        .clone()
        .with("referer", &format!("{SERVICE}/sw.js"));
    assert_eq!(led(&browser.send(&world, by_script)), Some(FIRST));
    assert_eq!(
        leads(&browser.send(&world, handed_on.with("referer", page))),
        WANTED
    );
}

#[test]
fn t136_rejects_every_place_that_was_not_kept_for_this_person() {
    let world = world();
    let kenneths = new(&world).cookie(PLACE).unwrap().to_owned();
    world.person("sian");
    let mut browser = new(&world);
    let own_place = browser.cookie(PLACE).unwrap().to_owned();
    let session = browser.cookie(SESSION).unwrap().to_owned();
    for planted in [&kenneths, &session, "//evil.example", "/evil", ""] {
        let mut browser = browser.clone();
        browser.drop_cookie(PLACE);
        browser.plant(PLACE, planted);
        assert_eq!(go_on(&world, &mut browser), "/", "{planted}");
    }
    // A cookie of the name in a partition hides nothing.
    browser.plant_beside(PLACE, &kenneths);
    assert_eq!(go_on(&world, &mut browser), WANTED);
    // Where the deployment's host or client is another, nothing opens.
    let other = World::with(|setup| {
        setup.field("arrival", FIRST);
        setup.field("client_id", "another");
        setup.register("client_id", "another");
    });
    let mut elsewhere = new(&other);
    elsewhere.drop_cookie(PLACE);
    elsewhere.plant(PLACE, &own_place);
    assert_eq!(go_on(&other, &mut elsewhere), "/");
}

#[test]
fn t136_when_another_person_signs_in_then_they_arrive_and_learn_no_place() {
    let world = world();
    let mut browser = new(&world);
    world.pass(1_801);
    world.person("sian");
    let shown = browser.open(&world, FIRST);
    assert_eq!((shown.by, shown.status), (By::Edge, 200));
    assert_eq!(
        shown.heading(),
        "You are signed in with a different GOV.UK One Login"
    );
    assert_eq!(at(&browser.open(&world, "/account/other")), FIRST);
    assert_eq!(go_on(&world, &mut browser), "/account/other");
}

#[test]
fn t136_when_the_arrival_path_is_wanted_then_nothing_goes_round() {
    let world = world();
    let mut browser = Browser::new();
    assert_eq!(
        at(&browser.open(&world, "/welcome?from=letter")),
        "/welcome?from=letter"
    );
    assert_eq!(at(&browser.open(&world, "/welcome")), "/welcome");
    assert_eq!(go_on(&world, &mut browser), "/");
    // A sign-in that is asked for leads there too, and so does one for a public page.
    let mut browser = Browser::new();
    assert_eq!(
        at(&browser.open(&world, "/auth/sign-in?return_to=%2F")),
        FIRST
    );
    assert_eq!(go_on(&world, &mut browser), "/");
    let signed_out = Browser::new().send(&world, form());
    assert_eq!(leads(&signed_out), FIRST);
}

#[test]
fn when_the_place_is_too_long_then_the_person_arrives_all_the_same() {
    let world = world();
    let longest = format!("/account/{}", "a".repeat(2_791));
    for path in [longest.clone(), format!("{longest}?b={}", "c".repeat(600))] {
        let mut browser = Browser::new();
        assert_eq!(at(&browser.open(&world, &path)), FIRST);
        assert!(browser.refused().is_empty(), "{:?}", browser.refused());
        assert_eq!(go_on(&world, &mut browser), longest);
    }
}
