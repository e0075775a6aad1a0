//! KV: its content is public and untrusted, and an outage of KV only costs time.

use one_login_edge::session::seal::{Generation, Ring};
use serde_json::json;
use simulator::provider::Provider;
use simulator::provider::settings::Settings;

use crate::world::{Browser, By, ISSUER, Trouble, When, World, keys};

const DISCOVERY: &str = "v2/https://oidc.account.gov.uk/discovery";
const JWKS: &str = "v2/https://oidc.account.gov.uk/jwks";

fn signs_in(world: &World) {
    let shown = Browser::new().open(world, "/account/details");
    assert_eq!(
        (shown.by, shown.status),
        (By::Origin, 200),
        "{:?}",
        world.happened().lines()
    );
}

/// A document sealed with the deployment's own keys, as KV would store it.
fn packed(key: &str, name: &str, stored: &str) -> String {
    let ring = Ring::new(Some(key), None, Generation::A).unwrap();
    let tag = ring.authenticate(format!("{name}\n{stored}").as_bytes());
    format!("{tag}\n{stored}")
}

/// The stored parts of a document: when it was fetched, for how long it is fresh, and its body.
fn parts(world: &World, name: &str) -> [String; 3] {
    let documents = world.outside.documents.borrow();
    let mut lines = documents[name].splitn(4, '\n').skip(1).map(str::to_owned);
    std::array::from_fn(|_| lines.next().unwrap())
}

fn put(world: &World, name: &str, text: &str) {
    world
        .outside
        .documents
        .borrow_mut()
        .insert(name.to_owned(), text.to_owned());
}

#[test]
fn t69_when_kv_fails_then_people_still_sign_in() {
    for trouble in [
        Trouble::ReadFails,
        Trouble::WriteFails,
        Trouble::WriteUnconfirmed,
    ] {
        let world = World::new();
        world.trouble(trouble, When::Always);
        signs_in(&world);
        let lines = world.happened().lines();
        let line = match trouble {
            Trouble::ReadFails => "documents_unreadable: storage",
            _ => "document_not_stored: storage",
        };
        assert!(lines.contains(&line.to_owned()), "{lines:?}");
        // The documents are in memory, so the next sign-in does not fetch them.
        signs_in(&world);
        assert_eq!(world.happened().calls().len(), 2);
    }
}

#[test]
fn when_documents_are_stored_in_kv_then_they_hold_no_secret_and_no_personal_data() {
    let world = World::new();
    signs_in(&world);
    let documents = world.outside.documents.borrow();
    assert_eq!(documents.keys().collect::<Vec<_>>(), [DISCOVERY, JWKS]);
    for text in documents.values() {
        for secret in ["kenneth", "urn:fdc", "licence", keys::SESSION[0], "Bearer"] {
            assert!(!text.contains(secret), "{secret}");
        }
    }
}

#[test]
fn t68_rejects_a_stored_document_that_was_not_sealed_with_our_keys() {
    let good = World::new();
    signs_in(&good);
    let [at, fresh, body] = parts(&good, DISCOVERY);
    let jwks = parts(&good, JWKS).join("\n");
    let good = good.outside.documents.borrow().clone();
    let discovery = [&*at, &fresh, &body].join("\n");
    let elsewhere = discovery.replace("token", "stolen");
    let later = (crate::world::BEGINNING + 31).to_string();
    let future = [&*later, &fresh, &body].join("\n");
    let older =
        json!({ "fetched_at": crate::world::BEGINNING, "max_age": 60, "body": body }).to_string();
    let flipped = good[DISCOVERY].replace("userinfo", "userinf0");
    let untagged = format!("{}\n{elsewhere}", "A".repeat(43));
    for (what, text) in [
        ("nothing", String::new()),
        ("no line", "garbage".to_owned()),
        ("no tag", format!("\n{discovery}")),
        ("no content", "tag\n".to_owned()),
        ("a made-up tag", untagged),
        ("a changed letter", flipped),
        (
            "a tag of another key",
            packed(keys::SESSION[1], DISCOVERY, &elsewhere),
        ),
        (
            "a tag for another name",
            packed(keys::SESSION[0], JWKS, &elsewhere),
        ),
        ("another document under this name", good[JWKS].clone()),
        (
            "a document from the future",
            packed(keys::SESSION[0], DISCOVERY, &future),
        ),
        ("an older form", packed(keys::SESSION[0], DISCOVERY, &older)),
        (
            "our tag over nonsense",
            packed(keys::SESSION[0], DISCOVERY, "nonsense"),
        ),
        (
            "our tag over a broken document",
            packed(keys::SESSION[0], DISCOVERY, &jwks),
        ),
    ] {
        let world = World::new();
        put(&world, DISCOVERY, &text);
        world.forget();
        signs_in(&world);
        let happened = world.happened();
        let fetched = happened
            .calls()
            .iter()
            .filter(|call| call.contains("openid-conf"))
            .count();
        assert_eq!(fetched, 1, "{what} is a miss");
        assert!(
            happened.calls().iter().all(|call| !call.contains("stolen")),
            "{what}"
        );
        assert!(parts(&world, DISCOVERY)[2] == body, "{what} is replaced");
    }
}

#[test]
fn t68_rejects_a_key_set_that_was_planted_in_kv() {
    // An attacker who can write KV, but has no key of ours, plants the keys of their own provider.
    let clients = crate::world::Setup::default().registrations;
    let clients =
        simulator::provider::settings::Client::list_from_json(&json!(clients).to_string());
    let clients = clients.unwrap();
    let mut evil = Provider::new(Settings::new(ISSUER, clients));
    evil.set_automatic(simulator::provider::personas::Persona::find("kenneth"));
    let world = World::new();
    signs_in(&world);
    let [_, fresh, _] = parts(&world, JWKS);
    let request =
        simulator::http::Request::get("/.well-known/jwks.json").with_header("user-agent", "x");
    let keys = evil.handle(
        0,
        &request,
        &mut simulator::provider::client_keys::NoClientKeys,
    );
    let planted = [
        (world.now() + 1).to_string(),
        fresh,
        String::from_utf8(keys.body).unwrap(),
    ]
    .join("\n");
    put(&world, JWKS, &packed(keys::SESSION[1], JWKS, &planted));
    // Their tokens reach the edge, while the honest documents cannot be fetched.
    world.outside.provider.replace(evil);
    world.trouble(Trouble::CallNotSent, When::About("jwks.json"));
    world.pass(61);
    for new_isolate in [false, true] {
        if new_isolate {
            world.new_isolate();
        }
        world.forget();
        let mut browser = Browser::new();
        let shown = browser.open(&world, "/account/details");
        assert_eq!(shown.by, By::Edge);
        assert!(!browser.has_session());
        let lines = world.happened().lines();
        assert!(
            lines.contains(&"document_not_authentic: jwks".to_owned()),
            "{lines:?}"
        );
    }
}

#[test]
fn t68_when_kv_shows_an_older_document_then_it_never_replaces_a_newer_one() {
    let world = World::new();
    signs_in(&world);
    let old = world.outside.documents.borrow().clone();
    world.pass(120);
    world.provider().rotate(false);
    world.refresh();
    // A data centre far away still shows the old copies.
    world.outside.documents.replace(old);
    world.pass(61);
    world.forget();
    signs_in(&world);
    assert_eq!(world.happened().calls().len(), 2, "memory had the new keys");
}

#[test]
fn t68_when_another_isolate_stores_a_document_then_it_is_seen_within_a_minute() {
    let world = World::new();
    signs_in(&world);
    let first = world.isolate();
    world.pass(100);
    world.provider().rotate(false);
    world.new_isolate();
    world.refresh();
    world.outside.isolate.replace(first);
    world.forget();
    // The first isolate reads KV again before it uses its own copy, and does not fetch keys.
    signs_in(&world);
    let happened = world.happened();
    assert_eq!(happened.calls().len(), 2, "{:?}", happened.calls());
    assert!(happened.storage().0 > 0);
}

#[test]
fn t49_when_the_session_key_changes_then_documents_stay_authentic() {
    let world = World::new();
    signs_in(&world);
    world.deploy(|setup| {
        setup.set("SESSION_KEY_B", keys::SESSION[1]);
        setup.set("SESSION_KEY_ACTIVE", "B");
    });
    signs_in(&world);
    let happened = world.happened();
    assert!(
        !happened
            .lines()
            .iter()
            .any(|line| line.contains("not_authentic"))
    );
}
