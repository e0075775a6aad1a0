//! The people who may come in: the list of a service's invitations, and the service's messages that change it.
//!
//! The list keeps no address, but a hash under a key of its own. That key is made at the first use and is in the list, sealed under
//! the session key, so that no reader of the storage can guess addresses. No key of a deployment outlives its rotations, and a
//! hash cannot be made again without the address. So it is the seal that is made again, by the first change or hourly task after
//! another generation seals. A seal that neither generation opens is a loss, and nothing takes its place until the service clears the list.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::config::Admission;
use crate::gate::accounts;
use crate::gate::context::Context;
use crate::gate::delivery::NotTaken;
use crate::gate::http::reply::Reply;
use crate::gate::pages::failure::Failure;
use crate::oidc::json::Object;
use crate::oidc::refusal::Refusal;
use crate::oidc::service_token::ServiceToken;
use crate::platform::{Outage, Platform};
use crate::session::account::admission::{
    Act, Kind, MAX_INVITATIONS, Mark, Sheet, check, keyed_mark, mark, name,
};
use crate::session::account::{AccountReply, Question};
use crate::session::seal::{NONCE, Purpose};
use crate::session::session::Session;

/// The `typ` of the service's token.
pub const TYPE: &str = "admission+jwt";

/// The label of a key that no session key opens.
const LOST: &str = "key_lost";

/// The most invitations that one message names.
pub const MAX_NAMED: usize = 200;

/// The lengths of a code that is looked for, in bytes: 128 bits as base64url, or more.
const CODES: RangeInclusive<usize> = 22..=64;

type Key = [u8; 32];

/// Whether anybody is asked for an invitation anywhere in the service.
#[must_use]
pub fn asks<P: Platform>(context: &Context<P>) -> bool {
    context.service.admission != Admission::Anybody
}

/// A question to the list.
struct Asked<'a> {
    act: Act,
    /// The message's `jti`, or an empty text for what no message asked for.
    id: &'a str,
    max: i64,
    /// The person who comes.
    marks: Vec<u8>,
    /// The addresses, codes and people that it is about.
    who: Vec<&'a str>,
}

/// Whether the person of a new session may come in; `code` is empty where the person has none.
///
/// # Errors
/// [`Outage`] when the list gave no answer; then there must be no session.
pub async fn admits<P: Platform>(
    context: &Context<P>,
    session: &Session,
    code: &str,
) -> Result<bool, Outage> {
    let email = session.email.as_ref().filter(|email| email.verified);
    // A browser brings codes only: an address or a person counts by the provider's word.
    let code = if is_code(code) { code } else { "" };
    let mut who = vec![email.map_or("", |email| &email.value), code];
    who.retain(|text| !text.is_empty());
    let asked = Asked {
        act: Act::Admit,
        id: "",
        max: 0,
        marks: of_person(context, &session.subject).to_vec(),
        who,
    };
    Ok(ask(context, asked).await?.is_some_and(|answer| answer.done))
}

/// Changes the list as the service says, and tells how many there are.
///
/// # Errors
/// [`NotTaken`]: why not.
pub async fn change<P: Platform>(
    context: &Context<P>,
    token: &ServiceToken,
    claims: &Object,
) -> Result<Reply, NotTaken> {
    // It is about no person: the service speaks of itself.
    if token.subject != context.service.origin_audience {
        return Err(Refusal::SubjectInvalid.into());
    }
    let (asked, label) = read(&token.id, claims)?;
    let answer = ask(context, asked).await.map_err(|outage| {
        let failure = Failure::Account(outage).outcome();
        NotTaken::Outage(failure.label)
    })?;
    let answer = answer.ok_or(NotTaken::Refused(LOST))?;
    if !answer.done {
        return Err(NotTaken::Refused("list_full"));
    }
    context.log_done("admission", label);
    Ok(told(&answer))
}

/// The question in the claims of a message, and its name in the log.
fn read<'a>(id: &'a str, claims: &'a Object) -> Result<(Asked<'a>, &'static str), NotTaken> {
    let read = || {
        let max = claims.seconds("max")?.unwrap_or(MAX_INVITATIONS);
        Ok::<_, Refusal>((claims.text("act")?, claims.texts("who")?, max))
    };
    let (wanted, who, max) = read()?;
    let wanted = wanted.unwrap_or("?");
    let named = |(act, name): &&(Act, &str)| *act != Act::Admit && *name == wanted;
    let act = Act::ALL.iter().find(named);
    let &(act, label) = act.ok_or(NotTaken::Refused("act_unknown"))?;
    if who.len() > MAX_NAMED {
        return Err(NotTaken::Refused("too_many"));
    }
    // No link with such a code would let a person in; one that is on the list can be taken out.
    if act == Act::Add && who.iter().any(|text| !is_named(text) && !is_code(text)) {
        return Err(NotTaken::Refused("code_length"));
    }
    let is_slip = |text: &&str| text.contains('@') && !is_address(text);
    if act == Act::Add && who.iter().any(is_slip) {
        return Err(NotTaken::Refused("address_malformed"));
    }
    let asked = Asked {
        act,
        id,
        max: max.min(MAX_INVITATIONS),
        marks: Vec::new(),
        who,
    };
    Ok((asked, label))
}

fn told(answer: &Sheet) -> Reply {
    let mut told = Map::new();
    for (name, number) in [
        ("invitations", answer.invitations),
        ("people", answer.people),
        ("max", answer.max),
    ] {
        told.insert(name.to_owned(), number.into());
    }
    Reply::json(200, &Value::Object(told))
}

/// Seals the list's key again where another generation seals by now: the hourly task. Once a month it also moves the list's end.
pub async fn keep_key<P: Platform>(context: &Context<P>) {
    let nothing = Asked {
        act: Act::Count,
        id: "",
        max: 0,
        marks: Vec::new(),
        who: Vec::new(),
    };
    if let Err(outage) = ask(context, nothing).await {
        context.log_failed("admission", Failure::Account(outage).outcome().label);
    }
}

/// Whether a text is a code that is looked for: neither an address, nor a person, nor too short or too long.
#[must_use]
pub fn is_code(text: &str) -> bool {
    !is_named(text) && CODES.contains(&text.len())
}

/// Whether a text with an `@` is an address and nothing more: with a comma, a bracket or an invisible character of a list it
/// would be another address, which lets no person in. Whether there is such a mailbox is not checked.
///
/// Source: RFC 5321 section 4.1.2 (`Dot-string`, `Domain`), with letters of RFC 6531 section 3.3.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let is_strange = |c: char| {
        let invisible =
            matches!(c, '\u{80}'..='\u{a0}' | '\u{ad}' | '\u{2000}'..='\u{206f}' | '\u{feff}');
        c.is_ascii_control() || invisible || " ,;:<>()[]\\\"".contains(c)
    };
    let Some((name, host)) = text.split_once('@') else {
        return false;
    };
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || !c.is_ascii();
    let mut labels = host.split('.');
    !matches!(name, "" | "*")
        && !text.contains(is_strange)
        && host.contains('.')
        && labels.all(|label| !label.is_empty() && label.chars().all(is_letter))
}

fn is_named(text: &str) -> bool {
    text.contains('@') || text.starts_with("urn:")
}

/// The mark of an address, of a person as assertions name them, or of a code. The case of an address is folded, and nothing else.
fn of_text<P: Platform>(context: &Context<P>, key: &Key, text: &str) -> Mark {
    if text.contains('@') {
        keyed_mark(Kind::Address, key, &text.to_ascii_lowercase())
    } else if text.starts_with("urn:") {
        of_person(context, text)
    } else {
        keyed_mark(Kind::Code, key, text)
    }
}

fn of_person<P: Platform>(context: &Context<P>, subject: &str) -> Mark {
    mark(Kind::Person, &accounts::digest(context, subject))
}

/// The name of the list's object.
fn list<P: Platform>(context: &Context<P>) -> String {
    let service = &context.service;
    name(service.environment.as_str(), &service.client_id)
}

/// The list's answer; `None` where no session key opens the list's own key, which the log says.
///
/// The first question is for the key, and whether a person is in, who then needs no invitation and uses none up. The second one
/// is about hashes, and has the key, sealed again if need be.
async fn ask<P: Platform>(
    context: &Context<P>,
    mut asked: Asked<'_>,
) -> Result<Option<Sheet>, Outage> {
    let name = list(context);
    let mut sheet = Sheet {
        act: Act::Admit,
        marks: asked.marks.clone(),
        ..Sheet::default()
    };
    let mut is_second = false;
    loop {
        let question = Question::Admission(Box::new(sheet));
        let AccountReply::Admission(answer) = context.platform.ask(&name, question).await? else {
            return Err(Outage::Unreachable);
        };
        if is_second || answer.done {
            // Another request may have been faster with a key of its own.
            return match answer.act == Act::Count && !answer.done && asked.act != Act::Admit {
                true => Err(Outage::Unreachable),
                false => Ok(Some(*answer)),
            };
        }
        match second(context, &mut asked, &name, &answer.key) {
            None => return Ok(None),
            Some(next) => sheet = next,
        }
        is_second = true;
    }
}

/// The second question; `sealed` is the list's key.
fn second<P: Platform>(
    context: &Context<P>,
    asked: &mut Asked<'_>,
    name: &str,
    sealed: &str,
) -> Option<Sheet> {
    let ring = context.isolate.config.ring.as_ref()?;
    let opened = ring.open(Purpose::Reference, name, sealed);
    let opened = opened.and_then(|key| key.as_slice().try_into().ok());
    let begins = opened.is_none() && (sealed.is_empty() || asked.act == Act::Clear);
    let key = match opened {
        None if begins => context.random(),
        None => {
            context.log_failed("admission", LOST);
            return None;
        }
        Some(key) => key,
    };
    let is_kept = !begins && ring.is_newest(sealed);
    let mut marks = std::mem::take(&mut asked.marks);
    for text in &asked.who {
        marks.extend_from_slice(&of_text(context, &key, text));
    }
    Some(Sheet {
        act: asked.act,
        done: begins,
        max: asked.max,
        people: if begins { 0 } else { check(sealed) },
        key: match is_kept {
            true => sealed.to_owned(),
            false => ring.seal(Purpose::Reference, name, context.random::<NONCE>(), &key),
        },
        id: asked.id.to_owned(),
        marks,
        ..Sheet::default()
    })
}
