//! Faults of the DID document: their names.

use crate::provider::fault::kind::fault_kind;

fault_kind! {
    /// The DID document is wrong.
    DidFault {
        /// 403, as from the firewall.
        Status403 = "did-403",
        /// 404.
        Status404 = "did-404",
        /// 429.
        Status429 = "did-429",
        /// 500.
        Status500 = "did-500",
        /// 200 with a page.
        Page = "did-page",
        /// A redirect to another host.
        Redirect = "did-redirect",
        /// A redirect to another path of the same host.
        RedirectWithin = "did-redirect-within",
        /// 200 with an empty body.
        EmptyBody = "did-empty-body",
        /// Half of the body.
        Truncated = "did-truncated",
        /// Two megabytes.
        Huge = "did-huge",
        /// Fifty megabytes.
        FiftyMegabytes = "did-fifty-megabytes",
        /// Four mebibytes compressed to a few kilobytes.
        GzipBomb = "did-gzip-bomb",
        /// The object inside an array.
        InArray = "did-in-array",
        /// The document is not UTF-8.
        NotUtf8 = "did-not-utf8",
        /// A member that is a thousand arrays deep.
        DeeplyNested = "did-deeply-nested",
        /// No answer.
        Hang = "did-hang",
        /// The answer comes one byte a second.
        Drip = "did-drip",
        /// The connection breaks in the middle of the body.
        CutShort = "did-cut-short",
        /// The connection is reset instead of an answer.
        Reset = "did-reset",
        /// It may not be stored.
        NoStore = "did-no-store",
        /// The content type says text.
        ContentTypeText = "did-content-type-text",
        /// `id` of another host.
        IdOther = "did-id-other",
        /// `id` in capitals.
        IdOtherCase = "did-id-other-case",
        /// No `id`.
        IdMissing = "did-id-missing",
        /// `id` is an array that holds the right one.
        IdNotText = "did-id-not-text",
        /// `id` appears twice, first another host's.
        IdTwice = "did-id-twice",
        /// No `assertionMethod`.
        MethodsMissing = "did-methods-missing",
        /// `assertionMethod` is an object.
        MethodsNotArray = "did-methods-not-array",
        /// `assertionMethod` appears twice, first empty.
        MethodsTwice = "did-methods-twice",
        /// The key is in `authentication` instead of `assertionMethod`.
        MethodsOfOtherUse = "did-methods-of-other-use",
        /// `assertionMethod` holds names of keys that stand in `verificationMethod`.
        MethodsByName = "did-methods-by-name",
        /// No key.
        Empty = "did-empty",
        /// Ten thousand keys before the good one.
        ManyKeys = "did-many-keys",
        /// Keys that must be ignored stand before the good one: of other kinds, not even objects.
        BadKeysBeside = "did-bad-keys-beside",
        /// The key with which core identities are signed is replaced by another.
        SigningKeyMissing = "did-signing-key-missing",
        /// The same name a second time, with another key.
        KeyIdTwice = "did-key-id-twice",
        /// The key has no `id`.
        KeyIdMissing = "did-key-id-missing",
        /// The key's `id` is what should stand after the `#`.
        KeyIdFragmentAlone = "did-key-id-fragment-alone",
        /// The key's `id` has another host before the `#`.
        KeyIdOther = "did-key-id-other",
        /// The key's controller is another DID.
        ControllerOther = "did-controller-other",
        /// The key has no controller.
        ControllerMissing = "did-controller-missing",
        /// The key is of another type.
        TypeOther = "did-type-other",
        /// The key's `alg` is left out, which documentation samples do too.
        AlgMissing = "did-alg-missing",
        /// The key's `alg` is another.
        AlgOther = "did-alg-other",
        /// The key is for encryption.
        UseEnc = "did-use-enc",
        /// The key's curve is another.
        CurveOther = "did-curve-other",
        /// The key's kind is another.
        KindOther = "did-kind-other",
        /// The point is not on the curve.
        OffCurve = "did-off-curve",
        /// The point at infinity, as far as coordinates can say it.
        ZeroPoint = "did-zero-point",
        /// A coordinate has a byte too few.
        CoordinateShort = "did-coordinate-short",
        /// A coordinate is encoded with padding.
        CoordinatePadded = "did-coordinate-padded",
        /// The key has a private part.
        PrivateMember = "did-private-member",
    }
}

/// The DID of another host.
pub(super) const OTHER: &str = "did:web:identity.example";
