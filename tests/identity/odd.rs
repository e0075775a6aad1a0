//! Odd but valid values in an identity: the service gets them unchanged, for as long as the claims are valid.

use serde_json::{Value, json};
use simulator::jose::Object;
use simulator::provider::fault::Fault;
use simulator::provider::fault::core_claims::CoreClaimFault;
use simulator::provider::fault::identity::IdentityFault;

use crate::faults::{Outcome, proving};
use crate::told;

/// The provider's hostile value.
const HOSTILE: &str = "</textarea><script>alert(1)</script>\r\nSet-Cookie: planted=1\u{202e}";

/// The claims that the service gets on a path after a journey with a fault.
fn told_with(fault: Fault, path: &str) -> Object {
    let Outcome {
        world, mut browser, ..
    } = proving(fault);
    told(&world, &mut browser, path).claims
}

#[test]
fn t55_when_claims_are_odd_but_valid_then_the_service_gets_them_whole_and_only_those_requested() {
    use CoreClaimFault as C;
    use IdentityFault as I;
    let name = |pointer: &str| format!("/coreIdentity/name/0{pointer}");
    for (fault, path, pointer, value) in [
        (
            Fault::CoreClaim(C::NameOnlyPast),
            "/apply/form",
            name("/validUntil"),
            json!("2001-01-01"),
        ),
        (
            Fault::CoreClaim(C::NamePartTypeUnknown),
            "/apply/form",
            name("/nameParts/0/type"),
            json!("PatronymicName"),
        ),
        (
            Fault::CoreClaim(C::NamePartHostile),
            "/apply/form",
            name("/nameParts/0/value"),
            json!(HOSTILE),
        ),
        (
            Fault::CoreClaim(C::NameUnknownMember),
            "/apply/form",
            name("/script"),
            json!("Latn"),
        ),
        (
            Fault::Identity(I::AddressEmpty),
            "/apply/form",
            "/address".to_owned(),
            json!([]),
        ),
        (
            Fault::Identity(I::AddressUnknownMember),
            "/apply/form",
            "/address/0/what3words".to_owned(),
            json!("a.b.c"),
        ),
        (
            Fault::Identity(I::AddressHostile),
            "/apply/form",
            "/address/0/streetName".to_owned(),
            json!(HOSTILE),
        ),
        (
            Fault::Identity(I::PassportHostile),
            "/licence",
            "/passport/0/documentNumber".to_owned(),
            json!(HOSTILE),
        ),
        (
            Fault::Identity(I::DrivingPermitHostile),
            "/licence",
            "/drivingPermit/0/fullAddress".to_owned(),
            json!(HOSTILE),
        ),
        (
            Fault::Identity(I::CodeBesideCore),
            "/why",
            "/returnCode/0/code".to_owned(),
            json!("C"),
        ),
        (
            Fault::Identity(I::CodeHostile),
            "/why",
            "/returnCode/0/code".to_owned(),
            json!(HOSTILE),
        ),
    ] {
        let claims = Value::Object(told_with(fault, path));
        assert_eq!(claims.pointer(&pointer), Some(&value), "{fault:?}");
    }
    for (fault, odd) in [
        (Fault::Identity(I::Unasked), "QQ123456C"),
        (Fault::CoreClaim(C::UnknownClaim), "example.com/unknown"),
    ] {
        for path in ["/apply/form", "/licence", "/why"] {
            let claims = Value::Object(told_with(fault, path)).to_string();
            assert!(!claims.contains(odd), "{claims}");
        }
    }
}

#[test]
fn t7_when_a_core_identity_claims_a_year_then_it_is_used_for_half_an_hour() {
    let Outcome {
        world, mut browser, ..
    } = proving(Fault::CoreClaim(CoreClaimFault::ExpFar));
    for (seconds, expected) in [(1_739, "here"), (31, "gone")] {
        world.pass(seconds);
        let claims = told(&world, &mut browser, "/apply/form").claims;
        assert_eq!(claims["identity_claims"], expected);
    }
}
