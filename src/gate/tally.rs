//! Log lines that one cause brings about again and again, summed up: one a minute for each label.
//!
//! An outage of accounts or of the provider is met by every request, and a sender of many requests by
//! each of them. The first line names its request. Those of the next minute are counted, and one line
//! says how many they were and names none.

use std::cell::RefCell;

use crate::platform::Event;

/// The time between two lines of one kind, in seconds.
const BETWEEN: u64 = 60;

/// How often something happened since its last line.
#[derive(Debug)]
struct Sum {
    /// The line without the members that are about one request.
    common: Event,
    since: i64,
    count: u32,
}

/// The sums of an isolate, one for each event, label, service and detail.
#[derive(Debug, Default)]
pub struct Tally(RefCell<Vec<Sum>>);

impl Tally {
    /// The event, if it is to be written now; else it is counted.
    pub fn count(&self, event: Event, now: i64) -> Option<Event> {
        let mut sums = self.0.borrow_mut();
        let known = sums.iter_mut().find(|sum| {
            let common = &sum.common;
            (common.name, common.label) == (event.name, event.label)
                && common.service == event.service
                && common.detail == event.detail
        });
        match known {
            Some(sum) if now.abs_diff(sum.since) < BETWEEN => {
                sum.count += 1;
                None
            }
            Some(sum) => {
                sum.since = now;
                Some(event)
            }
            None => {
                let common = Event {
                    service: event.service.clone(),
                    detail: event.detail.clone(),
                    name: event.name,
                    outcome: event.outcome,
                    label: event.label,
                    ..Event::default()
                };
                sums.push(Sum {
                    common,
                    since: now,
                    count: 0,
                });
                Some(event)
            }
        }
    }

    /// The lines of what was counted and waits for a minute.
    pub fn due(&self, now: i64) -> Vec<Event> {
        let mut lines = Vec::new();
        for sum in self.0.borrow_mut().iter_mut() {
            if sum.count > 0 && now.abs_diff(sum.since) >= BETWEEN {
                lines.push(Event {
                    count: sum.count,
                    ..sum.common.clone()
                });
                sum.count = 0;
                sum.since = now;
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(label: &'static str, service: &str) -> Event {
        Event {
            name: "session_unchecked",
            label,
            service: service.to_owned(),
            person: "5f1c0d9a7be2436c".to_owned(),
            ..Event::default()
        }
    }

    #[test]
    fn t71_when_misses_repeat_then_the_first_line_names_its_request_and_the_next_counts() {
        let tally = Tally::default();
        let first = tally.count(event("timed_out", "A"), 100);
        assert_eq!(first.unwrap().person, "5f1c0d9a7be2436c");
        for now in 100..160 {
            assert!(tally.due(now).is_empty());
            assert!(tally.count(event("timed_out", "A"), now).is_none());
        }
        let lines = tally.due(160);
        let [sum] = &lines[..] else {
            panic!("{lines:?}");
        };
        assert_eq!((sum.count, sum.label), (60, "timed_out"));
        assert_eq!((sum.service.as_str(), sum.person.as_str()), ("A", ""));
        assert!(tally.due(160).is_empty());
        // A miss in the minute of that line belongs to the next one.
        assert!(tally.count(event("timed_out", "A"), 161).is_none());
        assert_eq!(tally.due(220)[0].count, 1);
    }

    #[test]
    fn when_labels_services_or_details_differ_then_they_are_counted_apart() {
        let tally = Tally::default();
        let jwks = Event {
            detail: "jwks".to_owned(),
            ..event("timed_out", "A")
        };
        for one in [event("timed_out", "A"), event("limited", "A"), jwks] {
            assert!(tally.count(one.clone(), 100).is_some());
            assert!(tally.count(one, 101).is_none());
        }
        assert!(tally.count(event("timed_out", "B"), 100).is_some());
        assert_eq!(tally.due(160).len(), 3);
        let later = tally.count(event("timed_out", "B"), 160).unwrap();
        assert_eq!((later.count, later.person.is_empty()), (0, false));
        // A clock that goes back keeps no line from being written.
        assert!(tally.count(event("timed_out", "B"), 50).is_some());
    }
}
