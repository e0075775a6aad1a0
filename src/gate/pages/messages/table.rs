//! The words of each page.

use super::{Message, Page, Text, identity, message, signing_out, text, unavailable};
use crate::gate::pages::messages::buttons::{CONTINUE, SIGN_IN, TRY_AGAIN};

const SIGN_IN_NEW_TAB: Text = text!(
    "Sign in (opens in new tab)",
    "Mewngofnodi (yn agor mewn tab newydd)",
);

pub const NOT_SAVED: Text = text!(
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
    /// The texts of the page.
    #[must_use]
    pub const fn message(self) -> Message {
        match self {
            Self::Problem => message(
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
            Self::TryLater => message(
                text!(
                    "Sorry, you cannot sign in right now",
                    "Mae’n ddrwg gennym, ni allwch fewngofnodi ar hyn o bryd",
                ),
                &[text!(
                    "Try again in a few minutes.",
                    "Rhowch gynnig arall arni ymhen ychydig funudau.",
                )],
                Some(TRY_AGAIN),
            ),
            Self::ProviderProblem => message(
                text!(
                    "There was a problem with GOV.UK One Login",
                    "Roedd problem gyda GOV.UK One Login",
                ),
                &[text!(
                    "We could not finish signing you in. Try again.",
                    "Nid oeddem yn gallu gorffen eich mewngofnodi. Rhowch gynnig arall arni.",
                )],
                Some(TRY_AGAIN),
            ),
            Self::BadAddress => message(
                text!(
                    "This web address is not right",
                    "Nid yw’r cyfeiriad gwe hwn yn gywir",
                ),
                CHECK_ADDRESS,
                None,
            ),
            Self::NotFound => message(
                text!("Page not found", "Heb ddod o hyd i’r dudalen"),
                CHECK_ADDRESS,
                None,
            ),
            Self::WrongMethod => message(
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
            Self::OtherSite => message(
                text!(
                    "This was sent from another website",
                    "Anfonwyd hwn o wefan arall",
                ),
                &[
                    text!(
                        "To protect you, this service only accepts what you send from its own pages.",
                        "I’ch diogelu, dim ond yr hyn rydych yn ei anfon o’i dudalennau ei hun y mae’r gwasanaeth hwn yn ei dderbyn.",
                    ),
                    text!(
                        "If you meant to send something, go to the service and send it from there.",
                        "Os oeddech yn bwriadu anfon rhywbeth, ewch i’r gwasanaeth a’i anfon o’r fan honno.",
                    ),
                ],
                None,
            ),
            Self::FormExpired => message(
                text!(
                    "You need to sign in before you can send this",
                    "Mae angen i chi fewngofnodi cyn y gallwch anfon hyn",
                ),
                &[NOT_SAVED],
                Some(SIGN_IN_NEW_TAB),
            )
            .then(&[COME_BACK, SEND_AGAIN]),
            Self::FormSignInAgain => message(
                text!(
                    "You need to sign in again before you can send this",
                    "Mae angen i chi fewngofnodi eto cyn y gallwch anfon hyn",
                ),
                &[NOT_SAVED],
                Some(SIGN_IN_NEW_TAB),
            )
            .then(&[COME_BACK, SEND_AGAIN]),
            Self::FormNeedsIdentity => message(
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
            Self::InFrame => message(
                text!(
                    "You need to use GOV.UK One Login to see this",
                    "Mae angen i chi ddefnyddio GOV.UK One Login i weld hwn",
                ),
                &[text!(
                    "You will leave the page you are on. We will not save any answers you have not sent.",
                    "Byddwch yn gadael y dudalen rydych arni. Ni fyddwn yn cadw unrhyw atebion nad ydych wedi’u hanfon.",
                )],
                Some(text!(
                    "Continue to GOV.UK One Login",
                    "Parhau i GOV.UK One Login",
                )),
            ),
            Self::StartAgain => message(
                text!(
                    "You need to start signing in again",
                    "Mae angen i chi ddechrau mewngofnodi eto",
                ),
                &[text!(
                    "We could not finish signing you in. This can happen if you went back to an old page, used another browser or took a long time.",
                    "Nid oeddem yn gallu gorffen eich mewngofnodi. Gall hyn ddigwydd os aethoch yn ôl i hen dudalen, os gwnaethoch ddefnyddio porwr arall neu os gwnaethoch gymryd amser hir.",
                )],
                Some(SIGN_IN),
            ),
            Self::SignInFailed => message(
                text!(
                    "You need to sign in again",
                    "Mae angen i chi fewngofnodi eto",
                ),
                &[text!(
                    "We could not finish signing you in.",
                    "Nid oeddem yn gallu gorffen eich mewngofnodi.",
                )],
                Some(SIGN_IN),
            ),
            Self::NoCookies => message(
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
            Self::SessionEnded => message(
                text!("Your session has ended", "Mae eich sesiwn wedi dod i ben"),
                &[text!(
                    "We signed you out for your security. We did not save any answers you had not sent.",
                    "Rydym wedi eich allgofnodi er eich diogelwch. Nid ydym wedi cadw unrhyw atebion nad oeddech wedi’u hanfon.",
                )],
                Some(SIGN_IN),
            ),
            Self::TooManyStarts => message(
                text!(
                    "We could not keep you signed in",
                    "Nid oeddem yn gallu eich cadw wedi’ch mewngofnodi",
                ),
                &[text!(
                    "We tried to sign you in several times. Check that your browser accepts cookies, then try again.",
                    "Gwnaethom geisio eich mewngofnodi sawl gwaith. Gwiriwch fod eich porwr yn derbyn cwcis, yna rhowch gynnig arall arni.",
                )],
                Some(TRY_AGAIN),
            ),
            Self::TooManyRequests => message(
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
            Self::NotSetUp => message(
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
            Self::Blocked => unavailable::BLOCKED,
            Self::NotStaff => unavailable::NOT_STAFF,
            Self::NotInvited => unavailable::NOT_INVITED,
            Self::SignInOff => unavailable::SIGN_IN_OFF,
            Self::ServiceClosed => unavailable::CLOSED,
            Self::IdentityNotFinished => identity::NOT_FINISHED,
            Self::IdentityTooWeak => identity::TOO_WEAK,
            Self::IdentityUnavailable => identity::UNAVAILABLE,
            Self::IdentityInterrupted => identity::INTERRUPTED,
            Self::IdentityNotConfirmed => identity::NOT_CONFIRMED,
            Self::ContinueIdentity => identity::CONTINUE,
            Self::TooManyCookies => signing_out::TOO_MANY_COOKIES,
            Self::ConfirmSignOut => signing_out::CONFIRM,
            Self::SigningOut => signing_out::UNDER_WAY,
            Self::ConfirmSignOutEverywhere => signing_out::CONFIRM_EVERYWHERE,
            Self::SignedOutEverywhere => signing_out::DONE_EVERYWHERE,
            Self::StillSignedIn => signing_out::STILL_SIGNED_IN,
            Self::SignedOutMeanwhile => signing_out::MEANWHILE,
            Self::SignOutFirst => signing_out::FIRST,
            Self::DidNotSignInAgain => signing_out::NOT_AGAIN,
            Self::SignedOutNotAgain => signing_out::NOT_AGAIN_ENDED,
            Self::OtherPerson => signing_out::OTHER_PERSON,
            Self::EndedElsewhere => signing_out::ELSEWHERE,
            Self::SignedOut => signing_out::DONE,
            Self::SignedOutHere => signing_out::HERE,
            Self::Unfinished => signing_out::UNFINISHED,
            Self::UnfinishedEverywhere => signing_out::UNFINISHED_EVERYWHERE,
            Self::PlaceWithheld => message(
                text!(
                    "You are signed in with a different GOV.UK One Login",
                    "Rydych wedi mewngofnodi gyda GOV.UK One Login gwahanol",
                ),
                &[text!(
                    "We did not take you to the page that was open before. Continue from the start of the service.",
                    "Nid ydym wedi mynd â chi i’r dudalen a oedd ar agor o’r blaen. Parhewch o ddechrau’r gwasanaeth.",
                )],
                Some(CONTINUE),
            ),
            Self::PlaceForgotten => message(
                text!(
                    "We could not take you back to where you were",
                    "Nid oeddem yn gallu mynd â chi yn ôl i’r dudalen roeddech arni",
                ),
                &[text!(
                    "We do not keep your place for a long time. Continue from the start of the service.",
                    "Nid ydym yn cadw eich lle am amser hir. Parhewch o ddechrau’r gwasanaeth.",
                )],
                Some(CONTINUE),
            ),
            Self::Arriving => message(
                text!("You are being signed in", "Rydych yn cael eich mewngofnodi"),
                &[text!(
                    "If nothing happens, continue to the service.",
                    "Os na fydd dim yn digwydd, ewch ymlaen i’r gwasanaeth.",
                )],
                Some(CONTINUE),
            ),
        }
    }
}
