//! A test's own person and fault, so that tests which run at the same time do not meet.
//!
//! The browser of a test says with its requests who signs in and what breaks in this sign-in, by a header or a cookie of the same
//! name. They stay with the code and the access token, because the client asks for those by itself. Documents,
//! and notifications, are of no one sign-in: their faults are set for everybody, by a control.

use crate::http::{Request, Response, last_wins};
use crate::provider::client_keys::ClientKeys;
use crate::provider::fault::ActiveFault;
use crate::provider::state::Provider;
use crate::provider::wish::Wish;

impl Provider {
    /// Answers a request with what it wants for itself in the place of what is set for everybody.
    pub(super) fn wished(
        &mut self,
        now: i64,
        request: &Request,
        client_keys: &mut dyn ClientKeys,
    ) -> Response {
        self.wishing = match self.wish(request) {
            Ok(wish) => wish,
            Err(text) => return Response::text(400, &text).because(text.clone()),
        };
        let mut own = ActiveFault::default();
        own.set(self.wishing.fault, None);
        let shared = self
            .wishing
            .fault
            .map(|_| std::mem::replace(&mut self.fault, own));
        let response = self.route(now, request, client_keys);
        if let Some(shared) = shared {
            self.fault = shared;
        }
        self.wishing = Wish::default();
        response
    }

    /// The wishes of a request for itself: a browser says it, and a client's call has it from the code or token that it shows.
    fn wish(&self, request: &Request) -> Result<Wish, String> {
        let kept = |key: Option<&str>| Wish {
            persona: None,
            fault: key.and_then(|key| self.wished.get(key).copied()),
        };
        match request.path() {
            "/authorize" | "/sign-in" | "/in-person" => Wish::of_browser(request),
            "/token" => Ok(kept(
                last_wins(&request.body).get("code").map(String::as_str),
            )),
            "/userinfo" => {
                let value = request.header("authorization");
                Ok(kept(
                    value.and_then(|value| Some(value.split_once(' ')?.1.trim())),
                ))
            }
            _ => Ok(Wish::default()),
        }
    }
}
