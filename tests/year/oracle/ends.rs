//! The ways in which sessions end, or may have ended.

use super::standing::Who;
use super::{Asked, Life, Oracle, Seal};

impl Oracle {
    /// The session that a request presented has ended.
    ///
    /// An isolate with another key cannot tell the account which session that is, so that the session may live on.
    pub(super) fn end_presented(&mut self, now: i64, asked: &Asked, seal: Seal) {
        let [who @ Who::Person(signed)] = &asked.who[..] else {
            return;
        };
        if signed.seal != seal {
            return self.doubt(&asked.who);
        }
        let Some(sid) = who.sid() else {
            return signed.end(now);
        };
        if let Some(life) = self.lives.get_mut(&sid) {
            life.ended_ms.get_or_insert(now);
        }
    }

    /// Every session of the person who sent the request has ended, unless the isolate could not tell who that is.
    pub(super) fn end_all(&mut self, now: i64, asked: &Asked, seal: Seal) {
        let Some(Who::Person(presented)) = asked.who.first() else {
            return;
        };
        if presented.seal != seal {
            return self.doubt(&asked.who);
        }
        let sub = presented.sub.as_str();
        let own = self.lives.values_mut().filter(|life| life.sub == sub);
        for life in own {
            life.ended_ms.get_or_insert(now);
        }
        for signed in self.signed.iter().filter(|signed| signed.sub == sub) {
            // The account may have been asked before this one was listed there.
            match signed.created_ms < asked.sent_ms {
                true => signed.end(now),
                false => signed.doubtful.set(true),
            }
        }
    }

    /// A notification of this moment, in seconds, is stored: every session of the person that began before has ended.
    pub(super) fn notified(&mut self, now: i64, sub: &str, iat: i64) {
        let own = self.lives.values_mut().filter(|life| life.sub == sub);
        for life in own.filter(|life| life.iat <= iat) {
            life.ended_ms.get_or_insert(now);
        }
        let own = self.signed.iter().filter(|signed| signed.sub == sub);
        own.filter(|signed| signed.iat <= iat)
            .for_each(|signed| signed.end(now));
    }

    /// A message of the service of this moment, in seconds, is stored: the sessions that began before have ended, and those of
    /// the next seconds may have, because the service's clock may be behind.
    pub(super) fn service_ended(&mut self, now: i64, sub: &str, iat: i64) {
        self.notified(now, sub, iat);
        let own = self.lives.values_mut().filter(|life| life.sub == sub);
        own.for_each(|life| life.doubtful = true);
        let own = self.signed.iter().filter(|signed| signed.sub == sub);
        own.for_each(|signed| signed.doubtful.set(true));
    }

    /// A request has begun that may end the sessions of these subjects: the account may know before the request is answered.
    pub fn begins_to_end(&mut self, subs: &[String]) {
        for sub in subs {
            *self.ending.entry(sub.clone()).or_default() += 1;
        }
    }

    /// It was answered, and the judge knows what it ended.
    pub fn has_ended(&mut self, subs: &[String]) {
        for sub in subs {
            let under_way = self.ending.entry(sub.clone()).or_default();
            *under_way = under_way.saturating_sub(1);
        }
    }

    /// Whether such a request is under way.
    pub(super) fn is_ending(&self, sub: &str) -> bool {
        self.ending.get(sub).is_some_and(|under_way| *under_way > 0)
    }

    /// A session that is alive for certain.
    pub fn certain(&self, sid: &str) -> Option<&Life> {
        let life = self.lives.get(sid)?;
        (life.ended_ms.is_none() && !life.doubtful).then_some(life)
    }

    /// Every account was emptied.
    pub fn emptied(&mut self, now: i64) {
        for life in self.lives.values_mut() {
            life.ended_ms.get_or_insert(now);
        }
        self.signed.iter().for_each(|signed| signed.end(now));
        self.blocks.clear();
    }

    /// Every session may be over by a limit that changes, which the wire does not show.
    pub fn doubt_all(&mut self) {
        for life in self.lives.values_mut() {
            life.doubtful = true;
        }
        let signed = self.signed.iter();
        signed.for_each(|signed| signed.doubtful.set(true));
    }

    /// Sessions that a copy shares may end by the copy's doing.
    pub fn doubt(&mut self, who: &[Who]) {
        for who in who {
            let Who::Person(signed) = who else { continue };
            let sid = signed.sid.borrow();
            match sid.as_ref().and_then(|sid| self.lives.get_mut(sid)) {
                Some(life) => life.doubtful = true,
                None => signed.doubtful.set(true),
            }
        }
    }
}
