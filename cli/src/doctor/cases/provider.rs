//! Test cases: the faults that the origin, One Login and the Worker's request to One Login can have.

use super::spoil::Case;
use super::spoil::Spoil::{Subject, Web};
use crate::doctor::scene_tests::Healthy;
use crate::doctor::scene_tests::{NOW, authorise};
use crate::doctor::web::{Answer, Asked, Reply};
use serde_json::json;

/// The cases of this file.
pub const CASES: &[Case] = &[
    (
        "origin: origin.open",
        Web(|w| w.at(Asked::Origin).status = 200),
    ),
    (
        "origin: origin.reachable",
        Web(|w| w.at(Asked::Origin).status = 404),
    ),
    (
        "origin: origin.cache",
        Web(|w| w.at(Asked::Origin).set("x-varnish", "32770")),
    ),
    (
        "origin headers: origin headers.too_short",
        Web(|w| w.takes = 4_096),
    ),
    (
        "origin addresses: origin addresses.loop",
        Web(|w| leads(w, "https://demo.example.gov.uk/account")),
    ),
    (
        "origin addresses: origin addresses.scheme",
        Web(|w| leads(w, "http://demo.example.gov.uk/account/")),
    ),
    (
        "origin addresses: origin addresses.host",
        Web(|w| leads(w, "https://203.0.113.7/account/")),
    ),
    (
        "discovery: unanswered",
        Web(|w| w.silence(Asked::Discovery)),
    ),
    (
        "discovery: discovery.document",
        Web(|w| w.at(Asked::Discovery).status = 403),
    ),
    (
        "discovery: discovery.issuer",
        Web(|w| {
            w.at(Asked::Discovery)
                .json(|d| d["issuer"] = "https://oidc.account.gov.uk".into())
        }),
    ),
    (
        "discovery: discovery.endpoint",
        Web(|w| {
            w.at(Asked::Discovery)
                .json(|d| d["jwks_uri"] = "https://evil.example/".into())
        }),
    ),
    ("request: unanswered", Web(|w| w.silence(Asked::Navigation))),
    (
        "request: request.absent",
        Web(|w| {
            w.at(Asked::Navigation).set(
                "location",
                "https://oidc.account.gov.uk/authorize?client_id=x",
            )
        }),
    ),
    (
        "request: request.outside",
        Web(|w| redirect(w, &(authorise(|_, _| ()) + "&prompt=none"))),
    ),
    (
        "request: request.key",
        Web(|w| redirect(w, &authorise(|header, _| header["kid"] = "old".into()))),
    ),
    ("request: request.signature", Web(|w| w.signs = false)),
    (
        "request: request.client",
        Web(|w| redirect(w, &authorise(|_, claims| claims["iss"] = "other".into()))),
    ),
    (
        "request: request.audience",
        Web(|w| {
            redirect(
                w,
                &authorise(|_, claims| claims["aud"] = "https://oidc.account.gov.uk/".into()),
            )
        }),
    ),
    (
        "request: request.times",
        Web(|w| {
            redirect(
                w,
                &authorise(|_, claims| claims["exp"] = (NOW + 900).into()),
            )
        }),
    ),
    (
        "request: request.redirect_uri",
        Web(|w| {
            redirect(
                w,
                &authorise(|_, claims| claims["redirect_uri"] = "https://old.example/".into()),
            )
        }),
    ),
    (
        "request: request.asked",
        Web(|w| redirect(w, &authorise(|_, claims| claims["vtr"] = json!(["Cl"])))),
    ),
    (
        "request size: unanswered",
        Web(|w| w.silence(Asked::Navigation)),
    ),
    (
        "request size: request size.over",
        Web(|w| redirect(w, &padded(4_097))),
    ),
    (
        "request size: request size.near",
        Web(|w| redirect(w, &padded(4_096))),
    ),
    (
        "logout size: logout size.room",
        Subject(|s| {
            s.expected.as_mut().unwrap().signed_out = format!("https://{}", "a".repeat(800))
        }),
    ),
    (
        "sent request: unanswered",
        Web(|w| w.silence(Asked::Authorise)),
    ),
    (
        "sent request: sent request.refused",
        Web(|w| w.at(Asked::Authorise).status = 400),
    ),
    (
        "sent request: sent request.blocked",
        Web(|w| w.at(Asked::Authorise).status = 403),
    ),
    (
        "sent request: sent request.failed",
        Web(|w| w.at(Asked::Authorise).status = 500),
    ),
    (
        "sent request: sent request.error",
        Web(|w| {
            w.at(Asked::Authorise).set("location", "https://demo.example.gov.uk/auth/callback?error=invalid_scope&error_description=no")
        }),
    ),
];

fn redirect(web: &mut Healthy, location: &str) {
    web.at(Asked::Navigation).set("location", location);
}

/// A redirect whose query is this long.
fn padded(length: usize) -> String {
    let whole = authorise(|_, _| ());
    let query = whole.split_once('?').unwrap().1;
    whole.clone() + &"A".repeat(length - query.len())
}

/// The origin redirects at its first path.
fn leads(web: &mut Healthy, location: &str) {
    let redirect = web.at(Asked::Origin).clone().with("location", location);
    let redirect = Answer {
        status: 301,
        ..redirect
    };
    let asked = Asked::OriginForwarded(0);
    web.replies.insert(asked, Reply::Answered(redirect));
}
