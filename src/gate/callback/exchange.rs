//! The exchanges with the provider that turn a code into statements about a person.
//!
//! Each is made once and none is repeated: a code is used up by the first try. What the statements
//! lead to is decided by the callback.

use std::future::ready;

use crate::config::TokenAuth;
use crate::gate::refused::Failure;
use crate::gate::{Scene, provider};
use crate::oidc::client_assertion;
use crate::oidc::id_token::{self, Expected, IdToken};
use crate::oidc::json::Object;
use crate::oidc::jws::{Untrusted, encode};
use crate::oidc::metadata::Metadata;
use crate::oidc::token::{self, Proof, Tokens};
use crate::oidc::userinfo;
use crate::platform::{Body, Call, Platform};
use crate::secret::Secret;
use crate::session::attempt::Attempt;

/// How long each call to the provider may take, in milliseconds.
const TIMEOUT_MS: u32 = 8_000;

/// Exchanges the code, once: whatever the answer is, the code is used up.
pub async fn exchange<P: Platform>(
    scene: &Scene<P>,
    metadata: &Metadata,
    attempt: &Attempt,
    code: &str,
) -> Result<Tokens, Failure> {
    let service = &scene.service;
    let assertion;
    let proof = match &service.token_auth {
        TokenAuth::PrivateKeyJwt => {
            assertion = client_assertion(scene).await?;
            Proof::Assertion(&assertion)
        }
        TokenAuth::ClientSecretPost(secret) => Proof::Secret {
            client_id: &service.client_id,
            secret,
        },
    };
    let form = token::form(code, &service.redirect_uri(), &attempt.verifier(), &proof);
    let answer = scene
        .platform
        .send(call(
            scene,
            &metadata.token_endpoint,
            Body::Form(Secret::new(form)),
        ))
        .await
        .map_err(Failure::Token)?;
    Ok(Tokens::parse(answer.status, &answer.body)?)
}

async fn client_assertion<P: Platform>(scene: &Scene<P>) -> Result<String, Failure> {
    let service = &scene.service;
    let key = &service.client_keys.active;
    let unsigned = client_assertion::assertion(
        service.request_alg,
        &key.key_id,
        &service.client_id,
        &service.provider.issuer,
        &encode(&scene.random::<16>()),
        scene.now,
    )?;
    let signature = scene
        .platform
        .sign(key, service.request_alg, unsigned.signing_input())
        .await
        .map_err(|_| Failure::Cryptography)?;
    Ok(unsigned.finish(&signature))
}

/// Verifies the ID token's signature, then everything that it says.
pub async fn verify<P: Platform>(
    scene: &Scene<P>,
    metadata: &Metadata,
    attempt: &Attempt,
    tokens: &Tokens,
) -> Result<IdToken, Failure> {
    let service = &scene.service;
    let token = Untrusted::parse(tokens.id_token.expose())?;
    id_token::check_header(&token)?;
    let of = provider::Token::Id(metadata);
    let key = provider::key(scene, of, &token, service.id_token_alg, ready(true)).await?;
    let verified = scene
        .platform
        .verify(&key, token.signing_input(), token.signature())
        .await
        .map_err(|_| Failure::Cryptography)?;
    let claims = token.trust(verified)?;
    let expected = Expected {
        issuer: &service.provider.issuer,
        client_id: &service.client_id,
        nonce: &attempt.nonce(),
        access_token: tokens.access_token.expose(),
        level: attempt.level,
        max_age: attempt.max_age,
        now: scene.now,
    };
    Ok(id_token::check(&claims, &expected)?)
}

/// Fetches what the provider knows of the person: an answer whose subject is the ID token's.
pub async fn userinfo<P: Platform>(
    scene: &Scene<P>,
    metadata: &Metadata,
    tokens: &Tokens,
    id_token: &IdToken,
) -> Result<Object, Failure> {
    let bearer = Body::Bearer(tokens.access_token.clone());
    let answer = scene
        .platform
        .send(call(scene, &metadata.userinfo_endpoint, bearer))
        .await
        .map_err(Failure::Userinfo)?;
    Ok(userinfo::answer(
        answer.status,
        &answer.body,
        &id_token.subject,
    )?)
}

fn call<P: Platform>(scene: &Scene<P>, url: &str, body: Body) -> Call {
    Call {
        url: url.to_owned(),
        user_agent: scene.service.user_agent(),
        body,
        timeout_ms: TIMEOUT_MS,
    }
}
