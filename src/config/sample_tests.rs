//! A sound deployment of two services, to be broken one way at a time.

use serde_json::{Value, json};

use super::{Config, Fault, Host, Service, Vars};
use std::rc::Rc;

pub const CLIENT_A: &str = include_str!("../../tests/world/keys/test-client-a.json");
pub const CLIENT_B: &str = include_str!("../../tests/world/keys/test-client-b.json");
pub const ASSERTION_A: &str = include_str!("../../tests/world/keys/test-assertion-a.json");
pub const ASSERTION_B: &str = include_str!("../../tests/world/keys/test-assertion-b.json");

/// base64url of 32 bytes of A.
pub const SESSION_A: &str = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE";

/// The host of the service that tests break, and of the other.
pub const HOST: &str = "demo.example.gov.uk";
pub const OTHER: &str = "other.example.gov.uk";

/// A service with as little as it needs.
pub fn table(host: &str, client_id: &str) -> Value {
    json!({
        "host": host,
        "environment": "production",
        "client_id": client_id,
        "name": { "en": "A service", "cy": "Gwasanaeth" },
    })
}

/// The secrets of a service, in generation A.
pub fn add(vars: &mut Vars, id: &str, table: Value) {
    vars.insert(format!("SERVICE_{id}"), table);
    vars.insert(format!("CLIENT_KEY_{id}_A"), json!(CLIENT_A));
    vars.insert(format!("ASSERTION_KEY_{id}_A"), json!(ASSERTION_A));
}

/// Two sound services, `DEMO` and `OTHER`, and what they share.
pub fn vars() -> Vars {
    let mut vars = Vars::from_iter([
        ("DEPLOYMENT".to_owned(), json!("production")),
        ("SESSION_KEY_ACTIVE".to_owned(), json!("A")),
        ("SESSION_KEY_A".to_owned(), json!(SESSION_A)),
        ("DOCUMENTS".to_owned(), json!(true)),
        ("ASSETS".to_owned(), json!(true)),
        ("SIGN_IN_STARTS".to_owned(), json!(true)),
        ("ACCOUNTS".to_owned(), json!(true)),
    ]);
    add(&mut vars, "DEMO", table(HOST, "demo-client"));
    add(&mut vars, "OTHER", table(OTHER, "other-client"));
    vars
}

/// The same in the local environment, with one service.
pub fn local() -> Vars {
    let mut vars = vars();
    vars.remove("SERVICE_OTHER");
    vars.insert("DEPLOYMENT".to_owned(), json!("local"));
    set(&mut vars, "host", json!("localhost:8787"));
    set(&mut vars, "environment", json!("local"));
    set(&mut vars, "origin", json!("http://127.0.0.1:8789"));
    set(&mut vars, "issuer", json!("http://127.0.0.1:8788/"));
    set(
        &mut vars,
        "identity_issuer",
        json!("http://127.0.0.1:8788/"),
    );
    set(
        &mut vars,
        "did_url",
        json!("http://127.0.0.1:8788/did.json"),
    );
    set(&mut vars, "did_id", json!("did:web:127.0.0.1%3A8788"));
    vars
}

/// Sets a field of `DEMO`.
pub fn set(vars: &mut Vars, field: &str, value: Value) {
    vars.get_mut("SERVICE_DEMO").unwrap()[field] = value;
}

/// Takes a field of `DEMO` away.
pub fn unset(vars: &mut Vars, field: &str) {
    let table = vars.get_mut("SERVICE_DEMO").unwrap();
    table.as_object_mut().unwrap().remove(field);
}

/// The service of a host, which must be served.
pub fn served(config: &Config, host: &str) -> Rc<Service> {
    match config.host(host) {
        Some(Host::Service(service)) => Rc::clone(service),
        other => panic!("{host}: {other:?} {:?}", config.faults),
    }
}

/// `DEMO`, which must be sound.
pub fn demo(vars: &Vars) -> Rc<Service> {
    let config = Config::parse(vars);
    assert_eq!(config.faults, []);
    served(&config, HOST)
}

/// The faults, each as its service and field.
pub fn places(faults: &[Fault]) -> Vec<String> {
    let place = |fault: &Fault| {
        let service = fault.service.as_deref().unwrap_or("everything");
        format!("{service} {}", fault.field)
    };
    faults.iter().map(place).collect()
}

/// Whether a host is open.
pub fn is_open(config: &Config, host: &str) -> bool {
    matches!(config.host(host), Some(Host::Service(_)))
}

/// Whether a host is known and closed.
pub fn is_closed(config: &Config, host: &str) -> bool {
    matches!(config.host(host), Some(Host::Closed))
}
