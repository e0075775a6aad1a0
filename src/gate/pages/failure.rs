//! The page and the log label for each way in which a sign-in can fail.
//!
//! This is the only place where a reason becomes a status, a page and a label.

mod provider_error;

use super::Page;
use crate::oidc::refusal::Refusal;
use crate::platform::Outage;
use crate::session::identity::IdentityOutcome;
pub use provider_error::ProviderError;

/// The session of a person who had to sign in again and did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// This browser still has one.
    GoesOn,
    /// It has ended.
    Ended,
    /// It has ended in this browser, and its account has not heard of it yet.
    Pending,
}

/// Why a sign-in did not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A check of the protocol refused what the provider sent.
    Refused(Refusal),
    /// The provider is busy, and says in how many seconds to come back.
    Busy(Refusal, u32),
    /// The token endpoint gave no answer.
    Token(Outage),
    /// The userinfo endpoint gave no answer.
    Userinfo(Outage),
    /// The person's account gave no answer.
    Account(Outage),
    /// WebCrypto could not use a key.
    Cryptography,
    /// A document of the provider is unavailable.
    Unavailable,
    /// A token's key is in no copy of the provider's keys, and they cannot be fetched.
    KeysUnavailable,
    /// A parameter of the callback is missing, doubled, empty, too long or not text.
    Parameters,
    /// The callback has no attempt of this browser: another browser's, too old, or finished.
    NoAttempt,
    /// The callback comes with no cookie of the edge's own: the browser refuses them, or never got any.
    NoCookies,
    /// An error whose state is no attempt's of this browser, so that it may be anybody's.
    ErrorWithoutAttempt,
    /// The callback names another issuer.
    OtherIssuer,
    /// The provider answered with an error.
    Provider(ProviderError),
    /// An error without a state, so that it may be anybody's.
    WithoutState(ProviderError),
    /// A person who had to sign in again gave up, or the provider lost them.
    Declined {
        /// Whether the provider lost them.
        lost: bool,
        /// Their session.
        session: Left,
    },
    /// A person who had to prove an identity gave up.
    LeftIdentity,
    /// The provider lost the browser's session while the person proved an identity.
    BrowserLost,
    /// The provider was asked to have one person sign in again, and its answer is about another.
    AnotherPerson,
    /// The request object is longer than the provider accepts.
    RequestTooLong,
    /// The browser went round in circles.
    TooManyStarts,
    /// Too many sign-ins from one address.
    TooManyRequests,
    /// The person was signed out while signing in.
    SignedOutMeanwhile,
    /// The service keeps the person out for a time.
    Blocked,
    /// The service has not invited the person.
    NotInvited,
    /// A request for an identity ended without one that does; the person is signed in.
    NotProved(IdentityOutcome),
}

/// The status, page and label of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailureAnswer {
    /// The status.
    pub status: u16,
    /// The page.
    pub page: Page,
    /// The label in the log.
    pub label: &'static str,
}

/// The label of a person whom the service has not invited.
pub const NOT_INVITED: &str = "not_invited";

const fn outcome(status: u16, page: Page, label: &'static str) -> FailureAnswer {
    FailureAnswer {
        status,
        page,
        label,
    }
}

impl Failure {
    /// The page for the person and the label for the operator.
    #[must_use]
    pub const fn outcome(self) -> FailureAnswer {
        match self {
            Self::Refused(refusal) | Self::Busy(refusal, _) => refused(refusal),
            Self::Token(outage) => outcome(503, Page::TryLater, token(outage)),
            Self::Userinfo(outage) => outcome(503, Page::TryLater, userinfo(outage)),
            Self::Account(outage) => outcome(503, Page::TryLater, account(outage)),
            Self::Cryptography => outcome(503, Page::TryLater, "cryptography"),
            Self::KeysUnavailable => outcome(503, Page::TryLater, "keys_unavailable"),
            Self::Unavailable => outcome(503, Page::TryLater, "documents_unavailable"),
            Self::Parameters => outcome(400, Page::SignInFailed, "callback_parameters"),
            Self::NoAttempt => outcome(400, Page::StartAgain, "no_attempt"),
            Self::ErrorWithoutAttempt => outcome(400, Page::StartAgain, "error_without_attempt"),
            Self::NoCookies => outcome(400, Page::NoCookies, "no_cookies"),
            Self::OtherIssuer => outcome(400, Page::Problem, "other_issuer"),
            Self::Provider(error) => error.outcome(),
            Self::Declined { lost, session } => {
                let page = match session {
                    Left::GoesOn => Page::DidNotSignInAgain,
                    Left::Ended => Page::SignedOutNotAgain,
                    Left::Pending => Page::Unfinished,
                };
                outcome(400, page, if lost { "login_required" } else { "declined" })
            }
            Self::LeftIdentity => outcome(400, Page::IdentityNotFinished, "declined"),
            Self::BrowserLost => outcome(400, Page::ProviderProblem, "identity_browser_lost"),
            Self::AnotherPerson => outcome(400, Page::OtherPerson, "another_person"),
            Self::WithoutState(error) => outcome(400, error.outcome().page, "error_without_state"),
            Self::RequestTooLong => outcome(500, Page::Problem, "request_too_long"),
            Self::TooManyStarts => outcome(429, Page::TooManyStarts, "too_many_starts"),
            Self::TooManyRequests => outcome(429, Page::TooManyRequests, "too_many_requests"),
            Self::SignedOutMeanwhile => {
                outcome(400, Page::SignedOutMeanwhile, "signed_out_meanwhile")
            }
            Self::Blocked => outcome(403, Page::Blocked, "blocked_by_service"),
            Self::NotInvited => outcome(403, Page::NotInvited, NOT_INVITED),
            Self::NotProved(ended) => match ended {
                IdentityOutcome::TemporarilyUnavailable => {
                    outcome(503, Page::IdentityUnavailable, ended.label())
                }
                IdentityOutcome::UnauthorizedClient => outcome(500, Page::NotSetUp, ended.label()),
                IdentityOutcome::LevelTooLow => outcome(403, Page::IdentityTooWeak, ended.label()),
                IdentityOutcome::AccessDenied => {
                    outcome(403, Page::IdentityNotFinished, ended.label())
                }
                IdentityOutcome::Proved | IdentityOutcome::NotProved => {
                    outcome(403, Page::IdentityNotConfirmed, ended.label())
                }
            },
        }
    }

    /// The account has not heard yet that the session of the person who declined has ended.
    pub const fn leave_pending(&mut self) {
        if let Self::Declined { session, .. } = self
            && matches!(session, Left::Ended)
        {
            *session = Left::Pending;
        }
    }

    /// Whether the code had been used: then a person who is signed in already is just sent on.
    #[must_use]
    pub const fn is_replay(self) -> bool {
        matches!(
            self,
            Self::NoAttempt | Self::ErrorWithoutAttempt | Self::Refused(Refusal::InvalidGrant)
        )
    }
}

/// The labels of those who gave no answer say who that was; a call ends in no other way than these.
const fn token(outage: Outage) -> &'static str {
    match outage {
        Outage::TimedOut => "token_endpoint_timed_out",
        Outage::TooLarge => "token_endpoint_too_large",
        _ => "token_endpoint_unreachable",
    }
}

const fn userinfo(outage: Outage) -> &'static str {
    match outage {
        Outage::TimedOut => "userinfo_timed_out",
        Outage::TooLarge => "userinfo_too_large",
        _ => "userinfo_unreachable",
    }
}

const fn account(outage: Outage) -> &'static str {
    match outage {
        Outage::TimedOut => "account_timed_out",
        Outage::Overloaded => "account_overloaded",
        _ => "account_unreachable",
    }
}

const fn refused(refusal: Refusal) -> FailureAnswer {
    let label = refusal.label();
    match refusal {
        // The code was used or is too old: starting again is what helps the person.
        Refusal::InvalidGrant => outcome(400, Page::StartAgain, label),
        // The provider did not ask again, although the route wants it: a page, because another
        // round would end the same way.
        Refusal::AuthTimeTooOld => outcome(403, Page::SignOutFirst, label),
        // The registration, the keys, the clock or the configuration do not fit the provider's.
        Refusal::InvalidClient
        | Refusal::AssertionExpired
        | Refusal::AlgorithmMismatch
        | Refusal::TokenInvalidRequest
        | Refusal::TokenUnauthorisedClient
        | Refusal::TokenError => outcome(500, Page::Problem, label),
        // The provider keeps this Worker off for the moment.
        Refusal::TokenForbidden
        | Refusal::TokenRateLimited
        | Refusal::TokenServerError
        | Refusal::TokenStatus
        | Refusal::UserinfoForbidden
        | Refusal::UserinfoRateLimited
        | Refusal::UserinfoServerError => outcome(503, Page::TryLater, label),
        // The access token lives for three minutes: a new sign-in gets another.
        Refusal::UserinfoUnauthorised => outcome(502, Page::SignInFailed, label),
        // The provider's answer cannot be trusted.
        Refusal::TokenMalformed
        | Refusal::TokenTooLong
        | Refusal::AlgorithmNotAllowed
        | Refusal::HeaderExtension
        | Refusal::WrongType
        | Refusal::TypeMissing
        | Refusal::KeyIdMissing
        | Refusal::KeyUnknown
        | Refusal::KeyControllerMismatch
        | Refusal::SignatureInvalid
        | Refusal::ClaimsMalformed
        | Refusal::IssuerMismatch
        | Refusal::AudienceMismatch
        | Refusal::AuthorisedPartyMismatch
        | Refusal::SubjectInvalid
        | Refusal::Expired
        | Refusal::IssuedAtInvalid
        | Refusal::NotYetValid
        | Refusal::NonceMismatch
        | Refusal::AccessTokenHashMismatch
        | Refusal::VectorMismatch
        | Refusal::AuthTimeInvalid
        | Refusal::LogoutToken
        | Refusal::EventsInvalid
        | Refusal::NoncePresent
        | Refusal::TokenIdInvalid
        | Refusal::UserinfoMalformed
        | Refusal::UserinfoSubjectMismatch
        | Refusal::IdentitySubjectMismatch
        | Refusal::UserinfoStatus
        | Refusal::TokenResponseMalformed
        | Refusal::DocumentMalformed
        | Refusal::DocumentIssuerMismatch
        | Refusal::EndpointNotAllowed => outcome(502, Page::Problem, label),
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
