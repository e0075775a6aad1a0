//! The callback: from the provider's answer to a session, or to a page that says what to do.
//!
//! The steps stand in their order, and each ends the sign-in when it fails. A session that the
//! browser already has is not looked at until the end, so that a planted one changes nothing.
//!
//! Source: OpenID Connect Core 1.0 section 3.1.2.5 to 3.1.3.8, RFC 9207, `provider.md` 2 to 5.

mod failed;

use super::exchange::{exchange, userinfo, verify};
use super::parameters::{Parameters, Response};
use super::record::{did_not, not_again, record, session};
use super::start::counted;
use crate::config::{Admission, Locale};
use crate::gate::context::Context;
use crate::gate::http::cookies::Cookies;
use crate::gate::http::reply::Reply;
use crate::gate::http::request::Request;
use crate::gate::identity::callback as identity;
use crate::gate::identity::signed_in::SignedIn;
use crate::gate::links::{again, again_with};
use crate::gate::pages::failure::Failure;
use crate::gate::pages::{self, Page};
use crate::gate::{accounts, admission, arrival, browser_session, provider};
use crate::oidc::userinfo::Userinfo;
use crate::platform::Platform;
use crate::secret::same;
use crate::session::attempt::{Aim, Attempt, OVER_LIFETIME, OVER_NAME, cookie_name};
use crate::session::identity::IdentityOutcome;
use crate::session::session::Session;
use crate::session::set_cookie::{delete_cookie, set_cookie_for};
use failed::{declined, ended, is_first, is_repeated, start_again};

/// Finishes a sign-in.
pub async fn finish<P: Platform>(context: &Context<P>, request: &Request, query: &str) -> Reply {
    let parameters = match Parameters::read(query) {
        Ok(parameters) => parameters,
        Err(failure) => return context.failed("callback", failure, &again(context, "/")),
    };
    let cookies = Cookies::new(request.headers.get("cookie"));
    let attempt = parameters
        .state
        .as_deref()
        .and_then(|state| find(context, cookies, state));
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
        let over = state.and_then(|state| opened(context, cookies, OVER_NAME, state));
        return match over {
            Some(over) if !is_repeated(context, cookies, failure, Some(&over)).await => {
                // The person asks for the page again, so that no loop can come of it.
                context.log_done("callback_repeated", "started_again");
                let link = again_with(context, &over);
                Reply::redirect(303, link).of(&context.service)
            }
            over => {
                // One that took too long is not finished, but says where the person was going.
                let late = |state| opened(context, cookies, &cookie_name(state), state);
                let known = over.or_else(|| state.and_then(late));
                ended(context, cookies, failure, known.as_ref()).await
            }
        };
    };
    // The answer is in the language of the place to which the person was going.
    let place = Some(attempt.return_path.as_str());
    let tag = attempt
        .language
        .and_then(|tag| String::from_utf8(tag.into()).ok());
    let asked = tag.and_then(|tag| Locale::parse(&tag));
    let context = Context {
        locale: pages::locale(&context.service, asked, request, place),
        asked,
        ..context.clone()
    };
    let context = &context.logging_attempt(&attempt);
    // Also one that is past its limits here: a copy that was kept in use elsewhere ends with it.
    let before = browser_session::session(context, cookies);
    let mut of_another = false;
    let signed_in = sign_in(
        context,
        cookies,
        &attempt,
        &parameters,
        before.as_ref(),
        &mut of_another,
    );
    let reply = match signed_in.await {
        Ok(signed_in) => {
            let reply = match signed_in.outcome {
                Some(outcome) if outcome != IdentityOutcome::Proved => {
                    identity::place(context, signed_in.return_path, outcome)
                }
                _ => {
                    let told = context.logging_person(&signed_in.subject);
                    told.log_done(signed_in.event, attempt.level.as_str());
                    // Also where the place is the front page: another site may have planted this sign-in, and WebKit
                    // empties its cache only for a page, not for a redirect.
                    match signed_in.is_another {
                        true => {
                            let home = arrival::home(context, signed_in.arriving);
                            context.page_with(200, Page::PlaceWithheld, home)
                        }
                        false if signed_in.arriving => {
                            arrival::lead(context, &signed_in.subject, signed_in.return_path)
                        }
                        false => Reply::redirect(303, signed_in.return_path).of(&context.service),
                    }
                }
            };
            let reply = match signed_in.is_another {
                true => reply.emptying(),
                false => reply,
            };
            reply
                .with_cookies(signed_in.cookies)
                .with(
                    "set-cookie",
                    counted(context, cookies, signed_in.return_path),
                )
                .with_cookies(signed_in.unfinished)
        }
        Err(failure) => {
            let mut failure = declined(context, &attempt, failure, before.as_ref());
            // The page says how the session ended, so that it ends first.
            let gone = match did_not(&attempt, failure) {
                Some(served) => {
                    Some(not_again(context, cookies, &served, before.as_ref(), &mut failure).await)
                }
                None => None,
            };
            // Where one person was going, and by which invitation, is not another's to see.
            let attempt = match of_another {
                true => &attempt.of_another(),
                false => &attempt,
            };
            let over = context.seal_attempt(&attempt.over());
            let over = over.map(|sealed| set_cookie_for(OVER_NAME, &sealed, OVER_LIFETIME));
            let reply = match failure {
                Failure::SignedOutMeanwhile if is_first(context, cookies, attempt) => {
                    start_again(context, cookies, attempt).await
                }
                _ => ended(context, cookies, failure, Some(attempt)).await,
            };
            let reply = reply.with_cookie(over);
            match gone {
                Some(gone) => reply.with_cookies(gone).emptying(),
                None => reply,
            }
        }
    };
    reply.with("set-cookie", delete_cookie(&name))
}

/// The attempt of this browser that the state belongs to, with its cookie's name.
fn find<P: Platform>(
    context: &Context<P>,
    cookies: Cookies<'_>,
    state: &str,
) -> Option<(String, Attempt)> {
    let name = cookie_name(state);
    let attempt = opened(context, cookies, &name, state)?;
    attempt.is_live(context.now).then_some((name, attempt))
}

/// The attempt in a cookie, if the state belongs to it.
fn opened<P: Platform>(
    context: &Context<P>,
    cookies: Cookies<'_>,
    name: &str,
    state: &str,
) -> Option<Attempt> {
    let mut attempts = cookies
        .all(name)
        .filter_map(|sealed| context.open_attempt(sealed));
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

/// From the code to a sealed session. `of_another` becomes true where another person came back than the one who left.
async fn sign_in<'a, P: Platform>(
    context: &Context<P>,
    cookies: Cookies<'_>,
    attempt: &'a Attempt,
    parameters: &Parameters,
    before: Option<&Session>,
    of_another: &mut bool,
) -> Result<SignedIn<'a>, Failure> {
    let issuer = parameters.issuer.as_deref();
    if issuer.is_some_and(|issuer| issuer != context.service.provider.issuer) {
        return Err(Failure::OtherIssuer);
    }
    let code = match &parameters.answer {
        Response::Error(error) => {
            return identity::given_up(context, cookies, attempt, *error, before).await;
        }
        Response::Code(code) => code,
    };
    let metadata = provider::metadata(context).await?;
    let tokens = exchange(context, &metadata, attempt, code).await?;
    let id_token = verify(context, &metadata, attempt, &tokens).await?;
    let account = accounts::digest(context, &id_token.subject);
    let is_served = match &attempt.aim {
        Aim::Again(served) | Aim::Prove(served) => served.account == account,
        Aim::SignIn => true,
    };
    // The browser may have been on the first person's way when their session ended.
    *of_another = !is_served || before.is_some_and(|before| before.subject != id_token.subject);
    if !is_served && attempt.reauthenticates() {
        return Err(Failure::AnotherPerson);
    }
    let answer = userinfo(context, &metadata, &tokens, &id_token).await?;
    let userinfo = Userinfo::read(&answer)?;
    let proving = match &attempt.aim {
        Aim::Prove(_) => Some(identity::prove(context, attempt, &answer, &id_token.subject).await?),
        Aim::SignIn | Aim::Again(_) => None,
    };
    let outcome = proving.as_ref().map(|ended| ended.outcome);
    let mut session = session(context, attempt, id_token, userinfo, before);
    session.buries = browser_session::taken_over(context, cookies);
    if admission::asks(context) {
        let admitted = admission::admits(context, &session, &attempt.invitation).await;
        session.admitted = admitted.map_err(Failure::Account)?;
        if !session.admitted && context.service.admission == Admission::Service {
            return Err(Failure::NotInvited);
        }
    }
    let (session, unfinished) =
        record(context, cookies, attempt, session, proving, &tokens, before).await?;
    let begun = browser_session::begin(context, cookies, &session).ok_or(Failure::Unavailable)?;
    if !is_served {
        let told = context.logging_person(&session.subject);
        told.log_done("changed_subject", "signed_in_again_as_another");
    }
    let is_another = *of_another;
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
        arriving: session.arriving,
        event: event(before, &session),
        subject: session.subject,
        outcome,
    })
}
