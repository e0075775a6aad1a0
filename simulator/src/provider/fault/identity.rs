//! Faults in the identity claims of the userinfo answer, the core identity token's own apart.

use serde_json::{Value, json};

use super::kind::fault_kind;
use crate::jose::{Object, at_hash};
use crate::keys::{SigningKey, random_id, random_uuid};
use crate::provider::logout_token::{EVENT, TYP};
use crate::provider::settings::CLAIM_PREFIX;

fault_kind! {
    /// An identity claim is wrong.
    IdentityFault {
        /// No core identity, and no return code either.
        CoreMissing = "identity-core-missing",
        /// No core identity, but every other claim.
        CoreAloneMissing = "identity-core-alone-missing",
        /// The core identity is null.
        CoreNull = "identity-core-null",
        /// The core identity is empty.
        CoreEmpty = "identity-core-empty",
        /// The core identity is a number.
        CoreNotText = "identity-core-not-text",
        /// The core identity is an array that holds the right one.
        CoreInArray = "identity-core-in-array",
        /// The core identity is the JSON object that the token should hold.
        CoreUnsigned = "identity-core-unsigned",
        /// The core identity is followed by two hundred kilobytes.
        CoreLong = "identity-core-long",
        /// An ID token of the same person in place of the core identity.
        CoreIsIdToken = "identity-core-is-id-token",
        /// A logout token of the same person in place of the core identity.
        CoreIsLogoutToken = "identity-core-is-logout-token",
        /// An access token in place of the core identity.
        CoreIsAccessToken = "identity-core-is-access-token",
        /// A return code together with a core identity.
        CodeBesideCore = "identity-code-beside-core",
        /// Return codes instead of every other claim.
        CodesOnly = "identity-codes-only",
        /// An empty list of return codes instead of every other claim.
        CodesEmpty = "identity-codes-empty",
        /// Instead of every other claim, return codes that are one object.
        CodesNotArray = "identity-codes-not-array",
        /// Instead of every other claim, a return code that is a number.
        CodeNotText = "identity-code-not-text",
        /// Instead of every other claim, a return code with markup and a line end.
        CodeHostile = "identity-code-hostile",
        /// Instead of every other claim, a thousand return codes.
        CodesMany = "identity-codes-many",
        /// The addresses are null.
        AddressNull = "identity-address-null",
        /// The addresses are one object.
        AddressNotArray = "identity-address-not-array",
        /// No address in the list.
        AddressEmpty = "identity-address-empty",
        /// The list holds text.
        AddressNotObject = "identity-address-not-object",
        /// A member of an address is a number.
        AddressMemberNotText = "identity-address-member-not-text",
        /// An address with an unknown member, which the client must keep.
        AddressUnknownMember = "identity-address-unknown-member",
        /// A street with markup, a line end and a change of direction.
        AddressHostile = "identity-address-hostile",
        /// Two hundred addresses: more than any header can carry.
        AddressMany = "identity-address-many",
        /// The passports are one object.
        PassportNotArray = "identity-passport-not-array",
        /// A passport's number is a number.
        PassportMemberNotText = "identity-passport-member-not-text",
        /// A passport's number with markup and a line end.
        PassportHostile = "identity-passport-hostile",
        /// The driving licences are one object.
        DrivingPermitNotArray = "identity-driving-permit-not-array",
        /// A driving licence with markup and a line end in its address.
        DrivingPermitHostile = "identity-driving-permit-hostile",
        /// A claim that the request did not ask for: a National Insurance number.
        Unasked = "identity-unasked",
    }
}

/// Text that must never be shown, sent or logged as it is.
const HOSTILE: &str = "</textarea><script>alert(1)</script>\r\nSet-Cookie: planted=1\u{202e}";

/// Spoils the identity claims among the members of a good answer. `token_key` signs ID tokens and logout tokens.
pub fn apply(fault: IdentityFault, members: &mut Object, token_key: &SigningKey, now: i64) {
    use IdentityFault as F;
    let name = |short: &str| format!("{CLAIM_PREFIX}{short}");
    let said =
        |members: &Object, short: &str| members.get(&name(short)).cloned().unwrap_or_default();
    let core = said(members, "coreIdentityJWT");
    let address = said(members, "address");
    let mut set = |short: &str, value: Value| {
        members.insert(name(short), value);
    };
    match fault {
        F::CoreNull => set("coreIdentityJWT", Value::Null),
        F::CoreEmpty => set("coreIdentityJWT", json!("")),
        F::CoreNotText => set("coreIdentityJWT", json!(7)),
        F::CoreInArray => set("coreIdentityJWT", json!([core])),
        F::CoreUnsigned => set("coreIdentityJWT", claims_of(&core)),
        F::CoreLong => {
            let long = format!(
                "{}{}",
                core.as_str().unwrap_or_default(),
                "A".repeat(200_000)
            );
            set("coreIdentityJWT", json!(long));
        }
        F::CoreIsIdToken | F::CoreIsLogoutToken | F::CoreIsAccessToken => {
            set(
                "coreIdentityJWT",
                json!(other_token(fault, &claims_of(&core), token_key, now)),
            );
        }
        F::CodeBesideCore => set("returnCode", json!([{ "code": "C" }])),
        F::AddressNull => set("address", Value::Null),
        F::AddressNotArray => set("address", address[0].clone()),
        F::AddressEmpty => set("address", json!([])),
        F::AddressNotObject => set("address", json!(["8 HADLEY ROAD"])),
        F::AddressMemberNotText => set("address", changed(address, "buildingNumber", json!(8))),
        F::AddressUnknownMember => set("address", changed(address, "what3words", json!("a.b.c"))),
        F::AddressHostile => set("address", changed(address, "streetName", json!(HOSTILE))),
        F::AddressMany => set("address", Value::Array(vec![address[0].clone(); 200])),
        F::PassportNotArray => set("passport", json!({ "documentNumber": "321654987" })),
        F::PassportMemberNotText => set("passport", json!([{ "documentNumber": 321_654_987 }])),
        F::PassportHostile => set("passport", json!([{ "documentNumber": HOSTILE }])),
        F::DrivingPermitNotArray => set(
            "drivingPermit",
            json!({ "personalNumber": "DOE99802085J99FG" }),
        ),
        F::DrivingPermitHostile => set("drivingPermit", json!([{ "fullAddress": HOSTILE }])),
        F::Unasked => set(
            "socialSecurityRecord",
            json!([{ "personalNumber": "QQ123456C" }]),
        ),
        F::CoreAloneMissing => {
            members.remove(&name("coreIdentityJWT"));
        }
        F::CoreMissing
        | F::CodesOnly
        | F::CodesEmpty
        | F::CodesNotArray
        | F::CodeNotText
        | F::CodeHostile
        | F::CodesMany => {
            members.retain(|member, _| !member.starts_with(CLAIM_PREFIX));
            if let Some(codes) = codes(fault) {
                members.insert(name("returnCode"), codes);
            }
        }
    }
}

/// The return codes that are left of an identity that was not proved.
fn codes(fault: IdentityFault) -> Option<Value> {
    use IdentityFault as F;
    match fault {
        F::CodesOnly => Some(json!([{ "code": "A" }, { "code": "V" }])),
        F::CodesEmpty => Some(json!([])),
        F::CodesNotArray => Some(json!({ "code": "A" })),
        F::CodeNotText => Some(json!([{ "code": 7 }])),
        F::CodeHostile => Some(json!([{ "code": HOSTILE }])),
        F::CodesMany => Some(Value::Array(vec![json!({ "code": "A" }); 1_000])),
        _ => None,
    }
}

/// The list with one member of its first object changed.
fn changed(mut list: Value, name: &str, value: Value) -> Value {
    list[0][name] = value;
    list
}

/// The payload of a token that the provider made.
fn claims_of(token: &Value) -> Value {
    let token = token.as_str().and_then(crate::jose::Unverified::parse);
    token.map_or(Value::Null, |token| Value::Object(token.claims))
}

/// A token of another kind of the same person, as good as the provider can make it.
fn other_token(fault: IdentityFault, core: &Value, key: &SigningKey, now: i64) -> String {
    let mut claims = json!({
        "iss": core["iss"], "sub": core["sub"], "aud": core["aud"], "iat": now, "exp": now + 120,
    });
    let mut header: &[(&str, &str)] = &[];
    let kind = match fault {
        IdentityFault::CoreIsIdToken => json!({
            "at_hash": at_hash(&random_id()), "sid": random_id(), "nonce": random_id(), "vot": "Cl.Cm",
            "vtm": core["vtm"], "auth_time": now,
        }),
        IdentityFault::CoreIsLogoutToken => {
            header = &[("typ", TYP)];
            json!({ "jti": random_uuid(), "events": { EVENT: {} } })
        }
        _ => {
            json!({ "client_id": core["aud"], "scope": ["openid"], "sid": random_id(), "jti": random_id() })
        }
    };
    if let (Some(claims), Value::Object(kind)) = (claims.as_object_mut(), kind) {
        claims.extend(kind);
    }
    key.token(header, &claims.as_object().cloned().unwrap_or_default())
}
