//! Previews of pull requests: one wildcard host in `sign-in.toml`, and the name of each preview in a variable of its workflow.
//!
//! `host = "*.preview.example.net"` with the name `pr-12` is `pr-12.preview.example.net`, and the Worker's name gets `-pr-12` at its end,
//! so that each preview is a Worker of its own and its pull request changes no file.

use anyhow::{Result, bail, ensure};
use serde_json::{Map, Value};
use std::env;

/// The variable with a preview's name.
pub const VARIABLE: &str = "ONE_LOGIN_EDGE_PREVIEW";

/// The fields in which `*` is the place of the name.
const FIELDS: [&str; 2] = ["host", "origin"];

/// A name by which a configuration is judged where no preview is meant.
const ANY: &str = "name";

/// The longest name: with the Worker's own it has to fit into a label of a host name.
const LONGEST: usize = 30;

/// The name that this run was given, if it was.
///
/// # Errors
/// When it cannot be the first label of a host name.
pub fn named() -> Result<Option<String>> {
    let Some(name) = env::var(VARIABLE).ok().filter(|name| !name.is_empty()) else {
        return Ok(None);
    };
    ensure!(
        is_label(&name),
        "{VARIABLE} must be up to {LONGEST} small letters, digits and hyphens, such as pr-12, and not {name:?}"
    );
    Ok(Some(name))
}

fn is_label(name: &str) -> bool {
    let is_of_it = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_edge = |byte: Option<u8>| byte.is_some_and(|byte| byte != b'-');
    let bytes = name.as_bytes();
    name.len() <= LONGEST
        && name.bytes().all(is_of_it)
        && is_edge(bytes.first().copied())
        && is_edge(bytes.last().copied())
}

/// Whether an environment's variables are those of previews with one wildcard host.
pub fn is_wild(vars: &Map<String, Value>) -> bool {
    vars.get("DEPLOYMENT").is_some_and(|name| name == "preview")
        && vars.values().any(|table| wild(table).next().is_some())
}

/// The values of a service's table in which the name is to be written.
fn wild(table: &Value) -> impl Iterator<Item = &str> {
    let values = FIELDS
        .iter()
        .filter_map(|field| table.get(*field)?.as_str());
    values.filter(|text| text.contains("*."))
}

/// Writes a preview's name in each place of it; without a name, one by which the configuration can be judged.
pub fn fill(vars: &mut Map<String, Value>, name: Option<&str>) {
    for table in vars.values_mut().filter_map(Value::as_object_mut) {
        for field in FIELDS {
            let Some(value) = table.get_mut(field) else {
                continue;
            };
            if let Some(text) = value.as_str() {
                *value = text
                    .replacen("*.", &format!("{}.", name.unwrap_or(ANY)), 1)
                    .into();
            }
        }
    }
}

/// Refuses what would be done to a preview that was not named.
///
/// # Errors
/// When the variables still have a wildcard.
pub fn require_named(environment: &str, vars: &Value) -> Result<()> {
    if vars.as_object().is_some_and(is_wild) {
        bail!(
            "{environment} is for previews, one for each pull request: say which one with {VARIABLE}, such as \
             {VARIABLE}=pr-12"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn vars(deployment: &str) -> Map<String, Value> {
        let vars = json!({
            "DEPLOYMENT": deployment,
            "SERVICE_A": { "host": "*.preview.example.net", "origin": "https://*.app.example.net", "client_id": "*.a" },
        });
        vars.as_object().unwrap().clone()
    }

    #[test]
    fn when_a_preview_is_named_then_its_name_is_in_host_and_origin() {
        let mut named = vars("preview");
        assert!(is_wild(&named));
        fill(&mut named, Some("pr-12"));
        let expected = json!({ "host": "pr-12.preview.example.net", "origin": "https://pr-12.app.example.net", "client_id": "*.a" });
        assert_eq!(named["SERVICE_A"], expected);
        assert!(!is_wild(&named));
    }

    #[test]
    fn rejects_what_is_done_to_a_preview_without_a_name() {
        let said = require_named("preview", &vars("preview").into()).unwrap_err();
        assert!(
            said.to_string()
                .ends_with("such as ONE_LOGIN_EDGE_PREVIEW=pr-12"),
            "{said}"
        );
        // Elsewhere a wildcard is a fault of the host, which the Worker's parser finds.
        assert!(require_named("production", &vars("production").into()).is_ok());
    }

    #[test]
    fn rejects_a_name_that_is_no_label_of_a_host() {
        for name in ["pr-12", "a", "7"] {
            assert!(is_label(name), "{name}");
        }
        for name in ["", "-a", "a-", "A", "a.b", "a b", "*", &"a".repeat(31)] {
            assert!(!is_label(name), "{name}");
        }
    }
}
