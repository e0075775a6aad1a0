//! `cargo edge report`: how many sign-ins were started and came to their end, from the data points of `docs/numbers.md`.
//!
//! Source: Workers Analytics Engine, SQL API and SQL reference ("FORMAT clause", JSON).

mod figures;

use crate::keys::outside::pipe;
use crate::supply::Supply;
use crate::worker_config::WorkerConfig;
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use figures::Row;
use serde_json::{Value, json};
use shell::places::Places;
use shell::{npm, terminal};

/// The Node script that asks.
const SCRIPT: &str = include_str!("report.js");

/// The binding of the dataset.
const BINDING: &str = "NUMBERS";

/// The options of `cargo edge report`.
#[derive(Args)]
pub struct Options {
    /// How many weeks until now; Cloudflare keeps data points for three months
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=13))]
    weeks: u32,
    /// The environment
    #[arg(long, value_name = "ENV", default_value = "production")]
    env: String,
    /// One service's id, in place of all
    #[arg(long, value_name = "ID")]
    service: Option<String>,
    /// The dataset, in place of the one that the environment's configuration binds
    #[arg(long, value_name = "NAME")]
    dataset: Option<String>,
}

/// `cargo edge report`.
///
/// # Errors
/// When the environment counts nothing, or Cloudflare does not answer.
pub fn command(places: &Places, supply: &dyn Supply, options: &Options) -> Result<()> {
    let config = WorkerConfig::of(&places.root)?;
    let environment = options.env.as_str();
    let services = match &options.service {
        Some(service) => vec![config.find(environment, service)?],
        None => config
            .services(environment)
            .into_iter()
            .map(str::to_owned)
            .collect(),
    };
    ensure!(!services.is_empty(), "{environment} has no service");
    let dataset = match &options.dataset {
        Some(dataset) => dataset.clone(),
        None => bound(&config, environment)?,
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    ensure!(
        !dataset.is_empty() && dataset.bytes().all(plain),
        "the dataset {dataset:?} must have a name of letters, digits and underscores"
    );
    let account = config
        .item(environment, &["account_id"])
        .or_else(|| config.top("account_id"))
        .and_then(Value::as_str)
        .map(str::to_owned)
        .or_else(|| std::env::var("CLOUDFLARE_ACCOUNT_ID").ok())
        .context("name the account: account_id in the configuration, or CLOUDFLARE_ACCOUNT_ID")?;
    if std::env::var_os("CLOUDFLARE_API_TOKEN").is_none() {
        bail!("set CLOUDFLARE_API_TOKEN to a token that may read Account Analytics");
    }
    supply.node(places)?;
    let mut node = npm::node(places)?;
    let job = json!({ "account": account, "query": query(&dataset, options.weeks) });
    let answer = pipe(node.args(["-e", SCRIPT]), &job.to_string()).context("Node failed")?;
    let answer: Value = serde_json::from_str(&answer).context("Node's answer cannot be read")?;
    let rows = rows(&answer)?;
    for service in services {
        let own: Vec<_> = rows.iter().filter(|row| row.service == service).collect();
        let (weeks, text) = (options.weeks, figures::told(&own));
        terminal::line(format_args!(
            "{service} in {environment}, {weeks} weeks until now\n\n{text}"
        ))?;
    }
    Ok(())
}

/// The dataset that the environment's Worker writes to.
fn bound(config: &WorkerConfig, environment: &str) -> Result<String> {
    let bound = config.item(environment, &["analytics_engine_datasets"]);
    let bound = bound.and_then(Value::as_array).into_iter().flatten();
    let mut ours = bound.filter(|one| one["binding"] == BINDING);
    let Some(ours) = ours.next() else {
        bail!("{environment} counts nothing: no dataset is bound as {BINDING} (docs/numbers.md)");
    };
    // A dataset that the configuration does not name has the binding's name.
    Ok(ours["dataset"].as_str().unwrap_or(BINDING).to_owned())
}

/// One row for each combination of labels. Rows that Cloudflare has left out count by the interval of those that it kept.
fn query(dataset: &str, weeks: u32) -> String {
    let days = weeks * 7;
    format!(
        "SELECT blob1 AS event, blob2 AS outcome, blob3 AS label, blob4 AS service, blob5 AS level, \
         SUM(_sample_interval * double1) AS number, \
         quantileExactWeighted(0.5)(double2, _sample_interval) AS seconds \
         FROM {dataset} WHERE timestamp > NOW() - INTERVAL '{days}' DAY \
         GROUP BY event, outcome, label, service, level \
         ORDER BY event, outcome, label, service, level FORMAT JSON"
    )
}

/// The rows of an answer in the format JSON.
fn rows(answer: &Value) -> Result<Vec<Row>> {
    let text = answer["body"].as_str().unwrap_or_default();
    match answer["status"].as_u64() {
        Some(200) => {}
        Some(status) => {
            let said: String = text.chars().take(200).collect();
            bail!("Cloudflare answered {status}: {}", terminal::visible(&said))
        }
        None => bail!(
            "Cloudflare does not answer: {}",
            terminal::visible(answer["error"].as_str().unwrap_or_default())
        ),
    }
    let answer: Value = serde_json::from_str(text).context("Cloudflare's answer is not JSON")?;
    let data = answer["data"]
        .as_array()
        .context("Cloudflare's answer has no data")?;
    data.iter()
        .map(|row| Row::read(row).context("a row of Cloudflare's answer cannot be read"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_an_answer_that_holds_no_rows() {
        for answer in [
            json!({ "error": "getaddrinfo" }),
            json!({ "status": 403, "body": "{}" }),
            json!({ "status": 200, "body": "<html>" }),
            json!({ "status": 200, "body": "{}" }),
            json!({ "status": 200, "body": r#"{"data":[{"event":"a"}]}"# }),
        ] {
            assert!(rows(&answer).is_err(), "{answer}");
        }
        let none = json!({ "status": 200, "body": r#"{"meta":[],"data":[],"rows":0}"# });
        assert!(rows(&none).unwrap().is_empty());
    }
}
