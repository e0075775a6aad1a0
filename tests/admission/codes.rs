//! The code of an invitation in a link: whose it is, and how it is kept on the way.

use one_login_edge::platform::Limit;
use serde_json::json;
use simulator::provider::personas::Persona;

use super::{ADDRESS, CODE, PAGE, comes_in, tell, with_code, world};
use crate::world::{Browser, By, HOST, Incoming, Trouble, When};

#[test]
fn when_a_sign_in_with_a_code_fails_for_the_moment_then_the_pages_link_has_the_code() {
    let world = world();
    tell(&world, json!({ "act": "add", "who": [CODE] }));
    world.trouble(Trouble::AccountNotReached, When::Always);
    world.person("amal");
    let mut browser = Browser::new();
    let shown = browser.open(&world, &with_code(PAGE));
    assert_eq!((shown.by, shown.status), (By::Edge, 503));
    assert!(browser.cookie(crate::world::SESSION).is_none());
    world.mend();
    let (_, link) = shown.body.split_once("href=\"/auth/sign-in?").unwrap();
    let link = link.split('"').next().unwrap().replace("&amp;", "&");
    assert!(link.contains(CODE), "{link}");
    let shown = browser.open(&world, &format!("/auth/sign-in?{link}"));
    assert_eq!((shown.by, shown.status), (By::Origin, 200));
}

#[test]
fn rejects_a_guessed_code_and_a_text_of_another_form() {
    let world = world();
    tell(&world, json!({ "act": "add", "who": [CODE] }));
    for code in [
        "",
        "A",
        "AAECAwQFBgcICQoLDA0ODg",
        &CODE[..21],
        &CODE.to_lowercase(),
    ] {
        let page = format!("/auth/sign-in?return_to={PAGE}&invitation={code}");
        assert!(!comes_in(&world, "amal", &page), "{code}");
    }
    assert!(comes_in(&world, "amal", &with_code(PAGE)));
}

#[test]
fn t155_rejects_another_persons_address_or_name_in_the_place_of_a_code() {
    let world = world();
    let named = Persona::find("sian").unwrap().subject(HOST);
    tell(
        &world,
        json!({ "act": "add", "who": [ADDRESS, named.clone()] }),
    );
    let with = |text: &str| format!("/auth/sign-in?return_to={PAGE}&invitation={text}");
    let borrowed = [ADDRESS.to_owned(), ADDRESS.replace('@', "%40"), named];
    for text in &borrowed {
        assert!(!comes_in(&world, "amal", &with(text)), "before it is used");
    }
    for persona in ["kenneth", "sian"] {
        assert!(comes_in(&world, persona, PAGE), "{persona}");
    }
    tell(&world, json!({ "act": "limit", "max": 0 }));
    for text in &borrowed {
        assert!(!comes_in(&world, "amal", &with(text)), "after it was used");
    }
    for persona in ["kenneth", "sian"] {
        assert!(comes_in(&world, persona, PAGE), "{persona} is still in");
    }
}

#[test]
fn when_a_start_fails_or_a_page_is_shown_in_the_other_language_then_the_link_keeps_the_code() {
    let world = world();
    let page = format!("/auth/page?name=not-invited&return_to={PAGE}&invitation={CODE}&lang=cy");
    let shown = Browser::new().step(&world, &page);
    let again = format!("&amp;invitation={CODE}");
    assert!(shown.body.contains(&again), "{}", shown.body);
    world.outside.used_up.borrow_mut().push(Limit::Starts);
    let shown = Browser::new().step(&world, &with_code(PAGE));
    assert_eq!(shown.status, 429);
    assert!(shown.body.contains(&again), "{}", shown.body);
}

#[test]
fn t151_when_two_people_use_one_code_at_once_then_one_of_them_comes_in() {
    let world = world();
    for round in 0..4 {
        tell(&world, json!({ "act": "clear", "round": round }));
        tell(&world, json!({ "act": "add", "who": [CODE] }));
        let at_the_callback = |persona: &str| {
            world.person(persona);
            let mut browser = Browser::new();
            let start = browser.step(&world, &with_code(PAGE));
            let back = browser.step(&world, start.location());
            browser.dressed(&world, Incoming::get(back.location()))
        };
        let both = ["amal", "sian"].map(at_the_callback);
        let mut statuses: Vec<_> = world
            .ask_together(both.to_vec())
            .iter()
            .map(|shown| shown.status)
            .collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 403]);
        let told = tell(&world, json!({ "act": "count" }));
        assert_eq!(
            (&told["invitations"], &told["people"]),
            (&json!(1), &json!(1))
        );
        world.pass(1);
    }
}

#[test]
fn when_a_sign_in_takes_too_long_then_its_page_leads_to_the_place_with_the_code() {
    let world = world();
    tell(&world, json!({ "act": "add", "who": [CODE] }));
    for (seconds, is_known) in [(3_700, true), (7_300, false)] {
        world.provider().set_automatic(None);
        let mut browser = Browser::new();
        let page = browser.open(&world, &with_code(PAGE));
        assert_eq!((page.by, page.status), (By::Provider, 200));
        world.pass(seconds);
        let back = browser.choose(&world, &page, "amal");
        let shown = browser.open(&world, back.location());
        assert_eq!((shown.by, shown.status), (By::Edge, 400), "{seconds}");
        assert!(!browser.has_session(), "nothing is finished late");
        let (_, link) = shown.body.split_once("href=\"/auth/sign-in?").unwrap();
        let link = link.split('"').next().unwrap().replace("&amp;", "&");
        assert_eq!(link.contains(CODE), is_known, "{link}");
        assert_eq!(link.contains("details"), is_known, "{link}");
        if is_known {
            world.person("amal");
            let shown = browser.open(&world, &format!("/auth/sign-in?{link}"));
            let place = format!("{}{PAGE}", crate::world::SERVICE);
            assert_eq!((shown.by, shown.url), (By::Origin, place));
        }
    }
}

#[test]
fn t155_when_another_person_is_not_invited_then_their_page_leads_to_no_place_and_no_code_of_the_first()
 {
    let world = world();
    tell(
        &world,
        json!({ "act": "add", "who": [CODE, "kenneth@example.gov.uk"] }),
    );
    tell(&world, json!({ "act": "limit", "max": 1 }));
    world.person("kenneth");
    let mut browser = Browser::new();
    assert_eq!(browser.open(&world, PAGE).by, By::Origin);
    world.pass(3_601);
    world.person("amal");
    let shown = browser.open(&world, "/account/first-persons");
    assert_eq!((shown.by, shown.status), (By::Edge, 403));
    let again = browser.step(&world, &browser.history.last().unwrap().clone());
    for said in [shown.body.as_str(), again.location(), &again.body] {
        assert!(!said.contains("first-persons"), "{said}");
    }
}
