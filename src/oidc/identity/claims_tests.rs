use serde_json::json;

use super::*;

fn read(claim: Claim, value: Value) -> Result<Received, Refusal> {
    let answer = json!({ "sub": "subject", claim.name(): value });
    Received::read(&Object::parse(answer.to_string().as_bytes()).unwrap())
}

fn claim(claim: Claim, value: Value) -> Value {
    read(claim, value).unwrap().claims[claim.released_as()].clone()
}

fn name(given: &str, until: Option<&str>) -> Value {
    json!({
        "nameParts": [
            { "type": "GivenName", "value": given },
            { "type": "FamilyName", "value": "Ŵyn" },
            { "type": "GivenName", "value": "second" },
        ],
        "validFrom": "2000-01-01",
        "validUntil": until,
        "unknown": [1, { "a": null }],
    })
}

fn birth() -> Value {
    json!([{ "value": "1970-01-01" }, { "value": "1970-01-02", "validFrom": null }])
}

#[test]
fn when_a_claim_is_named_then_configuration_and_provider_use_the_same_name() {
    for claim in Claim::ALL {
        let (_, short) = claim.name().rsplit_once('/').unwrap();
        assert_eq!(Claim::parse(short), Some(claim));
        assert!(claim.name().starts_with("https://vocab.account.gov.uk/v1/"));
    }
    assert_eq!(Claim::parse("coreIdentity"), None);
    assert_eq!(Claim::ALL.map(|claim| claim as usize), [0, 1, 2, 3, 4]);
}

#[test]
fn when_a_person_has_several_names_then_the_current_one_comes_first() {
    let names = [
        name("older", Some("1999-01-01")),
        name("current", None),
        name("old", Some("2001-01-01")),
    ];
    let subject = json!({ "name": names, "birthDate": birth(), "unknown": true });
    let read = core_identity(&subject).unwrap();
    assert_eq!(read["name"], json!([names[1], names[0], names[2]]));
    assert_eq!(read["birthDate"], birth());
    assert_eq!(read["unknown"], true);
}

#[test]
fn t55_when_a_name_has_unusual_letters_then_it_is_kept_unchanged() {
    for odd in [
        "Siân\r\nSet-Cookie: a=b;,\u{0}",
        "\u{202e}\u{1f600}\u{1f469}\u{200d}\u{1f680}",
        "王\u{301}",
        &"é".repeat(10_000),
    ] {
        let subject = json!({ "name": [name(odd, None)], "birthDate": birth() });
        assert_eq!(core_identity(&subject), Some(subject));
    }
}

#[test]
fn rejects_a_subject_without_whole_names_and_dates() {
    let with = |pointer: &str, value: Value| {
        let mut subject = json!({ "name": [name("a", None)], "birthDate": birth() });
        *subject.pointer_mut(pointer).unwrap() = value;
        core_identity(&subject)
    };
    assert!(with("/name/0/validFrom", Value::Null).is_some());
    for (pointer, value) in [
        ("", json!([])),
        ("/name", json!({})),
        ("/name", json!([])),
        ("/name", json!(["a"])),
        ("/name", json!(vec![name("a", None); MAX_ENTRIES + 1])),
        ("/name/0/nameParts", json!([])),
        ("/name/0/nameParts", Value::Null),
        ("/name/0/nameParts/0/value", json!("")),
        ("/name/0/nameParts/0/value", json!(7)),
        ("/name/0/nameParts/0/type", Value::Null),
        ("/name/0/validUntil", json!(false)),
        ("/birthDate", json!([])),
        ("/birthDate/0/value", Value::Null),
        ("/birthDate/1/value", json!(1970)),
        ("/birthDate/1/value", json!("1965-02-30")),
    ] {
        assert_eq!(with(pointer, value), None, "{pointer}");
    }
}

#[test]
fn rejects_a_date_of_birth_that_is_no_day_of_the_calendar() {
    for day in [
        "1964-11-06",
        "2000-02-29",
        "1996-02-29",
        "1900-02-28",
        "1970-12-31",
    ] {
        assert!(is_day(day), "{day}");
    }
    for odd in [
        "",
        "1964",
        "1964-11",
        "1964-11-6",
        "1964-11-06-",
        "1964-11-06T",
        "64-11-06",
        "1964-13-01",
        "1964-00-01",
        "1964-11-00",
        "1964-11-31",
        "1900-02-29",
        "1965-02-29",
        "+964-11-06",
        "1964-+1-06",
        "06-11-1964",
        "1964/11/06",
        "１９６４-11-06",
    ] {
        assert!(!is_day(odd), "{odd}");
    }
}

#[test]
fn when_addresses_are_read_then_every_member_stays_and_current_ones_come_first() {
    let old =
        json!({ "uprn": 10_002_345_923_u64, "postalCode": "BH12 1JY", "validUntil": "2022-01-01" });
    let current = json!({
        "uprn": "10022812929", "addressCountry": "FR", "addressRegion": null, "validFrom": "",
        "validUntil": null, "somethingNew": { "a": [1] },
    });
    let other = json!({ "streetName": "RUE É" });
    let read = claim(Claim::Address, json!([old, current, other]));
    assert_eq!(read, json!([current, other, old]));
}

#[test]
fn rejects_documents_and_return_codes_that_are_no_lists_of_objects() {
    let passport =
        json!([{ "documentNumber": "1", "icaoIssuerCode": "GBR", "expiryDate": "2030-01-01" }]);
    assert_eq!(claim(Claim::Passport, passport.clone()), passport);
    let permit = json!([{ "personalNumber": "A", "issueNumber": null, "issuedBy": "DVLA" }]);
    assert_eq!(claim(Claim::DrivingPermit, permit.clone()), permit);
    let codes = json!([{ "code": "N" }, { "code": "new one" }]);
    assert_eq!(claim(Claim::ReturnCode, codes.clone()), codes);
    for (claim, odd) in [
        (Claim::Passport, json!({})),
        (Claim::Passport, json!("1")),
        (Claim::Passport, json!([{ "documentNumber": 1 }])),
        (Claim::DrivingPermit, json!([{ "issueNumber": 23 }])),
        (Claim::Address, json!([[]])),
        (Claim::Address, json!([{ "uprn": true }])),
        (Claim::ReturnCode, json!([{}])),
        (Claim::ReturnCode, json!([{ "code": "" }])),
        (Claim::CoreIdentityJwt, json!({ "name": [] })),
    ] {
        assert_eq!(read(claim, odd).unwrap_err(), Refusal::UserinfoMalformed);
    }
}

#[test]
fn when_an_identity_claim_is_absent_then_it_stays_absent() {
    for nothing in [
        json!({ "sub": "a" }),
        json!({ Claim::Address.name(): null }),
    ] {
        let answer = Object::parse(nothing.to_string().as_bytes()).unwrap();
        let read = Received::read(&answer).unwrap();
        assert!(read.core_identity.is_none() && read.claims.is_empty());
    }
}
