//! The committed files: their exact form, and what is refused.

use super::state::{File, thumbprint};
use super::world_tests::{START, World, snapshot};
use serde_json::{Value, json};

#[test]
fn when_key_files_are_written_then_they_are_stable_and_hold_no_secret() {
    let world = World::new();
    world.say("new");
    world.say("rotate client --write");
    world.say("rotate session --write");
    for (name, file) in [
        ("file-of-a-service", "keys/DEMO-integration.json"),
        ("file-of-a-deployment", "keys/integration.json"),
    ] {
        let text = world.directory.read(file);
        snapshot(name, &text);
        assert_eq!(File::parse(&text).unwrap().to_text().unwrap(), text);
    }
}

/// The file of a new service, changed.
fn changed(change: impl Fn(&mut Value)) -> String {
    let world = World::new();
    world.say("new");
    let mut file = world.file("keys/DEMO-integration.json");
    change(&mut file);
    match File::parse(&file.to_string()) {
        Ok(_) => String::new(),
        Err(error) => format!("{error:#}"),
    }
}

#[test]
fn rejects_a_damaged_key_file_with_the_reason() {
    assert_eq!(changed(|_| {}), "");
    let key = "/client/generations/A";
    for (slot, value, reason) in [
        (format!("{key}/kid"), json!("other"), "not the thumbprint"),
        (format!("{key}/kid"), Value::Null, "belong together"),
        (
            format!("{key}/public_jwk/e"),
            json!("AQAC"),
            "not the thumbprint",
        ),
        (
            format!("{key}/public_jwk/kty"),
            json!("oct"),
            "neither RSA nor P-256",
        ),
        (format!("{key}/made_at"), json!("yesterday"), "not a time"),
        (
            "/client/active".into(),
            json!("B"),
            "generation B is not in it",
        ),
        ("/client/active".into(), json!("C"), "not a file of keys"),
    ] {
        let error = changed(|file| *file.pointer_mut(&slot).unwrap() = value.clone());
        assert!(error.contains(reason), "{slot}: {error}");
    }
    let misspelt = changed(|file| file["client"]["actve"] = json!("A"));
    assert!(misspelt.contains("unknown field"), "{misspelt}");
}

#[test]
fn rejects_a_key_file_with_a_private_member_without_repeating_it() {
    let error =
        changed(|file| file["client"]["generations"]["A"]["public_jwk"]["d"] = json!("hush"));
    assert!(
        error.contains("other members") && !error.contains("hush"),
        "{error}"
    );
}

#[test]
fn when_the_example_key_of_rfc_7638_3_1_is_hashed_then_its_thumbprint_is_computed() {
    let key = json!({
        "e": "AQAB", "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    });
    assert_eq!(
        thumbprint(&key).unwrap(),
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    );
}

#[test]
fn when_cloudflare_refuses_a_change_then_no_key_file_changes() {
    let world = World::new();
    world.say("new");
    let before = world.directory.read("keys/DEMO-integration.json");
    world.outside.refuses.set(true);
    world.refusal("rotate client --write");
    world.refusal("rotate client --emergency --write");
    assert_eq!(world.directory.read("keys/DEMO-integration.json"), before);
    let entries = std::fs::read_dir(world.directory.tree().join("keys")).unwrap();
    assert_eq!(entries.count(), 2, "a file was left behind");
    assert_eq!(world.now.get(), START);
}
