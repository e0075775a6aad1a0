//! The words of the pages for a part of the service that is off.
//!
//! Source: GOV.UK Design System, "Service unavailable pages".

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
