//! Test cases: the faults that the Worker's answers can have.

use super::spoil::Case;
use super::spoil::Spoil::Web;
use crate::doctor::questions::FORGED;
use crate::doctor::scene_tests::NOW;
use crate::doctor::web::Asked;

/// The cases of this file.
pub const CASES: &[Case] = &[
    (
        "redirect: unanswered",
        Web(|w| w.silence(Asked::Navigation)),
    ),
    (
        "redirect: redirect.open",
        Web(|w| w.at(Asked::Navigation).status = 200),
    ),
    (
        "redirect: redirect.status",
        Web(|w| w.at(Asked::Navigation).status = 503),
    ),
    (
        "redirect: redirect.elsewhere",
        Web(|w| {
            w.at(Asked::Navigation)
                .set("location", "https://evil.example/authorize")
        }),
    ),
    ("script: unanswered", Web(|w| w.silence(Asked::Script))),
    (
        "script: script.answer",
        Web(|w| w.at(Asked::Script).drop("www-authenticate")),
    ),
    ("public path: unanswered", Web(|w| w.silence(Asked::Public))),
    (
        "public path: public.closed",
        Web(|w| w.at(Asked::Public).status = 401),
    ),
    (
        "public path: public.broken",
        Web(|w| w.at(Asked::Public).status = 522),
    ),
    (
        "forged header: unanswered",
        Web(|w| w.silence(Asked::Spoofed)),
    ),
    (
        "forged header: forged header.passed",
        Web(|w| w.at(Asked::Spoofed).body = format!("hello {}", FORGED)),
    ),
    (
        "forged header: forged header.changed",
        Web(|w| w.at(Asked::Spoofed).status = 403),
    ),
    ("callback: unanswered", Web(|w| w.silence(Asked::Callback))),
    (
        "callback: callback.answer",
        Web(|w| w.at(Asked::Callback).status = 303),
    ),
    ("sign-out: unanswered", Web(|w| w.silence(Asked::SignOut))),
    (
        "sign-out: sign-out.unasked",
        Web(|w| w.at(Asked::SignOut).status = 303),
    ),
    (
        "sign-out: sign-out.answer",
        Web(|w| w.at(Asked::SignOut).body.clear()),
    ),
    (
        "signed-out: unanswered",
        Web(|w| w.silence(Asked::SignedOut)),
    ),
    (
        "signed-out: signed-out.answer",
        Web(|w| w.at(Asked::SignedOut).status = 404),
    ),
    (
        "landing page: unanswered",
        Web(|w| w.silence(Asked::Landing)),
    ),
    (
        "landing page: landing page.answer",
        Web(|w| w.at(Asked::Landing).status = 404),
    ),
    (
        "back-channel: unanswered",
        Web(|w| w.silence(Asked::BackChannelJava)),
    ),
    (
        "back-channel: back-channel.get",
        Web(|w| w.at(Asked::BackChannelGet).status = 200),
    ),
    (
        "back-channel: back-channel.garbage",
        Web(|w| w.at(Asked::BackChannelGarbage).status = 200),
    ),
    (
        "assertion keys: assertion keys.agent",
        Web(|w| w.blocked = 0),
    ),
    (
        "back-channel: back-channel.java",
        Web(|w| w.at(Asked::BackChannelJava).status = 403),
    ),
    (
        "https: https.open",
        Web(|w| w.at(Asked::Plain).status = 200),
    ),
    ("headers: unanswered", Web(|w| w.silence(Asked::Callback))),
    (
        "headers: headers.missing",
        Web(|w| w.at(Asked::SignedOut).drop("x-content-type-options")),
    ),
    (
        "headers: headers.policy",
        Web(|w| {
            w.at(Asked::Callback)
                .set("content-security-policy", "frame-ancestors 'none'")
        }),
    ),
    (
        "headers: headers.doubled",
        Web(|w| {
            w.at(Asked::Callback)
                .headers
                .push(("cache-control".into(), "no-store".into()))
        }),
    ),
    (
        "headers: headers.hsts",
        Web(|w| w.at(Asked::SignedOut).drop("strict-transport-security")),
    ),
    (
        "cache: cache.kept",
        Web(|w| w.at(Asked::SignedOut).set("cf-cache-status", "HIT")),
    ),
    (
        "clock: clock.provider",
        Web(|w| {
            w.at(Asked::Discovery)
                .set("date", "Sun, 22 Nov 2026 12:00:31 GMT")
        }),
    ),
    (
        "clock: clock.here",
        Web(|w| w.at(Asked::Health).at = NOW + 6),
    ),
];
