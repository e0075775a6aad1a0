//! Staff on the host of the public: routes with `access = "cloudflare-access"`.

use one_login_edge::oidc::jws::{Alg, Unsigned};
use serde_json::{Value, json};
use simulator::jose::Unverified;
use simulator::origin::settings::Settings;
use simulator::origin::verify;

#[path = "staff/refused.rs"]
mod refused;

use crate::world::assertion;
use crate::world::keys;
use crate::world::{ALIAS, Browser, By, HOST, Incoming, SERVICE, Setup, Shown, World};

const TEAM: &str = "https://example.cloudflareaccess.com";
const CERTS: &str = "https://example.cloudflareaccess.com/cdn-cgi/access/certs";
const AUDIENCE: &str = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228";
const STAFF: &str = "one-login-staff-assertion";
const USER: &str = "7335d417-61da-459d-899c-0a01c76a2f94";

/// The team's key; no part of the edge's own deployment here has it.
const KEY: &str = keys::CLIENT[1];

fn staff(setup: &mut Setup) {
    setup.field("access_team", "example");
    setup.field("access_audience", AUDIENCE);
    let routes = setup.vars.get_mut("SERVICE_DEMO").unwrap()["routes"].as_array_mut();
    routes.unwrap().extend([
        json!({ "path": "/staff/*", "access": "cloudflare-access" }),
        json!({ "path": "/staff/cases", "access": "cloudflare-access", "release": ["email"], "bind": true }),
        json!({ "path": "/assets/staff/*", "access": "cloudflare-access" }),
    ]);
}

/// The team publishes these keys, each under an id.
fn publish(world: &World, published: &[(&str, &str)]) {
    let public = |(id, key): &(&str, &str)| {
        let mut key: Value = serde_json::from_str(key).unwrap();
        for name in ["d", "p", "q", "dp", "dq", "qi", "note"] {
            key.as_object_mut().unwrap().remove(name);
        }
        key["kid"] = json!(id);
        key["use"] = json!("sig");
        key["alg"] = json!("RS256");
        key
    };
    let keys: Vec<_> = published.iter().map(public).collect();
    let document = json!({ "keys": keys, "public_cert": { "kid": "1", "cert": "-----BEGIN" }, "public_certs": [] });
    let mut elsewhere = world.outside.elsewhere.borrow_mut();
    elsewhere.insert(CERTS, document.to_string());
}

fn world() -> World {
    let world = World::with(staff);
    publish(&world, &[("1", KEY)]);
    world
}

/// The claims of Access's own example of a user's token.
fn user(world: &World) -> Value {
    let now = world.now();
    json!({
        "aud": [AUDIENCE], "email": "user@example.com", "exp": now + 60, "iat": now, "nbf": now, "iss": TEAM,
        "type": "app", "identity_nonce": "6ei69kawdKzMIAPF", "sub": USER, "country": "US",
    })
}

fn signed(key: &str, key_id: &str, typ: &str, claims: &Value) -> String {
    let unsigned = Unsigned::new(Alg::Rs256, key_id, typ, claims).unwrap();
    let signature = keys::sign(key, Alg::Rs256, unsigned.signing_input()).unwrap();
    unsigned.finish(&signature)
}

fn token(claims: &Value) -> String {
    signed(KEY, "1", "JWT", claims)
}

/// A request as a browser opens a page, so that nothing but the route keeps it from a sign-in.
fn page(path: &str) -> Incoming {
    Incoming::get(path)
        .with("accept", "text/html")
        .with("sec-fetch-dest", "document")
        .with("sec-fetch-mode", "navigate")
}

fn with(path: &str, token: &str) -> Incoming {
    page(path).with("cf-access-jwt-assertion", token)
}

/// The edge refused: no redirect, no cookie, and the origin saw nothing.
fn is_refused(world: &World, shown: &Shown, status: u16) {
    assert_eq!(
        (shown.by, shown.status),
        (By::Edge, status),
        "{}",
        shown.body
    );
    assert_eq!(shown.header("location"), None);
    assert_eq!(shown.set_cookies().count(), 0);
    assert!(world.outside.record.borrow().reached().is_empty());
}

/// The statement that reached the service with the last request, verified with the edge's published keys.
fn stated(world: &World) -> (Unverified, String) {
    let reached = world.happened().reached().pop().unwrap();
    assert!(reached.assertions().is_empty() && reached.personal);
    assert_eq!(reached.header("cf-access-jwt-assertion"), None);
    let statement = reached.header(STAFF).unwrap().to_owned();
    let parsed = Unverified::parse(&statement).unwrap();
    let kid = parsed.header_text("kid").unwrap();
    let published = assertion::keys(world);
    let key = published.iter().find(|key| key["kid"] == kid).unwrap();
    assert!(simulator::jose::verify_es256(
        key,
        &parsed.signed,
        &parsed.signature
    ));
    world.forget();
    (parsed, statement)
}

#[test]
fn t146_when_staff_come_through_access_then_the_service_gets_a_statement_of_its_own_kind() {
    let world = world();
    let token = token(&user(&world));
    let shown = world.ask(
        with("/staff/x?a=b", &token)
            .with(STAFF, "forged")
            .with("One_Login_Staff_Assertion", "forged"),
    );
    assert_eq!((shown.by, shown.status), (By::Origin, 200));
    assert_eq!(shown.header("cache-control"), Some("private, no-store"));
    let (statement, _) = stated(&world);
    assert_eq!(
        statement.header_text("typ"),
        Some("one-login-staff-assertion+jwt")
    );
    let now = world.now();
    let expected = json!({ "iss": format!("staff:{SERVICE}"), "aud": SERVICE, "sub": USER, "iat": now - 5, "exp": now + 60 });
    assert_eq!(Value::Object(statement.claims), expected);
    // A route says by itself that the service needs the address, and that the statement is for one request.
    world.ask(with("/staff/cases", &token).method("POST"));
    let (statement, _) = stated(&world);
    assert_eq!(statement.text("email"), Some("user@example.com"));
    assert_eq!(statement.text("htm"), Some("POST"));
    let address = format!("{SERVICE}/staff/cases");
    assert_eq!(statement.text("htu"), Some(address.as_str()));
}

#[test]
fn t146_when_a_program_comes_with_a_service_token_then_the_service_gets_its_client_id() {
    let world = world();
    let mut claims = user(&world);
    for name in ["email", "nbf", "identity_nonce", "country"] {
        claims.as_object_mut().unwrap().remove(name);
    }
    claims["sub"] = json!("");
    claims["common_name"] = json!("e367826f93b8d71185e03fe518aff3b4.access");
    // The documentation has the audience as a list, and RFC 7519 a text as well.
    for aud in [
        json!(AUDIENCE),
        json!([AUDIENCE]),
        json!(["another", AUDIENCE]),
    ] {
        claims["aud"] = aud;
        let shown = world.ask(with("/staff/cases", &token(&claims)));
        assert_eq!(shown.by, By::Origin);
        let (statement, _) = stated(&world);
        assert_eq!(
            statement.text("common_name"),
            Some("e367826f93b8d71185e03fe518aff3b4.access")
        );
        for name in ["sub", "email", "sid", "vot"] {
            assert!(!statement.claims.contains_key(name), "{name}");
        }
    }
}

#[test]
fn t146_when_a_person_is_staff_too_then_the_session_is_neither_sent_nor_renewed() {
    let world = world();
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    world.pass(600);
    world.forget();
    let shown = browser.send(
        &world,
        with("/staff/x", &token(&user(&world))).with("cookie", "own=kept"),
    );
    assert_eq!((shown.by, shown.set_cookies().count()), (By::Origin, 0));
    let reached = world.outside.record.borrow().reached().pop().unwrap();
    assert!(!format!("{:?}", reached.headers).contains("__Host-ol-"));
    stated(&world);
}

#[test]
fn t146_when_an_origin_expects_the_public_then_it_refuses_a_statement_about_staff() {
    let world = world();
    world.ask(with("/staff/x", &token(&user(&world))));
    let (statement, text) = stated(&world);
    // The demo's own verifier, as for the header of the public.
    assert!(verify::read(&[&text]).is_err(), "the type is refused");
    let settings = Settings {
        issuer: SERVICE.to_owned(),
        audience: SERVICE.to_owned(),
        jwks: String::new(),
    };
    let kid = statement.header_text("kid").unwrap();
    let published = assertion::keys(&world);
    let key = published.iter().find(|key| key["kid"] == kid).unwrap();
    let refused = verify::check(&statement, key, &settings, world.now());
    assert_eq!(refused.unwrap_err().to_string(), "another issuer");
}

#[test]
fn t146_when_the_path_is_spelt_in_another_way_then_it_is_staffs_all_the_same() {
    let world = world();
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    for (path, status) in [
        ("/STAFF/x", 403),
        ("/staff.json", 403),
        ("/assets/STAFF/x", 403),
        ("/staff/../account", 400),
        ("/staff//x", 400),
        ("/st%C3%A4ff/x", 400),
    ] {
        world.forget();
        is_refused(&world, &browser.send(&world, page(path)), status);
    }
}

#[test]
fn t146_when_the_service_answers_staff_with_a_challenge_then_no_sign_in_starts() {
    let world = world();
    world.answer.borrow_mut().status = 401;
    let challenge = "OneLogin level=\"Cl.Cm\"".to_owned();
    world.challenge.replace(Some(challenge));
    let shown = world.ask(with("/staff/x", &token(&user(&world))));
    assert_eq!((shown.by, shown.status), (By::Origin, 401));
    // An alias and http lead to the service's own address, where Access is.
    for address in [
        format!("https://{ALIAS}/staff/x"),
        format!("http://{HOST}/staff/x"),
    ] {
        assert_eq!(world.ask(page(&address)).status, 308);
        // A program would send its secret to the wrong place each time.
        let program = Incoming::get(&address).with("cf-access-client-secret", "a");
        assert_eq!(world.ask(program).status, 400);
    }
}

#[test]
fn t121_when_a_page_elsewhere_uses_the_cookie_of_access_then_it_changes_nothing() {
    let world = world();
    let post = |site: &str| {
        with("/staff/x", &token(&user(&world)))
            .method("POST")
            .with("sec-fetch-site", site)
    };
    for site in ["cross-site", "same-site"] {
        is_refused(&world, &world.ask(post(site)), 403);
    }
    assert_eq!(world.ask(post("same-origin")).by, By::Origin);
}

#[test]
fn rejects_a_staff_route_without_a_team_and_fields_about_the_public() {
    let faults = |change: &dyn Fn(&mut Setup)| {
        let world = World::possibly_faulty(|setup| {
            staff(setup);
            change(setup);
        });
        let faults = world.isolate().config.faults.clone();
        faults.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert!(faults(&|_| {}).is_empty());
    for field in ["access_team", "access_audience"] {
        let told = faults(&|setup| {
            drop(
                setup
                    .vars
                    .get_mut("SERVICE_DEMO")
                    .unwrap()
                    .as_object_mut()
                    .unwrap()
                    .remove(field),
            )
        });
        assert!(told.iter().any(|fault| fault.contains(field)), "{told:?}");
    }
    for team in [
        "",
        "Example",
        "example.cloudflareaccess.com",
        TEAM,
        "a/b",
        "http://127.0.0.1:8788",
    ] {
        let told = faults(&|setup| setup.field("access_team", team));
        assert!(
            told.iter().any(|fault| fault.contains("access_team")),
            "{team}: {told:?}"
        );
    }
    for tag in ["", "a b", "32eafc76-26e9", &"a".repeat(65)] {
        let told = faults(&|setup| setup.field("access_audience", tag));
        assert!(
            told.iter().any(|fault| fault.contains("access_audience")),
            "{tag}: {told:?}"
        );
    }
    for (name, value) in [
        ("level", json!("Cl.Cm")),
        ("release", json!(["phone"])),
        ("release", json!(["email", "phone"])),
        ("counts_as_use", json!(false)),
        ("close_sockets_with_session", json!(true)),
        ("max_age", json!(300)),
        ("reauthenticate_within", json!(300)),
        ("not_proved", json!("/")),
    ] {
        let mut route = json!({ "path": "/more/*", "access": "cloudflare-access" });
        route[name] = value;
        let told = faults(&|setup| {
            let routes = setup.vars.get_mut("SERVICE_DEMO").unwrap()["routes"].as_array_mut();
            routes.unwrap().push(route.clone());
        });
        assert!(
            told.iter().any(|fault| fault.contains(name)),
            "{name}: {told:?}"
        );
    }
}
