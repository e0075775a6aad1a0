//! Signing out at the provider. The browser's session ends first, whatever is wrong with the rest of the request.

use crate::http::{Request, Response, append_query, last_wins};
use crate::jose::Unverified;
use crate::provider::session;
use crate::provider::state::Provider;

impl Provider {
    /// `GET /logout`. Every parameter is optional.
    pub(super) fn logout(&mut self, now: i64, request: &Request) -> Response {
        // 1. The session of the cookie ends and all its clients are told, the one that sent the browser here among them.
        self.end_session_of(now, request);
        // 2. Only then is the request looked at, which decides nothing more than the page that follows.
        self.after_logout(request)
            .with_header("set-cookie", &session::taking())
    }

    fn after_logout(&self, request: &Request) -> Response {
        let query = last_wins(request.query().as_bytes());
        let state = query.get("state").map(String::as_str);
        let Some(hint) = query.get("id_token_hint") else {
            return self.signed_out_page(state, None);
        };
        // The expiry is not looked at, but a rotation of the provider's keys makes every older hint a bad one.
        let verified = Unverified::parse(hint).filter(|t| self.keyring.signed_by_current(t));
        let Some(token) = verified else {
            return self.signed_out_page(state, Some("unable to validate id_token_hint"));
        };
        let client = token.text("aud").and_then(|id| self.settings.client(id));
        let Some(client) = client else {
            return self.signed_out_page(state, Some("client not found"));
        };
        match query.get("post_logout_redirect_uri") {
            None => self.signed_out_page(state, None),
            Some(wanted) if client.may_end_at(wanted) => {
                Response::redirect(302, with_state(wanted, state))
            }
            Some(_) => {
                self.signed_out_page(state, Some("post logout redirect uri is not registered"))
            }
        }
    }

    fn signed_out_page(&self, state: Option<&str>, refusal: Option<&str>) -> Response {
        let page = self.settings.url("signed-out");
        match refusal {
            None => Response::redirect(302, with_state(&page, state)),
            Some(why) => {
                let pairs = [
                    ("error_code", "invalid_request"),
                    ("error_description", why),
                ];
                Response::redirect(302, with_state(&append_query(&page, &pairs), state))
                    .because(why)
            }
        }
    }
}

/// The state is appended to whatever page is used.
fn with_state(url: &str, state: Option<&str>) -> String {
    state.map_or_else(
        || url.to_owned(),
        |state| append_query(url, &[("state", state)]),
    )
}
