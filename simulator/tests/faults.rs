//! Every fault changes an answer, and only the place to which it belongs.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

use serde_json::{Value, json};
use simulator::http::Response;
use simulator::jose::{Unverified, at_hash, rsa_algorithm, verify_es256, verify_rsa};
use simulator::provider::fault::Fault;
use simulator::provider::fault::token_endpoint::TokenFault;
use simulator::provider::notification::Notice;
use support::identity::claim;
use support::{World, changed, parameters, registration};

/// Random parts of an answer are masked, so that two honest runs give the same text.
fn masked(text: &str, secrets: &[&str]) -> String {
    secrets
        .iter()
        .filter(|s| !s.is_empty())
        .fold(text.to_owned(), |text, secret| {
            // In a JSON body the secret has its escapes.
            let escaped = json!(secret).to_string();
            text.replace(escaped.trim_matches('"'), "<random>")
        })
}

fn whole(answer: &Response, secrets: &[&str]) -> String {
    let body = String::from_utf8_lossy(&answer.body);
    let headers: Vec<String> = answer
        .headers
        .iter()
        .map(|(n, v)| format!("{n}: {v}"))
        .collect();
    let text = format!(
        "{} {:?} {:?} {body}",
        answer.status, headers, answer.delivery
    );
    masked(&text, secrets)
}

/// Everything that can be seen of an ID token, with its random parts masked.
fn id_token(world: &mut World, token: &str, access_token: &str) -> String {
    let Some(parsed) = Unverified::parse(token) else {
        return format!(
            "not a token: {} parts, {} bytes",
            token.split('.').count(),
            token.len()
        );
    };
    let key = parsed
        .header_text("kid")
        .map(str::to_owned)
        .and_then(|kid| world.published(&kid));
    let genuine = key.is_some_and(|key| match parsed.header_text("alg") {
        Some("RS256") => verify_rsa(
            &key,
            rsa_algorithm("RS256").unwrap(),
            &parsed.signed,
            &parsed.signature,
        ),
        _ => verify_es256(&key, &parsed.signed, &parsed.signature),
    });
    let mut claims = parsed.claims.clone();
    claims.insert("sid".to_owned(), json!(claims.contains_key("sid")));
    if claims.get("at_hash").and_then(Value::as_str) == Some(at_hash(access_token).as_str()) {
        claims.insert("at_hash".to_owned(), json!("right"));
    }
    let mut header = parsed.header.clone();
    if genuine {
        header.insert("kid".to_owned(), json!("published"));
    }
    // The payload's raw length tells duplicate members, which a parser hides, from the plain ones.
    let raw = token.split('.').nth(1).unwrap().len();
    let zero = parsed.signature.iter().all(|b| *b == 0);
    format!(
        "{header:?} {claims:?} genuine={genuine} {} {zero} {raw}",
        parsed.signature.len()
    )
}

/// Everything that can be seen of the identity claims, with the core identity's random parts masked, and of the token.
fn identity(world: &mut World, fault: Option<Fault>) -> (String, String) {
    let name = claim("coreIdentityJWT");
    world.provider.set_fault(fault, None);
    let claims = world.asking_identity("P2", &["coreIdentityJWT", "address"]);
    // The way to the answer is honest, whatever is broken.
    world.provider.set_fault(None, None);
    let code = world.code_for(&claims);
    let tokens = world.tokens(&code).body_json();
    world.provider.set_fault(fault, None);
    let mut answer = world.userinfo(tokens["access_token"].as_str().unwrap());
    world.provider.set_fault(None, None);
    let body = answer.body_json();
    let Some(token) = body[&name].as_str() else {
        return (whole(&answer, &[]), "no text".to_owned());
    };
    answer.body = masked(&String::from_utf8_lossy(&answer.body), &[token]).into_bytes();
    let others = whole(&answer, &[]);
    let Some(parsed) = Unverified::parse(token) else {
        let seen = format!("{} parts, {} bytes", token.split('.').count(), token.len());
        return (others, seen);
    };
    let kid = parsed.header_text("kid").unwrap_or_default().to_owned();
    let genuine = world
        .did_key(&kid)
        .is_some_and(|key| verify_es256(&key, &parsed.signed, &parsed.signature));
    let mut header = parsed.header.clone();
    if genuine {
        header.insert("kid".to_owned(), json!("published"));
    }
    let raw = token.split('.').nth(1).unwrap().len();
    let zero = parsed.signature.iter().all(|b| *b == 0);
    let seen = format!(
        "{header:?} {:?} genuine={genuine} {} {zero} {raw}",
        parsed.claims,
        parsed.signature.len()
    );
    (others, seen)
}

/// Everything that can be seen of a logout notification, with its random parts masked.
fn notification(world: &mut World, fault: Option<Fault>) -> String {
    let notice = Notice {
        client_id: "demo".to_owned(),
        sub: "somebody".to_owned(),
        ..Notice::default()
    };
    let sent = world.provider.notify(world.now, &notice).unwrap();
    let noted = world.provider.deliveries().last().unwrap();
    let length = sent.body.len() + sent.uri.len();
    let parameters: Vec<(String, String)> =
        form_urlencoded::parse(&sent.body).into_owned().collect();
    let names: Vec<&String> = parameters.iter().map(|(name, _)| name).collect();
    let shape = format!(
        "{} {:?} {:?} {names:?} {length}",
        sent.method, sent.headers, noted.fault
    );
    let Some((_, token)) = parameters.iter().find(|(n, _)| n == "logout_token") else {
        return shape;
    };
    let jti = noted.jti.as_str().unwrap_or("no jti").to_owned();
    // The keys with which it is looked at are those of an honest provider.
    world.provider.set_fault(None, None);
    let seen = id_token(world, token, "").replace(&jti, "<random>");
    world.provider.set_fault(fault, None);
    format!("{shape} {seen}")
}

/// A whole sign-in and a look at every document, as one text for each place.
fn run(fault: Option<Fault>) -> Vec<(&'static str, String)> {
    let told = json!("http://localhost:8787/auth/backchannel-logout");
    let registered = changed(&registration(), "back_channel_logout_uri", told);
    let mut world = World::with(&[registered]);
    let kids = world.get("/.well-known/jwks.json").body_json();
    let secrets: Vec<String> = kids["keys"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|key| {
            ["kid", "x", "y", "n"].map(|name| key[name].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    let did = world.get("/.well-known/did.json").body_json();
    let method = &did["assertionMethod"][0];
    let mut secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    secrets.extend(["x", "y"].map(|name| method["publicKeyJwk"][name].as_str().unwrap()));
    secrets.push(method["id"].as_str().unwrap().split_once('#').unwrap().1);

    // An honest code is needed for what follows a broken redirect.
    let spare = world.code();
    world.provider.set_fault(fault, None);
    let (header, claims) = (world.header(), world.asking());
    let redirect = world.authorize(&header, &claims);
    let code = parameters(&redirect).remove("code").unwrap_or_default();
    let redirect_text = masked(
        redirect.header("location").unwrap(),
        &if code.len() == 43 {
            vec![code.as_str()]
        } else {
            vec![]
        },
    );
    let answer = world.tokens(&spare);
    let tokens = answer.body_json();
    let (access, id) = (
        tokens["access_token"].as_str().unwrap_or_default(),
        tokens["id_token"].as_str().unwrap_or_default(),
    );
    let token_text = whole(&answer, &[access, id]);
    world.provider.set_fault(None, None);
    let id_text = id_token(&mut world, id, access);
    let fresh = world.code();
    let honest = world.tokens(&fresh).body_json();
    world.provider.set_fault(fault, None);
    let userinfo = world.userinfo(honest["access_token"].as_str().unwrap());
    let notification = notification(&mut world, fault);
    let (identity, core_identity) = identity(&mut world, fault);
    world.provider.set_fault(fault, None);
    let mut document = |path: &str| whole(&world.get(path), &secrets);
    vec![
        ("discovery", document("/.well-known/openid-configuration")),
        ("jwks", document("/.well-known/jwks.json")),
        ("did", document("/.well-known/did.json")),
        ("authorisation", redirect_text),
        ("token", token_text),
        ("id token", id_text),
        ("userinfo", whole(&userinfo, &[])),
        ("notification", notification),
        ("identity", identity),
        ("core identity", core_identity),
    ]
}

#[test]
fn when_a_fault_is_set_then_it_breaks_its_own_place_and_no_other() {
    let honest = run(None);
    assert_eq!(honest, run(None), "two honest runs look the same");
    for fault in Fault::ALL {
        let broken = run(Some(*fault));
        let different: Vec<&str> = honest
            .iter()
            .zip(&broken)
            .filter(|(good, bad)| good != bad)
            .map(|(good, _)| good.0)
            .collect();
        // A fault of the token answer may show in the ID token inside it; nothing else reaches further.
        let places: &[&str] = match fault {
            Fault::Claim(_) | Fault::Form(_) => &["id token"],
            Fault::Token(_) => &["token", "id token"],
            // Where the userinfo answer is broken, so is what it says about identity.
            Fault::Userinfo(_) => &["userinfo", "identity", "core identity"],
            Fault::Identity(_) => &["identity", "core identity"],
            Fault::CoreClaim(_) => &["core identity"],
            // A token of another kind than text is no longer masked.
            Fault::CoreForm(_) => &["identity", "core identity"],
            Fault::Discovery(_) => &["discovery"],
            Fault::Jwks(_) => &["jwks"],
            Fault::Did(_) => &["did"],
            Fault::Authorisation(_) => &["authorisation"],
            Fault::Notification(_) => &["notification"],
        };
        let only_there = different.iter().all(|place| places.contains(place));
        assert!(
            !different.is_empty() && only_there,
            "{} changes {different:?}",
            fault.name()
        );
    }
}

#[test]
fn when_two_faults_are_set_in_turn_then_their_answers_differ() {
    let mut seen = std::collections::BTreeMap::new();
    for fault in Fault::ALL {
        let text = format!("{:?}", run(Some(*fault)));
        if let Some(other) = seen.insert(text, fault.name()) {
            panic!("{} and {other} look the same", fault.name());
        }
    }
}

#[test]
fn when_a_fault_meets_a_refusal_then_the_refusal_stays_and_the_fault_waits() {
    let mut world = World::new();
    world
        .provider
        .set_fault(Some(Fault::Token(TokenFault::Page)), Some(1));
    assert_eq!(
        world.tokens("made-up").body_json()["error"],
        "invalid_grant"
    );
    assert!(
        world.provider.fault().is_some(),
        "it waits for a good answer"
    );
    let code = world.code();
    assert_eq!(
        world.tokens(&code).header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert!(world.provider.fault().is_none(), "once was asked for");
    assert_eq!(
        world.tokens(&code).body_json()["error"],
        "invalid_grant",
        "the code was used up"
    );
}
