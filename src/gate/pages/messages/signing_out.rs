//! The words of the pages about the end of a session: by the person, by time or from elsewhere.

use super::buttons::{CONTINUE, SIGN_IN};
use super::{Message, Page, Text, message, text};

impl Page {
    /// Whether a session has just ended at the person's wish or at another's, so that Back must show nothing of it.
    #[must_use]
    pub const fn is_after_the_end(self) -> bool {
        matches!(
            self,
            Self::SignedOut
                | Self::SignedOutEverywhere
                | Self::SignedOutHere
                | Self::SignedOutNotAgain
                | Self::PlaceWithheld
                | Self::SessionEnded
                | Self::EndedElsewhere
        )
    }
}

const SIGN_OUT: Text = text!("Sign out", "Allgofnodi");

const SHARED_COMPUTER: Text = text!(
    "If you use a shared computer, close the browser as well.",
    "Os ydych yn defnyddio cyfrifiadur a rennir, caewch y porwr hefyd.",
);

const OTHER_SERVICES: Text = text!(
    "You will also be signed out of other services that you use with GOV.UK One Login in this browser.",
    "Byddwch hefyd yn cael eich allgofnodi o wasanaethau eraill rydych yn eu defnyddio gyda GOV.UK One Login yn y porwr hwn.",
);

pub const CONFIRM: Message = message(
    text!("Do you want to sign out?", "Ydych chi eisiau allgofnodi?"),
    &[
        text!(
            "You will be signed out of this service and of GOV.UK One Login.",
            "Byddwch yn cael eich allgofnodi o’r gwasanaeth hwn ac o GOV.UK One Login.",
        ),
        OTHER_SERVICES,
    ],
    Some(SIGN_OUT),
);

pub const UNDER_WAY: Message = message(
    text!("You are being signed out", "Rydych yn cael eich allgofnodi"),
    &[text!(
        "If nothing happens, continue to GOV.UK One Login to finish signing out.",
        "Os na fydd dim yn digwydd, ewch ymlaen i GOV.UK One Login i orffen allgofnodi.",
    )],
    Some(CONTINUE),
);

pub const DONE: Message = message(
    text!("You have signed out", "Rydych wedi allgofnodi"),
    &[SHARED_COMPUTER],
    Some(SIGN_IN),
);

pub const HERE: Message = message(
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
);

const TRY_AGAIN_SOON: Text = text!(
    "Try again within 10 minutes, before you close the browser.",
    "Rhowch gynnig arall arni o fewn 10 munud, cyn i chi gau’r porwr.",
);

const TRY_AGAIN: Text = text!("Try again", "Rhowch gynnig arall arni");

pub const UNFINISHED: Message = message(
    text!(
        "We could not finish signing you out",
        "Nid oeddem yn gallu gorffen eich allgofnodi",
    ),
    &[
        text!(
            "You are signed out in this browser, but our records do not show it yet.",
            "Rydych wedi’ch allgofnodi yn y porwr hwn, ond nid yw ein cofnodion yn dangos hynny eto.",
        ),
        TRY_AGAIN_SOON,
    ],
    Some(TRY_AGAIN),
);

pub const UNFINISHED_EVERYWHERE: Message = message(
    text!(
        "We could not sign you out of all devices",
        "Nid oeddem yn gallu eich allgofnodi o bob dyfais",
    ),
    &[
        text!(
            "You are signed out in this browser, but you may still be signed in on other devices.",
            "Rydych wedi’ch allgofnodi yn y porwr hwn, ond efallai eich bod yn dal i fod wedi’ch mewngofnodi ar ddyfeisiau eraill.",
        ),
        TRY_AGAIN_SOON,
    ],
    Some(TRY_AGAIN),
);

pub const TOO_MANY_COOKIES: Message = message(
    text!(
        "Your browser sent too many cookies",
        "Anfonodd eich porwr ormod o gwcis",
    ),
    &[
        text!(
            "The service could not show this page because the cookies saved for it are too large.",
            "Ni allai’r gwasanaeth ddangos y dudalen hon oherwydd bod y cwcis a gadwyd ar ei gyfer yn rhy fawr.",
        ),
        text!(
            "You can delete the cookies of this service and of related services. This will also sign you out.",
            "Gallwch ddileu cwcis y gwasanaeth hwn a gwasanaethau cysylltiedig. Bydd hyn hefyd yn eich allgofnodi.",
        ),
    ],
    Some(text!(
        "Delete cookies and sign out",
        "Dileu cwcis ac allgofnodi"
    )),
);

pub const CONFIRM_EVERYWHERE: Message = message(
    text!(
        "Do you want to sign out of all devices?",
        "Ydych chi eisiau allgofnodi o bob dyfais?",
    ),
    &[
        text!(
            "You will be signed out of this service on every device, and of GOV.UK One Login on this one.",
            "Byddwch yn cael eich allgofnodi o’r gwasanaeth hwn ar bob dyfais, ac o GOV.UK One Login ar y ddyfais hon.",
        ),
        OTHER_SERVICES,
    ],
    Some(text!("Sign out of all devices", "Allgofnodi o bob dyfais")),
);

pub const DONE_EVERYWHERE: Message = message(
    text!(
        "You have signed out of all devices",
        "Rydych wedi allgofnodi o bob dyfais",
    ),
    &[
        text!(
            "You may still be signed in to GOV.UK One Login on other devices.",
            "Efallai eich bod yn dal i fod wedi’ch mewngofnodi i GOV.UK One Login ar ddyfeisiau eraill.",
        ),
        SHARED_COMPUTER,
    ],
    Some(SIGN_IN),
);

pub const STILL_SIGNED_IN: Message = message(
    text!(
        "You are still signed in",
        "Rydych yn dal i fod wedi’ch mewngofnodi",
    ),
    &[text!(
        "Sign out if you have finished using the service.",
        "Allgofnodwch os ydych wedi gorffen defnyddio’r gwasanaeth.",
    )],
    Some(SIGN_OUT),
);

pub const MEANWHILE: Message = message(
    text!(
        "You signed out while you were signing in",
        "Gwnaethoch allgofnodi wrth fewngofnodi",
    ),
    &[text!(
        "Sign in again if you want to use the service.",
        "Mewngofnodwch eto os ydych am ddefnyddio’r gwasanaeth.",
    )],
    Some(SIGN_IN),
);

pub const FIRST: Message = message(
    text!(
        "Sign out first, then sign in",
        "Allgofnodwch yn gyntaf, yna mewngofnodwch",
    ),
    &[text!(
        "You need to sign in again to use this part of the service, but GOV.UK One Login did not ask you to.",
        "Mae angen i chi fewngofnodi eto i ddefnyddio’r rhan hon o’r gwasanaeth, ond ni wnaeth GOV.UK One Login ofyn i chi wneud hynny.",
    )],
    Some(SIGN_OUT),
);

pub const NOT_AGAIN: Message = message(
    text!("You did not sign in again", "Ni wnaethoch fewngofnodi eto",),
    &[text!(
        "You are still signed in, but you need to sign in again to use this part of the service.",
        "Rydych yn dal i fod wedi’ch mewngofnodi, ond mae angen i chi fewngofnodi eto i ddefnyddio’r rhan hon o’r gwasanaeth.",
    )],
    Some(SIGN_IN),
);

pub const NOT_AGAIN_ENDED: Message = message(
    text!(
        "You are signed out because you did not sign in again",
        "Rydych wedi cael eich allgofnodi am na wnaethoch fewngofnodi eto",
    ),
    &[text!(
        "Sign in if you want to use the service.",
        "Mewngofnodwch os ydych am ddefnyddio’r gwasanaeth.",
    )],
    Some(SIGN_IN),
);

pub const OTHER_PERSON: Message = message(
    text!(
        "You used a different GOV.UK One Login",
        "Gwnaethoch ddefnyddio GOV.UK One Login gwahanol",
    ),
    &[text!(
        "To continue, sign in with the GOV.UK One Login that you used before.",
        "I barhau, mewngofnodwch gyda’r GOV.UK One Login y gwnaethoch ei ddefnyddio o’r blaen.",
    )],
    Some(SIGN_IN),
);

pub const ELSEWHERE: Message = message(
    text!(
        "You have been signed out",
        "Rydych wedi cael eich allgofnodi",
    ),
    &[text!(
        "You may have signed out in another tab or on another device. We did not save any answers you had not sent.",
        "Efallai eich bod wedi allgofnodi mewn tab arall neu ar ddyfais arall. Nid ydym wedi cadw unrhyw atebion nad oeddech wedi’u hanfon.",
    )],
    Some(SIGN_IN),
);
