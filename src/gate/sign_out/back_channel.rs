//! Back-channel logout: the provider says that a person's sessions are over.
//!
//! Success is exactly 200 and means that it is stored. Anything that could be better at the next
//! attempt is 5xx, because the provider tries three times; a token that will never be good is 400.
//!
//! Source: OpenID Connect Back-Channel Logout 1.0 sections 2.5 to 2.8, `provider.md` 8.

use url::form_urlencoded;

use crate::gate::accounts;
use crate::gate::context::Context;
use crate::gate::http::reply::{RETRY_AFTER, Reply};
use crate::gate::http::request::Request;
use crate::gate::pages::failure::Failure;
use crate::gate::provider::{self, NoKey};
use crate::oidc::jws::Untrusted;
use crate::oidc::logout_token::{self, ALG, Expected, LogoutToken};
use crate::oidc::refusal::Refusal;
use crate::platform::{EventOutcome, Limit, Outage, Platform};

/// The largest form that is read, in bytes.
const MAX_FORM: usize = 64 * 1_024;

/// Why a notification was not taken.
enum NotTaken {
    /// It will never be good.
    Refused(&'static str),
    /// It is too large to be one.
    TooLarge,
    /// It may be good at the next attempt.
    Outage(&'static str),
    /// The same, but any sender can bring it about, so that it says nothing of this deployment.
    NotYet(&'static str),
}

impl From<NoKey> for NotTaken {
    fn from(no_key: NoKey) -> Self {
        match no_key {
            NoKey::Unavailable => Self::Outage("documents_unavailable"),
            NoKey::NotFetched => Self::Outage("keys_unavailable"),
            NoKey::TooEarly => Self::NotYet("key_not_yet_known"),
            NoKey::Refused(refusal) => refusal.into(),
        }
    }
}

impl From<Refusal> for NotTaken {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.label())
    }
}

/// Takes a notification.
pub async fn finish<P: Platform>(context: &Context<P>, request: &Request) -> Reply {
    let status = match take(context, request).await {
        Ok(token) => {
            let told = context.logging_person(&token.subject);
            told.log_done("notification", "stored");
            200
        }
        Err(NotTaken::Outage(label)) => {
            context.log_failed("notification", label);
            503
        }
        // It may be a good one, which the provider sends three times in all: no limit makes 429 of it.
        Err(NotTaken::NotYet(label)) => {
            context.log_summed(EventOutcome::Refused, "notification", label, "");
            503
        }
        Err(NotTaken::Refused(label)) => refused(context, request, label, 400).await,
        Err(NotTaken::TooLarge) => refused(context, request, "too_large", 413).await,
    };
    let reply = Reply::new(status).of(&context.service);
    match status {
        429 | 503 => reply.with("retry-after", RETRY_AFTER),
        _ => reply,
    }
}

/// The status of a refusal; whoever is refused too often is told so, at no other cost.
async fn refused<P: Platform>(
    context: &Context<P>,
    request: &Request,
    label: &'static str,
    status: u16,
) -> u16 {
    let address = request.headers.get("cf-connecting-ip").unwrap_or_default();
    let limit = Limit::RefusedNotifications;
    if context.platform.within_limit(limit, address).await {
        context.log_refused("notification", label);
        status
    } else {
        context.log_summed(EventOutcome::Refused, "notification", label, "");
        429
    }
}

async fn take<P: Platform>(
    context: &Context<P>,
    request: &Request,
) -> Result<LogoutToken, NotTaken> {
    let content_type = request.headers.get("content-type").unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(NotTaken::Refused("content_type"));
    }
    let form = context
        .platform
        .body(MAX_FORM)
        .await
        .map_err(|outage| match outage {
            Outage::TooLarge => NotTaken::TooLarge,
            _ => NotTaken::NotYet("body_incomplete"),
        })?;
    let mut tokens = form_urlencoded::parse(&form).filter(|(name, _)| name == "logout_token");
    let (Some((_, token)), None) = (tokens.next(), tokens.next()) else {
        return Err(NotTaken::Refused("not_one_token"));
    };
    let token = verify(context, &token).await?;
    match accounts::log_out(context, &token).await {
        Ok(()) => Ok(token),
        Err(outage) => Err(NotTaken::Outage(Failure::Account(outage).outcome().label)),
    }
}

/// Everything that can be refused without cryptography, then the signature, then the claims again.
async fn verify<P: Platform>(context: &Context<P>, token: &str) -> Result<LogoutToken, NotTaken> {
    let token = Untrusted::parse(token)?;
    logout_token::check_header(&token)?;
    let expected = Expected {
        issuer: &context.service.provider.issuer,
        client_id: &context.service.client_id,
        now: context.now,
    };
    logout_token::check(&token.unverified()?, &expected)?;
    let metadata = provider::metadata(context).await.map_err(NoKey::from)?;
    let of = provider::Token::Logout(&metadata);
    let key = provider::key(context, of, &token, ALG).await?;
    let verified = context
        .platform
        .verify(&key, token.signing_input(), token.signature())
        .await
        .map_err(|_| NotTaken::Outage("cryptography"))?;
    let typ = token.typ.clone();
    let checked = logout_token::check(&token.trust(verified)?, &expected)?;
    logout_token::check_type(typ.as_deref())?;
    Ok(checked)
}
