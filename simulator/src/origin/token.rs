//! The rules that hold for the assertion and for the token of the identity claims: form, signature, source and time.

use std::fmt;

use crate::jose::{Object, Unverified, verify_es256};
use crate::origin::settings::Settings;

/// The values that tell one kind of token from every other.
#[derive(Debug)]
pub struct Kind {
    /// The `typ` of its header.
    pub typ: &'static str,
    /// How many characters are read at most.
    pub longest: usize,
}

/// By how much the clocks of edge and service may differ, in seconds.
pub(super) const LEEWAY: i64 = 10;

/// The reason why the request has no person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The request has no assertion: the person is not signed in, or the request did not come through the edge.
    Missing,
    /// There is more than one.
    Several,
    /// It is too long or not a token.
    NotToken,
    /// It is signed in another way than agreed.
    Algorithm,
    /// It is a token of another kind.
    Type,
    /// It has extensions that must be understood and are not.
    Critical,
    /// No published key has its `kid`.
    UnknownKey,
    /// The signature is wrong.
    Signature,
    /// Another service's edge made it.
    Issuer,
    /// It is meant for another service.
    Audience,
    /// It is not valid yet, or says no time.
    NotYet,
    /// It is no longer valid, or does not say for how long.
    Expired,
    /// It does not say who.
    Nobody,
    /// The claims about the identity are of another person or another session.
    OtherPerson,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "no assertion",
            Self::Several => "more than one assertion",
            Self::NotToken => "not a token",
            Self::Algorithm => "not signed with ES256",
            Self::Type => "a token of another type",
            Self::Critical => "an unknown critical extension",
            Self::UnknownKey => "an unknown key",
            Self::Signature => "a wrong signature",
            Self::Issuer => "another issuer",
            Self::Audience => "another audience",
            Self::NotYet => "not valid yet",
            Self::Expired => "expired",
            Self::Nobody => "no person named",
            Self::OtherPerson => "claims about another person",
        })
    }
}

/// Steps 1 and 2 of `verify.rs`, for a token of this kind: the one token, and the key that it names.
pub fn read_as(kind: &Kind, values: &[&str]) -> Result<(String, Unverified), Refused> {
    let text = match values {
        [] => return Err(Refused::Missing),
        [one] => one,
        _ => return Err(Refused::Several),
    };
    let token = (text.len() <= kind.longest)
        .then(|| Unverified::parse(text))
        .flatten()
        .ok_or(Refused::NotToken)?;
    if token.header_text("alg") != Some("ES256") {
        return Err(Refused::Algorithm);
    }
    if token.header_text("typ") != Some(kind.typ) {
        return Err(Refused::Type);
    }
    if token.header.contains_key("crit") {
        return Err(Refused::Critical);
    }
    let kid = token
        .header_text("kid")
        .ok_or(Refused::UnknownKey)?
        .to_owned();
    Ok((kid, token))
}

/// Steps 3 to 5 of it, with the published key of the token's `kid`, for a token of any kind.
pub fn check_source_and_time(
    token: &Unverified,
    key: &Object,
    settings: &Settings,
    now: i64,
) -> Result<(), Refused> {
    if !verify_es256(key, &token.signed, &token.signature) {
        return Err(Refused::Signature);
    }
    if token.text("iss") != Some(settings.issuer.as_str()) {
        return Err(Refused::Issuer);
    }
    if token.text("aud") != Some(settings.audience.as_str()) {
        return Err(Refused::Audience);
    }
    if token.seconds("iat").is_none_or(|iat| iat > now + LEEWAY) {
        return Err(Refused::NotYet);
    }
    // `nbf` may be absent; when it is there it must be a time, and not ahead.
    if token.claims.contains_key("nbf") && token.seconds("nbf").is_none_or(|nbf| nbf > now + LEEWAY)
    {
        return Err(Refused::NotYet);
    }
    let over = |expiry: i64| expiry <= now - LEEWAY;
    if token.seconds("exp").is_none_or(over) {
        return Err(Refused::Expired);
    }
    Ok(())
}
