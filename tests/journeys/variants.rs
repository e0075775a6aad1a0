//! Other registrations, languages, hosts and ways in.

use serde_json::json;
use simulator::jose::Unverified;

use crate::world::http::parameter;
use crate::world::{ALIAS, Browser, By, CLIENT, Incoming, SERVICE, Setup, World, keys};

fn signs_in(world: &World) {
    let mut browser = Browser::new();
    let shown = browser.open(world, "/account/details");
    assert_eq!(
        (shown.by, shown.status),
        (By::Origin, 200),
        "{:?}",
        world.happened().lines()
    );
}

/// The request object of the next sign-in.
fn request_object(world: &World, browser: &mut Browser, path: &str) -> Unverified {
    let start = browser.step(world, path);
    assert_eq!(start.status, 302);
    Unverified::parse(&parameter(start.location(), "request").unwrap()).unwrap()
}

#[test]
fn when_a_client_has_a_secret_then_it_signs_in_without_an_assertion() {
    let world = World::with(|setup| {
        setup.field("token_auth_method", "client_secret_post");
        setup.set("CLIENT_SECRET_DEMO", "a secret & more");
        setup.register("token_auth_method", "client_secret_post");
        setup.register("client_secret", "a secret & more");
    });
    signs_in(&world);
    let form = world.happened().forms().pop().unwrap();
    assert!(form.contains("&client_id=licence-client&client_secret=a+secret+%26+more"));
    assert!(!form.contains("client_assertion"));
}

/// A client with a secret that publishes no key set at One Login; the key that is registered instead, if one is.
fn with_a_secret(key: Option<serde_json::Value>) -> World {
    World::with(|setup| {
        setup.field("token_auth_method", "client_secret_post");
        setup.set("CLIENT_SECRET_DEMO", "a secret & more");
        setup.register("token_auth_method", "client_secret_post");
        setup.register("client_secret", "a secret & more");
        setup.register("jwks_uri", serde_json::Value::Null);
        setup.register("public_jwk", key);
    })
}

#[test]
fn when_a_client_with_a_secret_registers_its_key_then_people_sign_in_and_else_none_does() {
    let private: serde_json::Value = serde_json::from_str(keys::CLIENT[0]).unwrap();
    let public = serde_json::json!({ "kty": "RSA", "n": private["n"], "e": private["e"] });
    signs_in(&with_a_secret(Some(public)));

    // The request object is still signed, and the provider has no key to verify it (`provider.md` 8b.6).
    let world = with_a_secret(None);
    let mut browser = Browser::new();
    let start = browser.step(&world, "/account/details");
    let refused = browser.step(&world, start.location());
    assert_eq!((refused.by, refused.status), (By::Provider, 400));
    assert!(world.happened().forms().is_empty() && !browser.has_session());
}

#[test]
fn when_a_client_signs_with_pss_then_it_signs_in() {
    let world = World::with(|setup| setup.field("request_signing_alg", "PS256"));
    let object = request_object(&world, &mut Browser::new(), "/account/details");
    assert_eq!(object.header_text("alg"), Some("PS256"));
    signs_in(&world);
    let form = world.happened().forms().pop().unwrap();
    let assertion = parameter(&format!("https://x/?{form}"), "client_assertion").unwrap();
    assert_eq!(
        Unverified::parse(&assertion).unwrap().header_text("alg"),
        Some("PS256")
    );
}

#[test]
fn when_a_client_has_rsa_id_tokens_then_it_signs_in() {
    let world = World::with(|setup| {
        setup.field("id_token_alg", "RS256");
        setup.register("id_token_alg", "RS256");
    });
    signs_in(&world);
}

#[test]
fn t5_rejects_a_token_of_another_algorithm_than_the_configured_one() {
    for (configured, registered) in [("RS256", "ES256"), ("ES256", "RS256")] {
        let world = World::with(|setup| {
            setup.field("id_token_alg", configured);
            setup.register("id_token_alg", registered);
        });
        let shown = Browser::new().open(&world, "/account/details");
        assert_eq!(shown.status, 500);
        let lines = world.happened().lines();
        assert!(
            lines.contains(&"callback: algorithm_mismatch".to_owned()),
            "{lines:?}"
        );
    }
}

#[test]
fn t40_when_a_sign_in_starts_then_the_request_object_has_only_documented_members() {
    let world = World::new();
    let mut browser = Browser::new();
    let start = browser.step(&world, "/account/details");
    let outside: Vec<_> = url::Url::parse(start.location())
        .unwrap()
        .query_pairs()
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let names: Vec<_> = outside.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["response_type", "client_id", "scope", "request"]);
    let object = Unverified::parse(&outside[3].1).unwrap();
    assert_eq!(object.header_text("typ"), Some("oauth-authz-req+jwt"));
    let claims = &object.claims;
    let expected = json!({
        "iss": CLIENT, "client_id": CLIENT, "aud": "https://oidc.account.gov.uk/authorize",
        "response_type": "code", "redirect_uri": format!("{SERVICE}/auth/callback"),
        "scope": outside[2].1, "vtr": ["Cl.Cm"], "ui_locales": "en",
        "code_challenge_method": "S256", "iat": world.now(), "exp": world.now() + 300,
        "state": claims["state"], "nonce": claims["nonce"], "jti": claims["jti"],
        "code_challenge": claims["code_challenge"],
    });
    assert_eq!(json!(claims), expected);
    assert_eq!(outside[2].1, "openid email phone wallet-subject-id");
    let random = ["state", "nonce", "jti", "code_challenge"].map(|name| claims[name].clone());
    let again = request_object(&world, &mut browser, "/account/details");
    for (name, value) in ["state", "nonce", "jti", "code_challenge"]
        .into_iter()
        .zip(random)
    {
        assert_ne!(again.claims[name], value, "{name} is new each time");
    }
}

#[test]
fn t34_when_a_request_is_the_longest_then_it_stays_within_the_providers_limit() {
    let world = World::new();
    let longest = format!("/account/{}", "a".repeat(2_790));
    let start = Browser::new().step(&world, &longest);
    let (_, query) = start.location().split_once('?').unwrap();
    assert!(query.len() < 2_048, "{}", query.len());
}

#[test]
fn when_a_person_prefers_welsh_then_pages_here_and_at_the_provider_are_welsh() {
    let world = World::new();
    let mut browser = Browser::new();
    browser.language = "cy,en;q=0.5";
    let object = request_object(&world, &mut browser, "/account/details");
    assert_eq!(object.text("ui_locales"), Some("cy"));
    let shown = browser.open(&world, "/auth/callback?code=x&state=y");
    assert_eq!(shown.header("content-language"), Some("cy"));
    assert!(shown.body.contains(" lang=\"cy\">"));
    assert_eq!(shown.heading(), "Mae angen i chi ddechrau mewngofnodi eto");
    assert!(shown.body.contains("Gwneud cais am drwydded"));
    // A service without Welsh answers in English whatever is asked for.
    world.deploy(|setup| setup.field("locales", json!(["en"])));
    let shown = browser.open(&world, "/auth/callback?code=x&state=y");
    assert_eq!(shown.header("content-language"), Some("en"));
}

#[test]
fn t59_when_another_name_of_the_service_is_used_then_it_only_redirects() {
    let world = World::new();
    let mut browser = Browser::new();
    let moved = world.ask(Incoming::get(&format!("https://{ALIAS}/account/x?y=z")));
    assert_eq!(
        (moved.status, moved.location()),
        (308, "https://licence.example.gov.uk/account/x?y=z")
    );
    let shown = browser.open(&world, &format!("https://{ALIAS}/account/details"));
    assert_eq!(shown.by, By::Origin);
    world.forget();
    let post = world.ask(Incoming::get(&format!("https://{ALIAS}/account/x")).method("POST"));
    assert_eq!(
        post.status, 400,
        "what was posted went to the wrong place already"
    );
    for host in [
        "one-login-edge.example.workers.dev",
        "licence.example.gov.uk.",
        "licence.example.gov.uk:8443",
        "licence.example.gov.uk@evil.example",
        "xlicence.example.gov.uk",
        "203.0.113.1",
        "localhost:8787",
    ] {
        let shown = world.ask(Incoming::get(&format!("https://{host}/account/details")));
        assert_eq!((shown.by, shown.status), (By::Edge, 404), "{host}");
    }
    let shown = world.ask(Incoming::get("https://LICENCE.example.gov.uk/").with("host", "x"));
    assert_eq!(shown.by, By::Origin);
    assert_eq!(world.happened().reached().len(), 1);
}

#[test]
fn when_plain_http_is_used_then_it_redirects_to_https_and_takes_no_form() {
    let world = World::new();
    let plain = SERVICE.replace("https", "http");
    let shown = world.ask(Incoming::get(&format!("{plain}/account/x?y=z")));
    assert_eq!(
        (shown.status, shown.location()),
        (308, "https://licence.example.gov.uk/account/x?y=z")
    );
    let shown = world.ask(Incoming::get(&format!("{plain}/account/x")).method("POST"));
    assert_eq!(shown.status, 400);
    assert!(world.happened().reached().is_empty());
}

#[test]
fn t28_when_a_browser_goes_round_in_circles_then_it_is_stopped_and_can_go_on() {
    let world = World::new();
    // This browser keeps the count of starts but loses its session each time.
    let mut browser = Browser::new();
    for _ in 0..3 {
        let shown = browser.open(&world, "/account/details");
        assert_eq!(shown.by, By::Origin);
        browser.drop_cookie(crate::world::SESSION);
        world.pass(10);
    }
    world.forget();
    let shown = browser.open(&world, "/account/details");
    assert_eq!(
        (shown.status, shown.heading()),
        (429, "We could not keep you signed in")
    );
    assert_eq!(world.happened().lines(), ["sign_in_start: too_many_starts"]);
    // The person chooses the page's link, so it leads on to the page that they opened first.
    let link = shown.link().unwrap().to_owned();
    let shown = browser.open(&world, &link);
    assert_eq!(
        (shown.by, shown.url.as_str()),
        (By::Origin, "https://licence.example.gov.uk/account/details")
    );
    // Two minutes later nothing is counted any more.
    for _ in 0..6 {
        browser.drop_cookie(crate::world::SESSION);
        world.pass(121);
        assert_eq!(browser.open(&world, "/account/details").by, By::Origin);
    }
}

fn with_origin(origin: &'static str) -> impl FnOnce(&mut Setup) {
    move |setup: &mut Setup| {
        setup.field("origin", origin);
        setup.field("origin_headers", json!({ "X-Origin-Lock": "LOCK" }));
        setup.set("LOCK", "open-sesame");
        setup.set("BACKEND", true);
    }
}

#[test]
fn when_a_service_is_behind_another_host_then_it_gets_the_path_and_the_lock() {
    let world = World::with(with_origin("https://origin.internal:8443"));
    let mut browser = Browser::new();
    browser.open(&world, "/account/details?a=b%2Fc&d");
    let reached = world.happened().reached().pop().unwrap();
    assert_eq!(
        reached.url,
        "https://origin.internal:8443/account/details?a=b%2Fc&d"
    );
    assert_eq!(reached.header("x-origin-lock"), Some("open-sesame"));
    assert_eq!(reached.binding, None);
    // Its redirects to itself are the service's; others are its own business.
    world.answer.borrow_mut().status = 302;
    for (from, to) in [
        (
            "https://origin.internal:8443/next",
            "https://licence.example.gov.uk/next",
        ),
        (
            "http://origin.internal:8443/next",
            "https://licence.example.gov.uk/next",
        ),
        ("https://elsewhere.example/", "https://elsewhere.example/"),
        ("/relative", "/relative"),
    ] {
        world.answer.borrow_mut().location = Some(from.to_owned());
        assert_eq!(browser.step(&world, "/account/details").location(), to);
    }
}

#[test]
fn when_a_service_is_behind_a_binding_then_it_gets_its_own_address_and_the_lock() {
    let world = World::with(with_origin("binding:BACKEND"));
    Browser::new().open(&world, "/account/details");
    let reached = world.happened().reached().pop().unwrap();
    assert_eq!(reached.binding.as_deref(), Some("BACKEND"));
    assert_eq!(
        reached.url,
        "https://licence.example.gov.uk/account/details"
    );
    assert_eq!(reached.header("x-origin-lock"), Some("open-sesame"));
    let lied = world.ask(Incoming::get("/").with("X-Origin-Lock", "guess"));
    assert_eq!(lied.by, By::Origin);
    let reached = world.happened().reached().pop().unwrap();
    assert_eq!(reached.header("x-origin-lock"), Some("open-sesame"));
}

#[test]
fn when_a_service_sets_its_own_paths_for_the_edge_then_people_sign_in() {
    let world = World::with(|setup| {
        setup.field("own_path", "/one-login");
        setup.field("redirect_path", "/oidc/return");
        setup.register("redirect_uris", json!([format!("{SERVICE}/oidc/return")]));
        setup.field("client_key_active", "B");
        setup.set("CLIENT_KEY_DEMO_B", keys::CLIENT[1]);
    });
    signs_in(&world);
    let shown = world.ask(Incoming::get("/one-login/health"));
    assert_eq!(shown.status, 200);
    // The default prefix is then nothing special.
    assert_eq!(world.ask(Incoming::get("/auth/health")).status, 401);
}
