//! A test's own person and fault, so that tests which run at the same time do not meet.
//!
//! The browser of a test says with its requests who signs in and what breaks in this sign-in, by a header or a cookie of the same
//! name. They stay with the code and the access token, because the client asks for those by itself. Documents,
//! and notifications, are of no one sign-in: their faults are set for everybody, by a control.

use crate::http::{Request, Response, last_wins};
use crate::provider::Provider;
use crate::provider::client_keys::ClientKeys;
use crate::provider::fault::{ActiveFault, Fault};
use crate::provider::personas::Persona;

/// The header or cookie with the id of the person who signs in without being asked.
pub const PERSONA: &str = "simulated-one-login-persona";

/// The header or cookie with the name of a fault.
pub const FAULT: &str = "simulated-one-login-fault";

/// The wishes of a request for itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish {
    /// The person who signs in.
    pub persona: Option<&'static Persona>,
    /// The fault of this sign-in.
    pub fault: Option<Fault>,
}

impl Wish {
    /// The wishes in a browser's request. A name that nothing has is an error, so that no test passes for it.
    fn of_browser(request: &Request) -> Result<Self, String> {
        let persona = said(request, PERSONA)
            .map(|id| Persona::find(id).ok_or_else(|| format!("{PERSONA}: no persona {id}")))
            .transpose()?;
        let fault = said(request, FAULT)
            .map(|name| Fault::from_name(name).ok_or_else(|| format!("{FAULT}: no fault {name}")))
            .transpose()?;
        match fault {
            Some(Fault::Discovery(_) | Fault::Jwks(_) | Fault::Did(_) | Fault::Notification(_)) => {
                Err(format!(
                    "{FAULT}: this fault is of no one sign-in; use /control/fault"
                ))
            }
            fault => Ok(Self { persona, fault }),
        }
    }
}

/// The value of a header, or of a cookie.
fn said<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let value = request
        .header(name)
        .or_else(|| request.cookie(name))?
        .trim();
    (!value.is_empty()).then_some(value)
}

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

    /// Keeps what the request wanted for a code or token that it leads to.
    pub(super) fn wish_goes_with(&mut self, key: &str) {
        if let Some(fault) = self.wishing.fault {
            self.wished.insert(key.to_owned(), fault);
        }
    }
}
