//! `cargo edge sessions`: ends a person's sessions at a service, as the service itself does.
//!
//! The message is the one of `docs/ending-sessions.md`. Node signs and sends it.

pub mod of;

use crate::keys::outside::pipe;
use crate::keys::when;
use crate::supply::Supply;
use anyhow::{Context, Result, bail, ensure};
use clap::Subcommand;
use of::Of;
use one_login_edge::gate::sign_out::by_service;
use serde_json::{Value, json};
use shell::places::Places;
use shell::{npm, terminal};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The Node script that signs and sends.
const SCRIPT: &str = include_str!("sessions.js");

/// The tasks of `cargo edge sessions`.
#[derive(Subcommand)]
pub enum Task {
    /// End every session of a person, and keep the person out where it is asked for
    End {
        /// Where, and with which key
        #[command(flatten)]
        of: Of,
        /// The person, as assertions name them; `-` reads it from standard input
        #[arg(long, value_name = "SUB")]
        sub: String,
        /// Keep the person out for so many hours
        #[arg(long, value_name = "N", conflicts_with = "unblock", value_parser = clap::value_parser!(i64).range(1..=8_784))]
        block_hours: Option<i64>,
        /// Let a person in again who was kept out
        #[arg(long)]
        unblock: bool,
    },
    /// Print the public half of a key, as `service_keys` has it
    Key {
        /// The PEM file with the private key
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
}

/// `cargo edge sessions`.
///
/// # Errors
/// When the message cannot be made or sent, or the Worker refuses it.
pub fn command(places: &Places, supply: &dyn Supply, task: &Task) -> Result<()> {
    supply.node(places)?;
    match task {
        Task::Key { key } => {
            let read = ask(places, key, json!({}))?;
            terminal::line(setting(&read["jwk"]))
        }
        Task::End {
            of,
            sub,
            block_hours,
            unblock,
        } => {
            let (url, issuer, audience) = of.address(places, "sessions/end")?;
            let mut claims = json!({ "iss": issuer, "aud": audience, "sub": subject(sub)? });
            let block_until = match (block_hours, unblock) {
                (Some(hours), _) => Some(when::Time::now().after(hours * when::HOUR).0),
                (None, true) => Some(0),
                (None, false) => None,
            };
            if let Some(until) = block_until {
                claims["block_until"] = json!(until);
            }
            let job =
                json!({ "url": url, "typ": by_service::TYPE, "claims": claims, "kid": of.kid });
            let answer = ask(places, &of.key, job)?;
            terminal::line(told(&answer, &url, block_until)?)
        }
    }
}

/// The person who is named, or read from standard input.
fn subject(named: &str) -> Result<String> {
    if named != "-" {
        return Ok(named.to_owned());
    }
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    read.context("standard input cannot be read")?;
    Ok(text.trim().to_owned())
}

/// The answer of the script to a job with a key.
pub fn ask(places: &Places, key: &Path, mut job: Value) -> Result<Value> {
    let pem =
        fs::read_to_string(key).with_context(|| format!("{} cannot be read", key.display()))?;
    job["pem"] = json!(pem);
    let mut node = npm::node(places)?;
    let answer = pipe(node.args(["-e", SCRIPT]), &job.to_string()).context("Node failed")?;
    let answer: Value = serde_json::from_str(&answer).context("Node's answer cannot be read")?;
    ensure!(
        answer["fault"].is_null(),
        "{} holds no private P-256 or RSA key without a password, as PEM",
        key.display()
    );
    Ok(answer)
}

/// A public key as a line of TOML.
fn setting(jwk: &Value) -> String {
    let members = jwk.as_object().into_iter().flatten();
    let members: Vec<_> = members
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    format!("service_keys = [{{ {} }}]", members.join(", "))
}

/// The Worker's answer in words.
fn told(answer: &Value, url: &str, block_until: Option<i64>) -> Result<String> {
    match answer["status"].as_u64() {
        Some(200) => Ok(match block_until {
            None => "Ended. The person can sign in again.".to_owned(),
            Some(0) => "Ended. The person is no longer kept out.".to_owned(),
            Some(until) => format!("Ended. The person is kept out until {}.", when::Time(until)),
        }),
        Some(404) => bail!("{url} does not exist: is service_keys deployed?"),
        Some(503) => bail!(
            "the account or the key set gave no answer, or the person's account got too many messages; run the command again, in two minutes at the latest"
        ),
        Some(status) => bail!("{}", refused(url, status, answer)),
        None => bail!("{url} does not answer: {}", said(&answer["error"])),
    }
}

/// A refusal in words, with the way out where the time of the message is the reason.
pub fn refused(url: &str, status: u64, answer: &Value) -> String {
    let body = said(&answer["body"]);
    let is_of_time = ["issued_at_invalid", "expired"].map(|label| body.contains(label));
    let way_out = match is_of_time {
        [false, false] => "",
        _ => {
            ". The Worker's clock and this machine's differ: set this machine's, and run the command again"
        }
    };
    format!("{url} answered {status}: {body}{way_out}")
}

/// A text of another program, for the terminal.
pub fn said(value: &Value) -> String {
    terminal::visible(value.as_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_the_worker_answers_then_the_words_say_what_follows() {
        let told = |status: u16, until| told(&json!({ "status": status, "body": "x" }), "u", until);
        assert!(told(200, None).unwrap().contains("sign in again"));
        assert!(told(200, Some(0)).unwrap().contains("no longer kept out"));
        assert!(
            told(200, Some(1_800_000_000))
                .unwrap()
                .contains("15 January 2027")
        );
        for status in [400, 404, 503] {
            assert!(told(status, None).is_err(), "{status}");
        }
        for (label, is_of_time) in [("issued_at_invalid", true), ("expired", true), ("x", false)] {
            let refused = refused("u", 400, &json!({ "body": label }));
            assert_eq!(
                refused.contains("set this machine's"),
                is_of_time,
                "{refused}"
            );
        }
    }

    #[test]
    fn when_a_key_is_printed_then_it_is_a_line_of_the_table() {
        let line = setting(&json!({ "crv": "P-256", "kty": "EC" }));
        let read: Value = toml::from_str(&line).unwrap();
        assert_eq!(read["service_keys"][0]["kty"], "EC");
    }
}
