//! The people who can sign in at the simulation. Each shows one thing that a service must cope with.

use crate::jose::{b64_padded, sha256};
use crate::provider::identities::{self, Proved};

/// One made-up person.
#[derive(Debug)]
pub struct Persona {
    /// The name used on command lines and by tests.
    pub id: &'static str,
    /// The name shown on the sign-in page.
    pub name: &'static str,
    /// The purpose of this persona, shown with the name, in English and in Welsh.
    pub note: [&'static str; 2],
    /// Whether the person goes through with it; otherwise the answer is `access_denied`.
    pub signs_in: bool,
    /// The e-mail address, and whether it is confirmed.
    pub email: (&'static str, bool),
    /// The telephone number, and whether it is confirmed.
    pub phone: Option<(&'static str, bool)>,
    /// The proved identity, for people who have one.
    pub identity: Option<Identity>,
    /// The letters of the return codes that an identity check ends with. `None` leaves the claim out; an empty list is sent.
    pub return_codes: Option<&'static [&'static str]>,
}

/// The identity that a person can prove.
#[derive(Debug)]
pub struct Identity {
    /// The highest level reached: `P1` or `P2`.
    pub level: &'static str,
    /// Whether it is found out at a Post Office, after the person has left.
    pub in_person: bool,
    /// The result of the check.
    pub proved: fn() -> Proved,
}

/// The usual person: signed in with a confirmed address and number, and without an identity.
const ANYBODY: Persona = Persona {
    id: "",
    name: "",
    note: ["", ""],
    signs_in: true,
    email: ("", true),
    phone: Some(("+447700900000", true)),
    identity: None,
    return_codes: None,
};

const fn reached(level: &'static str, proved: fn() -> Proved) -> Option<Identity> {
    Some(Identity {
        level,
        in_person: false,
        proved,
    })
}

/// Everybody, in the order of the sign-in page.
pub static PERSONAS: [Persona; 14] = [
    Persona {
        id: "kenneth",
        name: "Kenneth Decerqueira",
        note: [
            "e-mail and telephone confirmed, identity proved with a passport",
            "e-bost a ffôn wedi'u cadarnhau, hunaniaeth wedi'i phrofi â phasbort",
        ],
        email: ("kenneth@example.gov.uk", true),
        identity: reached("P2", identities::kenneth),
        ..ANYBODY
    },
    Persona {
        id: "sian",
        name: "Siân Ŵyn-Łukasiewicz",
        note: [
            "letters outside ASCII in the name and in the e-mail address",
            "llythrennau y tu allan i ASCII yn yr enw a'r cyfeiriad e-bost",
        ],
        email: ("siân.ŵyn@enghraifft.cymru", true),
        phone: Some(("+447700900001", true)),
        identity: reached("P2", identities::sian),
        ..ANYBODY
    },
    Persona {
        id: "amal",
        name: "Amal Rahman",
        note: [
            "the telephone number is not confirmed; identity at a lower level (P1)",
            "nid yw'r rhif ffôn wedi'i gadarnhau; hunaniaeth ar lefel is (P1)",
        ],
        email: ("amal@example.gov.uk", true),
        phone: Some(("+447700900002", false)),
        identity: reached("P1", identities::amal),
        ..ANYBODY
    },
    Persona {
        id: "mo",
        name: "Mo O'Neill",
        note: [
            "no telephone number and no identity check",
            "dim rhif ffôn a dim gwiriad hunaniaeth",
        ],
        email: ("mo.o'neill+licences@example.gov.uk", true),
        phone: None,
        return_codes: Some(&["N"]),
        ..ANYBODY
    },
    Persona {
        id: "declan",
        name: "Declan Thomas",
        note: [
            "declines: the service is told access_denied",
            "yn gwrthod: dywedir access_denied wrth y gwasanaeth",
        ],
        signs_in: false,
        email: ("declan@example.gov.uk", true),
        phone: None,
        ..ANYBODY
    },
    Persona {
        id: "olivia",
        name: "Olivia Okafor-O’Donnell",
        note: [
            "changed their name twice and moved house once",
            "wedi newid enw ddwywaith a symud tŷ unwaith",
        ],
        email: ("olivia@example.gov.uk", true),
        identity: reached("P2", identities::olivia),
        ..ANYBODY
    },
    Persona {
        id: "gwen",
        name: "Gwenllian Pugh",
        note: ["three dates of birth", "tri dyddiad geni"],
        email: ("gwen@example.gov.uk", true),
        identity: reached("P2", identities::gwen),
        ..ANYBODY
    },
    Persona {
        id: "ngozi",
        name: "Ngọ́zi Wolfeschlegelsteinhausenbergerdorff",
        note: [
            "long names in several scripts",
            "enwau hir mewn sawl ysgrifen",
        ],
        email: ("ngozi@example.gov.uk", true),
        identity: reached("P2", identities::ngozi),
        ..ANYBODY
    },
    Persona {
        id: "tomos",
        name: "Tomos Llewelyn",
        note: ["twenty addresses", "ugain cyfeiriad"],
        email: ("tomos@example.gov.uk", true),
        identity: reached("P2", identities::tomos),
        ..ANYBODY
    },
    Persona {
        id: "ines",
        name: "Inês da Conceição",
        note: [
            "an address and a passport from abroad",
            "cyfeiriad a phasbort o dramor",
        ],
        email: ("ines@example.gov.uk", true),
        identity: reached("P2", identities::ines),
        ..ANYBODY
    },
    Persona {
        id: "dafydd",
        name: "Dafydd Iorwerth",
        note: [
            "proved with a passport and a driving licence; an empty list of return codes",
            "wedi'i brofi â phasbort a thrwydded yrru; rhestr wag o godau dychwelyd",
        ],
        email: ("dafydd@example.gov.uk", true),
        identity: reached("P2", identities::dafydd),
        return_codes: Some(&[]),
        ..ANYBODY
    },
    Persona {
        id: "vera",
        name: "Vera Castellanos",
        note: [
            "identity proved, and return codes all the same",
            "hunaniaeth wedi'i phrofi, a chodau dychwelyd serch hynny",
        ],
        email: ("vera@example.gov.uk", true),
        identity: reached("P2", identities::vera),
        return_codes: Some(&["C"]),
        ..ANYBODY
    },
    Persona {
        id: "farah",
        name: "Farah Lindqvist",
        note: [
            "cannot prove their identity: several return codes",
            "yn methu profi pwy ydyn nhw: sawl cod dychwelyd",
        ],
        email: ("farah@example.gov.uk", true),
        return_codes: Some(&["A", "D", "V"]),
        ..ANYBODY
    },
    Persona {
        id: "ivor",
        name: "Ivor Bevan",
        note: [
            "proves their identity at a Post Office, and comes back later",
            "yn profi pwy ydyn nhw yn Swyddfa'r Post, ac yn dod yn ôl wedyn",
        ],
        email: ("ivor@example.gov.uk", true),
        identity: Some(Identity {
            level: "P2",
            in_person: true,
            proved: identities::ivor,
        }),
        ..ANYBODY
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
    fn when_two_sectors_ask_for_a_person_then_the_subjects_are_pairwise_and_well_formed() {
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
