//! Several tabs, several people, and callbacks that come more than once.

use simulator::provider::personas::Persona;

use crate::world::assertion::verified;
use crate::world::http::parameter;
use crate::world::{Browser, By, HOST, Incoming, SERVICE, SESSION, Shown, World};

/// Starts a sign-in and stops before the callback, whose address is the answer.
fn until_callback(world: &World, browser: &mut Browser, path: &str) -> String {
    let start = browser.step(world, path);
    let back = browser.step(world, start.location());
    let callback = back.location().to_owned();
    assert!(
        callback.starts_with(&format!("{SERVICE}/auth/callback?")),
        "{callback}"
    );
    callback
}

/// The subject and session id that the service gets for the browser's session.
fn told(world: &World, browser: &mut Browser) -> (String, String) {
    world.forget();
    let shown = browser.open(world, "/account/details");
    assert_eq!(shown.by, By::Origin);
    let reached = world.happened().reached().pop().unwrap();
    let person = verified(world, reached.assertions()[0]).person;
    (person.sub, person.sid)
}

fn subject(persona: &str) -> String {
    Persona::find(persona).unwrap().subject(HOST)
}

#[test]
fn t23_when_two_tabs_sign_in_then_each_ends_at_its_own_page() {
    let world = World::new();
    let mut browser = Browser::new();
    let first = until_callback(&world, &mut browser, "/account/first");
    let second = until_callback(&world, &mut browser, "/account/second");
    assert_eq!(browser.attempts().len(), 2);
    let shown = browser.open(&world, &first);
    assert_eq!(shown.url, format!("{SERVICE}/account/first"));
    assert_eq!(browser.attempts().len(), 1);
    let shown = browser.open(&world, &second);
    assert_eq!(shown.url, format!("{SERVICE}/account/second"));
    assert!(browser.attempts().is_empty());
}

#[test]
fn t11_t23_rejects_a_callback_of_one_tab_with_the_attempt_of_another() {
    let world = World::new();
    let mut browser = Browser::new();
    let first = until_callback(&world, &mut browser, "/account/first");
    let second = until_callback(&world, &mut browser, "/account/second");
    let (code, state) = (
        parameter(&first, "code").unwrap(),
        parameter(&second, "state").unwrap(),
    );
    let swapped = format!("{SERVICE}/auth/callback?code={code}&state={state}");
    world.forget();
    let shown = browser.open(&world, &swapped);
    // The second tab's verifier does not belong to the first tab's code.
    assert_eq!(
        (shown.status, shown.heading()),
        (400, "You need to start signing in again")
    );
    let happened = world.happened();
    assert_eq!(happened.lines(), ["callback: invalid_grant"]);
    assert!(happened.reached().is_empty() && !browser.has_session());
}

#[test]
fn t23_rejects_attempt_cookies_that_were_swapped() {
    let world = World::new();
    let mut browser = Browser::new();
    let first = until_callback(&world, &mut browser, "/account/first");
    let second = until_callback(&world, &mut browser, "/account/second");
    let names: Vec<_> = browser.attempts().into_iter().map(str::to_owned).collect();
    let values: Vec<_> = names
        .iter()
        .map(|n| browser.cookie(n).unwrap().to_owned())
        .collect();
    browser.plant(&names[0], &values[1]);
    browser.plant(&names[1], &values[0]);
    for callback in [first, second] {
        world.forget();
        let shown = browser.open(&world, &callback);
        assert_eq!(shown.status, 400);
        let happened = world.happened();
        assert_eq!(happened.lines(), ["callback: no_attempt"]);
        assert!(happened.calls().is_empty(), "no code was spent");
    }
}

#[test]
fn t46_when_a_second_person_signs_in_on_one_browser_then_their_session_is_their_own() {
    let world = World::new();
    let mut browser = Browser::new();
    // Two tabs begin; Kenneth finishes one and Siân the other.
    let kenneths = until_callback(&world, &mut browser, "/account/first");
    world.person("sian");
    let sians = until_callback(&world, &mut browser, "/account/second");
    browser.open(&world, &kenneths);
    let (first, first_id) = told(&world, &mut browser);
    browser.open(&world, &sians);
    let (second, second_id) = told(&world, &mut browser);
    assert_eq!((first, second), (subject("kenneth"), subject("sian")));
    assert_ne!(first_id, second_id);
}

#[test]
fn t46_when_a_session_was_planted_then_a_sign_in_is_not_changed_by_it() {
    let world = World::new();
    let mut attacker = Browser::new();
    attacker.open(&world, "/account/details");
    let planted = attacker.cookie(SESSION).unwrap().to_owned();

    world.person("sian");
    let mut victim = Browser::new();
    let callback = until_callback(&world, &mut victim, "/account/details");
    victim.plant(SESSION, &planted);
    victim.open(&world, &callback);
    let (who, id) = told(&world, &mut victim);
    assert_eq!(who, subject("sian"));
    assert_ne!(id, told(&world, &mut attacker).1);
}

#[test]
fn t87_when_two_people_sign_in_at_once_in_one_isolate_then_they_are_never_mixed_up() {
    let world = World::new();
    let (mut kenneth, mut sian) = (Browser::new(), Browser::new());
    let kenneths = until_callback(&world, &mut kenneth, "/account/details");
    world.person("sian");
    let sians = until_callback(&world, &mut sian, "/account/details");
    // Both callbacks, and then both pages, run in one isolate a step at a time in turn.
    let requests = vec![
        kenneth.dressed(&world, Incoming::get(&kenneths)),
        sian.dressed(&world, Incoming::get(&sians)),
    ];
    let shown = world.ask_together(requests);
    kenneth.keep(&world, &shown[0]);
    sian.keep(&world, &shown[1]);
    world.forget();
    let mut pages = Vec::new();
    for _ in 0..3 {
        for browser in [&kenneth, &sian] {
            pages.push(browser.dressed(&world, Incoming::get("/account/details")));
        }
    }
    world.ask_together(pages);
    let reached = world.happened().reached();
    let who: Vec<_> = reached
        .iter()
        .map(|r| verified(&world, r.assertions()[0]).person.sub)
        .collect();
    let expected = [subject("kenneth"), subject("sian")];
    let count = |wanted: &String| who.iter().filter(|sub| *sub == wanted).count();
    assert_eq!((count(&expected[0]), count(&expected[1])), (3, 3));
}

#[test]
fn t22_rejects_a_callback_without_its_attempt() {
    let world = World::new();
    let mut attacker = Browser::new();
    let callback = until_callback(&world, &mut attacker, "/account/details");
    for (planted, heading, label) in [
        (false, "You need to allow cookies to sign in", "no_cookies"),
        (true, "You need to start signing in again", "no_attempt"),
    ] {
        let mut victim = Browser::new();
        if planted {
            victim.plant("__Host-ol-starts", "x");
        }
        world.forget();
        let shown = victim.open(&world, &callback);
        assert_eq!((shown.status, shown.heading()), (400, heading));
        assert_eq!(shown.link(), Some("/auth/sign-in?return_to=%2F"));
        let happened = world.happened();
        assert_eq!(happened.lines(), [format!("callback: {label}")]);
        assert!(happened.calls().is_empty() && victim.attempts().is_empty());
    }
    // The code is still good in the browser that it belongs to.
    assert_eq!(attacker.open(&world, &callback).by, By::Origin);
}

#[test]
fn t27_when_a_signed_in_person_goes_back_to_a_callback_then_it_leads_on() {
    let world = World::new();
    let mut browser = Browser::new();
    let callback = until_callback(&world, &mut browser, "/account/details");
    browser.open(&world, &callback);
    let session = browser.cookie(SESSION).unwrap().to_owned();
    world.forget();
    let shown = browser.step(&world, &callback);
    assert_eq!((shown.status, shown.location()), (303, "/"));
    let happened = world.happened();
    assert_eq!(happened.lines(), ["callback_repeated: no_attempt"]);
    assert!(happened.calls().is_empty());
    assert_eq!(browser.cookie(SESSION), Some(session.as_str()));
}

#[test]
fn t27_when_a_callback_comes_again_after_the_session_then_a_page_shows_how_to_start() {
    let world = World::new();
    let mut browser = Browser::new();
    let callback = until_callback(&world, &mut browser, "/account/details");
    browser.open(&world, &callback);
    browser.drop_cookie(SESSION);
    let shown = browser.open(&world, &callback);
    assert_eq!(
        (shown.status, shown.heading()),
        (400, "You need to start signing in again")
    );
    let again = browser.open(&world, shown.link().unwrap());
    assert_eq!((again.by, again.status), (By::Origin, 200));
}

#[test]
fn t27_when_a_button_is_clicked_twice_then_one_sign_in_happens() {
    let world = World::new();
    let mut browser = Browser::new();
    let callback = until_callback(&world, &mut browser, "/account/details");
    world.forget();
    let twice = vec![browser.dressed(&world, Incoming::get(&callback)); 2];
    let shown = world.ask_together(twice);
    let signed_in = |shown: &Shown| {
        shown
            .set_cookies()
            .any(|c| c.starts_with("__Host-ol-session-"))
    };
    assert_eq!(shown.iter().filter(|shown| signed_in(shown)).count(), 1);
    let mut statuses: Vec<_> = shown.iter().map(|shown| shown.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 400]);
    let mut lines = world.happened().lines();
    lines.sort();
    assert_eq!(lines, ["callback: invalid_grant", "signed_in: Cl.Cm"]);
}

#[test]
fn t27_when_the_first_of_two_clicks_signed_in_then_the_second_leads_on() {
    let world = World::new();
    let mut browser = Browser::new();
    let callback = until_callback(&world, &mut browser, "/account/details");
    let mut second = browser.clone();
    browser.open(&world, &callback);
    // The second request left with the attempt still in its jar and the session already there.
    second.plant(SESSION, browser.cookie(SESSION).unwrap());
    world.forget();
    let shown = second.step(&world, &callback);
    assert_eq!((shown.status, shown.location()), (303, "/account/details"));
    assert_eq!(
        world.happened().lines(),
        ["callback_repeated: invalid_grant"]
    );
}

#[test]
fn t31_when_sixty_sign_ins_start_then_five_attempts_and_a_short_header_are_left() {
    let world = World::new();
    let mut browser = Browser::new();
    for number in 0..60 {
        let path = format!("/account/{number}?{}", "q".repeat(900));
        let shown = browser.step(&world, &path);
        assert_eq!(shown.status, 302);
        world.pass(61); // Slower than the loop breaker counts.
    }
    assert_eq!(browser.attempts().len(), 5);
    let request = browser.dressed(&world, Incoming::get("/"));
    let cookies = request
        .headers
        .iter()
        .find(|(name, _)| name == "cookie")
        .unwrap();
    assert!(cookies.1.len() < 8_192, "{}", cookies.1.len());
    // The newest is still there: it can be finished.
    let shown = browser.open(&world, "/account/last");
    assert_eq!((shown.by, shown.status), (By::Origin, 200));
}

#[test]
fn t31_when_a_sign_in_takes_an_hour_then_it_is_over_and_before_that_it_finishes() {
    for (seconds, finished) in [(3_599, true), (3_600, false)] {
        let world = World::new();
        world.provider().set_automatic(None);
        let mut browser = Browser::new();
        let page = browser.open(&world, "/account/details");
        assert_eq!((page.by, page.status), (By::Provider, 200));
        let attempt = browser.attempts()[0].to_owned();
        let value = browser.cookie(&attempt).unwrap().to_owned();
        world.pass(seconds);
        let back = browser.choose(&world, &page, "kenneth");
        // A browser with a slow clock still has the cookie, so the seal has to say how old it is.
        browser.plant(&attempt, &value);
        let shown = browser.open(&world, back.location());
        assert_eq!(shown.by == By::Origin, finished);
        let line = if finished {
            "signed_in: Cl.Cm"
        } else {
            "callback: no_attempt"
        };
        assert!(world.happened().lines().contains(&line.to_owned()));
    }
}

#[test]
fn t28_when_tabs_are_restored_at_once_then_all_get_in() {
    for places in [
        ["/account/details"; 5],
        [
            "/account/1",
            "/account/2",
            "/account/3",
            "/account/4",
            "/account/5",
        ],
    ] {
        let world = World::new();
        let mut browser = Browser::new();
        // An earlier sign-in of the same minute counts as one end.
        browser.open(&world, places[0]);
        browser.drop_cookie(SESSION);
        let callbacks: Vec<_> = places
            .iter()
            .map(|place| until_callback(&world, &mut browser, place))
            .collect();
        for (place, callback) in places.iter().zip(callbacks) {
            let shown = browser.open(&world, &callback);
            assert_eq!((shown.by, shown.status), (By::Origin, 200), "{place}");
            assert_eq!(shown.url, format!("{SERVICE}{place}"));
        }
    }
}

#[test]
fn t28_when_a_second_cookie_hides_the_count_of_a_lost_session_then_the_loop_still_ends() {
    let world = World::new();
    let mut browser = Browser::new();
    // The browser keeps no session, and a script of the service put partitioned cookies next to the Worker's.
    let send = |browser: &mut Browser, address: &str| {
        let mut own = browser.cookies();
        own.retain(|name| *name != SESSION);
        let pair = |name: &&str| format!("{name}={}", browser.cookie(name).unwrap());
        let own: Vec<_> = own.iter().map(pair).collect();
        let planted = "__Host-ol-session=x; __Host-ol-starts=x";
        let request = Incoming::get(address)
            .with("accept", "text/html")
            .with("sec-fetch-dest", "document")
            .with("cookie", &format!("{}; {planted}", own.join("; ")));
        let shown = world.ask(request);
        browser.keep(&world, &shown);
        shown
    };
    let mut address = format!("{SERVICE}/account/details");
    for _ in 0..3 {
        let start = send(&mut browser, &address);
        assert_eq!(start.status, 302);
        let back = browser.step(&world, start.location());
        let signed_in = send(&mut browser, back.location());
        assert_eq!(signed_in.status, 303);
        address = format!("{SERVICE}{}", signed_in.location());
    }
    let shown = send(&mut browser, &address);
    let heading = "We could not keep you signed in";
    assert_eq!((shown.status, shown.heading()), (429, heading));
}

#[test]
fn when_a_page_about_a_failed_sign_in_is_loaded_again_then_it_keeps_the_place() {
    let world = World::new();
    let mut browser = Browser::new();
    let callback = until_callback(&world, &mut browser, "/account/details?a=b");
    let state = parameter(&callback, "state").unwrap();
    let failed = format!("/auth/callback?error=login_required&state={state}");
    let link = Some("/auth/sign-in?return_to=%2Faccount%2Fdetails%3Fa%3Db");
    let shown = browser.step(&world, &failed);
    let heading = "There was a problem with GOV.UK One Login";
    assert_eq!((shown.status, shown.heading()), (400, heading));
    assert_eq!(shown.link(), link);
    // With a reload the person asks to go on, and the sign-in starts again.
    for round in 0..3 {
        let shown = browser.step(&world, &failed);
        assert_eq!(
            (shown.status, Some(shown.location())),
            (303, link),
            "{round}"
        );
    }
    // The attempt has still ended, and its code is not spent.
    world.forget();
    assert_eq!(browser.step(&world, &callback).status, 303);
    assert!(world.happened().calls().is_empty() && browser.attempts().is_empty());
    // Another state does not find the place.
    let other = "/auth/callback?error=login_required&state=AAAAAAAAAAAAAAAAAAAAAA";
    let other = browser.step(&world, other);
    assert_eq!(other.link(), Some("/auth/sign-in?return_to=%2F"));
    assert_eq!(browser.open(&world, &failed).by, By::Origin);
}
