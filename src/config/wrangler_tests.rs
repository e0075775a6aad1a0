//! `wrangler.toml` is sound, and whoever breaks it is told.

use serde_json::Value;

use crate::config::wrangler_rules::{ACCOUNT_CLASS, LIMITS, complaints, list};

const FILE: &str = include_str!("../../wrangler.toml");

fn document() -> Value {
    toml::from_str(FILE).unwrap()
}

#[test]
fn t84_when_wrangler_toml_is_read_then_it_has_no_complaints() {
    assert_eq!(complaints(&document()), Vec::<String>::new());
}

#[test]
fn when_the_example_of_several_services_is_read_then_it_has_no_complaints() {
    let example = include_str!("../../examples/department/wrangler.toml");
    let document: Value = toml::from_str(example).unwrap();
    assert_eq!(complaints(&document), Vec::<String>::new());
}

/// A place in the file, what is done to it, and a part of the complaint that must follow.
const BROKEN: &str = r#"
    /workers_dev                                    | true                | workers_dev
    /preview_urls                                   | true                | preview_urls
    /compatibility_flags                            | ["nodejs_compat"]   | compatibility_flags
    /compatibility_flags                            | ["no_nodejs_compat"] | compatibility_flags
    /compatibility_flags                            | absent              | compatibility_flags
    /compatibility_date                             | absent              | compatibility_date
    /vars/SERVICE_DEMO                              | {}                  | top level
    /routes                                         | []                  | top level
    /observability/redact_query_string              | false               | redact_query_string
    /observability/logs/invocation_logs             | true                | invocation_logs
    /observability/traces/enabled                   | true                | traces
    /env/production                                 | absent              | env.production is missing
    /env/ENV/workers_dev                            | absent              | workers_dev
    /env/ENV/preview_urls                           | true                | preview_urls
    /env/ENV/observability/redact_query_string      | absent              | redact_query_string
    /env/ENV/observability/logs/invocation_logs     | true                | invocation_logs
    /env/ENV/observability/traces/enabled           | absent              | traces
    /env/ENV/triggers/crons                         | []                  | crons
    /env/ENV/kv_namespaces                          | absent              | DOCUMENTS
    /env/ENV/kv_namespaces/0/binding                | "OTHER"             | DOCUMENTS
    /env/ENV/durable_objects                        | absent              | ACCOUNTS
    /env/ENV/durable_objects/bindings/0/name        | "ACCOUNT"           | ACCOUNTS
    /env/ENV/durable_objects/bindings/0/class_name  | "Account"           | AccountObject
    /env/ENV/assets                                 | absent              | assets must
    /env/ENV/assets/run_worker_first                | false               | assets must
    /env/ENV/assets/html_handling                   | absent              | assets must
    /env/ENV/migrations                             | absent              | migrations
    /env/ENV/migrations/0/tag                       | "v2"                | migrations
    /env/ENV/migrations/0/new_sqlite_classes        | []                  | migrations
    /env/ENV/migrations/0                           | { "tag": "v1", "new_classes": ["AccountObject"] } | migrations
    /env/ENV/ratelimits                             | absent              | SIGN_IN_STARTS
    /env/ENV/ratelimits/1/name                      | "OTHER"             | REFUSED_NOTIFICATIONS
    /env/ENV/ratelimits/0/simple/limit              | 5                   | SIGN_IN_STARTS
    /env/ENV/ratelimits/0/simple/period             | 10                  | SIGN_IN_STARTS
    /env/ENV/vars/ACCOUNT_JURISDICTION              | "us"                | ACCOUNT_JURISDICTION
    /env/ENV/cache                                  | { "enabled": true } | cache
    /env/ENV/secrets/required                       | []                  | SESSION_KEY_A
    /env/ENV/secrets/required                       | ["SESSION_KEY_A"]   | CLIENT_KEY_DEMO_A
    /env/ENV/vars/DEPLOYMENT                        | "local"             | DEPLOYMENT
    /env/ENV/vars/DEPLOYMENT                        | absent              | DEPLOYMENT
    /env/ENV/vars/SESSION_KEY_ACTIVE                | "B"                 | SESSION_KEY_B
    /env/ENV/vars/SESSION_KEY_A                     | "secret"            | anybody can read
    /env/ENV/vars/CLIENT_KEY_DEMO_A                 | "{}"                | anybody can read
    /env/ENV/vars/SERVICE_DEMO                      | absent              | there is no service
    /env/ENV/vars/SERVICE_DEMO/environment          | "local"             | environment
    /env/ENV/vars/SERVICE_DEMO/host                 | "new.example"       | no route takes
    /env/ENV/vars/SERVICE_DEMO/aliases              | ["www.example"]     | no route takes
    /env/ENV/vars/SERVICE_DEMO/issuer               | "https://x.example/"| issuer
    /env/ENV/vars/SERVICE_DEMO/scopes               | ["openid", "x"]     | scopes
    /env/ENV/vars/SERVICE_DEMO/route                | []                  | route
    /env/ENV/vars/SERVICE_DEMO/session_idle_seconds | 600                 | session_idle_seconds
    /env/ENV/vars/SERVICE_DEMO/origin               | "binding:BACKEND"   | BACKEND
    /env/ENV/vars/SERVICE_DEMO/routes/0/access      | "open"              | routes[0].access
    /env/ENV/routes                                 | absent              | no route takes
    /env/ENV/routes/0/pattern                       | "demo.example.gov.uk/account/*" | less than a host
"#;

#[test]
fn t84_rejects_each_broken_value_of_wrangler_toml_with_its_reason() {
    for line in BROKEN.lines().filter(|line| !line.trim().is_empty()) {
        let fields: Vec<_> = line.split('|').map(str::trim).collect();
        let [place, value, expected] = fields[..] else {
            panic!("{line}");
        };
        for environment in ["integration", "production"] {
            let place = place.replace("ENV", environment);
            let mut document = document();
            change(&mut document, &place, value);
            let found = complaints(&document);
            let told = found.iter().any(|complaint| complaint.contains(expected));
            assert!(told, "{place} = {value}: {found:?}");
        }
    }
}

/// Sets a place of the file, or takes it away.
fn change(document: &mut Value, place: &str, value: &str) {
    let (parent, name) = place.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap();
    if value == "absent" {
        let gone = parent.as_object_mut().unwrap().remove(name);
        assert!(gone.is_some(), "{place} was there");
        return;
    }
    let value: Value = serde_json::from_str(value).unwrap();
    match parent {
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        parent => parent[name] = value,
    }
}

#[test]
fn t84_when_wrangler_toml_names_a_class_or_limit_then_the_worker_uses_that_name() {
    let entry = include_str!("../edge/main.js");
    assert!(entry.contains(&format!("\nexport class {ACCOUNT_CLASS} ")));
    let platform = include_str!("../edge/platform.rs");
    for name in LIMITS {
        assert!(platform.contains(&format!("\"{name}\"")), "{name}");
    }
}

#[test]
fn t84_when_limits_are_listed_then_no_two_share_their_counters() {
    let document = document();
    let places = [
        &document,
        &document["env"]["integration"],
        &document["env"]["production"],
    ];
    let mut ids: Vec<_> = places
        .iter()
        .flat_map(|place| list(place, "/ratelimits"))
        .map(|limit| limit["namespace_id"].to_string())
        .collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!((all, ids.len()), (6, 6));
}

#[test]
fn t84_when_two_environments_are_listed_then_they_are_two_clients_at_two_hosts() {
    let document = document();
    let of = |environment: &str, field: &str| {
        let place = format!("/env/{environment}/vars/SERVICE_DEMO/{field}");
        document.pointer(&place).cloned().unwrap()
    };
    for field in ["host", "client_id", "environment"] {
        assert_ne!(of("integration", field), of("production", field), "{field}");
    }
}
