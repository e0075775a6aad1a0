//! Proving an identity: what the account knows of it, and how a person who was away goes on.
//!
//! That a route asks for one is decided in [`crate::gate::access::protect`]; what comes back from the provider is
//! taken in [`crate::gate::sign_in::callback`].
//!
//! Source: GOV.UK One Login's documentation of in-person checks; `provider.md` 0.

use crate::config::RETURN;
use crate::gate::access::protect::Passage;
use crate::gate::access::statement::{Known, LIFETIME};
use crate::gate::accounts::{self, Word};
use crate::gate::context::Context;
use crate::gate::decision::{Start, Task, Verdict};
use crate::gate::http::cookies::Cookies;
use crate::gate::http::reply::Reply;
use crate::gate::http::request::{Request, parameter};
use crate::gate::links::{self, rule_of};
use crate::gate::pages::{self, Page};
use crate::gate::{browser_session, sign_in, sign_out};
use crate::oidc::json::Object;
use crate::oidc::vector::Level;
use crate::platform::{EventOutcome, Outage, Platform};
use crate::session::account::Standing;
use crate::session::identity::open;
use crate::session::session::{Identity, Session};

/// The query with which they go on from it.
const CONTINUE: &str = "continue";

/// Asks the account whether the session is alive and what is known of the identity behind it, which
/// is taken over into the session.
///
/// Before a person leaves to prove one, the account keeps the place.
pub async fn ask<P: Platform>(
    passage: &Passage<'_, P>,
    session: &mut Session,
    known: &mut Option<Known>,
) -> Result<Standing, Outage> {
    let request = passage.request;
    let leaves = passage.lacks(session) && request.is_document() && request.is_read();
    let place = leaves.then(|| passage.return_path());
    let leaving = place.as_deref().map(|place| (passage.rule.level, place));
    let Some(Word { proof, .. }) = accounts::proof(passage.context, session, leaving).await? else {
        return Ok(Standing::Ended);
    };
    let mut learnt = Known::default();
    // An identity that was proved with two factors does not count for a session with one.
    if let Some(proof) = proof.filter(|proof| session.level >= proof.level().credential()) {
        session.level = session.level.max(proof.level());
        learnt.outcome = proof.outcome();
        if let Some(Identity { key, changed_at }) = &mut session.identity {
            *changed_at = proof.at;
            // An assertion lives no longer than what it says may be used.
            let claims = proof.claims;
            let claims = claims.and_then(|kept| open(&kept, key, passage.context.now, LIFETIME));
            learnt.claims = claims
                .and_then(|bytes| Object::parse(&bytes).ok())
                .map(Object::into_members);
        }
    }
    *known = Some(learnt);
    Ok(Standing::Live)
}

/// A person comes back after they were away to prove an identity: they sign in, and are asked to go
/// on.
pub fn returning<P: Platform>(
    context: &Context<P>,
    request: &Request,
    query: Option<&str>,
) -> Verdict {
    let cookies = Cookies::new(request.headers.get("cookie"));
    let session = browser_session::live(context, cookies)
        .filter(|session| session.level >= Level::ClCm)
        .filter(|session| !sign_out::is_ending(context, cookies, session));
    match session {
        None => Verdict::Later(Task::Start(sign_in_first(context))),
        Some(session) if parameter(query, CONTINUE).is_some() => {
            Verdict::Later(Task::Continue(Box::new(session)))
        }
        Some(_) => {
            let link = onwards(context);
            context.page_with(200, Page::ContinueIdentity, &link).into()
        }
    }
}

/// The address at which a person who comes back goes on.
pub fn onwards<P: Platform>(context: &Context<P>) -> String {
    let language = links::language(context);
    context
        .service
        .own_page(&format!("{RETURN}?{CONTINUE}{language}"))
}

fn sign_in_first<P: Platform>(context: &Context<P>) -> Start {
    Start {
        level: Level::ClCm,
        freshness: None,
        session: None,
        invitation: String::new(),
        return_path: context.service.own_page(&match context.asked {
            Some(locale) => format!("{RETURN}?lang={}", locale.as_str()),
            None => RETURN.to_owned(),
        }),
    }
}

/// They go on: to the provider, and from there to where they were; to a page that says so if the account does not keep
/// their place any more. A person whose identity is proved already has done what they left for, and goes to the front page.
pub async fn go_on<P: Platform>(
    context: &Context<P>,
    request: &Request,
    session: Session,
) -> Reply {
    let word = match accounts::proof(context, &session, None).await {
        Ok(Some(word)) => word,
        Ok(None) => return sign_in::start(context, request, sign_in_first(context)).await,
        Err(outage) => {
            let told = context.logging_person(&session.subject);
            told.log_summed(
                EventOutcome::Failed,
                "session_unchecked",
                outage.label(),
                "",
            );
            return context.page(503, Page::Problem);
        }
    };
    let has_place = word.left.is_some();
    let place = word.left.unwrap_or_else(|| "/".to_owned());
    let asked = rule_of(context, &place).map(|rule| rule.level);
    // Where the person was going says the language, as at the first start.
    let spoken = pages::locale(&context.service, context.asked, request, Some(&place));
    let context = &Context {
        locale: spoken,
        ..context.clone()
    };
    let level = asked.filter(|level| level.has_identity());
    let level = level.unwrap_or_else(|| context.service.highest_level());
    if word.proof.is_some_and(|proof| proof.level() >= level) {
        return Reply::redirect(303, place).of(&context.service);
    }
    let start = Start {
        level,
        freshness: None,
        session: Some(Box::new(session)),
        invitation: String::new(),
        return_path: match has_place {
            true => place,
            // The person is told so, after the identity check.
            false => pages::address(&context.service, Page::PlaceForgotten, context.locale, ""),
        },
    };
    sign_in::start(context, request, start).await
}
