//! The door to the outside: Cloudflare through wrangler, Node's cryptography, and a deployment's health page.
//!
//! A secret never stands on a command line, where other programs could read it, or in a file: it goes from Node to this
//! program and on to wrangler through pipes.

use crate::keys::cloudflare;
use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Map, Value};
use shell::places::Places;
use shell::{child, npm, terminal};
use std::cell::OnceCell;
use std::fmt;
use std::io::Write;
use std::process::{Command, Stdio};

/// What makes and reads keys.
const KEYS: &str = include_str!("keys.js");

/// Prints what the address in EDGE_URL answers.
const FETCH: &str = "
    fetch(process.env.EDGE_URL, { redirect: 'manual', signal: AbortSignal.timeout(10000) })
        .then(answer => answer.text()).then(text => process.stdout.write(text));";

/// Changes of secrets by name: a text to set, or none to delete. It cannot be printed by accident.
#[derive(Default)]
pub struct Changes(Map<String, Value>);

impl Changes {
    /// Sets a secret.
    pub fn set(&mut self, name: String, secret: Secret) {
        self.0.insert(name, Value::String(secret.0));
    }

    /// Deletes a secret.
    pub fn delete(&mut self, name: String) {
        self.0.insert(name, Value::Null);
    }

    /// The names that are deleted, in order.
    pub fn deleted(&self) -> Vec<&str> {
        let gone = self.0.iter().filter(|(_, value)| value.is_null());
        gone.map(|(name, _)| name.as_str()).collect()
    }

    /// The names that are set, in order.
    pub fn names(&self) -> Vec<&str> {
        let set = self.0.iter().filter(|(_, value)| !value.is_null());
        set.map(|(name, _)| name.as_str()).collect()
    }

    /// What `wrangler secret bulk` reads: an object of texts, null where a secret is deleted.
    pub fn reveal(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }
}

/// A secret text. It cannot be printed by accident.
pub struct Secret(String);

impl Secret {
    /// Takes a secret.
    pub const fn new(text: String) -> Self {
        Self(text)
    }
}

/// What the commands ask of the outside.
pub trait Outside {
    /// The account that everything goes to from now on: the configured one, or the only one.
    fn account(&self, configured: Option<&str>) -> Result<Account>;
    /// The names of the secrets of an environment's Worker; none when the account has no such Worker.
    fn secret_names(&self, environment: &str) -> Result<Option<Vec<String>>>;
    /// The bindings of the version that gets the requests: variables with their values, secrets without.
    fn bindings(&self, environment: &str) -> Result<Vec<Value>>;
    /// Sets and deletes secrets, all in one request.
    fn change_secrets(&self, environment: &str, changes: &Changes) -> Result<()>;
    /// Lets Node make or read a key; `keys.js` says what a job is.
    fn key_job(&self, job: &Value) -> Result<Value>;
    /// What a deployment's health page answers.
    fn health(&self, url: &str) -> Result<Value>;
    /// Tells the person something before the answer.
    fn note(&self, text: &str);
}

/// An account at Cloudflare.
#[derive(Clone)]
pub struct Account {
    /// Its id, which `account_id` in `wrangler.toml` names.
    pub id: String,
    /// Its name, where it was asked for.
    pub name: Option<String>,
}

impl fmt::Display for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(formatter, "{name} ({})", self.id),
            None => formatter.write_str(&self.id),
        }
    }
}

/// This machine.
pub struct Machine<'a> {
    /// Where programs are.
    pub places: &'a Places,
    /// The account that was found, so that every call of wrangler goes to the same one.
    pub chosen: OnceCell<Account>,
}

impl<'a> Machine<'a> {
    /// The machine as it is.
    pub const fn new(places: &'a Places) -> Self {
        Self {
            places,
            chosen: OnceCell::new(),
        }
    }
}

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
        // What Node prints when an address does not answer is a page of its own code.
        let answer = child::output(&mut node).map_err(|_| anyhow!("{url} does not answer"))?;
        serde_json::from_str(&answer)
            .with_context(|| format!("{url} is not the Worker's health page"))
    }
}

/// Runs a command with a text on its standard input and returns its standard output.
pub fn pipe(command: &mut Command, input: &str) -> Result<String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("the program cannot be started")?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ends before it has read everything says why on its standard error.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
