//! Every secret of a service broken one way at a time.

use serde_json::{Value, json};

use super::Config;
use crate::config::sample::*;

/// A secret of the service and a wrong value for it.
const SECRETS: &[(&str, &str)] = &[
    ("CLIENT_KEY_DEMO_A", "not JSON"),
    ("CLIENT_KEY_DEMO_A", "[]"),
    ("CLIENT_KEY_DEMO_A", "{}"),
    ("CLIENT_KEY_DEMO_A", ""),
    ("CLIENT_KEY_DEMO_A", ASSERTION_A),
    ("CLIENT_KEY_DEMO_B", "not JSON"),
    ("CLIENT_KEY_DEMO_B", CLIENT_A),
    ("ASSERTION_KEY_DEMO_A", CLIENT_A),
    ("ASSERTION_KEY_DEMO_A", "-----BEGIN PRIVATE KEY-----"),
    ("ASSERTION_KEY_DEMO_B", "{}"),
    ("ASSERTION_KEY_DEMO_B", ASSERTION_A),
];

#[test]
fn t84_rejects_a_wrong_secret_with_one_fault_and_never_shows_it() {
    for (name, value) in SECRETS {
        let mut vars = vars();
        vars.insert((*name).to_owned(), json!(value));
        let config = Config::parse(&vars);
        assert_eq!(places(&config.faults), [format!("DEMO {name}")], "{value}");
        assert!(is_closed(&config, HOST) && is_open(&config, OTHER));
        let text = config.faults[0].to_string();
        assert!(text.starts_with(&format!("{name}: ")), "{text}");
        assert!(value.len() < 3 || !text.contains(value), "{text}");
    }
}

#[test]
fn t84_rejects_a_secret_that_is_missing_or_no_text_with_one_fault() {
    for name in ["CLIENT_KEY_DEMO_A", "ASSERTION_KEY_DEMO_A"] {
        for value in [
            None,
            Some(json!({ "kty": "RSA" })),
            Some(json!(7)),
            Some(json!(true)),
        ] {
            let mut vars = vars();
            vars.remove(name);
            vars.extend(value.clone().map(|value| (name.to_owned(), value)));
            let config = Config::parse(&vars);
            assert_eq!(
                places(&config.faults),
                [format!("DEMO {name}")],
                "{value:?}"
            );
            assert!(is_closed(&config, HOST) && is_open(&config, OTHER));
        }
    }
}

#[test]
fn t84_rejects_a_key_that_is_weak_or_public() {
    let weakened = |jwk: &str, change: fn(&mut Value)| {
        let mut jwk: Value = serde_json::from_str(jwk).unwrap();
        change(&mut jwk);
        jwk.to_string()
    };
    for (name, value) in [
        (
            "CLIENT_KEY_DEMO_A",
            weakened(CLIENT_A, |key| key["e"] = json!("Aw")),
        ),
        (
            "CLIENT_KEY_DEMO_A",
            weakened(CLIENT_A, |key| key["n"] = json!("_____w")),
        ),
        (
            "CLIENT_KEY_DEMO_A",
            weakened(CLIENT_A, |key| key["d"] = Value::Null),
        ),
        (
            "CLIENT_KEY_DEMO_A",
            weakened(CLIENT_A, |key| key["qi"] = Value::Null),
        ),
        (
            "ASSERTION_KEY_DEMO_A",
            weakened(ASSERTION_A, |key| key["d"] = Value::Null),
        ),
        (
            "ASSERTION_KEY_DEMO_A",
            weakened(ASSERTION_A, |key| key["crv"] = json!("P-384")),
        ),
        (
            "ASSERTION_KEY_DEMO_A",
            weakened(ASSERTION_A, |key| key["x"] = json!("AA")),
        ),
    ] {
        let mut vars = vars();
        vars.insert(name.to_owned(), json!(value));
        let config = Config::parse(&vars);
        assert_eq!(places(&config.faults), [format!("DEMO {name}")]);
    }
}
