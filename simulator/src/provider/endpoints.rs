//! The provider's endpoints: each path and method with the answer to it.

use crate::http::{Request, Response};
use crate::provider::access_team;
use crate::provider::client_keys::ClientKeys;
use crate::provider::pages;
use crate::provider::state::Provider;

impl Provider {
    /// Answers one request of a browser or a client. `now` is the provider's own time, in seconds since 1970.
    pub(super) fn route(
        &mut self,
        now: i64,
        request: &Request,
        client_keys: &mut dyn ClientKeys,
    ) -> Response {
        let allowed = |method: &str| request.method == method;
        match request.path() {
            // Here another method makes the provider's code throw: a server error, and no redirect.
            "/authorize" if !allowed("GET") => {
                Response::text(500, "Internal Server Error").because("only GET is answered")
            }
            "/authorize" => self.authorize(now, request, client_keys),
            "/sign-in" if allowed("POST") => self.sign_in(now, request),
            "/in-person" if allowed("POST") => self.in_person(request),
            "/token" if allowed("POST") => self.token(now, request, client_keys),
            "/userinfo" if allowed("GET") => self.userinfo(now, request),
            "/logout" if allowed("GET") => self.logout(now, request),
            "/signed-out" if allowed("GET") => pages::signed_out(request),
            "/.well-known/openid-configuration" if allowed("GET") => self.discovery(),
            "/.well-known/jwks.json" if allowed("GET") => self.jwks(),
            "/.well-known/did.json" if allowed("GET") => self.did_document(),
            access_team::CERTS if allowed("GET") => self.access_certs(),
            "/signals/jwks.json" if allowed("GET") => self.signal_keys(),
            "/" if allowed("GET") => pages::front(&self.settings),
            "/sign-in"
            | "/in-person"
            | "/token"
            | "/userinfo"
            | "/logout"
            | "/.well-known/openid-configuration"
            | "/.well-known/jwks.json"
            | "/.well-known/did.json"
            | "/signals/jwks.json" => {
                Response::text(405, "Method Not Allowed").because("method not allowed")
            }
            _ => Response::text(404, "Not Found").because("no such path"),
        }
    }
}
