//! The two short answers of controls.

use serde_json::json;

use crate::http::Response;

/// The answer when all there is to say is that it was done.
pub(super) fn done() -> Response {
    Response::json(200, &json!({ "ok": true }))
}

/// The answer to a wrong request.
pub(super) fn mistake(error: &str) -> Response {
    Response::json(400, &json!({ "error": error }))
}
