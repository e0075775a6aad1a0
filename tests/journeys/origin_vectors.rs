//! Tokens that the edge itself signs, written as vectors for the verifiers in `packages`.
//! `cargo edge test --only origins` runs those verifiers on them.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};
use simulator::jose::Unverified;

use crate::world::assertion::{keys, verified_for};
use crate::world::{Browser, By, SERVICE, World};

/// Another audience than the service's own address, so that the two cannot be mixed up unseen.
const AUDIENCE: &str = "https://origin.internal";

/// The headers that identify the person, in the documentation's spelling.
const HEADERS: [&str; 2] = ["One-Login-Assertion", "One-Login-Identity"];

/// The claims about an identity, in whichever header they are.
const CLAIMS: [&str; 5] = [
    "coreIdentity",
    "address",
    "passport",
    "drivingPermit",
    "returnCode",
];

/// The headers that the origin got for a path, as a vector that must be accepted.
fn vector(world: &World, browser: &mut Browser, path: &str) -> Value {
    world.forget();
    let shown = browser.open(world, path);
    assert_eq!((shown.by, shown.status), (By::Origin, 200), "{path}");
    let happened = world.happened();
    let reached = happened.reached().pop().unwrap();
    let [assertion] = reached.assertions()[..] else {
        panic!("{path} has not one assertion");
    };
    let person = verified_for(world, assertion, AUDIENCE).person;
    let headers = HEADERS.into_iter();
    let headers = headers.filter_map(|name| Some((name, reached.header(&name.to_lowercase())?)));
    let headers: Vec<_> = headers.collect();
    let claims = headers.iter().flat_map(|(_, token)| {
        let claims = Unverified::parse(token).unwrap().claims.into_iter();
        claims.filter(|(name, _)| CLAIMS.contains(&name.as_str()))
    });
    let identity: Map<_, _> = claims.collect();
    json!({
        "name": format!("the edge's own, for {path} at {}", world.now()),
        "now": world.now(),
        "method": "GET",
        "path": path,
        "bound": false,
        "headers": headers,
        "outcome": "accepted",
        "person": {
            "sub": person.sub,
            "sid": person.sid,
            "vot": person.vot,
            "email": person.email,
            "identity": (!identity.is_empty()).then_some(identity),
        },
    })
}

/// The same with a change, as a vector that must be refused.
fn refused(accepted: &Value, name: &str, reason: &str, field: &str, value: Value) -> Value {
    let mut vector = accepted.clone();
    vector["name"] = format!("the edge's own, {name}").into();
    vector["outcome"] = "refused".into();
    vector["reason"] = reason.into();
    vector["status"] = 401.into();
    vector["page"] = false.into();
    vector[field] = value;
    vector.as_object_mut().unwrap().remove("person");
    vector
}

/// A person of this many addresses who has proved their identity, at a path and half an hour later.
fn proved(addresses: usize, path: &str) -> [Value; 2] {
    let world = World::with(|setup| {
        setup.prove_identities();
        setup.field("origin_audience", AUDIENCE);
        setup.field("session_idle_seconds", 20_000);
    });
    world.addresses(addresses);
    let mut browser = Browser::new();
    let now = vector(&world, &mut browser, path);
    world.pass(1_800);
    let mut vectors = [now, vector(&world, &mut browser, path)];
    for vector in &mut vectors {
        let name = vector["name"].as_str().unwrap();
        vector["name"] = format!("{name} with {addresses} addresses").into();
    }
    vectors
}

/// An assertion that names its request, and the same one with other requests.
fn bound() -> Vec<Value> {
    let world = World::with(|setup| {
        setup.field("origin_audience", AUDIENCE);
        setup.field("bind", true);
    });
    let mut browser = Browser::new();
    let path = "/account/b%20c";
    let mut accepted = vector(&world, &mut browser, path);
    accepted["bound"] = true.into();
    accepted["path"] = format!("{path}?of=no&interest").into();
    accepted["name"] = "the edge's own, bound to its request".into();
    let others = [
        ("POST", path),
        ("GET", "/account/b"),
        ("GET", "/account/b%20C"),
    ];
    let others = others.map(|(method, target)| {
        let name = format!("bound to another request than {method} {target}");
        let mut other = refused(&accepted, &name, "wrong_request", "method", method.into());
        other["path"] = target.into();
        other
    });
    [accepted].into_iter().chain(others).collect()
}

/// Identities in the assertion, in a header of their own, too large for both, and expired; and forgeries of each.
fn identities() -> Vec<Value> {
    let [here, gone] = proved(1, "/apply/form");
    let [beside, gone_too] = proved(35, "/apply/form");
    let [too_large, _] = proved(70, "/apply/form");
    let [name, _] = proved(2, "/apply/name");
    for (vector, addresses) in [(&here, 1), (&beside, 35)] {
        let identity = &vector["person"]["identity"];
        assert!(identity["coreIdentity"].is_object(), "{identity}");
        assert_eq!(identity["address"].as_array().unwrap().len(), addresses);
        assert_eq!(vector["person"]["vot"], "Cl.Cm.P2");
    }
    assert_eq!(name["person"]["identity"].as_object().unwrap().len(), 1);
    for without in [&gone, &gone_too, &too_large] {
        assert!(without["person"]["identity"].is_null());
    }
    let [assertion, identity] = &beside["headers"].as_array().unwrap()[..] else {
        panic!("there are not two headers");
    };
    let another = |vector: &Value| vector["headers"][0].clone();
    let headers = [
        (
            "without the second header",
            "wrong_identity",
            json!([assertion]),
        ),
        (
            "only the second header",
            "wrong_identity",
            json!([identity]),
        ),
        (
            "the second header twice",
            "malformed",
            json!([assertion, identity, identity]),
        ),
        (
            "the second header next to claims",
            "wrong_identity",
            json!([another(&here), identity]),
        ),
        (
            "an assertion in the second header",
            "wrong_type",
            json!([assertion, [HEADERS[1], another(&here)[1]]]),
        ),
    ];
    let refused =
        headers.map(|(name, reason, headers)| refused(&beside, name, reason, "headers", headers));
    let accepted = [here, beside, gone, gone_too, too_large, name];
    accepted.into_iter().chain(refused).collect()
}

#[test]
fn t56_when_the_edge_signs_then_vectors_for_every_verifier_are_written() {
    let world = World::with(|setup| setup.field("origin_audience", AUDIENCE));
    let mut browser = Browser::new();
    browser.open(&world, "/account/details");
    let mut vectors: Vec<_> = ["/account/details", "/whoami", "/anything/else", "/wallet"]
        .map(|path| vector(&world, &mut browser, path))
        .into();
    let first = vectors[0].clone();
    assert!(first["person"]["email"].is_string() && vectors[2]["person"]["email"].is_null());
    let over = first["now"].as_i64().unwrap() + 60;
    vectors.push(refused(
        &first,
        "a minute later",
        "expired",
        "now",
        over.into(),
    ));
    let twice = vec![first["headers"][0].clone(); 2];
    vectors.push(refused(
        &first,
        "twice",
        "malformed",
        "headers",
        twice.into(),
    ));
    vectors.extend(identities());
    vectors.extend(bound());
    let document = json!({
        "issuer": SERVICE,
        "audience": AUDIENCE,
        "public": [],
        "published": { "both": { "keys": keys(&world) } },
        "vectors": vectors,
    });
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("origin-vectors.json");
    fs::write(file, document.to_string()).unwrap();
}
