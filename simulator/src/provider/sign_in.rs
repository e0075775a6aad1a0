//! A person's way through the provider: from an accepted request to the redirect back with a code.
//!
//! A person with a session in this browser is signed in silently; any other person is asked, or the automatic mode answers.

use crate::http::{Request, Response, append_query, last_wins};
use crate::keys::random_id;
use crate::provider::fault::{Fault, authorisation};
use crate::provider::journey::{ACCESS_DENIED, AuthorisationError, Code, Journey, declined};
use crate::provider::pages;
use crate::provider::personas::Persona;
use crate::provider::session::{self, ClientSession};
use crate::provider::state::Provider;

/// How long the sign-in page can be used.
const JOURNEY_SECONDS: i64 = 3_600;

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
