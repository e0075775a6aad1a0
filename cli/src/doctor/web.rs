//! The door to the outside: questions over HTTP and what came back, and Node's judgement of a signature.

use crate::keys::cloudflare::Machine;
use crate::keys::outside::{Outside, pipe};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shell::npm;
use shell::places::Places;
use std::collections::BTreeMap;

/// Asks one address after the other and prints what they answer.
const PROBE: &str = include_str!("probe.js");

/// Which question it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    Health,
    ClientKeys,
    AssertionKeys,
    /// The same from a program of the kind that services fetch keys with: its place among the agents.
    AssertionKeysAs(usize),
    /// A protected path, as a browser opens it.
    Navigation,
    /// A protected path, as a script asks for it.
    Script,
    Public,
    /// The same with a header that pretends to be an assertion.
    Spoofed,
    Callback,
    SignOut,
    SignedOut,
    Landing,
    BackChannelGet,
    BackChannelGarbage,
    /// The same from a client of the kind that One Login uses.
    BackChannelJava,
    /// The host's front page by http.
    Plain,
    /// A protected path at the origin itself.
    Origin,
    /// The same with a longer head.
    OriginHead,
    /// A path at the origin with the headers that the Worker sets: its place among the paths.
    OriginForwarded(usize),
    Discovery,
    /// The keys of the team of Cloudflare Access.
    TeamKeys,
    /// A path for staff, as a browser opens it.
    Staff,
    /// The signed request, at the provider.
    Authorise,
}

/// A question.
#[derive(Clone, Debug, Serialize)]
pub struct Question {
    #[serde(skip)]
    pub asked: Asked,
    /// Where it goes.
    pub url: String,
    pub method: &'static str,
    /// Names and values, each name once.
    pub headers: Vec<(&'static str, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<&'static str>,
    /// The host that is meant, where the address is another one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether any certificate will do.
    pub unchecked: bool,
}

/// An answer. Nothing was followed.
#[derive(Clone, Debug, Deserialize)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case, in the order in which they came; a name may be there several times.
    pub headers: Vec<(String, String)>,
    /// At most 256 KiB of it.
    pub body: String,
    /// From the connection to the last byte, in milliseconds.
    pub ms: u64,
    /// When it was complete by this machine's clock, in seconds since the epoch.
    pub at: i64,
}

/// The result of a question.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Reply {
    Answered(Answer),
    /// In the words of the network, such as `ECONNREFUSED`.
    Failed {
        error: String,
    },
}

/// Everything that was asked so far.
pub type Replies = BTreeMap<Asked, Reply>;

impl Answer {
    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(key, _)| key == name);
        named.next().map(|(_, value)| value.as_str())
    }

    /// Every value of a header.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.headers.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.as_str())
    }
}

/// A signature that waits to be verified.
#[derive(Clone, Debug)]
pub struct Signature {
    /// The algorithm that the token names; not checked here.
    pub alg: String,
    /// A public JSON Web Key.
    pub key: Value,
    /// The token without its signature.
    pub message: String,
    /// base64url without padding; not checked here.
    pub value: String,
}

impl Signature {
    /// The job that `keys.js` gets.
    pub fn job(&self) -> Value {
        json!({ "do": "verify", "alg": self.alg, "key": self.key, "message": self.message, "signature": self.value })
    }
}

/// Where questions go.
pub trait Web {
    /// Asks in order; the replies come in the same order.
    ///
    /// # Errors
    /// When nothing can be asked at all. A question that fails is a reply.
    fn ask(&self, questions: &[Question]) -> Result<Vec<Reply>>;

    /// Whether a signature is good.
    ///
    /// # Errors
    /// When Node cannot verify it. A malformed signature is no error: it is not good.
    fn verify(&self, signature: &Signature) -> Result<bool>;
}

/// The network and Node's cryptography.
pub struct Network<'a>(pub &'a Places);

impl Web for Network<'_> {
    fn ask(&self, questions: &[Question]) -> Result<Vec<Reply>> {
        let mut node = npm::node(self.0)?;
        node.args(["-e", PROBE]).current_dir(&self.0.root);
        let answers = pipe(&mut node, &serde_json::to_string(questions)?)
            .context("Node cannot ask the addresses")?;
        serde_json::from_str(&answers).context("Node's answers cannot be read")
    }

    fn verify(&self, signature: &Signature) -> Result<bool> {
        let answer = Machine::new(self.0).key_job(&signature.job())?;
        answer["good"].as_bool().context("Node did not verify")
    }
}
