//! The person of each browser for each service, by the last answer that settled it.

use std::mem;
use std::rc::Rc;

use super::{Asked, Oracle, Signed};
use crate::world::Shown;

/// Every session's cookie begins so.
pub const SESSION: &str = "__Host-ol-session";

/// The person of a browser for a service.
#[derive(Clone, Debug)]
pub enum Who {
    /// No person.
    Stranger,
    /// The person who completed this sign-in.
    Person(Rc<Signed>),
}

impl Who {
    /// The subject.
    pub fn sub(&self) -> Option<&str> {
        match self {
            Self::Stranger => None,
            Self::Person(signed) => Some(&signed.sub),
        }
    }

    /// The session's id, once a service has learnt it.
    pub fn sid(&self) -> Option<String> {
        match self {
            Self::Stranger => None,
            Self::Person(signed) => signed.sid.borrow().clone(),
        }
    }
}

/// The people whom a browser may have: one unless two answers crossed.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The people.
    pub who: Vec<Who>,
    /// How many answers have settled it. A millisecond does not say whether a request left before an answer came in it.
    pub settled: u64,
    /// Whom an answer that is on its way may bring back, because the browser has lost their cookie and nothing else has happened.
    lost: Vec<Who>,
    /// When the session was last used, in milliseconds.
    pub used_ms: i64,
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            who: vec![Who::Stranger],
            settled: 0,
            lost: Vec::new(),
            used_ms: 0,
        }
    }
}

/// Whether a `Set-Cookie` line sets a session.
pub fn sets_session(line: &str) -> bool {
    line.starts_with(SESSION) && !line.contains("Max-Age=0;")
}

fn deletes_session(line: &str) -> bool {
    line.starts_with(SESSION) && line.contains("Max-Age=0;")
}

impl Standing {
    /// The browser has lost its session's cookie.
    pub fn forget(&mut self) {
        self.lost
            .extend(mem::replace(&mut self.who, vec![Who::Stranger]));
        self.settled += 1;
    }

    /// An answer has come to the browser.
    pub fn arrived(&mut self, now: i64, asked: &Asked, shown: &Shown, signed: Option<&Rc<Signed>>) {
        let own = shown.url.contains("/auth/callback") || shown.url.contains("/auth/sign-out");
        let deleted = shown.set_cookies().any(deletes_session);
        // A person who asked for it and was not told otherwise has signed out, whatever the browser was told to forget.
        let signs_out = shown.url.contains("/auth/sign-out") && shown.status < 400;
        let settled = match signed {
            Some(signed) => Who::Person(Rc::clone(signed)),
            None if signs_out || own && deleted => Who::Stranger,
            None if deleted => {
                // The session was over; a stranger stays one.
                self.who.push(Who::Stranger);
                return;
            }
            None => {
                let is_late = asked.settled < self.settled;
                if is_late && shown.set_cookies().any(sets_session) {
                    self.who.append(&mut self.lost);
                }
                return;
            }
        };
        self.lost.clear();
        if asked.settled < self.settled {
            self.who.push(settled);
        } else {
            self.who = vec![settled];
        }
        self.settled += 1;
        self.used_ms = now;
    }
}

impl Oracle {
    /// A request of a browser that was sent on by the edge must be the person of this browser; gives the
    /// sign-in of the session.
    pub(super) fn place(&mut self, asked: &Asked, sub: &str, sid: &str) -> Option<Rc<Signed>> {
        let own: Vec<_> = asked
            .who
            .iter()
            .filter_map(|who| match who {
                Who::Person(signed) if signed.sub == sub => Some(Rc::clone(signed)),
                _ => None,
            })
            .collect();
        if own.is_empty() {
            let settled = asked.who.iter().filter_map(Who::sub).next();
            self.broken(match settled {
                Some(_) => {
                    "mixed: a browser is another person than who signed in there last".to_owned()
                }
                None => "signed out: a browser is still the person who signed out there".to_owned(),
            });
            return None;
        }
        let is = |signed: &&Rc<Signed>| signed.sid.borrow().as_deref() == Some(sid);
        if let Some(signed) = own.iter().find(is) {
            return Some(Rc::clone(signed));
        }
        // Two sign-ins of one person may be under way at once, and either's session may be the one that counts.
        let open: Vec<_> = own.iter().filter(|s| s.sid.borrow().is_none()).collect();
        let is_placed = self.lives.contains_key(sid) && !self.unplaced.contains(sid);
        // Two proofs at once may go on with it as well.
        let goes_on = |signed: &Rc<Signed>| {
            let before = signed.before.as_ref().filter(|_| signed.proving);
            before.is_some_and(|before| is(&before))
        };
        let all_go_on = open.iter().copied().all(goes_on);
        match open[..] {
            [only] if !is_placed || only.proving => {
                // A session that goes on with an identity may be presented as it was before, by a copy.
                let goes_on = only.before.as_ref();
                match goes_on.is_some_and(|before| before.sid.borrow().is_none()) {
                    true => self.unplaced.insert(sid.to_owned()),
                    false => self.unplaced.remove(sid),
                };
                only.sid.replace(Some(sid.to_owned()));
                Some(Rc::clone(only))
            }
            [.., last] if !is_placed => {
                self.unplaced.insert(sid.to_owned());
                Some(Rc::clone(last))
            }
            [.., last] if all_go_on => {
                last.sid.replace(Some(sid.to_owned()));
                Some(Rc::clone(last))
            }
            [] if asked.who.len() > 1 => own.into_iter().next_back(),
            [] => {
                self.broken(
                    "lost: a browser has another session than its last sign-in's".to_owned(),
                );
                None
            }
            _ => {
                self.broken("lost: a session from before covers the new one".to_owned());
                None
            }
        }
    }
}
