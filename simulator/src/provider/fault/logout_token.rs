//! Faults of logout notifications: their names, and which of them a careful client takes all the same.

use super::kind::fault_kind;

fault_kind! {
    /// A logout notification is made or sent wrongly, or unusually.
    NotificationFault {
        /// `alg` is `none`, and the signature is empty.
        AlgNone = "logout-token-alg-none",
        /// `alg` is `None`, and the signature is empty.
        AlgNoneCapital = "logout-token-alg-none-capital",
        /// `alg` is `NONE`, and the signature is empty.
        AlgNoneUpper = "logout-token-alg-none-upper",
        /// `alg` is `nOnE`, and the signature is empty.
        AlgNoneMixed = "logout-token-alg-none-mixed",
        /// HS256 with the public key's PEM as the secret.
        Hs256Pem = "logout-token-hs256-pem",
        /// HS256 with the public key's DER as the secret.
        Hs256Der = "logout-token-hs256-der",
        /// HS256 with the published JWK as the secret.
        Hs256Jwk = "logout-token-hs256-jwk",
        /// Signed well with the provider's RS256 key, which signs no logout token for any client.
        AlgRs256 = "logout-token-alg-rs256",
        /// Signed with a key that is not published, under the published `kid`.
        SignedByStranger = "logout-token-signed-by-stranger",
        /// One bit of the signature is changed.
        SignatureTampered = "logout-token-signature-tampered",
        /// No `kid`.
        KidMissing = "logout-token-kid-missing",
        /// A `kid` that is not published, another one each time.
        KidUnknown = "logout-token-kid-unknown",
        /// No `typ`, as in the conformance suite.
        TypMissing = "logout-token-typ-missing",
        /// `typ` is `JWT`.
        TypJwt = "logout-token-typ-jwt",
        /// `typ` is that of an access token.
        TypOther = "logout-token-typ-other",
        /// `typ` in capitals. Media types have no case.
        TypOtherCase = "logout-token-typ-other-case",
        /// `typ` with `application/` in front. The specification of tokens says that it means the same.
        TypWithApplication = "logout-token-typ-with-application",
        /// Another issuer.
        IssOther = "logout-token-iss-other",
        /// No `aud`.
        AudMissing = "logout-token-aud-missing",
        /// `aud` is another client.
        AudOther = "logout-token-aud-other",
        /// `aud` is the client id and one more character.
        AudLonger = "logout-token-aud-longer",
        /// `aud` is an array of the client and another.
        AudArrayWithExtra = "logout-token-aud-array-with-extra",
        /// `aud` is an array with only the client. The specification allows it.
        AudArrayOfOne = "logout-token-aud-array-of-one",
        /// No `exp`.
        ExpMissing = "logout-token-exp-missing",
        /// `exp` was ten minutes ago, and `iat` twelve.
        ExpPast = "logout-token-exp-past",
        /// `exp` is eleven minutes after `iat`.
        ExpFar = "logout-token-exp-far",
        /// No `iat`.
        IatMissing = "logout-token-iat-missing",
        /// `iat` is ten minutes ahead.
        IatFuture = "logout-token-iat-future",
        /// `iat` is a day ago, while `exp` is still to come.
        IatOld = "logout-token-iat-old",
        /// No `jti`.
        JtiMissing = "logout-token-jti-missing",
        /// `jti` is empty.
        JtiEmpty = "logout-token-jti-empty",
        /// `jti` is a number.
        JtiNotText = "logout-token-jti-not-text",
        /// No `sub`.
        SubMissing = "logout-token-sub-missing",
        /// `sub` is empty.
        SubEmpty = "logout-token-sub-empty",
        /// `sub` is a number.
        SubNotText = "logout-token-sub-not-text",
        /// No `events`.
        EventsMissing = "logout-token-events-missing",
        /// `events` is null.
        EventsNull = "logout-token-events-null",
        /// `events` is an array that holds the name of the right event.
        EventsArray = "logout-token-events-array",
        /// `events` holds another event only.
        EventsOther = "logout-token-events-other",
        /// `events` holds a second event. The specification allows it.
        EventsExtraMember = "logout-token-events-extra-member",
        /// The event's value is text instead of an object.
        EventsValueNotObject = "logout-token-events-value-not-object",
        /// A `nonce`, which makes it look like an ID token.
        NoncePresent = "logout-token-nonce-present",
        /// Both `sid` and `sub`. The specification allows it; this provider never does it.
        SidPresent = "logout-token-sid-present",
        /// An unknown claim, as in the conformance suite.
        IgnoredClaim = "logout-token-ignored-claim",
        /// An ID token of the same person in place of the logout token.
        IsIdToken = "logout-token-is-id-token",
        /// The parameter twice, with the same good token.
        Twice = "logout-token-twice",
        /// The token in a JSON body.
        JsonBody = "logout-token-json-body",
        /// The token in the query of a GET.
        Get = "logout-token-get",
        /// An empty body.
        Empty = "logout-token-empty",
        /// A good token in a body of one mebibyte.
        OneMegabyte = "logout-token-one-megabyte",
        /// The content type names its charset.
        Charset = "logout-token-charset",
    }
}

impl NotificationFault {
    /// Whether a careful client ends the session and answers 200. Everything else it refuses with a status of 4xx, and
    /// nothing ends.
    pub const fn is_accepted(self) -> bool {
        match self {
            Self::TypOtherCase
            | Self::TypWithApplication
            | Self::AudArrayOfOne
            | Self::EventsExtraMember
            | Self::SidPresent
            | Self::IgnoredClaim
            | Self::Charset => true,
            Self::AlgNone
            | Self::AlgNoneCapital
            | Self::AlgNoneUpper
            | Self::AlgNoneMixed
            | Self::Hs256Pem
            | Self::Hs256Der
            | Self::Hs256Jwk
            | Self::AlgRs256
            | Self::SignedByStranger
            | Self::SignatureTampered
            | Self::KidMissing
            | Self::KidUnknown
            | Self::TypMissing
            | Self::TypJwt
            | Self::TypOther
            | Self::IssOther
            | Self::AudMissing
            | Self::AudOther
            | Self::AudLonger
            | Self::AudArrayWithExtra
            | Self::ExpMissing
            | Self::ExpPast
            | Self::ExpFar
            | Self::IatMissing
            | Self::IatFuture
            | Self::IatOld
            | Self::JtiMissing
            | Self::JtiEmpty
            | Self::JtiNotText
            | Self::SubMissing
            | Self::SubEmpty
            | Self::SubNotText
            | Self::EventsMissing
            | Self::EventsNull
            | Self::EventsArray
            | Self::EventsOther
            | Self::EventsValueNotObject
            | Self::NoncePresent
            | Self::IsIdToken
            | Self::Twice
            | Self::JsonBody
            | Self::Get
            | Self::Empty
            | Self::OneMegabyte => false,
        }
    }
}
