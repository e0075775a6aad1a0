//! The exchanges with the provider that turn a code into statements about a person.
//!
//! Each is made once and none is repeated: a code is used up by the first try. The rules for the statements
//! are in [`crate::oidc`]; the callback decides about their outcome.

use crate::config::TokenAuth;
use crate::gate::context::Context;
use crate::gate::pages::failure::Failure;
use crate::gate::provider;
use crate::oidc::id_token::{self, Expected, IdToken};
use crate::oidc::json::Object;
use crate::oidc::jws::{Untrusted, encode};
use crate::oidc::metadata::Metadata;
use crate::oidc::refusal::Refusal;
use crate::oidc::token::{self, ClientAuthentication, Tokens};
use crate::oidc::{client_assertion, userinfo};
use crate::platform::{Answer, Body, Call, Platform};
use crate::secret::Secret;
use crate::session::attempt::Attempt;

/// How long each call to the provider may take, in milliseconds.
const TIMEOUT_MS: u32 = 8_000;

/// The least and the most seconds that a person is told to wait for a busy provider. The page says "a few minutes".
const LEAST_WAIT: u32 = 5;
const MOST_WAIT: u32 = 300;

/// Exchanges the code, once: whatever the answer is, the code is used up.
pub async fn exchange<P: Platform>(
    context: &Context<P>,
    metadata: &Metadata,
    attempt: &Attempt,
    code: &Secret,
) -> Result<Tokens, Failure> {
    let service = &context.service;
    let assertion;
    let proof = match &service.token_auth {
        TokenAuth::PrivateKeyJwt => {
            assertion = client_assertion(context).await?;
            ClientAuthentication::Assertion(&assertion)
        }
        TokenAuth::ClientSecretPost(secret) => ClientAuthentication::Secret {
            client_id: &service.client_id,
            secret,
        },
    };
    let form = token::form(code, &service.redirect_uri(), &attempt.verifier(), &proof);
    let answer = context
        .platform
        .send(call(
            context,
            &metadata.token_endpoint,
            Body::Form(Secret::new(form)),
        ))
        .await
        .map_err(Failure::Token)?;
    let tokens = Tokens::parse(answer.status, &answer.body);
    tokens.map_err(|refusal| failure(refusal, &answer))
}

async fn client_assertion<P: Platform>(context: &Context<P>) -> Result<Secret, Failure> {
    let service = &context.service;
    let key = &service.client_keys.active;
    let unsigned = client_assertion::assertion(
        service.request_alg,
        &key.key_id,
        &service.client_id,
        &service.provider.issuer,
        &encode(&context.random::<16>()),
        context.now,
    )?;
    let signed = context.sign(key, service.request_alg, unsigned).await;
    signed.map(Secret::new).map_err(|_| Failure::Cryptography)
}

/// Verifies the ID token's signature, then everything that it says.
pub async fn verify<P: Platform>(
    context: &Context<P>,
    metadata: &Metadata,
    attempt: &Attempt,
    tokens: &Tokens,
) -> Result<IdToken, Failure> {
    let service = &context.service;
    let token = Untrusted::parse(tokens.id_token.expose())?;
    id_token::check_header(&token)?;
    let of = provider::Token::Id(metadata);
    let claims = provider::verified(context, of, token, service.id_token_alg).await?;
    let expected = Expected {
        issuer: &service.provider.issuer,
        client_id: &service.client_id,
        nonce: &attempt.nonce(),
        access_token: tokens.access_token.expose(),
        level: attempt.level,
        max_age: attempt.max_age,
        now: context.now,
    };
    Ok(id_token::check(&claims, &expected)?)
}

/// Fetches what the provider knows of the person: an answer whose subject is the ID token's.
pub async fn userinfo<P: Platform>(
    context: &Context<P>,
    metadata: &Metadata,
    tokens: &Tokens,
    id_token: &IdToken,
) -> Result<Object, Failure> {
    let bearer = Body::Bearer(tokens.access_token.clone());
    let answer = context
        .platform
        .send(call(context, &metadata.userinfo_endpoint, bearer))
        .await
        .map_err(Failure::Userinfo)?;
    let read = userinfo::answer(answer.status, &answer.body, &id_token.subject);
    read.map_err(|refusal| failure(refusal, &answer))
}

/// A refusal, with the provider's word on when to come back where it says that it is busy.
fn failure(refusal: Refusal, answer: &Answer) -> Failure {
    match (answer.status, seconds(&answer.retry_after)) {
        (429 | 503, Some(seconds)) => Failure::Busy(refusal, seconds),
        _ => Failure::Refused(refusal),
    }
}

/// The seconds of a `Retry-After`, within bounds: browsers that come back at once make a rush of it, and a person who is
/// told to wait for hours is locked out by one answer. A date counts as nothing said, because it depends on two clocks.
///
/// Source: RFC 9110 section 10.2.3.
fn seconds(retry_after: &str) -> Option<u32> {
    let digits = !retry_after.is_empty() && retry_after.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = retry_after.parse().unwrap_or(u32::MAX);
    digits.then(|| seconds.clamp(LEAST_WAIT, MOST_WAIT))
}

fn call<P: Platform>(context: &Context<P>, url: &str, body: Body) -> Call {
    Call {
        url: url.to_owned(),
        user_agent: context.service.user_agent(),
        body,
        timeout_ms: TIMEOUT_MS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_the_provider_says_when_to_come_back_then_it_is_passed_on_within_bounds() {
        for (said, expected) in [
            ("45", Some(45)),
            ("0", Some(5)),
            ("300", Some(300)),
            ("86400", Some(300)),
            ("99999999999999999999", Some(300)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("45, 60", None),
            ("Mon, 30 Nov 2026 06:00:00 GMT", None),
        ] {
            assert_eq!(seconds(said), expected, "{said}");
        }
        for (status, busy) in [(429, true), (503, true), (500, false), (400, false)] {
            let answer = Answer {
                status,
                cache_control: String::new(),
                retry_after: "45".to_owned(),
                body: Vec::new(),
            };
            let refusal = Refusal::TokenServerError;
            let expected = match busy {
                true => Failure::Busy(refusal, 45),
                false => Failure::Refused(refusal),
            };
            assert_eq!(failure(refusal, &answer), expected, "{status}");
        }
    }
}
