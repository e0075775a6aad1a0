//! Derives a configuration for `wrangler dev` from `wrangler.toml`, so that a local Worker has the bindings, dates and
//! switches of a deployed one and differs only in its variables.

use crate::project::layout::local;
use crate::worker_config::WorkerConfig;
use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};
use shell::places::Places;
use shell::terminal;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The keys that matter only to a deployment, or that the code below replaces. This program does the build itself.
const NOT_LOCAL: [&str; 6] = ["env", "build", "routes", "route", "secrets", "account_id"];

/// `cargo edge local-config`.
pub fn command(places: &Places, out: &Path, variables: &Path, name: Option<&str>) -> Result<()> {
    let text = fs::read_to_string(variables)
        .with_context(|| format!("{} cannot be read", variables.display()))?;
    let variables: Value =
        serde_json::from_str(&text).context("the file of variables is not JSON")?;
    let Value::Object(variables) = variables else {
        bail!("the file of variables must hold one JSON object")
    };
    let config = made(places, name, variables)?;
    terminal::line(keep(out, &config)?.display())
}

/// The configuration as a value.
///
/// # Errors
/// When what it is derived from cannot be read.
pub fn made(places: &Places, name: Option<&str>, variables: Map<String, Value>) -> Result<Value> {
    if places.is_project() {
        return with(local(&places.worker())?, name, variables);
    }
    let config = WorkerConfig::read(&places.root.join("wrangler.toml"))?;
    derive(config.into_document(), &places.root, name, variables)
}

/// Writes a configuration into a directory and returns its path.
///
/// # Errors
/// When it cannot be written.
pub fn keep(out: &Path, config: &Value) -> Result<PathBuf> {
    fs::create_dir_all(out).with_context(|| format!("{} cannot be made", out.display()))?;
    let path = out.join("wrangler.json");
    replace(&path, &format!("{config:#}\n"))
        .with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(path)
}

/// Writes the configuration of a directory as it is, so that a running wrangler loads it once more.
///
/// # Errors
/// When it cannot be read or written.
pub fn load_again(out: &Path) -> Result<()> {
    let path = out.join("wrangler.json");
    let text =
        fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    replace(&path, &text).with_context(|| format!("{} cannot be written", path.display()))
}

/// Writes a file that a running wrangler may read at any moment. It is never empty and never shorter than before, so that no half of it
/// is read; spaces mean nothing in JSON. A new file under the old name would go unseen: wrangler watches the file itself.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    let length = usize::try_from(file.metadata()?.len()).unwrap_or_default();
    file.write_all(format!("{text:length$}").as_bytes())
}

/// The top level of a `wrangler.toml`, with absolute paths, its variables overlaid with the given ones.
fn derive(
    document: Value,
    root: &Path,
    name: Option<&str>,
    variables: Map<String, Value>,
) -> Result<Value> {
    let Value::Object(mut config) = document else {
        bail!("wrangler.toml is not a table")
    };
    let main = config
        .get("main")
        .and_then(Value::as_str)
        .context("wrangler.toml names no `main`")?;
    let main = root.join(main).display().to_string();
    if let Some(directory) = config
        .get_mut("assets")
        .and_then(|assets| assets.get_mut("directory"))
    {
        let relative = directory
            .as_str()
            .context("`assets.directory` is no text")?;
        *directory = root.join(relative).display().to_string().into();
    }
    config.insert("main".into(), main.into());
    with(config.into(), name, variables)
}

/// A configuration without what makes sense only where something is deployed, with a name and variables.
fn with(config: Value, name: Option<&str>, variables: Map<String, Value>) -> Result<Value> {
    let Value::Object(mut config) = config else {
        bail!("the configuration is not a table")
    };
    NOT_LOCAL.iter().for_each(|key| drop(config.remove(*key)));
    if let Some(name) = name {
        config.insert("name".into(), name.into());
    }
    let mut all = match config.remove("vars") {
        Some(Value::Object(vars)) => vars,
        _ => Map::new(),
    };
    all.extend(variables);
    config.insert("vars".into(), all.into());
    Ok(config.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TOML: &str = r#"
        name = "one-login-edge"
        main = "build/index.js"
        compatibility_date = "2026-10-20"
        routes = ["example.gov.uk/*"]
        [build]
        command = "cargo edge build"
        [observability]
        enabled = true
        [[kv_namespaces]]
        binding = "DOCUMENTS"
        [assets]
        directory = "build/assets"
        binding = "ASSETS"
        [secrets]
        required = ["SESSION_KEY_A"]
        [vars]
        DEPLOYMENT = "local"
        SESSION_KEY_ACTIVE = "A"
        [env.production.vars]
        DEPLOYMENT = "production"
    "#;

    fn derived(name: Option<&str>) -> Value {
        let Value::Object(variables) =
            json!({ "SESSION_KEY_ACTIVE": "B", "SERVICE_DEMO": { "host": "localhost:1" } })
        else {
            unreachable!()
        };
        let document = toml::from_str(TOML).unwrap();
        derive(document, Path::new("/repository"), name, variables).unwrap()
    }

    #[test]
    fn when_a_local_configuration_is_derived_then_bindings_and_dates_are_the_workers() {
        let config = derived(None);
        assert_eq!(config["compatibility_date"], "2026-10-20");
        assert_eq!(config["kv_namespaces"], json!([{ "binding": "DOCUMENTS" }]));
        assert_eq!(config["observability"], json!({ "enabled": true }));
        assert_eq!(config["name"], "one-login-edge");
        assert_eq!(derived(Some("other"))["name"], "other");
    }

    #[test]
    fn when_a_local_configuration_is_derived_then_paths_to_the_build_are_absolute() {
        assert_eq!(derived(None)["main"], "/repository/build/index.js");
        assert_eq!(
            derived(None)["assets"],
            json!({ "directory": "/repository/build/assets", "binding": "ASSETS" })
        );
    }

    #[test]
    fn when_variables_are_given_then_they_win_and_objects_stay_objects() {
        let vars = &derived(None)["vars"];
        assert_eq!(vars["DEPLOYMENT"], "local");
        assert_eq!(vars["SESSION_KEY_ACTIVE"], "B");
        assert_eq!(vars["SERVICE_DEMO"], json!({ "host": "localhost:1" }));
    }

    #[test]
    fn when_a_local_configuration_is_derived_then_no_part_of_a_deployment_is_left() {
        let config = derived(None);
        for key in ["env", "build", "routes", "secrets"] {
            assert!(config.get(key).is_none(), "{key}");
        }
    }

    #[test]
    fn when_the_repositorys_own_wrangler_toml_is_read_then_a_configuration_is_derived() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let document = WorkerConfig::read(&root.join("wrangler.toml")).unwrap();
        let config = derive(document.into_document(), root, None, Map::new()).unwrap();
        assert_eq!(config["vars"]["DEPLOYMENT"], "local");
        assert_eq!(config["kv_namespaces"][0]["binding"], "DOCUMENTS");
    }
}
