//! The team's part of the configuration and the product's, together as wrangler reads them.

use super::own::{LOCAL, Own};
use super::preview;
use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};
use shell::places::PROJECT;
use std::fs;
use std::path::{Path, PathBuf};

/// The product's part, below its directory of the Worker.
const PRODUCT: &str = "wrangler.json";

/// The environment whose product's part another one gets, such as `staging`.
const LIKE: &str = "integration";

/// A configuration for wrangler with every environment of a project.
pub struct Layout(Value);

impl Layout {
    /// Reads both parts and lays them together. Paths are absolute.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn read(root: &Path, worker: &Path) -> Result<Self> {
        let preview = preview::named()?;
        Ok(Self(together(
            &Own::read(root)?,
            &product(worker)?,
            worker,
            preview.as_deref(),
        )))
    }

    /// As a value of the form of `wrangler.toml`.
    pub fn into_value(self) -> Value {
        self.0
    }

    /// As text, with every environment or with one.
    ///
    /// # Errors
    /// When there is no such environment.
    pub fn json(&self, environment: Option<&str>) -> Result<String> {
        let mut config = self.0.clone();
        if let Some(name) = environment {
            config["env"] = json!({ name: self.environment(name)? });
        }
        Ok(format!("{config:#}\n"))
    }

    /// An environment of it.
    ///
    /// # Errors
    /// When there is no such environment.
    pub fn environment(&self, name: &str) -> Result<&Value> {
        self.0["env"].get(name).with_context(|| {
            let all = self.0["env"].as_object().into_iter().flatten();
            let names: Vec<_> = all.map(|(name, _)| name.as_str()).collect();
            let local = match name {
                LOCAL => ", and `dev` runs the local one",
                _ => "",
            };
            format!(
                "{PROJECT} has no environment {name}; it has {}{local}",
                names.join(", ")
            )
        })
    }

    /// Writes the configuration of an environment into a directory and returns its path.
    ///
    /// # Errors
    /// When there is no such environment, or the file cannot be written.
    pub fn write(&self, directory: &Path, environment: &str) -> Result<PathBuf> {
        let text = self.json(Some(environment))?;
        let directory = directory.join(environment);
        let path = directory.join("wrangler.json");
        fs::create_dir_all(&directory)
            .and_then(|()| fs::write(&path, text))
            .with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(path)
    }
}

/// The product's part of a configuration without an environment, for `dev`.
///
/// # Errors
/// When it cannot be read.
pub fn local(worker: &Path) -> Result<Value> {
    let mut product = product(worker)?;
    absolute(&mut product, worker);
    if let Some(product) = product.as_object_mut() {
        product.remove("env");
    }
    Ok(product)
}

fn product(worker: &Path) -> Result<Value> {
    let path = worker.join(PRODUCT);
    let text = fs::read_to_string(&path)
        .with_context(|| format!("{} cannot be read; run `npm install`", path.display()))?;
    let product: Value =
        serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))?;
    ensure!(
        product["env"][LIKE].is_object(),
        "{} is damaged",
        path.display()
    );
    Ok(product)
}

fn together(own: &Own, product: &Value, worker: &Path, preview: Option<&str>) -> Value {
    let mut config = product.clone();
    absolute(&mut config, worker);
    for key in ["name", "account_id"] {
        if let Some(value) = own.top(key) {
            config[key] = value.clone();
        }
    }
    let environments = own.environments().map(|name| {
        let template = [name, LIKE].map(|name| config["env"][name].as_object());
        let template = template.into_iter().flatten().next().cloned();
        let part = environment(own, name, template.unwrap_or_default(), preview);
        (name.to_owned(), part.into())
    });
    let environments: Map<_, Value> = environments.collect();
    config["env"] = environments.into();
    config
}

fn environment(
    own: &Own,
    name: &str,
    mut part: Map<String, Value>,
    preview: Option<&str>,
) -> Map<String, Value> {
    let mut vars = Map::new();
    for (variable, value) in [
        ("DEPLOYMENT", name),
        ("SESSION_KEY_ACTIVE", "A"),
        ("ACCOUNT_JURISDICTION", "eu"),
    ] {
        vars.insert(variable.to_owned(), value.into());
    }
    vars.extend(own.vars(name));
    for key in ["name", "account_id", "services", "routes", "secrets"] {
        if let Some(value) = own.of(name, key) {
            part.insert(key.to_owned(), value.clone());
        }
    }
    if let Some(one) = preview.filter(|_| preview::is_wild(&vars)) {
        preview::fill(&mut vars, Some(one));
        let worker = part.get("name").and_then(Value::as_str).map(str::to_owned);
        let all = own.top("name").and_then(Value::as_str).unwrap_or_default();
        let worker = worker.unwrap_or_else(|| format!("{all}-{name}"));
        part.insert("name".to_owned(), format!("{worker}-{one}").into());
    }
    if let Some(dataset) = own.of(name, "numbers") {
        let bound = json!([{ "binding": "NUMBERS", "dataset": dataset }]);
        part.insert("analytics_engine_datasets".to_owned(), bound);
    }
    part.entry("routes")
        .or_insert_with(|| routes(&vars, own.of(name, "zone_name")));
    part.entry("secrets")
        .or_insert_with(|| json!({ "required": required(&vars) }));
    part.insert("vars".to_owned(), vars.into());
    part
}

fn services(vars: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    vars.iter()
        .filter_map(|(name, table)| Some((name.strip_prefix("SERVICE_")?, table)))
}

/// The hosts of a service's table: its own, and its aliases, whose pages lead there.
pub(super) fn hosts(table: &Value) -> impl Iterator<Item = &str> {
    let aliases = table.get("aliases").and_then(Value::as_array);
    let all = table
        .get("host")
        .into_iter()
        .chain(aliases.into_iter().flatten());
    all.filter_map(Value::as_str)
}

/// The whole of each host: a narrower pattern can be walked around.
fn routes(vars: &Map<String, Value>, zone: Option<&Value>) -> Value {
    let hosts = services(vars).flat_map(|(_, table)| hosts(table));
    let route = |host: &str| {
        let mut route = json!({ "pattern": format!("{host}/*") });
        if let Some(zone) = zone {
            route["zone_name"] = zone.clone();
        }
        route
    };
    hosts.map(route).collect()
}

/// The secrets of the keys that seal and sign, without which nothing is deployed.
fn required(vars: &Map<String, Value>) -> Vec<String> {
    let place = |value: &Value| value.as_str().unwrap_or("A").to_owned();
    let mut names = vec![format!(
        "SESSION_KEY_{}",
        place(&vars["SESSION_KEY_ACTIVE"])
    )];
    for (id, table) in services(vars) {
        let active = |field: &str| place(&table[field]);
        names.push(format!("CLIENT_KEY_{id}_{}", active("client_key_active")));
        names.push(format!(
            "ASSERTION_KEY_{id}_{}",
            active("assertion_key_active")
        ));
        if table["token_auth_method"] == "client_secret_post" {
            names.push(format!("CLIENT_SECRET_{id}"));
        }
    }
    names
}

/// Lets the product's files be found from any directory.
fn absolute(config: &mut Value, worker: &Path) {
    let at = |name: &Value| {
        let name = name.as_str().unwrap_or_default();
        json!(worker.join(name).display().to_string())
    };
    config["main"] = at(&config["main"]);
    let assets = |part: &mut Value| {
        if let Some(directory) = part.pointer_mut("/assets/directory") {
            *directory = at(directory);
        }
    };
    assets(config);
    if let Some(environments) = config["env"].as_object_mut() {
        environments.values_mut().for_each(assets);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product() -> Value {
        let assets = json!({ "directory": "assets", "binding": "ASSETS" });
        json!({
            "main": "index.js",
            "no_bundle": true,
            "assets": assets,
            "env": {
                "integration": { "assets": assets, "ratelimits": [1101] },
                "production": { "assets": assets, "ratelimits": [1201] },
            },
        })
    }

    fn laid(text: &str) -> Value {
        together(
            &Own::parse(text).unwrap(),
            &product(),
            Path::new("/p/worker"),
            None,
        )
    }

    const TEXT: &str = r#"
        name = "apply"
        account_id = "0123"
        [vars.SERVICE_DEMO]
        scopes = ["openid"]
        [env.integration]
        zone_name = "example.gov.uk"
        [env.integration.vars.SERVICE_DEMO]
        host = "demo.integration.example.gov.uk"
        aliases = ["www.integration.example.gov.uk"]
        [env.production.vars]
        SESSION_KEY_ACTIVE = "B"
        [env.production.vars.SERVICE_DEMO]
        host = "demo.example.gov.uk"
        assertion_key_active = "B"
        token_auth_method = "client_secret_post"
    "#;

    #[test]
    fn when_a_host_or_an_alias_is_given_then_all_of_it_is_routed_to_the_worker() {
        let config = laid(TEXT);
        assert_eq!(
            config["env"]["integration"]["routes"],
            json!([
                { "pattern": "demo.integration.example.gov.uk/*", "zone_name": "example.gov.uk" },
                { "pattern": "www.integration.example.gov.uk/*", "zone_name": "example.gov.uk" },
            ])
        );
        assert_eq!(
            config["env"]["production"]["routes"],
            json!([{ "pattern": "demo.example.gov.uk/*" }])
        );
        assert_eq!(
            (&config["name"], &config["account_id"]),
            (&json!("apply"), &json!("0123"))
        );
    }

    #[test]
    fn when_another_key_is_active_then_its_secret_is_required() {
        let required =
            |environment: &str| laid(TEXT)["env"][environment]["secrets"]["required"].clone();
        assert_eq!(
            required("integration"),
            json!(["SESSION_KEY_A", "CLIENT_KEY_DEMO_A", "ASSERTION_KEY_DEMO_A"])
        );
        assert_eq!(
            required("production"),
            json!([
                "SESSION_KEY_B",
                "CLIENT_KEY_DEMO_A",
                "ASSERTION_KEY_DEMO_B",
                "CLIENT_SECRET_DEMO"
            ])
        );
    }

    #[test]
    fn when_the_team_says_nothing_then_the_products_part_is_whole() {
        let config = laid(TEXT);
        let production = &config["env"]["production"];
        assert_eq!(config["main"], "/p/worker/index.js");
        assert_eq!(production["assets"]["directory"], "/p/worker/assets");
        assert_eq!(production["ratelimits"], json!([1201]));
        assert_eq!(production["vars"]["DEPLOYMENT"], "production");
        assert_eq!(production["vars"]["ACCOUNT_JURISDICTION"], "eu");
        assert_eq!(config["no_bundle"], true);
    }

    #[test]
    fn when_a_preview_is_named_then_it_is_a_worker_at_a_host_of_its_own() {
        let text = "name = \"apply\"\n[env.preview]\nzone_name = \"example.net\"\n\
                    [env.preview.vars.SERVICE_DEMO]\nhost = \"*.preview.example.net\"";
        let own = Own::parse(text).unwrap();
        let laid = |preview| together(&own, &product(), Path::new("/p/worker"), preview);
        let part = laid(Some("pr-12"))["env"]["preview"].clone();
        assert_eq!(part["name"], "apply-preview-pr-12");
        assert_eq!(part["routes"][0]["pattern"], "pr-12.preview.example.net/*");
        let unnamed = laid(None)["env"]["preview"].clone();
        assert!(unnamed.get("name").is_none(), "{unnamed}");
        assert!(preview::require_named("preview", &unnamed["vars"]).is_err());
    }

    #[test]
    fn when_one_environment_is_asked_for_then_no_other_is_in_the_file() {
        let layout = Layout(laid(TEXT));
        let text = layout.json(Some("integration")).unwrap();
        assert!(text.contains("demo.integration.example") && !text.contains("demo.example"));
        let error = layout.json(Some("staging")).unwrap_err().to_string();
        assert!(error.ends_with("it has integration, production"), "{error}");
    }
}
