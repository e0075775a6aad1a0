//! Who of the staff is asking? The statement that the edge adds on routes that Cloudflare Access guards.
//!
//! It is a token like the assertion, by the same key, in a header of its own and with a type and an issuer of its own. A
//! service that takes it for the public, or the public for staff, has left one of these out.

use serde_json::{Value, json};

use crate::jose::Unverified;
use crate::origin::settings::Settings;
use crate::origin::token::{Kind, Refused, read_as};

/// The header that carries the statement.
pub const HEADER: &str = "one-login-staff-assertion";

const STATEMENT: Kind = Kind {
    typ: "one-login-staff-assertion+jwt",
    longest: 8 * 1024,
};

/// The one token of the header, and the key that it names. Nothing in it is believed yet.
pub fn read(values: &[&str]) -> Result<(String, Unverified), Refused> {
    read_as(&STATEMENT, values)
}

/// The same service as the issuer of statements about staff.
pub fn settings(settings: &Settings) -> Settings {
    Settings {
        issuer: format!("staff:{}", settings.issuer),
        ..settings.clone()
    }
}

/// The user by `sub` and perhaps `email`, or the program by `common_name`.
pub fn who(token: &Unverified) -> Result<Value, Refused> {
    let named = |name: &str| token.text(name).filter(|text| !text.is_empty());
    let (sub, common_name) = (named("sub"), named("common_name"));
    if sub.is_some() == common_name.is_some() {
        return Err(Refused::Nobody);
    }
    Ok(json!({ "sub": sub, "email": token.text("email"), "common_name": common_name }))
}
