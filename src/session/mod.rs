//! The state of a person between requests, and its stored forms.
//!
//! Nothing is stored on a server here: a session and a sign-in attempt are sealed into cookies of
//! the person's own browser. The values and rules are pure; times and randomness are arguments.
//! Ending a session before its limits is not decided here: that is the account's task, which joins
//! [`cookie::Session`] by its id and birth.

pub mod account;
pub mod attempt;
pub mod browser;
pub mod circles;
pub mod claims_reference;
mod codec;
pub mod identity;
pub mod level;
pub mod pending_sign_out;
pub mod seal;
#[expect(
    clippy::module_inception,
    reason = "the folder holds what belongs to a session, the file the session"
)]
pub mod session;
pub mod set_cookie;
