//! The token request and its answer.
//!
//! The code is used up by the first request whatever the answer is (`provider.md` 3), so a caller
//! never sends a request twice. The ID token inside the answer is not read here.
//!
//! Source: RFC 6749 sections 4.1.3, 4.1.4 and 5.2, `provider.md` 3.

use url::form_urlencoded::Serializer;

use super::client_assertion;
use crate::oidc::json::Object;
use crate::oidc::refusal::Refusal;
use crate::secret::Secret;

/// How the client proves itself.
#[derive(Debug)]
pub enum ClientAuthentication<'a> {
    /// `private_key_jwt`: a signed client assertion.
    Assertion(&'a Secret),
    /// `client_secret_post`: the id and secret in the form.
    Secret {
        /// The client id.
        client_id: &'a str,
        /// The client secret.
        secret: &'a Secret,
    },
}

/// The form that exchanges a code, as `application/x-www-form-urlencoded`.
#[must_use]
pub fn form(
    code: &Secret,
    redirect_uri: &str,
    verifier: &Secret,
    proof: &ClientAuthentication<'_>,
) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", code.expose())
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("code_verifier", verifier.expose());
    match proof {
        ClientAuthentication::Assertion(assertion) => form
            .append_pair("client_assertion_type", client_assertion::TYPE)
            .append_pair("client_assertion", assertion.expose()),
        ClientAuthentication::Secret { client_id, secret } => form
            .append_pair("client_id", client_id)
            .append_pair("client_secret", secret.expose()),
    };
    form.finish()
}

/// The tokens of a successful answer.
#[derive(Debug)]
pub struct Tokens {
    /// For the userinfo endpoint; visible ASCII without spaces, so it is safe in a header.
    pub access_token: Secret,
    /// A compact token that is not verified yet.
    pub id_token: Secret,
}

impl Tokens {
    /// Reads the token endpoint's answer.
    ///
    /// `expires_in` may be absent and `token_type` is compared without regard to case.
    ///
    /// # Errors
    /// A [`Refusal`] that tells a used code from a wrong registration, a firewall and an outage.
    pub fn parse(status: u16, body: &[u8]) -> Result<Self, Refusal> {
        match status {
            200 => Self::read(body),
            400 | 401 => Err(error(body)),
            403 => Err(Refusal::TokenForbidden),
            429 => Err(Refusal::TokenRateLimited),
            _ => Err(Refusal::TokenStatus),
        }
    }

    fn read(body: &[u8]) -> Result<Self, Refusal> {
        let malformed = Refusal::TokenResponseMalformed;
        let answer = Object::parse(body).map_err(|_| malformed)?;
        let text = |name| {
            let text = answer.text(name).map_err(|_| malformed)?;
            text.filter(|text| !text.is_empty()).ok_or(malformed)
        };
        if !text("token_type")?.eq_ignore_ascii_case("bearer") {
            return Err(malformed);
        }
        let access_token = text("access_token")?;
        if !access_token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(malformed);
        }
        Ok(Self {
            access_token: Secret::new(access_token.to_owned()),
            id_token: Secret::new(text("id_token")?.to_owned()),
        })
    }
}

/// The meaning of an error answer.
///
/// An expired assertion arrives as `invalid_grant` and is told from a used code by its description
/// only (`provider.md` 3). The description changes nothing but a log label.
fn error(body: &[u8]) -> Refusal {
    let Ok(answer) = Object::parse(body) else {
        return Refusal::TokenError;
    };
    let text = |name| answer.text(name).ok().flatten().unwrap_or_default();
    match text("error") {
        "invalid_grant" if text("error_description").contains("private_key_jwt has expired") => {
            Refusal::AssertionExpired
        }
        "invalid_grant" => Refusal::InvalidGrant,
        "invalid_client" => Refusal::InvalidClient,
        "invalid_request" => Refusal::TokenInvalidRequest,
        "unauthorized_client" | "unsupported_grant_type" => Refusal::TokenUnauthorisedClient,
        "server_error" => Refusal::TokenServerError,
        _ => Refusal::TokenError,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"access_token":"a.b.c","id_token":"d.e.f","token_type":"Bearer"}"#;

    #[test]
    fn when_a_token_request_is_made_then_the_form_holds_each_parameter_once() {
        let verifier = Secret::new("verifier".to_owned());
        let redirect = "https://service.example/auth/callback";
        let (code, assertion) = ["a b", "x.y.z"]
            .map(|text| Secret::new(text.to_owned()))
            .into();
        assert_eq!(
            form(
                &code,
                redirect,
                &verifier,
                &ClientAuthentication::Assertion(&assertion)
            ),
            "grant_type=authorization_code&code=a+b&redirect_uri=https%3A%2F%2Fservice.example%2Fauth%2Fcallback&code_verifier=verifier&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=x.y.z"
        );
        let secret = Secret::new("s&s".to_owned());
        let proof = ClientAuthentication::Secret {
            client_id: "client",
            secret: &secret,
        };
        assert!(
            form(&code, redirect, &verifier, &proof)
                .ends_with("&client_id=client&client_secret=s%26s")
        );
    }

    #[test]
    fn fapi2_token_type_case_insensitivity_and_without_expires_in() {
        let answer = GOOD.replace("Bearer", "bEARER");
        let tokens = Tokens::parse(200, answer.as_bytes()).unwrap();
        assert_eq!(tokens.access_token.expose(), "a.b.c");
        assert_eq!(tokens.id_token.expose(), "d.e.f");
    }

    #[test]
    fn t35_rejects_every_other_token_answer_with_its_own_refusal() {
        for (status, body, refusal) in [
            (200, "<html>", Refusal::TokenResponseMalformed),
            (200, "{}", Refusal::TokenResponseMalformed),
            (
                200,
                &GOOD.replace("d.e.f", ""),
                Refusal::TokenResponseMalformed,
            ),
            (
                200,
                &GOOD.replace("a.b.c", "a\\r\\nb"),
                Refusal::TokenResponseMalformed,
            ),
            (
                200,
                &GOOD.replace("Bearer", "DPoP"),
                Refusal::TokenResponseMalformed,
            ),
            (
                200,
                &GOOD.replace("id_token", "other"),
                Refusal::TokenResponseMalformed,
            ),
            (400, r#"{"error":"invalid_grant"}"#, Refusal::InvalidGrant),
            (
                400,
                r#"{"error":"invalid_grant","error_description":"private_key_jwt has expired"}"#,
                Refusal::AssertionExpired,
            ),
            (400, r#"{"error":"invalid_client"}"#, Refusal::InvalidClient),
            (401, r#"{"error":"invalid_client"}"#, Refusal::InvalidClient),
            (
                400,
                r#"{"error":"invalid_request"}"#,
                Refusal::TokenInvalidRequest,
            ),
            (
                400,
                r#"{"error":"unauthorized_client"}"#,
                Refusal::TokenUnauthorisedClient,
            ),
            (
                400,
                r#"{"error":"unsupported_grant_type"}"#,
                Refusal::TokenUnauthorisedClient,
            ),
            (
                400,
                r#"{"error":"server_error"}"#,
                Refusal::TokenServerError,
            ),
            (400, r#"{"error":"odd"}"#, Refusal::TokenError),
            (400, "oops", Refusal::TokenError),
            (403, "", Refusal::TokenForbidden),
            (429, "", Refusal::TokenRateLimited),
            (302, "", Refusal::TokenStatus),
            (500, GOOD, Refusal::TokenStatus),
            (201, GOOD, Refusal::TokenStatus),
        ] {
            assert_eq!(Tokens::parse(status, body.as_bytes()).unwrap_err(), refusal);
        }
    }
}
