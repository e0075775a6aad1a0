//! `cargo edge switch`: switches sign-in off, or closes the whole service, by the record of `docs/switch.md` in KV.
//!
//! Node signs the record, and wrangler writes it.

mod clock;
mod store;
mod until;

use crate::keys::Of;
use crate::keys::outside::Outside;
use crate::sessions::ask;
use crate::supply::Supply;
use crate::worker_config::WorkerConfig;
use anyhow::{Context, Result, bail, ensure};
use clap::{Args, Subcommand, ValueEnum};
use one_login_edge::config::Service;
use one_login_edge::gate::service_proof::expected;
use one_login_edge::oidc::SKEW;
use one_login_edge::oidc::jws::Untrusted;
use one_login_edge::oidc::switch::{Off, Record, SERVICE_CLOSED, SIGN_IN_OFF, TYPE};
use serde_json::{Value, json};
use shell::places::Places;
use shell::terminal;
use std::path::PathBuf;
use std::rc::Rc;
use store::{Store, is_after};
use until::now;

/// The tasks of `cargo edge switch`.
#[derive(Subcommand)]
pub enum Task {
    /// Switch every start of a sign-in off, or on again; people who are signed in go on
    #[command(
        override_usage = "cargo edge switch sign-in <off|on> --service <ID> --env <ENV>\n       --key <FILE> [OPTIONS]"
    )]
    SignIn {
        /// `off` or `on`
        state: SignIn,
        /// Where, how long and with which key
        #[command(flatten)]
        change: Change,
    },
    /// Close the whole service, or open it again
    #[command(
        override_usage = "cargo edge switch service <closed|open> --service <ID> --env <ENV>\n       --key <FILE> [OPTIONS]"
    )]
    Service {
        /// `closed` or `open`
        state: Whole,
        /// Where, how long and with which key
        #[command(flatten)]
        change: Change,
    },
    /// Print the record in KV, and what the deployment says
    Show {
        /// Where
        #[command(flatten)]
        of: Of,
    },
}

/// The state of signing in.
#[derive(Clone, Copy, ValueEnum)]
pub enum SignIn {
    /// No sign-in may start.
    Off,
    /// Nothing but the rules of the routes counts.
    On,
}

/// The state of the whole service.
#[derive(Clone, Copy, ValueEnum)]
pub enum Whole {
    /// Each page says that the service is unavailable.
    Closed,
    /// Nothing but the rules of the routes counts.
    Open,
}

/// A change of the switch.
#[derive(Args)]
pub struct Change {
    /// Where
    #[command(flatten)]
    of: Of,
    /// The PEM file with the private key of `service_keys`
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The key's id [default: its RFC 7638 thumbprint]
    #[arg(long, value_name = "ID")]
    kid: Option<String>,
    /// Until when, as people in the United Kingdom say it, such as 2026-12-01T18:00
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Print the record that would be written, and write nothing
    #[arg(long)]
    print: bool,
    /// With --print: do not read the record in KV, so that the other part is on in the one that is printed
    #[arg(long, requires = "print")]
    offline: bool,
}

/// `cargo edge switch`.
///
/// # Errors
/// When the record cannot be made, read or written.
pub fn command(places: &Places, supply: &dyn Supply, task: &Task) -> Result<()> {
    supply.node(places)?;
    let (change, part, is_off) = match task {
        Task::SignIn { state, change } => (change, SIGN_IN_OFF, matches!(state, SignIn::Off)),
        Task::Service { state, change } => (change, SERVICE_CLOSED, matches!(state, Whole::Closed)),
        Task::Show { of } => return show(places, of),
    };
    let off = off(is_off, change.until.as_deref(), now())?;
    let config = WorkerConfig::of(&places.root)?;
    let service = configured(&config, &change.of)?;
    if change.offline {
        let record = with(nothing(), part, off);
        return terminal::line(signed(places, change, &service, &record)?);
    }
    let health = format!("{}{}", service.origin_url, service.own_page("health"));
    clock::compare(places, &change.key, &health)?;
    let store = Store::of(places, &config, &change.of, &service)?;
    let before = before(places, change, &service, &store)?;
    let record = with(before, part, off);
    let token = signed(places, change, &service, &record)?;
    if change.print {
        return terminal::line(token);
    }
    store.write(&token)?;
    terminal::line(told(&record, now()))?;
    terminal::line("It counts within 90 seconds.")
}

/// The record that a change follows: nothing is off in it where the one in KV is not by this key.
fn before(
    places: &Places,
    change: &Change,
    service: &Service,
    store: &Store<'_>,
) -> Result<Record> {
    let mut before = nothing();
    let Some(text) = store.read()? else {
        return Ok(before);
    };
    // Its time may be ahead, and the next one is to say a later one.
    let known = read(service, &text, i64::MAX - SKEW).ok();
    match known {
        Some(record) if is_ours(places, change, &text)? => {
            let later = is_after(&record, now());
            later.map_err(|error| anyhow::anyhow!("{error}. {}", store.removal()))?;
            before = record;
        }
        _ => {
            terminal::note(
                "The record in KV is not signed by this key, so that nothing of it is kept.",
            );
            // Another key of the service's may have signed it. One from the future counts nowhere.
            let known = known.filter(|record| is_after(record, now()).is_ok());
            before.issued_at = known.map_or(0, |record| record.issued_at);
        }
    }
    Ok(before)
}

fn show(places: &Places, of: &Of) -> Result<()> {
    let config = WorkerConfig::of(&places.root)?;
    let service = configured(&config, of)?;
    let store = Store::of(places, &config, of, &service)?;
    terminal::line(match store.read()? {
        None => "There is no record in KV.".to_owned(),
        Some(text) => match read(&service, &text, now()) {
            Ok(record) => told(&record, now()),
            Err(error) => format!("The record in KV does not count: {error}."),
        },
    })?;
    let url = format!("{}{}", service.origin_url, service.own_page("health"));
    let health = store.machine.health(&url)?;
    let said = &health["switch"];
    ensure!(
        !said.is_null(),
        "{url} names no switch: is `switch = true` deployed?"
    );
    terminal::line(format!("The deployment says: {said}"))
}

/// The service, which must have a switch.
fn configured(config: &WorkerConfig, of: &Of) -> Result<Rc<Service>> {
    let id = config.find(&of.env, &of.service)?;
    let service = config.service(&of.env, &id)?;
    ensure!(service.switch, "{id} has no `switch = true` in {}", of.env);
    Ok(service)
}

/// The part's new state.
fn off(is_off: bool, until: Option<&str>, now: i64) -> Result<Option<Off>> {
    let until = until.map(until::read).transpose()?;
    match (is_off, until) {
        (false, None) => Ok(None),
        (false, Some(_)) => bail!("--until is for a part that is switched off"),
        (true, Some(time)) if time <= now => bail!("--until is not in the future"),
        (true, until) => Ok(Some(Off { until })),
    }
}

/// A record in which everything is on.
const fn nothing() -> Record {
    Record {
        issued_at: 0,
        sign_in: None,
        service: None,
    }
}

fn with(mut record: Record, part: &str, off: Option<Off>) -> Record {
    match part {
        SIGN_IN_OFF => record.sign_in = off,
        _ => record.service = off,
    }
    record
}

/// The record in a text, by the Worker's own rules at a time for all but the signature.
fn read(service: &Service, text: &str, now: i64) -> Result<Record> {
    let read = || {
        let token = Untrusted::parse(text)?;
        let expected = expected(service, TYPE, now);
        Record::read(token.typ.as_deref(), &token.unverified()?, &expected)
    };
    read().map_err(|refusal| anyhow::anyhow!(refusal.label()))
}

fn is_ours(places: &Places, change: &Change, text: &str) -> Result<bool> {
    let answer = ask(places, &change.key, json!({ "judged": text }))?;
    Ok(answer["ours"] == true)
}

fn signed(places: &Places, change: &Change, service: &Service, record: &Record) -> Result<String> {
    let mut claims = json!({ "iss": service.origin_audience, "aud": service.origin_url });
    for (name, off) in [
        (SIGN_IN_OFF, record.sign_in),
        (SERVICE_CLOSED, record.service),
    ] {
        if let Some(off) = off {
            claims[name] = off.until.map_or(Value::Bool(true), Value::from);
        }
    }
    // Two machines' clocks differ, and a change must count after the one before.
    let least = record.issued_at + 1;
    let job = json!({ "typ": TYPE, "claims": claims, "kid": change.kid, "least": least });
    let answer = ask(places, &change.key, job)?;
    let token = answer["token"].as_str();
    Ok(token.context("Node signed nothing")?.to_owned())
}

/// Both parts in words.
fn told(record: &Record, now: i64) -> String {
    let state = |off: Option<Off>, on: &str, name: &str| match off.filter(|off| off.counts(now)) {
        None => on.to_owned(),
        Some(Off { until: None }) => format!("{name}, until the next command"),
        Some(Off { until: Some(time) }) => format!("{name} until {}", until::written(time)),
    };
    format!(
        "sign-in: {}\nservice: {}",
        state(record.sign_in, "on", "off"),
        state(record.service, "open", "closed")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_796_140_000;

    #[test]
    fn when_one_part_changes_then_the_other_stays() {
        let first = off(true, Some("2026-12-01T18:00"), NOW).unwrap();
        let record = with(nothing(), SIGN_IN_OFF, first);
        let record = with(record, SERVICE_CLOSED, off(true, None, NOW).unwrap());
        let until = Some(1_796_148_000);
        assert_eq!(record.sign_in, Some(Off { until }));
        assert_eq!(record.service, Some(Off { until: None }));
        assert_eq!(
            told(&record, NOW),
            "sign-in: off until 6pm on Tuesday 1 December 2026 (18:00:00 UTC on 1 December 2026)\n\
             service: closed, until the next command"
        );
        let record = with(record, SERVICE_CLOSED, off(false, None, NOW).unwrap());
        assert_eq!(told(&record, 1_796_148_000), "sign-in: on\nservice: open");
    }

    #[test]
    fn rejects_a_time_that_is_past_or_that_a_part_which_is_on_does_not_need() {
        assert!(off(true, Some("2026-12-01T15:00"), NOW).is_err());
        assert!(off(false, Some("2026-12-01T18:00"), NOW).is_err());
        assert!(off(true, Some("tomorrow"), NOW).is_err());
    }
}
