//! `wrangler.toml` is sound: the parser that runs in the Worker reads it here, with test secrets in
//! place of the real ones, and what Cloudflare itself is told is checked beside it.
//!
//! A team edits this file for its own service, so each check says what is wrong in words.

use serde_json::{Value, json};

use super::sample::{ASSERTION_A, CLIENT_A, SESSION_A};
use super::{Config, Vars};

const FILE: &str = include_str!("../../wrangler.toml");

/// The class of the account object.
const ACCOUNT_CLASS: &str = "AccountObject";

/// The limits by the names of their bindings.
const LIMITS: [&str; 2] = ["SIGN_IN_STARTS", "REFUSED_NOTIFICATIONS"];

fn document() -> Value {
    toml::from_str(FILE).unwrap()
}

/// Everything that is wrong with a `wrangler.toml`.
fn complaints(document: &Value) -> Vec<String> {
    let mut found = whole_file(document);
    let environments = document["env"].as_object().cloned().unwrap_or_default();
    for name in ["integration", "production"] {
        match environments.get(name) {
            Some(environment) => found.extend(
                environment_is_sound(name, environment)
                    .into_iter()
                    .map(|complaint| format!("env.{name}: {complaint}")),
            ),
            None => found.push(format!("env.{name} is missing")),
        }
    }
    found
}

fn whole_file(document: &Value) -> Vec<String> {
    let mut found = placed(document);
    let services = document["vars"].as_object().into_iter().flatten();
    for (name, _) in services.filter(|(name, _)| name.starts_with("SERVICE_")) {
        found.push(format!(
            "{name} stands at the top level, where no environment would have it"
        ));
    }
    if document.get("routes").or(document.get("route")).is_some() {
        found.push("a route at the top level belongs to no environment".to_owned());
    }
    let date = document["compatibility_date"].as_str().unwrap_or_default();
    if date.len() != "2026-01-01".len() {
        found.push("compatibility_date is not pinned".to_owned());
    }
    for key in ["compatibility_flags", "cache", "account_id"] {
        if document.get(key).is_some() {
            found.push(format!("{key} must not be set"));
        }
    }
    found
}

/// What has to stand at the top level and in each environment, because wrangler inherits little.
fn placed(place: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for key in ["workers_dev", "preview_urls"] {
        if place[key] != json!(false) {
            found.push(format!("{key} must be false"));
        }
    }
    // Cloudflare's own logs must not hold what names a person.
    let observability = &place["observability"];
    for (path, wanted) in [
        ("/redact_query_string", true),
        ("/logs/invocation_logs", false),
        ("/traces/enabled", false),
    ] {
        if observability.pointer(path) != Some(&json!(wanted)) {
            found.push(format!("observability{path} must be {wanted}"));
        }
    }
    if place["triggers"]["crons"]
        .as_array()
        .is_none_or(Vec::is_empty)
    {
        found.push("triggers.crons must fetch the documents every hour".to_owned());
    }
    if !bindings(place).contains(&"DOCUMENTS".to_owned()) {
        found.push("the KV namespace DOCUMENTS is not bound".to_owned());
    }
    if place["durable_objects"]["bindings"]
        != json!([{ "name": "ACCOUNTS", "class_name": ACCOUNT_CLASS }])
    {
        found.push(format!("ACCOUNTS is not bound to {ACCOUNT_CLASS}"));
    }
    if place["migrations"] != json!([{ "tag": "v1", "new_sqlite_classes": [ACCOUNT_CLASS] }]) {
        found.push(format!(
            "migrations do not make {ACCOUNT_CLASS} a class on SQLite"
        ));
    }
    found.extend(limits(place));
    if place.get("cache").is_some() {
        found.push("cache must stay off: it answers before the Worker does".to_owned());
    }
    found
}

fn list(place: &Value, pointer: &str) -> Vec<Value> {
    let list = place.pointer(pointer).and_then(Value::as_array);
    list.cloned().unwrap_or_default()
}

/// The two limits, generous enough for an office behind one address.
fn limits(place: &Value) -> Vec<String> {
    let limits = list(place, "/ratelimits");
    let is_there = |name: &str| {
        let named = limits.iter().filter(|limit| limit["name"] == json!(name));
        let fine = |limit: &Value| {
            limit["namespace_id"].is_string()
                && limit["simple"]["period"] == json!(60)
                && limit["simple"]["limit"].as_i64() >= Some(100)
        };
        named.map(fine).collect::<Vec<_>>() == [true]
    };
    LIMITS
        .into_iter()
        .filter(|name| !is_there(name))
        .map(|name| format!("the limit {name} is not as it should be"))
        .collect()
}

/// The bindings of a place, by the names under which the Worker sees them.
fn bindings(place: &Value) -> Vec<String> {
    [
        ("/kv_namespaces", "binding"),
        ("/services", "binding"),
        ("/durable_objects/bindings", "name"),
    ]
    .into_iter()
    .flat_map(|(kind, name)| {
        let of_kind = list(place, kind).into_iter();
        of_kind.filter_map(move |binding| Some(binding[name].as_str()?.to_owned()))
    })
    .collect()
}

fn environment_is_sound(name: &str, environment: &Value) -> Vec<String> {
    let mut found = placed(environment);
    let mut vars: Vars = environment["vars"]
        .as_object()
        .map(|vars| vars.clone().into_iter().collect())
        .unwrap_or_default();
    if vars.get("DEPLOYMENT") != Some(&json!(name)) {
        found.push(format!("DEPLOYMENT must be {name:?}"));
    }
    for (variable, _) in vars.iter().filter(|(variable, _)| is_secret(variable)) {
        found.push(format!(
            "{variable} is a secret and stands where anybody can read it"
        ));
    }
    vars.extend(
        bindings(environment)
            .into_iter()
            .map(|binding| (binding, json!(true))),
    );
    let secrets = environment["secrets"]["required"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    for secret in secrets.iter().filter_map(Value::as_str) {
        vars.insert(secret.to_owned(), json!(test_secret(secret)));
    }
    let config = Config::parse(&vars);
    found.extend(config.faults.iter().map(ToString::to_string));
    found.extend(config.warnings.iter().map(ToString::to_string));
    let routes = environment["routes"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let patterns: Vec<_> = routes
        .iter()
        .filter_map(|route| route["pattern"].as_str())
        .collect();
    for service in config.services() {
        for host in std::iter::once(&service.host).chain(&service.aliases) {
            if !patterns.contains(&format!("{host}/*").as_str()) {
                found.push(format!("no route takes the whole of {host}"));
            }
        }
    }
    let hosts: Vec<_> = patterns
        .iter()
        .filter_map(|pattern| pattern.strip_suffix("/*"))
        .collect();
    if hosts.len() != patterns.len() || hosts.iter().any(|host| config.host(host).is_none()) {
        found.push("a route takes less than a host, or a host that is no service".to_owned());
    }
    found
}

fn is_secret(name: &str) -> bool {
    let secret = [
        "SESSION_KEY_",
        "CLIENT_KEY_",
        "ASSERTION_KEY_",
        "CLIENT_SECRET_",
    ];
    name != "SESSION_KEY_ACTIVE" && secret.iter().any(|prefix| name.starts_with(prefix))
}

fn test_secret(name: &str) -> &'static str {
    match name {
        _ if name.starts_with("SESSION_KEY_") => SESSION_A,
        _ if name.starts_with("CLIENT_KEY_") => CLIENT_A,
        _ if name.starts_with("ASSERTION_KEY_") => ASSERTION_A,
        _ => "a-secret",
    }
}

#[test]
fn t84_the_file_is_sound() {
    assert_eq!(complaints(&document()), Vec::<String>::new());
}

/// A place in the file, what is done to it, and a part of the complaint that must follow.
const BROKEN: &str = r#"
    /workers_dev                                    | true                | workers_dev
    /preview_urls                                   | true                | preview_urls
    /compatibility_flags                            | ["nodejs_compat"]   | compatibility_flags
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
fn t84_whoever_breaks_the_file_is_told() {
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
fn t84_the_names_in_the_file_are_those_that_the_worker_uses() {
    let object = include_str!("../edge/account.rs");
    assert!(object.contains(&format!("\npub struct {ACCOUNT_CLASS} ")));
    let platform = include_str!("../edge/platform.rs");
    for name in LIMITS {
        assert!(platform.contains(&format!("\"{name}\"")), "{name}");
    }
}

#[test]
fn t84_no_two_limits_share_their_counters() {
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
fn t84_the_two_environments_are_two_clients_at_two_hosts() {
    let document = document();
    let of = |environment: &str, field: &str| {
        let place = format!("/env/{environment}/vars/SERVICE_DEMO/{field}");
        document.pointer(&place).cloned().unwrap()
    };
    for field in ["host", "client_id", "environment"] {
        assert_ne!(of("integration", field), of("production", field), "{field}");
    }
}
