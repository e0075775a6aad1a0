//! The signed-in person: one of the simulated One Login's, with the claims that a file replaces.

use anyhow::{Context, Result, bail};
use one_login_edge::gate::access::statement::Known;
use one_login_edge::oidc::identity::claims::{self, Claim, Claims, Received};
use one_login_edge::oidc::json::Object;
use one_login_edge::oidc::jws;
use one_login_edge::oidc::userinfo::Userinfo;
use one_login_edge::oidc::vector::Level;
use one_login_edge::session::identity::IdentityOutcome;
use one_login_edge::session::session::{Session, first_place};
use serde_json::{Map, Value};
use std::fs::File;
use std::io::Read;

/// The members about the session that a file may hold in addition to the claims of a userinfo answer.
const OF_THE_SESSION: [&str; 4] = ["sid", "vot", "auth_time", "reauth_time"];

/// The claims of a userinfo answer that the file may hold.
const OF_USERINFO: [&str; 6] = [
    "sub",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "wallet_subject_id",
];

/// The members about an identity that the file may hold, in addition to the claims themselves.
const OF_AN_IDENTITY: [&str; 2] = ["identity_outcome", "identity_claims"];

/// The names of identity claims begin so in a userinfo answer.
const PREFIX: &str = "https://vocab.account.gov.uk/v1/";

/// A person's claims by their names in an assertion.
pub struct Person {
    claims: Map<String, Value>,
    /// The highest level of identity that the person can prove.
    identity: Option<Level>,
}

impl Person {
    /// Reads what the simulator tells of a person.
    pub fn read(told: &str) -> Result<Self> {
        const UNUSABLE: &str = "the simulator told nothing usable";
        let answer = Object::parse(told.as_bytes()).ok().context(UNUSABLE)?;
        let mut claims: Map<String, Value> = serde_json::from_str(told).context(UNUSABLE)?;
        // The Worker's own readers give the claims the shape in which a service gets them.
        let received = Received::read(&answer).ok().context(UNUSABLE)?;
        let subject = claims.remove(&format!("{PREFIX}coreIdentity"));
        let level = claims.remove(&format!("{PREFIX}identityLevel"));
        claims.retain(|name, _| !name.starts_with(PREFIX));
        claims.extend(received.claims);
        if let Some(core) = subject.as_ref().and_then(claims::core_identity) {
            claims.insert(Claim::CoreIdentityJwt.released_as().to_owned(), core);
        }
        let level = level.and_then(|level| Level::parse(&format!("Cl.Cm.{}", level.as_str()?)));
        Ok(Self {
            claims,
            identity: level,
        })
    }

    /// Replaces claims by those of a JSON object; `null` takes one away.
    ///
    /// # Errors
    /// When the text is no JSON object, or names what no assertion says.
    pub fn replace(&mut self, text: &str) -> Result<()> {
        let Value::Object(given) = serde_json::from_str(text).context("it is not JSON")? else {
            bail!("it is not a JSON object")
        };
        for (name, value) in given {
            let of_claims = Claim::ALL.map(Claim::released_as);
            let known = OF_THE_SESSION.iter().chain(&OF_USERINFO);
            let known = known.chain(&OF_AN_IDENTITY).chain(&of_claims);
            if !known.clone().any(|other| *other == name) {
                let known: Vec<_> = known.copied().collect();
                bail!(
                    "{name:?} is no claim that can be given; there are {}",
                    known.join(", ")
                );
            }
            if value.is_null() {
                self.claims.remove(&name);
            } else {
                self.claims.insert(name, value);
            }
        }
        Ok(())
    }

    /// The session that this person would have, begun now, at a level unless the claims name another.
    ///
    /// # Errors
    /// When a claim is not of the kind that it has to be.
    pub fn session(&self, level: Level, now: i64) -> Result<Session> {
        let subject = self.text("sub")?.context("`sub` is missing: who is it?")?;
        // The Worker's own reader of userinfo, so that what it would drop is dropped here.
        let answer = Value::Object(self.claims.clone()).to_string();
        let told = Object::parse(answer.as_bytes())
            .ok()
            .and_then(|answer| Userinfo::read(&answer).ok())
            .context("a claim has the wrong type: addresses and numbers are texts, `…_verified` true or false")?;
        let level = match self.text("vot")? {
            // A person who cannot prove an identity has signed in all the same.
            None if level.has_identity() && self.identity < Some(level) => level.credential(),
            None => level,
            Some(text) => Level::parse(text).with_context(|| {
                format!("`vot` must be Cl, Cl.Cm, Cl.Cm.P1 or Cl.Cm.P2, not {text:?}")
            })?,
        };
        let seconds = |name: &str| {
            let value = self.claims.get(name);
            let seconds = value.map(|value| value.as_i64());
            let seconds = seconds
                .map(|seconds| seconds.with_context(|| format!("`{name}` must be in seconds")));
            seconds.transpose()
        };
        let id = self.id()?;
        Ok(Session {
            id,
            subject: subject.to_owned(),
            level,
            born_at: now,
            auth_time: Some(seconds("auth_time")?.unwrap_or(now)),
            reauthenticated_at: seconds("reauth_time")?,
            created_at: now,
            used_at: now,
            checked_at: now,
            email: told.email,
            phone: told.phone,
            wallet_subject_id: told.wallet_subject_id,
            // It seals what the account keeps, and here no account is asked.
            identity: None,
            place: first_place(&id),
            buries: Vec::new(),
            arriving: false,
            admitted: true,
            has_old_name: false,
        })
    }

    /// The identity that the account holds for such a session; `None` when no sign-in asked for an identity yet.
    ///
    /// # Errors
    /// When `identity_outcome` or `identity_claims` has a value that it cannot have.
    pub fn known(&self, session: &Session) -> Result<Option<Known>> {
        let proved = session.level.has_identity();
        let outcome = match self.text("identity_outcome")? {
            None if proved => IdentityOutcome::Proved,
            None if self.identity == Some(Level::P1) => IdentityOutcome::LevelTooLow,
            None if self.identity.is_some() => return Ok(None),
            None => IdentityOutcome::NotProved,
            Some(label) => IdentityOutcome::ALL
                .into_iter()
                .find(|outcome| outcome.label() == label)
                .with_context(|| format!("`identity_outcome` is never {label:?}"))?,
        };
        let gone = match self.text("identity_claims")? {
            None => false,
            Some("gone") => true,
            Some(_) => bail!(
                "`identity_claims` can be given as \"gone\" alone; the rest follows from the claims"
            ),
        };
        let code = Claim::ReturnCode.released_as();
        let names = Claim::ALL.map(Claim::released_as);
        // Of whoever proved nothing only the reasons are known.
        let kept = |name: &&String| {
            names.contains(&name.as_str())
                && (outcome != IdentityOutcome::NotProved || *name == code)
        };
        let claims: Claims = self
            .claims
            .iter()
            .filter(|(name, _)| kept(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        Ok(Some(Known {
            outcome: Some(outcome),
            claims: (!gone).then_some(claims),
        }))
    }

    /// The session's id: that of `sid`, or a new one.
    fn id(&self) -> Result<[u8; 16]> {
        let Some(text) = self.text("sid")? else {
            let mut id = [0; 16];
            File::open("/dev/urandom")
                .and_then(|mut source| source.read_exact(&mut id))
                .context("no randomness")?;
            return Ok(id);
        };
        let bytes = jws::decode(text).unwrap_or_default();
        bytes
            .try_into()
            .ok()
            .context("`sid` must be 16 bytes in base64url, which are 22 characters")
    }

    fn text(&self, name: &str) -> Result<Option<&str>> {
        match self.claims.get(name) {
            None => Ok(None),
            Some(value) => value
                .as_str()
                .map(Some)
                .with_context(|| format!("`{name}` must be a text")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(claims: &str) -> Result<Session> {
        let mut person =
            Person::read(r#"{"sub":"s","email":"a@example.com","email_verified":true}"#)?;
        person.replace(claims)?;
        person.session(Level::ClCm, 1_000)
    }

    #[test]
    fn when_claims_are_given_then_they_replace_those_of_the_person() {
        let session = person(
            r#"{"sub":"other","email":null,"phone_number":"+44","vot":"Cl","auth_time":7,"reauth_time":8,"sid":"AAAAAAAAAAAAAAAAAAAAAA"}"#,
        )
        .unwrap();
        assert_eq!(
            (session.subject.as_str(), session.level),
            ("other", Level::Cl)
        );
        assert_eq!((session.email, session.auth_time), (None, Some(7)));
        assert_eq!(session.reauthenticated_at, Some(8));
        assert!(!session.phone.unwrap().verified);
        assert_eq!(session.id, [0; 16]);
        let plain = person("{}").unwrap();
        assert!(plain.email.unwrap().verified && plain.auth_time == Some(1_000));
        assert_eq!(plain.reauthenticated_at, None);
        assert_ne!(plain.id, person("{}").unwrap().id);
    }

    #[test]
    fn rejects_by_name_a_claim_that_no_assertion_carries() {
        for (claims, word) in [
            ("[]", "object"),
            (r#"{"name":"Anna"}"#, "name"),
            (r#"{"sub":null}"#, "sub"),
            (r#"{"sub":7}"#, "sub"),
            (r#"{"email":7}"#, "type"),
            (r#"{"vot":"P9"}"#, "vot"),
            (r#"{"sid":"short"}"#, "sid"),
            (r#"{"auth_time":"now"}"#, "auth_time"),
            (r#"{"reauth_time":"now"}"#, "reauth_time"),
        ] {
            let error = person(claims).unwrap_err();
            assert!(format!("{error:#}").contains(word), "{claims}: {error:#}");
        }
    }
}
