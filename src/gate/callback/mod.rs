//! The callback: from the provider's answer to a session, or to a page that says what to do.
//!
//! The steps stand in their order, and each ends the sign-in when it fails. A session that the
//! browser already has is not looked at until the end, so that a planted one changes nothing.
//!
//! Source: OpenID Connect Core 1.0 section 3.1.2.5 to 3.1.3.8, RFC 9207, `provider.md` 2 to 5.

mod parameters;

use super::Scene;
use super::accounts;
use super::cookies::Cookies;
use super::provider;
use super::refused::Failure;
use super::reply::Reply;
use super::request::Request;
use super::sign_in::again;
use super::sign_out;
use crate::config::TokenAuth;
use crate::oidc::client_assertion;
use crate::oidc::id_token::{self, Expected, IdToken};
use crate::oidc::jws::{Untrusted, encode};
use crate::oidc::metadata::Metadata;
use crate::oidc::refusal::Refusal;
use crate::oidc::token::{self, Proof, Tokens};
use crate::oidc::userinfo::Userinfo;
use crate::platform::{Body, Call, Platform};
use crate::secret::{Secret, same};
use crate::session::account::Begun;
use crate::session::attempt::{Attempt, cookie_name};
use crate::session::cookie::{self, Session, deleted, kept};
use parameters::{Parameters, Response};

/// How long each call to the provider may take, in milliseconds.
const TIMEOUT_MS: u32 = 8_000;

/// Finishes a sign-in.
pub async fn finish<P: Platform>(scene: &Scene<P>, request: &Request, query: &str) -> Reply {
    let parameters = match Parameters::read(query) {
        Ok(parameters) => parameters,
        Err(failure) => return scene.failed("callback", failure, &again(scene, "/")),
    };
    let cookies = Cookies::new(request.headers.get("cookie"));
    let attempt = parameters
        .state
        .as_deref()
        .and_then(|state| find(scene, cookies, state));
    let Some((name, attempt)) = attempt else {
        // An error without a state says why the provider gave up, and touches no cookie. Anybody
        // can make one up, as they can a state, so neither counts as the provider's word.
        let failure = match (&parameters.answer, &parameters.state) {
            (Response::Error(error), None) => Failure::WithoutState(*error),
            _ => Failure::NoAttempt,
        };
        return ended(scene, cookies, failure, "/");
    };
    // Also one that is past its limits here: a copy that was kept in use elsewhere ends with it.
    let before = scene.opened_session(cookies);
    let reply = match sign_in(scene, &attempt, &parameters, before.as_ref()).await {
        Ok((sealed, unfinished)) => {
            scene.log("signed_in", attempt.level.as_str());
            Reply::redirect(303, &attempt.return_path)
                .with("set-cookie", kept(cookie::NAME, &sealed))
                .with_cookie(unfinished)
                .of(&scene.service)
        }
        Err(failure) => ended(scene, cookies, failure, &attempt.return_path),
    };
    reply.with("set-cookie", deleted(&name))
}

/// The answer to a sign-in that failed; somebody who is signed in already and only repeated the
/// callback, by going back or clicking twice, is sent on.
fn ended<P: Platform>(
    scene: &Scene<P>,
    cookies: Cookies<'_>,
    failure: Failure,
    return_path: &str,
) -> Reply {
    if failure.is_replay() && scene.live_session(cookies).is_some() {
        scene.log("callback_repeated", failure.outcome().label);
        return Reply::redirect(303, return_path).of(&scene.service);
    }
    scene.failed("callback", failure, &again(scene, return_path))
}

/// The attempt of this browser that the state belongs to, with its cookie's name.
fn find<P: Platform>(
    scene: &Scene<P>,
    cookies: Cookies<'_>,
    state: &str,
) -> Option<(String, Attempt)> {
    let name = cookie_name(state);
    let attempt = scene.open_attempt(cookies.get(&name)?)?;
    let own = same(attempt.state().as_bytes(), state.as_bytes());
    (own && attempt.is_live(scene.now)).then_some((name, attempt))
}

/// From the code to a sealed session.
async fn sign_in<P: Platform>(
    scene: &Scene<P>,
    attempt: &Attempt,
    parameters: &Parameters,
    before: Option<&Session>,
) -> Result<(String, Option<String>), Failure> {
    let issuer = parameters.issuer.as_deref();
    if issuer.is_some_and(|issuer| issuer != scene.service.provider.issuer) {
        return Err(Failure::OtherIssuer);
    }
    let code = match &parameters.answer {
        Response::Error(error) => return Err(Failure::Provider(*error)),
        Response::Code(code) => code,
    };
    let metadata = provider::metadata(scene).await?;
    let tokens = exchange(scene, &metadata, attempt, code).await?;
    let id_token = verify(scene, &metadata, attempt, &tokens).await?;
    let userinfo = userinfo(scene, &metadata, &tokens, &id_token).await?;
    let session = session(scene, attempt, id_token, userinfo);
    let unfinished = record(scene, attempt, &session, &tokens, before).await?;
    let sealed = scene.seal_session(&session).ok_or(Failure::Unavailable)?;
    Ok((sealed, unfinished))
}

/// Exchanges the code, once: whatever the answer is, the code is used up.
async fn exchange<P: Platform>(
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
        .await?;
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
        .await?;
    Ok(unsigned.finish(&signature))
}

/// Verifies the ID token's signature, then everything that it says.
async fn verify<P: Platform>(
    scene: &Scene<P>,
    metadata: &Metadata,
    attempt: &Attempt,
    tokens: &Tokens,
) -> Result<IdToken, Failure> {
    let service = &scene.service;
    let token = Untrusted::parse(tokens.id_token.expose())?;
    id_token::check_header(&token)?;
    let mut keys = provider::keys(scene, metadata).await?;
    if keys.select(&token, service.id_token_alg) == Err(Refusal::KeyUnknown) {
        keys = provider::keys_again(scene, metadata).await?;
    }
    let key = keys.select(&token, service.id_token_alg)?;
    let verified = scene
        .platform
        .verify(key, token.signing_input(), token.signature())
        .await?;
    let claims = token.trust(verified)?;
    let expected = Expected {
        issuer: &service.provider.issuer,
        client_id: &service.client_id,
        nonce: &attempt.nonce(),
        access_token: tokens.access_token.expose(),
        level: attempt.level,
        now: scene.now,
    };
    Ok(id_token::check(&claims, &expected)?)
}

async fn userinfo<P: Platform>(
    scene: &Scene<P>,
    metadata: &Metadata,
    tokens: &Tokens,
    id_token: &IdToken,
) -> Result<Userinfo, Failure> {
    let bearer = Body::Bearer(tokens.access_token.clone());
    let answer = scene
        .platform
        .send(call(scene, &metadata.userinfo_endpoint, bearer))
        .await?;
    Ok(Userinfo::parse(
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

/// Has the account record the session before its cookie is sent, and the one that the browser had
/// end: in the same step when it is the same person's, else at the other person's account. When that
/// account cannot be reached, the answer is the cookie with which the next request tries again.
async fn record<P: Platform>(
    scene: &Scene<P>,
    attempt: &Attempt,
    session: &Session,
    tokens: &Tokens,
    before: Option<&Session>,
) -> Result<Option<String>, Failure> {
    let same = before.filter(|before| before.subject == session.subject);
    match accounts::begin(scene, attempt, session, &tokens.id_token, same).await? {
        Begun::Listed => {}
        Begun::Repeated => return Err(Failure::NoAttempt),
        Begun::Ended => return Err(Failure::SignedOutMeanwhile),
    }
    scene.isolate.leases.note(&session.id, scene.now);
    let Some(other) = before.filter(|before| before.subject != session.subject) else {
        return Ok(None);
    };
    scene.log("changed_subject", "other_session_ended");
    match accounts::end(scene, &other.subject, &other.id, false).await {
        Ok(_) => Ok(None),
        Err(outage) => {
            scene.log("sign_out_unfinished", outage.label());
            Ok(sign_out::remember(scene, other, false))
        }
    }
}

/// A new session with a new id, whatever session the browser had before.
fn session<P: Platform>(
    scene: &Scene<P>,
    attempt: &Attempt,
    id_token: IdToken,
    userinfo: Userinfo,
) -> Session {
    Session {
        id: scene.random(),
        subject: id_token.subject,
        level: attempt.level,
        born_at: id_token.issued_at,
        auth_time: id_token.auth_time,
        created_at: scene.now,
        used_at: scene.now,
        checked_at: scene.now,
        email: userinfo.email,
        phone: userinfo.phone,
        wallet_subject_id: userinfo.wallet_subject_id,
    }
}
