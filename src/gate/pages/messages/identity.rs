//! The words of the pages about proving an identity.

use super::buttons::{CONTINUE as GO_ON, TRY_AGAIN};
use super::{Message, message, text};

pub const NOT_CONFIRMED: Message = message(
    text!(
        "We could not confirm your identity",
        "Nid oeddem yn gallu cadarnhau eich hunaniaeth",
    ),
    &[
        text!(
            "GOV.UK One Login could not confirm who you are, so you cannot use this part of the service at the moment.",
            "Nid oedd GOV.UK One Login yn gallu cadarnhau pwy ydych chi, felly ni allwch ddefnyddio’r rhan hon o’r gwasanaeth ar hyn o bryd.",
        ),
        text!(
            "You can try to prove your identity again.",
            "Gallwch roi cynnig arall ar brofi eich hunaniaeth.",
        ),
    ],
    Some(TRY_AGAIN),
);

pub const NOT_FINISHED: Message = message(
    text!(
        "You did not finish proving your identity",
        "Ni wnaethoch orffen profi eich hunaniaeth",
    ),
    &[text!(
        "You need to prove your identity to use this part of the service.",
        "Mae angen i chi brofi eich hunaniaeth i ddefnyddio’r rhan hon o’r gwasanaeth.",
    )],
    Some(TRY_AGAIN),
);

pub const TOO_WEAK: Message = message(
    text!(
        "We need stronger proof of your identity",
        "Mae angen prawf cryfach arnom o’ch hunaniaeth",
    ),
    &[text!(
        "You proved your identity, but you need stronger proof of it to use this part of the service.",
        "Rydych wedi profi eich hunaniaeth, ond mae angen prawf cryfach ohoni i ddefnyddio’r rhan hon o’r gwasanaeth.",
    )],
    Some(TRY_AGAIN),
);

pub const UNAVAILABLE: Message = message(
    text!(
        "You cannot prove your identity right now",
        "Ni allwch brofi eich hunaniaeth ar hyn o bryd",
    ),
    &[text!(
        "GOV.UK One Login cannot check your identity at the moment. Try again later.",
        "Ni all GOV.UK One Login wirio eich hunaniaeth ar hyn o bryd. Rhowch gynnig arall arni yn nes ymlaen.",
    )],
    Some(TRY_AGAIN),
);

pub const INTERRUPTED: Message = message(
    text!(
        "We could not finish checking your identity",
        "Nid oeddem yn gallu gorffen gwirio eich hunaniaeth",
    ),
    &[text!(
        "You can try to prove your identity again, now or in a few minutes.",
        "Gallwch roi cynnig arall ar brofi eich hunaniaeth, nawr neu ymhen ychydig funudau.",
    )],
    Some(TRY_AGAIN),
);

pub const CONTINUE: Message = message(
    text!(
        "Continue proving your identity",
        "Parhau i brofi eich hunaniaeth",
    ),
    &[text!(
        "If you have been to the Post Office, continue to GOV.UK One Login to finish. You will then come back to this service.",
        "Os ydych wedi bod i Swyddfa’r Post, ewch ymlaen i GOV.UK One Login i orffen. Yna byddwch yn dod yn ôl i’r gwasanaeth hwn.",
    )],
    Some(GO_ON),
);
