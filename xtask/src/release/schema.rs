//! The JSON Schema of `sign-in.toml`, from the tables of `docs/configuration.md`, so that editors complete and explain it.
//!
//! A test holds the tables against the fields that the Worker reads. Values are not checked here but by the Worker's parser.

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

/// The heading of the table of a route's fields; that of a service's comes first.
const HEAD: &str = "| field | default | meaning |";

/// The schema.
///
/// # Errors
/// When the page has another form.
pub fn schema(page: &str) -> Result<String> {
    let mut tables = page.split(HEAD).skip(1).map(fields);
    let mut next = || {
        tables
            .next()
            .context("docs/configuration.md lacks a table of fields")
    };
    let (mut service, route) = (next()?, next()?);
    if let Some(routes) = service.get_mut("routes") {
        routes["type"] = json!("array");
        routes["items"] =
            json!({ "type": "object", "properties": route, "additionalProperties": false });
    }
    let vars = json!({
        "type": "object",
        "properties": {
            "DEPLOYMENT": { "enum": ["integration", "production", "preview"], "description": "the environment's name unless given" },
            "SESSION_KEY_ACTIVE": { "enum": ["A", "B"], "description": "which of the two session keys seals new cookies; A unless given" },
            "ACCOUNT_JURISDICTION": { "enum": ["eu", "none"], "description": "where accounts are kept; eu unless given; a change signs every user out" },
        },
        "patternProperties": {
            "^SERVICE_": { "type": "object", "properties": service, "additionalProperties": false },
        },
    });
    let text = json!({ "type": "string" });
    let environment = json!({
        "type": "object",
        "properties": {
            "name": text,
            "account_id": text,
            "zone_name": { "type": "string", "description": "the zone at Cloudflare that has the hosts" },
            "routes": { "type": "array", "description": "the whole host of each service unless given" },
            "services": { "type": "array", "description": "other Workers, for an origin that is one" },
            "secrets": { "type": "object", "description": "the secrets without which nothing is deployed; those of the active keys unless given" },
            "numbers": { "type": "string", "description": "the dataset of Analytics Engine in which the Worker counts what happens; nothing is counted unless given" },
            "vars": { "$ref": "#/$defs/vars" },
        },
        "additionalProperties": false,
    });
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "sign-in.toml",
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": { "type": "string", "pattern": "^[a-z0-9-]+$", "description": "the Worker's name at Cloudflare; each environment appends its own" },
            "account_id": { "type": "string", "description": "the account at Cloudflare" },
            "vars": { "$ref": "#/$defs/vars", "description": "what all environments share" },
            "env": { "type": "object", "additionalProperties": environment },
        },
        "additionalProperties": false,
        "$defs": { "vars": vars },
    });
    Ok(format!("{schema:#}\n"))
}

/// The fields of the table that follows its heading.
fn fields(table: &str) -> Map<String, Value> {
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let field = |row: &str| {
        let mut cells = row.trim_matches('|').splitn(3, " | ").map(str::trim);
        let (name, default, meaning) = (cells.next()?, cells.next()?, cells.next()?);
        let mut field = json!({ "description": format!("{meaning} [{default}]") });
        if let Some(kind) = kind(name.trim_matches('`'), default.trim_matches('`')) {
            field["type"] = json!(kind);
        }
        Some((name.trim_matches('`').to_owned(), field))
    };
    rows.filter_map(field).collect()
}

/// The type of a field, where its name or default says it.
fn kind(name: &str, default: &str) -> Option<&'static str> {
    let is_seconds = name.ends_with("_seconds") || name.ends_with("_within") || name == "max_age";
    match default {
        _ if is_seconds => Some("integer"),
        "true" | "false" => Some("boolean"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    #[test]
    fn when_the_worker_reads_a_field_then_the_schema_has_it() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let page = fs::read_to_string(root.join("docs/configuration.md")).unwrap();
        let schema: Value = serde_json::from_str(&schema(&page).unwrap()).unwrap();
        let service = &schema["$defs"]["vars"]["patternProperties"]["^SERVICE_"]["properties"];
        assert_eq!(service["session_idle_seconds"]["type"], "integer");
        assert_eq!(service["language_prefix"]["type"], "boolean");
        assert!(
            service["host"]["description"]
                .as_str()
                .unwrap()
                .contains("[required]")
        );
        let route = &service["routes"]["items"]["properties"];
        assert!(route["reauthenticate_within"].is_object(), "{route}");
        let wrangler: Value =
            toml::from_str(&fs::read_to_string(root.join("wrangler.toml")).unwrap()).unwrap();
        let own = &wrangler["env"]["production"]["vars"]["SERVICE_DEMO"];
        for name in own.as_object().unwrap().keys() {
            assert!(service[name].is_object(), "{name}");
        }
    }
}
