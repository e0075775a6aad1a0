//! The callback: from the provider's answer to a session, or to a page that says what to do.
//!
//! The steps stand in their order, and each ends the sign-in when it fails. A session that the
//! browser already has is not looked at until the end, so that a planted one changes nothing.
//!
//! Source: OpenID Connect Core 1.0 section 3.1.2.5 to 3.1.3.8, RFC 9207, `provider.md` 2 to 5.

mod exchange;
mod identity;
mod parameters;
mod record;

use super::Scene;
use super::accounts;
use super::cookies::Cookies;
use super::held;
use super::pages::{self, Page};
use super::provider;
use super::refused::{Failure, ProviderError};
use super::reply::Reply;
use super::request::Request;
use super::sign_in::{again, counted};
use crate::config::Locale;
use crate::oidc::userinfo::Userinfo;
use crate::platform::Platform;
use crate::secret::same;
use crate::session::attempt::{Aim, Attempt, OVER_LIFETIME, OVER_NAME, cookie_name};
use crate::session::cookie::{Session, deleted, kept_for};
use crate::session::identity::Outcome;
use exchange::{exchange, userinfo, verify};
use parameters::{Parameters, Response};
use record::{did_not, not_again, record, session};

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
            (Response::Error(_), _) if cookies.has_own() => Failure::ErrorWithoutAttempt,
            _ if cookies.has_own() => Failure::NoAttempt,
            _ => Failure::NoCookies,
        };
        // The page about a failure is loaded again: its place is still known.
        let state = parameters.state.as_deref();
        let over = state.and_then(|state| opened(scene, cookies, OVER_NAME, state));
        return match over {
            Some(over) if !is_repeated(scene, cookies, failure, Some(&over)).await => {
                // The person asks for the page again, so that no loop can come of it.
                scene.log_done("callback_repeated", "started_again");
                let link = again(scene, &over.return_path);
                Reply::redirect(303, link).of(&scene.service)
            }
            over => ended(scene, cookies, failure, over.as_ref()).await,
        };
    };
    // The answer is in the language of the place to which the person was going.
    let place = Some(attempt.return_path.as_str());
    let tag = attempt
        .language
        .and_then(|tag| String::from_utf8(tag.into()).ok());
    let asked = tag.and_then(|tag| Locale::parse(&tag));
    let scene = &Scene {
        locale: pages::locale(&scene.service, asked, request, place),
        asked,
        ..scene.clone()
    };
    // Also one that is past its limits here: a copy that was kept in use elsewhere ends with it.
    let before = scene.opened_session(cookies);
    let reply = match sign_in(scene, cookies, &attempt, &parameters, before.as_ref()).await {
        Ok(signed_in) => {
            let reply = match signed_in.outcome {
                Some(outcome) if outcome != Outcome::Proved => {
                    identity::place(scene, signed_in.return_path, outcome)
                }
                _ => {
                    let told = scene.about_person(&signed_in.subject);
                    told.log_done(signed_in.event, attempt.level.as_str());
                    // Also where the place is the front page: another site may have planted this sign-in, and WebKit
                    // empties its cache only for a page, not for a redirect.
                    match signed_in.is_another {
                        true => scene.page(200, Page::PlaceWithheld),
                        false => Reply::redirect(303, signed_in.return_path).of(&scene.service),
                    }
                }
            };
            let reply = match signed_in.is_another {
                true => reply.emptying(),
                false => reply,
            };
            reply
                .with_cookies(signed_in.cookies)
                .with("set-cookie", counted(scene, cookies, signed_in.return_path))
                .with_cookies(signed_in.unfinished)
        }
        Err(failure) => {
            let failure = declined(scene, &attempt, failure, before.as_ref());
            let over = scene.seal_attempt(&attempt.over());
            let over = over.map(|sealed| kept_for(OVER_NAME, &sealed, OVER_LIFETIME));
            let reply = match failure {
                Failure::SignedOutMeanwhile if is_first(scene, cookies, &attempt) => {
                    start_again(scene, cookies, &attempt).await
                }
                _ => ended(scene, cookies, failure, Some(&attempt)).await,
            };
            let reply = reply.with_cookie(over);
            match did_not(&attempt, failure) {
                Some(served) => not_again(scene, cookies, &served, before.as_ref(), reply).await,
                None => reply,
            }
        }
    };
    reply.with("set-cookie", deleted(&name))
}

/// The failure behind the provider's error where a person was asked for more than a sign-in.
fn declined<P: Platform>(
    scene: &Scene<P>,
    attempt: &Attempt,
    failure: Failure,
    before: Option<&Session>,
) -> Failure {
    let Failure::Provider(error) = failure else {
        return failure;
    };
    let (lost, served) = match (error, &attempt.aim) {
        (ProviderError::AccessDenied, Aim::Prove(_)) => return Failure::LeftIdentity,
        (ProviderError::AccessDenied, Aim::Again(served)) => (false, served),
        (ProviderError::LoginRequired, Aim::Again(served)) => (true, served),
        _ => return failure,
    };
    let ends = lost || attempt.reauthenticates();
    let goes_on = before.is_some_and(|before| {
        let stays = before.id != served.session || !ends;
        stays && before.is_live(scene.now, scene.service.limits)
    });
    Failure::Declined { lost, goes_on }
}

/// The outcome of a sign-in.
struct SignedIn<'a> {
    /// The cookies with which the session begins.
    cookies: Vec<String>,
    /// The cookies with which the end of another person's session is tried again.
    unfinished: Vec<String>,
    /// Where the person goes.
    return_path: &'a str,
    /// Whether the browser was another person's before.
    is_another: bool,
    /// The person's subject identifier.
    subject: String,
    /// The name of the event in the log.
    event: &'static str,
    /// How it ended, if an identity was asked for.
    outcome: Option<Outcome>,
}

/// The answer to a sign-in that failed; a person who is signed in already and only repeated the
/// callback, by going back or clicking twice, is sent on. A person who was to prove an identity is sent
/// on only if it is known how that ended, because the place would ask for it again.
async fn ended<P: Platform>(
    scene: &Scene<P>,
    cookies: Cookies<'_>,
    failure: Failure,
    attempt: Option<&Attempt>,
) -> Reply {
    let return_path = attempt.map_or("/", |attempt| &attempt.return_path);
    if is_repeated(scene, cookies, failure, attempt).await {
        scene.log_done("callback_repeated", failure.outcome().label);
        return Reply::redirect(303, return_path).of(&scene.service);
    }
    let proves = attempt.is_some_and(|attempt| matches!(attempt.aim, Aim::Prove(_)));
    scene.failed_of("callback", failure, &again(scene, return_path), proves)
}

/// Whether a person who is signed in repeats a callback that has done its work.
async fn is_repeated<P: Platform>(
    scene: &Scene<P>,
    cookies: Cookies<'_>,
    failure: Failure,
    attempt: Option<&Attempt>,
) -> bool {
    let session = scene.live_session(cookies).filter(|_| failure.is_replay());
    let proves = attempt.filter(|attempt| matches!(attempt.aim, Aim::Prove(_)));
    match (session, proves) {
        // A failed attempt has no start, so that any proof that the account has would count.
        (Some(_), Some(attempt)) if !attempt.is_live(scene.now) => false,
        (Some(session), Some(attempt)) => identity::has_ended(scene, attempt, &session).await,
        (session, _) => session.is_some(),
    }
}

/// How long a person waits whose ID token was issued in the second of a notification, in milliseconds: the next one is
/// issued in another second, so that it counts.
const NEXT_SECOND_MS: u32 = 1_000;

/// Whether no sign-in for this place failed in this browser lately, so that starting again by itself happens once.
fn is_first<P: Platform>(scene: &Scene<P>, cookies: Cookies<'_>, attempt: &Attempt) -> bool {
    let failed = cookies
        .all(OVER_NAME)
        .find_map(|sealed| scene.open_attempt(sealed));
    failed.is_none_or(|failed| failed.return_path != attempt.return_path)
}

/// A new sign-in for a person whose sign-in a notification ended, which counts towards the loop breaker.
async fn start_again<P: Platform>(
    scene: &Scene<P>,
    cookies: Cookies<'_>,
    attempt: &Attempt,
) -> Reply {
    scene.log_refused("callback", Failure::SignedOutMeanwhile.outcome().label);
    scene.platform.pause(NEXT_SECOND_MS).await;
    Reply::redirect(303, again(scene, &attempt.return_path))
        .of(&scene.service)
        .with("set-cookie", counted(scene, cookies, &attempt.return_path))
}

/// The attempt of this browser that the state belongs to, with its cookie's name.
fn find<P: Platform>(
    scene: &Scene<P>,
    cookies: Cookies<'_>,
    state: &str,
) -> Option<(String, Attempt)> {
    let name = cookie_name(state);
    let attempt = opened(scene, cookies, &name, state)?;
    attempt.is_live(scene.now).then_some((name, attempt))
}

/// The attempt in a cookie, if the state belongs to it.
fn opened<P: Platform>(
    scene: &Scene<P>,
    cookies: Cookies<'_>,
    name: &str,
    state: &str,
) -> Option<Attempt> {
    let mut attempts = cookies
        .all(name)
        .filter_map(|sealed| scene.open_attempt(sealed));
    attempts.find(|attempt| same(attempt.state().as_bytes(), state.as_bytes()))
}

/// The name of a sign-in in the log: a step up when the same person was signed in at a lower level.
fn event(before: Option<&Session>, session: &Session) -> &'static str {
    let lower =
        |before: &Session| before.subject == session.subject && before.level < session.level;
    match before.is_some_and(lower) {
        true => "stepped_up",
        false => "signed_in",
    }
}

/// From the code to a sealed session.
async fn sign_in<'a, P: Platform>(
    scene: &Scene<P>,
    cookies: Cookies<'_>,
    attempt: &'a Attempt,
    parameters: &Parameters,
    before: Option<&Session>,
) -> Result<SignedIn<'a>, Failure> {
    let issuer = parameters.issuer.as_deref();
    if issuer.is_some_and(|issuer| issuer != scene.service.provider.issuer) {
        return Err(Failure::OtherIssuer);
    }
    let code = match &parameters.answer {
        Response::Error(error) => {
            return identity::given_up(scene, cookies, attempt, *error, before).await;
        }
        Response::Code(code) => code,
    };
    let metadata = provider::metadata(scene).await?;
    let tokens = exchange(scene, &metadata, attempt, code).await?;
    let id_token = verify(scene, &metadata, attempt, &tokens).await?;
    if let Aim::Again(served) = &attempt.aim
        && attempt.reauthenticates()
        && served.account != accounts::digest(scene, &id_token.subject)
    {
        return Err(Failure::AnotherPerson);
    }
    let answer = userinfo(scene, &metadata, &tokens, &id_token).await?;
    let userinfo = Userinfo::read(&answer)?;
    let proving = match &attempt.aim {
        Aim::Prove(_) => Some(identity::prove(scene, attempt, &answer, &id_token.subject).await?),
        Aim::SignIn | Aim::Again(_) => None,
    };
    let outcome = proving.as_ref().map(|ended| ended.outcome);
    let mut session = session(scene, attempt, id_token, userinfo, before);
    session.buries = held::taken_over(scene, cookies);
    let (session, unfinished) =
        record(scene, cookies, attempt, session, proving, &tokens, before).await?;
    let begun = held::begin(scene, cookies, &session).ok_or(Failure::Unavailable)?;
    let account = accounts::digest(scene, &session.subject);
    let is_another = match &attempt.aim {
        Aim::Again(served) | Aim::Prove(served) if served.account != account => {
            let told = scene.about_person(&session.subject);
            told.log_done("changed_subject", "signed_in_again_as_another");
            true
        }
        // The browser may have been on the first person's way when their session ended.
        _ => before.is_some_and(|before| before.subject != session.subject),
    };
    // Where one person was going is not another's to see.
    let return_path = match is_another {
        true => "/",
        false => &attempt.return_path,
    };
    Ok(SignedIn {
        cookies: begun,
        unfinished,
        return_path,
        is_another,
        event: event(before, &session),
        subject: session.subject,
        outcome,
    })
}
