//! What the pages say, in English and Welsh side by side: a missing translation does not compile.

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
    /// A form or another request that is no navigation came without a session.
    SignInAgain,
    /// The sign-in was not finished and can be started again.
    StartAgain,
    /// The browser went round in circles.
    TooManyStarts,
    /// The provider does not know the service as it is set up.
    NotSetUp,
    /// Another site's page, or the person's own address bar, asks to sign out.
    ConfirmSignOut,
    /// The session has ended here, and the browser goes on to the provider.
    SigningOut,
    /// The person has signed out.
    SignedOut,
    /// The session has ended here, and nobody can say where the provider's sign-out is.
    SignedOutHere,
    /// Too many sign-ins from one address.
    TooManyRequests,
}

/// The words of a page in one language.
pub struct Words {
    /// The heading, and the first part of the title.
    pub title: &'static str,
    /// The paragraphs.
    pub body: &'static [&'static str],
    /// The text of the page's one link, if it has one.
    pub link: Option<&'static str>,
}

const fn words(
    title: &'static str,
    body: &'static [&'static str],
    link: Option<&'static str>,
) -> Words {
    Words { title, body, link }
}

impl Page {
    /// Every page.
    pub const ALL: [Self; 14] = [
        Self::Problem,
        Self::TryLater,
        Self::BadAddress,
        Self::NotFound,
        Self::WrongMethod,
        Self::SignInAgain,
        Self::StartAgain,
        Self::TooManyStarts,
        Self::NotSetUp,
        Self::ConfirmSignOut,
        Self::SigningOut,
        Self::SignedOut,
        Self::SignedOutHere,
        Self::TooManyRequests,
    ];

    /// What the page says in a language.
    #[must_use]
    pub const fn words(self, locale: Locale) -> Words {
        let [en, cy] = match self {
            Self::Problem => [
                words(
                    "Sorry, there is a problem with the service",
                    &["Try again later."],
                    None,
                ),
                words(
                    "Mae’n ddrwg gennym, mae problem gyda’r gwasanaeth",
                    &["Rhowch gynnig arall arni yn nes ymlaen."],
                    None,
                ),
            ],
            Self::TryLater => [
                words(
                    "Sorry, the service is unavailable",
                    &["You will be able to use the service later. Try again in a few minutes."],
                    None,
                ),
                words(
                    "Mae’n ddrwg gennym, nid yw’r gwasanaeth ar gael",
                    &[
                        "Byddwch yn gallu defnyddio’r gwasanaeth yn nes ymlaen. Rhowch gynnig arall arni ymhen ychydig funudau.",
                    ],
                    None,
                ),
            ],
            Self::BadAddress => [
                words(
                    "This web address is not right",
                    &[
                        "If you typed the web address, check it is correct.",
                        "If you pasted the web address, check you copied the entire address.",
                    ],
                    None,
                ),
                words(
                    "Nid yw’r cyfeiriad gwe hwn yn gywir",
                    &[
                        "Os gwnaethoch deipio’r cyfeiriad gwe, gwiriwch ei fod yn gywir.",
                        "Os gwnaethoch ludo’r cyfeiriad gwe, gwiriwch eich bod wedi copïo’r cyfeiriad cyfan.",
                    ],
                    None,
                ),
            ],
            Self::NotFound => [
                words(
                    "Page not found",
                    &[
                        "If you typed the web address, check it is correct.",
                        "If you pasted the web address, check you copied the entire address.",
                    ],
                    None,
                ),
                words(
                    "Heb ddod o hyd i’r dudalen",
                    &[
                        "Os gwnaethoch deipio’r cyfeiriad gwe, gwiriwch ei fod yn gywir.",
                        "Os gwnaethoch ludo’r cyfeiriad gwe, gwiriwch eich bod wedi copïo’r cyfeiriad cyfan.",
                    ],
                    None,
                ),
            ],
            Self::WrongMethod => [
                words(
                    "This page cannot be used in that way",
                    &["Go back and try again."],
                    None,
                ),
                words(
                    "Ni ellir defnyddio’r dudalen hon yn y ffordd honno",
                    &["Ewch yn ôl a rhowch gynnig arall arni."],
                    None,
                ),
            ],
            Self::SignInAgain => [
                words(
                    "You need to sign in again",
                    &["You have been signed out. What you sent just now was not saved."],
                    Some("Sign in"),
                ),
                words(
                    "Mae angen i chi fewngofnodi eto",
                    &[
                        "Rydych wedi cael eich allgofnodi. Ni chafodd yr hyn yr ydych newydd ei anfon ei gadw.",
                    ],
                    Some("Mewngofnodi"),
                ),
            ],
            Self::StartAgain => [
                words(
                    "You need to start signing in again",
                    &[
                        "We could not finish signing you in. This can happen if you went back to an old page, used another browser or took a long time.",
                    ],
                    Some("Sign in"),
                ),
                words(
                    "Mae angen i chi ddechrau mewngofnodi eto",
                    &[
                        "Ni allem orffen eich mewngofnodi. Gall hyn ddigwydd os aethoch yn ôl i hen dudalen, os gwnaethoch ddefnyddio porwr arall neu os gwnaethoch gymryd amser hir.",
                    ],
                    Some("Mewngofnodi"),
                ),
            ],
            Self::TooManyStarts => [
                words(
                    "We could not keep you signed in",
                    &[
                        "We tried to sign you in several times. Check that your browser accepts cookies, then try again.",
                    ],
                    Some("Try again"),
                ),
                words(
                    "Ni allem eich cadw wedi’ch mewngofnodi",
                    &[
                        "Gwnaethom geisio eich mewngofnodi sawl gwaith. Gwiriwch fod eich porwr yn derbyn cwcis, yna rhowch gynnig arall arni.",
                    ],
                    Some("Rhowch gynnig arall arni"),
                ),
            ],
            Self::ConfirmSignOut => [
                words(
                    "Do you want to sign out?",
                    &["You will be signed out of this service and of GOV.UK One Login."],
                    Some("Sign out"),
                ),
                words(
                    "Ydych chi eisiau allgofnodi?",
                    &["Byddwch yn cael eich allgofnodi o’r gwasanaeth hwn ac o GOV.UK One Login."],
                    Some("Allgofnodi"),
                ),
            ],
            Self::SigningOut => [
                words(
                    "You are being signed out",
                    &["If nothing happens, continue to GOV.UK One Login to finish signing out."],
                    Some("Continue"),
                ),
                words(
                    "Rydych yn cael eich allgofnodi",
                    &[
                        "Os nad oes dim yn digwydd, parhewch i GOV.UK One Login i orffen allgofnodi.",
                    ],
                    Some("Parhau"),
                ),
            ],
            Self::SignedOut => [
                words(
                    "You have signed out",
                    &["If you use a shared computer, close the browser as well."],
                    Some("Sign in"),
                ),
                words(
                    "Rydych wedi allgofnodi",
                    &["Os ydych yn defnyddio cyfrifiadur a rennir, caewch y porwr hefyd."],
                    Some("Mewngofnodi"),
                ),
            ],
            Self::SignedOutHere => [
                words(
                    "You have signed out of this service only",
                    &[
                        "We could not sign you out of GOV.UK One Login, so you may still be signed in there.",
                        "Try again in a few minutes. If you use a shared computer, close the browser as well.",
                    ],
                    Some("Sign out of GOV.UK One Login"),
                ),
                words(
                    "Rydych wedi allgofnodi o’r gwasanaeth hwn yn unig",
                    &[
                        "Ni allem eich allgofnodi o GOV.UK One Login, felly efallai eich bod yn dal wedi mewngofnodi yno.",
                        "Rhowch gynnig arall arni ymhen ychydig funudau. Os ydych yn defnyddio cyfrifiadur a rennir, caewch y porwr hefyd.",
                    ],
                    Some("Allgofnodi o GOV.UK One Login"),
                ),
            ],
            Self::TooManyRequests => [
                words(
                    "There have been too many attempts to sign in",
                    &["Wait a minute, then try again."],
                    Some("Try again"),
                ),
                words(
                    "Bu gormod o ymdrechion i fewngofnodi",
                    &["Arhoswch funud, yna rhowch gynnig arall arni."],
                    Some("Rhowch gynnig arall arni"),
                ),
            ],
            Self::NotSetUp => [
                words(
                    "You cannot use this service yet",
                    &["The service has not finished setting up GOV.UK One Login."],
                    None,
                ),
                words(
                    "Ni allwch ddefnyddio’r gwasanaeth hwn eto",
                    &["Nid yw’r gwasanaeth wedi gorffen sefydlu GOV.UK One Login."],
                    None,
                ),
            ],
        };
        match locale {
            Locale::En => en,
            Locale::Cy => cy,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_says_something_else_in_each_language() {
        for page in Page::ALL {
            let (en, cy) = (page.words(Locale::En), page.words(Locale::Cy));
            assert_ne!(en.title, cy.title);
            assert_eq!(en.body.len(), cy.body.len());
            assert_eq!(en.link.is_some(), cy.link.is_some());
        }
    }
}
