//! How well a person has to have shown who they are.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::{Log, Person, Refused};

/// The levels, each of which includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// `Cl`: a password.
    Cl,
    /// `Cl.Cm`: a second factor too.
    ClCm,
    /// `Cl.Cm.P1`: the same and a proved identity of low confidence.
    P1,
    /// `Cl.Cm.P2`: the same and a proved identity of medium confidence.
    P2,
}

impl Level {
    /// The level that a `vot` names.
    #[must_use]
    pub fn of(vot: &str) -> Option<Self> {
        let levels = [Self::Cl, Self::ClCm, Self::P1, Self::P2];
        levels.into_iter().find(|level| level.as_str() == vot)
    }

    /// The level's `vot`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cl => "Cl",
            Self::ClCm => "Cl.Cm",
            Self::P1 => "Cl.Cm.P1",
            Self::P2 => "Cl.Cm.P2",
        }
    }
}

/// Refuses people below the level. The layer [`crate::one_login`] around it writes the answer.
pub async fn require_level(State(level): State<Level>, request: Request, next: Next) -> Response {
    let refused = match request.extensions().get::<Person>() {
        None => Refused::new("no_assertion"),
        Some(person) if Level::of(&person.vot) < Some(level) => {
            Refused::with("level_too_low", format!("{} is required", level.as_str()))
        }
        Some(_) => return next.run(request).await,
    };
    let mut response = StatusCode::FORBIDDEN.into_response();
    response.extensions_mut().insert(refused);
    response
}

/// The same response, or the one that a refusal within it asks for.
pub(crate) fn answered(mut response: Response, headers: &HeaderMap, log: &Log) -> Response {
    match response.extensions_mut().remove::<Refused>() {
        Some(refused) => refused.answer(headers, log),
        None => response,
    }
}
