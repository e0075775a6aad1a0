//! The logout token: what the provider says to a client when a session has ended, in words that no ID token could be
//! mistaken for.

use serde_json::json;

use crate::jose::Object;
use crate::keys::random_uuid;
use crate::provider::notification::Notice;
use crate::provider::settings::Client;

/// How long a logout token is valid.
pub const LOGOUT_TOKEN_SECONDS: i64 = 120;

/// The member of `events` that makes a token a logout token.
pub const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The `typ` of its header.
pub const TYP: &str = "logout+jwt";

/// The claims of a good token.
pub(super) fn honest_claims(issuer: &str, iat: i64, client: &Client, notice: &Notice) -> Object {
    let members = json!({
        "iss": issuer,
        "sub": notice.sub,
        "aud": client.client_id,
        "iat": iat,
        "exp": iat + LOGOUT_TOKEN_SECONDS,
        "jti": notice.jti.clone().unwrap_or_else(random_uuid),
        "events": { EVENT: {} },
    });
    members.as_object().cloned().unwrap_or_default()
}
