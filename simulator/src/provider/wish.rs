//! The wish of a browser's request: the person who signs in, and the fault.

use crate::http::Request;
use crate::provider::fault::Fault;
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
    pub(super) fn of_browser(request: &Request) -> Result<Self, String> {
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
