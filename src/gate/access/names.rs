//! Which headers of a request the origin does not get, remembered for each set of names.
//!
//! A browser sends few sets of names, always in the same order, and a name is judged without its value. So the isolate
//! remembers the last sets with their judgement. It keeps names of headers and nothing else.

use crate::config::Service;
use crate::gate::http::request::{Headers, same};

/// The most sets that are remembered.
const MAX: usize = 8;

/// A longer set is judged each time, in bytes of its names.
const LONG: usize = 1_024;

/// A set of names for a service, with those of it that are taken out.
#[derive(Debug)]
struct Set {
    service: String,
    /// Each with a line feed behind it.
    names: String,
    removed: Vec<String>,
}

/// The judgement of the last sets of names.
#[derive(Debug, Default)]
pub struct Names(Vec<Set>);

impl Names {
    /// The names of the headers that the service's origin does not get, whatever their values are.
    #[must_use]
    pub fn removed(&mut self, service: &Service, headers: &Headers) -> Vec<String> {
        let sets = &mut self.0;
        let known = |set: &&Set| set.service == service.id && is_of(&set.names, headers);
        if let Some(set) = sets.iter().find(known) {
            return set.removed.clone();
        }
        let removed = headers.names().filter(|name| service.removed.holds(name));
        let removed: Vec<_> = removed.map(str::to_owned).collect();
        let mut names = String::new();
        for name in headers.names() {
            names.push_str(name);
            names.push('\n');
        }
        if names.len() <= LONG {
            // The oldest makes room.
            if sets.len() >= MAX {
                sets.remove(0);
            }
            sets.push(Set {
                service: service.id.clone(),
                names,
                removed: removed.clone(),
            });
        }
        removed
    }
}

/// Whether these are the names of the headers, in this order.
fn is_of(names: &str, headers: &Headers) -> bool {
    let mut rest = names.as_bytes();
    for name in headers.names() {
        let Some((head, tail)) = rest.split_at_checked(name.len()) else {
            return false;
        };
        match tail {
            [b'\n', tail @ ..] if same(head, name.as_bytes()) => rest = tail,
            _ => return false,
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, sample};
    use serde_json::json;

    fn headers(names: &[&str]) -> Headers {
        let pairs = names
            .iter()
            .map(|name| ((*name).to_owned(), "x".to_owned()));
        Headers::new(&pairs.collect::<Vec<_>>())
    }

    #[test]
    fn when_names_are_compared_then_each_and_their_order_count() {
        let is_of = |names: &str, sent: &[&str]| super::is_of(names, &headers(sent));
        assert!(is_of("a\nbc\n", &["a", "bc"]) && is_of("", &[]));
        for (names, sent) in [
            ("a\nbc\n", &["bc", "a"][..]),
            ("a\nbc\n", &["a"]),
            ("a\nbc\n", &["a", "bc", "d"]),
            ("a\nbc\n", &["a", "bd"]),
            ("a\nbc\n", &["a", "b"]),
            ("a\nbc\n", &["abc"]),
            ("a\n", &[]),
            ("", &["a"]),
        ] {
            assert!(!is_of(names, sent), "{names:?} {sent:?}");
        }
    }

    #[test]
    fn t58_when_names_were_judged_for_a_service_then_another_service_judges_them_itself() {
        let mut vars = sample::vars();
        sample::set(&mut vars, "drop_headers", json!(["X-Staff-Id"]));
        let config = Config::parse(&vars);
        let [demo, other] = [sample::HOST, sample::OTHER].map(|host| sample::served(&config, host));
        let sent = headers(&["accept", "x-staff-id", "one-login-x"]);
        let mut names = Names::default();
        for _ in 0..2 {
            let expected = ["x-staff-id", "one-login-x"];
            assert_eq!(names.removed(&demo, &sent), expected);
            assert_eq!(names.removed(&other, &sent), expected[1..]);
        }
    }

    #[test]
    fn t87_when_every_request_has_other_names_then_each_is_judged_and_memory_is_bounded() {
        let service = sample::demo(&sample::vars());
        let mut names = Names::default();
        for number in 0..100 {
            let (own, bare) = (format!("one-login-{number}"), format!("x-{number}"));
            let long = format!("x-{}", "y".repeat(LONG));
            for _ in 0..2 {
                assert_eq!(
                    names.removed(&service, &headers(&[&own, &bare])),
                    std::slice::from_ref(&own)
                );
                assert_eq!(
                    names.removed(&service, &headers(&[&bare, &own])),
                    std::slice::from_ref(&own)
                );
                assert_eq!(
                    names.removed(&service, &headers(&[&own, &long])),
                    std::slice::from_ref(&own)
                );
            }
            assert!(names.0.len() <= MAX);
            assert!(names.0.iter().all(|set| set.names.len() <= LONG));
        }
    }
}
