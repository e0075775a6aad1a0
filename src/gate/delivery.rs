//! A signed message that another server delivers: how it is read, refused and answered.
//!
//! Success means that the message is stored. A message that could be good at the next attempt gets 5xx, and one that will
//! never be good 400.

use crate::gate::accounts;
use crate::gate::context::Context;
use crate::gate::http::reply::{RETRY_AFTER, Reply};
use crate::gate::http::request::Request;
use crate::gate::pages::failure::Failure;
use crate::gate::provider::NotVerified;
use crate::oidc::logout_token::LogoutToken;
use crate::oidc::refusal::Refusal;
use crate::platform::{EventOutcome, Limit, Outage, Platform};

/// The largest body that is read, in bytes.
const MAX_BODY: usize = 64 * 1_024;

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// It will never be good.
    Refused(&'static str),
    /// The sender did not prove who it is.
    Unauthorised(&'static str),
    /// It is too large to be one.
    TooLarge,
    /// It may be good at the next attempt.
    Outage(&'static str),
    /// The same, but any sender can bring it about, so that it says nothing of this deployment.
    NotYet(&'static str),
}

impl From<NotVerified> for NotTaken {
    fn from(reason: NotVerified) -> Self {
        match reason {
            NotVerified::Unavailable => Self::Outage("documents_unavailable"),
            NotVerified::NotFetched => Self::Outage("keys_unavailable"),
            NotVerified::TooEarly => Self::NotYet("key_not_yet_known"),
            NotVerified::Cryptography => Self::Outage("cryptography"),
            NotVerified::Refused(refusal) => refusal.into(),
        }
    }
}

impl From<Refusal> for NotTaken {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.label())
    }
}

/// The body of a message.
///
/// # Errors
/// [`NotTaken`] for a body of another media type, a larger one, or one that was broken off.
pub async fn body<P: Platform>(
    context: &Context<P>,
    request: &Request,
    media_type: &str,
) -> Result<Vec<u8>, NotTaken> {
    let content_type = request.headers.get("content-type").unwrap_or_default();
    let named = content_type.split(';').next().unwrap_or_default().trim();
    if !named.eq_ignore_ascii_case(media_type) {
        return Err(NotTaken::Refused("content_type"));
    }
    let body = context.platform.body(MAX_BODY).await;
    body.map_err(|outage| match outage {
        Outage::TooLarge => NotTaken::TooLarge,
        _ => NotTaken::NotYet("body_incomplete"),
    })
}

/// Has a person's account end the sessions of before the message, and writes its line in the log; `event` is the line's name.
///
/// # Errors
/// [`NotTaken::Outage`] when it is not certain that this is stored.
pub async fn log_out<P: Platform>(
    context: &Context<P>,
    token: &LogoutToken,
    event: &'static str,
    label: &'static str,
) -> Result<(), NotTaken> {
    let stored = accounts::log_out(context, token).await;
    stored.map_err(|outage| NotTaken::Outage(Failure::Account(outage).outcome().label))?;
    context
        .logging_person(&token.subject)
        .log_done(event, label);
    Ok(())
}

/// The answer to a message that was not taken, and its line in the log; `event` is the line's name.
pub async fn refused<P: Platform>(
    context: &Context<P>,
    request: &Request,
    event: &'static str,
    why: NotTaken,
) -> Reply {
    let status = match why {
        NotTaken::Outage(label) => {
            context.log_failed(event, label);
            503
        }
        // It may be a good one, which the provider sends three times in all: no limit makes 429 of it.
        NotTaken::NotYet(label) => {
            context.log_summed(EventOutcome::Refused, event, label, "");
            503
        }
        NotTaken::Refused(label) => limited(context, request, event, label, 400).await,
        NotTaken::Unauthorised(label) => limited(context, request, event, label, 401).await,
        NotTaken::TooLarge => limited(context, request, event, "too_large", 413).await,
    };
    let reply = Reply::new(status).of(&context.service);
    match status {
        401 => reply.with("www-authenticate", "Bearer"),
        429 | 503 => reply.with("retry-after", RETRY_AFTER),
        _ => reply,
    }
}

/// The same answer for a sender who is told why; `document` says it.
pub async fn explained<P: Platform>(
    context: &Context<P>,
    request: &Request,
    event: &'static str,
    why: NotTaken,
    document: fn(&'static str) -> String,
) -> Reply {
    let reply = refused(context, request, event, why).await;
    match why {
        NotTaken::Refused(label) | NotTaken::Unauthorised(label) if reply.status != 429 => {
            reply.body("application/json", document(label))
        }
        _ => reply,
    }
}

/// The document that names the label and nothing else.
pub fn error(label: &'static str) -> String {
    format!("{{\"error\":\"{label}\"}}")
}

/// The token in the `Authorization` header of a request (RFC 6750 section 2.1), empty where it has no such header.
pub fn bearer(request: &Request) -> &str {
    let header = request.headers.get("authorization").unwrap_or_default();
    let (scheme, token) = header.split_once(' ').unwrap_or_default();
    match scheme.eq_ignore_ascii_case("bearer") {
        true => token,
        false => "",
    }
}

/// The status of a refusal; a sender who is refused too often is told so, at no other cost.
async fn limited<P: Platform>(
    context: &Context<P>,
    request: &Request,
    event: &'static str,
    label: &'static str,
    status: u16,
) -> u16 {
    let address = request.headers.get("cf-connecting-ip").unwrap_or_default();
    let limit = Limit::RefusedNotifications;
    if context.platform.within_limit(limit, address).await {
        context.log_refused(event, label);
        status
    } else {
        context.log_summed(EventOutcome::Refused, event, label, "");
        429
    }
}
