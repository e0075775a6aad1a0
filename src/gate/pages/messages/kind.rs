//! The kind of each page: where it leads, and whether it is about a failure.

use super::Page;

/// Where a page's link or button leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeadsTo {
    /// The page has no such link.
    Nothing,
    /// To a new sign-in.
    SignIn,
    /// To a new sign-in in a new tab: there is a form to come back to in this one.
    NewTab,
    /// To the identity check that was begun.
    Identity,
    /// To the service's own sign-out.
    SignOut,
    /// To the provider.
    Provider,
    /// To the service's front page.
    Home,
}

impl Page {
    /// Where the page's link or button leads.
    #[must_use]
    pub const fn leads_to(self) -> LeadsTo {
        match self {
            Self::Problem | Self::BadAddress | Self::NotFound | Self::WrongMethod => {
                LeadsTo::Nothing
            }
            Self::NotSetUp
            | Self::OtherSite
            | Self::Blocked
            | Self::NotStaff
            | Self::SignInOff
            | Self::ServiceClosed => LeadsTo::Nothing,
            Self::FormExpired | Self::FormSignInAgain | Self::FormNeedsIdentity => LeadsTo::NewTab,
            Self::TryLater
            | Self::ProviderProblem
            | Self::InFrame
            | Self::StartAgain
            | Self::SignInFailed
            | Self::DidNotSignInAgain
            | Self::SignedOutNotAgain
            | Self::OtherPerson
            | Self::SignedOutMeanwhile
            | Self::NoCookies
            | Self::NotInvited
            | Self::SessionEnded
            | Self::EndedElsewhere
            | Self::TooManyStarts
            | Self::TooManyRequests
            | Self::IdentityNotConfirmed
            | Self::IdentityNotFinished
            | Self::IdentityTooWeak
            | Self::IdentityUnavailable
            | Self::IdentityInterrupted
            | Self::SignedOut
            | Self::SignedOutEverywhere => LeadsTo::SignIn,
            Self::ContinueIdentity => LeadsTo::Identity,
            Self::SignOutFirst
            | Self::TooManyCookies
            | Self::ConfirmSignOut
            | Self::ConfirmSignOutEverywhere
            | Self::StillSignedIn
            | Self::SignedOutHere
            | Self::Unfinished
            | Self::UnfinishedEverywhere => LeadsTo::SignOut,
            Self::SigningOut => LeadsTo::Provider,
            Self::PlaceWithheld | Self::PlaceForgotten | Self::Arriving => LeadsTo::Home,
        }
    }

    /// Whether something went wrong, so that the page says where help is.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        match self {
            Self::SessionEnded
            | Self::EndedElsewhere
            | Self::InFrame
            | Self::SignedOutMeanwhile
            | Self::ContinueIdentity
            | Self::TooManyCookies
            | Self::ConfirmSignOut
            | Self::ConfirmSignOutEverywhere
            | Self::SigningOut
            | Self::SignedOut
            | Self::SignedOutEverywhere
            | Self::StillSignedIn
            | Self::PlaceWithheld
            | Self::PlaceForgotten
            | Self::Arriving => false,
            Self::Problem
            | Self::TryLater
            | Self::ProviderProblem
            | Self::BadAddress
            | Self::NotFound
            | Self::WrongMethod
            | Self::OtherSite
            | Self::FormExpired
            | Self::FormSignInAgain
            | Self::FormNeedsIdentity
            | Self::StartAgain
            | Self::SignInFailed
            | Self::SignOutFirst
            | Self::DidNotSignInAgain
            | Self::SignedOutNotAgain
            | Self::OtherPerson
            | Self::Blocked
            | Self::NotStaff
            | Self::NotInvited
            | Self::SignInOff
            | Self::ServiceClosed
            | Self::NoCookies
            | Self::TooManyStarts
            | Self::TooManyRequests
            | Self::NotSetUp
            | Self::IdentityNotConfirmed
            | Self::IdentityNotFinished
            | Self::IdentityTooWeak
            | Self::IdentityUnavailable
            | Self::IdentityInterrupted
            | Self::SignedOutHere
            | Self::Unfinished
            | Self::UnfinishedEverywhere => true,
        }
    }

    /// Whether the person lacks the identity that a route wants, but may use the rest of the service.
    #[must_use]
    pub const fn lacks_identity(self) -> bool {
        matches!(
            self,
            Self::IdentityNotConfirmed
                | Self::IdentityNotFinished
                | Self::IdentityTooWeak
                | Self::IdentityUnavailable
        )
    }

    /// Whether the page has a way to the service besides its link: it asks a question that the person may say no to, or
    /// the rest of the service can be used.
    #[must_use]
    pub const fn has_way_back(self) -> bool {
        self.lacks_identity()
            || matches!(
                self,
                Self::TooManyCookies
                    | Self::ConfirmSignOut
                    | Self::ConfirmSignOutEverywhere
                    | Self::StillSignedIn
                    | Self::SignOutFirst
                    | Self::DidNotSignInAgain
                    | Self::IdentityInterrupted
                    | Self::NotSetUp
                    | Self::Blocked
                    | Self::NotStaff
                    | Self::NotInvited
                    | Self::SignInOff
                    | Self::OtherSite
                    | Self::BadAddress
                    | Self::NotFound
            )
    }

    /// Whether a way to the service helps where the page has no other. None does while the service is closed.
    #[must_use]
    pub const fn needs_way_back(self) -> bool {
        self.is_failure() && !matches!(self, Self::ServiceClosed)
    }

    /// The page in place of this one for a person who was to prove an identity: a page about a sign-in would be untrue.
    #[must_use]
    pub const fn of_identity(self) -> Self {
        match self {
            Self::TryLater | Self::ProviderProblem | Self::StartAgain | Self::SignInFailed => {
                Self::IdentityInterrupted
            }
            other => other,
        }
    }
}
