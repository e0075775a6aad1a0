//! `cargo edge invite`: who may come in to a service with `admission`, as the service itself says it.
//!
//! The message is the one of `docs/admission.md`. Node signs and sends it, and makes the codes.

use crate::sessions::of::Of;
use crate::sessions::{ask, refused, said};
use crate::supply::Supply;
use anyhow::{Context, Result, bail, ensure};
use clap::Subcommand;
use one_login_edge::gate::admission::{MAX_NAMED, TYPE, is_address};
use one_login_edge::session::account::admission::MAX_INVITATIONS;
use serde_json::{Value, json};
use shell::places::Places;
use shell::terminal;
use std::io::Read;

/// The tasks of `cargo edge invite`.
#[derive(Subcommand)]
pub enum Task {
    /// Invite e-mail addresses, or print links with codes that let in one person each
    Add {
        /// E-mail addresses, or people as assertions name them; `-` reads them from standard input, each on a line
        #[arg(value_name = "WHO", required_unless_present = "codes")]
        who: Vec<String>,
        /// Make so many codes, and print their links
        #[arg(long, value_name = "N", conflicts_with = "who", value_parser = clap::value_parser!(u64).range(1..=MAX_NAMED as u64))]
        codes: Option<u64>,
        /// Where, and with which key
        #[command(flatten)]
        of: Of,
    },
    /// Invite them no longer; a person who came in by it comes in no more with the next sign-in
    Remove {
        /// E-mail addresses, people as assertions name them, or links; `-` reads them from standard input
        #[arg(value_name = "WHO", required_unless_present = "all")]
        who: Vec<String>,
        /// Every invitation, and every person who came in
        #[arg(long, conflicts_with = "who")]
        all: bool,
        /// Where, and with which key
        #[command(flatten)]
        of: Of,
    },
    /// Print how many invitations there are, and how many people came in by them
    Count {
        /// Where, and with which key
        #[command(flatten)]
        of: Of,
    },
    /// Let no further person in; those who came in stay
    Close {
        /// Let people in until so many have come
        #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..=MAX_INVITATIONS))]
        max: i64,
        /// Where, and with which key
        #[command(flatten)]
        of: Of,
    },
    /// Let every person in who is invited, after `close`
    Open {
        /// Where, and with which key
        #[command(flatten)]
        of: Of,
    },
}

/// `cargo edge invite`.
///
/// # Errors
/// When a message cannot be made or sent, or the Worker refuses it.
pub fn command(places: &Places, supply: &dyn Supply, task: &Task) -> Result<()> {
    supply.node(places)?;
    let Wish {
        of,
        act,
        who,
        codes,
    } = wish(task, std::io::stdin())?;
    let (url, issuer, audience) = of.address(places, "admission")?;
    let mut answer = Value::Null;
    let mut parts: Vec<&[String]> = who.chunks(MAX_NAMED).collect();
    if parts.is_empty() {
        parts.push(&[]);
    }
    for who in parts {
        let mut claims = act.clone();
        for (name, value) in [("iss", &issuer), ("aud", &audience), ("sub", &issuer)] {
            claims[name] = json!(value);
        }
        claims["who"] = json!(who);
        let job =
            json!({ "url": url, "typ": TYPE, "claims": claims, "kid": of.kid, "codes": codes });
        answer = ask(places, &of.key, job)?;
        answer["told"] = json!(told(&answer, &url)?);
    }
    for code in answer["codes"].as_array().into_iter().flatten() {
        terminal::line(link(&url, code.as_str().unwrap_or_default()))?;
    }
    terminal::line(answer["told"].as_str().unwrap_or_default())
}

/// The message of a task, and where it goes.
struct Wish<'a> {
    of: &'a Of,
    act: Value,
    who: Vec<String>,
    codes: Option<u64>,
}

/// The wish of a task; `-` reads people from `input`.
fn wish(task: &Task, input: impl Read) -> Result<Wish<'_>> {
    let (of, act, who, codes) = match task {
        Task::Add {
            codes: Some(codes),
            of,
            ..
        } => (of, json!({ "act": "add" }), Vec::new(), Some(*codes)),
        Task::Add { who, of, .. } => (of, json!({ "act": "add" }), named(who, input)?, None),
        Task::Remove { all: true, of, .. } => (of, json!({ "act": "clear" }), Vec::new(), None),
        Task::Remove { who, of, .. } => (of, json!({ "act": "remove" }), named(who, input)?, None),
        Task::Count { of } => (of, json!({ "act": "count" }), Vec::new(), None),
        Task::Close { max, of } => (of, json!({ "act": "limit", "max": max }), Vec::new(), None),
        Task::Open { of } => (of, json!({ "act": "limit" }), Vec::new(), None),
    };
    Ok(Wish {
        of,
        act,
        who,
        codes,
    })
}

/// The link with a code.
fn link(url: &str, code: &str) -> String {
    let own = url.strip_suffix("/admission").unwrap_or(url);
    format!("{own}/sign-in?invitation={code}")
}

/// The people who are named, or read from standard input; a code for the link that has it.
///
/// A text that names no person may be an address with a slip, so that a fault names its place and never the text.
fn named(who: &[String], mut input: impl Read) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for (at, text) in (1..).zip(who) {
        if text == "-" {
            let mut text = String::new();
            let read = input.read_to_string(&mut text);
            read.context("standard input cannot be read")?;
            // Spreadsheets write a byte order mark first.
            let text = text.trim_start_matches('\u{feff}');
            for (at, line) in (1..).zip(text.lines().map(str::trim)) {
                if !line.is_empty() {
                    let place = || format!("line {at} of standard input");
                    all.push(invitation(line).with_context(place)?);
                }
            }
        } else {
            all.push(invitation(text).with_context(|| format!("WHO, number {at}"))?);
        }
    }
    ensure!(!all.is_empty(), "standard input names no person");
    Ok(all)
}

/// An address, a person or a code, as a message names it.
fn invitation(text: &str) -> Result<String> {
    if let Some((_, code)) = text.split_once("invitation=") {
        return Ok(code.split('&').next().unwrap_or_default().to_owned());
    }
    ensure!(
        is_address(text) || text.starts_with("urn:"),
        "this is no e-mail address, no person such as urn:fdc:gov.uk:2022:… and no link with an invitation; a domain invites no person"
    );
    Ok(text.to_owned())
}

/// The Worker's answer in words.
fn told(answer: &Value, url: &str) -> Result<String> {
    match answer["status"].as_u64() {
        Some(200) => {
            let body = answer["body"].as_str().unwrap_or_default();
            let told: Value = serde_json::from_str(body).context("the answer cannot be read")?;
            let number = |name: &str| told[name].as_i64().unwrap_or_default();
            let (invitations, people, max) =
                (number("invitations"), number("people"), number("max"));
            let limit = match max {
                MAX_INVITATIONS => "Every person who is invited may come in.".to_owned(),
                max if people >= max => "No further person may come in.".to_owned(),
                max => format!("People may come in until there are {max}."),
            };
            Ok(format!(
                "{invitations} invitation{}, {people} used. {limit}",
                if invitations == 1 { "" } else { "s" }
            ))
        }
        Some(404) => bail!("{url} does not exist: is `admission` deployed?"),
        Some(503) => bail!("the list or the key set gave no answer; run the command again"),
        Some(status) => bail!("{}", refused(url, status, answer)),
        None => bail!("{url} does not answer: {}", said(&answer["error"])),
    }
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
