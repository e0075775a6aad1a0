//! Faults of what the credential says about the person.

use serde_json::{Value, json};

use super::names::CoreClaimFault;

/// A value that must never be shown, sent or logged as it is.
const HOSTILE: &str = "</textarea><script>alert(1)</script>\r\nSet-Cookie: planted=1\u{202e}";

/// Breaks what the credential says about the person.
pub fn subject_of(fault: CoreClaimFault, credential: &mut Value) {
    use CoreClaimFault as F;
    let remove = |object: &mut Value, name: &str| {
        if let Some(members) = object.as_object_mut() {
            members.remove(name);
        }
    };
    if fault == F::SubjectMissing {
        return remove(credential, "credentialSubject");
    }
    let subject = &mut credential["credentialSubject"];
    match fault {
        F::NameMissing => remove(subject, "name"),
        F::NameEmpty => subject["name"] = json!([]),
        F::NameNotArray => subject["name"] = subject["name"][0].take(),
        F::NameOnlyPast => {
            subject["name"][0]["validFrom"] = json!("1990-01-01");
            subject["name"][0]["validUntil"] = json!("2001-01-01");
        }
        F::NamePartsMissing => remove(&mut subject["name"][0], "nameParts"),
        F::NamePartsEmpty => subject["name"][0]["nameParts"] = json!([]),
        F::NamePartTypeMissing => remove(&mut subject["name"][0]["nameParts"][0], "type"),
        F::NamePartTypeUnknown => {
            subject["name"][0]["nameParts"][0]["type"] = json!("PatronymicName");
        }
        F::NamePartNotText => subject["name"][0]["nameParts"][0]["value"] = json!(7),
        F::NamePartHostile => subject["name"][0]["nameParts"][0]["value"] = json!(HOSTILE),
        F::NamePartLong => {
            subject["name"][0]["nameParts"][0]["value"] = json!("n".repeat(20_000));
        }
        F::NameUnknownMember => subject["name"][0]["script"] = json!("Latn"),
        F::BirthDateMissing => remove(subject, "birthDate"),
        F::BirthDateEmpty => subject["birthDate"] = json!([]),
        F::BirthDateNotArray => subject["birthDate"] = subject["birthDate"][0]["value"].take(),
        F::BirthDateImpossible => subject["birthDate"][0]["value"] = json!("1965-02-30"),
        F::BirthDateNotText => subject["birthDate"][0]["value"] = json!(19_650_708),
        // The caller asks for no others.
        _ => {}
    }
}
