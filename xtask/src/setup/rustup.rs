//! The ordinary way to a compiler for wasm32: `rustup target add`.

use super::step::{State, Step};
use crate::wasm::{DebianCompiler, OwnCompiler, TARGET};
use anyhow::{Context, Result};
use shell::child;
use shell::places::{Places, on_path};
use shell::progress::Progress;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A download of 20 MB on a slow line fits; a network that swallows packets does not cost more than this.
const LIMIT: Duration = Duration::from_secs(60);

/// A network that refused is not asked again for a day.
const REFUSAL_LASTS: Duration = Duration::from_secs(24 * 60 * 60);

/// Std for wasm32, of the user's own toolchain.
pub struct Target;

impl Step for Target {
    fn name(&self) -> String {
        "Rust for wasm32: `rustup target add` (a few seconds)".into()
    }

    fn check(&self, places: &Places) -> Result<State> {
        if OwnCompiler::ask(places)?.has_target() {
            return Ok(State::Done);
        }
        let debian_is_ready =
            DebianCompiler::find(places)?.is_some_and(|compiler| compiler.is_ready());
        let hopeless =
            on_path("rustup").is_none() || refused_recently(&refusal(places), SystemTime::now());
        Ok(if debian_is_ready || hopeless {
            State::NotNeeded
        } else {
            State::Missing
        })
    }

    fn act(&self, places: &Places, progress: &Progress) -> Result<()> {
        let mut rustup = child::command("rustup");
        rustup
            .args(["target", "add", TARGET])
            .current_dir(&places.root);
        let ended = child::run(progress, &mut rustup, Some(LIMIT))?;
        if ended.success() {
            return Ok(());
        }
        progress.note("rustup cannot download here; Debian's compiler is used instead, and rustup asked again tomorrow.");
        progress.note(&format!(
            "(An open network makes this quick: `rustup target add {TARGET}`)"
        ));
        let refusal = refusal(places);
        fs::create_dir_all(&places.cache)
            .and_then(|()| fs::write(&refusal, ended.tail.to_string()))
            .with_context(|| format!("{} cannot be written", refusal.display()))
    }

    fn by_hand(&self, _: &Places) -> String {
        format!("rustup target add {TARGET}")
    }
}

fn refusal(places: &Places) -> PathBuf {
    places.cache.join("rustup-refused")
}

fn refused_recently(file: &Path, now: SystemTime) -> bool {
    let written = fs::metadata(file).and_then(|metadata| metadata.modified());
    // A time in the future is a clock that was set back, not a fresh refusal.
    written.is_ok_and(|written| {
        now.duration_since(written)
            .is_ok_and(|age| age < REFUSAL_LASTS)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_refusal_is_remembered_then_it_lasts_for_a_day() {
        let file = std::env::temp_dir().join(format!("edge-refusal-{}", std::process::id()));
        let now = || SystemTime::now() + Duration::from_secs(1);
        assert!(!refused_recently(&file, now()));
        fs::write(&file, "").unwrap();
        assert!(refused_recently(&file, now()));
        assert!(!refused_recently(&file, now() + REFUSAL_LASTS));
        fs::remove_file(&file).unwrap();
    }
}
