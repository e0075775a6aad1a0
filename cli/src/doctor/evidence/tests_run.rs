//! The last run of `cargo edge test`, from the reports that it leaves.

use super::pack::Pack;
use crate::keys::when::Time;
use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// The reports, and what each is about.
const REPORTS: [(&str, &str); 3] = [
    ("workerd.tap", "the built Worker in Cloudflare's runtime"),
    ("browser.tap", "journeys in Chromium"),
    ("engines.tap", "journeys in Chromium, Firefox and WebKit"),
];

/// Writes what passed and failed, or that there is no report.
pub fn write(out: &mut Pack, directory: &Path) {
    out.heading("Tests");
    let mut rows = Vec::new();
    for (file, about) in REPORTS {
        let path = directory.join(file);
        let Some((passed, failed)) = fs::read_to_string(&path)
            .ok()
            .and_then(|text| counts(&text))
        else {
            continue;
        };
        rows.push([
            about.to_owned(),
            passed.to_string(),
            failed.to_string(),
            written(&path),
        ]);
    }
    if rows.is_empty() {
        out.line("There is no report here: run `cargo edge test` before the doctor.");
    } else {
        out.table(["tests", "passed", "failed", "run"], &rows);
    }
}

/// How many tests passed and failed, by the last lines of a report.
fn counts(report: &str) -> Option<(u32, u32)> {
    let count = |word: &str| {
        let mut lines = report.lines().rev();
        lines.find_map(|line| line.strip_prefix(word)?.trim().parse().ok())
    };
    Some((count("# pass ")?, count("# fail ")?))
}

fn written(path: &Path) -> String {
    let modified = fs::metadata(path).and_then(|data| data.modified()).ok();
    let since = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.map_or_else(
        || "–".to_owned(),
        |since| Time(i64::try_from(since.as_secs()).unwrap_or_default()).to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_report_has_counts_twice_then_the_last_ones_are_read() {
        let report = "ok 1 - a\n# pass 99\n1..2\n# tests 42\n# pass 41\n# fail 1\n";
        assert_eq!(counts(report), Some((41, 1)));
        assert_eq!(counts("TAP version 13\nok 1 - a\n"), None);
    }
}
