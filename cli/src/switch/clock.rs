//! This machine's clock against the deployment's: a record that is signed too far ahead does not count.

use crate::sessions::ask;
use anyhow::{Result, ensure};
use one_login_edge::oidc::SKEW;
use serde_json::json;
use shell::places::Places;
use shell::terminal;
use std::path::Path;

/// Compares the clocks by the `Date` of an answer at this address. One that gives no time stops nothing, because a service must be
/// closed in an outage too.
///
/// # Errors
/// When this machine is so far ahead that the Worker would not take what it signs now.
pub fn compare(places: &Places, key: &Path, url: &str) -> Result<()> {
    let answer = ask(places, key, json!({ "clock": url }))?;
    match answer["ahead"].as_i64() {
        Some(ahead) => is_in_time(ahead, url),
        None => {
            terminal::note(format!(
                "{url} gave no time to compare this machine's clock with."
            ));
            Ok(())
        }
    }
}

fn is_in_time(ahead: i64, url: &str) -> Result<()> {
    ensure!(
        ahead <= SKEW,
        "This machine's clock is {ahead} seconds ahead of the time that {url} gave, so that the record would not count. Nothing was \
         written. Set the clock, and run the command again"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t137_when_this_machines_clock_is_fast_then_no_record_is_written_that_would_not_count() {
        for ahead in [-90_000, 0, SKEW] {
            assert!(is_in_time(ahead, "u").is_ok(), "{ahead}");
        }
        let refused = is_in_time(SKEW + 1, "u").unwrap_err().to_string();
        assert!(
            refused.contains("is 31 seconds ahead") && refused.contains("Nothing was written"),
            "{refused}"
        );
    }
}
