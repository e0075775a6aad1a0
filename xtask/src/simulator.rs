//! Builds the simulated One Login and demo service, a native program.

use anyhow::Result;
use shell::child;
use shell::places::Places;
use shell::progress::Progress;
use std::path::{Path, PathBuf};

/// Builds it where it is not built already, with the operators' tool next to it, and returns the program.
pub fn build(places: &Places) -> Result<PathBuf> {
    let target = target(places);
    let mut cargo = child::command("cargo");
    // With the workspace's features, as the tests have them: other features would compile its libraries twice.
    cargo
        .args(["build", "--workspace", "--bin", "simulator"])
        .args(["--bin", "one-login-edge", "--target-dir"])
        .arg(&target);
    cargo.current_dir(&places.root);
    Progress::during(
        "the simulated One Login (about 2 min the first time)",
        |progress| {
            child::run(progress, &mut cargo, None)?
                .into_result("the build of the simulated One Login")
        },
    )?;
    Ok(target.join("debug/simulator"))
}

/// The directory that cargo builds into.
pub fn target(places: &Places) -> PathBuf {
    target_directory(&places.program, &places.root)
}

/// The target directory of this program, wherever cargo put it: cargo reuses the crates compiled there.
fn target_directory(own: &Path, root: &Path) -> PathBuf {
    let profile = own.parent();
    let named = profile
        .and_then(Path::file_name)
        .is_some_and(|name| name == "debug" || name == "release");
    match profile.and_then(Path::parent).filter(|_| named) {
        Some(target) => target.to_owned(),
        None => root.join("target"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_the_simulator_is_built_then_it_uses_this_programs_target_directory() {
        let root = Path::new("/repository");
        assert_eq!(
            target_directory(Path::new("/fast/target/debug/edge"), root),
            Path::new("/fast/target")
        );
        assert_eq!(
            target_directory(Path::new("/usr/local/bin/edge"), root),
            Path::new("/repository/target")
        );
    }
}
