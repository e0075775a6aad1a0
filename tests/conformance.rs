//! The conformance suite's cases for relying parties, each under the suite's own name, against the
//! simulated provider: a whole sign-in as this deployment registers, with a request object and a
//! signed client assertion.
//!
//! The suite's rule for a case that must be refused: no session begins, the person sees an error,
//! and the edge does not call userinfo. The cases of back-channel logout are in `tests/sessions_end/notification.rs`,
//! those of sign-out in `tests/workerd/sign-out.test.mjs`. `docs/assurance.md` lists all of them.
//!
//! Source: openid-certification/conformance-suite, `openid/client` and `fapi2spfinal`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod world;

#[path = "conformance/basic.rs"]
mod basic;
#[path = "conformance/config.rs"]
mod config;
#[path = "conformance/fapi2.rs"]
mod fapi2;

use simulator::provider::fault::Fault;
use simulator::provider::fault::claims::ClaimFault;
use simulator::provider::fault::form::FormFault;
use world::{Browser, By, ISSUER, Record, Setup, Shown, World};

/// A sign-in as it ended.
struct Ended {
    shown: Shown,
    browser: Browser,
    happened: Record,
}

impl Ended {
    /// Whether an endpoint of the provider was called.
    fn called(&self, endpoint: &str) -> bool {
        let address = format!("{ISSUER}{endpoint}");
        self.happened.calls().contains(&address)
    }

    /// The suite's verdict on a case that is accepted.
    fn accepted(&self) {
        let seen = (self.shown.by, self.shown.status);
        assert_eq!(seen, (By::Origin, 200), "{:?}", self.happened.lines());
        assert!(self.browser.has_session());
        assert!(self.called("token") && self.called("userinfo"));
    }

    /// No session begins, and the person sees an error.
    fn refused(&self) {
        assert_eq!(self.shown.by, By::Edge, "{:?}", self.happened.lines());
        assert!(self.shown.status >= 400, "{}", self.shown.status);
        assert!(!self.browser.has_session());
        assert!(self.happened.reached().is_empty());
    }

    /// The suite's verdict on an ID token that is refused.
    fn refused_after_the_token(&self) {
        self.refused();
        assert!(self.called("token"));
        assert!(!self.called("userinfo"), "userinfo was asked all the same");
    }

    /// The suite's verdict on an authorisation response that is refused.
    fn refused_before_the_token(&self) {
        self.refused();
        assert!(!self.called("token"), "the code was sent all the same");
    }
}

/// A whole sign-in in this world, as far as it goes.
fn sign_in(world: &World) -> Ended {
    let mut browser = Browser::new();
    let shown = browser.open(world, "/account/details");
    let happened = world.happened();
    Ended {
        shown,
        browser,
        happened,
    }
}

/// A whole sign-in with one fault at the provider.
fn sign_in_with(fault: Fault) -> Ended {
    let world = World::new();
    world.provider_fault(fault);
    sign_in(&world)
}

fn with_claim(fault: ClaimFault) -> Ended {
    sign_in_with(Fault::Claim(fault))
}

fn with_form(fault: FormFault) -> Ended {
    sign_in_with(Fault::Form(fault))
}

/// A client that is registered for RS256, as the suite's plans are.
fn with_rsa() -> World {
    World::with(|setup: &mut Setup| {
        setup.field("id_token_alg", "RS256");
        setup.register("id_token_alg", "RS256");
    })
}
