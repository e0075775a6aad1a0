//! The results of identity checks: every person, every claim, every level.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

use serde_json::{Value, json};
use simulator::http::Request;
use simulator::jose::Object;
use simulator::provider::personas::{PERSONAS, Persona};
use support::identity::{claim, world_of};
use support::{ISSUER, NOW, World, described, parsed, registration_with};

fn names(core: &Object) -> &Vec<Value> {
    core["vc"]["credentialSubject"]["name"].as_array().unwrap()
}

#[test]
fn when_a_person_has_proved_an_identity_then_the_core_identity_says_name_and_level() {
    let mut world = world_of("kenneth");
    let answer = world.identity("P2");
    let token = parsed(&answer[claim("coreIdentityJWT")]);
    let header: Vec<&String> = token.header.keys().collect();
    assert_eq!(header, ["alg", "kid", "typ"]);
    assert!(
        token
            .header_text("kid")
            .unwrap()
            .starts_with("did:web:127.0.0.1%3A8788#")
    );
    let expected = json!({
        "iss": ISSUER, "sub": answer["sub"], "aud": "demo", "iat": NOW, "nbf": NOW, "exp": NOW + 1_800, "vot": "P2",
        "vtm": format!("{ISSUER}trustmark"),
        "vc": {
            "type": ["VerifiableCredential", "IdentityCheckCredential"],
            "credentialSubject": {
                "name": [{
                    "nameParts": [
                        { "type": "GivenName", "value": "Kenneth" },
                        { "type": "FamilyName", "value": "Decerqueira" },
                    ],
                    "validFrom": "2020-03-01",
                }],
                "birthDate": [{ "value": "1965-07-08" }],
            },
        },
    });
    assert_eq!(json!(world.core_identity(&answer)), expected);
    assert_eq!(answer[claim("passport")][0]["documentNumber"], "321654987");
    assert_eq!(answer.get(claim("drivingPermit")), None, "none was shown");
    assert_eq!(answer.get(claim("returnCode")), None);
}

#[test]
fn when_identity_claims_are_asked_for_then_only_those_are_told() {
    let mut world = world_of("dafydd");
    for asked in [
        &["coreIdentityJWT"][..],
        &["passport", "address"],
        &["returnCode"],
    ] {
        let claims = world.asking_identity("P2", asked);
        let code = world.code_for(&claims);
        let tokens = world.tokens(&code).body_json();
        let answer = world
            .userinfo(tokens["access_token"].as_str().unwrap())
            .body_json();
        let told: Vec<&String> = answer
            .as_object()
            .unwrap()
            .keys()
            .filter(|k| k.contains("/v1/"))
            .collect();
        let mut expected: Vec<String> = asked.iter().map(|short| claim(short)).collect();
        expected.sort();
        assert_eq!(told, expected.iter().collect::<Vec<_>>());
    }
    // Without a level of identity the claims may be asked for, and nothing is told.
    let mut claims = world.asking_identity("P2", &["address"]);
    claims["vtr"] = json!(["Cl.Cm"]);
    let code = world.code_for(&claims);
    let tokens = world.tokens(&code).body_json();
    let answer = world
        .userinfo(tokens["access_token"].as_str().unwrap())
        .body_json();
    assert_eq!(answer.get(claim("address")), None);
    // A claim that the client did not register is refused, and so is a level.
    let narrow = registration_with(json!({ "claims": ["address"], "client_locs": ["P0", "P1"] }));
    let mut world = World::with(&[narrow]);
    let header = world.header();
    for (level, asked, ends) in [
        ("P1", &["address"][..], "access_denied"),
        ("P1", &["passport"], "invalid_request"),
        ("P2", &["address"], "invalid_request"),
    ] {
        world.provider.set_automatic(Persona::find("mo"));
        let claims = world.asking_identity(level, asked);
        assert_eq!(
            described(&world.authorize(&header, &claims)),
            ends,
            "{level} {asked:?}"
        );
    }
}

#[test]
fn when_a_person_changed_names_then_all_names_and_dates_of_birth_are_told() {
    let mut world = world_of("olivia");
    let answer = world.identity("P2");
    let core_identity = world.core_identity(&answer);
    let current: Vec<&Value> = names(&core_identity)
        .iter()
        .filter(|n| n.get("validUntil").is_none())
        .collect();
    assert_eq!(names(&core_identity).len(), 3);
    assert_eq!(
        current.len(),
        1,
        "one name is that of today, and it need not stand first"
    );
    assert_ne!(current[0], &names(&core_identity)[0]);
    assert_eq!(current[0]["nameParts"].as_array().unwrap().len(), 4);
    let addresses = answer[claim("address")].as_array().unwrap();
    assert_eq!(
        (&addresses[0]["postalCode"], &addresses[1]["validUntil"]),
        (&json!("HP16 0AL"), &json!("2022-01-01"))
    );

    let mut world = world_of("gwen");
    let answer = world.identity("P2");
    let core_identity = world.core_identity(&answer);
    let births = core_identity["vc"]["credentialSubject"]["birthDate"]
        .as_array()
        .unwrap();
    assert_eq!(
        (births.len(), &births[0]["value"]),
        (3, &json!("1964-11-06"))
    );
}

#[test]
fn when_an_identity_has_long_values_then_they_are_told_whole() {
    let mut world = world_of("ngozi");
    let answer = world.identity("P2");
    let core_identity = world.core_identity(&answer);
    let parts = names(&core_identity)[0]["nameParts"].as_array().unwrap();
    assert_eq!(parts.len(), 8);
    assert!(
        parts
            .iter()
            .any(|part| part["value"].as_str().unwrap().contains('𠮷'))
    );
    assert!(Value::from(parts.clone()).to_string().len() > 700);

    let mut world = world_of("tomos");
    let answer = world.identity("P2");
    let addresses = answer[claim("address")].as_array().unwrap();
    assert_eq!(addresses.len(), 20);
    assert!(
        addresses[0].get("validUntil").is_none()
            && addresses[1..].iter().all(|a| a["validUntil"].is_string())
    );
    assert!(
        answer[claim("address")].to_string().len() > 8_000,
        "more than a header may carry"
    );

    let mut world = world_of("ines");
    let answer = world.identity("P2");
    let address = &answer[claim("address")][0];
    assert_eq!(
        (&address["addressCountry"], &address["addressRegion"]),
        (&json!("PT"), &json!("Estremadura"))
    );
    assert_eq!(answer[claim("passport")][0]["icaoIssuerCode"], "PRT");
}

#[test]
fn when_a_person_has_return_codes_then_they_are_told_in_the_answer() {
    let codes = |persona: &str, level: &str| {
        let mut world = world_of(persona);
        let answer = world.identity(level);
        (
            answer[claim("returnCode")].clone(),
            answer.get(claim("coreIdentityJWT")).is_some(),
        )
    };
    assert_eq!(
        codes("farah", "P1"),
        (
            json!([{ "code": "A" }, { "code": "D" }, { "code": "V" }]),
            false
        )
    );
    assert_eq!(codes("mo", "P2"), (json!([{ "code": "N" }]), false));
    assert_eq!(codes("vera", "P2"), (json!([{ "code": "C" }]), true));
    assert_eq!(codes("dafydd", "P2"), (json!([]), true));
    assert_eq!(codes("kenneth", "P2"), (Value::Null, true));

    let mut world = world_of("farah");
    let order = Request::post_form("/control/return-codes", r#"{"codes":["X","Z"]}"#);
    assert_eq!(world.send(&order).status, 200);
    assert_eq!(
        world.identity("P2")[claim("returnCode")],
        json!([{ "code": "X" }, { "code": "Z" }])
    );
    world.send(&Request::post_form(
        "/control/return-codes",
        r#"{"codes":null}"#,
    ));
    assert_eq!(world.identity("P2")[claim("returnCode")][0]["code"], "A");
    for wrong in [r#"{"codes":"X"}"#, r#"{"codes":[7]}"#] {
        assert_eq!(
            world
                .send(&Request::post_form("/control/return-codes", wrong))
                .status,
            400
        );
    }
}

#[test]
fn when_a_level_is_asked_for_then_it_is_told_only_if_the_person_reached_it() {
    for (persona, asked, reached) in [
        ("kenneth", "P2", Some("P2")),
        ("kenneth", "P1", Some("P1")),
        ("amal", "P1", Some("P1")),
        ("amal", "P2", None),
        ("mo", "P1", None),
    ] {
        let mut world = world_of(persona);
        let answer = world.identity(asked);
        let vot = answer
            .get(claim("coreIdentityJWT"))
            .map(|token| parsed(token).claims["vot"].clone());
        assert_eq!(vot, reached.map(Value::from), "{persona} {asked}");
        // Without the return codes a failure is an error.
        let (header, claims) = (
            world.header(),
            world.asking_identity(asked, &["coreIdentityJWT"]),
        );
        let expected = if reached.is_some() {
            "code"
        } else {
            "access_denied"
        };
        assert_eq!(
            described(&world.authorize(&header, &claims)),
            expected,
            "{persona} {asked}"
        );
    }
}

#[test]
fn when_a_persona_is_listed_then_it_has_a_note_and_a_well_formed_identity() {
    let text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    for persona in &PERSONAS {
        assert!(
            persona.note.iter().all(|note| !note.is_empty()),
            "{}",
            persona.id
        );
        let Some(identity) = &persona.identity else {
            continue;
        };
        let proved = (identity.proved)();
        for name in proved.names.as_array().unwrap() {
            let parts = name["nameParts"].as_array().unwrap();
            assert!(
                parts.iter().all(|p| text(&p["type"]) && text(&p["value"])),
                "{}",
                persona.id
            );
            assert_eq!(
                parts.last().unwrap()["type"],
                "FamilyName",
                "{}",
                persona.id
            );
        }
        let births = proved.birth_dates.as_array().unwrap();
        assert!(
            births
                .iter()
                .all(|b| b["value"].as_str().unwrap().len() == 10),
            "{}",
            persona.id
        );
        for address in proved.addresses.as_array().unwrap() {
            let mut members = address.as_object().unwrap().iter();
            // One Login sends a UPRN as a number, and members without a value as empty texts or null.
            let is_known = |(name, value): (&String, &Value)| match name.as_str() {
                "uprn" => value.is_u64() || value.is_null(),
                _ => value.is_string() || value.is_null(),
            };
            assert!(members.all(is_known), "{}", persona.id);
        }
    }
}
