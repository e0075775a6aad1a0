//! Which of several sessions a browser is at.
//!
//! An answer of an origin may be on its way for minutes and then bring back the cookie of a session
//! that has ended meanwhile, or that another one took over from. Such an answer writes to that
//! session's own place only, and what this module says that the place counts for nothing:
//!
//! - a session that takes over names the places that it takes over from (`buries`), and
//! - a session that ends leaves a mark of its place in the browser.
//!
//! Both only ever grow, so that no order of answers makes a difference. The next session takes over
//! from the marks as well, so that a browser never has many.

use crate::oidc::jws::{decode, encode};
use crate::session::session::{Place, Session};

/// The beginning of the name of an ended session's mark; its place follows.
pub const MARK: &str = "__Host-ol-ended-";

/// How long a mark stays, in seconds: longer than any answer of an origin may take, and than any
/// session goes on without its account's word.
///
/// Source: Cloudflare's connection limits (an origin has 120 seconds to begin its answer, unless an
/// Enterprise zone is set otherwise); `revocation_check_seconds` and `revocation_grace_seconds` are at
/// most 3,600.
pub const MARKED_FOR: i64 = 7_200;

/// The place of a mark's name.
#[must_use]
pub fn marked(name: &str) -> Option<Place> {
    let place = decode(name.strip_prefix(MARK)?).ok()?;
    place.try_into().ok()
}

/// The name of the mark of a place.
#[must_use]
pub fn mark(place: &Place) -> String {
    format!("{MARK}{}", encode(place))
}

/// The sessions that have neither ended nor been taken over from, the newest first; `has_ended` says
/// whether the browser has the mark of a place.
#[must_use]
pub fn standing<'a>(
    sessions: &'a [Session],
    has_ended: &dyn Fn(&Place) -> bool,
) -> Vec<&'a Session> {
    let is_buried = |place: &Place| {
        let others = sessions.iter().filter(|other| other.place != *place);
        has_ended(place) || others.flat_map(|other| &other.buries).any(|it| it == place)
    };
    // Two of one second stay in one order: a late answer says that a session was used, and no more.
    let age = |session: &Session| {
        let changed_at = session.identity.as_ref().map_or(0, |held| held.changed_at);
        (
            session.created_at,
            changed_at,
            session.place,
            session.used_at,
        )
    };
    // A handful at most: the library's sort would be a twentieth of the whole upload.
    let mut left: Vec<&Session> = Vec::new();
    for session in sessions.iter().filter(|session| !is_buried(&session.place)) {
        let older = left.iter().position(|other| age(other) < age(session));
        left.insert(older.unwrap_or(left.len()), session);
    }
    left
}

/// The session that the browser is at: the newest of one person.
///
/// Two people who know nothing of each other count as none: one of them was put there by another person.
#[must_use]
pub fn current<'a>(
    sessions: &'a [Session],
    has_ended: &dyn Fn(&Place) -> bool,
) -> Option<&'a Session> {
    let left = standing(sessions, has_ended);
    let newest = *left.first()?;
    let one_person = left.iter().all(|other| other.subject == newest.subject);
    one_person.then_some(newest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::vector::Level;
    use crate::session::session::first_place;

    fn session(number: u8, subject: &str, buries: &[u8]) -> Session {
        let place = |number: &u8| first_place(&[*number; 16]);
        Session {
            id: [number; 16],
            subject: subject.to_owned(),
            level: Level::ClCm,
            born_at: 0,
            auth_time: None,
            reauthenticated_at: None,
            created_at: number.into(),
            used_at: number.into(),
            checked_at: 0,
            email: None,
            phone: None,
            wallet_subject_id: None,
            identity: None,
            place: place(&number),
            buries: buries.iter().map(place).collect(),
            arriving: false,
            admitted: false,
            has_old_name: false,
        }
    }

    /// The number of the session at which a browser has with these, and with these marks.
    fn stands(sessions: &[Session], marks: &[u8]) -> Option<u8> {
        let marked = |place: &Place| marks.contains(&place[0]);
        current(sessions, &marked).map(|session| session.id[0])
    }

    #[test]
    fn t110_when_a_session_took_over_then_it_stays_current_with_any_older_cookie() {
        let (a, b) = (session(1, "a", &[]), session(2, "b", &[1]));
        let c = session(3, "a", &[2, 1]);
        for order in [[&a, &b, &c], [&c, &b, &a], [&b, &c, &a]] {
            assert_eq!(stands(&order.map(Clone::clone), &[]), Some(3));
        }
        assert_eq!(stands(&[a.clone(), b.clone()], &[]), Some(2));
        // The clock of whoever began the first was ahead.
        let ahead = Session {
            created_at: 30,
            ..a.clone()
        };
        assert_eq!(stands(&[ahead, b], &[]), Some(2));
        assert_eq!(stands(&[a, c], &[]), Some(3));
    }

    #[test]
    fn t110_when_a_mark_names_a_place_then_only_the_sessions_of_that_place_end() {
        let (a, b) = (session(1, "a", &[]), session(2, "a", &[]));
        assert_eq!(stands(std::slice::from_ref(&a), &[1]), None);
        assert_eq!(stands(std::slice::from_ref(&a), &[2]), Some(1));
        assert_eq!(stands(&[a.clone(), b.clone()], &[1]), Some(2));
        assert_eq!(stands(&[a, b], &[2]), Some(1));
        // A session that took over and has ended leaves nothing of the one before.
        let (a, b) = (session(1, "a", &[]), session(2, "b", &[1]));
        assert_eq!(stands(&[a, b], &[2]), None);
    }

    #[test]
    fn t45_when_a_browser_has_two_sessions_then_only_the_newest_of_one_person_counts() {
        let (a, again) = (session(1, "a", &[]), session(2, "a", &[]));
        assert_eq!(stands(&[a.clone(), again.clone()], &[]), Some(2));
        let planted = session(9, "attacker", &[]);
        assert_eq!(stands(&[a.clone(), planted.clone()], &[]), None);
        // The next sign-in takes over from both, so that no person is locked out.
        let next = session(10, "a", &[9, 1]);
        assert_eq!(stands(&[a, planted, next], &[]), Some(10));
        assert_eq!(stands(&[], &[]), None);
    }

    #[test]
    fn t110_when_two_sessions_began_in_one_second_then_a_late_answer_changes_neither() {
        let (a, b) = (session(1, "a", &[]), session(2, "a", &[]));
        let b = Session { created_at: 1, ..b };
        let late = |session: &Session| Session {
            used_at: 90,
            ..session.clone()
        };
        for (a, b) in [
            (a.clone(), b.clone()),
            (late(&a), b.clone()),
            (a.clone(), late(&b)),
        ] {
            assert_eq!(stands(&[a.clone(), b.clone()], &[]), Some(2));
            assert_eq!(stands(&[b, a], &[]), Some(2));
        }
        // Of two tabs that asked for an identity, the one that has it counts.
        let proved = Session {
            identity: Some(crate::session::session::Identity {
                key: crate::session::identity::ClaimsKey::new([8; 32]),
                changed_at: 5,
            }),
            ..a
        };
        assert_eq!(stands(&[proved.clone(), late(&b)], &[]), Some(1));
        assert_eq!(stands(&[late(&b), proved], &[]), Some(1));
    }

    #[test]
    fn when_the_same_session_comes_twice_then_it_counts_as_one() {
        let once = session(1, "a", &[]);
        let used = Session {
            used_at: 9,
            ..once.clone()
        };
        let both = [once, used];
        assert_eq!(current(&both, &|_| false).map(|held| held.used_at), Some(9));
        let name = mark(&first_place(&[1; 16]));
        assert_eq!(name, "__Host-ol-ended-AQEBAQEB");
        assert_eq!(marked(&name), Some(first_place(&[1; 16])));
        for other in ["", "AQEBAQ", "AQEBAQEBAQ", "AQEBAQE!"] {
            assert_eq!(marked(&format!("{MARK}{other}")), None, "{other}");
        }
        assert_eq!(marked("AQEBAQEB"), None);
    }
}
