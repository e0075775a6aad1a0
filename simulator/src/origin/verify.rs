//! Who is asking? Checks the assertion that the edge adds to each request of a signed-in person.
//!
//! It is the whole of what a service has to do; `packages` has the same for seven languages. It
//! does not keep sessions, set cookies or redirect to sign-in; the edge does that. It trusts no other header.
//!
//! 1. There is exactly one `One-Login-Assertion` header. Without that header no person is signed in.
//! 2. It is a token of three parts, signed with ES256, of the type `one-login-assertion+jwt`, without critical extensions.
//! 3. Its `kid` names one of the keys that the edge publishes, and the signature is good.
//! 4. `iss` is this service's public origin, and `aud` is this service.
//! 5. It is valid now: `iat` and `nbf` are not ahead, `exp` and `session_exp` are not past, give or take ten seconds.
//! 6. It says who: `sub`, `sid` and `vot`.
//! 7. The proved claims are in it, or in a second header of the same person and session: `identity.rs`.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::jose::{Object, Unverified, verify_es256};
use crate::origin::Settings;
use crate::origin::identity::{self, Claims};
use crate::origin::key_set::KeySet;

/// The header that carries the assertion.
pub const HEADER: &str = "one-login-assertion";

/// The values that tell one kind of token from every other.
#[derive(Debug)]
pub struct Kind {
    /// The `typ` of its header.
    pub typ: &'static str,
    /// How many characters are read at most.
    pub longest: usize,
}

/// The assertion.
const ASSERTION: Kind = Kind {
    typ: "one-login-assertion+jwt",
    longest: 8 * 1024,
};

/// By how much the clocks of edge and service may differ, in seconds.
const LEEWAY: i64 = 10;

/// A signed-in person, as this service may know them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The person's identifier at this service; it never changes and is no other service's.
    pub sub: String,
    /// The session at the edge.
    pub sid: String,
    /// How the person signed in, and how surely their identity is known: `Cl.Cm` is with two factors, and `Cl.Cm.P2` with
    /// a proved identity besides.
    pub vot: String,
    /// When the person signed in.
    pub auth_time: Option<i64>,
    /// When the person last signed in again for the sake of a page that asked for it.
    pub reauth_time: Option<i64>,
    /// When the session ends; open streams should end with it.
    pub session_exp: i64,
    /// Whether the person has a new session, and has not gone on from the arrival path.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub arrival: bool,
    /// The e-mail address, on routes that release it.
    pub email: Option<String>,
    /// Whether the provider confirmed the address.
    pub email_verified: Option<bool>,
    /// The telephone number, on routes that release it.
    pub phone_number: Option<String>,
    /// Whether the provider confirmed the number.
    pub phone_number_verified: Option<bool>,
    /// The person's identifier in GOV.UK Wallet, on routes that release it.
    pub wallet_subject_id: Option<String>,
    /// Where the identity claims are, on routes that release any: `here` in the assertion, in the second `header`, `gone`
    /// because half an hour is over, or `too_large` to be sent.
    pub identity_claims: Option<String>,
    /// Why the identity was not proved, on the path to which people are sent then.
    pub identity_outcome: Option<String>,
    /// The source of it: the `provider`, or the `browser`, in which a person can change it.
    pub identity_outcome_source: Option<String>,
    /// The proved claims, on routes that release them.
    #[serde(flatten)]
    pub identity: Claims,
}

impl Person {
    /// Whether the identity was proved at this level, such as `P2`. A higher one is another word, and not meant by it.
    pub fn reached(&self, level: &str) -> bool {
        self.vot.split('.').any(|component| component == level)
    }
}

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

/// The judge of assertions, with its memory of the edge's keys.
#[derive(Debug)]
pub struct Verifier {
    settings: Settings,
    keys: KeySet,
}

impl Verifier {
    /// A judge that has fetched nothing yet.
    pub fn new(settings: Settings) -> Self {
        Self {
            keys: KeySet::new(&settings.jwks),
            settings,
        }
    }

    /// The person in whose name a request comes, from every value of the assertion header and the time in seconds.
    pub async fn person(&self, values: &[&str], now: i64) -> Result<Person, Refused> {
        let (kid, token) = read(values)?;
        let key = self.keys.find(&kid, now).await.ok_or(Refused::UnknownKey)?;
        check(&token, &key, &self.settings, now)
    }

    /// The same, with what the second header says about the person's identity when the assertion says that it is there. The
    /// header counts for nothing otherwise.
    pub async fn whole_person(
        &self,
        assertion: &[&str],
        identity: &[&str],
        now: i64,
    ) -> Result<Person, Refused> {
        let mut person = self.person(assertion, now).await?;
        if person.identity_claims.as_deref() == Some(identity::IN_HEADER) {
            let (kid, token) = identity::read(identity)?;
            let key = self.keys.find(&kid, now).await.ok_or(Refused::UnknownKey)?;
            person.identity = identity::check(&token, &key, &self.settings, &person, now)?;
        }
        Ok(person)
    }
}

/// Steps 1 and 2: the one token, and the key that it names. Nothing in it is believed yet.
pub fn read(values: &[&str]) -> Result<(String, Unverified), Refused> {
    read_as(&ASSERTION, values)
}

/// The same for a token of another kind.
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

/// Steps 3 to 5, with the published key of the token's `kid`, for a token of any kind.
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

/// Steps 3 to 6, with the published key of the token's `kid`.
pub fn check(
    token: &Unverified,
    key: &Object,
    settings: &Settings,
    now: i64,
) -> Result<Person, Refused> {
    check_source_and_time(token, key, settings, now)?;
    let session_exp = token.seconds("session_exp").ok_or(Refused::Expired)?;
    if session_exp <= now - LEEWAY {
        return Err(Refused::Expired);
    }
    let required = |name: &str| {
        token
            .text(name)
            .filter(|t| !t.is_empty())
            .map(str::to_owned)
            .ok_or(Refused::Nobody)
    };
    let text = |name: &str| token.text(name).map(str::to_owned);
    let flag = |name: &str| token.claims.get(name).and_then(Value::as_bool);
    Ok(Person {
        sub: required("sub")?,
        sid: required("sid")?,
        vot: required("vot")?,
        auth_time: token.seconds("auth_time"),
        reauth_time: token.seconds("reauth_time"),
        session_exp,
        arrival: flag("arrival") == Some(true),
        email: text("email"),
        email_verified: flag("email_verified"),
        phone_number: text("phone_number"),
        phone_number_verified: flag("phone_number_verified"),
        wallet_subject_id: text("wallet_subject_id"),
        identity_claims: text("identity_claims"),
        identity_outcome: text("identity_outcome"),
        identity_outcome_source: text("identity_outcome_source"),
        identity: Claims::of(&token.claims),
    })
}
