//! The cases of `fapi2-security-profile-final-client-test-plan` that apply to this product.

use simulator::provider::fault::Fault;
use simulator::provider::fault::authorisation::AuthorisationFault;
use simulator::provider::fault::claims::ClaimFault;
use simulator::provider::fault::documents::DiscoveryFault;
use simulator::provider::fault::form::FormFault;
use simulator::provider::fault::token_endpoint::TokenFault;

use super::{sign_in_with, with_claim, with_form};
use crate::world::{Browser, By, World};

/// How long the provider's ID tokens live, in seconds.
const LIFE: i64 = 120;

#[test]
fn fapi2_security_profile_final_client_test_invalid_iss() {
    with_claim(ClaimFault::IssOtherCase).refused_after_the_token();
}

#[test]
fn fapi2_security_profile_final_client_test_invalid_aud() {
    with_claim(ClaimFault::AudOther).refused_after_the_token();
}

#[test]
fn fapi2_security_profile_final_client_test_invalid_missing_aud() {
    for fault in [ClaimFault::AudMissing, ClaimFault::AudEmptyArray] {
        with_claim(fault).refused_after_the_token();
    }
}

#[test]
fn fapi2_security_profile_final_client_test_invalid_missing_exp() {
    with_claim(ClaimFault::ExpMissing).refused_after_the_token();
}

#[test]
fn fapi2_security_profile_final_client_test_invalid_missing_iss() {
    with_claim(ClaimFault::IssMissing).refused_after_the_token();
}

#[test]
fn fapi2_security_profile_final_client_test_invalid_missing_nonce() {
    with_claim(ClaimFault::NonceMissing).refused_after_the_token();
}

#[test]
fn fapi2_security_profile_final_client_test_invalid_nonce() {
    with_claim(ClaimFault::NonceOther).refused_after_the_token();
}

#[test]
fn fapi2_security_profile_final_client_test_invalid_expired_exp() {
    // Five minutes past, as in the suite: the code is of now, and the ID token of another clock.
    let world = World::new();
    let mut browser = Browser::new();
    let start = browser.step(&world, "/account/details");
    let back = browser.step(&world, start.location());
    world.forget();
    world.provider().set_clock_offset(-LIFE - 300);
    let shown = browser.step(&world, back.location());
    assert_eq!((shown.by, shown.status), (By::Edge, 502));
    let happened = world.happened();
    assert_eq!(happened.lines(), ["callback: expired"]);
    assert!(!happened.calls().iter().any(|url| url.contains("userinfo")));
    assert!(!browser.has_session());
}

#[test]
fn fapi2_security_profile_final_client_test_invalid_null_alg() {
    use FormFault as F;
    for fault in [F::AlgNull, F::AlgMissing, F::AlgNone] {
        with_form(fault).refused_after_the_token();
    }
}

#[test]
fn fapi2_security_profile_final_client_test_invalid_alternate_alg() {
    for fault in [FormFault::AlgNotRegistered, FormFault::AlgMislabelled] {
        with_form(fault).refused_after_the_token();
    }
}

#[test]
fn fapi2_security_profile_final_client_test_invalid_secondary_aud() {
    with_claim(ClaimFault::AudArrayWithExtra).refused_after_the_token();
}

#[test]
fn fapi2_security_profile_final_client_test_valid_aud_as_array() {
    with_claim(ClaimFault::AudArrayOfOne).accepted();
}

#[test]
fn fapi2_security_profile_final_client_test_discovery_issuer_mismatch() {
    let ended = sign_in_with(Fault::Discovery(DiscoveryFault::IssuerOther));
    ended.refused_before_the_token();
    assert_eq!(
        ended.browser.history.len(),
        1,
        "no person went to the provider"
    );
}

#[test]
fn fapi2_security_profile_final_client_test_ensure_authorization_response_with_invalid_state_fails()
{
    sign_in_with(Fault::Authorisation(AuthorisationFault::StateOther)).refused_before_the_token();
}

#[test]
fn fapi2_security_profile_final_client_test_ensure_authorization_response_with_invalid_missing_state_fails()
 {
    for fault in [
        AuthorisationFault::StateMissing,
        AuthorisationFault::StateEmpty,
    ] {
        sign_in_with(Fault::Authorisation(fault)).refused_before_the_token();
    }
}

#[test]
fn t25_rejects_an_answer_with_an_issuer_other_than_the_provider() {
    for fault in [
        AuthorisationFault::IssOther,
        AuthorisationFault::ErrorIssOther,
    ] {
        sign_in_with(Fault::Authorisation(fault)).refused_before_the_token();
    }
}

#[test]
fn fapi2_security_profile_final_client_test_invalid_authorization_response_iss() {
    sign_in_with(Fault::Authorisation(AuthorisationFault::IssOther)).refused_before_the_token();
    sign_in_with(Fault::Authorisation(AuthorisationFault::IssRight)).accepted();
}

#[test]
fn fapi2_security_profile_final_client_test_token_endpoint_response_without_expires_in() {
    sign_in_with(Fault::Token(TokenFault::NoExpiresIn)).accepted();
}

#[test]
fn fapi2_security_profile_final_client_test_token_type_case_insensitivity() {
    sign_in_with(Fault::Token(TokenFault::TypeMixedCase)).accepted();
}
