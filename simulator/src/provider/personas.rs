//! The people who can sign in at the simulation. Each shows one thing that a service must cope with.

use crate::jose::{b64_padded, sha256};

/// One made-up person.
#[derive(Debug)]
pub struct Persona {
    /// The name used on command lines and by tests.
    pub id: &'static str,
    /// The name shown on the sign-in page.
    pub name: &'static str,
    /// What this person is for, shown beside the name.
    pub note: &'static str,
    /// Whether the person goes through with it; otherwise the answer is `access_denied`.
    pub signs_in: bool,
    /// The e-mail address, and whether it is confirmed.
    pub email: (&'static str, bool),
    /// The telephone number, and whether it is confirmed.
    pub phone: Option<(&'static str, bool)>,
    /// The proved identity, for people who have one.
    pub identity: Option<Identity>,
}

/// What an identity check found out about a person.
#[derive(Debug)]
pub struct Identity {
    /// The highest level reached: `P1` or `P2`.
    pub level: &'static str,
    /// The given names, in order.
    pub given_names: &'static [&'static str],
    /// The family name.
    pub family_name: &'static str,
    /// The date of birth.
    pub birth_date: &'static str,
    /// The postcode of the current address.
    pub postal_code: &'static str,
    /// The number of the passport, if one was shown.
    pub passport: Option<&'static str>,
    /// The number of the driving licence, if one was shown.
    pub driving_permit: Option<&'static str>,
}

/// Everybody, in the order of the sign-in page.
pub static PERSONAS: [Persona; 5] = [
    Persona {
        id: "kenneth",
        name: "Kenneth Decerqueira",
        note: "e-mail and telephone confirmed, identity proved with a passport",
        signs_in: true,
        email: ("kenneth@example.gov.uk", true),
        phone: Some(("+447700900000", true)),
        identity: Some(Identity {
            level: "P2",
            given_names: &["Kenneth"],
            family_name: "Decerqueira",
            birth_date: "1965-07-08",
            postal_code: "BA2 5AA",
            passport: Some("321654987"),
            driving_permit: None,
        }),
    },
    Persona {
        id: "sian",
        name: "Siân Ŵyn-Łukasiewicz",
        note: "letters outside ASCII in the name and in the e-mail address",
        signs_in: true,
        email: ("siân.ŵyn@enghraifft.cymru", true),
        phone: Some(("+447700900001", true)),
        identity: Some(Identity {
            level: "P2",
            given_names: &["Siân", "Éowyn"],
            family_name: "Ŵyn-Łukasiewicz",
            birth_date: "1990-02-28",
            postal_code: "CF10 3NQ",
            passport: None,
            driving_permit: Some("WYNLU952280SE9AB"),
        }),
    },
    Persona {
        id: "amal",
        name: "Amal Rahman",
        note: "the telephone number is not confirmed; identity at a lower level",
        signs_in: true,
        email: ("amal@example.gov.uk", true),
        phone: Some(("+447700900002", false)),
        identity: Some(Identity {
            level: "P1",
            given_names: &["Amal"],
            family_name: "Rahman",
            birth_date: "2001-12-31",
            postal_code: "LS1 4AP",
            passport: None,
            driving_permit: Some("RAHMA012311A99BC"),
        }),
    },
    Persona {
        id: "mo",
        name: "Mo O'Neill",
        note: "no telephone number and no identity check",
        signs_in: true,
        email: ("mo.o'neill+licences@example.gov.uk", true),
        phone: None,
        identity: None,
    },
    Persona {
        id: "declan",
        name: "Declan Thomas",
        note: "declines: the service is told access_denied",
        signs_in: false,
        email: ("declan@example.gov.uk", true),
        phone: None,
        identity: None,
    },
];

impl Persona {
    /// The person of this name.
    pub fn find(id: &str) -> Option<&'static Self> {
        PERSONAS.iter().find(|p| p.id == id)
    }

    /// The identifier of this person for one sector: another sector gets another, so that services cannot compare notes.
    pub fn subject(&self, sector: &str) -> String {
        let digest = sha256(format!("simulated-pairwise-subject\n{sector}\n{}", self.id));
        format!("urn:fdc:gov.uk:2022:{}", b64_padded(digest))
    }

    /// The wallet's own identifier for this person, which is pairwise too.
    pub fn wallet_subject(&self, sector: &str) -> String {
        let digest = sha256(format!("simulated-wallet-subject\n{sector}\n{}", self.id));
        format!("urn:fdc:wallet.account.gov.uk:2024:{}", b64_padded(digest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_pairwise_and_shaped_like_the_real_ones() {
        let subjects: std::collections::BTreeSet<String> = PERSONAS
            .iter()
            .flat_map(|p| [p.subject("a.example"), p.subject("b.example")])
            .collect();
        assert_eq!(subjects.len(), PERSONAS.len() * 2);
        assert!(
            subjects
                .iter()
                .all(|s| s.len() == "urn:fdc:gov.uk:2022:".len() + 44)
        );
    }
}
