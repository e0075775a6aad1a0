//! The texts of the pages, in English and Welsh side by side: a missing translation does not compile.

pub mod around;
mod buttons;
mod identity;
mod kind;
mod signing_out;
mod table;
pub mod unavailable;

pub use kind::LeadsTo;

use crate::config::Locale;

/// Which page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// Something is wrong on our side or the provider's.
    Problem,
    /// The provider or the service cannot be reached for the moment.
    TryLater,
    /// The provider ended a sign-in with an error of its own.
    ProviderProblem,
    /// The address cannot be understood.
    BadAddress,
    /// There is no such page of the edge's own.
    NotFound,
    /// The method is not for this address.
    WrongMethod,
    /// A form came from a page of another site.
    OtherSite,
    /// A form came without a session that will do, and what it held is gone.
    FormExpired,
    /// A form came with a session whose sign-in is too old, and the edge did not send it on.
    FormSignInAgain,
    /// A form came from a person who has not proved who they are, and its content is lost.
    FormNeedsIdentity,
    /// A frame of the service's own page needs a sign-in or more, which no frame can show.
    InFrame,
    /// The sign-in was not finished and can be started again.
    StartAgain,
    /// The sign-in was not finished, for no reason that the person has to know.
    SignInFailed,
    /// The provider did not ask the person to sign in again, although the route wants it.
    SignOutFirst,
    /// The person was asked to sign in again and did not; the session goes on.
    DidNotSignInAgain,
    /// The person was asked to sign in again and did not; the session has ended.
    SignedOutNotAgain,
    /// The person was asked to sign in again, and signed in as another one; the session has ended.
    OtherPerson,
    /// The person signed out while a sign-in was under way.
    SignedOutMeanwhile,
    /// The service keeps the person out for a time.
    Blocked,
    /// A request of staff has no token of their team.
    NotStaff,
    /// The service has not invited the person.
    NotInvited,
    /// No sign-in may start for a time.
    SignInOff,
    /// The service is closed for a time.
    ServiceClosed,
    /// The browser sends no cookie of the edge's own.
    NoCookies,
    /// The session ran out while a page of the service was open.
    SessionEnded,
    /// The session ended before its time while a page of the service was open.
    EndedElsewhere,
    /// The browser went round in circles.
    TooManyStarts,
    /// Too many sign-ins from one address.
    TooManyRequests,
    /// The provider does not know the service as it is set up.
    NotSetUp,
    /// The provider could not confirm who the person is.
    IdentityNotConfirmed,
    /// The person left the identity check.
    IdentityNotFinished,
    /// The person proved an identity at a lower level than the route wants.
    IdentityTooWeak,
    /// The provider has no capacity to check identities.
    IdentityUnavailable,
    /// The identity check broke off, for no reason that the person has to know.
    IdentityInterrupted,
    /// The person is back from showing documents in person, and identity proving can go on.
    ContinueIdentity,
    /// The service refused a request whose cookies are too large.
    TooManyCookies,
    /// Another site's page, or the person's own address bar, asks to sign out.
    ConfirmSignOut,
    /// The same question about every session of the person.
    ConfirmSignOutEverywhere,
    /// The session has ended here, and the browser goes on to the provider.
    SigningOut,
    /// The person has signed out.
    SignedOut,
    /// The person has signed out of every session.
    SignedOutEverywhere,
    /// The person asks for the page after signing out while the session is alive.
    StillSignedIn,
    /// The session has ended here, and the address of the provider's sign-out is not known.
    SignedOutHere,
    /// The person is signed in, and the place that was asked for may be another person's.
    PlaceWithheld,
    /// The person is signed in, and the account no longer keeps where they were.
    PlaceForgotten,
    /// The person is on the way to the service's arrival path, and the browser goes on by itself.
    Arriving,
    /// The session has ended in this browser, and its account has not heard of it.
    Unfinished,
    /// The same of a person who wanted to sign out of every session.
    UnfinishedEverywhere,
}

/// A text in both languages.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    en: &'static str,
    cy: &'static str,
}

impl Text {
    /// The text in a language.
    #[must_use]
    pub const fn in_locale(self, locale: Locale) -> &'static str {
        match locale {
            Locale::En => self.en,
            Locale::Cy => self.cy,
        }
    }
}

/// The words of a page.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    /// The heading, and the first part of the title.
    pub title: Text,
    /// The paragraphs.
    pub body: &'static [Text],
    /// The numbered steps that follow the page's link, which is the first of them; empty for none.
    pub steps: &'static [Text],
    /// The text of the page's one link or button, if it has one.
    pub link: Option<Text>,
}

/// A [`Text`]: first English, then Welsh.
macro_rules! text {
    ($en:literal, $cy:literal $(,)?) => {
        $crate::gate::pages::messages::Text { en: $en, cy: $cy }
    };
}
use text;

const fn message(title: Text, body: &'static [Text], link: Option<Text>) -> Message {
    Message {
        title,
        body,
        steps: &[],
        link,
    }
}

impl Message {
    /// The same page with steps to take after its link, in their order.
    const fn then(mut self, steps: &'static [Text]) -> Self {
        self.steps = steps;
        self
    }
}

impl Page {
    /// Every page.
    pub const ALL: [Self; 48] = [
        Self::Problem,
        Self::TryLater,
        Self::ProviderProblem,
        Self::BadAddress,
        Self::NotFound,
        Self::WrongMethod,
        Self::OtherSite,
        Self::FormExpired,
        Self::FormSignInAgain,
        Self::FormNeedsIdentity,
        Self::InFrame,
        Self::StartAgain,
        Self::SignInFailed,
        Self::SignOutFirst,
        Self::DidNotSignInAgain,
        Self::SignedOutNotAgain,
        Self::OtherPerson,
        Self::SignedOutMeanwhile,
        Self::Blocked,
        Self::NotStaff,
        Self::NotInvited,
        Self::SignInOff,
        Self::ServiceClosed,
        Self::NoCookies,
        Self::SessionEnded,
        Self::EndedElsewhere,
        Self::TooManyStarts,
        Self::TooManyRequests,
        Self::NotSetUp,
        Self::IdentityNotConfirmed,
        Self::IdentityNotFinished,
        Self::IdentityTooWeak,
        Self::IdentityUnavailable,
        Self::IdentityInterrupted,
        Self::ContinueIdentity,
        Self::TooManyCookies,
        Self::ConfirmSignOut,
        Self::ConfirmSignOutEverywhere,
        Self::SigningOut,
        Self::SignedOut,
        Self::SignedOutEverywhere,
        Self::StillSignedIn,
        Self::SignedOutHere,
        Self::PlaceWithheld,
        Self::PlaceForgotten,
        Self::Arriving,
        Self::Unfinished,
        Self::UnfinishedEverywhere,
    ];

    /// The name in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Problem => "problem",
            Self::TryLater => "try-later",
            Self::ProviderProblem => "provider-problem",
            Self::BadAddress => "bad-address",
            Self::NotFound => "not-found",
            Self::WrongMethod => "wrong-method",
            Self::OtherSite => "other-site",
            Self::FormExpired => "form-expired",
            Self::FormSignInAgain => "form-sign-in-again",
            Self::FormNeedsIdentity => "form-needs-identity",
            Self::InFrame => "in-frame",
            Self::StartAgain => "start-again",
            Self::SignInFailed => "sign-in-failed",
            Self::SignOutFirst => "sign-out-first",
            Self::DidNotSignInAgain => "did-not-sign-in-again",
            Self::SignedOutNotAgain => "signed-out-not-again",
            Self::OtherPerson => "other-person",
            Self::SignedOutMeanwhile => "signed-out-meanwhile",
            Self::Blocked => "blocked",
            Self::NotStaff => "not-staff",
            Self::NotInvited => "not-invited",
            Self::SignInOff => "sign-in-off",
            Self::ServiceClosed => "service-closed",
            Self::NoCookies => "no-cookies",
            Self::SessionEnded => "session-ended",
            Self::EndedElsewhere => "ended-elsewhere",
            Self::TooManyStarts => "too-many-starts",
            Self::TooManyRequests => "too-many-requests",
            Self::NotSetUp => "not-set-up",
            Self::IdentityNotConfirmed => "identity-not-confirmed",
            Self::IdentityNotFinished => "identity-not-finished",
            Self::IdentityTooWeak => "identity-too-weak",
            Self::IdentityUnavailable => "identity-unavailable",
            Self::IdentityInterrupted => "identity-interrupted",
            Self::ContinueIdentity => "continue-identity",
            Self::TooManyCookies => "too-many-cookies",
            Self::ConfirmSignOut => "confirm-sign-out",
            Self::ConfirmSignOutEverywhere => "confirm-sign-out-everywhere",
            Self::SigningOut => "signing-out",
            Self::SignedOut => "signed-out",
            Self::SignedOutEverywhere => "signed-out-everywhere",
            Self::StillSignedIn => "still-signed-in",
            Self::SignedOutHere => "signed-out-here",
            Self::PlaceWithheld => "place-withheld",
            Self::PlaceForgotten => "place-forgotten",
            Self::Arriving => "arriving",
            Self::Unfinished => "unfinished",
            Self::UnfinishedEverywhere => "unfinished-everywhere",
        }
    }

    /// Reads a [`Page::name`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|page| page.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_page_has_texts_then_english_and_welsh_differ() {
        for page in Page::ALL {
            let message = page.message();
            let body = message.body.iter().copied();
            let steps = message.steps.iter().copied();
            for text in body.chain(steps).chain([message.title]).chain(message.link) {
                assert!(!text.en.is_empty() && !text.cy.is_empty(), "{page:?}");
                assert_ne!(text.en, text.cy, "{page:?}");
            }
        }
    }

    #[test]
    fn when_a_page_is_listed_then_its_name_and_title_are_its_own() {
        for page in Page::ALL {
            assert_eq!(Page::parse(page.name()), Some(page));
            let same = |other: &Page| other.message().title.en == page.message().title.en;
            assert_eq!(Page::ALL.iter().filter(|other| same(other)).count(), 1);
        }
        assert_eq!(Page::parse("nothing"), None);
    }
}
