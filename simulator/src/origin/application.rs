//! An application form, filled in from what was proved about a person.
//!
//! Every field may stay empty: a service that cannot fill in a field asks for it.

use serde_json::Value;

use crate::origin::claims::Claims;

/// The fields of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Application {
    /// The given names of the current name, in order.
    pub given_names: String,
    /// The family names of the current name.
    pub family_name: String,
    /// The date of birth as day, month and year.
    pub birth_date: Option<[String; 3]>,
    /// The current address, line by line.
    pub address: Vec<String>,
}

/// The members of an address that share a line, line by line, in the order in which they are written.
const LINES: [&[&str]; 9] = [
    &["departmentName", "organisationName"],
    &["subBuildingName", "buildingName"],
    &["buildingNumber", "dependentStreetName", "streetName"],
    &["doubleDependentAddressLocality"],
    &["dependentAddressLocality"],
    &["addressLocality"],
    &["addressRegion"],
    &["postalCode"],
    &["addressCountry"],
];

impl Application {
    /// Takes what there is: the first name, which is the current one, the first date of birth, which is the likeliest, and the
    /// current address.
    pub fn filled_from(claims: &Claims) -> Self {
        let core = claims.core_identity.as_ref().unwrap_or(&Value::Null);
        let name = &core["name"][0];
        Self {
            given_names: parts(name, "GivenName"),
            family_name: parts(name, "FamilyName"),
            birth_date: core["birthDate"][0]["value"].as_str().and_then(date),
            address: claims.address.as_ref().map(lines).unwrap_or_default(),
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn parts(name: &Value, kind: &str) -> String {
    let parts = list(&name["nameParts"]).iter();
    let values = parts
        .filter(|part| part["type"] == kind)
        .filter_map(|part| part["value"].as_str());
    values.collect::<Vec<_>>().join(" ")
}

/// `YYYY-MM-DD` as the three fields of a date, without leading zeros, as people type them.
fn date(text: &str) -> Option<[String; 3]> {
    let mut numbers = text.split('-').map(|part| part.parse::<u16>().ok());
    let (year, month, day) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let plausible =
        numbers.next().is_none() && (1..=12).contains(&month) && (1..=31).contains(&day);
    plausible.then(|| [day, month, year].map(|number| number.to_string()))
}

/// The address that has no end, or else the first. A member that is not text is left out.
fn lines(addresses: &Value) -> Vec<String> {
    let addresses = list(addresses);
    let current = addresses
        .iter()
        .find(|address| address.get("validUntil").is_none())
        .or(addresses.first())
        .unwrap_or(&Value::Null);
    let line = |members: &&[&str]| {
        let values = members.iter().filter_map(|name| current[*name].as_str());
        values
            .filter(|value| !value.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    LINES
        .iter()
        .map(line)
        .filter(|line| !line.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims(core_identity: Value, address: Value) -> Claims {
        Claims {
            core_identity: Some(core_identity),
            address: Some(address),
            ..Claims::default()
        }
    }

    #[test]
    fn when_a_person_has_several_names_and_addresses_then_the_current_ones_are_taken() {
        let part = |kind: &str, value: &str| json!({ "type": kind, "value": value });
        let core = json!({
            "name": [
                { "nameParts": [part("GivenName", "Olivia"), part("PatronymicName", "x"), part("GivenName", "Jane"),
                    part("FamilyName", "O’Donnell")] },
                { "nameParts": [part("GivenName", "Before")], "validUntil": "2020-03-01" },
            ],
            "birthDate": [{ "value": "1964-11-06" }, { "value": "1946-11-06" }],
        });
        let address = json!([
            { "streetName": "OLD ROAD", "validUntil": "2022-01-01" },
            { "buildingNumber": "8", "streetName": "HADLEY ROAD", "addressLocality": "BATH", "postalCode": "BA2 5AA",
                "uprn": 100, "addressCountry": "GB" },
        ]);
        let filled = Application::filled_from(&claims(core, address));
        assert_eq!(filled.given_names, "Olivia Jane");
        assert_eq!(filled.family_name, "O’Donnell");
        assert_eq!(
            filled.birth_date,
            Some(["6", "11", "1964"].map(str::to_owned))
        );
        assert_eq!(filled.address, ["8 HADLEY ROAD", "BATH", "BA2 5AA", "GB"]);
    }

    #[test]
    fn when_an_identity_claim_is_not_as_documented_then_its_field_stays_empty() {
        let empty = Application::default();
        for (core, address) in [
            (json!(null), json!(null)),
            (json!("x"), json!({ "0": 1 })),
            (json!({ "name": {}, "birthDate": "1964-11-06" }), json!([])),
            (
                json!({ "name": [7], "birthDate": [{ "value": "1964-13-06" }] }),
                json!([7]),
            ),
            (
                json!({ "name": [{ "nameParts": [{ "type": "GivenName", "value": 7 }] }], "birthDate": [{ "value": "6-11" }] }),
                json!([{ "streetName": 7, "postalCode": "" }]),
            ),
        ] {
            assert_eq!(Application::filled_from(&claims(core, address)), empty);
        }
        assert_eq!(Application::filled_from(&Claims::default()), empty);
    }
}
