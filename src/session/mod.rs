//! The state of a person between requests, and its stored forms.
//!
//! Nothing is stored on a server here: a session and a sign-in attempt are sealed into cookies of
//! the person's own browser. The values and rules are pure; times and randomness are arguments.
//! Ending a session before its limits is not decided here: that is the account's task, which joins
//! [`cookie::Session`] by its id and birth.

pub mod account;
pub mod attempt;
mod codec;
pub mod cookie;
pub mod ending;
pub mod ends;
pub mod held;
pub mod identity;
pub mod seal;
