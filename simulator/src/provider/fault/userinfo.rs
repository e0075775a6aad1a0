//! Faults of the userinfo endpoint, applied to a good answer.

use serde_json::json;

use super::kind::fault_kind;
use super::transport;
use crate::http::{Delivery, Response};
use crate::jose::b64;

fault_kind! {
    /// The userinfo endpoint answers wrongly.
    UserinfoFault {
        /// 400 with JSON, as for a client that no longer exists.
        Status400 = "userinfo-400",
        /// 401, as for an access token that is not valid.
        Status401 = "userinfo-401",
        /// 403, as from the firewall.
        Status403 = "userinfo-403",
        /// 429.
        Status429 = "userinfo-429",
        /// 500.
        Status500 = "userinfo-500",
        /// 503.
        Status503 = "userinfo-503",
        /// 200 with a page.
        Page = "userinfo-page",
        /// A redirect to another host, where the access token must not go.
        Redirect = "userinfo-redirect",
        /// 200 with an empty body.
        Empty = "userinfo-empty",
        /// Half of the body.
        Truncated = "userinfo-truncated",
        /// Two megabytes.
        Huge = "userinfo-huge",
        /// The object inside an array.
        InArray = "userinfo-in-array",
        /// The answer comes as a token, which the request did not ask for.
        Signed = "userinfo-signed",
        /// Another person's `sub`.
        SubOther = "userinfo-sub-other",
        /// No `sub`.
        SubMissing = "userinfo-sub-missing",
        /// `sub` is a number.
        SubNotText = "userinfo-sub-not-text",
        /// `sub` appears twice, first another person's.
        SubTwice = "userinfo-sub-twice",
        /// No `email`, although its scope was granted.
        EmailMissing = "userinfo-email-missing",
        /// `email` is a number.
        EmailNotText = "userinfo-email-not-text",
        /// `email` has 5,000 characters.
        EmailLong = "userinfo-email-long",
        /// `email` with a line end and a header after it.
        EmailLineEnd = "userinfo-email-line-end",
        /// `email` with characters that turn the reading direction, and an emoji.
        EmailBidirectional = "userinfo-email-bidirectional",
        /// `email_verified` is false.
        EmailUnverified = "userinfo-email-unverified",
        /// `email_verified` is the string `true`.
        EmailVerifiedText = "userinfo-email-verified-text",
        /// `phone_number` is not a telephone number.
        PhoneNotNumber = "userinfo-phone-not-number",
        /// The body is not UTF-8.
        NotUtf8 = "userinfo-not-utf8",
        /// The answer is a thousand levels deep in one member.
        DeeplyNested = "userinfo-deeply-nested",
        /// Four mebibytes compressed to a few kilobytes.
        GzipBomb = "userinfo-gzip-bomb",
        /// No answer.
        Hang = "userinfo-hang",
        /// The answer comes one byte a second.
        Drip = "userinfo-drip",
        /// The connection breaks in the middle of the body.
        CutShort = "userinfo-cut-short",
        /// The connection is reset instead of an answer.
        Reset = "userinfo-reset",
        /// Fifty megabytes.
        FiftyMegabytes = "userinfo-fifty-megabytes",
    }
}

/// Spoils a good userinfo answer.
pub fn apply(fault: UserinfoFault, good: Response, canary: &str) -> Response {
    let set = |good, name: &str, value| transport::member(good, name, Some(value));
    match fault {
        UserinfoFault::Status401 => unauthorised(),
        UserinfoFault::Status403 => transport::status(403),
        UserinfoFault::Status429 => transport::status(429),
        UserinfoFault::Status400 => Response::json(
            400,
            &json!({ "error": "invalid_client", "error_description": "Client not found" }),
        ),
        UserinfoFault::Status503 => transport::status(503),
        UserinfoFault::CutShort => transport::delivered(good, Delivery::CutShort),
        UserinfoFault::Reset => transport::delivered(good, Delivery::Reset),
        UserinfoFault::FiftyMegabytes => transport::delivered(good, Delivery::FiftyMegabytes),
        UserinfoFault::Status500 => transport::status(500),
        UserinfoFault::Page => transport::page(),
        UserinfoFault::Redirect => transport::redirect(canary),
        UserinfoFault::Empty => good.with_body(""),
        UserinfoFault::Truncated => transport::truncated(good),
        UserinfoFault::Huge => transport::huge(good),
        UserinfoFault::InArray => transport::in_array(good),
        UserinfoFault::Signed => signed(good),
        UserinfoFault::SubOther => set(good, "sub", json!("urn:fdc:gov.uk:2022:somebody-else")),
        UserinfoFault::SubMissing => transport::member(good, "sub", None),
        UserinfoFault::SubNotText => set(good, "sub", json!(7)),
        UserinfoFault::SubTwice => {
            transport::raw_member_first(good, r#""sub":"urn:fdc:gov.uk:2022:somebody-else""#)
        }
        UserinfoFault::EmailMissing => transport::member(good, "email", None),
        UserinfoFault::EmailNotText => set(good, "email", json!(7)),
        UserinfoFault::EmailLong => set(
            good,
            "email",
            json!(format!("{}@example.gov.uk", "e".repeat(4_985))),
        ),
        UserinfoFault::EmailLineEnd => set(
            good,
            "email",
            json!("a@example.gov.uk\r\nOne-Login-Assertion: forged"),
        ),
        UserinfoFault::EmailBidirectional => {
            set(good, "email", json!("\u{202e}ku.vog@\u{1f600}example"))
        }
        UserinfoFault::EmailUnverified => set(good, "email_verified", json!(false)),
        UserinfoFault::EmailVerifiedText => set(good, "email_verified", json!("true")),
        UserinfoFault::PhoneNotNumber => {
            set(good, "phone_number", json!("<script>alert(1)</script>"))
        }
        UserinfoFault::NotUtf8 => transport::not_utf8(good),
        UserinfoFault::DeeplyNested => transport::nested(good),
        UserinfoFault::GzipBomb => transport::gzip_bomb(good),
        UserinfoFault::Hang => transport::delivered(good, Delivery::Hang),
        UserinfoFault::Drip => transport::delivered(good, Delivery::Drip),
    }
}

fn unauthorised() -> Response {
    let challenge = r#"Bearer error="invalid_token", error_description="Invalid access token""#;
    Response::empty(401).with_header("www-authenticate", challenge)
}

fn signed(good: Response) -> Response {
    let token = format!("{}.{}.AAAA", b64(r#"{"alg":"ES256"}"#), b64(&good.body));
    transport::header(good, "content-type", Some("application/jwt")).with_body(token)
}
