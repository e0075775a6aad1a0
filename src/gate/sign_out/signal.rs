//! Signal Exchange: the provider says that something happened to a person's account.
//!
//! The sender first asks for an access token, with a secret of the service's; each signal carries that token and is itself
//! signed by the provider. Success is exactly 202 and means that it is stored. The provider tries anything else five times
//! more.
//!
//! Source: RFC 8935 section 2, RFC 6749 section 4.4, RFC 6750 section 2.1, `provider.md` 8b.18.

use url::form_urlencoded;

use crate::config::Signals;
use crate::gate::context::Context;
use crate::gate::delivery::{self, NotTaken};
use crate::gate::http::reply::Reply;
use crate::gate::http::request::Request;
use crate::gate::provider;
use crate::oidc::jws::Untrusted;
use crate::oidc::logout_token::LogoutToken;
use crate::oidc::security_event::check;
use crate::platform::Platform;
use crate::secret::same;
use crate::session::seal::sha256;

/// The name of each line in the log.
const EVENT: &str = "signal";

/// How long the sender is told that an access token lives, in seconds; it lives for twice as long, so that none ends on its way.
const TOLD_LIFETIME: i64 = 3_600;

/// The shortest secret, in bytes. Its hash is in the configuration, where nothing but its length protects it.
const SHORTEST_SECRET: usize = 32;

/// Takes a signal or, with `asks`, gives the sender an access token for signals.
pub async fn finish<P: Platform>(context: &Context<P>, request: &Request, asks: bool) -> Reply {
    let (done, document): (_, fn(&'static str) -> String) = match asks {
        true => (grant(context, request).await, delivery::error),
        false => (take(context, request).await, refusal),
    };
    match done {
        Ok(reply) => reply.of(&context.service),
        Err(why) => delivery::explained(context, request, EVENT, why, document).await,
    }
}

async fn take<P: Platform>(context: &Context<P>, request: &Request) -> Result<Reply, NotTaken> {
    let signals = signals(context)?;
    if !is_access_token(context, signals, delivery::bearer(request)) {
        return Err(NotTaken::Unauthorised("access_token"));
    }
    let body = delivery::body(context, request, "application/secevent+jwt").await?;
    let token = Untrusted::parse(&String::from_utf8(body).unwrap_or_default())?;
    // Everything that can be refused without cryptography, then the signature, then the claims again.
    let (typ, alg) = (token.typ.clone(), token.alg);
    check(
        typ.as_deref(),
        &token.unverified()?,
        &signals.audience,
        context.now,
    )?;
    let claims = provider::verified(context, provider::Token::Signal, token, alg).await?;
    let event = check(typ.as_deref(), &claims, &signals.audience, context.now)?;
    let Some(subject) = event.subject else {
        context.log_done(EVENT, event.label);
        return Ok(Reply::new(202));
    };
    // The ids of logout tokens are others.
    let notification = LogoutToken {
        id: ["signal ", &event.id].concat(),
        issued_at: event.issued_at,
        subject,
    };
    delivery::log_out(context, &notification, EVENT, event.label).await?;
    Ok(Reply::new(202))
}

async fn grant<P: Platform>(context: &Context<P>, request: &Request) -> Result<Reply, NotTaken> {
    let signals = signals(context)?;
    let form = delivery::body(context, request, "application/x-www-form-urlencoded").await?;
    let only = |wanted: &str| {
        let mut values = form_urlencoded::parse(&form).filter(|(name, _)| name == wanted);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Ok(value),
            _ => Err(NotTaken::Refused("invalid_request")),
        }
    };
    if only("grant_type")? != "client_credentials" {
        return Err(NotTaken::Refused("unsupported_grant_type"));
    }
    let (client_id, secret) = (only("client_id")?, only("client_secret")?);
    let hash = sha256(&secret);
    let is_known = |known: &&String| same(known.as_bytes(), hash.as_bytes());
    let known = signals.secret_hashes.iter().find(is_known);
    let is_client = client_id == signals.client_id && secret.len() >= SHORTEST_SECRET;
    let (Some(hash), true, Some(ring)) = (known, is_client, &context.isolate.config.ring) else {
        return Err(NotTaken::Unauthorised("invalid_client"));
    };
    let until = (context.now + 2 * TOLD_LIFETIME).to_string();
    let value = ring.check_value(&context.service.binding, &granted(&until, hash));
    context.log_done(EVENT, "access_granted");
    let document = format!(
        "{{\"access_token\":\"{until}.{value}\",\"token_type\":\"Bearer\",\"expires_in\":{TOLD_LIFETIME}}}"
    );
    Ok(Reply::new(200).body("application/json", document))
}

/// The receiver, without which these addresses lead nowhere.
fn signals<P: Platform>(context: &Context<P>) -> Result<&Signals, NotTaken> {
    let signals = context.service.signals.as_ref();
    signals.ok_or(NotTaken::Unauthorised("access_token"))
}

/// Whether a text is an access token that still lives, given for a secret that is still in the configuration.
fn is_access_token<P: Platform>(context: &Context<P>, signals: &Signals, token: &str) -> bool {
    let parts = token
        .split_once('.')
        .zip(context.isolate.config.ring.as_ref());
    parts.is_some_and(|((until, value), ring)| {
        let is_for =
            |hash: &String| ring.is_checked(&context.service.binding, &granted(until, hash), value);
        until.parse().is_ok_and(|until: i64| until > context.now)
            && signals.secret_hashes.iter().any(is_for)
    })
}

/// The text under the check value of an access token.
fn granted(until: &str, hash: &str) -> String {
    ["signals", until, hash].join("\n")
}

/// The document that says why a signal was refused (RFC 8935 section 2.4).
fn refusal(label: &'static str) -> String {
    let err = match label {
        "access_token" => "authentication_failed",
        "issuer_mismatch" => "invalid_issuer",
        "audience_mismatch" => "invalid_audience",
        "key_unknown" | "signature_invalid" | "algorithm_mismatch" => "invalid_key",
        _ => "invalid_request",
    };
    format!("{{\"err\":\"{err}\",\"description\":\"{label}\"}}")
}
