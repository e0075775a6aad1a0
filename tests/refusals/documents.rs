//! The outcome of a fault in one of the provider's documents, when no copy is stored yet.

use simulator::provider::fault::documents::{DiscoveryFault, JwksFault};

use crate::expected::{Expected, LATER, Refused, refused, untrusted};

/// There is no attempt yet: the sign-in does not even begin.
const fn not_begun(lines: &'static [&'static str]) -> Expected {
    Expected::Refused(Refused {
        status: 503,
        heading: LATER,
        lines,
        attempt_over: true,
    })
}

pub fn discovery(fault: DiscoveryFault) -> Expected {
    use DiscoveryFault as F;
    const END: &str = "sign_in_start: documents_unavailable";
    match fault {
        // The product itself decides which features it uses, so a changed document weakens nothing.
        F::NoPkce | F::NoStore => Expected::SignedIn,
        F::Status403
        | F::Status404
        | F::Status429
        | F::Status500
        | F::Status503
        | F::Page
        | F::Redirect
        | F::Truncated
        | F::InArray
        | F::TokenMissing
        | F::TokenTwice => not_begun(&["document_refused: document_malformed", END]),
        F::Huge | F::GzipBomb | F::FiftyMegabytes => {
            not_begun(&["document_not_fetched: too_large", END])
        }
        F::CutShort | F::Reset => not_begun(&["document_not_fetched: unreachable", END]),
        F::Hang | F::Drip => not_begun(&["document_not_fetched: timed_out", END]),
        F::IssuerOther | F::IssuerNoSlash | F::IssuerMissing => {
            not_begun(&["document_refused: document_issuer_mismatch", END])
        }
        F::JwksElsewhere
        | F::TokenElsewhere
        | F::UserinfoElsewhere
        | F::AuthorizeElsewhere
        | F::TokenMetadataHost
        | F::TokenUserInfoTrick => not_begun(&["document_refused: endpoint_not_allowed", END]),
    }
}

pub fn jwks(fault: JwksFault) -> Expected {
    use JwksFault as F;
    const END: &str = "callback: documents_unavailable";
    match fault {
        // The edge skips a key that it cannot use; the good keys of the document still work.
        F::NoStore | F::BadKeysBeside => Expected::SignedIn,
        F::Status403
        | F::Status404
        | F::Status429
        | F::Status500
        | F::Page
        | F::Redirect
        | F::Truncated
        | F::InArray
        | F::KeysTwice
        | F::Empty
        | F::NotArray
        | F::UseEnc
        | F::AlgOther
        | F::KidMissing => refused(503, LATER, &["document_refused: document_malformed", END]),
        F::CutShort | F::Reset => refused(503, LATER, &["document_not_fetched: unreachable", END]),
        F::Huge | F::ManyKeys | F::GzipBomb | F::FiftyMegabytes => {
            refused(503, LATER, &["document_not_fetched: too_large", END])
        }
        F::Hang | F::Drip => refused(503, LATER, &["document_not_fetched: timed_out", END]),
        F::SigningKeyMissing | F::KidTwice | F::PrivateMember => {
            untrusted(&["unknown_key: id_token", "callback: key_unknown"])
        }
        F::OffCurve => untrusted(&["callback: signature_invalid"]),
    }
}
