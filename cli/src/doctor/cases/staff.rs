//! Test cases: the faults that the way of staff can have.

use super::spoil::Case;
use super::spoil::Spoil::Web;
use crate::doctor::scene_tests::{TAG, login};
use crate::doctor::web::Asked;

/// The cases of this file.
pub const CASES: &[Case] = &[
    (
        "access keys: unanswered",
        Web(|w| w.silence(Asked::TeamKeys)),
    ),
    (
        "access keys: access keys.missing",
        Web(|w| w.at(Asked::TeamKeys).status = 404),
    ),
    (
        "access keys: access keys.kind",
        Web(|w| {
            w.at(Asked::TeamKeys)
                .json(|set| set["keys"][0]["n"] = "AQAB".into())
        }),
    ),
    ("access: unanswered", Web(|w| w.silence(Asked::Staff))),
    (
        "access: access.absent",
        Web(|w| w.at(Asked::Staff).status = 403),
    ),
    (
        "access: access.team",
        Web(|w| w.at(Asked::Staff).set("location", &login("other", TAG))),
    ),
    (
        "access: access.audience",
        Web(|w| {
            let tag = TAG.replace('3', "4");
            w.at(Asked::Staff).set("location", &login("example", &tag));
        }),
    ),
];
