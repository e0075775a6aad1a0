//! The rules for a `wrangler.toml`: the parser that runs in the Worker reads it here, with test
//! secrets in place of the real ones, and the settings for Cloudflare itself are checked too.
//!
//! A team edits that file for its own service, so each check says what is wrong in words.

use serde_json::{Value, json};

use super::{Config, Vars};
use crate::config::sample::{ASSERTION_A, CLIENT_A, SESSION_A};

/// The class of the account object.
pub const ACCOUNT_CLASS: &str = "AccountObject";

/// The limits by the names of their bindings.
pub const LIMITS: [&str; 2] = ["SIGN_IN_STARTS", "REFUSED_NOTIFICATIONS"];

/// Everything that is wrong with a `wrangler.toml`.
pub fn complaints(document: &Value) -> Vec<String> {
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
    if document["compatibility_flags"] != json!(["no_nodejs_compat", "no_nodejs_compat_v2"]) {
        found.push(
            "compatibility_flags must switch Node's interfaces off, and nothing else".to_owned(),
        );
    }
    for key in ["cache", "account_id"] {
        if document.get(key).is_some() {
            found.push(format!("{key} must not be set"));
        }
    }
    found
}

/// The settings that the top level and each environment must have, because wrangler inherits little.
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
    let assets = json!({
        "directory": "build/assets",
        "binding": "ASSETS",
        "run_worker_first": true,
        "html_handling": "none",
        "not_found_handling": "none",
    });
    if place["assets"] != assets {
        found.push("assets must be bound, and reached through the Worker alone".to_owned());
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

/// The list at a place, or none.
pub fn list(place: &Value, pointer: &str) -> Vec<Value> {
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
