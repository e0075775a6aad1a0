//! A time as people in the United Kingdom read it, in English and Welsh.
//!
//! Source: GOV.UK style guide (dates and times); the Summer Time Order 2002 (from the last Sunday of March to that of
//! October, both at 1am Greenwich Mean Time).

use super::messages::{Page, Text, unavailable};
use crate::config::Locale;
use crate::gate::http::reply::Reply;

const DAY: i64 = 86_400;

const WEEKDAYS: [[&str; 2]; 7] = [
    ["Sunday", "Sul"],
    ["Monday", "Llun"],
    ["Tuesday", "Mawrth"],
    ["Wednesday", "Mercher"],
    ["Thursday", "Iau"],
    ["Friday", "Gwener"],
    ["Saturday", "Sadwrn"],
];

const MONTHS: [[&str; 2]; 12] = [
    ["January", "Ionawr"],
    ["February", "Chwefror"],
    ["March", "Mawrth"],
    ["April", "Ebrill"],
    ["May", "Mai"],
    ["June", "Mehefin"],
    ["July", "Gorffennaf"],
    ["August", "Awst"],
    ["September", "Medi"],
    ["October", "Hydref"],
    ["November", "Tachwedd"],
    ["December", "Rhagfyr"],
];

/// A date: year, month from 1, day of the month from 1, day of the week from 0 for Sunday.
type Date = (i64, i64, i64, i64);

/// The date of a day since the epoch, by the Gregorian calendar.
///
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
const fn date(days: i64) -> Date {
    // Years begin with March here, so that a leap day is the last of its year; eras have 400 years.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    // The epoch began on a Thursday.
    (year, month, day, (days + 4).rem_euclid(7))
}

/// By how many seconds clocks in the United Kingdom are ahead of UTC at this second since the epoch.
#[must_use]
pub const fn offset(at: i64) -> i64 {
    let (_, month, day, weekday) = date(at.div_euclid(DAY));
    // Both months have 31 days.
    let last_sunday = 31 - (weekday + 31 - day) % 7;
    let has_changed = day > last_sunday || day == last_sunday && at.rem_euclid(DAY) >= 3_600;
    let is_summer = match month {
        4..=9 => true,
        3 => has_changed,
        10 => !has_changed,
        _ => false,
    };
    if is_summer { 3_600 } else { 0 }
}

/// The time and the date, such as `6:30pm on Tuesday 1 December 2026`; seconds are rounded up to the minute.
#[must_use]
pub fn written(at: i64, locale: Locale) -> String {
    let at = at.saturating_add(59) / 60 * 60;
    let local = at + offset(at);
    let (year, month, day, weekday) = date(local.div_euclid(DAY));
    let minutes = local.rem_euclid(DAY) / 60;
    let is_english = locale == Locale::En;
    let pick = |names: [&'static str; 2]| names[usize::from(!is_english)];
    let time = match (minutes, minutes / 60 % 12, minutes % 60) {
        (0, ..) => pick(["midnight", "ganol nos"]).to_owned(),
        (720, ..) => pick(["midday", "ganol dydd"]).to_owned(),
        (_, hour, minute) => {
            let hour = if hour == 0 { 12 } else { hour };
            let half = if minutes < 720 { "am" } else { "pm" };
            match minute {
                0 => format!("{hour}{half}"),
                _ => format!("{hour}:{minute:02}{half}"),
            }
        }
    };
    let on = pick(["on", "ddydd"]);
    let weekday = pick(WEEKDAYS[usize::try_from(weekday).unwrap_or_default()]);
    let month = pick(MONTHS[usize::try_from(month - 1).unwrap_or_default()]);
    format!("{time} {on} {weekday} {day} {month} {year}")
}

/// The page of a part that is off, with the time until which it is.
#[must_use]
pub fn told(mut reply: Reply, page: Page, locale: Locale, until: i64) -> Reply {
    let say = |text: Text| text.in_locale(locale);
    let [later, from] = match page {
        Page::SignInOff => unavailable::SIGN_IN,
        _ => unavailable::SERVICE,
    };
    let sentence = format!("{} {}.", say(from), written(until, locale));
    reply.body = reply.body.replacen(say(later), &sentence, 1);
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_time_is_written_then_it_is_as_people_read_it_in_both_languages() {
        for (at, en, cy) in [
            // 2026-12-01T18:00Z, in winter.
            (
                1_796_148_000,
                "6pm on Tuesday 1 December 2026",
                "6pm ddydd Mawrth 1 Rhagfyr 2026",
            ),
            // 2026-06-30T23:30Z is the next day in summer.
            (
                1_782_862_200,
                "12:30am on Wednesday 1 July 2026",
                "12:30am ddydd Mercher 1 Gorffennaf 2026",
            ),
            // 2028-02-29T12:00Z.
            (
                1_835_438_400,
                "midday on Tuesday 29 February 2028",
                "ganol dydd ddydd Mawrth 29 Chwefror 2028",
            ),
            // 2027-01-01T00:00Z.
            (
                1_798_761_600,
                "midnight on Friday 1 January 2027",
                "ganol nos ddydd Gwener 1 Ionawr 2027",
            ),
            // A second more is a minute more.
            (
                1_796_148_001,
                "6:01pm on Tuesday 1 December 2026",
                "6:01pm ddydd Mawrth 1 Rhagfyr 2026",
            ),
        ] {
            assert_eq!(written(at, Locale::En), en);
            assert_eq!(written(at, Locale::Cy), cy);
        }
    }

    #[test]
    fn when_the_clocks_change_then_the_offset_does() {
        // 2026: 29 March and 25 October; 2027: 28 March and 31 October, each at 01:00 UTC.
        for (at, ahead) in [
            (1_774_745_999, 0),
            (1_774_746_000, 3_600),
            (1_792_889_999, 3_600),
            (1_792_890_000, 0),
            (1_806_195_599, 0),
            (1_806_195_600, 3_600),
            (1_824_944_399, 3_600),
            (1_824_944_400, 0),
        ] {
            assert_eq!(offset(at), ahead, "{at}");
        }
    }
}
