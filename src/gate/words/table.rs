//! The words of each page.

use super::{Page, Text, Words, text, words};

const SIGN_IN: Text = text!("Sign in", "Mewngofnodi");
const TRY_AGAIN: Text = text!("Try again", "Rhoi cynnig arall arni");
const CONTINUE: Text = text!("Continue", "Parhau");

const NOT_SAVED: Text = text!(
    "We did not save what you just sent.",
    "Nid ydym wedi cadw’r hyn rydych newydd ei anfon.",
);

const COME_BACK: Text = text!(
    "Come back to this tab and go back one page.",
    "Dewch yn ôl i’r tab hwn ac ewch yn ôl un dudalen.",
);

const SEND_AGAIN: Text = text!("Send the form again.", "Anfonwch y ffurflen eto.");

const CHECK_ADDRESS: &[Text] = &[
    text!(
        "If you typed the web address, check it is correct.",
        "Os gwnaethoch deipio’r cyfeiriad gwe, gwiriwch ei fod yn gywir.",
    ),
    text!(
        "If you pasted the web address, check you copied the entire address.",
        "Os gwnaethoch ludo’r cyfeiriad gwe, gwiriwch eich bod wedi copïo’r cyfeiriad cyfan.",
    ),
];

impl Page {
    /// What the page says.
    #[must_use]
    pub const fn words(self) -> Words {
        match self {
            Self::Problem => words(
                text!(
                    "Sorry, there is a problem with the service",
                    "Mae’n ddrwg gennym, mae problem gyda’r gwasanaeth",
                ),
                &[text!(
                    "Try again later.",
                    "Rhowch gynnig arall arni yn nes ymlaen.",
                )],
                None,
            ),
            Self::TryLater => words(
                text!(
                    "Sorry, the service is unavailable",
                    "Mae’n ddrwg gennym, nid yw’r gwasanaeth ar gael",
                ),
                &[text!(
                    "Try again in a few minutes.",
                    "Rhowch gynnig arall arni ymhen ychydig funudau.",
                )],
                Some(TRY_AGAIN),
            ),
            Self::BadAddress => words(
                text!(
                    "This web address is not right",
                    "Nid yw’r cyfeiriad gwe hwn yn gywir",
                ),
                CHECK_ADDRESS,
                None,
            ),
            Self::NotFound => words(
                text!("Page not found", "Heb ddod o hyd i’r dudalen"),
                CHECK_ADDRESS,
                None,
            ),
            Self::WrongMethod => words(
                text!(
                    "You cannot open this page like this",
                    "Ni allwch agor y dudalen hon fel hyn",
                ),
                &[text!(
                    "Go back and use the links or buttons in the service.",
                    "Ewch yn ôl a defnyddiwch y dolenni neu’r botymau yn y gwasanaeth.",
                )],
                None,
            ),
            Self::FormExpired => words(
                text!(
                    "You need to sign in before you can send this",
                    "Mae angen i chi fewngofnodi cyn y gallwch anfon hyn",
                ),
                &[NOT_SAVED],
                Some(text!(
                    "Sign in (opens in new tab)",
                    "Mewngofnodi (yn agor mewn tab newydd)",
                )),
            )
            .then(&[COME_BACK, SEND_AGAIN]),
            Self::FormNeedsIdentity => words(
                text!(
                    "You need to prove your identity before you can send this",
                    "Mae angen i chi brofi eich hunaniaeth cyn y gallwch anfon hyn",
                ),
                &[NOT_SAVED],
                Some(text!(
                    "Prove your identity (opens in new tab)",
                    "Profi eich hunaniaeth (yn agor mewn tab newydd)",
                )),
            )
            .then(&[COME_BACK, SEND_AGAIN]),
            Self::StartAgain => words(
                text!(
                    "You need to start signing in again",
                    "Mae angen i chi ddechrau mewngofnodi eto",
                ),
                &[text!(
                    "We could not finish signing you in. This can happen if you went back to an old page, used another browser or took a long time.",
                    "Ni allem orffen eich mewngofnodi. Gall hyn ddigwydd os aethoch yn ôl i hen dudalen, os gwnaethoch ddefnyddio porwr arall neu os gwnaethoch gymryd amser hir.",
                )],
                Some(SIGN_IN),
            ),
            Self::NoCookies => words(
                text!(
                    "You need to allow cookies to sign in",
                    "Mae angen i chi ganiatáu cwcis i fewngofnodi",
                ),
                &[
                    text!(
                        "Your browser did not send the cookie that lets us finish signing you in.",
                        "Ni wnaeth eich porwr anfon y cwci sy’n ein galluogi i orffen eich mewngofnodi.",
                    ),
                    text!(
                        "Open your browser’s settings, find the settings for privacy, and allow cookies for this website. Then sign in again.",
                        "Agorwch osodiadau eich porwr, dewch o hyd i’r gosodiadau preifatrwydd, a chaniatewch gwcis ar gyfer y wefan hon. Yna mewngofnodwch eto.",
                    ),
                    text!(
                        "If you started in another browser or app, or more than an hour ago, you can sign in again here.",
                        "Os gwnaethoch ddechrau mewn porwr neu ap arall, neu fwy nag awr yn ôl, gallwch fewngofnodi eto yma.",
                    ),
                ],
                Some(SIGN_IN),
            ),
            Self::SessionEnded => words(
                text!("Your session has ended", "Mae eich sesiwn wedi dod i ben"),
                &[text!(
                    "We signed you out for your security. We did not save any answers you had not sent.",
                    "Rydym wedi eich allgofnodi er eich diogelwch. Nid ydym wedi cadw unrhyw atebion nad oeddech wedi’u hanfon.",
                )],
                Some(SIGN_IN),
            ),
            Self::TooManyStarts => words(
                text!(
                    "We could not keep you signed in",
                    "Ni allem eich cadw wedi’ch mewngofnodi",
                ),
                &[text!(
                    "We tried to sign you in several times. Check that your browser accepts cookies, then try again.",
                    "Gwnaethom geisio eich mewngofnodi sawl gwaith. Gwiriwch fod eich porwr yn derbyn cwcis, yna rhowch gynnig arall arni.",
                )],
                Some(TRY_AGAIN),
            ),
            Self::TooManyRequests => words(
                text!(
                    "There have been too many attempts to sign in",
                    "Ceisiwyd mewngofnodi ormod o weithiau",
                ),
                &[text!(
                    "This can happen when many people use the same internet connection. You can continue to sign in now.",
                    "Gall hyn ddigwydd pan fydd llawer o bobl yn defnyddio’r un cysylltiad rhyngrwyd. Gallwch barhau i fewngofnodi nawr.",
                )],
                Some(CONTINUE),
            ),
            Self::NotSetUp => words(
                text!(
                    "You cannot use this service at the moment",
                    "Ni allwch ddefnyddio’r gwasanaeth hwn ar hyn o bryd",
                ),
                &[text!(
                    "We have not finished setting it up. Try again later.",
                    "Nid ydym wedi gorffen ei baratoi. Rhowch gynnig arall arni yn nes ymlaen.",
                )],
                None,
            ),
            Self::IdentityNotConfirmed => words(
                text!(
                    "We could not confirm your identity",
                    "Ni allem gadarnhau pwy ydych chi",
                ),
                &[
                    text!(
                        "GOV.UK One Login could not confirm who you are, so you cannot use this part of the service at the moment.",
                        "Nid oedd GOV.UK One Login yn gallu cadarnhau pwy ydych chi, felly ni allwch ddefnyddio’r rhan hon o’r gwasanaeth ar hyn o bryd.",
                    ),
                    text!(
                        "You can try to prove your identity again.",
                        "Gallwch geisio profi pwy ydych chi eto.",
                    ),
                ],
                Some(TRY_AGAIN),
            ),
            Self::ContinueIdentity => words(
                text!(
                    "Continue proving your identity",
                    "Parhau i brofi eich hunaniaeth",
                ),
                &[text!(
                    "If you have been to the Post Office, continue to GOV.UK One Login to finish. You will then come back to this service.",
                    "Os ydych wedi bod i Swyddfa’r Post, ewch ymlaen i GOV.UK One Login i orffen. Yna byddwch yn dod yn ôl i’r gwasanaeth hwn.",
                )],
                Some(CONTINUE),
            ),
            Self::ConfirmSignOut => words(
                text!("Do you want to sign out?", "Ydych chi eisiau allgofnodi?"),
                &[text!(
                    "You will be signed out of this service and of GOV.UK One Login.",
                    "Byddwch yn cael eich allgofnodi o’r gwasanaeth hwn ac o GOV.UK One Login.",
                )],
                Some(text!("Sign out", "Allgofnodi")),
            ),
            Self::SigningOut => words(
                text!("You are being signed out", "Rydych yn cael eich allgofnodi"),
                &[text!(
                    "If nothing happens, continue to GOV.UK One Login to finish signing out.",
                    "Os na fydd dim yn digwydd, ewch ymlaen i GOV.UK One Login i orffen allgofnodi.",
                )],
                Some(CONTINUE),
            ),
            Self::SignedOut => words(
                text!("You have signed out", "Rydych wedi allgofnodi"),
                &[text!(
                    "If you use a shared computer, close the browser as well.",
                    "Os ydych yn defnyddio cyfrifiadur a rennir, caewch y porwr hefyd.",
                )],
                Some(SIGN_IN),
            ),
            Self::SignedOutHere => words(
                text!(
                    "You have signed out of this service only",
                    "Rydych wedi allgofnodi o’r gwasanaeth hwn yn unig",
                ),
                &[
                    text!(
                        "We could not sign you out of GOV.UK One Login, so you may still be signed in there.",
                        "Nid oeddem yn gallu eich allgofnodi o GOV.UK One Login, felly efallai eich bod yn dal i fod wedi’ch mewngofnodi yno.",
                    ),
                    text!(
                        "Try again in a few minutes. If you use a shared computer, close the browser as well.",
                        "Rhowch gynnig arall arni ymhen ychydig funudau. Os ydych yn defnyddio cyfrifiadur a rennir, caewch y porwr hefyd.",
                    ),
                ],
                Some(text!(
                    "Sign out of GOV.UK One Login",
                    "Allgofnodi o GOV.UK One Login"
                )),
            ),
        }
    }
}
