//! The simulated GOV.UK One Login: strict where the real one is strict, and silent where it is silent.
//!
//! This module is pure, and [`state`] is its memory. It opens no socket and reads no clock: [`Provider::handle`] takes the
//! time and a request, and returns an answer. [`server`] puts it on a port; tests may call it directly. Logout
//! notifications wait in it until a caller takes and sends them, which on a port is [`delivery`].
//!
//! Reading order: [`authorize`] (a request object comes in), [`request_object`] (its rules), [`sign_in`] (a person chooses
//! who to be) with [`session`] (or has done so within the hour), [`token`] with [`client_auth`] and [`id_token`],
//! [`userinfo`] with [`identity`], [`documents`]; [`in_person`] (an identity takes days); [`logout`] (a session ends),
//! [`back_channel`] with [`logout_token`] (its clients are told); [`exchange`] with [`signal`] (something happens to an account);
//! then [`fault`], [`wishes`], [`control`], [`desk`] and [`access_team`], which the real provider does not have.

pub mod access_keys;
pub mod access_team;
pub mod authorize;
pub mod back_channel;
pub mod breakable;
pub mod client_auth;
pub mod client_keys;
pub mod control;
mod control_answer;
pub mod control_sessions;
pub mod delivery;
pub mod desk;
pub mod desk_others;
pub mod desk_page;
pub mod desk_state;
pub mod documents;
mod endpoints;
pub mod exchange;
pub mod fault;
mod firewall;
pub mod grant;
pub mod id_token;
pub mod identities;
pub mod identity;
pub mod in_person;
pub mod journey;
pub mod logout;
pub mod logout_token;
pub mod notification;
pub mod numbers;
pub mod numbers_page;
pub mod pages;
pub mod parameter_forms;
pub mod personas;
pub mod record;
pub mod refusal;
pub mod request_object;
pub mod rotation;
pub mod server;
pub mod session;
pub mod settings;
pub mod sign_in;
pub mod signal;
pub mod signing;
pub mod state;
pub mod times;
pub mod token;
pub mod userinfo;
pub mod vectors;
pub mod wish;
pub mod wishes;

use crate::http::{Request, Response};
use client_keys::ClientKeys;

pub use state::Provider;

impl Provider {
    /// The key document of a client that [`Self::handle`] would ask for with this request. A shell fetches it first, without
    /// holding the provider, and then hands it over.
    pub fn key_document_needed(&self, now: i64, request: &Request) -> Option<String> {
        let now = now + self.clock_offset;
        let (token, client_id) = match request.path() {
            "/authorize" => {
                let mut query = crate::http::last_wins(request.query().as_bytes());
                (query.remove("request")?, query.remove("client_id"))
            }
            "/token" => (
                crate::http::last_wins(&request.body).remove("client_assertion")?,
                None,
            ),
            _ => return None,
        };
        let token = crate::jose::Unverified::parse(&token)?;
        let client_id = client_id.or_else(|| token.text("iss").map(str::to_owned))?;
        let client = self.settings.client(&client_id)?;
        self.client_keys
            .missing(client, token.header_text("kid"), now)
    }

    /// Answers one request at a time given in seconds since 1970.
    pub fn handle(
        &mut self,
        now: i64,
        request: &Request,
        client_keys: &mut dyn ClientKeys,
    ) -> Response {
        if request.path().starts_with("/control/") {
            let now = now + self.clock_offset;
            if let Some(refused) = self.control_refused(request) {
                return refused;
            }
            return match self.desk(now, request) {
                Some(answer) => answer,
                None => self.control(now, request),
            };
        }
        let now = now + self.clock_offset;
        let response =
            firewall::refused(request).unwrap_or_else(|| self.wished(now, request, client_keys));
        self.record.add(request, &response);
        response
    }
}
