//! Whole rotations with real keys: after every step the Worker reads what is deployed then without a fault, and signs
//! with the key that the files say.

use super::answer;
use super::cloudflare::Machine;
use super::leak_tests::machine;
use super::when::{HOUR, Time};
use super::world_tests::{Directory, START, parse};
use one_login_edge::config::{Config, Vars};
use serde_json::{Value, json};
use std::fs;

/// The configuration that the Worker parses from the checkout's `wrangler.toml` and the secrets at Cloudflare.
fn deployed(directory: &Directory) -> Config {
    let file: Value = toml::from_str(&directory.read("wrangler.toml")).unwrap();
    let integration = &file["env"]["integration"];
    let secrets = fs::read_to_string(directory.0.join("cloudflare.json")).unwrap();
    let secrets: Vars = serde_json::from_str(&secrets).unwrap();
    for name in integration["secrets"]["required"].as_array().unwrap() {
        let name = name.as_str().unwrap();
        assert!(
            secrets.contains_key(name),
            "{name} is required and not there"
        );
    }
    let mut vars: Vars = integration["vars"]
        .as_object()
        .unwrap()
        .clone()
        .into_iter()
        .collect();
    vars.extend(secrets);
    vars.extend(["DOCUMENTS", "ACCOUNTS"].map(|name| (name.to_owned(), json!(true))));
    Config::parse(&vars)
}

fn judge(directory: &Directory, step: &str) {
    let config = deployed(directory);
    assert!(config.faults.is_empty(), "{step}: {:?}", config.faults);
    let (session, _) = config.ring.as_ref().unwrap().fingerprint();
    let service = config.services().next().unwrap();
    let own: Value = serde_json::from_str(&directory.read("keys/DEMO-integration.json")).unwrap();
    let shared: Value = serde_json::from_str(&directory.read("keys/integration.json")).unwrap();
    for (kind, keys) in [
        ("client", &service.client_keys),
        ("assertion", &service.assertion_keys),
    ] {
        let generations = own[kind]["generations"].as_object().unwrap();
        let slot = keys.generation.letter().to_string();
        assert_eq!(
            generations[&slot]["kid"],
            keys.active.key_id.as_str(),
            "{step}"
        );
        assert_eq!(generations.len(), keys.all().count(), "{step}");
    }
    let generations = shared["session"]["generations"].as_object().unwrap();
    assert!(
        generations.contains_key(&session.letter().to_string()),
        "{step}"
    );
}

#[test]
fn when_keys_are_rotated_then_the_worker_has_a_key_at_every_step() {
    let directory = Directory::new();
    let places = machine(&directory);
    let outside = Machine::new(&places);
    let run = |line: &str, now: Time| {
        let line = format!("{line} --service DEMO --env integration");
        if let Err(error) = answer(&outside, &directory.tree(), &parse(&line), None, now) {
            panic!("{line}: {error:#}");
        }
        judge(&directory, &line);
    };
    let mut now = START;
    run("new", now);
    // There and back again, so that both slots have been both.
    for kind in ["client", "session", "assertion", "client", "session"] {
        run(&format!("rotate {kind} --write"), now);
        now = now.after(24 * HOUR);
        run(&format!("rotate {kind} --write"), now);
        run(&format!("rotate {kind} --write --deployed"), now);
        now = now.after(24 * HOUR);
        run(&format!("rotate {kind} --write --deployed"), now);
    }
    for kind in ["client", "session", "assertion"] {
        run(&format!("rotate {kind} --write"), now);
        run(&format!("rotate {kind} --emergency --write"), now);
    }
}
