//! The JSON Schema of `sign-in.toml`, from the tables of `docs/configuration.md`, so that editors complete and explain it.
//!
//! A test holds the tables against the fields that the Worker reads. Values have their form here; the Worker's parser judges them.

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
        routes["items"] = json!({ "type": "object", "properties": route, "required": ["path"], "additionalProperties": false });
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
        let name = name.trim_matches('`');
        let mut field = shape(name);
        let description = format!("{meaning} [{default}]");
        field.insert("description".to_owned(), description.into());
        Some((name.to_owned(), field.into()))
    };
    rows.filter_map(field).collect()
}

/// The shape of a field of a service or a route, as far as it has one form; the Worker's parser knows the rest.
fn shape(name: &str) -> Map<String, Value> {
    let text = || json!({ "type": "string" });
    let texts = || json!({ "type": "array", "items": text() });
    let one_of = |values: &[&str]| json!({ "enum": values });
    let some_of = |values: &[&str]| json!({ "type": "array", "items": { "enum": values } });
    let number =
        |least: u32, most: u32| json!({ "type": "integer", "minimum": least, "maximum": most });
    let in_both = || json!({ "type": "object", "properties": { "en": text(), "cy": text() }, "additionalProperties": false });
    let shape = match name {
        "environment" => one_of(&["integration", "production", "preview", "local"]),
        "name" | "home" | "cookies" | "contact" | "feedback" | "arrival" => {
            json!({ "anyOf": [text(), in_both()] })
        }
        "theme" => one_of(&["govuk", "plain"]),
        "phase" => one_of(&["alpha", "beta", "live"]),
        "level" => one_of(&["Cl", "Cl.Cm", "Cl.Cm.P1", "Cl.Cm.P2"]),
        "scopes" => some_of(&["openid", "email", "phone", "wallet-subject-id"]),
        "registered_claims" => some_of(&[
            "coreIdentityJWT",
            "address",
            "passport",
            "drivingPermit",
            "returnCode",
        ]),
        "release" => some_of(&[
            "email",
            "phone",
            "wallet_subject_id",
            "coreIdentity",
            "address",
            "passport",
            "drivingPermit",
            "returnCode",
        ]),
        "locales" => some_of(&["en", "cy"]),
        "origin_headers" => json!({ "type": "object", "additionalProperties": text() }),
        "origin_header_limit" => number(2_048, 131_072),
        "token_auth_method" => one_of(&["private_key_jwt", "client_secret_post"]),
        "request_signing_alg" => one_of(&["RS256", "PS256"]),
        "id_token_alg" => one_of(&["ES256", "RS256"]),
        "client_key_active" | "assertion_key_active" => one_of(&["A", "B"]),
        "service_keys" => {
            json!({ "anyOf": [text(), { "type": "array", "items": { "type": "object" } }] })
        }
        "session_idle_seconds" | "session_absolute_seconds" => number(60, 604_800),
        "revocation_check_seconds" | "revocation_grace_seconds" => number(0, 3_600),
        "reauthenticate_within" | "max_age" => number(60, 86_400),
        "access" => one_of(&["public", "optional", "api", "cloudflare-access", "required"]),
        "admission" => one_of(&["invited"]),
        "cache" => one_of(&["none", "origin"]),
        "encoded_slashes" => one_of(&["refuse", "keep"]),
        "other_sites" => json!({ "anyOf": [one_of(&["refuse", "allow"]), texts()] }),
        "aliases"
        | "drop_headers"
        | "keep_headers"
        | "signals_secret_hashes"
        | "cors_origins"
        | "cors_headers"
        | "websocket_origins" => texts(),
        "language_prefix"
        | "publish_well_known_jwks"
        | "claims_by_reference"
        | "switch"
        | "bind"
        | "allow_semicolons"
        | "https"
        | "close_sockets_with_session"
        | "counts_as_use" => {
            json!({ "type": "boolean" })
        }
        _ => text(),
    };
    shape.as_object().cloned().unwrap_or_default()
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
        assert_eq!(route["access"]["enum"][0], "public");
        let wrangler: Value =
            toml::from_str(&fs::read_to_string(root.join("wrangler.toml")).unwrap()).unwrap();
        let own = &wrangler["env"]["production"]["vars"]["SERVICE_DEMO"];
        for name in own.as_object().unwrap().keys() {
            assert!(service[name].is_object(), "{name}");
        }
    }
    /// The values that an object of the schema offers, at any depth.
    fn offered(of: &Value, all: &mut Vec<String>) {
        for (key, value) in of.as_object().into_iter().flatten() {
            let values = value.as_array().filter(|_| key == "enum" || key == "anyOf");
            let texts = values.into_iter().flatten().filter_map(Value::as_str);
            all.extend(texts.map(str::to_owned));
            values
                .into_iter()
                .flatten()
                .for_each(|one| offered(one, all));
            offered(value, all);
        }
    }

    #[test]
    fn when_an_editor_offers_a_value_then_the_page_tells_of_it() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let page = fs::read_to_string(root.join("docs/configuration.md")).unwrap();
        let mut count = 0;
        for table in page.split(HEAD).skip(1) {
            for (name, field) in fields(table) {
                let mut values = Vec::new();
                offered(&field, &mut values);
                for value in values {
                    // A route's `level` says where its values are.
                    let words = [format!("`{value}`"), format!("\"{value}\"")];
                    let is_told = words.iter().any(|word| page.contains(word));
                    assert!(is_told, "{name}: the page does not tell of {value}");
                    count += 1;
                }
            }
        }
        assert!(count > 40, "{count}");
    }
}
