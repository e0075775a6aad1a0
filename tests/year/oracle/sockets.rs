//! A WebSocket that closes with its session.

use super::Oracle;
use super::standing::{Standing, Who};

/// The shortest time between two looks of the edge at an open one, in seconds.
const SHORTEST: i64 = 10;

/// An open one.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The id of its session.
    pub sid: String,
    /// When the session was last used before it was opened, which is no use itself, in milliseconds.
    pub used_ms: i64,
}

impl Oracle {
    /// One was open until now. To be open is no use of a session.
    pub fn open_until(&mut self, now: i64, opened: &Opened) {
        let Some(life) = self.lives.get(&opened.sid) else {
            return;
        };
        let (ended, created_ms) = (life.ended_ms, life.created_ms);
        let certain = self.accounts_since_ms <= ended.unwrap_or_default();
        let check = self.most(|limits| limits.check).max(SHORTEST);
        let bound = match certain {
            true => check,
            false => self.most(|limits| limits.grace).max(check),
        };
        // The last look may take its time.
        let margin = self.spread_ms + 1_000 * SHORTEST;
        if ended.is_some_and(|ended| now > ended + bound * 1_000 + margin) {
            let late = (now - ended.unwrap_or_default()) / 1_000;
            self.broken(format!(
                "socket: one is open {late} seconds after its session's end"
            ));
        }
        let idle = opened.used_ms + self.most(|limits| limits.idle) * 1_000;
        let end = created_ms + self.most(|limits| limits.absolute) * 1_000;
        if now > idle.min(end) + margin {
            self.broken("socket: one is open after its session's limits".to_owned());
        }
    }

    /// The edge has closed one: in a calm week its session is over, or its browser has another by now.
    pub fn closed(&mut self, now: i64, standing: &Standing, opened: &Opened) {
        let [Who::Person(signed)] = &standing.who[..] else {
            return;
        };
        let is_current = signed.sid.borrow().as_deref() == Some(opened.sid.as_str());
        let Some(life) = self
            .certain(&opened.sid)
            .filter(|_| self.calm && is_current)
        else {
            return;
        };
        let margin = self.spread_ms + 65_000;
        let least = |limit: i64| limit * 1_000 - margin;
        let idle = now - opened.used_ms < least(self.least(|limits| limits.idle));
        let absolute = now - life.created_ms < least(self.least(|limits| limits.absolute));
        if idle && absolute && !self.is_ending(&life.sub) {
            self.broken("socket: one is closed before its session's end".to_owned());
        }
    }
}
