//! Points in time as the committed files and the terminal show them.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// An hour, in seconds.
pub const HOUR: i64 = 3_600;

/// A point in time: seconds since the epoch; in files RFC 3339 in UTC, such as `2026-11-22T16:40:58Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Time(pub i64);

impl Time {
    /// The machine's clock; each command reads it once, at its entry.
    pub fn now() -> Self {
        let passed = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self(i64::try_from(passed.as_secs()).unwrap_or(i64::MAX))
    }

    /// A number of seconds later.
    pub const fn after(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The time for a person, with how long it is from now: `16:40:58 UTC on 23 November 2026, 24 hours from now`.
    pub fn seen_from(self, now: Self) -> String {
        format!("{self}, {} from now", span(self.0.saturating_sub(now.0)))
    }
}

/// For a person.
impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.utc().format("%H:%M:%S UTC on %-d %B %Y");
        write!(formatter, "{text}")
    }
}

impl From<Time> for String {
    fn from(time: Time) -> Self {
        time.utc().to_rfc3339_opts(SecondsFormat::Secs, true)
    }
}

impl TryFrom<String> for Time {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match DateTime::parse_from_rfc3339(&text) {
            Ok(time) => Ok(Self(time.timestamp())),
            Err(_) => Err(format!("{text} is not a time such as 2026-11-22T16:40:58Z")),
        }
    }
}

/// The hours from which a length of time is said in days.
const LONG: i64 = 72;

/// A length of time in hours and minutes, rounded up to the minute; a long one in days and hours, rounded up to the hour.
pub fn span(seconds: i64) -> String {
    let minutes = seconds.max(0).saturating_add(59) / 60;
    let count = |number: i64, unit: &str| {
        let plural = if number == 1 { "" } else { "s" };
        format!("{number} {unit}{plural}")
    };
    let hours = minutes.saturating_add(59) / 60;
    match (minutes / 60, minutes % 60) {
        (LONG.., _) if hours % 24 == 0 => count(hours / 24, "day"),
        (LONG.., _) => format!("{} {}", count(hours / 24, "day"), count(hours % 24, "hour")),
        (0, minutes) => count(minutes, "minute"),
        (hours, 0) => count(hours, "hour"),
        (hours, minutes) => format!("{} {}", count(hours, "hour"), count(minutes, "minute")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Time = Time(1_795_348_800);

    #[test]
    fn when_a_time_is_written_then_it_is_read_back_in_utc() {
        let text = String::from(NOON);
        assert_eq!(text, "2026-11-22T12:00:00Z");
        assert_eq!(Time::try_from(text), Ok(NOON));
        let elsewhere = Time::try_from("2026-11-22T14:00:00+02:00".to_owned());
        assert_eq!(elsewhere, Ok(NOON));
        assert!(Time::try_from("yesterday".to_owned()).is_err());
        assert!(Time::try_from("2026-11-22".to_owned()).is_err());
    }

    #[test]
    fn when_a_time_is_shown_then_a_person_reads_it_exactly_and_as_a_span() {
        assert_eq!(
            NOON.after(24 * HOUR).seen_from(NOON.after(61)),
            "12:00:00 UTC on 23 November 2026, 23 hours 59 minutes from now"
        );
    }

    #[test]
    fn when_a_span_is_shown_then_it_is_rounded_up_to_the_minute() {
        for (seconds, text) in [
            (-5, "0 minutes"),
            (1, "1 minute"),
            (61, "2 minutes"),
            (HOUR, "1 hour"),
            (HOUR + 1, "1 hour 1 minute"),
            (48 * HOUR, "48 hours"),
            (72 * HOUR, "3 days"),
            (169 * HOUR - 1, "7 days 1 hour"),
            (384 * HOUR - 61, "16 days"),
        ] {
            assert_eq!(span(seconds), text);
        }
    }
}
