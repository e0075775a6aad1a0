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

use serde_json::Value;

use crate::jose::{Object, Unverified};
use crate::origin::claims::Claims;
use crate::origin::identity;
use crate::origin::key_set::KeySet;
use crate::origin::person::Person;
use crate::origin::settings::Settings;
use crate::origin::staff;
use crate::origin::token::{Kind, LEEWAY, Refused, check_source_and_time, read_as};

/// The header that carries the assertion.
pub const HEADER: &str = "one-login-assertion";

/// The assertion.
const ASSERTION: Kind = Kind {
    typ: "one-login-assertion+jwt",
    longest: 8 * 1024,
};

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

impl Verifier {
    /// The user or program of the staff in whose name a request comes, from every value of the header for staff.
    pub async fn staff(&self, values: &[&str], now: i64) -> Result<Value, Refused> {
        let (kid, token) = staff::read(values)?;
        let key = self.keys.find(&kid, now).await.ok_or(Refused::UnknownKey)?;
        check_source_and_time(&token, &key, &staff::settings(&self.settings), now)?;
        staff::who(&token)
    }
}

/// Steps 1 and 2: the one token, and the key that it names. Nothing in it is believed yet.
pub fn read(values: &[&str]) -> Result<(String, Unverified), Refused> {
    read_as(&ASSERTION, values)
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
