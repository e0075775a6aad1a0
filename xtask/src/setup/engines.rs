//! Firefox and WebKit in addition to Chromium, and the drivers of all three, only for the tests of `tests/engines`.

use super::debian::{apt_by_hand, apt_install};
use super::step::{State, Step};
use anyhow::Result;
use shell::places::{Places, on_path};
use shell::progress::Progress;
use std::env;
use std::path::PathBuf;

/// A program of the engines: the variable that names it, its own names, and Debian's package.
pub struct Program {
    /// A person may name one that is installed elsewhere; tests read the variable too.
    pub variable: &'static str,
    names: &'static [&'static str],
    package: &'static str,
}

/// Every program that `tests/harness/places.mjs` asks for in addition to Chromium itself. Firefox needs no driver.
pub const PROGRAMS: [Program; 5] = [
    Program {
        variable: "EDGE_CHROMEDRIVER",
        names: &["chromedriver"],
        package: "chromium-driver",
    },
    Program {
        variable: "EDGE_FIREFOX",
        names: &["firefox-esr", "firefox"],
        package: "firefox-esr",
    },
    Program {
        variable: "EDGE_WEBKIT_DRIVER",
        names: &["WebKitWebDriver"],
        package: "webkit2gtk-driver",
    },
    Program {
        variable: "EDGE_MINI_BROWSER",
        names: &["MiniBrowser"],
        // It lies in no directory of `PATH`; see `find`.
        package: "webkit2gtk-driver",
    },
    Program {
        variable: "EDGE_XVFB",
        names: &["Xvfb"],
        package: "xvfb",
    },
];

/// Where Debian keeps what MiniBrowser belongs to, by the machine's architecture.
const LIBRARIES: [&str; 2] = [
    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1",
    "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1",
];

impl Program {
    /// The program that its variable names, else one of the usual names.
    pub fn find(&self) -> Option<PathBuf> {
        if let Some(named) = env::var_os(self.variable).map(PathBuf::from) {
            return Some(named).filter(|path| path.is_file());
        }
        let beside = |name: &&&str| {
            let mut paths = LIBRARIES.iter().map(|at| PathBuf::from(at).join(name));
            paths.find(|path| path.is_file())
        };
        let mut names = self.names.iter();
        names.find_map(|name| on_path(name).or_else(|| beside(&name)))
    }
}

/// The engines that people have.
pub struct Engines;

impl Step for Engines {
    fn name(&self) -> String {
        "Firefox and WebKit with their drivers: `apt-get install`, as root (about 2 min)".into()
    }

    fn check(&self, _: &Places) -> Result<State> {
        let all = PROGRAMS.iter().all(|program| program.find().is_some());
        Ok(if all { State::Done } else { State::Missing })
    }

    fn act(&self, _: &Places, progress: &Progress) -> Result<()> {
        apt_install(progress, &packages())
    }

    fn by_hand(&self, _: &Places) -> String {
        let variables = PROGRAMS.map(|program| program.variable).join(", ");
        format!(
            "{}; or name installed ones: {variables}",
            apt_by_hand(&packages().join(" "))
        )
    }
}

/// Each package once.
fn packages() -> Vec<&'static str> {
    let mut packages: Vec<_> = PROGRAMS.iter().map(|program| program.package).collect();
    packages.dedup();
    packages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_engines_need_packages_then_each_is_asked_for_once() {
        assert_eq!(
            packages(),
            [
                "chromium-driver",
                "firefox-esr",
                "webkit2gtk-driver",
                "xvfb"
            ]
        );
    }

    #[test]
    fn when_no_path_leads_to_a_program_then_it_is_absent() {
        let program = Program {
            variable: "EDGE_NO_SUCH_VARIABLE",
            names: &["no-such-engine"],
            package: "none",
        };
        assert_eq!(program.find(), None);
    }
}
