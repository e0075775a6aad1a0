//! Tries a deployment without making one.

use anyhow::{Context, Result, bail};
use shell::child;
use shell::npm;
use shell::places::Places;
use std::time::Duration;

/// Cloudflare's free plan takes 3 MiB; a Worker much larger than this starts noticeably later.
const UPLOAD_LIMIT_KIB: f64 = 300.0;

/// A network that swallows packets must not hold a build server for ever.
const LIMIT: Duration = Duration::from_secs(5 * 60);

/// Everything of a deployment but the upload.
pub fn dry_run(places: &Places, environment: &str) -> Result<String> {
    let mut wrangler = npm::wrangler(places)?;
    wrangler
        .args(["deploy", "--dry-run", "--env", environment])
        .current_dir(&places.root);
    let mut output = String::new();
    child::run_with(&mut wrangler, Some(LIMIT), |line| {
        output.push_str(line);
        output.push('\n');
    })?
    .into_result(&format!("`wrangler deploy --dry-run --env {environment}`"))?;
    let warnings = warnings(&output);
    if !warnings.is_empty() {
        bail!("wrangler warns of what it would deploy:\n{warnings}");
    }
    let gzip = upload_kib(&output).context("wrangler did not say how large the upload is")?;
    if gzip > UPLOAD_LIMIT_KIB {
        bail!(
            "the upload is {gzip:.0} KiB gzip, and {UPLOAD_LIMIT_KIB:.0} KiB is the limit set in xtask/src/test/deployment.rs"
        );
    }
    Ok(format!("upload {gzip:.0} KiB gzip"))
}

/// The lines in which wrangler or its bundler warns.
fn warnings(output: &str) -> String {
    let lines = output.lines().filter(|line| line.contains("WARNING"));
    lines.collect::<Vec<_>>().join("\n")
}

/// From `Total Upload: 614.40 KiB / gzip: 204.80 KiB`.
fn upload_kib(output: &str) -> Option<f64> {
    let line = output
        .lines()
        .find_map(|line| line.split_once("Total Upload:"))?
        .1;
    let mut words = line.split_once("gzip:")?.1.split_whitespace();
    let amount: f64 = words.next()?.parse().ok()?;
    match words.next()? {
        "KiB" => Some(amount),
        "MiB" => Some(amount * 1024.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_wrangler_warns_then_the_warning_is_found_in_its_output() {
        let duplicate = "▲ [WARNING] Duplicate key \"x\" in object literal";
        let output = format!("[custom build] Worker in build/\n{duplicate}\n\n--dry-run: exiting");
        assert_eq!(warnings(&output), duplicate);
        assert_eq!(warnings("Total Upload: 1 KiB / gzip: 1 KiB\n"), "");
    }

    #[test]
    fn when_wrangler_prints_the_upload_size_then_either_unit_is_read() {
        assert_eq!(
            upload_kib("x\nTotal Upload: 614.40 KiB / gzip: 204.80 KiB\ny"),
            Some(204.8)
        );
        assert_eq!(
            upload_kib("Total Upload: 4.00 MiB / gzip: 1.50 MiB"),
            Some(1536.0)
        );
        assert_eq!(upload_kib("Total Upload: many"), None);
    }
}
