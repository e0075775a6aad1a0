//! The outcome of each fault of the provider in an identity: one exhaustive match for each kind,
//! without a wildcard. So a fault that is added to the simulator needs an expectation here.

use simulator::provider::fault::Fault;
use simulator::provider::fault::core_claims::CoreClaimFault;
use simulator::provider::fault::core_form::CoreFormFault;
use simulator::provider::fault::did::DidFault;
use simulator::provider::fault::identity::IdentityFault;

/// How a request for an identity ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The identity is proved: the fault is allowed, or the service judges it.
    Proved,
    /// No identity was proved, and the page says so.
    NotProved(&'static str),
    /// A page of a fault is shown.
    Refused {
        /// The status.
        status: u16,
        /// The log lines, in order.
        lines: &'static [&'static str],
    },
}

const fn refused(status: u16, lines: &'static [&'static str]) -> Expected {
    Expected::Refused { status, lines }
}

/// The provider's answer cannot be trusted.
const fn untrusted(lines: &'static [&'static str]) -> Expected {
    refused(502, lines)
}

/// `None` for faults that a plain sign-in meets as well: tests/refusals.rs goes through these.
pub fn expected(fault: Fault) -> Option<Expected> {
    match fault {
        Fault::Identity(fault) => Some(identity(fault)),
        Fault::CoreClaim(fault) => Some(core_claim(fault)),
        Fault::CoreForm(fault) => Some(core_form(fault)),
        Fault::Did(fault) => Some(did(fault)),
        Fault::Claim(_)
        | Fault::Form(_)
        | Fault::Token(_)
        | Fault::Userinfo(_)
        | Fault::Discovery(_)
        | Fault::Jwks(_)
        | Fault::Authorisation(_)
        | Fault::Notification(_) => None,
    }
}

fn identity(fault: IdentityFault) -> Expected {
    use IdentityFault as F;
    match fault {
        // The service gets each value as text, unknown members are kept, and a member that is
        // null is left out.
        F::CodeBesideCore
        | F::AddressNull
        | F::AddressEmpty
        | F::AddressUnknownMember
        | F::AddressHostile
        | F::PassportHostile
        | F::DrivingPermitHostile
        | F::Unasked => Expected::Proved,
        F::CoreMissing
        | F::CoreAloneMissing
        | F::CoreNull
        | F::CodesOnly
        | F::CodesEmpty
        | F::CodeHostile => Expected::NotProved("not_proved"),
        F::CoreEmpty => untrusted(&["callback: token_malformed"]),
        F::CoreLong => refused(503, &["callback: userinfo_too_large"]),
        F::CoreIsIdToken | F::CoreIsAccessToken => {
            untrusted(&["callback: key_controller_mismatch"])
        }
        F::CoreIsLogoutToken => untrusted(&["callback: wrong_type"]),
        F::CoreNotText
        | F::CoreInArray
        | F::CoreUnsigned
        | F::CodesNotArray
        | F::CodeNotText
        | F::CodesMany
        | F::AddressNotArray
        | F::AddressNotObject
        | F::AddressMemberNotText
        | F::AddressMany
        | F::PassportNotArray
        | F::PassportMemberNotText
        | F::DrivingPermitNotArray => untrusted(&["callback: userinfo_malformed"]),
    }
}

fn core_claim(fault: CoreClaimFault) -> Expected {
    use CoreClaimFault as F;
    match fault {
        // Half an hour after `iat` is the limit, whatever `exp` says. `nbf` adds nothing to `iat`.
        // The service judges when a name was valid, and which characters a name may hold.
        F::AudArrayOfOne
        | F::ExpFar
        | F::NbfMissing
        | F::UnknownClaim
        | F::NameOnlyPast
        | F::NamePartTypeUnknown
        | F::NamePartHostile
        | F::NameUnknownMember => Expected::Proved,
        F::VotLower => Expected::NotProved("level_too_low"),
        F::IssMissing
        | F::IssNoSlash
        | F::IssOtherCase
        | F::IssOtherScheme
        | F::IssOtherPort
        | F::IssOtherEnvironment
        | F::IssOfIdTokens => untrusted(&["callback: issuer_mismatch"]),
        F::AudMissing
        | F::AudNotText
        | F::AudOther
        | F::AudLonger
        | F::AudEmptyArray
        | F::AudArrayWithExtra => untrusted(&["callback: audience_mismatch"]),
        F::SubMissing | F::SubEmpty | F::SubNull => untrusted(&["callback: subject_invalid"]),
        F::SubOther | F::SubOtherCase => untrusted(&["callback: identity_subject_mismatch"]),
        F::ExpMissing | F::ExpPast | F::ExpNull | F::ExpBeforeIat | F::IatOld => {
            untrusted(&["callback: expired"])
        }
        F::IatMissing | F::IatFuture => untrusted(&["callback: issued_at_invalid"]),
        F::NbfFuture => untrusted(&["callback: not_yet_valid"]),
        F::VotMissing
        | F::VotNull
        | F::VotNone
        | F::VotHigher
        | F::VotUnknown
        | F::VotWithCredential
        | F::VotOtherCase => untrusted(&["callback: vector_mismatch"]),
        F::NoncePresent => untrusted(&["callback: nonce_present"]),
        F::EventsPresent => untrusted(&["callback: logout_token"]),
        F::NamePartLong => untrusted(&["callback: token_too_long"]),
        F::IssNotText
        | F::SubNotText
        | F::ExpText
        | F::ExpHuge
        | F::ExpNegative
        | F::IatText
        | F::NbfText
        | F::VotNotText
        | F::VcMissing
        | F::VcNotObject
        | F::SubjectMissing
        | F::NameMissing
        | F::NameEmpty
        | F::NameNotArray
        | F::NamePartsMissing
        | F::NamePartsEmpty
        | F::NamePartTypeMissing
        | F::NamePartNotText
        | F::BirthDateMissing
        | F::BirthDateEmpty
        | F::BirthDateNotArray
        | F::BirthDateImpossible
        | F::BirthDateNotText => untrusted(&["callback: claims_malformed"]),
    }
}

fn core_form(fault: CoreFormFault) -> Expected {
    use CoreFormFault as F;
    match fault {
        F::TypMissing => Expected::Proved,
        F::AlgNone
        | F::AlgNoneCapital
        | F::AlgNoneUpper
        | F::AlgNoneMixed
        | F::AlgEs384
        | F::Hs256Pem
        | F::Hs256Der
        | F::Hs256Jwk
        | F::Hs256Empty => untrusted(&["callback: algorithm_not_allowed"]),
        F::AlgRs256 => refused(500, &["callback: algorithm_mismatch"]),
        F::KidMissing | F::KidEmpty | F::KidLong => untrusted(&["callback: key_id_missing"]),
        F::KidControllerAlone
        | F::KidFragmentAlone
        | F::KidRelative
        | F::KidFragmentEmpty
        | F::KidTwoHashes
        | F::KidControllerOther
        | F::KidControllerPath
        | F::KidControllerCase
        | F::KidPath
        | F::KidQuery
        | F::KidAddress
        | F::TokenKeyAndKid => untrusted(&["callback: key_controller_mismatch"]),
        F::KidUnknown | F::KidSpace | F::TokenKeyOfController => UNKNOWN,
        F::TypLogout | F::TypAssertion => untrusted(&["callback: wrong_type"]),
        F::CritUnknown | F::B64False => untrusted(&["callback: header_extension"]),
        F::SignedByTokenKey
        | F::SignedByStranger
        | F::JwkInHeader
        | F::JkuInHeader
        | F::X5uInHeader
        | F::SignatureTampered
        | F::PayloadTampered
        | F::SignatureEmpty
        | F::SignatureZero
        | F::SignatureLonger
        | F::SignatureShorter
        | F::SignatureDer => untrusted(&["callback: signature_invalid"]),
        F::AlgMissing
        | F::AlgNull
        | F::KidNotText
        | F::SignaturePadded
        | F::LineEndAfter
        | F::TwoParts
        | F::FiveParts
        | F::JsonSerialised => untrusted(&["callback: token_malformed"]),
        F::SubTwice
        | F::DeeplyNested
        | F::PayloadArray
        | F::PayloadNotUtf8
        | F::PayloadByteOrderMark => untrusted(&["callback: claims_malformed"]),
    }
}

/// A key that the controller does not have is reported.
const UNKNOWN: Expected = untrusted(&["unknown_key: core_identity", "callback: key_unknown"]);

/// No isolate and no KV entry has a copy of the document yet.
fn did(fault: DidFault) -> Expected {
    use DidFault as F;
    const END: &str = "callback: documents_unavailable";
    match fault {
        // A key that cannot be used is passed over, and one that names no algorithm is for ES256.
        F::NoStore | F::ContentTypeText | F::BadKeysBeside | F::AlgMissing => Expected::Proved,
        F::Status403
        | F::Status404
        | F::Status429
        | F::Status500
        | F::Page
        | F::Redirect
        | F::RedirectWithin
        | F::EmptyBody
        | F::Truncated
        | F::InArray
        | F::NotUtf8
        | F::DeeplyNested
        | F::IdNotText
        | F::IdTwice
        | F::MethodsMissing
        | F::MethodsNotArray
        | F::MethodsTwice
        | F::MethodsOfOtherUse
        | F::MethodsByName
        | F::Empty
        | F::KeyIdMissing
        | F::KeyIdFragmentAlone
        | F::KeyIdOther
        | F::ControllerOther
        | F::ControllerMissing
        | F::TypeOther
        | F::AlgOther
        | F::UseEnc
        | F::CurveOther
        | F::KindOther
        | F::CoordinateShort
        | F::CoordinatePadded
        | F::PrivateMember => refused(503, &["document_refused: document_malformed", END]),
        F::IdOther | F::IdOtherCase | F::IdMissing => {
            refused(503, &["document_refused: document_issuer_mismatch", END])
        }
        F::Huge | F::FiftyMegabytes | F::GzipBomb | F::ManyKeys => {
            refused(503, &["document_not_fetched: too_large", END])
        }
        F::Hang | F::Drip => refused(503, &["document_not_fetched: timed_out", END]),
        F::CutShort | F::Reset => refused(503, &["document_not_fetched: unreachable", END]),
        F::SigningKeyMissing | F::KeyIdTwice => UNKNOWN,
        F::OffCurve | F::ZeroPoint => untrusted(&["callback: signature_invalid"]),
    }
}
