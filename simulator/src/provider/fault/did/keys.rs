//! Faults of one key of the document.

use serde_json::Value;

use super::names::{DidFault, OTHER};
use crate::jose::{Object, b64, unb64};

/// Breaks one key.
pub fn method_of(fault: DidFault, method: &mut Object) {
    use DidFault as F;
    let id = method.get("id").and_then(Value::as_str).unwrap_or_default();
    let fragment = id.rsplit('#').next().unwrap_or_default().to_owned();
    let mut set = |name: &str, value: &str| method.insert(name.to_owned(), value.into());
    match fault {
        F::KeyIdFragmentAlone => set("id", &fragment),
        F::KeyIdOther => set("id", &format!("{OTHER}#{fragment}")),
        F::ControllerOther => set("controller", OTHER),
        F::TypeOther => set("type", "Ed25519VerificationKey2020"),
        F::KeyIdMissing => method.remove("id"),
        F::ControllerMissing => method.remove("controller"),
        _ => {
            if let Some(key) = method
                .get_mut("publicKeyJwk")
                .and_then(Value::as_object_mut)
            {
                key_of(fault, key);
            }
            None
        }
    };
}

/// Breaks the numbers of one key, or what it says about itself.
fn key_of(fault: DidFault, key: &mut Object) {
    use DidFault as F;
    let x = key
        .get("x")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let mut set = |name: &str, value: String| key.insert(name.to_owned(), value.into());
    match fault {
        F::AlgOther => set("alg", "ES512".to_owned()),
        F::UseEnc => set("use", "enc".to_owned()),
        F::CurveOther => set("crv", "P-384".to_owned()),
        F::KindOther => set("kty", "OKP".to_owned()),
        F::PrivateMember => set("d", b64([1; 32])),
        F::CoordinatePadded => set("x", format!("{x}=")),
        F::CoordinateShort => {
            let bytes = unb64(&x).unwrap_or_default();
            set("x", b64(bytes.get(1..).unwrap_or_default()))
        }
        F::OffCurve | F::ZeroPoint => {
            let byte = if fault == F::OffCurve { 1 } else { 0 };
            set("y", b64([byte; 32]));
            set("x", b64([byte; 32]))
        }
        // The last case takes `alg` away.
        _ => key.remove("alg"),
    };
}
