//! The time until which a part is off, as people in the United Kingdom say it.

use crate::keys::when::Time;
use anyhow::{Context, Result};
use chrono::{DateTime, NaiveDateTime};
use one_login_edge::config::Locale;
use one_login_edge::gate::pages::moment;

/// Now, in seconds since the epoch.
pub fn now() -> i64 {
    Time::now().0
}

/// Reads a time in the United Kingdom, or one with its offset. Of the hour that comes twice in October the first counts.
pub fn read(text: &str) -> Result<i64> {
    for format in ["%Y-%m-%dT%H:%M%#z", "%Y-%m-%dT%H:%M:%S%#z"] {
        if let Ok(time) = DateTime::parse_from_str(text, format) {
            return Ok(time.timestamp());
        }
    }
    let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
    let mut read = formats
        .iter()
        .map(|format| NaiveDateTime::parse_from_str(text, format));
    let local = read.find_map(Result::ok).with_context(|| {
        format!("{text} is not a time such as 2026-12-01T18:00 or 2026-12-01T18:00Z")
    })?;
    let local = local.and_utc().timestamp();
    let in_summer = local - 3_600;
    Ok(in_summer + 3_600 - moment::offset(in_summer))
}

/// The time for a person: as the page has it, and in UTC.
pub fn written(time: i64) -> String {
    format!("{} ({})", moment::written(time, Locale::En), Time(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_time_is_read_then_it_is_that_of_the_united_kingdom_or_of_its_offset() {
        for (text, seconds) in [
            ("2026-12-01T18:00", 1_796_148_000),
            ("2026-12-01T18:00:30", 1_796_148_030),
            ("2026-12-01T18:00Z", 1_796_148_000),
            ("2026-12-01T19:00:00+01:00", 1_796_148_000),
            ("2026-07-01T00:30", 1_782_862_200),
            // 1am comes twice that night, at 00:00 and 01:00 UTC.
            ("2026-10-25T01:00", 1_792_886_400),
            ("2026-10-25T02:00", 1_792_893_600),
        ] {
            assert_eq!(read(text).unwrap(), seconds, "{text}");
        }
        for bad in ["", "18:00", "2026-12-01", "2026-13-01T18:00", "soon"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
