//! The outcome of a sign-in.

use crate::session::identity::IdentityOutcome;

/// The outcome of a sign-in.
pub struct SignedIn<'a> {
    /// The cookies with which the session begins.
    pub cookies: Vec<String>,
    /// The cookies with which the end of another person's session is tried again.
    pub unfinished: Vec<String>,
    /// Where the person goes.
    pub return_path: &'a str,
    /// Whether the browser was another person's before.
    pub is_another: bool,
    /// Whether the person first goes to the arrival path.
    pub arriving: bool,
    /// The person's subject identifier.
    pub subject: String,
    /// The name of the event in the log.
    pub event: &'static str,
    /// How it ended, if an identity was asked for.
    pub outcome: Option<IdentityOutcome>,
}
