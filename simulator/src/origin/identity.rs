//! The claims that a person proved, and the second header that carries them when they are large.
//!
//! The header is a token like the assertion, by the same key, with a type of its own. It is looked at only when a verified
//! assertion says that it is there, and it must name the same person and the same session. Nothing in it is older than half an
//! hour; then the edge deletes them, and the service asks for a new proof or goes on without.

use crate::jose::{Object, Unverified};
use crate::origin::claims::Claims;
use crate::origin::person::Person;
use crate::origin::settings::Settings;
use crate::origin::token::{Kind, Refused, check_source_and_time, read_as};

/// The header that carries the claims.
pub const HEADER: &str = "one-login-identity";

/// The value of `identity_claims` when the claims are in the header.
pub const IN_HEADER: &str = "header";

/// The second token.
const IDENTITY: Kind = Kind {
    typ: "one-login-identity+jwt",
    longest: 32 * 1024,
};

/// The one token of the header, and the key that it names. Nothing in it is believed yet.
pub fn read(values: &[&str]) -> Result<(String, Unverified), Refused> {
    read_as(&IDENTITY, values)
}

/// The claims, when the token is good and of the person whom the assertion names, in the same session.
pub fn check(
    token: &Unverified,
    key: &Object,
    settings: &Settings,
    person: &Person,
    now: i64,
) -> Result<Claims, Refused> {
    check_source_and_time(token, key, settings, now)?;
    if token.text("sub") != Some(&person.sub) || token.text("sid") != Some(&person.sid) {
        return Err(Refused::OtherPerson);
    }
    Ok(Claims::of(&token.claims))
}
