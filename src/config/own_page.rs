//! The names of the edge's own addresses: the gate answers there, and nothing may be configured to
//! be there too.

/// Where a key set lives at the host's well-known address.
pub const WELL_KNOWN_JWKS: &str = "/.well-known/jwks.json";

/// The page for people who come back to prove an identity, behind the service's own prefix.
pub const RETURN: &str = "return";

/// Which of the edge's own addresses, by the path behind the prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnPage {
    /// The client's public keys, for the provider.
    ClientKeys,
    /// The assertion's public keys, for the origin.
    AssertionKeys,
    /// Whether the deployment is sound.
    Health,
    /// Starting a sign-in.
    SignIn,
    /// Where people come back to who were away to prove an identity.
    Return,
    /// Signing out.
    SignOut,
    /// Where people come back to after signing out.
    SignedOut,
    /// The provider's notifications.
    Backchannel,
    /// Where people go on from the service's arrival path.
    Arrived,
    /// The service's word that a person's sessions are over.
    EndSessions,
    /// The provider's signals.
    Signals,
    /// An access token for who sends them.
    SignalToken,
    /// The service's word on who may come in.
    Admission,
    /// Identity claims that fit no header, for the origin.
    Claims,
    /// One of the pages by its name, in a language of choice.
    Page,
    /// The session's state, for a page of the service.
    Session,
    /// The header that services include in their own pages.
    Header,
    /// The files of pages.
    Asset,
}

impl OwnPage {
    /// Reads the path behind `own_path` and its slash.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "jwks.json" => Some(Self::ClientKeys),
            "assertion-jwks.json" => Some(Self::AssertionKeys),
            "health" => Some(Self::Health),
            "sign-in" => Some(Self::SignIn),
            RETURN => Some(Self::Return),
            "sign-out" => Some(Self::SignOut),
            "signed-out" => Some(Self::SignedOut),
            "backchannel-logout" => Some(Self::Backchannel),
            "arrived" => Some(Self::Arrived),
            "sessions/end" => Some(Self::EndSessions),
            "signals" => Some(Self::Signals),
            "signals/token" => Some(Self::SignalToken),
            "admission" => Some(Self::Admission),
            "claims" => Some(Self::Claims),
            "page" => Some(Self::Page),
            "session" => Some(Self::Session),
            "header" => Some(Self::Header),
            _ if name.starts_with("assets/") => Some(Self::Asset),
            _ => None,
        }
    }
}

/// Whether a path is one of the edge's own, so that nothing else can be there.
#[must_use]
pub fn is_taken(path: &str, own_path: &str) -> bool {
    let rest = path.strip_prefix(own_path);
    let page = rest.and_then(|rest| rest.strip_prefix('/'));
    path == WELL_KNOWN_JWKS || path == own_path || page.and_then(OwnPage::parse).is_some()
}
