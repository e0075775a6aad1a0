//! Signing out at the provider. Whom a good hint names is signed out first, whatever is wrong with the rest of the request.

use crate::http::{Request, Response, append_query, last_wins};
use crate::jose::Unverified;
use crate::provider::Provider;

impl Provider {
    /// `GET /logout`. Every parameter is optional; the expiry of the hint is not looked at.
    pub(super) fn logout(&mut self, request: &Request) -> Response {
        let query = last_wins(request.query().as_bytes());
        let state = query.get("state").map(String::as_str);
        let Some(hint) = query.get("id_token_hint") else {
            return self.signed_out_page(state, None);
        };
        let verified = Unverified::parse(hint).filter(|t| self.keyring.signed_by_current(t));
        let Some(token) = verified else {
            return self.signed_out_page(state, Some("unable to validate id_token_hint"));
        };
        if let Some(subject) = token.text("sub") {
            self.end_grants_of(subject);
        }
        let client = token.text("aud").and_then(|id| self.settings.client(id));
        let Some(client) = client else {
            return self.signed_out_page(state, Some("client not found"));
        };
        match query.get("post_logout_redirect_uri") {
            None => self.signed_out_page(state, None),
            Some(wanted) if client.post_logout_redirect_uris.contains(wanted) => {
                Response::redirect(302, with_state(wanted, state))
            }
            Some(_) => {
                self.signed_out_page(state, Some("post logout redirect uri is not registered"))
            }
        }
    }

    /// There is no session of the provider's own here, so that what a person holds is found by the hint alone.
    fn end_grants_of(&mut self, subject: &str) {
        self.grants.retain(|_, grant| grant.subject != subject);
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
