//! The provider's Signal Exchange: who may send signals, which count, and what they end.

use std::sync::LazyLock;

use one_login_edge::session::seal::sha256;
use serde_json::{Value, json};
use simulator::provider::personas::Persona;
use simulator::provider::signal::Signal;

use super::{PAGE, is_in, signed_in};
use crate::world::service_key::{KEY, key_id, public, token};
use crate::world::{
    Browser, By, CLIENT, HOST, Incoming, SERVICE, Setup, Shown, Trouble, When, World, keys,
};

const KEYS: &str = "https://shared-signals-transmitter.transaction.account.gov.uk/jwks.json";
const AUDIENCE: &str = "https://signals.licence.example.gov.uk";
pub(super) const SECRETS: [&str; 2] = [
    "the first secret of thirty-two bytes or more",
    "the second secret of thirty-two bytes or more",
];
const CHANGE: &str = "https://schemas.openid.net/secevent/caep/event-type/credential-change";

/// The simulated provider's keys: made once, because an RSA key takes its time.
static PUBLISHED: LazyLock<String> = LazyLock::new(|| {
    let keys = World::new().provider().signal_keys();
    String::from_utf8(keys.body).unwrap()
});

fn receiving(setup: &mut Setup) {
    setup.field("signals_audience", AUDIENCE);
    setup.field("signals_client_id", "one-login");
    setup.field("signals_secret_hashes", json!(SECRETS.map(sha256)));
    setup.register(
        "signals",
        json!({
            "uri": format!("{SERVICE}/auth/signals"), "token_uri": format!("{SERVICE}/auth/signals/token"),
            "client_id": "one-login", "client_secret": SECRETS[0], "audience": AUDIENCE,
        }),
    );
}

/// A world in which the simulated provider sends signals.
pub(super) fn world() -> World {
    let world = World::with(receiving);
    publish(&world, PUBLISHED.clone());
    world
}

fn publish(world: &World, document: String) {
    world.outside.elsewhere.borrow_mut().insert(KEYS, document);
}

pub(super) fn ask_token(world: &World, form: &str) -> Shown {
    world.ask(Incoming::post("/auth/signals/token", form).with("cf-connecting-ip", "203.0.113.9"))
}

pub(super) fn form(secret: &str) -> String {
    let secret = secret.replace(' ', "+");
    format!("client_id=one-login&client_secret={secret}&grant_type=client_credentials")
}

pub(super) fn access(world: &World, secret: &str) -> String {
    let shown = ask_token(world, &form(secret));
    assert_eq!(shown.status, 200, "{}", shown.body);
    let answer: Value = serde_json::from_str(&shown.body).unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

pub(super) fn posted(signal: &str, content_type: &str) -> Incoming {
    let mut request = Incoming::get("/auth/signals")
        .method("POST")
        .with("accept", "application/json")
        .with("content-type", content_type)
        .with("cf-connecting-ip", "203.0.113.9");
    request.body = signal.as_bytes().to_vec();
    request
}

pub(super) fn request(access: &str, signal: &str) -> Incoming {
    let request = posted(signal, "application/secevent+jwt");
    request.with("authorization", &format!("Bearer {access}"))
}

fn send(world: &World, signal: &str) -> Shown {
    let access = access(world, SECRETS[0]);
    world.forget();
    world.ask(request(&access, signal))
}

/// A signal of the simulated provider's about a person.
pub(super) fn signal(world: &World, event: &str, persona: &str) -> String {
    let signal = Signal {
        client_id: CLIENT.to_owned(),
        sub: Persona::find(persona).unwrap().subject(HOST),
        event: event.to_owned(),
        ..Signal::default()
    };
    world.provider().signal(world.now(), &signal).unwrap().token
}

#[test]
fn when_an_account_or_a_credential_changes_then_every_session_of_that_person_is_over_within_the_bound()
 {
    for (event, label) in [
        ("credential-change", "signal: credential_change"),
        ("account-purged", "signal: account_purged"),
    ] {
        let world = world();
        let mut first = signed_in(&world, "kenneth");
        let mut second = signed_in(&world, "kenneth");
        let mut other = signed_in(&world, "sian");
        world.pass(5);
        let shown = send(&world, &signal(&world, event, "kenneth"));
        assert_eq!(
            (shown.by, shown.status, shown.body.as_str()),
            (By::Edge, 202, "")
        );
        let happened = world.happened();
        assert_eq!(happened.lines(), [label]);
        assert_eq!(happened.asked(), ["log_out"]);
        world.pass(60);
        world.person("kenneth");
        for browser in [&mut first, &mut second] {
            assert!(!is_in(&world, browser), "{event}");
        }
        assert!(is_in(&world, &mut other), "{event}");
        // Nothing keeps the person from signing in again.
        let shown = Browser::new().open(&world, PAGE);
        assert_eq!((shown.by, shown.status), (By::Origin, 200));
    }
}

#[test]
fn when_a_signal_ends_no_session_then_it_is_taken_and_named_in_the_log() {
    let world = world();
    let mut browser = signed_in(&world, "kenneth");
    for (event, label) in [
        ("verification", "signal: verification"),
        (
            "https://schemas.openid.net/secevent/sse/event-type/verification",
            "signal: verification",
        ),
        (
            "https://schemas.openid.net/secevent/ssf/event-type/stream-updated",
            "signal: other_event",
        ),
        (
            "https://schemas.openid.net/secevent/caep/event-type/session-revoked",
            "signal: other_event",
        ),
    ] {
        world.pass(5);
        let shown = send(&world, &signal(&world, event, "kenneth"));
        assert_eq!((shown.status, shown.body.as_str()), (202, ""), "{event}");
        let happened = world.happened();
        assert_eq!(happened.lines(), [label], "{event}");
        assert!(happened.asked().is_empty(), "{event}");
    }
    world.pass(60);
    assert!(is_in(&world, &mut browser));
}

#[test]
fn t150_when_a_signal_comes_again_or_two_weeks_late_then_it_ends_nothing_that_began_after_it() {
    let world = world();
    let mut old = signed_in(&world, "kenneth");
    world.pass(5);
    let signal = signal(&world, "credential-change", "kenneth");
    assert_eq!(send(&world, &signal).status, 202);
    for seconds in [120, 86_400, 14 * 86_400] {
        world.pass(seconds);
        let mut browser = signed_in(&world, "kenneth");
        assert_eq!(send(&world, &signal).status, 202);
        world.pass(61);
        assert!(is_in(&world, &mut browser), "{seconds}");
    }
    assert!(!is_in(&world, &mut old));
}

/// The claims of a good token of an own key, for tests that break it.
fn claims(world: &World) -> Value {
    let subject = Persona::find("kenneth").unwrap().subject(HOST);
    json!({
        "iss": "https://ssf.account.gov.uk/", "aud": AUDIENCE, "iat": world.now(), "jti": "one",
        "events": { CHANGE: { "change_type": "update", "subject": { "format": "uri", "uri": subject } } },
    })
}

#[test]
fn t150_rejects_every_signal_that_is_not_the_providers_own_and_no_session_ends() {
    let world = World::with(receiving);
    let mut own = public(KEY);
    own["kid"] = json!(key_id(KEY));
    publish(&world, json!({ "keys": [own] }).to_string());
    let mut browser = signed_in(&world, "kenneth");
    world.pass(5);
    let about = claims(&world);
    let id = key_id(KEY);
    let good = |claims: &Value| token(KEY, &id, "secevent+jwt", claims);
    let with = |name: &str, value: Value| {
        let mut claims = about.clone();
        claims[name] = value;
        good(&claims)
    };
    let mut unsigned = good(&about);
    unsigned.truncate(unsigned.rfind('.').unwrap() + 1);
    let mut logout = about.clone();
    logout["sub"] = json!("urn:fdc:gov.uk:2022:subject");
    logout["events"] = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    // The good one last: it shows that nothing but the fault was wrong before.
    for (token, err, label) in [
        (
            token(keys::ASSERTION[0], &id, "secevent+jwt", &about),
            "invalid_key",
            "signature_invalid",
        ),
        (unsigned, "invalid_key", "signature_invalid"),
        (
            token(KEY, &id, "jwt", &about),
            "invalid_request",
            "wrong_type",
        ),
        (
            token(KEY, &id, "logout+jwt", &logout),
            "invalid_request",
            "wrong_type",
        ),
        (
            with("iss", json!("https://oidc.account.gov.uk/")),
            "invalid_issuer",
            "issuer_mismatch",
        ),
        (
            with("aud", json!(CLIENT)),
            "invalid_audience",
            "audience_mismatch",
        ),
        (
            with("iat", json!(world.now() + 31)),
            "invalid_request",
            "issued_at_invalid",
        ),
        (
            with("exp", json!(world.now() - 1)),
            "invalid_request",
            "expired",
        ),
        (
            with("jti", json!("")),
            "invalid_request",
            "token_id_invalid",
        ),
        (
            with("events", json!({})),
            "invalid_request",
            "events_invalid",
        ),
        (
            with("events", json!({ CHANGE: {} })),
            "invalid_request",
            "subject_invalid",
        ),
        (String::new(), "invalid_request", "token_malformed"),
    ] {
        let shown = send(&world, &token);
        assert_eq!(shown.status, 400, "{label}");
        assert_eq!(shown.header("content-type"), Some("application/json"));
        assert_eq!(
            shown.body,
            format!(r#"{{"err":"{err}","description":"{label}"}}"#)
        );
        let happened = world.happened();
        assert_eq!(
            happened.lines().last().unwrap(),
            &format!("signal: {label}")
        );
        assert!(happened.asked().is_empty(), "{label}");
    }
    let access = access(&world, SECRETS[0]);
    let plain = posted(&good(&about), "text/plain");
    let plain = world.ask(plain.with("authorization", &format!("Bearer {access}")));
    assert_eq!(
        plain.body,
        r#"{"err":"invalid_request","description":"content_type"}"#
    );
    assert_eq!(send(&world, &"a".repeat(65 * 1_024)).status, 413);
    world.pass(60);
    assert!(is_in(&world, &mut browser));
    assert_eq!(send(&world, &good(&claims(&world))).status, 202);
    world.pass(60);
    assert!(!is_in(&world, &mut browser));
}

#[test]
fn t150_when_the_key_of_a_signal_is_in_no_copy_then_the_set_is_fetched_once_it_is_a_minute_old() {
    let world = world();
    let calls = || {
        let calls = world.happened().calls();
        calls.iter().filter(|call| call.contains(KEYS)).count()
    };
    let stranger = token(KEY, &key_id(KEY), "secevent+jwt", &claims(&world));
    let known = signal(&world, "verification", "kenneth");
    assert_eq!(send(&world, &known).status, 202);
    assert_eq!(calls(), 1);
    assert_eq!(send(&world, &known).status, 202);
    assert_eq!(send(&world, &stranger).status, 503);
    assert_eq!(calls(), 0);
    world.new_isolate();
    assert_eq!(send(&world, &known).status, 202, "from KV");
    assert_eq!(calls(), 0);
    world.pass(61);
    let shown = send(&world, &stranger);
    assert_eq!((shown.status, calls()), (400, 1));
    assert_eq!(
        shown.body,
        r#"{"err":"invalid_key","description":"key_unknown"}"#
    );
}

#[test]
fn when_the_account_or_the_keys_give_no_answer_then_the_same_signal_is_good_at_the_next_attempt() {
    let world = world();
    let mut browser = signed_in(&world, "kenneth");
    world.pass(5);
    let signal = signal(&world, "account-purged", "kenneth");
    world.outside.elsewhere.borrow_mut().clear();
    assert_eq!(send(&world, &signal).status, 503);
    world.pass(10);
    publish(&world, PUBLISHED.clone());
    world.trouble(Trouble::AccountNotReached, When::Always);
    let shown = send(&world, &signal);
    assert_eq!(
        (shown.status, shown.header("retry-after")),
        (503, Some("30"))
    );
    world.mend();
    assert_eq!(send(&world, &signal).status, 202);
    world.pass(60);
    assert!(!is_in(&world, &mut browser));
}
