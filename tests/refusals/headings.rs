//! The claim of each heading against each state that it is shown for. A heading that two states share is true for both.

use one_login_edge::gate::pages::failure::{Failure, Left, ProviderError};
use one_login_edge::gate::pages::messages::Page;
use one_login_edge::oidc::refusal::Refusal;
use one_login_edge::platform::Outage;
use one_login_edge::session::identity::IdentityOutcome;

/// One thing that can be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fact {
    /// The person has no session here after the page.
    NotSignedIn,
    /// The person has one.
    SignedIn,
    /// It may go well in a few minutes by itself.
    Passes,
    /// The person does best to begin a sign-in again.
    BeginAgain,
    /// The provider said that it failed.
    ProviderFailed,
    /// The browser sent no cookie of the edge's.
    NoCookie,
    /// The person was to sign in once more, and did not.
    NotAgain,
    /// The account has not heard of the end of the session.
    SignOutPending,
    /// Another person answered.
    Another,
    /// The person signed out meanwhile.
    SignedOut,
    /// There were several starts in a short time.
    ManyStarts,
    /// Many starts came from the person's network.
    ManyFromNetwork,
    /// The provider does not accept the service as it is registered.
    NotRegistered,
    /// Something is broken here or there that no person can mend.
    Broken,
    /// The provider did not ask the person to sign in once more.
    NotAsked,
    /// The person ended the identity check before its end.
    LeftCheck,
    /// The check came to its end without an identity.
    NotConfirmed,
    /// There is an identity, of a lower level.
    Weaker,
    /// The check cannot be done for now, and the rest can.
    NoCheckNow,
    /// The person was to prove an identity, and nothing is known of it.
    CheckBroken,
    /// The service keeps the person out.
    KeptOut,
    /// The service has not invited the person.
    NotInvited,
}

use Fact::*;

/// The claim of a heading, by the facts that must hold; none for a page that no failed sign-in leads to.
const fn claims(page: Page) -> Option<&'static [Fact]> {
    Some(match page {
        Page::Problem => &[Broken],
        Page::TryLater => &[NotSignedIn, Passes],
        Page::ProviderProblem => &[ProviderFailed],
        Page::StartAgain | Page::SignInFailed => &[BeginAgain],
        Page::SignOutFirst => &[NotAsked],
        Page::DidNotSignInAgain => &[NotAgain, SignedIn],
        Page::SignedOutNotAgain => &[NotAgain, NotSignedIn],
        Page::Unfinished => &[SignOutPending, NotSignedIn],
        Page::OtherPerson => &[Another],
        Page::SignedOutMeanwhile => &[SignedOut],
        Page::Blocked => &[KeptOut],
        Page::NotInvited => &[NotInvited],
        Page::NoCookies => &[NoCookie],
        Page::TooManyStarts => &[ManyStarts],
        Page::TooManyRequests => &[ManyFromNetwork],
        Page::NotSetUp => &[NotRegistered],
        Page::IdentityNotConfirmed => &[NotConfirmed],
        Page::IdentityNotFinished => &[LeftCheck],
        Page::IdentityTooWeak => &[Weaker],
        Page::IdentityUnavailable => &[NoCheckNow],
        Page::IdentityInterrupted => &[CheckBroken],
        Page::BadAddress
        | Page::NotFound
        | Page::WrongMethod
        | Page::OtherSite
        | Page::NotStaff
        | Page::SignInOff
        | Page::ServiceClosed
        | Page::FormExpired
        | Page::FormSignInAgain
        | Page::FormNeedsIdentity
        | Page::InFrame
        | Page::TooManyCookies
        | Page::SessionEnded
        | Page::EndedElsewhere
        | Page::ContinueIdentity
        | Page::ConfirmSignOut
        | Page::ConfirmSignOutEverywhere
        | Page::SigningOut
        | Page::SignedOut
        | Page::SignedOutEverywhere
        | Page::StillSignedIn
        | Page::SignedOutHere
        | Page::UnfinishedEverywhere
        | Page::PlaceWithheld
        | Page::PlaceForgotten
        | Page::Arriving => return None,
    })
}

/// The facts when a sign-in fails in this way. A variant without a line does not compile.
fn facts(failure: Failure) -> Vec<Fact> {
    match failure {
        Failure::Refused(refusal) | Failure::Busy(refusal, _) => of_refusal(refusal),
        Failure::Token(_)
        | Failure::Userinfo(_)
        | Failure::Account(_)
        | Failure::Cryptography
        | Failure::Unavailable
        | Failure::KeysUnavailable => vec![NotSignedIn, Passes],
        Failure::Parameters | Failure::NoAttempt | Failure::ErrorWithoutAttempt => vec![BeginAgain],
        Failure::NoCookies => vec![NoCookie, NotSignedIn],
        Failure::OtherIssuer | Failure::RequestTooLong => vec![Broken],
        Failure::Provider(error) | Failure::WithoutState(error) => of_provider(error),
        Failure::Declined { session, .. } => match session {
            Left::GoesOn => vec![NotAgain, SignedIn],
            Left::Ended => vec![NotAgain, NotSignedIn],
            Left::Pending => vec![NotAgain, NotSignedIn, SignOutPending],
        },
        Failure::LeftIdentity => vec![LeftCheck, SignedIn],
        Failure::BrowserLost => vec![ProviderFailed, SignedIn],
        Failure::AnotherPerson => vec![Another, NotSignedIn],
        Failure::TooManyStarts => vec![ManyStarts],
        Failure::TooManyRequests => vec![ManyFromNetwork],
        Failure::SignedOutMeanwhile => vec![SignedOut],
        Failure::Blocked => vec![KeptOut],
        Failure::NotInvited => vec![NotInvited],
        Failure::NotProved(outcome) => match outcome {
            IdentityOutcome::Proved | IdentityOutcome::NotProved => vec![NotConfirmed, SignedIn],
            IdentityOutcome::LevelTooLow => vec![Weaker, SignedIn],
            IdentityOutcome::AccessDenied => vec![LeftCheck, SignedIn],
            IdentityOutcome::TemporarilyUnavailable => vec![NoCheckNow, SignedIn],
            IdentityOutcome::UnauthorizedClient => vec![NotRegistered, SignedIn],
        },
    }
}

fn of_refusal(refusal: Refusal) -> Vec<Fact> {
    match refusal {
        Refusal::InvalidGrant | Refusal::UserinfoUnauthorised => vec![BeginAgain],
        Refusal::AuthTimeTooOld => vec![NotAsked, SignedIn],
        Refusal::TokenForbidden
        | Refusal::TokenRateLimited
        | Refusal::TokenServerError
        | Refusal::TokenStatus
        | Refusal::UserinfoForbidden
        | Refusal::UserinfoRateLimited
        | Refusal::UserinfoServerError => vec![NotSignedIn, Passes],
        _ => vec![Broken],
    }
}

fn of_provider(error: ProviderError) -> Vec<Fact> {
    match error {
        ProviderError::AccessDenied | ProviderError::LoginRequired | ProviderError::ServerError => {
            vec![ProviderFailed]
        }
        ProviderError::TemporarilyUnavailable => vec![NotSignedIn, Passes],
        ProviderError::UnauthorizedClient => vec![NotRegistered],
        ProviderError::InvalidRequest | ProviderError::InvalidScope | ProviderError::Other => {
            vec![Broken]
        }
    }
}

/// Every reason of the protocol.
const REFUSALS: [Refusal; 50] = [
    Refusal::TokenMalformed,
    Refusal::TokenTooLong,
    Refusal::AlgorithmNotAllowed,
    Refusal::AlgorithmMismatch,
    Refusal::HeaderExtension,
    Refusal::WrongType,
    Refusal::TypeMissing,
    Refusal::KeyIdMissing,
    Refusal::KeyUnknown,
    Refusal::KeyControllerMismatch,
    Refusal::SignatureInvalid,
    Refusal::ClaimsMalformed,
    Refusal::IssuerMismatch,
    Refusal::AudienceMismatch,
    Refusal::AuthorisedPartyMismatch,
    Refusal::SubjectInvalid,
    Refusal::Expired,
    Refusal::IssuedAtInvalid,
    Refusal::NotYetValid,
    Refusal::NonceMismatch,
    Refusal::AccessTokenHashMismatch,
    Refusal::VectorMismatch,
    Refusal::AuthTimeInvalid,
    Refusal::AuthTimeTooOld,
    Refusal::LogoutToken,
    Refusal::EventsInvalid,
    Refusal::NoncePresent,
    Refusal::TokenIdInvalid,
    Refusal::UserinfoMalformed,
    Refusal::UserinfoSubjectMismatch,
    Refusal::IdentitySubjectMismatch,
    Refusal::UserinfoUnauthorised,
    Refusal::UserinfoForbidden,
    Refusal::UserinfoRateLimited,
    Refusal::UserinfoServerError,
    Refusal::UserinfoStatus,
    Refusal::InvalidGrant,
    Refusal::AssertionExpired,
    Refusal::InvalidClient,
    Refusal::TokenInvalidRequest,
    Refusal::TokenUnauthorisedClient,
    Refusal::TokenServerError,
    Refusal::TokenError,
    Refusal::TokenForbidden,
    Refusal::TokenRateLimited,
    Refusal::TokenStatus,
    Refusal::TokenResponseMalformed,
    Refusal::DocumentMalformed,
    Refusal::DocumentIssuerMismatch,
    Refusal::EndpointNotAllowed,
];

/// Every way in which a sign-in can fail.
fn every() -> Vec<Failure> {
    let outages = [
        Outage::Unreachable,
        Outage::TimedOut,
        Outage::TooLarge,
        Outage::Storage,
        Outage::Cryptography,
        Outage::Overloaded,
    ];
    let errors = [
        "access_denied",
        "login_required",
        "temporarily_unavailable",
        "unauthorized_client",
        "invalid_request",
        "invalid_scope",
        "server_error",
        "other",
    ]
    .map(ProviderError::parse);
    let mut all = vec![
        Failure::Cryptography,
        Failure::Unavailable,
        Failure::KeysUnavailable,
        Failure::Parameters,
        Failure::NoAttempt,
        Failure::NoCookies,
        Failure::ErrorWithoutAttempt,
        Failure::OtherIssuer,
        Failure::LeftIdentity,
        Failure::BrowserLost,
        Failure::AnotherPerson,
        Failure::RequestTooLong,
        Failure::TooManyStarts,
        Failure::TooManyRequests,
        Failure::SignedOutMeanwhile,
        Failure::Blocked,
        Failure::NotInvited,
    ];
    all.extend(outages.map(Failure::Token));
    all.extend(outages.map(Failure::Userinfo));
    all.extend(outages.map(Failure::Account));
    all.extend(errors.map(Failure::Provider));
    all.extend(errors.map(Failure::WithoutState));
    all.extend(IdentityOutcome::ALL.map(Failure::NotProved));
    all.extend(REFUSALS.map(Failure::Refused));
    all.push(Failure::Busy(Refusal::TokenRateLimited, 30));
    for lost in [true, false] {
        let left = [Left::GoesOn, Left::Ended, Left::Pending];
        all.extend(left.map(|session| Failure::Declined { lost, session }));
    }
    all
}

#[test]
fn when_a_reason_is_new_then_it_is_in_the_list_above() {
    let source = include_str!("../../src/oidc/refusal.rs");
    assert_eq!(source.matches(" => \"").count(), REFUSALS.len());
}

#[test]
fn when_two_states_share_a_heading_then_it_is_true_for_both() {
    for proves in [false, true] {
        for failure in every() {
            let mut page = failure.outcome().page;
            let mut so = facts(failure);
            if proves {
                page = page.of_identity();
                // The person stays signed in, and no sign-in is to be begun.
                so.retain(|fact| ![NotSignedIn, BeginAgain, ProviderFailed].contains(fact));
                so.push(CheckBroken);
            }
            let claimed = claims(page).unwrap_or_else(|| panic!("{failure:?} leads to {page:?}"));
            for claim in claimed {
                let is_alone = !proves || !of_sign_in(failure);
                assert!(
                    so.contains(claim) || !is_alone,
                    "{failure:?} is not {claim:?}, as {page:?} says"
                );
            }
        }
    }
}

/// Whether the failure is of a sign-in, so that no request for an identity ends with it.
const fn of_sign_in(failure: Failure) -> bool {
    matches!(
        failure,
        Failure::Declined { .. }
            | Failure::AnotherPerson
            | Failure::NoCookies
            | Failure::Refused(Refusal::AuthTimeTooOld)
    )
}
