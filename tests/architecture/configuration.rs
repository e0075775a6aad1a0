//! The tables of `docs/configuration.md` are the configuration: its fields and their defaults.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use one_login_edge::config::{Config, Vars};
use serde_json::{Value, json};

use crate::sources::{root, sources};

fn page() -> String {
    fs::read_to_string(root().join("docs/configuration.md")).expect("there is such a page")
}

/// The fields and defaults of the table under a heading of the page.
fn documented(heading: &str) -> BTreeMap<String, String> {
    let page = page();
    let start = page.lines().position(|line| line == heading);
    let start = start.unwrap_or_else(|| panic!("there is no heading {heading:?}"));
    let table: Vec<_> = page
        .lines()
        .skip(start + 1)
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert!(table.len() > 2, "there is no table under {heading:?}");
    assert!(
        table[0].starts_with("| field | default "),
        "the first columns are not field and default: {}",
        table[0]
    );
    let rows = table[2..].iter().map(|row| {
        let mut cells = row.split('|').skip(1).map(str::trim);
        let field = cells.next().unwrap().trim_matches('`').to_owned();
        (field, cells.next().unwrap().to_owned())
    });
    rows.collect()
}

fn fields(heading: &str) -> BTreeSet<String> {
    documented(heading).into_keys().collect()
}

/// Every text in the configuration's sources that could be the name of a field.
fn candidates() -> BTreeSet<String> {
    let own = sources("src/config");
    let own = own
        .iter()
        .filter(|source| !source.name().ends_with("_tests.rs"));
    own.flat_map(|source| {
        source
            .code()
            .map(|(_, line)| line.to_owned())
            .collect::<Vec<_>>()
    })
    .flat_map(|line| {
        line.split('"')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    })
    .filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
    .collect()
}

/// The candidates that the parser reads. Its own error message says when a name is not one of its fields.
fn read(candidates: BTreeSet<String>, table_with: impl Fn(&str) -> Value) -> BTreeSet<String> {
    let is_read = |field: &String| {
        let vars = Vars::from_iter([("SERVICE_DEMO".to_owned(), table_with(field))]);
        let faults = Config::parse(&vars).faults;
        let unknown =
            |text: String| text.contains("is not a field") && text.contains(&format!("{field}:"));
        !faults.iter().any(|fault| unknown(fault.to_string()))
    };
    candidates.into_iter().filter(is_read).collect()
}

#[test]
fn when_the_parser_reads_a_field_then_the_page_lists_it_and_no_other() {
    let service = read(candidates(), |field| json!({ field: "value" }));
    assert!(service.contains("host") && !service.contains("production"));
    assert_eq!(fields("## A service"), service);
    let route = read(
        candidates(),
        |field| json!({ "routes": [{ field: "value" }] }),
    );
    assert!(route.contains("path") && !route.contains("host"));
    assert_eq!(fields("## Routes"), route);
}

/// A service with keys of the tests, as the Worker reads it; its fields replace those of a table with every required field.
fn service(more: &Value) -> String {
    let key = |name: &str| {
        let path = root().join("tests/world/keys").join(name);
        json!(fs::read_to_string(path).unwrap())
    };
    let mut table = json!({
        "host": "demo.example.gov.uk", "environment": "production", "client_id": "demo", "name": "Demo",
        "routes": [{ "path": "/" }],
    });
    let fields = more.as_object().unwrap().clone();
    table.as_object_mut().unwrap().extend(fields);
    let vars = [
        ("DEPLOYMENT", json!("production")),
        ("SESSION_KEY_ACTIVE", json!("A")),
        ("SESSION_KEY_A", json!(format!("_{}A", "_".repeat(41)))),
        ("CLIENT_KEY_DEMO_A", key("test-client-a.json")),
        ("ASSERTION_KEY_DEMO_A", key("test-assertion-a.json")),
        ("DOCUMENTS", json!(true)),
        ("ACCOUNTS", json!(true)),
        ("SERVICE_DEMO", table),
    ];
    let vars: Vars = vars
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect();
    let config = Config::parse(&vars);
    assert!(config.faults.is_empty(), "{more}: {:?}", config.faults);
    format!("{:?}", config.services().next().unwrap())
}

/// A default as a value, where the page gives one and not words.
fn value(default: &str) -> Option<Value> {
    let text = default.strip_prefix('`')?.strip_suffix('`')?;
    let text = text.replace("<host>", "demo.example.gov.uk");
    Some(serde_json::from_str(&text).unwrap_or_else(|_| text.into()))
}

#[test]
fn when_the_page_states_a_default_then_the_parser_takes_it() {
    let (mut count, plain) = (0, service(&json!({})));
    for (field, default) in documented("## A service") {
        if let Some(value) = value(&default) {
            count += 1;
            assert_eq!(service(&json!({ &field: value })), plain, "{field}");
        }
    }
    // Some fields of a route have an effect only where an identity is asked for.
    let with_route = |route: Value| {
        service(&json!({ "registered_claims": ["coreIdentityJWT"], "routes": [route] }))
    };
    let route = with_route(json!({ "path": "/", "level": "Cl.Cm.P2" }));
    for (field, default) in documented("## Routes") {
        if let Some(value) = value(&default) {
            count += 1;
            let said = json!({ "path": "/", "level": "Cl.Cm.P2", &field: value });
            assert_eq!(with_route(said), route, "{field}");
        }
    }
    assert!(count > 15, "{count}");
    let other = service(&json!({ "session_idle_seconds": 60 }));
    assert_ne!(other, plain, "a difference would be seen");
}

#[test]
fn when_a_deployment_needs_a_variable_or_secret_then_the_page_names_it() {
    let page = page();
    for name in [
        "DEPLOYMENT",
        "SESSION_KEY_ACTIVE",
        "SESSION_KEY_A",
        "CLIENT_KEY_<ID>_A",
        "ASSERTION_KEY_<ID>_A",
        "CLIENT_SECRET_<ID>",
        "SERVICE_<ID>",
        "DOCUMENTS",
        "ACCOUNTS",
        "ACCOUNT_JURISDICTION",
    ] {
        assert!(
            page.contains(name),
            "docs/configuration.md does not say what {name} is"
        );
    }
}
