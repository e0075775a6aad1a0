//! The switch: a service says in KV that no sign-in may start, or that it is closed, without a deployment.
//!
//! It can only close: each rule of a route counts as before whatever it says. A record counts when the service signed it
//! and it is not older than the one that is known; any other changes nothing, and no record at all changes nothing either.
//! So the known record counts until its time while KV is down, and without one the service goes on.
//!
//! Source: GOV.UK Design System, "Service unavailable pages"; RFC 9110 section 10.2.3 (`Retry-After`).

pub mod known;

use serde_json::{Value, json};

use crate::config::Service;
use crate::gate::context::Context;
use crate::gate::delivery::NotTaken;
use crate::gate::http::reply::Reply;
use crate::gate::http::request::Request;
use crate::gate::links::is_api;
use crate::gate::pages::{Page, moment};
use crate::gate::service_proof::{expected, verified};
use crate::oidc::jws::Untrusted;
use crate::oidc::switch::{Off, Record, TYPE};
use crate::platform::{EventOutcome, Platform};

/// When to try again where the record names no time, in seconds.
const RETRY_AFTER: i64 = 600;

/// The longest time that `Retry-After` names, in seconds.
const LONGEST_WAIT: i64 = 86_400;

/// The name of a service's record in KV.
#[must_use]
pub fn name(service: &Service) -> String {
    format!("switch/{}", service.origin_url)
}

/// A part that can be off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Starting a sign-in, for whatever purpose.
    SignIn,
    /// The whole service.
    Service,
}

impl Part {
    /// The part of which a page speaks.
    #[must_use]
    pub fn of(page: Page) -> Option<Self> {
        let parts = [Self::SignIn, Self::Service];
        parts.into_iter().find(|part| part.page() == page)
    }

    const fn page(self) -> Page {
        match self {
            Self::SignIn => Page::SignInOff,
            Self::Service => Page::ServiceClosed,
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in_off",
            Self::Service => "service_closed",
        }
    }
}

/// Whether the record has to be looked for before this request is decided.
pub fn is_due<P: Platform>(context: &Context<P>) -> bool {
    let service = &context.service;
    service.switch && context.isolate.switches.is_due(&service.id, context.now)
}

/// The part, where it is off now.
pub fn off<P: Platform>(context: &Context<P>, part: Part) -> Option<Off> {
    if !context.service.switch {
        return None;
    }
    let record = context.isolate.switches.record(&context.service.id)?;
    let off = match part {
        Part::SignIn => record.sign_in,
        Part::Service => record.service,
    };
    off.filter(|off| off.counts(context.now))
}

/// Looks for the record; an outage and a record that is not good leave what is known.
pub async fn read<P: Platform>(context: &Context<P>) {
    let (switches, id) = (&context.isolate.switches, &context.service.id);
    switches.begin(id, context.now);
    let found = match context.platform.stored(&name(&context.service)).await {
        Err(outage) => Err((EventOutcome::Failed, outage.label())),
        Ok(None) if switches.record(id).is_some() => Err((EventOutcome::Refused, "missing")),
        Ok(None) => Ok(None),
        Ok(Some(text)) if switches.holds(id, &text) => Ok(None),
        Ok(Some(text)) => match judge(context, &text).await {
            Ok(record) => Ok(Some((text, record))),
            Err(NotTaken::Refused(label) | NotTaken::Unauthorised(label)) => {
                Err((EventOutcome::Refused, label))
            }
            Err(NotTaken::Outage(label) | NotTaken::NotYet(label)) => {
                Err((EventOutcome::Failed, label))
            }
            Err(NotTaken::TooLarge) => Err((EventOutcome::Refused, "too_large")),
        },
    };
    if let Err((outcome, label)) = found {
        context.log_summed(outcome, "switch", label, "");
    }
    switches.note(id, context.now, found.unwrap_or_default());
    let record = switches.record(id);
    if record.is_some_and(|record| record.is_over(context.now)) {
        context.log_summed(EventOutcome::Done, "switch", "over", "");
    }
}

/// The record in a stored text, if the service signed it for this host and it is not older than the known one.
async fn judge<P: Platform>(context: &Context<P>, text: &str) -> Result<Record, NotTaken> {
    let token = Untrusted::parse(text.trim_ascii())?;
    let expected = expected(&context.service, TYPE, context.now);
    // Everything that can be refused without cryptography, then the signature, then the claims again.
    let typ = token.typ.clone();
    let unverified = Record::read(typ.as_deref(), &token.unverified()?, &expected)?;
    let known = context.isolate.switches.record(&context.service.id);
    if known.is_some_and(|known| unverified.issued_at < known.issued_at) {
        return Err(NotTaken::Refused("older"));
    }
    let claims = verified(context, token).await?;
    Ok(Record::read(typ.as_deref(), &claims, &expected)?)
}

/// The answer to a request that this part stops: a page for a person, and a problem for a program.
pub fn refuse<P: Platform>(context: &Context<P>, request: &Request, part: Part, off: Off) -> Reply {
    let page = part.page();
    let context = context.logging(request);
    context.log_summed(EventOutcome::Refused, "switch", part.label(), "");
    let reply = if request.is_framed_by_own() {
        context.page_in_frame(503, page, "")
    } else if request.is_document() && !is_api(&context, request) {
        context.page(503, page)
    } else {
        Reply::problem(503, "Service Unavailable", &[]).of(&context.service)
    };
    let seconds = off
        .until
        .map_or(RETRY_AFTER, |until| until - context.now)
        .clamp(1, LONGEST_WAIT);
    timed(&context, page, reply).with("retry-after", seconds.to_string())
}

/// The same page with the time at which its part is expected back, where that is known.
pub fn timed<P: Platform>(context: &Context<P>, page: Page, reply: Reply) -> Reply {
    let until = Part::of(page).and_then(|part| off(context, part)?.until);
    match until {
        Some(until) => moment::told(reply, page, context.locale, until),
        None => reply,
    }
}

/// The state of both parts, for programs; `None` where the service has no switch.
pub fn state<P: Platform>(context: &Context<P>) -> Option<Value> {
    let state = |part: Part, names: [&'static str; 2]| {
        let off = off(context, part);
        let until = off.and_then(|off| off.until);
        json!({ "state": names[usize::from(off.is_some())], "until": until })
    };
    context.service.switch.then(|| {
        json!({
            "sign_in": state(Part::SignIn, ["on", "off"]),
            "service": state(Part::Service, ["open", "closed"]),
        })
    })
}
