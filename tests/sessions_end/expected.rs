//! The outcome of each fault of a notification: one match without a wildcard. So a fault that is
//! added to the simulator needs an expectation here.

use simulator::provider::fault::logout_token::NotificationFault;

/// The status that the provider gets, and the label that the operator reads.
pub const fn expected(fault: NotificationFault) -> (u16, &'static str) {
    use NotificationFault as F;
    match fault {
        F::TypOtherCase
        | F::TypWithApplication
        | F::AudArrayOfOne
        | F::EventsExtraMember
        | F::SidPresent
        | F::IgnoredClaim
        | F::Charset => (200, "stored"),
        F::AlgNone
        | F::AlgNoneCapital
        | F::AlgNoneUpper
        | F::AlgNoneMixed
        | F::Hs256Pem
        | F::Hs256Der
        | F::Hs256Jwk => (400, "algorithm_not_allowed"),
        F::AlgRs256 => (400, "algorithm_mismatch"),
        F::SignedByStranger | F::SignatureTampered => (400, "signature_invalid"),
        F::KidMissing => (400, "key_id_missing"),
        // The copy of the keys is younger than a minute.
        F::KidUnknown => (503, "key_not_yet_known"),
        F::TypMissing => (400, "type_missing"),
        F::TypJwt | F::TypOther => (400, "wrong_type"),
        F::IsIdToken => (400, "events_invalid"),
        F::IssOther => (400, "issuer_mismatch"),
        F::AudMissing | F::AudOther | F::AudLonger | F::AudArrayWithExtra => {
            (400, "audience_mismatch")
        }
        F::IatMissing | F::IatFuture => (400, "issued_at_invalid"),
        F::ExpMissing | F::ExpPast | F::ExpFar | F::IatOld => (400, "expired"),
        F::SubMissing | F::SubEmpty => (400, "subject_invalid"),
        F::SubNotText | F::JtiNotText => (400, "claims_malformed"),
        F::EventsMissing
        | F::EventsNull
        | F::EventsArray
        | F::EventsOther
        | F::EventsValueNotObject => (400, "events_invalid"),
        F::NoncePresent => (400, "nonce_present"),
        F::JtiMissing | F::JtiEmpty => (400, "token_id_invalid"),
        F::Twice | F::Empty => (400, "not_one_token"),
        F::JsonBody => (400, "content_type"),
        F::OneMegabyte => (413, "too_large"),
        F::Get => (405, ""),
    }
}
