//! The sessions of the cookies that this isolate has opened, without the person.
//!
//! A page asks for many things with one cookie, and opening it is half of the work of a signed-in request. So the isolate
//! remembers the session of a cookie's text for as long as an assertion lives, and no longer. It remembers no subject, address,
//! number, claim or key: whatever signs, asks or renews opens the cookie again. The remembered session says whether a
//! request passes, by the same rules.

use crate::config::map::FastMap;

use super::statement::LIFETIME;
use crate::gate::http::request::same;
use crate::session::identity::ClaimsKey;
use crate::session::session::{Identity, Session};

/// The most cookies that are remembered.
const MAX: usize = 1_000;

/// The characters of a sealed text that hold bytes of its nonce, which is random; no two cookies share them.
const OF_NONCE: std::ops::Range<usize> = 4..20;

type Key = [u8; 16];

#[derive(Debug)]
struct Entry {
    service: String,
    name: String,
    sealed: String,
    session: Session,
    opened_at: i64,
}

/// The sessions of opened cookies.
#[derive(Debug, Default)]
pub struct Opened(FastMap<Key, Entry>);

impl Opened {
    /// The session that a cookie of this name and text is, without the person.
    ///
    /// Whether it is inside its limits, has ended or is certain is *not* checked.
    #[must_use]
    pub fn get(&self, service: &str, (name, sealed): (&str, &str), now: i64) -> Option<Session> {
        let entry = self.0.get(&key(sealed)?)?;
        let is_same = same(entry.sealed.as_bytes(), sealed.as_bytes())
            && entry.name == name
            && entry.service == service;
        // A clock that goes back makes nothing last longer.
        let is_new = (0..LIFETIME).contains(&(now - entry.opened_at));
        (is_same && is_new).then(|| entry.session.clone())
    }

    /// Remembers the session as which a cookie was opened now.
    pub fn put(
        &mut self,
        service: &str,
        (name, sealed): (&str, &str),
        session: &Session,
        now: i64,
    ) {
        let Some(key) = key(sealed) else { return };
        if self.0.len() >= MAX {
            self.0
                .retain(|_, entry| (0..LIFETIME).contains(&(now - entry.opened_at)));
        }
        if self.0.len() >= MAX {
            self.0.clear();
        }
        let entry = Entry {
            service: service.to_owned(),
            name: name.to_owned(),
            sealed: sealed.to_owned(),
            session: unnamed(session),
            opened_at: now,
        };
        self.0.insert(key, entry);
    }
}

fn key(sealed: &str) -> Option<Key> {
    sealed.as_bytes().get(OF_NONCE)?.try_into().ok()
}

/// The session without everything that says who the person is, or opens what is kept of them.
fn unnamed(session: &Session) -> Session {
    let identity = session.identity.as_ref();
    Session {
        id: session.id,
        subject: String::new(),
        level: session.level,
        born_at: session.born_at,
        auth_time: session.auth_time,
        reauthenticated_at: session.reauthenticated_at,
        created_at: session.created_at,
        used_at: session.used_at,
        checked_at: session.checked_at,
        email: None,
        phone: None,
        wallet_subject_id: None,
        identity: identity.map(|held| Identity {
            key: ClaimsKey::new([0; 32]),
            changed_at: held.changed_at,
        }),
        place: session.place,
        buries: Vec::new(),
        arriving: session.arriving,
        admitted: session.admitted,
        has_old_name: session.has_old_name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::userinfo::Contact;
    use crate::oidc::vector::Level;

    const COOKIE: (&str, &str) = ("__Host-ol-session-abc", "AUEx0123456789abcdefghijkl");

    fn session() -> Session {
        let contact = |value: &str| {
            Some(Contact {
                value: value.to_owned(),
                verified: true,
            })
        };
        Session {
            id: [7; 16],
            subject: "urn:fdc:the-subject".to_owned(),
            level: Level::Cl,
            born_at: 1,
            auth_time: Some(2),
            reauthenticated_at: Some(3),
            created_at: 4,
            used_at: 5,
            checked_at: 6,
            email: contact("the-email@example.gov.uk"),
            phone: contact("the-phone"),
            wallet_subject_id: Some("the-wallet".to_owned()),
            identity: Some(Identity {
                key: ClaimsKey::new([9; 32]),
                changed_at: 7,
            }),
            place: [8; 6],
            buries: vec![[1; 6]],
            arriving: true,
            admitted: true,
            has_old_name: true,
        }
    }

    fn opened() -> Opened {
        let mut opened = Opened::default();
        opened.put("demo", COOKIE, &session(), 100);
        opened
    }

    #[test]
    fn when_a_cookie_was_opened_then_nothing_of_the_person_is_remembered() {
        let opened = opened();
        let said = format!("{opened:?}");
        for personal in ["the-subject", "the-email", "the-phone", "the-wallet"] {
            assert!(!said.contains(personal), "{personal}");
        }
        let kept = opened.get("demo", COOKIE, 100).unwrap();
        let identity = kept.identity.unwrap();
        assert_eq!((identity.key.bytes(), identity.changed_at), (&[0; 32], 7));
        assert_eq!(kept.buries, [] as [[u8; 6]; 0]);
    }

    #[test]
    fn when_a_cookie_was_opened_then_all_that_decides_is_remembered() {
        let kept = opened().get("demo", COOKIE, 100).unwrap();
        let whole = session();
        let named = Session {
            subject: whole.subject.clone(),
            email: whole.email.clone(),
            phone: whole.phone.clone(),
            wallet_subject_id: whole.wallet_subject_id.clone(),
            identity: whole.identity.clone(),
            buries: whole.buries.clone(),
            ..kept
        };
        assert_eq!(named, whole);
    }

    #[test]
    fn rejects_another_cookie_and_the_cookie_of_another_service() {
        let opened = opened();
        let (name, sealed) = COOKIE;
        let known = |service, name, sealed: &str| opened.get(service, (name, sealed), 100);
        assert!(known("demo", name, sealed).is_some());
        assert!(known("other", name, sealed).is_none());
        assert!(known("demo", "__Host-ol-session", sealed).is_none());
        for other in [&sealed[..25], &format!("{sealed}A"), "AUEx", ""] {
            assert!(known("demo", name, other).is_none(), "{other}");
        }
        for at in 0..sealed.len() {
            let mut bytes = sealed.as_bytes().to_vec();
            bytes[at] ^= 1;
            let other = String::from_utf8(bytes).unwrap();
            assert!(known("demo", name, &other).is_none(), "{other}");
        }
    }

    #[test]
    fn when_an_assertion_would_be_over_then_the_cookie_is_forgotten_by_any_clock() {
        let opened = opened();
        let known = |now| opened.get("demo", COOKIE, now).is_some();
        assert!(known(100) && known(100 + LIFETIME - 1));
        assert!(!known(100 + LIFETIME) && !known(99));
    }

    #[test]
    fn t87_when_many_cookies_are_opened_then_memory_is_bounded() {
        let mut opened = Opened::default();
        for number in 0..5_000 {
            let sealed = format!("AUEx{number:016}");
            let now = 100 + number / 100;
            opened.put("demo", ("name", &sealed), &session(), now);
            assert!(opened.0.len() <= MAX);
            assert!(opened.get("demo", ("name", &sealed), now).is_some());
        }
    }
}
