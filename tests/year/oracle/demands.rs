//! A service that asks for more at run time.

use super::standing::Who;
use super::{Asked, Oracle};
use crate::world::http::By;
use crate::year::house::Served;

/// How long a callback's answer is on its way to its browser at most, in milliseconds.
const UNDER_WAY_MS: i64 = 1_000;

impl Oracle {
    /// The answer to a page has come that a service refused: its own 401 is for scripts and forms, and a person is led to what
    /// is asked for. `settled` says how many answers have told the browser who its person is.
    pub fn demanded(&mut self, asked: &Asked, served: &Served, opens_page: bool, settled: u64) {
        let is_shown = served.is_refused_by_service && served.shown.by == By::Origin;
        // While an account gives no answer, an optional page takes the person for a stranger; once it answers again, they have
        // what is asked for, and the service's answer goes on as it is.
        if !is_shown || !opens_page || served.heard.account_failed.get() {
            return;
        }
        // The account may have known more than the assertion, from another tab that signed in meanwhile.
        let is_meanwhile = settled > asked.settled
            || self.signed.iter().any(|signed| {
                let own = asked
                    .who
                    .iter()
                    .any(|who| who.sub() == Some(signed.sub.as_str()));
                let known = asked.who.iter().any(
                    |who| matches!(who, Who::Person(held) if std::rc::Rc::ptr_eq(held, signed)),
                );
                own && !known && signed.created_ms > asked.sent_ms - UNDER_WAY_MS
            });
        if !is_meanwhile {
            self.broken(
                "asked: a person sees the service's 401, which says what they lack".to_owned(),
            );
        }
    }
}
