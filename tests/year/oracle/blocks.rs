//! The people whom a service keeps out, and the sessions that it ends.

use std::collections::BTreeMap;

use super::Oracle;
use crate::year::door::Heard;

/// By how many milliseconds an account's clock may be off, on which the end of a block depends.
const ACCOUNTS_MS: i64 = 20_000;

/// A person's blocks as far as the judge knows them.
#[derive(Debug, Default)]
struct Block {
    /// How many messages about the person are under way.
    under_way: usize,
    /// Whether two of those crossed, so that either may have come last.
    crossed: bool,
    /// From when until when the person is certainly kept out, in milliseconds.
    certain: Option<(i64, i64)>,
    /// Until when the person may be kept out, in milliseconds.
    possible_ms: i64,
}

/// The blocks of every person, by subject.
#[derive(Debug, Default)]
pub struct Blocks(BTreeMap<String, Block>);

impl Blocks {
    /// Whether a subject is certainly kept out from one moment to another.
    fn is_certain(&self, sub: &str, from_ms: i64, to_ms: i64) -> bool {
        let certain = self.0.get(sub).and_then(|block| block.certain);
        certain.is_some_and(|(since, until)| since <= from_ms && to_ms < until)
    }

    /// Every account was emptied, or began again.
    pub(super) fn clear(&mut self) {
        for block in self.0.values_mut() {
            block.certain = None;
        }
    }
}

impl Oracle {
    /// A message of the service is on its way, with the time until which it keeps the person out, in seconds.
    pub fn service_asks(&mut self, sub: &str, until: Option<i64>) {
        let block = self.blocks.0.entry(sub.to_owned()).or_default();
        block.crossed = block.under_way > 0;
        block.under_way += 1;
        if let Some(until) = until {
            block.certain = None;
            block.possible_ms = block.possible_ms.max(until * 1_000);
        }
    }

    /// The message of a moment, in seconds, was answered.
    pub fn service_told(
        &mut self,
        now: i64,
        (sub, iat, until): (&str, i64, Option<i64>),
        (status, limited): (u16, bool),
        heard: &Heard,
    ) {
        if heard.account_failed.get() {
            self.accounts_since_ms = now;
        }
        let margin = self.spread_ms + ACCOUNTS_MS;
        let block = self.blocks.0.entry(sub.to_owned()).or_default();
        block.under_way -= 1;
        let lines = heard.lines.borrow().clone();
        match status {
            200 => {
                if let Some(until) = until.filter(|_| !block.crossed) {
                    block.certain = Some((now, until * 1_000 - margin));
                }
                self.service_ended(now, sub, iat);
            }
            503 => {}
            429 if limited => {}
            _ => self.broken(format!(
                "notification: a good message of the service is answered {status}: {lines:?}"
            )),
        }
    }

    /// A sign-in of a subject was completed that a browser began to complete at this moment.
    pub(super) fn comes_in(&mut self, sub: &str, sent_ms: i64, now: i64) {
        if self.blocks.is_certain(sub, sent_ms, now) {
            self.broken("blocked: a person signs in whom the service keeps out".to_owned());
        }
    }

    /// Whether the service may keep a subject out.
    pub fn may_be_blocked(&self, sub: &str, now: i64) -> bool {
        let block = self.blocks.0.get(sub);
        block.is_some_and(|block| now < block.possible_ms + self.spread_ms + ACCOUNTS_MS)
    }
}
