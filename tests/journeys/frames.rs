//! Frames on pages of the service, and references on pages of the edge's own.

use crate::world::{Browser, By, Incoming, SERVICE, Shown, Trouble, When, World};

/// A frame that a page of the service fills with this address.
fn frame(address: &str, around: &str) -> Incoming {
    Incoming::get(address)
        .with("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
        .with("sec-fetch-dest", "iframe")
        .with("sec-fetch-mode", "navigate")
        .with("sec-fetch-site", "same-origin")
        .with("referer", &format!("{SERVICE}{around}"))
}

const HEADING: &str = "You need to use GOV.UK One Login to see this";

fn may_be_framed(shown: &Shown) -> bool {
    let policy = shown.header("content-security-policy").unwrap();
    let own = policy.contains("frame-ancestors 'self'");
    assert_eq!(own, shown.header("x-frame-options") == Some("SAMEORIGIN"));
    assert_eq!(own, shown.body.contains("<base target=\"_top\">"));
    own
}

#[test]
fn when_a_frame_needs_a_sign_in_then_its_link_leads_the_whole_window_back_to_the_page_around_it() {
    let world = World::new();
    for (path, around, back) in [
        ("/account/details", "/?step=2", "/?step=2"),
        // The page around asks for less than the frame, so that a sign-in for it might not do.
        ("/account/details", "/low/page", "/account/details"),
        ("/low/part?a=b", "/account/details", "/account/details"),
    ] {
        let mut browser = Browser::new();
        let shown = browser.send(&world, frame(path, around));
        assert_eq!((shown.by, shown.status), (By::Edge, 401), "{path}");
        assert_eq!(shown.heading(), HEADING, "{path}");
        assert!(may_be_framed(&shown), "{path}");
        assert!(!shown.body.contains("<header"), "a frame may be small");
        assert_eq!(shown.set_cookies().count(), 0, "{path}");
        assert!(shown.header("www-authenticate").is_some(), "{path}");
        let link = shown.link().unwrap().to_owned();
        let landed = browser.open(&world, &link);
        assert_eq!(landed.url, format!("{SERVICE}{back}"), "{path}");
        let shown = browser.send(&world, frame(path, around));
        assert_eq!(shown.by, By::Origin, "{path}");
    }
    // Without a referrer the frame's own address is all that is known.
    let mut bare = frame("/account/details?a=b", "/");
    bare.headers.retain(|(name, _)| name != "referer");
    let shown = world.ask(bare);
    let own = "/auth/sign-in?return_to=%2Faccount%2Fdetails%3Fa%3Db";
    assert_eq!(shown.link(), Some(own));
}

#[test]
fn when_a_frame_needs_an_identity_or_a_later_sign_in_then_its_own_address_opens_in_the_window() {
    let world = World::with(|setup| {
        setup.prove_identities();
        let routes = setup.vars.get_mut("SERVICE_DEMO").unwrap()["routes"].as_array_mut();
        let again = serde_json::json!({ "path": "/pay", "reauthenticate_within": 600 });
        routes.unwrap().push(again);
    });
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    for path in ["/apply/name", "/pay"] {
        world.pass(700);
        let shown = browser.send(&world, frame(path, "/account/details"));
        assert_eq!((shown.status, shown.heading()), (401, HEADING), "{path}");
        let link = shown.link().unwrap().to_owned();
        let landed = browser.open(&world, &link);
        assert_eq!(landed.url, format!("{SERVICE}{path}"));
        assert_eq!(landed.by, By::Origin, "{path}");
    }
}

#[test]
fn when_a_frame_posts_a_form_or_asks_for_the_sign_in_itself_then_a_page_says_what_to_do() {
    let world = World::new();
    let form = frame("/account/apply", "/account/form").method("POST");
    let shown = world.ask(form);
    let heading = "You need to sign in before you can send this";
    assert_eq!((shown.status, shown.heading()), (401, heading));
    assert!(may_be_framed(&shown));
    let asked = frame("/auth/sign-in?return_to=/account/details", "/");
    let shown = world.ask(asked);
    assert_eq!((shown.status, shown.heading()), (401, HEADING));
    let link = "/auth/sign-in?return_to=%2Faccount%2Fdetails";
    assert_eq!(shown.link(), Some(link));
    assert!(may_be_framed(&shown));
}

#[test]
fn t85_rejects_frames_of_other_pages_and_lets_no_other_page_be_framed() {
    let world = World::new();
    for site in ["cross-site", "same-site", "none"] {
        let mut foreign = frame("/account/details", "/");
        foreign.headers.retain(|(name, _)| name != "sec-fetch-site");
        let shown = world.ask(foreign.with("sec-fetch-site", site));
        let kind = shown.header("content-type");
        let problem = (401, Some("application/problem+json"));
        assert_eq!((shown.status, kind), problem, "{site}");
        assert!(!may_be_framed(&shown), "{site}");
    }
    let shown = world.ask(frame("/account/details", "/").with("sec-purpose", "prefetch"));
    assert!(!may_be_framed(&shown));
    for page in [
        "/auth/page?name=in-frame",
        "/auth/sign-out",
        "/auth/nothing",
    ] {
        assert!(!may_be_framed(&world.ask(frame(page, "/"))), "{page}");
    }
}

#[test]
fn t99_when_no_page_of_this_service_gave_a_reference_then_it_is_not_shown() {
    let world = World::with(|setup| {
        setup.add_other("other.example.gov.uk", "other-client");
    });
    let other = "https://other.example.gov.uk";
    let failed = |host: &str| {
        let request = Incoming::get(&format!("{host}/auth/callback?state=a&error=b"));
        world.ask(
            request
                .with("accept", "text/html")
                .with("cf-ray", "230b030023ae2822-LHR"),
        )
    };
    let kept = |shown: &Shown| {
        let (_, rest) = shown.body.split_once("&amp;reference=").unwrap();
        let end = rest.find(['&', '"']).unwrap();
        rest[..end].to_owned()
    };
    let page = |reference: &str| {
        let address = format!("/auth/page?name=start-again&lang=cy&reference={reference}");
        let shown = Browser::new().step(&world, &address);
        assert_eq!(shown.heading(), "Mae angen i chi ddechrau mewngofnodi eto");
        shown
    };
    let shown = failed(SERVICE);
    let id = "230b030023ae2822-LHR";
    assert_eq!(shown.reference(), Some(id));
    let own = kept(&shown);
    assert_eq!(page(&own).reference(), Some(id));
    // The language may be changed as often as a person likes.
    assert_eq!(kept(&page(&own)), own);
    let (_, value) = own.split_once('.').unwrap();
    for forged in [
        id,
        "CALL-0800-123456",
        "CALL-0800-123456.AAAAAAAAAAAAAAAA",
        &format!("{id}."),
        &format!("{id}.{value}A"),
        &format!("230b030023ae2823-LHR.{value}"),
        &format!("{id}%0A.{value}"),
        &kept(&failed(other)),
    ] {
        let shown = page(forged);
        assert_eq!(shown.reference(), None, "{forged}");
        assert!(!shown.body.contains("reference="), "{forged}");
        assert!(!shown.body.contains("CALL"), "{forged}");
    }
}

#[test]
fn t99_rejects_a_request_id_that_has_not_the_form_of_cloudflares() {
    let world = World::new();
    let request = Incoming::get("/auth/callback?state=a&error=b").with("accept", "text/html");
    let shown = world.ask(request.with("cf-ray", "CALL-0800-123456"));
    let reference = shown.reference().unwrap().to_owned();
    assert!(!reference.contains("CALL"), "{reference}");
    let happened = world.happened();
    assert_eq!(happened.events().last().unwrap().reference, reference);
}

#[test]
fn when_a_person_is_signed_in_then_the_page_of_an_error_in_a_frame_may_be_shown() {
    let world = World::with(|setup| {
        let routes = setup.vars.get_mut("SERVICE_DEMO").unwrap()["routes"].as_array_mut();
        let again = serde_json::json!({ "path": "/pay", "reauthenticate_within": 600 });
        routes.unwrap().push(again);
    });
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    world.pass(700);
    let form = frame("/pay", "/account/form").method("POST");
    let shown = browser.send(&world, form.with("origin", SERVICE));
    let heading = "You need to sign in again before you can send this";
    assert_eq!((shown.status, shown.heading()), (401, heading));
    assert!(may_be_framed(&shown));
    assert!(!shown.body.contains("one-login-header"), "{}", shown.body);
    world.trouble(Trouble::AccountHangs, When::Always);
    world.pass(400);
    for path in ["/account/details", "/account/a%5Cb"] {
        let shown = browser.send(&world, frame(path, "/"));
        assert_eq!(shown.by, By::Edge, "{path}");
        assert!(may_be_framed(&shown), "{path}");
    }
}
