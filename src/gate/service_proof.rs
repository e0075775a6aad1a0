//! The proof that a message comes from the service: a token that the service signed with a key of its own.
//!
//! The configuration lists the public keys, or has the address of a key set, which is kept like the provider's documents.
//! The caller sees to it that a token counts once, by its id.
//!
//! Source: RFC 7519 (claims), RFC 8725 sections 3.9 to 3.12 (audience and type).

use crate::config::{Service, ServiceKeys};
use crate::gate::context::Context;
use crate::gate::delivery::NotTaken;
use crate::gate::provider;
use crate::oidc::json::Object;
use crate::oidc::jws::Untrusted;
use crate::oidc::refusal::Refusal;
use crate::oidc::service_token::{self, Expected, ServiceToken};
use crate::platform::Platform;

/// The checked token in a text, and every claim of it. `typ` is the kind of token that this address takes.
///
/// # Errors
/// [`NotTaken`]; also where the service has no keys in its configuration.
pub async fn prove<P: Platform>(
    context: &Context<P>,
    text: &str,
    typ: &str,
) -> Result<(ServiceToken, Object), NotTaken> {
    let service = &context.service;
    let token = Untrusted::parse(text.trim_ascii())?;
    let expected = expected(service, typ, context.now);
    // Everything that can be refused without cryptography, then the signature, then the claims again.
    let typ = token.typ.clone();
    service_token::check(typ.as_deref(), &token.unverified()?, &expected)?;
    let claims = verified(context, token).await?;
    let checked = service_token::check(typ.as_deref(), &claims, &expected)?;
    Ok((checked, claims))
}

/// The values that a message of the service must have.
#[must_use]
pub fn expected<'a>(service: &'a Service, typ: &'a str, now: i64) -> Expected<'a> {
    Expected {
        typ,
        issuer: &service.origin_audience,
        audience: &service.origin_url,
        now,
    }
}

/// The claims of a token whose signature is the service's. The caller checks the header before and the claims after.
///
/// # Errors
/// [`NotTaken`]; also where the service has no keys in its configuration.
pub async fn verified<P: Platform>(
    context: &Context<P>,
    token: Untrusted,
) -> Result<Object, NotTaken> {
    match &context.service.service_keys {
        None => Err(Refusal::KeyUnknown.into()),
        Some(ServiceKeys::Listed(keys)) => {
            let key = keys.select(&token, token.alg)?;
            Ok(provider::verified_by(context, key, token).await?)
        }
        Some(ServiceKeys::At(address)) => {
            let (of, alg) = (provider::Token::Service(address), token.alg);
            Ok(provider::verified(context, of, token, alg).await?)
        }
    }
}
