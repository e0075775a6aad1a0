//! What the pages say, in English and Welsh side by side: a missing translation does not compile.

mod table;

use crate::config::Locale;

/// Which page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// Something is wrong on our side or the provider's.
    Problem,
    /// The provider or the service cannot be reached for the moment.
    TryLater,
    /// The address cannot be understood.
    BadAddress,
    /// There is no such page of the edge's own.
    NotFound,
    /// The method is not for this address.
    WrongMethod,
    /// A form came without a session that will do, and what it held is gone.
    FormExpired,
    /// A form came from somebody who has not proved who they are, and what it held is gone.
    FormNeedsIdentity,
    /// The sign-in was not finished and can be started again.
    StartAgain,
    /// The browser sends no cookie of the edge's own.
    NoCookies,
    /// The session ran out while a page of the service was open.
    SessionEnded,
    /// The browser went round in circles.
    TooManyStarts,
    /// Too many sign-ins from one address.
    TooManyRequests,
    /// The provider does not know the service as it is set up.
    NotSetUp,
    /// The provider could not confirm who the person is.
    IdentityNotConfirmed,
    /// The person is back from showing documents in person, and identity proving can go on.
    ContinueIdentity,
    /// Another site's page, or the person's own address bar, asks to sign out.
    ConfirmSignOut,
    /// The session has ended here, and the browser goes on to the provider.
    SigningOut,
    /// The person has signed out.
    SignedOut,
    /// The session has ended here, and nobody can say where the provider's sign-out is.
    SignedOutHere,
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
pub struct Words {
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
        Text { en: $en, cy: $cy }
    };
}
use text;

const fn words(title: Text, body: &'static [Text], link: Option<Text>) -> Words {
    Words {
        title,
        body,
        steps: &[],
        link,
    }
}

impl Words {
    /// The same page with steps to take after its link, in their order.
    const fn then(mut self, steps: &'static [Text]) -> Self {
        self.steps = steps;
        self
    }
}

/// What stands around the content of every page.
pub mod around {
    use super::Text;

    /// The name of the menu with the way to the One Login account and out of it.
    pub const ONE_LOGIN_MENU: Text = text!("GOV.UK One Login menu", "Dewislen GOV.UK One Login");
    /// The button of that menu.
    pub const SIGN_OUT: Text = text!("Sign out", "Allgofnodi");
    /// The first link, for people who use a keyboard.
    pub const SKIP: Text = text!("Skip to main content", "Neidio i’r prif gynnwys");
    /// The reference that a person can quote.
    pub const REFERENCE: Text = text!(
        "Quote this reference if you contact us:",
        "Rhowch y cyfeirnod hwn os byddwch yn cysylltu â ni:"
    );
    /// What the header says to those who cannot see it.
    pub const SERVICE: Text = text!("Service information", "Gwybodaeth am y gwasanaeth");
    /// What the footer's links are.
    pub const SUPPORT: Text = text!("Support links", "Dolenni cymorth");
    /// Where help is, when something went wrong: the link, and the rest of the sentence.
    pub const HELP: [Text; 2] = [
        text!("Contact us", "Cysylltwch â ni"),
        text!(" if you need help.", " os oes angen help arnoch."),
    ];
    /// Where help is.
    pub const CONTACT: Text = text!("Contact", "Cysylltu");
    /// The service's page about cookies.
    pub const COOKIES: Text = text!("Cookies", "Cwcis");
    /// The name of the navigation with both languages.
    pub const LANGUAGES: Text = text!("Choose a language", "Dewis iaith");
    /// What a new service says of itself.
    pub const NEW_SERVICE: Text = text!("This is a new service.", "Mae hwn yn wasanaeth newydd.");
    /// The phases of a service that is not live.
    pub const ALPHA: Text = text!("Alpha", "Alffa");
    /// The same for the second phase, whose name is one word in both languages.
    pub const BETA: Text = text!("Beta", "Beta");
    /// How people can help a new service: the start of the sentence, and the link that ends it.
    pub const FEEDBACK: [Text; 2] = [
        text!("Help us improve it and ", "Helpwch ni i’w wella a "),
        text!("give your feedback", "rhoi eich adborth"),
    ];
    /// The licence's page.
    pub const LICENCE_PAGE: Text = text!(
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        "https://www.nationalarchives.gov.uk/doc/open-government-licence-cymraeg/version/3/"
    );
    /// Under which licence pages of GOV.UK are: what comes before its name, the name, and the rest.
    pub const LICENCE: [Text; 3] = [
        text!(
            "All content is available under the",
            "Mae’r holl gynnwys ar gael o dan y"
        ),
        text!(
            "Open Government Licence v3.0",
            "Drwydded Llywodraeth Agored v3.0"
        ),
        text!(
            ", except where otherwise stated",
            ", ac eithrio lle nodir fel arall"
        ),
    ];
    /// Whose pages of GOV.UK are.
    pub const CROWN_COPYRIGHT: Text = text!("© Crown copyright", "© Hawlfraint y Goron");
}

impl Page {
    /// Every page.
    pub const ALL: [Self; 19] = [
        Self::Problem,
        Self::TryLater,
        Self::BadAddress,
        Self::NotFound,
        Self::WrongMethod,
        Self::FormExpired,
        Self::FormNeedsIdentity,
        Self::StartAgain,
        Self::NoCookies,
        Self::SessionEnded,
        Self::TooManyStarts,
        Self::TooManyRequests,
        Self::NotSetUp,
        Self::IdentityNotConfirmed,
        Self::ContinueIdentity,
        Self::ConfirmSignOut,
        Self::SigningOut,
        Self::SignedOut,
        Self::SignedOutHere,
    ];

    /// The name in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Problem => "problem",
            Self::TryLater => "try-later",
            Self::BadAddress => "bad-address",
            Self::NotFound => "not-found",
            Self::WrongMethod => "wrong-method",
            Self::FormExpired => "form-expired",
            Self::FormNeedsIdentity => "form-needs-identity",
            Self::StartAgain => "start-again",
            Self::NoCookies => "no-cookies",
            Self::SessionEnded => "session-ended",
            Self::TooManyStarts => "too-many-starts",
            Self::TooManyRequests => "too-many-requests",
            Self::NotSetUp => "not-set-up",
            Self::IdentityNotConfirmed => "identity-not-confirmed",
            Self::ContinueIdentity => "continue-identity",
            Self::ConfirmSignOut => "confirm-sign-out",
            Self::SigningOut => "signing-out",
            Self::SignedOut => "signed-out",
            Self::SignedOutHere => "signed-out-here",
        }
    }

    /// Whether the link opens in a new tab: there is a form to come back to in this one.
    #[must_use]
    pub const fn keeps_tab(self) -> bool {
        matches!(self, Self::FormExpired | Self::FormNeedsIdentity)
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
    fn every_page_says_something_else_in_each_language() {
        for page in Page::ALL {
            let words = page.words();
            let body = words.body.iter().copied();
            let steps = words.steps.iter().copied();
            for text in body.chain(steps).chain([words.title]).chain(words.link) {
                assert!(!text.en.is_empty() && !text.cy.is_empty(), "{page:?}");
                assert_ne!(text.en, text.cy, "{page:?}");
            }
        }
    }

    #[test]
    fn every_page_has_a_name_and_a_title_of_its_own() {
        for page in Page::ALL {
            assert_eq!(Page::parse(page.name()), Some(page));
            let same = |other: &Page| other.words().title.en == page.words().title.en;
            assert_eq!(Page::ALL.iter().filter(|other| same(other)).count(), 1);
        }
        assert_eq!(Page::parse("nothing"), None);
    }
}
