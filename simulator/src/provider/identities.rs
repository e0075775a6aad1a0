//! The results of identity checks, in the shape in which the provider gives it.
//!
//! Everything here is data of the documented shapes (`provider.md` 5): names and addresses with the times in which they were
//! valid, dates of birth with the likeliest first, documents. An absent member was not found out.

use serde_json::{Value, json};

/// The identity of one person.
#[derive(Debug, Clone)]
pub struct Proved {
    /// `name` of the core identity: objects of `nameParts`, `validFrom` and `validUntil`, each of the last two as `YYYY-MM-DD`.
    pub names: Value,
    /// `birthDate` of the core identity: objects with a `value` as `YYYY-MM-DD`.
    pub birth_dates: Value,
    /// The addresses, current and previous.
    pub addresses: Value,
    /// The passports that were shown.
    pub passports: Option<Value>,
    /// The driving licences that were shown.
    pub driving_permits: Option<Value>,
}

/// A name of given names, in order, and a family name, without times.
fn name(given: &[&str], family: &str) -> Value {
    let part = |kind: &str, value: &str| json!({ "type": kind, "value": value });
    let parts = given.iter().map(|value| part("GivenName", value));
    json!({ "nameParts": parts.chain([part("FamilyName", family)]).collect::<Value>() })
}

/// The same object with more members.
fn with(mut object: Value, members: &[(&str, &str)]) -> Value {
    for (name, value) in members {
        object[*name] = json!(value);
    }
    object
}

/// A person with one name and one date of birth, whose address is all that is known besides.
fn plain(given: &[&str], family: &str, birth_date: &str, postal_code: &str) -> Proved {
    Proved {
        names: json!([with(name(given, family), &[("validFrom", "2020-03-01")])]),
        birth_dates: json!([{ "value": birth_date }]),
        addresses: json!([{
            "buildingNumber": "8", "streetName": "HADLEY ROAD", "postalCode": postal_code, "addressLocality": "BATH",
            "addressCountry": "GB", "validFrom": "2000-01-01",
        }]),
        passports: None,
        driving_permits: None,
    }
}

fn passport(number: &str) -> Option<Value> {
    Some(json!([{ "documentNumber": number, "icaoIssuerCode": "GBR", "expiryDate": "2035-07-08" }]))
}

fn driving_permit(number: &str, address: &str) -> Option<Value> {
    Some(json!([{
        "personalNumber": number, "expiryDate": "2035-07-08", "issueNumber": "23", "issuedBy": "DVLA",
        "issueDate": "2025-07-08", "fullAddress": address,
    }]))
}

/// One name, one date of birth, one address, a passport.
pub fn kenneth() -> Proved {
    Proved {
        passports: passport("321654987"),
        ..plain(&["Kenneth"], "Decerqueira", "1965-07-08", "BA2 5AA")
    }
}

/// Letters outside ASCII, and a driving licence.
pub fn sian() -> Proved {
    Proved {
        driving_permits: driving_permit("WYNLU952280SE9AB", "8 HADLEY ROAD BATH CF10 3NQ"),
        ..plain(
            &["Siân", "Éowyn"],
            "Ŵyn-Łukasiewicz",
            "1990-02-28",
            "CF10 3NQ",
        )
    }
}

/// A lower level, with a driving licence.
pub fn amal() -> Proved {
    Proved {
        driving_permits: driving_permit("RAHMA012311A99BC", "8 HADLEY ROAD BATH LS1 4AP"),
        ..plain(&["Amal"], "Rahman", "2001-12-31", "LS1 4AP")
    }
}

/// Three names, one after the other, of which the current one is last; and a former address.
pub fn olivia() -> Proved {
    let names = json!([
        with(
            name(&["Olivia", "Jane"], "Hughes"),
            &[("validUntil", "2011-06-04")]
        ),
        with(
            name(&["Olivia", "Jane"], "O’Donnell"),
            &[("validFrom", "2011-06-04"), ("validUntil", "2020-03-01")]
        ),
        with(
            name(&["Olivia", "Jane", "Hughes"], "Okafor-O’Donnell"),
            &[("validFrom", "2020-03-01")]
        ),
    ]);
    Proved {
        names,
        addresses: json!([
            {
                "uprn": 10_022_812_929_i64, "subBuildingName": "FLAT 5", "buildingName": "WEST LEA", "buildingNumber": "16",
                "dependentStreetName": "KINGS PARK", "streetName": "HIGH STREET",
                "doubleDependentAddressLocality": "EREWASH", "dependentAddressLocality": "LONG EATON",
                "addressLocality": "GREAT MISSENDEN", "postalCode": "HP16 0AL", "addressCountry": "GB",
                "validFrom": "2022-01-01",
            },
            {
                "uprn": 10_002_345_923_i64, "buildingName": "SAWLEY MARINA", "streetName": "INGWORTH ROAD",
                "dependentAddressLocality": "LONG EATON", "addressLocality": "NOTTINGHAM", "postalCode": "BH12 1JY",
                "addressCountry": "GB", "validUntil": "2022-01-01",
            },
        ]),
        passports: passport("654321987"),
        ..plain(&[], "", "1985-05-17", "")
    }
}

/// Three dates of birth.
pub fn gwen() -> Proved {
    Proved {
        birth_dates: json!([{ "value": "1964-11-06" }, { "value": "1964-06-11" }, { "value": "1946-11-06" }]),
        passports: passport("987321654"),
        ..plain(&["Gwenllian"], "Pugh", "", "SY23 3BU")
    }
}

/// Long names in several scripts, two of them written from right to left, and one beyond the basic plane.
pub fn ngozi() -> Proved {
    let given = [
        "Ngọ́zi-Chukwuemeka-Oluwaseun-Adéọlá-Ìfẹ́olúwa",
        "Александра-Вениаминовна-Константинополь",
        "محمد-عبدالرحمن-عبدالعزيز-الزهراء",
        "Ἀριστοτέλης-Παπαδόπουλος-Θεοφύλακτος",
        "明美・さくら・ヴィクトリア・クリスティーナ",
        "רבקה־שושנה־אביגיל",
        "𠮷𠮷𠮷𠮷 सरस्वती-चंद्रशेखर-वेंकटरमण",
    ];
    let family = "Wolfeschlegelsteinhausenbergerdorff-Þórðardóttir-Nguyễn-Đặng-ʻŌkina-Ƙwàrááráfá";
    Proved {
        names: json!([name(&given, family)]),
        passports: passport("456789123"),
        ..plain(&[], "", "1979-02-28", "M1 1AE")
    }
}

/// Twenty addresses, of which the first is the current one, each with every member that an address can have.
pub fn tomos() -> Proved {
    let address = |number: i32| {
        let (from, until) = (2025 - number, 2026 - number);
        let mut address = json!({
            "uprn": 10_022_810_000 + i64::from(number), "organisationName": "CYMDEITHAS TAI GOGLEDD CYMRU",
            "departmentName": "ADRAN TAI", "subBuildingName": format!("FFLAT {number}"), "buildingName": "TŶ’R YSGOL",
            "buildingNumber": number.to_string(), "dependentStreetName": "MAES Y DDERWEN",
            "streetName": "STRYD FAWR", "doubleDependentAddressLocality": "RHOSLLANNERCHRUGOG",
            "dependentAddressLocality": "PONCIAU", "addressLocality": "WRECSAM", "postalCode": "LL14 1RW",
            "addressCountry": "GB", "validFrom": format!("{from}-04-01"),
        });
        if number > 1 {
            address["validUntil"] = json!(format!("{until}-04-01"));
        }
        address
    };
    Proved {
        addresses: (1..=20).map(address).collect(),
        passports: passport("741852963"),
        ..plain(&["Tomos", "Rhys"], "Llewelyn", "1958-08-30", "")
    }
}

/// An address abroad: a region, a postal code of another form, an empty building number, and members without a value.
pub fn ines() -> Proved {
    Proved {
        addresses: json!([{
            "buildingName": "Edifício Açucena, 4.º Esq.", "streetName": "Praça Dom João da Câmara", "postalCode": "1200-147",
            "addressLocality": "Lisboa", "addressRegion": "Estremadura", "addressCountry": "PT",
            "buildingNumber": "", "organisationName": "", "departmentName": null, "uprn": null,
            "validFrom": "2019-09-01", "validUntil": "",
        }]),
        passports: Some(json!([{
            "documentNumber": "CA123456", "icaoIssuerCode": "PRT", "expiryDate": "2031-01-31",
        }])),
        ..plain(&["Inês", "Maria"], "da Conceição", "1992-10-05", "")
    }
}

/// A passport and a driving licence.
pub fn dafydd() -> Proved {
    Proved {
        passports: passport("159263487"),
        driving_permits: driving_permit("IORWE708144D99XY", "8 HADLEY ROAD BATH SA1 3SN"),
        ..plain(&["Dafydd"], "Iorwerth", "1974-08-14", "SA1 3SN")
    }
}

/// Like Kenneth, with another name.
pub fn vera() -> Proved {
    Proved {
        passports: passport("963258741"),
        ..plain(&["Vera"], "Castellanos", "1988-01-20", "G2 1DU")
    }
}

/// Found out at a Post Office.
pub fn ivor() -> Proved {
    Proved {
        passports: passport("852147963"),
        ..plain(&["Ivor"], "Bevan", "1951-03-01", "CF44 7AB")
    }
}
