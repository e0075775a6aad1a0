//! The people who may come in to a service.

/// The people who may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Anybody with a GOV.UK One Login.
    Anybody,
    /// Anybody, but some routes are only for people whom the service has invited.
    Routes,
    /// Only people whom the service has invited get a session.
    Service,
}
