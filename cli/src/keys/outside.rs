//! The door to the outside: Cloudflare through wrangler, Node's cryptography, and a deployment's health page.
//!
//! No command line, which other programs could read, and no file holds a secret: it goes from Node to this
//! program and on to wrangler through pipes.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};
use std::fmt;
use std::io::Write;
use std::process::{Command, Stdio};

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

    /// The input of `wrangler secret bulk`: an object of texts, null for each secret to delete.
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

/// The world outside this program, as the commands use it: Cloudflare, Node, the health page and the terminal.
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
    /// The answer of a deployment's health page.
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
