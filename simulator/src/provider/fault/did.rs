//! Faults of the DID document.

mod keys;
mod names;

use serde_json::{Value, json};

use super::transport;
use crate::http::{Delivery, Response};
use crate::jose::b64;
use keys::method_of;
use names::OTHER;

pub use names::DidFault;

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
