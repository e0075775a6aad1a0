//! The provider's own sessions: who is signed in here, in which browser, and at which clients.
//!
//! A browser holds a session by a cookie on the provider's host. Within an hour of its last use, a client that asks gets the
//! same person without anybody being asked; each such journey is one more client session, and each is told when it ends.

use std::collections::HashMap;

use serde::Serialize;

use crate::http::Request;
use crate::keys::random_id;
use crate::provider::personas::Persona;

/// The name of the cookie. It is unlike any name of the product's, since cookies do not keep to a port and both may be on
/// one host in development.
pub const COOKIE: &str = "simulated-one-login-session";

/// How long a session lasts after its last use.
pub const IDLE_SECONDS: i64 = 3_600;

/// One journey of a client that ended with a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClientSession {
    /// The client.
    pub client_id: String,
    /// The `sid` of the ID token, new for each journey.
    pub sid: String,
    /// The person's identifier for this client.
    pub sub: String,
    /// When the code was issued.
    pub begun_at: i64,
}

/// One person in one browser.
#[derive(Debug, Clone)]
pub struct Session {
    /// A number for tests. The cookie's value is a secret and is not shown.
    pub id: u64,
    /// Who.
    pub persona: &'static Persona,
    /// When this person last proved who they are; neither silent sign-ins nor signing in again by `prompt=login` change it.
    pub auth_time: i64,
    /// How surely: `Cl` or `Cl.Cm`.
    pub credential: &'static str,
    /// Whether the provider may sign the person in silently. A `max_age` that was over takes this away and leaves the clients their sessions.
    pub authenticated: bool,
    /// When a client last asked.
    pub used_at: i64,
    /// The clients' sessions in the order of their beginning.
    pub clients: Vec<ClientSession>,
}

impl Session {
    fn alive(&self, now: i64) -> bool {
        now < self.used_at + IDLE_SECONDS
    }

    /// Whether the person has proved who they are as surely as is asked.
    pub fn does_for(&self, credential: &str) -> bool {
        // `Cl` is the shorter and the lesser of the two.
        self.authenticated && credential.len() <= self.credential.len()
    }

    /// Notes that this person proved who they are. The time is a new one only where they had to: the provider's
    /// `AuthenticationCallbackHandler` sets it if the session was not authenticated or not surely enough, and in no other case.
    pub fn proved(&mut self, credential: &'static str, now: i64) {
        if !self.does_for(credential) {
            self.auth_time = now;
            self.credential = credential;
            self.authenticated = true;
        }
    }
}

/// Every session, by the value of its cookie.
#[derive(Debug, Default)]
pub struct Sessions {
    by_cookie: HashMap<String, Session>,
    last_id: u64,
}

impl Sessions {
    /// The session of a cookie, which counts as a use of it. One that was idle for too long is no session.
    pub fn used(&mut self, cookie: &str, now: i64) -> Option<&mut Session> {
        let session = self.by_cookie.get_mut(cookie).filter(|s| s.alive(now))?;
        session.used_at = now;
        Some(session)
    }

    /// A new session of a person who just signed in; gives the value of its cookie.
    pub fn open(
        &mut self,
        persona: &'static Persona,
        credential: &'static str,
        now: i64,
    ) -> String {
        // Here, where the number grows, is also where it shrinks.
        self.by_cookie.retain(|_, session| session.alive(now));
        self.last_id += 1;
        let session = Session {
            id: self.last_id,
            persona,
            auth_time: now,
            credential,
            authenticated: true,
            used_at: now,
            clients: Vec::new(),
        };
        let cookie = random_id();
        self.by_cookie.insert(cookie.clone(), session);
        cookie
    }

    /// Takes a session away. One that has run out is gone too, but no client is told of its end.
    pub fn end(&mut self, cookie: &str, now: i64) -> Option<Session> {
        self.by_cookie.remove(cookie).filter(|s| s.alive(now))
    }

    /// Takes away every session of one person, in whichever browser.
    pub fn end_all_of(&mut self, persona: &Persona, now: i64) -> Vec<Session> {
        let cookies: Vec<String> = self
            .by_cookie
            .iter()
            .filter(|(_, session)| session.persona.id == persona.id)
            .map(|(cookie, _)| cookie.clone())
            .collect();
        let mut ended: Vec<Session> = cookies.iter().filter_map(|c| self.end(c, now)).collect();
        ended.sort_by_key(|session| session.id);
        ended
    }

    /// Every session that is alive, in the order of their beginning.
    pub fn list(&self, now: i64) -> Vec<&Session> {
        let mut alive: Vec<&Session> = self.by_cookie.values().filter(|s| s.alive(now)).collect();
        alive.sort_by_key(|session| session.id);
        alive
    }
}

/// The value of the session cookie that came with a request.
pub fn cookie_of(request: &Request) -> Option<&str> {
    request.cookie(COOKIE)
}

/// The header value that gives a browser its session. Without `Domain` it goes only to this host; with `Lax` it comes along
/// when a client sends a browser here. There is no `Secure` because everything is on plain HTTP.
pub fn giving(cookie: &str) -> String {
    format!("{COOKIE}={cookie}; Path=/; HttpOnly; SameSite=Lax")
}

/// The header value that takes the cookie away again.
pub fn taking() -> String {
    format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kenneth() -> &'static Persona {
        Persona::find("kenneth").expect("a persona")
    }

    #[test]
    fn when_a_session_is_unused_for_an_hour_then_it_ends() {
        let mut sessions = Sessions::default();
        let cookie = sessions.open(kenneth(), "Cl.Cm", 0);
        assert!(sessions.used(&cookie, 3_599).is_some());
        assert!(sessions.used(&cookie, 7_198).is_some(), "use prolongs it");
        assert_eq!(sessions.list(10_797).len(), 1);
        assert!(sessions.used(&cookie, 10_798).is_none());
        assert!(sessions.list(10_798).is_empty());
        assert!(sessions.end(&cookie, 10_798).is_none(), "nobody is told");
    }

    #[test]
    fn when_a_request_has_several_cookies_then_the_session_cookie_is_found() {
        let request = Request::get("/")
            .with_header("cookie", "a=1; other-simulated-one-login-session=x")
            .with_header("Cookie", &format!("b=2;{COOKIE}=the=value"));
        assert_eq!(cookie_of(&request), Some("the=value"));
        assert_eq!(cookie_of(&Request::get("/")), None);
    }
}
