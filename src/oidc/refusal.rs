//! Why a step of the protocol was refused, each reason as one phrase.
//!
//! A refusal holds no value that came from outside, so it can be logged and counted as it is.
//! One place decides which page it leads to: [`crate::gate::pages::failure`].

use crate::oidc::json::Malformed;

/// The reasons for which a signature, token, document or answer is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The token is not three base64url parts with a JSON header.
    TokenMalformed,
    /// The token is longer than any that the provider makes.
    TokenTooLong,
    /// The header names no algorithm, `none`, or one outside the allow-list.
    AlgorithmNotAllowed,
    /// The header's algorithm is not the one that the key or the registration names.
    AlgorithmMismatch,
    /// The header carries `crit` or `b64`, which would change what the signature means.
    HeaderExtension,
    /// The header's `typ` belongs to another kind of token.
    WrongType,
    /// The header of a logout token, which is the provider's and good in every other way, has no `typ`.
    TypeMissing,
    /// The header carries no `kid`, or one that is empty or too long.
    KeyIdMissing,
    /// No key, or more than one, has the header's `kid`.
    KeyUnknown,
    /// The `kid` names a controller that is not the configured one, or is no DID URL.
    KeyControllerMismatch,
    /// The signature does not verify.
    SignatureInvalid,
    /// The claims are not a JSON object with the types of the specification.
    ClaimsMalformed,
    /// `iss` is absent or not the provider's, byte for byte.
    IssuerMismatch,
    /// `aud` is absent, another client, or names another client too.
    AudienceMismatch,
    /// `azp` is present and not this client.
    AuthorisedPartyMismatch,
    /// `sub` is absent, empty or longer than 255 characters.
    SubjectInvalid,
    /// `exp` is absent or in the past.
    Expired,
    /// `iat` is absent, in the future or longer ago than a token can be under way.
    IssuedAtInvalid,
    /// `nbf` is in the future.
    NotYetValid,
    /// `nonce` is absent or not the one of this sign-in.
    NonceMismatch,
    /// `at_hash` does not belong to the access token.
    AccessTokenHashMismatch,
    /// `vot` is absent or not the vector that was asked for.
    VectorMismatch,
    /// `auth_time` is in the future, or absent where an age was asked for.
    AuthTimeInvalid,
    /// The person signed in longer ago than was asked for.
    AuthTimeTooOld,
    /// The token carries `events`: it is a logout token.
    LogoutToken,
    /// `events` is absent or not that of a logout.
    EventsInvalid,
    /// The token carries a `nonce`: it is an ID token.
    NoncePresent,
    /// `jti` is absent, empty or too long.
    TokenIdInvalid,
    /// Userinfo is not a JSON object with the types of the specification.
    UserinfoMalformed,
    /// Userinfo's `sub` is absent or not the ID token's.
    UserinfoSubjectMismatch,
    /// The core identity's `sub` is not the ID token's.
    IdentitySubjectMismatch,
    /// The userinfo endpoint answered 401: it does not accept the access token.
    UserinfoUnauthorised,
    /// The userinfo endpoint answered 403: its firewall refused this Worker.
    UserinfoForbidden,
    /// The userinfo endpoint answered 429.
    UserinfoRateLimited,
    /// The userinfo endpoint answered with a 5xx.
    UserinfoServerError,
    /// The userinfo endpoint answered with a redirect or another unexpected status.
    UserinfoStatus,
    /// The token endpoint said `invalid_grant`: the code was used, too old or not ours.
    InvalidGrant,
    /// The token endpoint said that the client assertion has expired: the clocks differ.
    AssertionExpired,
    /// The token endpoint said `invalid_client`: the registration and the keys do not match.
    InvalidClient,
    /// The token endpoint said `invalid_request`: it does not like the form.
    TokenInvalidRequest,
    /// The token endpoint said `unauthorized_client` or `unsupported_grant_type`: the client may not do this.
    TokenUnauthorisedClient,
    /// The token endpoint said `server_error`: it failed.
    TokenServerError,
    /// The token endpoint refused with another error code, or without one.
    TokenError,
    /// The token endpoint answered 403: its firewall refused this Worker.
    TokenForbidden,
    /// The token endpoint answered 429.
    TokenRateLimited,
    /// The token endpoint answered with a redirect, a 5xx or another unexpected status.
    TokenStatus,
    /// The token endpoint's answer is not the JSON of a token response.
    TokenResponseMalformed,
    /// A document of the provider is not what its specification says.
    DocumentMalformed,
    /// The discovery document names another issuer.
    DocumentIssuerMismatch,
    /// An endpoint in the discovery document is on another host, or not https.
    EndpointNotAllowed,
}

impl Refusal {
    /// The name in logs and metrics: lower case with underscores, stable between versions.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::TokenMalformed => "token_malformed",
            Self::TokenTooLong => "token_too_long",
            Self::AlgorithmNotAllowed => "algorithm_not_allowed",
            Self::AlgorithmMismatch => "algorithm_mismatch",
            Self::HeaderExtension => "header_extension",
            Self::WrongType => "wrong_type",
            Self::TypeMissing => "type_missing",
            Self::KeyIdMissing => "key_id_missing",
            Self::KeyUnknown => "key_unknown",
            Self::KeyControllerMismatch => "key_controller_mismatch",
            Self::SignatureInvalid => "signature_invalid",
            Self::ClaimsMalformed => "claims_malformed",
            Self::IssuerMismatch => "issuer_mismatch",
            Self::AudienceMismatch => "audience_mismatch",
            Self::AuthorisedPartyMismatch => "authorised_party_mismatch",
            Self::SubjectInvalid => "subject_invalid",
            Self::Expired => "expired",
            Self::IssuedAtInvalid => "issued_at_invalid",
            Self::NotYetValid => "not_yet_valid",
            Self::NonceMismatch => "nonce_mismatch",
            Self::AccessTokenHashMismatch => "access_token_hash_mismatch",
            Self::VectorMismatch => "vector_mismatch",
            Self::AuthTimeInvalid => "auth_time_invalid",
            Self::AuthTimeTooOld => "auth_time_too_old",
            Self::LogoutToken => "logout_token",
            Self::EventsInvalid => "events_invalid",
            Self::NoncePresent => "nonce_present",
            Self::TokenIdInvalid => "token_id_invalid",
            Self::UserinfoMalformed => "userinfo_malformed",
            Self::UserinfoSubjectMismatch => "userinfo_subject_mismatch",
            Self::IdentitySubjectMismatch => "identity_subject_mismatch",
            Self::UserinfoUnauthorised => "userinfo_unauthorised",
            Self::UserinfoForbidden => "userinfo_forbidden",
            Self::UserinfoRateLimited => "userinfo_rate_limited",
            Self::UserinfoServerError => "userinfo_server_error",
            Self::UserinfoStatus => "userinfo_status",
            Self::InvalidGrant => "invalid_grant",
            Self::AssertionExpired => "assertion_expired",
            Self::InvalidClient => "invalid_client",
            Self::TokenInvalidRequest => "token_invalid_request",
            Self::TokenUnauthorisedClient => "token_unauthorised_client",
            Self::TokenServerError => "token_server_error",
            Self::TokenError => "token_error",
            Self::TokenForbidden => "token_forbidden",
            Self::TokenRateLimited => "token_rate_limited",
            Self::TokenStatus => "token_status",
            Self::TokenResponseMalformed => "token_response_malformed",
            Self::DocumentMalformed => "document_malformed",
            Self::DocumentIssuerMismatch => "document_issuer_mismatch",
            Self::EndpointNotAllowed => "endpoint_not_allowed",
        }
    }
}

impl From<Malformed> for Refusal {
    fn from(_: Malformed) -> Self {
        Self::ClaimsMalformed
    }
}
