//! A person's way through the provider: from an accepted request to the redirect back with a code.
//!
//! A person with a session in this browser is signed in silently; any other person is asked, or the automatic mode answers.

use crate::http::{Request, Response, append_query, last_wins};
use crate::keys::random_id;
use crate::locale::Locale;
use crate::provider::fault::{Fault, authorisation};
use crate::provider::personas::Persona;
use crate::provider::session::{self, ClientSession};
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
    /// How many seconds ago the person may have signed in at most, for clients for whom this is honoured.
    pub max_age: Option<i64>,
    /// The language of the pages.
    pub locale: Locale,
    /// When the request came.
    pub begun_at: i64,
}

/// An issued authorisation code. It stays here after it was used, so that a second use can be told from an unknown code.
#[derive(Debug, Clone)]
pub struct Code {
    /// The request.
    pub journey: Journey,
    /// The person who signed in.
    pub persona: &'static Persona,
    /// The identifier of this journey, new for each one.
    pub sid: String,
    /// When the code was issued.
    pub issued_at: i64,
    /// When the person signed in, which may be long before in a session of the provider's.
    pub auth_time: i64,
    /// Whether it has been used.
    pub used: bool,
}

impl Journey {
    /// Whether a sign-in is too long ago for what was asked. An age of zero always asks again, even within the same second,
    /// so that no test depends on where a second ends. A time in the future is never too long ago, as with the provider.
    fn finds_too_old(&self, auth_time: i64, now: i64) -> bool {
        self.max_age
            .is_some_and(|age| auth_time <= now && (age == 0 || now - auth_time > age))
    }
}

impl Provider {
    /// Signs in silently within a session, answers at once in automatic mode, or shows the sign-in page.
    pub(super) fn begin(&mut self, now: i64, request: &Request, journey: Journey) -> Response {
        if let Some(cookie) = session::cookie_of(request).map(str::to_owned)
            && let Some(held) = self.sessions.used(&cookie, now)
        {
            // Whether the session's clients are told depends on the person who signs in next.
            if journey.finds_too_old(held.auth_time, now) {
                held.authenticated = false;
            }
            let does = held.does_for(journey.asked.credential);
            if does && self.signs_in_silently() && journey.must_be.is_none() {
                return self.answer(now, 302, journey, &cookie);
            }
        }
        if let Some(persona) = self.wishing.persona.or(self.automatic) {
            return self.finish(now, 302, request, journey, persona);
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
                self.finish(now, 303, request, journey, persona)
            }
        }
    }

    /// The person chose a persona, which is a sign-in unless the person declines or is not the one who was asked for.
    fn finish(
        &mut self,
        now: i64,
        status: u16,
        request: &Request,
        journey: Journey,
        persona: &'static Persona,
    ) -> Response {
        if let Some(error) = self.not_signed_in(&journey, persona) {
            // A person who fails to sign in again loses the session that they had, and every client of it is told.
            if journey.must_be.is_some() {
                self.end_session_of(now, request);
            }
            return declined(status, &journey, error);
        }
        let cookie = self.sign_in_here(now, request, &journey, persona);
        self.answer(now, status, journey, &cookie)
            .with_header("set-cookie", &session::giving(&cookie))
    }

    /// Renews this person's session in this browser, or begins one. Another person's session in it ends.
    fn sign_in_here(
        &mut self,
        now: i64,
        request: &Request,
        journey: &Journey,
        persona: &'static Persona,
    ) -> String {
        let credential = journey.asked.credential;
        // Without silent sign-ins every ordinary request is answered as in a browser that comes for the first time.
        let is_new = journey.must_be.is_none() && !self.signs_in_silently();
        if let Some(cookie) = session::cookie_of(request)
            && let Some(held) = self.sessions.used(cookie, now)
        {
            if held.persona.id == persona.id {
                held.authenticated &= !is_new;
                held.proved(credential, now);
                return cookie.to_owned();
            }
            self.end_session_of(now, request);
        }
        self.sessions.open(persona, credential, now)
    }

    /// The redirect back to the client, as the person of a session.
    fn answer(&mut self, now: i64, status: u16, journey: Journey, cookie: &str) -> Response {
        let held = self.sessions.used(cookie, now);
        let Some((persona, auth_time)) = held.map(|s| (s.persona, s.auth_time)) else {
            return pages::lost().because("the session has ended");
        };
        if self.must_go_in_person(&journey, persona) {
            return self.send_in_person(journey, persona);
        }
        // A failed identity check is an error, unless the service asked for the codes that say why it failed.
        let wants_reasons = journey.claims.iter().any(|c| c.ends_with("/returnCode"));
        if persona.failed_identity(&journey.asked) && !wants_reasons {
            return declined(status, &journey, ACCESS_DENIED);
        }
        let sid = random_id();
        let sector = self
            .settings
            .client(&journey.client_id)
            .map_or("", |client| client.sector());
        if let Some(session) = self.sessions.used(cookie, now) {
            session.clients.push(ClientSession {
                client_id: journey.client_id.clone(),
                sid: sid.clone(),
                sub: persona.subject(sector),
                begun_at: now,
            });
        }
        let (code, state) = (random_id(), journey.state.clone());
        let uri = journey.redirect_uri.clone();
        let issued = Code {
            journey,
            persona,
            sid,
            issued_at: now,
            auth_time,
            used: false,
        };
        self.wish_goes_with(&code);
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

    /// The error that takes the place of a sign-in when the person does not go through with it, or is the wrong one.
    fn not_signed_in(&self, journey: &Journey, persona: &Persona) -> Option<AuthorisationError> {
        if !persona.signs_in {
            return Some(ACCESS_DENIED);
        }
        let sector = self.settings.client(&journey.client_id)?.sector();
        let wrong = journey
            .must_be
            .as_ref()
            .is_some_and(|sub| *sub != persona.subject(sector));
        wrong.then_some(("login_required", "Login required"))
    }
}

/// An error code and its description.
pub(super) type AuthorisationError = (&'static str, &'static str);

pub(super) const ACCESS_DENIED: AuthorisationError = (
    "access_denied",
    "Access denied by resource owner or authorization server",
);

/// The redirect back to the client with an error.
pub(super) fn declined(
    status: u16,
    journey: &Journey,
    (error, description): AuthorisationError,
) -> Response {
    let pairs = [
        ("error", error),
        ("error_description", description),
        ("state", journey.state.as_str()),
    ];
    Response::redirect(status, append_query(&journey.redirect_uri, &pairs))
        .because(format!("{error}: {description}"))
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
