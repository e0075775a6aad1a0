//! Compact signatures: taking a received token apart, and laying out one that is to be signed.
//!
//! No signature is made or verified here. [`Untrusted`] says so in its name; the only way from it
//! to claims is [`Untrusted::trust`], which asks for the key's own verdict.
//!
//! Source: RFC 7515 (compact serialisation), RFC 8725 (algorithms, `crit`, key hints).

mod base64url;

use std::borrow::Cow;

use jwt_compact::{Algorithm, AlgorithmExt, AlgorithmSignature, Claims, Empty, Header};
use serde::Serialize;

use crate::oidc::json::Object;
use crate::oidc::refusal::Refusal;

pub use base64url::{decode, encode};

/// The longest token that is read, in characters; the provider's own stay under 2,000.
pub const MAX_TOKEN: usize = 16 * 1024;

/// The longest `kid` that is looked up, in characters.
const MAX_KEY_ID: usize = 256;

/// The signature algorithms of this product; nothing else is ever verified or made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alg {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes.
    Ps256,
    /// ECDSA with P-256 and SHA-256; the signature is `r` and `s`, 32 bytes each.
    Es256,
}

impl Alg {
    /// The name in a JOSE header.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
        }
    }

    /// Reads a name, which is case-sensitive (RFC 7515 4.1.1).
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Rs256, Self::Ps256, Self::Es256]
            .into_iter()
            .find(|alg| alg.as_str() == name)
    }
}

/// A received token in its parts; its signature has not been verified.
#[derive(Debug)]
pub struct Untrusted {
    /// The header's algorithm, which is one of the allowed ones but not yet the key's.
    pub alg: Alg,
    /// The header's key id: not empty, at most 256 characters.
    pub key_id: String,
    /// The header's `typ`, as it was sent.
    pub typ: Option<String>,
    signing_input: String,
    signature: Vec<u8>,
    payload: Vec<u8>,
}

impl Untrusted {
    /// Takes a compact token apart.
    ///
    /// Not checked: the signature, the claims, and whether `typ` and `alg` are the right ones for
    /// the kind of token. Hints where a key might be found (`jku`, `jwk`, `x5u`, `x5c`) are
    /// neither followed nor read.
    ///
    /// # Errors
    /// The [`Refusal`] that names the first fault.
    pub fn parse(token: &str) -> Result<Self, Refusal> {
        if token.len() > MAX_TOKEN {
            return Err(Refusal::TokenTooLong);
        }
        let mut parts = token.split('.');
        let (Some(head), Some(body), Some(tail), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Refusal::TokenMalformed);
        };
        let header = Object::parse(&decode(head)?).map_err(|_| Refusal::TokenMalformed)?;
        let (payload, signature) = (decode(body)?, decode(tail)?);
        let text = |name| header.text(name).map_err(|_| Refusal::TokenMalformed);
        let (alg, key_id, typ) = (text("alg")?, text("kid")?, text("typ")?);
        let alg = Alg::parse(alg.ok_or(Refusal::TokenMalformed)?);
        let alg = alg.ok_or(Refusal::AlgorithmNotAllowed)?;
        // A reader that knows neither must not guess what they change (RFC 7515 4.1.11, RFC 7797).
        if header.has("crit") || header.has("b64") {
            return Err(Refusal::HeaderExtension);
        }
        // Claims stand in a token as they are: another token inside it, or CBOR, is never read.
        if text("cty")?.is_some_and(|cty| !cty.eq_ignore_ascii_case("json")) {
            return Err(Refusal::TokenMalformed);
        }
        let key_id = key_id.unwrap_or_default();
        if key_id.is_empty() || key_id.len() > MAX_KEY_ID {
            return Err(Refusal::KeyIdMissing);
        }
        if signature.is_empty() {
            return Err(Refusal::SignatureInvalid);
        }
        Ok(Self {
            alg,
            key_id: key_id.to_owned(),
            typ: typ.map(str::to_owned),
            signing_input: token[..head.len() + 1 + body.len()].to_owned(),
            signature,
            payload,
        })
    }

    /// The bytes under the signature.
    #[must_use]
    pub fn signing_input(&self) -> &[u8] {
        self.signing_input.as_bytes()
    }

    /// The signature's bytes: `r` and `s` for ES256.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The claims as they were sent, only for refusing a token before any cryptography.
    ///
    /// # Errors
    /// [`Refusal::ClaimsMalformed`].
    pub fn unverified(&self) -> Result<Object, Refusal> {
        Object::parse(&self.payload).map_err(Refusal::from)
    }

    /// The claims, once the caller has had the signature verified.
    ///
    /// `verified` is the verdict of the key that [`crate::oidc::jwks::KeySet::select`] chose. Nothing in the
    /// claims is checked here.
    ///
    /// # Errors
    /// [`Refusal::SignatureInvalid`] when the verdict is no; [`Refusal::ClaimsMalformed`] when the
    /// payload is not a JSON object with unique names.
    pub fn trust(self, verified: bool) -> Result<Object, Refusal> {
        if !verified {
            return Err(Refusal::SignatureInvalid);
        }
        Object::parse(&self.payload).map_err(Refusal::from)
    }
}

/// Whether a header's `typ` says nothing else than a plain JWT.
#[must_use]
pub fn is_plain_type(typ: Option<&str>) -> bool {
    typ.is_none_or(|typ| typ.eq_ignore_ascii_case("jwt"))
}

/// A token that has its header and claims but no signature yet.
#[derive(Debug)]
pub struct Unsigned(String);

impl Unsigned {
    /// Lays out header and claims.
    ///
    /// `claims` serialises to a JSON object and holds no `exp`, `nbf` or `iat` under another type
    /// than seconds since the epoch.
    ///
    /// # Errors
    /// [`Refusal::ClaimsMalformed`] when the claims do not serialise.
    pub fn new(
        alg: Alg,
        key_id: &str,
        typ: &str,
        claims: &impl Serialize,
    ) -> Result<Self, Refusal> {
        let header = Header::<Empty>::empty()
            .with_key_id(key_id)
            .with_token_type(typ);
        let mut text = Outside(alg)
            .token(&header, &Claims::new(claims), &())
            .map_err(|_| Refusal::ClaimsMalformed)?;
        text.pop(); // The full stop before the signature, which is still to come.
        Ok(Self(text))
    }

    /// The bytes that are to be signed.
    #[must_use]
    pub fn signing_input(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The finished compact token.
    #[must_use]
    pub fn finish(self, signature: &[u8]) -> String {
        let mut text = self.0;
        text.push('.');
        text.push_str(&encode(signature));
        text
    }
}

/// An algorithm whose signature is made elsewhere: `jwt-compact` signs synchronously and WebCrypto
/// does not, so the library lays the token out with an empty signature.
struct Outside(Alg);

struct Nothing;

impl AlgorithmSignature for Nothing {
    fn try_from_slice(_: &[u8]) -> anyhow::Result<Self> {
        Ok(Self)
    }

    fn as_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&[])
    }
}

impl Algorithm for Outside {
    type SigningKey = ();
    type VerifyingKey = ();
    type Signature = Nothing;

    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.0.as_str())
    }

    fn sign(&self, (): &(), _: &[u8]) -> Nothing {
        Nothing
    }

    fn verify_signature(&self, _: &Nothing, (): &(), _: &[u8]) -> bool {
        false
    }
}

#[cfg(test)]
#[path = "jws_tests.rs"]
mod tests;
