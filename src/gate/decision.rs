//! A decision about a request, or the task to carry out before one.
//!
//! The handlers return these values; [`crate::gate`] carries tasks out, and the platform sends replies and forwards requests.

use crate::config::Freshness;
use crate::gate::access::statement::{Known, Subject};
use crate::gate::http::reply::Reply;
use crate::oidc::vector::Level;
use crate::path::CanonicalPath;
use crate::session::session::Session;

/// The decision about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It goes to the origin.
    Forward(Forward),
    /// The edge answers it.
    Reply(Reply),
    /// The edge answers it with a file that was uploaded with it.
    Asset {
        /// The file's name.
        file: &'static str,
        /// The answer without its body.
        reply: Reply,
    },
}

/// A decision, or what has to be waited for first.
#[derive(Debug)]
pub enum Verdict {
    /// Decided.
    Now(Box<Decision>),
    /// To be carried out by [`crate::gate::finish`].
    Later(Task),
}

/// The work that a decision waits for.
#[derive(Debug)]
pub enum Task {
    /// A sign-in starts.
    Start(Start),
    /// A person asks for a sign-in whose session may have ended; it starts if the account says so.
    SignIn {
        /// The session.
        session: Box<Session>,
        /// The sign-in.
        start: Start,
    },
    /// A sign-in comes back, with this query.
    Callback(String),
    /// A session passes once its assertion is signed.
    Assert {
        /// The request for the origin, without the assertion.
        forward: Box<Forward>,
        /// The session.
        session: Box<Session>,
        /// The contents of the assertion.
        about: Subject,
        /// The identity behind it, where the route releases it.
        known: Option<Known>,
    },
    /// A session passes if its account says that it is alive.
    Check {
        /// The path.
        path: CanonicalPath,
        /// The query.
        query: Option<String>,
        /// The session.
        session: Box<Session>,
    },
    /// A request of staff passes if its token is the Access team's.
    Staff {
        /// The path.
        path: CanonicalPath,
        /// The query.
        query: Option<String>,
    },
    /// A person who was away goes on to prove an identity.
    Continue(Box<Session>),
    /// A person signs out.
    SignOut {
        /// Of every browser.
        everywhere: bool,
    },
    /// A session ends because a person was away, or at its limit; they were at this place.
    Inactive(String),
    /// A person has signed out.
    SignedOut,
    /// The provider sends a notification.
    Notification,
    /// The service sends a message.
    OfService(Message),
    /// The provider sends a signal, or first asks for the access token to do so.
    Signal {
        /// It asks for the token.
        asks: bool,
    },
    /// The switch has to be looked for; then the request is decided.
    Switch,
    /// A page of the service asks about its session.
    Status,
    /// A request asks whether the deployment is sound.
    Health,
}

/// The purpose of a message of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// It ends a person's sessions; its body is the token.
    EndSessions,
    /// It changes the list of people who may come in; its body is the token.
    Admission,
    /// It fetches identity claims; the token is in its `Authorization` header.
    FetchClaims,
}

impl From<Reply> for Verdict {
    fn from(reply: Reply) -> Self {
        Self::Now(Box::new(Decision::Reply(reply)))
    }
}

/// The purpose of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The level that is asked for; an identity only of a person who is signed in.
    pub level: Level,
    /// How lately the person must have signed in.
    pub freshness: Option<Freshness>,
    /// The session that is alive but does not do.
    pub session: Option<Box<Session>>,
    /// The code of an invitation with which the person came, or an empty text.
    pub invitation: String,
    /// Where the person goes afterwards; already checked.
    pub return_path: String,
}

/// A request on its way to the origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// The service binding that takes it, or `None` for a fetch.
    pub binding: Option<String>,
    /// The address in full.
    pub url: String,
    /// Headers that are removed, before any is set.
    pub remove: Vec<String>,
    /// Headers that are set, names in lower case.
    pub set: Vec<(String, String)>,
    /// The plan for the answer.
    pub answer: AnswerPlan,
}

/// The changes that the platform makes to the origin's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerPlan {
    /// Whether the answer may be personal: then no cache keeps it, on the way there or back.
    pub personal: bool,
    /// Whether a person sees it as a page: then their own browser may go back to it.
    pub page: bool,
    /// Whether not even that browser keeps it, whatever the origin says.
    pub unkept: bool,
    /// Whether the request asked for a WebSocket.
    pub upgrade: bool,
    /// Whether it is use of a session, so that an answer that takes long prolongs it.
    pub used: bool,
    /// Whether a WebSocket that is opened ends with the session.
    pub attended: bool,
    /// The `Set-Cookie` lines of ours: the session's renewal, and what goes of others.
    pub cookies: Vec<String>,
    /// The origin's own address and the service's: a `Location` on the first is moved to the second.
    pub relocate: Option<(String, String)>,
}
