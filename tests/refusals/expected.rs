//! The outcome of each fault of the provider: one exhaustive match for each kind, without a
//! wildcard. So a fault that is added to the simulator needs an expectation here.

use simulator::provider::fault::Fault;
use simulator::provider::fault::authorisation::AuthorisationFault;
use simulator::provider::fault::claims::ClaimFault;
use simulator::provider::fault::form::FormFault;
use simulator::provider::fault::token_endpoint::TokenFault;
use simulator::provider::fault::userinfo::UserinfoFault;

use crate::documents;

/// How a sign-in ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The person is signed in: the fault is allowed, or does not concern a sign-in.
    SignedIn,
    /// A page is shown.
    Refused(Refused),
}

/// A page and what goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The status.
    pub status: u16,
    /// The heading of the page.
    pub heading: &'static str,
    /// The log lines of the step that failed, in order.
    pub lines: &'static [&'static str],
    /// Whether the callback named the attempt, which is over then.
    pub attempt_over: bool,
}

pub const PROBLEM: &str = "Sorry, there is a problem with the service";
pub const LATER: &str = "Sorry, you cannot sign in right now";
pub const AGAIN: &str = "You need to start signing in again";
pub const FAILED: &str = "You need to sign in again";
pub const PROVIDER: &str = "There was a problem with GOV.UK One Login";
pub const NOT_SET_UP: &str = "You cannot use this service at the moment";

pub const fn refused(
    status: u16,
    heading: &'static str,
    lines: &'static [&'static str],
) -> Expected {
    Expected::Refused(Refused {
        status,
        heading,
        lines,
        attempt_over: true,
    })
}

/// The provider's answer cannot be trusted.
pub const fn untrusted(lines: &'static [&'static str]) -> Expected {
    refused(502, PROBLEM, lines)
}

/// The attempt is not named by what came back, so it stays for the answer that belongs to it.
const fn attempt_stays(
    status: u16,
    heading: &'static str,
    lines: &'static [&'static str],
) -> Expected {
    Expected::Refused(Refused {
        status,
        heading,
        lines,
        attempt_over: false,
    })
}

pub fn expected(fault: Fault) -> Expected {
    match fault {
        Fault::Claim(fault) => claim(fault),
        Fault::Form(fault) => form(fault),
        Fault::Token(fault) => token(fault),
        Fault::Userinfo(fault) => userinfo(fault),
        Fault::Discovery(fault) => documents::discovery(fault),
        Fault::Jwks(fault) => documents::jwks(fault),
        Fault::Authorisation(fault) => authorisation(fault),
        // Nothing asks for an identity in a plain sign-in.
        Fault::Identity(_) | Fault::CoreClaim(_) | Fault::CoreForm(_) | Fault::Did(_) => {
            Expected::SignedIn
        }
        // A sign-in sends no notification; tests/sessions_end.rs goes through these.
        Fault::Notification(_) => Expected::SignedIn,
    }
}

fn claim(fault: ClaimFault) -> Expected {
    use ClaimFault as F;
    match fault {
        F::AudArrayOfOne | F::AuthTimeMissing | F::AuthTimeNull | F::AuthTimeOld => {
            Expected::SignedIn
        }
        F::IssMissing
        | F::IssNoSlash
        | F::IssOtherCase
        | F::IssOtherScheme
        | F::IssOtherPort
        | F::IssOtherEnvironment => untrusted(&["callback: issuer_mismatch"]),
        F::AudMissing
        | F::AudNotText
        | F::AudOther
        | F::AudLonger
        | F::AudEmptyArray
        | F::AudArrayWithExtra => untrusted(&["callback: audience_mismatch"]),
        F::AzpOther => untrusted(&["callback: authorised_party_mismatch"]),
        F::SubMissing | F::SubEmpty | F::SubNull | F::SubTooLong => {
            untrusted(&["callback: subject_invalid"])
        }
        F::SubOther => untrusted(&["callback: userinfo_subject_mismatch"]),
        F::ExpMissing | F::ExpPast | F::ExpNull => untrusted(&["callback: expired"]),
        F::IatMissing | F::IatFuture | F::IatOld => untrusted(&["callback: issued_at_invalid"]),
        F::NbfFuture => untrusted(&["callback: not_yet_valid"]),
        F::NonceMissing | F::NonceOther => untrusted(&["callback: nonce_mismatch"]),
        F::AtHashMissing | F::AtHashOther => untrusted(&["callback: access_token_hash_mismatch"]),
        F::VotMissing | F::VotOther | F::VotWithIdentity => {
            untrusted(&["callback: vector_mismatch"])
        }
        F::AuthTimeFuture => untrusted(&["callback: auth_time_invalid"]),
        F::EventsPresent => untrusted(&["callback: logout_token"]),
        F::IssNotText
        | F::SubNotText
        | F::ExpText
        | F::ExpHuge
        | F::ExpNegative
        | F::IatText
        | F::NonceNotText
        | F::AtHashNotText
        | F::VotNotText
        | F::AuthTimeText => untrusted(&["callback: claims_malformed"]),
    }
}

fn form(fault: FormFault) -> Expected {
    use FormFault as F;
    match fault {
        F::AlgNone
        | F::AlgNoneCapital
        | F::AlgNoneUpper
        | F::AlgNoneMixed
        | F::Hs256Pem
        | F::Hs256Der
        | F::Hs256Jwk
        | F::Hs256Empty => untrusted(&["callback: algorithm_not_allowed"]),
        F::AlgNotRegistered | F::AlgMislabelled | F::KidOfOtherKey => {
            refused(500, PROBLEM, &["callback: algorithm_mismatch"])
        }
        F::KidMissing | F::KidEmpty | F::KidLong => untrusted(&["callback: key_id_missing"]),
        F::KidUnknown | F::KidPath => {
            untrusted(&["unknown_key: id_token", "callback: key_unknown"])
        }
        F::TypLogout => untrusted(&["callback: wrong_type"]),
        F::CritUnknown | F::B64False => untrusted(&["callback: header_extension"]),
        F::JwkInHeader
        | F::JkuInHeader
        | F::SignedByStranger
        | F::SignatureTampered
        | F::PayloadTampered
        | F::SignatureEmpty
        | F::SignatureZero
        | F::SignatureLonger
        | F::SignatureDer
        | F::SignatureShorter => untrusted(&["callback: signature_invalid"]),
        F::AlgMissing
        | F::AlgNull
        | F::KidNotText
        | F::SignaturePadded
        | F::LineEndAfter
        | F::TwoParts
        | F::FiveParts
        | F::JsonSerialised => untrusted(&["callback: token_malformed"]),
        F::NonceTwice
        | F::DeeplyNested
        | F::PayloadArray
        | F::PayloadNotUtf8
        | F::PayloadByteOrderMark => untrusted(&["callback: claims_malformed"]),
    }
}

fn token(fault: TokenFault) -> Expected {
    use TokenFault as F;
    match fault {
        F::TypeMixedCase | F::NoExpiresIn | F::ContentTypeText => Expected::SignedIn,
        F::InvalidGrant => refused(400, AGAIN, &["callback: invalid_grant"]),
        F::AssertionExpired => refused(500, PROBLEM, &["callback: assertion_expired"]),
        F::InvalidClient => refused(500, PROBLEM, &["callback: invalid_client"]),
        F::ServerError => refused(503, LATER, &["callback: token_server_error"]),
        F::Status400Page => refused(500, PROBLEM, &["callback: token_error"]),
        F::Status403 => refused(503, LATER, &["callback: token_forbidden"]),
        F::Status429 => refused(503, LATER, &["callback: token_rate_limited"]),
        F::Status500 | F::Status502 | F::Status503 | F::Redirect | F::Redirect307 => {
            refused(503, LATER, &["callback: token_status"])
        }
        F::Huge | F::GzipBomb | F::FiftyMegabytes => {
            refused(503, LATER, &["callback: token_endpoint_too_large"])
        }
        F::Hang | F::Drip => refused(503, LATER, &["callback: token_endpoint_timed_out"]),
        F::CutShort | F::Reset | F::NotGzip => {
            refused(503, LATER, &["callback: token_endpoint_unreachable"])
        }
        F::IdTokenIsAccessToken => untrusted(&["callback: audience_mismatch"]),
        F::Page
        | F::Empty
        | F::Truncated
        | F::InArray
        | F::IdTokenMissing
        | F::IdTokenNull
        | F::IdTokenTwice
        | F::AccessTokenMissing
        | F::AccessTokenEmpty
        | F::AccessTokenLineEnd
        | F::TypeOther
        | F::TypeMissing
        | F::ErrorWith200 => untrusted(&["callback: token_response_malformed"]),
    }
}

fn userinfo(fault: UserinfoFault) -> Expected {
    use UserinfoFault as F;
    match fault {
        // A value that cannot be kept is left out; one that is odd but whole is the service's to judge.
        F::EmailMissing
        | F::EmailLong
        | F::EmailLineEnd
        | F::EmailBidirectional
        | F::EmailUnverified
        | F::PhoneNotNumber => Expected::SignedIn,
        F::Status401 => refused(502, FAILED, &["callback: userinfo_unauthorised"]),
        F::Status403 => refused(503, LATER, &["callback: userinfo_forbidden"]),
        F::Status429 => refused(503, LATER, &["callback: userinfo_rate_limited"]),
        F::Status500 | F::Status503 => refused(503, LATER, &["callback: userinfo_server_error"]),
        F::Status400 | F::Redirect => untrusted(&["callback: userinfo_status"]),
        F::SubOther | F::SubMissing => untrusted(&["callback: userinfo_subject_mismatch"]),
        F::Huge | F::GzipBomb | F::FiftyMegabytes => {
            refused(503, LATER, &["callback: userinfo_too_large"])
        }
        F::Hang | F::Drip => refused(503, LATER, &["callback: userinfo_timed_out"]),
        F::CutShort | F::Reset => refused(503, LATER, &["callback: userinfo_unreachable"]),
        F::Page
        | F::Empty
        | F::Truncated
        | F::InArray
        | F::Signed
        | F::SubNotText
        | F::SubTwice
        | F::EmailNotText
        | F::EmailVerifiedText
        | F::NotUtf8
        | F::DeeplyNested => untrusted(&["callback: userinfo_malformed"]),
    }
}

fn authorisation(fault: AuthorisationFault) -> Expected {
    use AuthorisationFault as F;
    match fault {
        F::IssRight | F::ExtraParameter => Expected::SignedIn,
        F::StateOther => attempt_stays(400, AGAIN, &["callback: no_attempt"]),
        F::ErrorWithoutState => attempt_stays(400, PROVIDER, &["callback: error_without_state"]),
        F::StateMissing
        | F::StateEmpty
        | F::StateTwice
        | F::IssTwice
        | F::CodeTwice
        | F::CodeMissing
        | F::CodeEmpty
        | F::CodeLong
        | F::CodeAndError
        | F::EmptyError => attempt_stays(400, FAILED, &["callback: callback_parameters"]),
        F::IssOther | F::ErrorIssOther => refused(400, PROBLEM, &["callback: other_issuer"]),
        F::CodeOther => refused(400, AGAIN, &["callback: invalid_grant"]),
        F::AccessDenied => refused(502, PROVIDER, &["callback: access_denied"]),
        F::LoginRequired => refused(400, PROVIDER, &["callback: login_required"]),
        F::InvalidRequest => refused(500, PROBLEM, &["callback: invalid_request"]),
        F::InvalidScope => refused(500, PROBLEM, &["callback: invalid_scope"]),
        F::UnauthorizedClient => refused(500, NOT_SET_UP, &["callback: unauthorized_client"]),
        F::TemporarilyUnavailable => refused(503, LATER, &["callback: temporarily_unavailable"]),
        F::ServerError | F::HostileDescription => {
            refused(502, PROVIDER, &["callback: server_error"])
        }
        F::UnsupportedResponseType
        | F::UnmetAuthenticationRequirements
        | F::RequestUriNotSupported
        | F::UnknownError => untrusted(&["callback: other_provider_error"]),
    }
}
