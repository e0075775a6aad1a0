//! The loop breaker: where sign-ins of a browser ended lately.

use sha2::{Digest, Sha256};

use crate::oidc::SKEW;

/// The cookie that counts circles. It holds no secret and gives no right, so it is not sealed.
pub const STARTS_NAME: &str = "__Host-ol-starts";

/// How long the end of a sign-in counts towards the loop breaker, in seconds.
pub const STARTS_WINDOW: i64 = 120;

/// The ends at one place within the window after which the next start shows a page.
const CIRCLES: usize = 3;

/// The ends at any places within the window after which the next start shows a page.
const ENDS: usize = 12;

/// Sign-ins that ended lately, each with the path to which the person was sent.
///
/// A browser goes round in circles where a sign-in ends at a place and the place asks for a sign-in again. Starts do not
/// say so: tabs that are restored at once start together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends(Vec<(i64, u32)>);

impl Ends {
    /// Reads what [`Ends::value`] wrote, from every cookie of the name: a script of the service can put a second one
    /// next to the Worker's and must not stop the count.
    pub fn read<'a>(values: impl Iterator<Item = &'a str>, now: i64) -> Self {
        let end = |text: &str| {
            let (time, place) = text.split_once('-')?;
            Some((time.parse().ok()?, u32::from_str_radix(place, 16).ok()?))
        };
        let counts = |(time, _): &(i64, u32)| (now - STARTS_WINDOW..=now + SKEW).contains(time);
        let ends = values.flat_map(|value| value.split('.').take(ENDS));
        Self(ends.filter_map(end).filter(counts).collect())
    }

    /// The same with one more end.
    #[must_use]
    pub fn with(mut self, return_path: &str, now: i64) -> Self {
        self.0.push((now, place(return_path)));
        let surplus = self.0.len().saturating_sub(ENDS);
        self.0.drain(..surplus);
        self
    }

    /// Whether a start for this place closes one circle too many.
    #[must_use]
    pub fn is_circle(&self, return_path: &str) -> bool {
        let place = place(return_path);
        let same = self.0.iter().filter(|(_, other)| *other == place).count();
        same >= CIRCLES || self.0.len() >= ENDS
    }

    /// The cookie's value: times in seconds since the epoch with digests of paths, separated by full stops.
    #[must_use]
    pub fn value(&self) -> String {
        let end = |(time, place): &(i64, u32)| format!("{time}-{place:08x}");
        self.0.iter().map(end).collect::<Vec<_>>().join(".")
    }
}

/// A digest of a place's path; its query may change on every round.
fn place(return_path: &str) -> u32 {
    let path = return_path.split('?').next().unwrap_or_default();
    let digest: [u8; 32] = Sha256::digest(path.as_bytes()).into();
    let [a, b, c, d, ..] = digest;
    u32::from_be_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t28_when_sign_ins_end_at_one_place_three_times_in_two_minutes_then_the_next_is_a_circle() {
        let now = 10_000;
        let read = |value: &str, now| Ends::read([value].into_iter(), now);
        let twice = Ends::default().with("/a?x=1", now - 1).with("/a?x=2", now);
        assert!(!twice.is_circle("/a"));
        let thrice = twice.with("/a", now);
        assert!(thrice.is_circle("/a?y") && !thrice.is_circle("/b"));
        let value = thrice.value();
        assert_eq!(read(&value, now), thrice);
        assert!(read(&value, now + 119).is_circle("/a"));
        assert!(!read(&value, now + 120).is_circle("/a"));
        for odd in [
            "",
            "...",
            "x.y",
            "9999",
            "9999-",
            "-1",
            "10031-00000000",
            "9999.10000",
        ] {
            assert_eq!(read(odd, now), Ends::default(), "{odd}");
        }
        // A second cookie of the name neither hides the first nor outweighs it.
        for planted in ["", "x", "9999-00000000"] {
            let both = Ends::read([planted, value.as_str()].into_iter(), now);
            assert!(both.is_circle("/a") && !both.is_circle("/b"), "{planted}");
        }
    }

    #[test]
    fn t28_when_a_loop_changes_its_place_then_it_is_stopped_as_well() {
        let mut ends = Ends::default();
        for round in 0..40 {
            assert_eq!(ends.is_circle("/next"), round >= ENDS, "{round}");
            ends = ends.with(&format!("/{round}"), 10_000);
        }
        assert!(ends.value().len() < 300, "{}", ends.value());
    }
}
