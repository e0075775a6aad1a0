//! The words of the pages for a part of the service that is off, or that is not for this person.
//!
//! Source: GOV.UK Design System, "Service unavailable pages".

use super::buttons::TRY_AGAIN;
use super::{Message, Text, message, text};

/// When the service is back: without a time, and the start of the sentence with one.
pub const SERVICE: [Text; 2] = [
    text!(
        "You will be able to use the service later.",
        "Byddwch yn gallu defnyddio’r gwasanaeth yn nes ymlaen."
    ),
    text!(
        "You will be able to use the service from",
        "Byddwch yn gallu defnyddio’r gwasanaeth o"
    ),
];

/// The same of signing in.
pub const SIGN_IN: [Text; 2] = [
    text!(
        "You will be able to sign in later.",
        "Byddwch yn gallu mewngofnodi yn nes ymlaen."
    ),
    text!(
        "You will be able to sign in from",
        "Byddwch yn gallu mewngofnodi o"
    ),
];

pub(super) const CLOSED: Message = message(
    text!(
        "Sorry, the service is unavailable",
        "Mae’n ddrwg gennym, nid yw’r gwasanaeth ar gael",
    ),
    &[SERVICE[0]],
    None,
);

pub(super) const SIGN_IN_OFF: Message = message(
    text!(
        "Sorry, signing in is unavailable",
        "Mae’n ddrwg gennym, nid yw mewngofnodi ar gael",
    ),
    &[SIGN_IN[0]],
    None,
);

pub(super) const NOT_STAFF: Message = message(
    text!(
        "You do not have access to this page",
        "Nid oes gennych fynediad i’r dudalen hon",
    ),
    &[text!(
        "It is for people who work on this service. If you are one of them, sign in with your work account and try again.",
        "Mae ar gyfer pobl sy’n gweithio ar y gwasanaeth hwn. Os ydych yn un ohonynt, mewngofnodwch gyda’ch cyfrif gwaith a rhowch gynnig arall arni.",
    )],
    None,
);

pub(super) const NOT_INVITED: Message = message(
    text!("You need an invitation", "Mae angen gwahoddiad arnoch",),
    &[
        text!(
            "If you were invited by email, sign in with the email address that was invited.",
            "Os cawsoch eich gwahodd drwy e-bost, mewngofnodwch gyda’r cyfeiriad e-bost a wahoddwyd.",
        ),
        text!(
            "If you were sent a link, open it again. Each link works for one person.",
            "Os anfonwyd dolen atoch, agorwch hi eto. Mae pob dolen yn gweithio i un person.",
        ),
    ],
    Some(TRY_AGAIN),
);

pub(super) const BLOCKED: Message = message(
    text!(
        "You cannot sign in to this service",
        "Ni allwch fewngofnodi i’r gwasanaeth hwn",
    ),
    &[text!(
        "The team that runs this service has stopped your access for now.",
        "Mae’r tîm sy’n rhedeg y gwasanaeth hwn wedi atal eich mynediad am y tro.",
    )],
    None,
);
