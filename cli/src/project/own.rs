//! `sign-in.toml`: what a team decides.
//!
//! ```toml
//! name = "apply-for-a-licence"              # the Worker's name at Cloudflare; each environment appends its own
//! [vars.SERVICE_LICENCE]                    # fields that all environments share
//! [env.integration]                         # account_id, zone_name, routes, services, secrets and name, as wrangler has them
//! [env.integration.vars.SERVICE_LICENCE]    # fields of this environment, which win
//! ```

use crate::lines::{Lines, at, toml};
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value, json};
use shell::places::PROJECT;
use std::fs;
use std::path::Path;

/// The environment of `dev`, whose fields lie over the shared ones.
pub const LOCAL: &str = "local";

/// The keys of the file, and of each of its environments.
const KEYS: [&str; 4] = ["name", "account_id", "vars", "env"];
const ENVIRONMENT_KEYS: [&str; 8] = [
    "name",
    "account_id",
    "zone_name",
    "routes",
    "services",
    "secrets",
    "numbers",
    "vars",
];

/// How a service's variable begins.
const SERVICE: &str = "SERVICE_";

/// The file as it is written, with known keys only. Services are not checked here but by the Worker's own parser.
pub struct Own(Map<String, Value>);

impl Own {
    /// Reads the file of a project.
    ///
    /// # Errors
    /// When it cannot be read, is not TOML, or has a key that means nothing.
    pub fn read(root: &Path) -> Result<Self> {
        let path = root.join(PROJECT);
        let text = fs::read_to_string(&path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        Self::parse(&text)
    }

    /// Reads its text.
    ///
    /// # Errors
    /// As of [`Own::read`].
    pub fn parse(text: &str) -> Result<Self> {
        let own: Map<String, Value> = toml(PROJECT, text)?;
        let own = Self(own);
        let faults = own.faults(&Lines::new(text));
        ensure!(faults.is_empty(), "{}", faults.join("\n"));
        Ok(own)
    }

    /// Each thing at which the file's own form is wrong, with its line.
    fn faults(&self, lines: &Lines<'_>) -> Vec<String> {
        let mut faults = Vec::new();
        let mut fault = |path: &[&str], problem: String| {
            let line = lines.of(path).map(|(line, _)| line);
            faults.push(at(PROJECT, line, problem));
        };
        for key in unknown(&self.0, &KEYS) {
            fault(&[key], unread(key, &KEYS));
        }
        let name = self.0.get("name").and_then(Value::as_str);
        let name = name.unwrap_or_default();
        if name.is_empty() || !name.bytes().all(is_of_a_name) {
            let form = "lower-case letters, digits and hyphens";
            fault(
                &["name"],
                format!("`name` must be the Worker's name at Cloudflare: {form}"),
            );
        }
        for key in ["vars", "env"] {
            if self.0.get(key).is_some_and(|part| !part.is_object()) {
                fault(&[key], format!("`{key}` must be a table"));
            }
        }
        for (environment, part) in self.parts() {
            let Some(table) = part.as_object() else {
                fault(
                    &["env", environment],
                    format!("env.{environment} must be a table"),
                );
                continue;
            };
            for key in unknown(table, &ENVIRONMENT_KEYS) {
                let problem = unread(&format!("env.{environment}.{key}"), &ENVIRONMENT_KEYS);
                fault(&["env", environment, key], problem);
            }
        }
        faults
    }

    fn parts(&self) -> impl Iterator<Item = (&String, &Value)> {
        let parts = self.0.get("env").and_then(Value::as_object);
        parts.into_iter().flatten()
    }

    /// The names of the environments that can be deployed, in the order of the alphabet.
    pub fn environments(&self) -> impl Iterator<Item = &str> {
        let names = self.parts().map(|(name, _)| name.as_str());
        names.filter(|name| *name != LOCAL)
    }

    /// A value of the top level.
    pub fn top(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// A value of an environment.
    pub fn of(&self, environment: &str, key: &str) -> Option<&Value> {
        self.0.get("env")?.get(environment)?.get(key)
    }

    /// The variables of an environment: the shared ones under its own. A service is in an environment that has a table for
    /// it, and its `environment` is that one where it says nothing else.
    pub fn vars(&self, environment: &str) -> Map<String, Value> {
        let (shared, own) = (
            self.0.get("vars"),
            self.of(environment, "vars").and_then(Value::as_object),
        );
        let mut all = Map::new();
        for (name, value) in shared.and_then(Value::as_object).into_iter().flatten() {
            if !name.starts_with(SERVICE) {
                all.insert(name.clone(), value.clone());
            }
        }
        for (name, value) in own.into_iter().flatten() {
            let Some(fields) = value.as_object().filter(|_| name.starts_with(SERVICE)) else {
                all.insert(name.clone(), value.clone());
                continue;
            };
            let mut table = self.shared(name);
            table.extend(fields.clone());
            table.entry("environment").or_insert(json!(environment));
            all.insert(name.clone(), table.into());
        }
        all
    }

    /// The fields of a service's variable that all environments share.
    fn shared(&self, variable: &str) -> Map<String, Value> {
        let vars = self.0.get("vars");
        let table = vars.and_then(|vars| vars.get(variable)?.as_object());
        table.cloned().unwrap_or_default()
    }

    /// A service as `dev` runs it, with the id as it is written: the shared fields under those of `env.local`. Where neither
    /// has any, the first environment's.
    ///
    /// # Errors
    /// When there is no such service, or none was named and there are several.
    pub fn local(&self, wanted: Option<&str>) -> Result<(String, Map<String, Value>)> {
        let ids = self.services();
        let id = match (wanted, ids.as_slice()) {
            (Some(wanted), _) => ids
                .iter()
                .find(|id| id.eq_ignore_ascii_case(wanted))
                .with_context(|| {
                    format!(
                        "{PROJECT} has no service {wanted}; it has {}",
                        ids.join(", ")
                    )
                })?,
            (None, [only]) => only,
            (None, []) => bail!("{PROJECT} has no table SERVICE_… with a service"),
            (None, _) => bail!(
                "{PROJECT} has the services {}; name one with --service",
                ids.join(", ")
            ),
        };
        let variable = format!("{SERVICE}{id}");
        let mut table = self.shared(&variable);
        let own = |environment: &str| {
            let vars = self.of(environment, "vars");
            vars.and_then(|vars| vars.get(&variable)?.as_object())
        };
        match own(LOCAL) {
            Some(fields) => table.extend(fields.clone()),
            None if table.is_empty() => {
                let first = self.environments().find_map(own);
                table.extend(first.cloned().unwrap_or_default());
            }
            None => {}
        }
        Ok((id.clone(), table))
    }

    /// The ids of all services, in the order of the alphabet.
    pub fn services(&self) -> Vec<String> {
        let places = self.parts().map(|(_, part)| part.get("vars"));
        let all = places.chain([self.0.get("vars")]).flatten();
        let names = all.filter_map(Value::as_object).flat_map(Map::keys);
        let mut ids: Vec<_> = names
            .filter_map(|name| name.strip_prefix(SERVICE))
            .map(str::to_owned)
            .collect();
        ids.sort();
        ids.dedup();
        ids
    }
}

const fn is_of_a_name(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

/// Keys that nothing reads: a misspelt one would be a setting that is silently not set.
fn unknown<'a>(table: &'a Map<String, Value>, known: &[&str]) -> Vec<&'a str> {
    let names = table.keys().map(String::as_str);
    names.filter(|name| !known.contains(name)).collect()
}

fn unread(name: &str, known: &[&str]) -> String {
    format!("nothing reads `{name}`; there can be {}", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        name = "apply"
        [vars.SERVICE_DEMO]
        scopes = ["openid"]
        own_path = "/auth"
        [env.integration]
        zone_name = "example.gov.uk"
        [env.integration.vars.SERVICE_DEMO]
        host = "demo.integration.example.gov.uk"
        own_path = "/sign"
        [env.local.vars.SERVICE_DEMO]
        origin = "http://localhost:3000"
    "#;

    #[test]
    fn when_an_environment_has_a_field_then_it_wins_over_the_shared_one() {
        let own = Own::parse(TEXT).unwrap();
        let service = &own.vars("integration")["SERVICE_DEMO"];
        assert_eq!(service["scopes"], json!(["openid"]));
        assert_eq!(service["own_path"], "/sign");
        assert_eq!(service["environment"], "integration");
        assert_eq!(own.environments().collect::<Vec<_>>(), ["integration"]);
        assert!(own.vars("production").is_empty());
    }

    #[test]
    fn when_a_service_runs_locally_then_no_environments_fields_are_its_own() {
        let (id, table) = Own::parse(TEXT).unwrap().local(None).unwrap();
        assert_eq!((id.as_str(), &table["own_path"]), ("DEMO", &json!("/auth")));
        assert_eq!(table["origin"], "http://localhost:3000");
        assert!(!table.contains_key("host"));
    }

    #[test]
    fn rejects_what_nothing_reads() {
        for (text, said) in [
            ("name = \"a\"\nnmae = 1", "nothing reads `nmae`"),
            (
                "name = \"a\"\n[env.production]\nzone = \"b\"",
                "nothing reads `env.production.zone`; there can be name, account_id, zone_name",
            ),
            ("name = \"A b\"", "`name` must be"),
            (
                "name = \"a\"\nenv = 1",
                "sign-in.toml, line 2: `env` must be a table",
            ),
            (
                "nmae = 1\n[env.production]\nzone = \"b\"",
                "sign-in.toml, line 1: nothing reads `nmae`; there can be name, account_id, vars, env\nsign-in.toml: `name` must",
            ),
            (
                "nmae = 1\n[env.production]\nzone = \"b\"",
                "\nsign-in.toml, line 3: nothing reads `env.production.zone`",
            ),
            ("name = ", "not valid TOML"),
        ] {
            let error = Own::parse(text).err().unwrap();
            assert!(format!("{error:#}").contains(said), "{error:#}");
        }
    }

    #[test]
    fn rejects_a_local_run_of_no_or_of_several_services() {
        let local = |text: &str, wanted| {
            let own = Own::parse(text).unwrap();
            own.local(wanted).map(|_| ()).unwrap_err().to_string()
        };
        let several = "name = \"a\"\n[vars.SERVICE_A]\n[vars.SERVICE_B]";
        assert!(local(several, None).contains("services A, B; name one"));
        assert!(local(several, Some("c")).contains("no service c; it has A, B"));
        assert!(local("name = \"a\"", None).contains("no table"));
    }
}
