//! The product's own part of a configuration, from this repository's `wrangler.toml`, and the list of stored formats.

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

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

/// The words of `docs/formats.md` for a format without which people are signed out.
const SIGNED_OUT: &str = "people sign in again";

/// The formats of what outlives a deployment, from the table of `docs/formats.md`: for each place the formats that this
/// version writes, those that it reads, what follows where a format is not read, and whether people are signed out by it.
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
        let [place, _, _, written, read, otherwise] = cells[..] else {
            anyhow::bail!("a row of docs/formats.md has another number of cells: {row}");
        };
        let writes = numbers(written);
        ensure!(
            !writes.is_empty(),
            "docs/formats.md names no format for {place}"
        );
        let also: Vec<_> = numbers(read)
            .into_iter()
            .filter(|one| is_number(one))
            .collect();
        let reads: Vec<_> = [writes.clone(), also].concat();
        Ok(json!({
            "where": place.replace('`', ""),
            "writes": writes,
            "reads": reads,
            "otherwise": otherwise.replace('`', ""),
            "signs_out": otherwise == SIGNED_OUT,
        }))
    });
    let rows = rows.collect::<Result<Vec<_>>>()?;
    ensure!(rows.len() > 5, "docs/formats.md has no table of formats");
    // Two versions are compared place by place.
    let mut places = HashSet::new();
    for row in &rows {
        let place = row["where"].as_str().unwrap_or_default();
        ensure!(
            places.insert(place),
            "docs/formats.md has two rows for {place}"
        );
    }
    ensure!(
        rows.iter().any(|row| row["signs_out"] == true),
        "no format of docs/formats.md has `{SIGNED_OUT}`"
    );
    Ok(format!("{:#}\n", json!({ "schema": 1, "formats": rows })))
}

/// The first word of each part of a cell: `2; 3 with a language` is 2 and 3.
fn numbers(cell: &str) -> Vec<String> {
    let parts = cell
        .split([';', ','])
        .filter_map(|part| part.split_whitespace().next());
    parts.map(str::to_owned).collect()
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
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
    fn when_the_formats_are_listed_then_an_upgrade_can_compare_them() {
        let list: Value = serde_json::from_str(&formats(&own("docs/formats.md")).unwrap()).unwrap();
        let of = |place: &str| {
            let rows = list["formats"].as_array().unwrap();
            rows.iter()
                .find(|row| row["where"] == place)
                .unwrap()
                .clone()
        };
        let session = of("cookie __Host-ol-session");
        assert_eq!(session["writes"], json!(["1", "2", "3"]));
        assert_eq!(session["signs_out"], true);
        assert_eq!(of("account object")["signs_out"], true);
        let attempt = of("cookie __Host-ol-attempt-…");
        assert_eq!(attempt["writes"], json!(["2", "3", "4"]));
        assert_eq!(attempt["reads"], json!(["2", "3", "4", "1", "2", "3"]));
        assert_eq!(attempt["signs_out"], false);
        assert_eq!(of("cookie __Host-ol-starts")["reads"], json!(["text"]));
    }

    #[test]
    fn rejects_a_table_of_formats_with_two_rows_for_one_place() {
        let page = own("docs/formats.md");
        let row = page
            .lines()
            .find(|line| line.starts_with("| account object"));
        let row = row.unwrap();
        let twice = page.replace(row, &format!("{row}\n{row}"));
        let said = formats(&twice).unwrap_err().to_string();
        assert_eq!(said, "docs/formats.md has two rows for account object");
    }
}
