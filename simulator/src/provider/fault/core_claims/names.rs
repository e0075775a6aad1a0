//! Faults in the claims of the core identity token: their names.

use crate::provider::fault::kind::fault_kind;

fault_kind! {
    /// One claim of the core identity token is wrong.
    CoreClaimFault {
        /// No `iss`.
        IssMissing = "core-identity-iss-missing",
        /// `iss` is an array that holds the right issuer.
        IssNotText = "core-identity-iss-not-text",
        /// `iss` without its trailing slash.
        IssNoSlash = "core-identity-iss-no-slash",
        /// `iss` with the host in capitals.
        IssOtherCase = "core-identity-iss-other-case",
        /// `iss` with another scheme.
        IssOtherScheme = "core-identity-iss-other-scheme",
        /// `iss` with another port.
        IssOtherPort = "core-identity-iss-other-port",
        /// `iss` of the real integration environment.
        IssOtherEnvironment = "core-identity-iss-other-environment",
        /// `iss` is the issuer of the real integration environment's ID tokens.
        IssOfIdTokens = "core-identity-iss-of-id-tokens",
        /// No `aud`.
        AudMissing = "core-identity-aud-missing",
        /// `aud` is a number.
        AudNotText = "core-identity-aud-not-text",
        /// `aud` is another client.
        AudOther = "core-identity-aud-other",
        /// `aud` is the client id and one more character.
        AudLonger = "core-identity-aud-longer",
        /// `aud` is an empty array.
        AudEmptyArray = "core-identity-aud-empty-array",
        /// `aud` is an array of the client and another.
        AudArrayWithExtra = "core-identity-aud-array-with-extra",
        /// `aud` is an array with only the client. The specification allows it.
        AudArrayOfOne = "core-identity-aud-array-of-one",
        /// No `sub`.
        SubMissing = "core-identity-sub-missing",
        /// `sub` is empty.
        SubEmpty = "core-identity-sub-empty",
        /// `sub` is a number.
        SubNotText = "core-identity-sub-not-text",
        /// `sub` is null.
        SubNull = "core-identity-sub-null",
        /// `sub` is another person than the ID token and userinfo tell of.
        SubOther = "core-identity-sub-other",
        /// `sub` with a letter in another case.
        SubOtherCase = "core-identity-sub-other-case",
        /// No `exp`.
        ExpMissing = "core-identity-exp-missing",
        /// `exp` was ten minutes ago, and `iat` and `nbf` forty.
        ExpPast = "core-identity-exp-past",
        /// `exp` is a string of digits.
        ExpText = "core-identity-exp-text",
        /// `exp` is null.
        ExpNull = "core-identity-exp-null",
        /// `exp` is 1e308.
        ExpHuge = "core-identity-exp-huge",
        /// `exp` is negative.
        ExpNegative = "core-identity-exp-negative",
        /// `exp` is before `iat`, though still to come.
        ExpBeforeIat = "core-identity-exp-before-iat",
        /// `exp` is a year after `iat`, as in documentation samples. The client uses half an hour after `iat`.
        ExpFar = "core-identity-exp-far",
        /// No `iat`.
        IatMissing = "core-identity-iat-missing",
        /// `iat` is ten minutes ahead.
        IatFuture = "core-identity-iat-future",
        /// `iat` is 45 minutes ago, while `exp` is still to come.
        IatOld = "core-identity-iat-old",
        /// `iat` is a string of digits.
        IatText = "core-identity-iat-text",
        /// No `nbf`. It has nothing to say that `iat` does not.
        NbfMissing = "core-identity-nbf-missing",
        /// `nbf` is ten minutes ahead.
        NbfFuture = "core-identity-nbf-future",
        /// `nbf` is a string of digits.
        NbfText = "core-identity-nbf-text",
        /// No `vot`.
        VotMissing = "core-identity-vot-missing",
        /// `vot` is null.
        VotNull = "core-identity-vot-null",
        /// `vot` is an array that holds the right level.
        VotNotText = "core-identity-vot-not-text",
        /// `vot` is `P0`: no identity.
        VotNone = "core-identity-vot-none",
        /// `vot` is `P1`, the level below the usual one.
        VotLower = "core-identity-vot-lower",
        /// `vot` is `P3`, a level above every one that is asked for.
        VotHigher = "core-identity-vot-higher",
        /// `vot` is a level that does not exist.
        VotUnknown = "core-identity-vot-unknown",
        /// `vot` is a whole vector.
        VotWithCredential = "core-identity-vot-with-credential",
        /// `vot` is the level in a small letter.
        VotOtherCase = "core-identity-vot-other-case",
        /// A `nonce` and an `at_hash`, which make it look like an ID token.
        NoncePresent = "core-identity-nonce-present",
        /// An `events` claim, which makes it look like a logout token.
        EventsPresent = "core-identity-events-present",
        /// An unknown claim, which the client must ignore.
        UnknownClaim = "core-identity-unknown-claim",
        /// No `vc`.
        VcMissing = "core-identity-vc-missing",
        /// `vc` is text.
        VcNotObject = "core-identity-vc-not-object",
        /// No `credentialSubject`.
        SubjectMissing = "core-identity-subject-missing",
        /// No `name`.
        NameMissing = "core-identity-name-missing",
        /// `name` is an empty array.
        NameEmpty = "core-identity-name-empty",
        /// `name` is an object.
        NameNotArray = "core-identity-name-not-array",
        /// The only name ended years ago.
        NameOnlyPast = "core-identity-name-only-past",
        /// A name without `nameParts`.
        NamePartsMissing = "core-identity-name-parts-missing",
        /// A name whose `nameParts` are empty.
        NamePartsEmpty = "core-identity-name-parts-empty",
        /// A part of a name without a `type`.
        NamePartTypeMissing = "core-identity-name-part-type-missing",
        /// A part of a name with an unknown type, which the client must keep.
        NamePartTypeUnknown = "core-identity-name-part-type-unknown",
        /// A part of a name whose value is a number.
        NamePartNotText = "core-identity-name-part-not-text",
        /// A part of a name with markup, a line end and a change of direction.
        NamePartHostile = "core-identity-name-part-hostile",
        /// A part of a name of 20,000 characters.
        NamePartLong = "core-identity-name-part-long",
        /// A name with an unknown member, which the client must keep.
        NameUnknownMember = "core-identity-name-unknown-member",
        /// No `birthDate`.
        BirthDateMissing = "core-identity-birth-date-missing",
        /// `birthDate` is an empty array.
        BirthDateEmpty = "core-identity-birth-date-empty",
        /// `birthDate` is text.
        BirthDateNotArray = "core-identity-birth-date-not-array",
        /// A date of birth that is in no calendar.
        BirthDateImpossible = "core-identity-birth-date-impossible",
        /// A date of birth that is a number.
        BirthDateNotText = "core-identity-birth-date-not-text",
    }
}
