//! `oidcc-client-basic-certification-test-plan`, and the cases of `oidcc-client-test-plan` beyond it.

use serde_json::json;
use simulator::jose::Unverified;
use simulator::provider::fault::Fault;
use simulator::provider::fault::claims::ClaimFault;
use simulator::provider::fault::documents::JwksFault;
use simulator::provider::fault::form::FormFault;
use simulator::provider::fault::userinfo::UserinfoFault;

use super::{sign_in, sign_in_with, with_claim, with_form, with_rsa};
use crate::world::http::parameter;
use crate::world::record::Carried;
use crate::world::{Browser, CLIENT, Happened, SERVICE, World};

#[test]
fn oidcc_client_test() {
    let world = World::new();
    sign_in(&world).accepted();

    // The suite's assertions about the request, which it makes in every case.
    let start = Browser::new().step(&world, "/account/details");
    let query = |name: &str| parameter(start.location(), name);
    let object = Unverified::parse(&query("request").unwrap()).unwrap();
    let inside = |name: &str| object.claims[name].clone();
    for name in ["client_id", "response_type", "scope"] {
        assert_eq!(json!(query(name).unwrap()), inside(name), "{name}");
    }
    assert!(
        query("scope")
            .unwrap()
            .split(' ')
            .any(|one| one == "openid")
    );
    assert_eq!(inside("client_id"), json!(CLIENT));
    assert_eq!(
        inside("redirect_uri"),
        json!(format!("{SERVICE}/auth/callback"))
    );
    assert_eq!(inside("iss"), json!(CLIENT));
    assert_eq!(inside("code_challenge_method"), json!("S256"));
    for name in ["request", "request_uri", "sub"] {
        assert!(!object.claims.contains_key(name), "{name}");
    }
    for name in ["exp", "iat"] {
        assert!(inside(name).as_i64().is_some_and(|time| time > 0), "{name}");
    }
}

#[test]
fn oidcc_client_test_invalid_iss() {
    with_claim(ClaimFault::IssOtherEnvironment).refused_after_the_token();
}

#[test]
fn oidcc_client_test_missing_sub() {
    with_claim(ClaimFault::SubMissing).refused_after_the_token();
}

#[test]
fn oidcc_client_test_invalid_aud() {
    with_claim(ClaimFault::AudLonger).refused_after_the_token();
}

#[test]
fn oidcc_client_test_missing_aud() {
    with_claim(ClaimFault::AudMissing).refused_after_the_token();
}

#[test]
fn oidcc_client_test_missing_iat() {
    with_claim(ClaimFault::IatMissing).refused_after_the_token();
}

#[test]
fn oidcc_client_test_kid_absent_single_jwks() {
    // The suite would accept the token; this product rejects a token without a key id.
    let world = with_rsa();
    world.provider_fault(Fault::Jwks(JwksFault::KidMissing));
    let ended = sign_in(&world);
    ended.refused();
    assert!(!ended.called("userinfo"));
    with_form(FormFault::KidMissing).refused_after_the_token();
}

#[test]
fn oidcc_client_test_kid_absent_multiple_jwks() {
    let world = with_rsa();
    world.provider_fault(Fault::Form(FormFault::KidMissing));
    sign_in(&world).refused_after_the_token();
}

#[test]
fn oidcc_client_test_idtoken_sig_rs256() {
    sign_in(&with_rsa()).accepted();
}

#[test]
fn oidcc_client_test_idtoken_sig_none() {
    for fault in [FormFault::AlgNone, FormFault::AlgNoneMixed] {
        with_form(fault).refused_after_the_token();
    }
}

#[test]
fn oidcc_client_test_invalid_sig_rs256() {
    let world = with_rsa();
    world.provider_fault(Fault::Form(FormFault::SignatureTampered));
    sign_in(&world).refused_after_the_token();
}

#[test]
fn oidcc_client_test_invalid_sig_es256() {
    with_form(FormFault::SignatureTampered).refused_after_the_token();
}

#[test]
fn oidcc_client_test_invalid_sig_hs256() {
    use FormFault as F;
    for fault in [F::Hs256Pem, F::Hs256Der, F::Hs256Jwk, F::Hs256Empty] {
        with_form(fault).refused_after_the_token();
    }
}

#[test]
fn oidcc_client_test_userinfo_invalid_sub() {
    // Userinfo has to be asked before its subject can be wrong.
    let ended = sign_in_with(Fault::Userinfo(UserinfoFault::SubOther));
    ended.refused();
    assert!(ended.called("userinfo"));
}

#[test]
fn oidcc_client_test_nonce_invalid() {
    with_claim(ClaimFault::NonceOther).refused_after_the_token();
}

#[test]
fn oidcc_client_test_nonce_unless_code_flow() {
    // A nonce may be left out in the code flow; this product always sends one and wants it back.
    let world = World::new();
    let start = Browser::new().step(&world, "/account/details");
    let object = Unverified::parse(&parameter(start.location(), "request").unwrap()).unwrap();
    assert!(object.claims["nonce"].as_str().unwrap().len() >= 22);
    with_claim(ClaimFault::NonceMissing).refused_after_the_token();
}

#[test]
fn oidcc_client_test_invalid_athash() {
    with_claim(ClaimFault::AtHashOther).refused_after_the_token();
}

#[test]
fn oidcc_client_test_scope_userinfo_claims() {
    // One Login has the scopes email, phone and wallet-subject-id, and no profile or address.
    let world = World::new();
    let ended = sign_in(&world);
    ended.accepted();
    let reached = ended.happened.reached();
    let person = crate::world::assertion::verified(&world, reached[0].assertions()[0]).person;
    assert_eq!(person.email.as_deref(), Some("kenneth@example.gov.uk"));
    assert_eq!(person.phone_number.as_deref(), Some("+447700900000"));
}

#[test]
fn oidcc_client_test_userinfo_bearer_header() {
    let world = World::new();
    let ended = sign_in(&world);
    let carried = ended.happened.0.iter().find_map(|event| match event {
        Happened::Called { url, carried, .. } if url.contains("userinfo") => {
            Some((url.clone(), carried.clone()))
        }
        _ => None,
    });
    let (url, carried) = carried.unwrap();
    assert_eq!(carried, Carried::Bearer);
    assert!(!url.contains('?'), "the token is in a header alone");
}
