//! A person's way through the provider: from an accepted request to the redirect back with a code.
//!
//! The real provider keeps people signed in for an hour and then signs them in silently. Here every journey asks, or is
//! answered by the automatic mode: a test should say who signs in.

use crate::http::{Request, Response, append_query, last_wins};
use crate::keys::random_id;
use crate::provider::fault::{Fault, authorisation};
use crate::provider::personas::Persona;
use crate::provider::vectors::Asked;
use crate::provider::{Provider, pages};

/// How long the sign-in page can be used.
const JOURNEY_SECONDS: i64 = 3_600;

/// An accepted request that waits for a person.
#[derive(Debug, Clone)]
pub struct Journey {
    /// The client.
    pub client_id: String,
    /// Its name, for the page.
    pub client_name: String,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// Repeated in the answer.
    pub state: String,
    /// Repeated in the ID token.
    pub nonce: String,
    /// The scopes granted.
    pub scopes: Vec<String>,
    /// The full names of the claims asked for.
    pub claims: Vec<String>,
    /// The levels asked for.
    pub asked: Asked,
    /// The PKCE challenge.
    pub challenge: Option<String>,
    /// The `sub` that must come back when a service asks a person to sign in again.
    pub must_be: Option<String>,
    /// When the request came.
    pub begun_at: i64,
}

/// An issued authorisation code. It stays here after it was used, so that a second use can be told from an unknown code.
#[derive(Debug, Clone)]
pub struct Code {
    /// What was asked.
    pub journey: Journey,
    /// Who signed in.
    pub persona: &'static Persona,
    /// The identifier of this journey, new for each one.
    pub sid: String,
    /// When the code was issued and the person signed in.
    pub issued_at: i64,
    /// Whether it has been used.
    pub used: bool,
}

impl Provider {
    /// Shows the sign-in page, or answers at once in automatic mode.
    pub(super) fn begin(&mut self, now: i64, journey: Journey) -> Response {
        if let Some(persona) = self.automatic {
            return self.finish(now, 302, journey, persona);
        }
        self.journeys
            .retain(|_, j| now < j.begun_at + JOURNEY_SECONDS);
        let id = random_id();
        let page = pages::sign_in(&id, &journey);
        self.journeys.insert(id, journey);
        Response::html(200, page)
    }

    /// `POST /sign-in`: the form of the sign-in page.
    pub(super) fn sign_in(&mut self, now: i64, request: &Request) -> Response {
        let form = last_wins(&request.body);
        let persona = form.get("persona").and_then(|id| Persona::find(id));
        let journey = form
            .get("journey")
            .and_then(|id| self.journeys.get(id))
            .cloned();
        match (journey, persona) {
            (None, _) => pages::lost().because("the sign-in page is unknown or too old"),
            (Some(_), None) => pages::lost().because("no such persona"),
            (Some(journey), Some(persona)) => {
                // Going back and choosing again would make a second answer to one request.
                if let Some(id) = form.get("journey") {
                    self.journeys.remove(id);
                }
                // 303 makes the browser follow with GET, whatever the form's method was.
                self.finish(now, 303, journey, persona)
            }
        }
    }

    fn finish(
        &mut self,
        now: i64,
        status: u16,
        journey: Journey,
        persona: &'static Persona,
    ) -> Response {
        let uri = journey.redirect_uri.clone();
        if let Some((error, description)) = self.declined(&journey, persona) {
            let pairs = [
                ("error", error),
                ("error_description", description),
                ("state", journey.state.as_str()),
            ];
            return Response::redirect(status, append_query(&uri, &pairs))
                .because(format!("{error}: {description}"));
        }
        let (code, state) = (random_id(), journey.state.clone());
        let issued = Code {
            journey,
            persona,
            sid: random_id(),
            issued_at: now,
            used: false,
        };
        self.codes.insert(code.clone(), issued);
        let fault = self.fault.take(|f| {
            if let Fault::Authorisation(f) = f {
                Some(f)
            } else {
                None
            }
        });
        let pairs = match fault {
            Some(fault) => authorisation::apply(fault, &code, &state, &self.settings.issuer),
            None => vec![("code", code), ("state", state)],
        };
        let pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        Response::redirect(status, append_query(&uri, &pairs))
    }

    /// The error that takes the place of a code when the person does not go through with it.
    fn declined(
        &self,
        journey: &Journey,
        persona: &Persona,
    ) -> Option<(&'static str, &'static str)> {
        if !persona.signs_in {
            return Some((
                "access_denied",
                "Access denied by resource owner or authorization server",
            ));
        }
        let sector = self.settings.client(&journey.client_id)?.sector();
        if journey
            .must_be
            .as_ref()
            .is_some_and(|sub| *sub != persona.subject(sector))
        {
            return Some(("login_required", "Login required"));
        }
        // A failed identity check is an error, unless the service asked for the codes that say why it failed.
        let wants_reasons = journey.claims.iter().any(|c| c.ends_with("/returnCode"));
        if persona.failed_identity(&journey.asked) && !wants_reasons {
            return Some((
                "access_denied",
                "Access denied by resource owner or authorization server",
            ));
        }
        None
    }
}

impl Persona {
    /// Whether identity was asked for and this person cannot prove it at any of the levels.
    pub fn failed_identity(&self, asked: &Asked) -> bool {
        let reached = self
            .identity
            .as_ref()
            .map_or("P0", |identity| identity.level);
        asked
            .identity
            .first()
            .is_some_and(|lowest| reached < *lowest)
    }
}
