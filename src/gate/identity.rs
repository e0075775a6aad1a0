//! Proving an identity: what the account knows of it, and how a person who was away goes on.
//!
//! That a route asks for one is decided in [`super::protect`]; what comes back from the provider is
//! taken in [`super::callback`].
//!
//! Source: GOV.UK One Login's documentation of in-person checks; `provider.md` 0.

use super::accounts::{self, Word};
use super::assertion::{Known, LIFETIME};
use super::cookies::Cookies;
use super::pages::{self, Page};
use super::path::CanonicalPath;
use super::protect::Passage;
use super::reply::Reply;
use super::request::{Request, parameter};
use super::sign_in::{self, Start};
use super::{Scene, Task, Verdict, sign_out};
use crate::config::Rule;
use crate::oidc::json::Object;
use crate::oidc::vector::Level;
use crate::platform::{Outage, Outcome, Platform};
use crate::session::account::Standing;
use crate::session::cookie::{Identity, Session};
use crate::session::identity::open;

/// The page for people who come back, behind the service's own prefix.
const RETURN: &str = "return";

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
    let Some(Word { proof, .. }) = accounts::proof(passage.scene, session, leaving).await? else {
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
            let claims = claims.and_then(|kept| open(&kept, key, passage.scene.now, LIFETIME));
            learnt.claims = claims
                .and_then(|bytes| Object::parse(&bytes).ok())
                .map(Object::into_members);
        }
    }
    *known = Some(learnt);
    Ok(Standing::Live)
}

/// The rule of the place where a person was.
pub fn rule_of<'a, P: Platform>(scene: &'a Scene<P>, place: &str) -> Option<&'a Rule> {
    let path = place.split('?').next()?;
    let path = CanonicalPath::parse(path, scene.service.allow_semicolons).ok()?;
    Some(scene.service.rules.find(&path))
}

/// A person comes back after they were away to prove an identity: they sign in, and are asked to go
/// on.
pub fn returning<P: Platform>(scene: &Scene<P>, request: &Request, query: Option<&str>) -> Verdict {
    let cookies = Cookies::new(request.headers.get("cookie"));
    let session = scene
        .live_session(cookies)
        .filter(|session| session.level >= Level::ClCm)
        .filter(|session| !sign_out::is_ending(scene, cookies, session));
    match session {
        None => Verdict::Later(Task::Start(sign_in_first(scene))),
        Some(session) if parameter(query, CONTINUE).is_some() => {
            Verdict::Later(Task::Continue(Box::new(session)))
        }
        Some(_) => {
            let link = onwards(scene);
            scene.page_with(200, Page::ContinueIdentity, &link).into()
        }
    }
}

/// The address at which a person who comes back goes on.
pub fn onwards<P: Platform>(scene: &Scene<P>) -> String {
    let language = scene
        .asked
        .map(|locale| format!("&lang={}", locale.as_str()));
    let language = language.unwrap_or_default();
    scene
        .service
        .own_page(&format!("{RETURN}?{CONTINUE}{language}"))
}

fn sign_in_first<P: Platform>(scene: &Scene<P>) -> Start {
    Start {
        level: Level::ClCm,
        freshness: None,
        session: None,
        return_path: scene.service.own_page(&match scene.asked {
            Some(locale) => format!("{RETURN}?lang={}", locale.as_str()),
            None => RETURN.to_owned(),
        }),
    }
}

/// They go on: to the provider, and from there to where they were; to a page that says so if the account does not keep
/// their place any more. A person whose identity is proved already has done what they left for, and goes to the front page.
pub async fn go_on<P: Platform>(scene: &Scene<P>, request: &Request, session: Session) -> Reply {
    let word = match accounts::proof(scene, &session, None).await {
        Ok(Some(word)) => word,
        Ok(None) => return sign_in::start(scene, request, sign_in_first(scene)).await,
        Err(outage) => {
            let told = scene.about_person(&session.subject);
            told.log_summed(Outcome::Failed, "session_unchecked", outage.label(), "");
            return scene.page(503, Page::Problem);
        }
    };
    let has_place = word.left.is_some();
    let place = word.left.unwrap_or_else(|| "/".to_owned());
    let asked = rule_of(scene, &place).map(|rule| rule.level);
    // Where the person was going says the language, as at the first start.
    let spoken = pages::locale(&scene.service, scene.asked, request, Some(&place));
    let scene = &Scene {
        locale: spoken,
        ..scene.clone()
    };
    let level = asked.filter(|level| level.has_identity());
    let level = level.unwrap_or_else(|| scene.service.highest_level());
    if word.proof.is_some_and(|proof| proof.level() >= level) {
        return Reply::redirect(303, place).of(&scene.service);
    }
    let start = Start {
        level,
        freshness: None,
        session: Some(Box::new(session)),
        return_path: match has_place {
            true => place,
            // The person is told so, after the identity check.
            false => pages::address(&scene.service, Page::PlaceForgotten, scene.locale, ""),
        },
    };
    sign_in::start(scene, request, start).await
}
