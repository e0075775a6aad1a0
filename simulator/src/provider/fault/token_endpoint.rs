//! Faults of the token endpoint. The code is used up all the same: an honest answer was made first.

use serde_json::json;

use super::kind::fault_kind;
use super::transport;
use crate::http::{Delivery, Response};

fault_kind! {
    /// The token endpoint answers wrongly.
    TokenFault {
        /// 400 `invalid_grant`.
        InvalidGrant = "token-invalid-grant",
        /// 400 `invalid_grant` with the words that mean that the client's clock is wrong.
        AssertionExpired = "token-assertion-expired",
        /// 400 `invalid_client`.
        InvalidClient = "token-invalid-client",
        /// 400 `server_error`, which is how the provider says that it could not fetch the client's keys.
        ServerError = "token-server-error",
        /// 400 with a page instead of JSON.
        Status400Page = "token-400-page",
        /// 403, as from the firewall.
        Status403 = "token-403",
        /// 429.
        Status429 = "token-429",
        /// 500.
        Status500 = "token-500",
        /// 502 with a page, as from a gateway.
        Status502 = "token-502",
        /// 503.
        Status503 = "token-503",
        /// 200 with a page.
        Page = "token-page",
        /// A redirect to another host.
        Redirect = "token-redirect",
        /// 307 to another host, which would repeat the form there.
        Redirect307 = "token-redirect-307",
        /// 200 with an empty body.
        Empty = "token-empty",
        /// Half of the body.
        Truncated = "token-truncated",
        /// Two megabytes.
        Huge = "token-huge",
        /// The object inside an array.
        InArray = "token-in-array",
        /// No `id_token`.
        IdTokenMissing = "token-id-token-missing",
        /// `id_token` is null.
        IdTokenNull = "token-id-token-null",
        /// `id_token` appears twice, first wrong.
        IdTokenTwice = "token-id-token-twice",
        /// The access token in place of the ID token.
        IdTokenIsAccessToken = "token-id-token-is-access-token",
        /// No `access_token`.
        AccessTokenMissing = "token-access-token-missing",
        /// An empty `access_token`.
        AccessTokenEmpty = "token-access-token-empty",
        /// An `access_token` with a line end, which must not reach a header.
        AccessTokenLineEnd = "token-access-token-line-end",
        /// `token_type` in mixed case. The specification allows it.
        TypeMixedCase = "token-type-mixed-case",
        /// `token_type` of another kind.
        TypeOther = "token-type-other",
        /// No `token_type`.
        TypeMissing = "token-type-missing",
        /// No `expires_in`. The specification allows it.
        NoExpiresIn = "token-no-expires-in",
        /// 200 with an `error` member and nothing else.
        ErrorWith200 = "token-error-with-200",
        /// The content type says text.
        ContentTypeText = "token-content-type-text",
        /// The body claims to be compressed and is not.
        NotGzip = "token-not-gzip",
        /// Four mebibytes compressed to a few kilobytes.
        GzipBomb = "token-gzip-bomb",
        /// No answer.
        Hang = "token-hang",
        /// The answer comes one byte a second.
        Drip = "token-drip",
        /// The connection breaks in the middle of the body.
        CutShort = "token-cut-short",
        /// The connection is reset instead of an answer.
        Reset = "token-reset",
        /// Fifty megabytes.
        FiftyMegabytes = "token-fifty-megabytes",
    }
}

fn error(code: &str, description: &str) -> Response {
    Response::json(
        400,
        &json!({ "error": code, "error_description": description }),
    )
}

/// Spoils a good token answer.
pub fn apply(fault: TokenFault, good: Response, canary: &str) -> Response {
    match fault {
        TokenFault::InvalidGrant => error("invalid_grant", "Invalid grant"),
        TokenFault::AssertionExpired => error("invalid_grant", "private_key_jwt has expired"),
        TokenFault::InvalidClient => error("invalid_client", "Client authentication failed"),
        TokenFault::ServerError => error("server_error", "Unexpected server error"),
        TokenFault::Status400Page => transport::status(400),
        TokenFault::Status403 => transport::status(403),
        TokenFault::Status429 => transport::status(429),
        TokenFault::Status500 => transport::status(500),
        TokenFault::Status502 => transport::status(502),
        TokenFault::Reset => transport::delivered(good, Delivery::Reset),
        TokenFault::FiftyMegabytes => transport::delivered(good, Delivery::FiftyMegabytes),
        TokenFault::Status503 => transport::status(503),
        TokenFault::Page => transport::page(),
        TokenFault::Redirect => transport::redirect(canary),
        TokenFault::Redirect307 => Response::redirect(307, canary),
        TokenFault::Empty => good.with_body(""),
        TokenFault::Truncated => transport::truncated(good),
        TokenFault::Huge => transport::huge(good),
        TokenFault::InArray => transport::in_array(good),
        TokenFault::IdTokenMissing => transport::member(good, "id_token", None),
        TokenFault::IdTokenNull => transport::member(good, "id_token", Some(json!(null))),
        TokenFault::IdTokenTwice => transport::raw_member_first(good, r#""id_token":"e30.e30.""#),
        TokenFault::IdTokenIsAccessToken => {
            let access_token = good.body_json()["access_token"].clone();
            transport::member(good, "id_token", Some(access_token))
        }
        TokenFault::AccessTokenMissing => transport::member(good, "access_token", None),
        TokenFault::AccessTokenEmpty => transport::member(good, "access_token", Some(json!(""))),
        TokenFault::AccessTokenLineEnd => {
            transport::member(good, "access_token", Some(json!("a\r\nX-Injected: yes")))
        }
        TokenFault::TypeMixedCase => transport::member(good, "token_type", Some(json!("bEARER"))),
        TokenFault::TypeOther => transport::member(good, "token_type", Some(json!("DPoP"))),
        TokenFault::TypeMissing => transport::member(good, "token_type", None),
        TokenFault::NoExpiresIn => transport::member(good, "expires_in", None),
        TokenFault::ErrorWith200 => good.with_body(r#"{"error":"invalid_grant"}"#),
        TokenFault::ContentTypeText => transport::header(good, "content-type", Some("text/plain")),
        TokenFault::NotGzip => good.with_header("content-encoding", "gzip"),
        TokenFault::GzipBomb => transport::gzip_bomb(good),
        TokenFault::Hang => transport::delivered(good, Delivery::Hang),
        TokenFault::Drip => transport::delivered(good, Delivery::Drip),
        TokenFault::CutShort => transport::delivered(good, Delivery::CutShort),
    }
}
