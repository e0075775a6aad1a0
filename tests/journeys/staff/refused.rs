//! Requests to staff's routes that reach no service: bad tokens, the public, and keys that cannot be fetched.

use serde_json::{Value, json};

use super::{CERTS, KEY, TEAM, is_refused, page, publish, signed, staff, token, user, with, world};
use crate::world::{Browser, By, Incoming, SESSION, Trouble, When, World, keys};

#[test]
fn t146_rejects_a_token_that_is_not_the_teams_for_this_service() {
    let world = world();
    let good = user(&world);
    let now = world.now();
    let changed = |name: &str, value: Value| {
        let mut claims = good.clone();
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value,
        }
        token(&claims)
    };
    let (head, tail) = (token(&good), "A".repeat(342));
    let (signing_input, _) = head.rsplit_once('.').unwrap();
    for (name, token, label) in [
        (
            "another issuer",
            changed("iss", json!("https://other.cloudflareaccess.com")),
            "issuer_mismatch",
        ),
        (
            "the issuer with a slash",
            changed("iss", json!(format!("{TEAM}/"))),
            "issuer_mismatch",
        ),
        ("no issuer", changed("iss", Value::Null), "issuer_mismatch"),
        (
            "another application",
            changed("aud", json!(["4714c1358e65fe4b408ad6d432a5f878"])),
            "audience_mismatch",
        ),
        (
            "no application",
            changed("aud", json!([])),
            "audience_mismatch",
        ),
        (
            "no audience",
            changed("aud", Value::Null),
            "audience_mismatch",
        ),
        (
            "the team's own session",
            changed("type", json!("org")),
            "wrong_type",
        ),
        ("no kind", changed("type", Value::Null), "wrong_type"),
        ("over", changed("exp", json!(now - 31)), "expired"),
        ("no end", changed("exp", Value::Null), "expired"),
        (
            "made ahead",
            changed("iat", json!(now + 31)),
            "issued_at_invalid",
        ),
        (
            "no beginning",
            changed("iat", Value::Null),
            "issued_at_invalid",
        ),
        (
            "not yet valid",
            changed("nbf", json!(now + 31)),
            "not_yet_valid",
        ),
        ("nobody", changed("sub", json!("")), "subject_invalid"),
        ("no subject", changed("sub", Value::Null), "subject_invalid"),
        (
            "a subject with a line's end",
            changed("sub", json!("a\nb")),
            "subject_invalid",
        ),
        (
            "a subject that is a number",
            changed("sub", json!(7)),
            "claims_malformed",
        ),
        (
            "an address that is a list",
            changed("email", json!(["a"])),
            "claims_malformed",
        ),
        (
            "a changed signature",
            format!("{signing_input}.{tail}"),
            "signature_invalid",
        ),
        (
            "another key",
            signed(keys::CLIENT[0], "1", "JWT", &good),
            "signature_invalid",
        ),
        (
            "another type",
            signed(KEY, "1", "one-login-assertion+jwt", &good),
            "wrong_type",
        ),
        ("two tokens", format!("{head}, {head}"), "token_malformed"),
        ("nothing", String::new(), "token_malformed"),
    ] {
        world.new_isolate();
        world.forget();
        let shown = world.ask(with("/staff/x", &token));
        is_refused(&world, &shown, 403);
        assert_eq!(
            shown.heading(),
            "You do not have access to this page",
            "{name}"
        );
        let lines = world.happened().lines();
        assert_eq!(lines, [format!("staff: {label}")], "{name}");
    }
}

#[test]
fn t146_rejects_a_token_with_another_algorithm_or_without_a_signature() {
    let world = world();
    let claims = user(&world);
    let encode = one_login_edge::oidc::jws::encode;
    for (alg, label) in [
        ("none", "algorithm_not_allowed"),
        ("HS256", "algorithm_not_allowed"),
        ("ES256", "algorithm_mismatch"),
        ("PS256", "algorithm_mismatch"),
    ] {
        world.new_isolate();
        world.forget();
        let header = json!({ "alg": alg, "kid": "1", "typ": "JWT" }).to_string();
        let (header, body) = (
            encode(header.as_bytes()),
            encode(claims.to_string().as_bytes()),
        );
        let shown = world.ask(with("/staff/x", &format!("{header}.{body}.AAAA")));
        is_refused(&world, &shown, 403);
        assert_eq!(
            world.happened().lines(),
            [format!("staff: {label}")],
            "{alg}"
        );
    }
}

#[test]
fn t146_rejects_the_public_on_a_staff_route_whoever_is_signed_in() {
    let world = world();
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    let assertion = world.happened().reached().pop().unwrap().assertions()[0].to_owned();
    let session = browser.cookie(SESSION).unwrap().to_owned();
    world.pass(120);
    for method in ["GET", "POST", "HEAD", "PUT"] {
        world.forget();
        let shown = browser.send(&world, page("/staff/x").method(method));
        is_refused(&world, &shown, 403);
        assert!(
            shown
                .header("content-type")
                .unwrap()
                .starts_with("text/html")
        );
    }
    // The edge's own statement about a person is no token of the team's.
    let shown = browser.send(&world, with("/staff/x", &assertion));
    is_refused(&world, &shown, 403);
    // A program gets problem details.
    let shown = world.ask(Incoming::get("/staff/x"));
    is_refused(&world, &shown, 403);
    assert_eq!(
        shown.header("content-type"),
        Some("application/problem+json")
    );
    let problem: Value = serde_json::from_str(&shown.body).unwrap();
    assert_eq!(problem["status"], 403);
    let framed = page("/staff/x")
        .with("sec-fetch-dest", "iframe")
        .with("sec-fetch-site", "same-origin");
    is_refused(&world, &world.ask(framed), 403);
    assert_eq!(browser.cookie(SESSION), Some(session.as_str()));
    // The token of staff opens nothing that is the public's.
    let shown = world.ask(with("/account/details", &token(&user(&world))));
    assert_eq!((shown.by, shown.status), (By::Edge, 302));
}

#[test]
fn t146_when_the_teams_keys_cannot_be_fetched_then_nothing_passes_until_they_can() {
    let world = World::with(staff);
    let good = token(&user(&world));
    let shown = world.ask(with("/staff/x", &good));
    is_refused(&world, &shown, 503);
    assert_eq!(shown.header("retry-after"), Some("30"));
    let lines = world.happened().lines();
    assert!(
        lines.contains(&"staff: documents_unavailable".to_owned()),
        "{lines:?}"
    );
    publish(&world, &[("1", KEY)]);
    world.pass(10);
    assert_eq!(world.ask(with("/staff/x", &good)).by, By::Origin);
    // Another isolate finds them in KV, behind the deployment's code.
    world.outside.elsewhere.borrow_mut().clear();
    world.new_isolate();
    assert_eq!(world.ask(with("/staff/x", &good)).by, By::Origin);
    // A copy that another writer put there is not used.
    world.new_isolate();
    let name = format!("v2/{CERTS}access-keys");
    let forged = world.outside.documents.borrow()[&name].replacen('A', "B", 1);
    world.outside.documents.borrow_mut().insert(name, forged);
    world.forget();
    is_refused(&world, &world.ask(with("/staff/x", &good)), 503);
    for trouble in [Trouble::VerifyFails, Trouble::SignFails] {
        publish(&world, &[("1", KEY)]);
        world.pass(10);
        world.trouble(trouble, When::Always);
        world.forget();
        is_refused(
            &world,
            &world.ask(with("/staff/x", &token(&user(&world)))),
            503,
        );
        world.mend();
    }
}

#[test]
fn t146_when_the_team_changes_its_key_then_a_new_token_passes_and_made_up_keys_fetch_nothing_more()
{
    let world = world();
    assert_eq!(
        world.ask(with("/staff/x", &token(&user(&world)))).by,
        By::Origin
    );
    world.forget();
    let fetches = |world: &World| {
        let calls = world.happened().calls();
        calls.iter().filter(|url| url.contains(CERTS)).count()
    };
    let made_up = |id: &str| signed(keys::CLIENT[0], id, "JWT", &user(&world));
    // The copy is young: any sender can make a key id up.
    is_refused(&world, &world.ask(with("/staff/x", &made_up("x"))), 503);
    assert_eq!(fetches(&world), 0);
    world.pass(61);
    publish(&world, &[("1", KEY), ("2", keys::CLIENT[0])]);
    let shown = world.ask(with("/staff/x", &made_up("2")));
    assert_eq!(shown.by, By::Origin);
    assert_eq!(fetches(&world), 1);
    for id in ["3", "4", "5"] {
        is_refused(&world, &world.ask(with("/staff/x", &made_up(id))), 503);
    }
    assert_eq!(fetches(&world), 0);
    world.pass(61);
    is_refused(&world, &world.ask(with("/staff/x", &made_up("6"))), 403);
    let lines = world.happened().lines();
    assert!(
        lines.contains(&"unknown_key: staff_token".to_owned()),
        "{lines:?}"
    );
}
