//! The client assertion: a signed statement that proves to the token endpoint who is asking.
//!
//! Source: RFC 7523 section 3, FAPI 2.0 Security Profile 5.3.3.1 (the audience is the issuer, as
//! one text), `provider.md` 3.

use serde::Serialize;

use crate::oidc::jws::{Alg, Unsigned};
use crate::oidc::refusal::Refusal;

/// The value of `client_assertion_type`.
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How long an assertion can be used, in seconds.
pub const LIFETIME: i64 = 60;

#[derive(Serialize)]
struct Members<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    jti: &'a str,
    iat: i64,
    exp: i64,
}

/// Lays out a client assertion that is to be signed by the client's key.
///
/// `id` has never been used before. A request object cannot stand in for an assertion, nor an
/// assertion for a request object: their audiences and types differ.
///
/// # Errors
/// [`Refusal::ClaimsMalformed`] if the members do not serialise, which plain texts always do.
pub fn assertion(
    alg: Alg,
    key_id: &str,
    client_id: &str,
    issuer: &str,
    id: &str,
    now: i64,
) -> Result<Unsigned, Refusal> {
    let members = Members {
        iss: client_id,
        sub: client_id,
        aud: issuer,
        jti: id,
        iat: now,
        exp: now + LIFETIME,
    };
    Unsigned::new(alg, key_id, "JWT", &members)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::jws::decode;

    #[test]
    fn t40_when_a_client_assertion_is_made_then_it_names_the_issuer_and_lives_a_minute() {
        let text = assertion(
            Alg::Ps256,
            "key",
            "client",
            "https://oidc.example/",
            "id",
            1_000,
        )
        .unwrap()
        .finish(b"signature");
        let parts: Vec<_> = text.split('.').map(|part| decode(part).unwrap()).collect();
        assert_eq!(parts[0], br#"{"alg":"PS256","kid":"key","typ":"JWT"}"#);
        assert_eq!(
            parts[1],
            br#"{"iss":"client","sub":"client","aud":"https://oidc.example/","jti":"id","iat":1000,"exp":1060}"#
        );
    }
}
