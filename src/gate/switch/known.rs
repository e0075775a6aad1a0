//! The last good record of each service's switch in an isolate, and when it was looked for.

use std::cell::RefCell;

use crate::oidc::switch::Record;

/// How long a look at KV counts, in seconds.
const REREAD: i64 = 60;

/// How long a look may be under way, in seconds: so long KV is given.
const UNDER_WAY: i64 = 2;

/// The knowledge of one service's switch.
#[derive(Debug)]
struct Known {
    service: String,
    /// The record as it was stored, so that one that is still there is not verified again.
    text: String,
    record: Option<Record>,
    read_at: Option<i64>,
    begun_at: i64,
}

/// The switches of an isolate's services.
#[derive(Debug, Default)]
pub struct Switches(RefCell<Vec<Known>>);

impl Switches {
    /// Whether a request looks for the record before it is decided. While one request looks, the others go by the record
    /// of the minute before; an older one makes each of them look.
    pub fn is_due(&self, service: &str, now: i64) -> bool {
        self.with(service, |known| {
            let Some(age) = known.read_at.map(|at| now - at) else {
                return true;
            };
            let is_young = age < REREAD + UNDER_WAY;
            let is_under_way = (now - known.begun_at).abs() <= UNDER_WAY;
            age >= REREAD && !(is_young && is_under_way)
        })
    }

    /// Notes that a request looks.
    pub fn begin(&self, service: &str, now: i64) {
        self.with(service, |known| known.begun_at = now);
    }

    /// Notes that a look came to its end, and a record that was good.
    pub fn note(&self, service: &str, now: i64, found: Option<(String, Record)>) {
        self.with(service, |known| {
            known.read_at = known.read_at.max(Some(now));
            // Of two looks at once the later answer may be the older record.
            let is_newer = |record: &Record| {
                let known = known.record;
                known.is_none_or(|known| known.issued_at <= record.issued_at)
            };
            if let Some((text, record)) = found.filter(|(_, record)| is_newer(record)) {
                (known.text, known.record) = (text, Some(record));
            }
        });
    }

    /// The last good record.
    pub fn record(&self, service: &str) -> Option<Record> {
        self.with(service, |known| known.record)
    }

    /// Whether this is the text of the last good record.
    pub fn holds(&self, service: &str, text: &str) -> bool {
        self.with(service, |known| {
            known.record.is_some() && known.text == text
        })
    }

    fn with<T>(&self, service: &str, act: impl FnOnce(&mut Known) -> T) -> T {
        let mut all = self.0.borrow_mut();
        let at = all.iter().position(|known| known.service == service);
        let at = at.unwrap_or_else(|| {
            all.push(Known {
                service: service.to_owned(),
                text: String::new(),
                record: None,
                read_at: None,
                begun_at: i64::MIN / 2,
            });
            all.len() - 1
        });
        act(&mut all[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_minute_is_over_then_one_request_looks_and_the_others_go_on_for_two_seconds() {
        let switches = Switches::default();
        assert!(switches.is_due("A", 100));
        switches.begin("A", 100);
        // Nothing is known, so that each request looks.
        assert!(switches.is_due("A", 100));
        switches.note("A", 100, None);
        assert!(!switches.is_due("A", 100));
        assert!(!switches.is_due("A", 159));
        assert!(switches.is_due("A", 160));
        switches.begin("A", 160);
        assert!(!switches.is_due("A", 160));
        assert!(!switches.is_due("A", 161));
        assert!(switches.is_due("A", 163));
        // After an hour without a request no record is young enough to go by.
        switches.note("A", 160, None);
        switches.begin("A", 3_760);
        assert!(switches.is_due("A", 3_760));
        assert!(switches.is_due("B", 100));
    }
}
