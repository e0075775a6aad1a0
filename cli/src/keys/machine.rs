//! This machine as the door to the outside: wrangler, Node, and the network.

use crate::keys::cloudflare::{self, Machine};
use crate::keys::outside::{Account, Changes, Outside, pipe};
use anyhow::{Context, Result, anyhow};
use serde_json::Value;
use shell::{child, npm, terminal};

/// The Node script that makes and reads keys.
const KEYS: &str = include_str!("keys.js");

/// Prints what the address in EDGE_URL answers.
const FETCH: &str = "
    fetch(process.env.EDGE_URL, { redirect: 'manual', signal: AbortSignal.timeout(10000) })
        .then(answer => answer.text()).then(text => process.stdout.write(text));";

impl Outside for Machine<'_> {
    fn account(&self, configured: Option<&str>) -> Result<Account> {
        cloudflare::account(self, configured)
    }

    fn secret_names(&self, environment: &str) -> Result<Option<Vec<String>>> {
        cloudflare::secret_names(self, environment)
    }

    fn bindings(&self, environment: &str) -> Result<Vec<Value>> {
        cloudflare::bindings(self, environment)
    }

    fn change_secrets(&self, environment: &str, changes: &Changes) -> Result<()> {
        cloudflare::change_secrets(self, environment, changes)
    }

    fn note(&self, text: &str) {
        terminal::note(text);
    }

    fn key_job(&self, job: &Value) -> Result<Value> {
        let mut node = npm::node(self.places)?;
        node.args(["-e", KEYS]).current_dir(&self.places.root);
        let answer =
            pipe(&mut node, &job.to_string()).context("Node cannot make or read the key")?;
        serde_json::from_str(&answer).context("Node's answer cannot be read")
    }

    fn health(&self, url: &str) -> Result<Value> {
        let mut node = npm::node(self.places)?;
        node.args(["-e", FETCH])
            .env("EDGE_URL", url)
            .current_dir(&self.places.root);
        // When an address does not answer, Node prints a page of its own code; replace that.
        let answer = child::output(&mut node).map_err(|_| anyhow!("{url} does not answer"))?;
        serde_json::from_str(&answer)
            .with_context(|| format!("{url} is not the Worker's health page"))
    }
}
