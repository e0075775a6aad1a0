//! The product's own part of a configuration, from this repository's `wrangler.toml`, and the list of stored formats.

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

/// A team's part of the file, at the top level and in each environment; its own file says it.
const OF_A_TEAM: [&str; 5] = ["name", "account_id", "routes", "build", "vars"];

/// The configuration without a team's part. Paths are relative to the Worker's directory in the package, and wrangler uploads
/// the published bytes as they are.
///
/// # Errors
/// When the file has another form than this repository's.
pub fn configuration(wrangler: &str) -> Result<String> {
    let mut config: Map<String, Value> =
        toml::from_str(wrangler).context("wrangler.toml is not valid TOML")?;
    let vars = config.get("vars").cloned();
    OF_A_TEAM.iter().for_each(|key| drop(config.remove(*key)));
    config.insert("main".to_owned(), json!("index.js"));
    config.insert("no_bundle".to_owned(), json!(true));
    // Without an environment there is no service; the rest of the variables is a team's.
    config.insert(
        "vars".to_owned(),
        vars.context("wrangler.toml has no variables")?,
    );
    assets(&mut config)?;
    let environments = config.get_mut("env").and_then(Value::as_object_mut);
    for (_, environment) in environments.context("wrangler.toml has no environments")? {
        let part = environment
            .as_object_mut()
            .context("an environment is no table")?;
        OF_A_TEAM.iter().for_each(|key| drop(part.remove(*key)));
        part.remove("secrets");
        assets(part)?;
    }
    Ok(format!("{:#}\n", Value::from(config)))
}

fn assets(part: &mut Map<String, Value>) -> Result<()> {
    let assets = part.get_mut("assets").and_then(Value::as_object_mut);
    let assets = assets.context("a part of wrangler.toml has no assets")?;
    assets.insert("directory".to_owned(), json!("assets"));
    Ok(())
}

/// The formats of what outlives a deployment, from the table of `docs/formats.md`.
///
/// # Errors
/// When the table has another form.
pub fn formats(page: &str) -> Result<String> {
    let rows = page
        .lines()
        .skip_while(|line| !line.starts_with("| where |"))
        .skip(2);
    let rows = rows.take_while(|line| line.starts_with('|')).map(|row| {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [place, holds, lives, written, read] = cells[..] else {
            anyhow::bail!("a row of docs/formats.md has another number of cells: {row}");
        };
        Ok(json!({ "where": place, "holds": holds, "lives": lives, "written": written, "also_read": read }))
    });
    let rows = rows.collect::<Result<Vec<_>>>()?;
    ensure!(rows.len() > 5, "docs/formats.md has no table of formats");
    Ok(format!("{:#}\n", json!({ "formats": rows })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    fn own(name: &str) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        fs::read_to_string(root.join(name)).unwrap()
    }

    #[test]
    fn when_the_products_part_is_derived_then_nothing_of_a_service_is_in_it() {
        let text = configuration(&own("wrangler.toml")).unwrap();
        for own in ["SERVICE_", "gov.uk", "_KEY_DEMO", "cargo"] {
            assert!(!text.contains(own), "{own}: {text}");
        }
        let config: Value = serde_json::from_str(&text).unwrap();
        for part in [
            &config,
            &config["env"]["integration"],
            &config["env"]["production"],
        ] {
            assert_eq!(part["assets"]["directory"], "assets");
            assert_eq!(part["durable_objects"]["bindings"][0]["name"], "ACCOUNTS");
            assert_eq!(part["observability"]["redact_query_string"], true);
            assert_eq!(part["workers_dev"], false);
        }
        assert_eq!(
            config["secrets"]["required"][0],
            "DEPLOY_WITH_ENV_INTEGRATION_OR_PRODUCTION"
        );
    }

    #[test]
    fn when_the_formats_are_listed_then_each_row_of_the_page_is_there() {
        let list: Value = serde_json::from_str(&formats(&own("docs/formats.md")).unwrap()).unwrap();
        let account = list["formats"].as_array().unwrap().iter();
        let account = account.filter(|row| row["where"] == "account object");
        assert_eq!(account.count(), 1);
    }
}
