//! Faults of the DID document.

mod keys;

use serde_json::{Value, json};

use super::{fault_kind, transport};
use crate::http::{Delivery, Response};
use crate::jose::b64;
use keys::method_of;

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

const OTHER: &str = "did:web:identity.example";

/// Spoils the good DID document.
pub fn apply(fault: DidFault, good: Response, canary: &str) -> Response {
    use DidFault as F;
    let did = good.body_json()["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let set = |good, name: &str, value| transport::member(good, name, Some(value));
    match fault {
        F::Status403 => transport::status(403),
        F::Status404 => transport::status(404),
        F::Status429 => transport::status(429),
        F::Status500 => transport::status(500),
        F::Page => transport::page(),
        F::Redirect => transport::redirect(canary),
        F::RedirectWithin => transport::redirect("/.well-known/another-did.json"),
        F::EmptyBody => good.with_body(""),
        F::Truncated => transport::truncated(good),
        F::Huge => transport::huge(good),
        F::FiftyMegabytes => transport::delivered(good, Delivery::FiftyMegabytes),
        F::GzipBomb => transport::gzip_bomb(good),
        F::InArray => transport::in_array(good),
        F::NotUtf8 => transport::not_utf8(good),
        F::DeeplyNested => transport::nested(good),
        F::Hang => transport::delivered(good, Delivery::Hang),
        F::Drip => transport::delivered(good, Delivery::Drip),
        F::CutShort => transport::delivered(good, Delivery::CutShort),
        F::Reset => transport::delivered(good, Delivery::Reset),
        F::NoStore => transport::header(good, "cache-control", Some("no-store")),
        F::ContentTypeText => transport::header(good, "content-type", Some("text/plain")),
        F::IdOther => set(good, "id", json!(OTHER)),
        F::IdOtherCase => set(good, "id", json!(did.to_uppercase())),
        F::IdMissing => transport::member(good, "id", None),
        F::IdNotText => set(good, "id", json!([did])),
        F::IdTwice => transport::raw_member_first(good, &format!(r#""id":"{OTHER}""#)),
        F::MethodsMissing => transport::member(good, "assertionMethod", None),
        F::MethodsTwice => transport::raw_member_first(good, r#""assertionMethod":[]"#),
        F::Empty => set(good, "assertionMethod", json!([])),
        F::MethodsNotArray | F::MethodsOfOtherUse | F::MethodsByName => {
            let mut document = good.body_json();
            elsewhere(fault, &mut document);
            good.with_body(document.to_string())
        }
        F::ManyKeys | F::BadKeysBeside | F::SigningKeyMissing | F::KeyIdTwice => {
            methods(good, |methods| among(fault, &did, methods))
        }
        F::KeyIdMissing
        | F::KeyIdFragmentAlone
        | F::KeyIdOther
        | F::ControllerOther
        | F::ControllerMissing
        | F::TypeOther
        | F::AlgMissing
        | F::AlgOther
        | F::UseEnc
        | F::CurveOther
        | F::KindOther
        | F::OffCurve
        | F::ZeroPoint
        | F::CoordinateShort
        | F::CoordinatePadded
        | F::PrivateMember => methods(good, |methods| {
            for method in methods.iter_mut().filter_map(Value::as_object_mut) {
                method_of(fault, method);
            }
        }),
    }
}

fn methods(good: Response, change: impl FnOnce(&mut Vec<Value>)) -> Response {
    let mut body = good.body_json();
    if let Some(methods) = body["assertionMethod"].as_array_mut() {
        change(methods);
    }
    good.with_body(body.to_string())
}

/// Moves the keys to where they should not be.
fn elsewhere(fault: DidFault, document: &mut Value) {
    let methods = document["assertionMethod"].take();
    match fault {
        DidFault::MethodsNotArray => document["assertionMethod"] = json!({ "0": methods[0] }),
        DidFault::MethodsOfOtherUse => {
            document["authentication"] = methods;
            document["assertionMethod"] = json!([]);
        }
        _ => {
            let names = methods.as_array().map(Vec::as_slice).unwrap_or_default();
            document["assertionMethod"] = names.iter().map(|m| m["id"].clone()).collect();
            document["verificationMethod"] = methods;
        }
    }
}

/// Adds other keys to the good one, or replaces it.
fn among(fault: DidFault, did: &str, methods: &mut Vec<Value>) {
    let method = |name: &str, key: Value| json!({ "id": format!("{did}#{name}"), "type": "JsonWebKey", "controller": did, "publicKeyJwk": key });
    let ec = |x: &str| json!({ "kty": "EC", "crv": "P-256", "x": x, "y": x, "alg": "ES256" });
    match fault {
        DidFault::ManyKeys => {
            let filler = |n| method(&format!("filler-{n}"), ec("AA"));
            methods.splice(0..0, (0..10_000).map(filler));
        }
        DidFault::BadKeysBeside => {
            let long = b64([0xff; 64]);
            let bad = [
                method("rsa", json!({ "kty": "RSA", "n": long, "e": "AQAB" })),
                method(
                    "curve",
                    json!({ "kty": "EC", "crv": "P-384", "x": long, "y": long }),
                ),
                method("oct", json!({ "kty": "oct", "k": long })),
                method("none", json!(null)),
                json!({ "id": 7 }),
                json!("not an object"),
                json!(null),
            ];
            methods.splice(0..0, bad);
        }
        DidFault::SigningKeyMissing => {
            // The coordinates of the curve's own base point: a key that is one, and not the right one.
            let base = json!({
                "kty": "EC", "crv": "P-256", "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
                "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU", "alg": "ES256",
            });
            *methods = vec![method(&"0".repeat(64), base)];
        }
        // The same name for a key whose coordinates are the other way round.
        _ => {
            let mut again = methods.clone();
            for method in &mut again {
                let key = &mut method["publicKeyJwk"];
                (key["x"], key["y"]) = (key["y"].clone(), key["x"].clone());
            }
            methods.extend(again);
        }
    }
}
