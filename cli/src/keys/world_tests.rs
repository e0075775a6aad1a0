//! The world that the commands are tested in: a checkout in a temporary directory, and an outside that notes everything
//! that goes through the door.

use super::outside::{Account, Changes, Outside};
use super::scene::Answer;
use super::when::{HOUR, Time};
use super::{Task, answer};
use crate::snapshots;
use anyhow::{Result, bail};
use base64ct::{Base64UrlUnpadded, Encoding};
use clap::Parser;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// The repository's own `wrangler.toml`, so that the examples in the documentation run against it.
const WRANGLER: &str = include_str!("../../../wrangler.toml");

/// When every story begins.
pub const START: Time = Time(1_795_348_800);

/// Every secret contains this text, so that a test notices a secret that gets out.
pub const CANARY: &str = "canary";

/// A directory that is gone after the test.
pub struct Directory(pub PathBuf);

impl Directory {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("edge-rotation-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(path.join("tree")).unwrap();
        fs::write(path.join("tree/wrangler.toml"), WRANGLER).unwrap();
        Self(path)
    }

    /// The checkout.
    pub fn tree(&self) -> PathBuf {
        self.0.join("tree")
    }

    /// A file of the checkout.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.tree().join(name)).unwrap()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// An outside that makes keys which are no keys: their public halves count up, their secrets are canaries.
#[derive(Default)]
pub struct Noted {
    pub secrets: RefCell<BTreeMap<String, BTreeMap<String, String>>>,
    pub health: RefCell<Option<Value>>,
    pub refuses: Cell<bool>,
    /// Whether the next change is made, and its answer lost.
    pub loses: Cell<bool>,
    /// The bindings of the version that is live.
    pub bindings: RefCell<Vec<Value>>,
    /// The lines that were shown before the answers.
    pub notes: RefCell<Vec<String>>,
    made: Cell<u8>,
}

impl Noted {
    /// The names of the secrets of an environment.
    pub fn names(&self, environment: &str) -> Vec<String> {
        self.secret_names(environment).unwrap().unwrap_or_default()
    }

    fn number(bytes: u32, seed: u8) -> String {
        let mut number = vec![seed | 0x80; bytes as usize];
        // No modulus of a key is even.
        number.push(1);
        Base64UrlUnpadded::encode_string(&number[1..])
    }
}

impl Outside for Noted {
    fn account(&self, configured: Option<&str>) -> Result<Account> {
        let id = configured.unwrap_or("only").to_owned();
        Ok(Account { id, name: None })
    }

    fn secret_names(&self, environment: &str) -> Result<Option<Vec<String>>> {
        let all = self.secrets.borrow();
        let there = all.get(environment);
        Ok(there.map(|secrets| secrets.keys().cloned().collect()))
    }

    fn bindings(&self, _: &str) -> Result<Vec<Value>> {
        Ok(self.bindings.borrow().clone())
    }

    fn note(&self, text: &str) {
        self.notes.borrow_mut().push(text.to_owned());
    }

    fn change_secrets(&self, environment: &str, changes: &Changes) -> Result<()> {
        if self.refuses.get() {
            bail!("Cloudflare did not take the secrets");
        }
        let is_lost = self.loses.replace(false);
        let mut all = self.secrets.borrow_mut();
        let there = all.entry(environment.to_owned()).or_default();
        let changes: BTreeMap<String, Value> = serde_json::from_str(&changes.reveal())?;
        for (name, value) in changes {
            match value.as_str() {
                Some(secret) => there.insert(name, secret.to_owned()),
                None => there.remove(&name),
            };
        }
        if is_lost {
            bail!("no answer came");
        }
        Ok(())
    }

    fn key_job(&self, job: &Value) -> Result<Value> {
        self.made.set(self.made.get() + 1);
        let seed = self.made.get();
        let rsa = |bits: u32, seed| {
            json!({
                "kind": "rsa", "bits": bits, "exponent": "65537", "secret": format!("{CANARY}-{seed}"),
                "public": { "kty": "RSA", "n": Self::number(bits / 8, seed), "e": "AQAB" },
            })
        };
        Ok(match job["do"].as_str() {
            Some("rsa") => rsa(u32::try_from(job["bits"].as_u64().unwrap())?, seed),
            // A file in these tests holds the number of its key.
            Some("read") => rsa(2_048, job["pem"].as_str().unwrap().trim().parse()?),
            Some("ec") => json!({
                "kind": "ec", "curve": "prime256v1", "secret": format!("{CANARY}-{seed}"),
                "public": {
                    "kty": "EC", "crv": "P-256", "x": Self::number(32, seed), "y": Self::number(32, seed),
                },
            }),
            Some("session") => json!({ "kind": "session", "secret": format!("{CANARY}-{seed}") }),
            Some("client_secret") => {
                json!({ "secret": format!("{CANARY}-{seed}"), "salt": "c2FsdHNhbHQ=" })
            }
            _ => bail!("no such job"),
        })
    }

    fn health(&self, url: &str) -> Result<Value> {
        match &*self.health.borrow() {
            Some(health) => Ok(health.clone()),
            None => bail!("{url} does not answer"),
        }
    }
}

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    task: Task,
}

/// Reads the arguments after `cargo edge keys`.
pub fn parse(line: &str) -> Task {
    match Line::try_parse_from(["keys"].into_iter().chain(line.split_whitespace())) {
        Ok(line) => line.task,
        Err(error) => panic!("{line}: {error}"),
    }
}

/// A checkout, its outside, and a clock.
pub struct World {
    pub directory: Directory,
    pub outside: Noted,
    pub now: Cell<Time>,
}

impl World {
    pub fn new() -> Self {
        Self {
            directory: Directory::new(),
            outside: Noted::default(),
            now: Cell::new(START),
        }
    }

    /// Runs a command for the service DEMO in integration, unless it names others.
    pub fn run(&self, line: &str) -> Result<Answer> {
        self.run_with(line, None)
    }

    /// The same with a file on standard input.
    pub fn run_with(&self, line: &str, pem: Option<&str>) -> Result<Answer> {
        let line = match line.contains("--service") {
            true => line.to_owned(),
            false => format!("{line} --service DEMO --env integration"),
        };
        let tree = self.directory.tree();
        let answer = answer(&self.outside, &tree, &parse(&line), pem, self.now.get());
        if let Ok(answer) = &answer {
            assert!(!answer.text.contains(CANARY), "{}", answer.text);
            is_readable(&answer.text);
        }
        answer
    }

    /// The text of a command that works.
    pub fn say(&self, line: &str) -> String {
        match self.run(line) {
            Ok(answer) => answer.text,
            Err(error) => panic!("{line}: {error:#}"),
        }
    }

    /// The message of a command that is refused.
    pub fn refusal(&self, line: &str) -> String {
        let Err(error) = self.run(line) else {
            panic!("{line} was not refused");
        };
        format!("{error:#}")
    }

    pub fn wait(&self, seconds: i64) {
        self.now.set(self.now.get().after(seconds));
    }

    pub fn wait_hours(&self, hours: i64) {
        self.wait(hours * HOUR);
    }

    /// The committed file of DEMO in integration, or of integration itself.
    pub fn file(&self, name: &str) -> Value {
        serde_json::from_str(&self.directory.read(name)).unwrap()
    }

    /// Lets the health page say that the key in `wrangler.toml`'s slot is used.
    pub fn deploy(&self, kind: &str, slot: &str) {
        let name = match kind {
            "session" => "keys/integration.json",
            _ => "keys/DEMO-integration.json",
        };
        let kid = &self.file(name)[kind]["generations"][slot]["kid"];
        *self.outside.health.borrow_mut() =
            Some(json!({ "keys": { kind: { "generation": slot, "active": kid } } }));
    }
}

/// No colour, no tab, and 80 columns but for what must stay in one line: a key, a line of a file.
fn is_readable(text: &str) {
    assert!(!text.contains(['\u{1b}', '\t', '\r']), "{text:?}");
    for line in text.lines().filter(|line| line.chars().count() > 80) {
        let whole = line.starts_with(['{', '+', '-']) || !line.trim().contains(' ');
        assert!(whole, "too wide: {line}");
    }
}

/// Compares a text with a committed one.
pub fn snapshot(name: &str, text: &str) {
    snapshots::matches(&format!("src/keys/snapshots/{name}.txt"), text);
}
