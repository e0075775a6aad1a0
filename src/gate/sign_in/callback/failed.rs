//! A callback that makes no session: the failure that it is for the person, and whether it only repeats one that did its work.

use crate::gate::browser_session;
use crate::gate::context::Context;
use crate::gate::http::cookies::Cookies;
use crate::gate::http::reply::Reply;
use crate::gate::identity::callback as identity;
use crate::gate::links::{again, again_with};
use crate::gate::pages::failure::{Failure, Left, ProviderError};
use crate::gate::sign_in::start::counted;
use crate::platform::Platform;
use crate::session::attempt::{Aim, Attempt, OVER_NAME};
use crate::session::session::Session;

/// The failure behind the provider's error where a person was asked for more than a sign-in.
pub fn declined<P: Platform>(
    context: &Context<P>,
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
        stays && before.is_live(context.now, context.service.limits)
    });
    let session = match goes_on {
        true => Left::GoesOn,
        false => Left::Ended,
    };
    Failure::Declined { lost, session }
}

/// The answer to a sign-in that failed; a person who is signed in already and only repeated the
/// callback, by going back or clicking twice, is sent on. A person who was to prove an identity is sent
/// on only if it is known how that ended, because the place would ask for it again.
pub async fn ended<P: Platform>(
    context: &Context<P>,
    cookies: Cookies<'_>,
    failure: Failure,
    attempt: Option<&Attempt>,
) -> Reply {
    let return_path = attempt.map_or("/", |attempt| &attempt.return_path);
    if is_repeated(context, cookies, failure, attempt).await {
        context.log_done("callback_repeated", failure.outcome().label);
        return Reply::redirect(303, return_path).of(&context.service);
    }
    let proves = attempt.is_some_and(|attempt| matches!(attempt.aim, Aim::Prove(_)));
    let link = match attempt {
        Some(attempt) => again_with(context, attempt),
        None => again(context, return_path),
    };
    context.failed_of("callback", failure, &link, proves)
}

/// Whether a person who is signed in repeats a callback that has done its work.
pub async fn is_repeated<P: Platform>(
    context: &Context<P>,
    cookies: Cookies<'_>,
    failure: Failure,
    attempt: Option<&Attempt>,
) -> bool {
    let session = browser_session::live(context, cookies).filter(|_| failure.is_replay());
    let proves = attempt.filter(|attempt| matches!(attempt.aim, Aim::Prove(_)));
    match (session, proves) {
        // A failed attempt has no start, so that any proof that the account has would count.
        (Some(_), Some(attempt)) if !attempt.is_live(context.now) => false,
        (Some(session), Some(attempt)) => identity::has_ended(context, attempt, &session).await,
        (session, _) => session.is_some(),
    }
}

/// How long a person waits whose ID token was issued in the second of a notification, in milliseconds: the next one is
/// issued in another second, so that it counts.
const NEXT_SECOND_MS: u32 = 1_000;

/// Whether no sign-in for this place failed in this browser lately, so that starting again by itself happens once.
pub fn is_first<P: Platform>(
    context: &Context<P>,
    cookies: Cookies<'_>,
    attempt: &Attempt,
) -> bool {
    let failed = cookies
        .all(OVER_NAME)
        .find_map(|sealed| context.open_attempt(sealed));
    failed.is_none_or(|failed| failed.return_path != attempt.return_path)
}

/// A new sign-in for a person whose sign-in a notification ended, which counts towards the loop breaker.
pub async fn start_again<P: Platform>(
    context: &Context<P>,
    cookies: Cookies<'_>,
    attempt: &Attempt,
) -> Reply {
    context.log_refused("callback", Failure::SignedOutMeanwhile.outcome().label);
    context.platform.pause(NEXT_SECOND_MS).await;
    Reply::redirect(303, again_with(context, attempt))
        .of(&context.service)
        .with(
            "set-cookie",
            counted(context, cookies, &attempt.return_path),
        )
}
