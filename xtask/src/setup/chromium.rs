//! Chromium, only for the browser tests.

use super::debian::{apt_by_hand, apt_install};
use super::step::{State, Step};
use anyhow::Result;
use shell::places::{Places, on_path};
use shell::progress::Progress;
use std::env;
use std::path::{Path, PathBuf};

/// The names that systems give it.
const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// macOS keeps programs elsewhere.
const MACOS: [&str; 2] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/// The browser that journeys are tested in.
pub struct Chromium;

impl Step for Chromium {
    fn name(&self) -> String {
        "Chromium: `apt-get install`, as root (about 1 min)".into()
    }

    fn check(&self, _: &Places) -> Result<State> {
        Ok(if find().is_some() {
            State::Done
        } else {
            State::Missing
        })
    }

    fn act(&self, _: &Places, progress: &Progress) -> Result<()> {
        apt_install(progress, &["chromium"])
    }

    fn by_hand(&self, _: &Places) -> String {
        format!(
            "{}; or name an installed one: CHROMIUM=/path/to/chrome",
            apt_by_hand("chromium")
        )
    }
}

/// The variable `CHROMIUM`, else the usual names.
pub fn find() -> Option<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM").map(PathBuf::from) {
        return Some(named).filter(|path| path.is_file());
    }
    NAMES.iter().find_map(|name| on_path(name)).or_else(|| {
        MACOS
            .iter()
            .map(Path::new)
            .find(|path| path.is_file())
            .map(Path::to_owned)
    })
}
