//! Where things live: the repository, the tool cache outside it, and what is found in either.

use anyhow::{Context, Result, bail};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// The file that makes a directory a team's project.
pub const PROJECT: &str = "sign-in.toml";

/// Where npm puts the product in a project.
const PACKAGE: &str = "node_modules/one-login-edge";

/// The variable by which the package's script names the Node that runs it.
const NODE: &str = "ONE_LOGIN_EDGE_NODE";

/// The directories that every command needs.
#[derive(Clone, Debug)]
pub struct Places {
    /// The repository's root, or that of a team's project.
    pub root: PathBuf,
    /// The user's cache for tools, so that none is put into the tree.
    pub cache: PathBuf,
    /// This program. It is asked for at the start, because a run of every test builds it again, and then the system calls
    /// the file that runs a deleted one.
    pub program: PathBuf,
}

impl Places {
    /// Finds them from the environment and the working directory.
    pub fn find() -> Result<Self> {
        let cache = cache_directory(|name| env::var_os(name), cfg!(target_os = "macos")).context(
            "neither XDG_CACHE_HOME nor HOME is set, so there is nowhere to keep tools; set HOME",
        )?;
        Ok(Self {
            root: find_root()?,
            cache,
            program: env::current_exe().context("this program's own path is unknown")?,
        })
    }

    /// Whether the root is a team's project, which has the product as a dependency, and no clone.
    pub fn is_project(&self) -> bool {
        self.root.join(PROJECT).is_file()
    }

    /// The product's package in a project.
    pub fn package(&self) -> PathBuf {
        self.root.join(PACKAGE)
    }

    /// The directory of the Worker's files: `index.js`, `index_bg.wasm` and `assets/`.
    pub fn worker(&self) -> PathBuf {
        match self.is_project() {
            true => self.package().join("worker"),
            false => self.root.join("build"),
        }
    }

    /// The directory for files that commands make for each other, which are never committed.
    pub fn work(&self) -> PathBuf {
        self.root.join(match self.is_project() {
            true => ".one-login-edge",
            false => "target/edge",
        })
    }

    /// A program that npm installed. npm puts a dependency of the product below the product where the project has another
    /// version of it. The project's own Node is the one that started this program.
    pub fn npm_bin(&self, name: &str) -> PathBuf {
        let shared = self.root.join("node_modules/.bin").join(name);
        if !self.is_project() {
            return shared;
        }
        if name == "node" {
            let given = env::var_os(NODE).map(PathBuf::from);
            return given.or_else(|| on_path(name)).unwrap_or(shared);
        }
        let own = self.package().join("node_modules/.bin").join(name);
        if own.exists() { own } else { shared }
    }

    /// A program that `cargo install` put into the cache. Each version has its own directory, so two checkouts
    /// that pin different versions do not replace each other's.
    pub fn cargo_tool(&self, package: &str, version: &str, program: &str) -> PathBuf {
        self.cargo_tool_root(package, version)
            .join("bin")
            .join(program)
    }

    /// The directory that `cargo install --root` is given for that program.
    pub fn cargo_tool_root(&self, package: &str, version: &str) -> PathBuf {
        self.cache
            .join("tools")
            .join(format!("{package}-{version}"))
    }

    /// The version of a crate in `Cargo.lock`, the one place where such versions are decided.
    pub fn locked_version(&self, package: &str) -> Result<String> {
        let path = self.root.join("Cargo.lock");
        let text = fs::read_to_string(&path).with_context(|| {
            format!(
                "{} cannot be read; run `cargo generate-lockfile`",
                path.display()
            )
        })?;
        version_in_lock(&text, package).with_context(|| {
            format!("Cargo.lock has no package `{package}`; the Worker's Cargo.toml must name it")
        })
    }

    /// `PATH` with some directories before all others.
    pub fn path_with(&self, first: &[PathBuf]) -> Result<OsString> {
        let rest = env::var_os("PATH").unwrap_or_default();
        let all = first.iter().cloned().chain(env::split_paths(&rest));
        env::join_paths(all).context("a directory on PATH holds a character that PATH cannot carry")
    }
}

/// `$XDG_CACHE_HOME/one-login-edge`, else the system's usual place below the home directory.
fn cache_directory(variable: impl Fn(&str) -> Option<OsString>, macos: bool) -> Option<PathBuf> {
    let absolute = |name: &str| {
        variable(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = match absolute("XDG_CACHE_HOME") {
        Some(base) => base,
        None => absolute("HOME")?.join(if macos { "Library/Caches" } else { ".cache" }),
    };
    Some(base.join("one-login-edge"))
}

/// The nearest directory upwards that is a project or this repository; `cargo run` also names the package's own directory.
fn find_root() -> Result<PathBuf> {
    let here = env::current_dir().context("the working directory is gone")?;
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let candidates = here
        .ancestors()
        .chain(package.as_deref().and_then(Path::parent));
    for directory in candidates {
        let is_clone =
            directory.join("wrangler.toml").is_file() && directory.join("cli/Cargo.toml").is_file();
        if is_clone || directory.join(PROJECT).is_file() {
            return Ok(directory.to_owned());
        }
    }
    let near = here
        .ancestors()
        .find(|place| place.join("cli/Cargo.toml").is_file());
    if let Some(root) = near {
        bail!(
            "{} has no wrangler.toml; `git checkout wrangler.toml` brings the example back",
            root.display()
        );
    }
    bail!(
        "{} is neither inside a project, which has a {PROJECT}, nor inside the repository; change into one and try again",
        here.display()
    )
}

fn version_in_lock(lock: &str, package: &str) -> Option<String> {
    let lock: toml::Table = lock.parse().ok()?;
    let packages = lock.get("package")?.as_array()?;
    let found = packages
        .iter()
        .find(|entry| entry.get("name").and_then(toml::Value::as_str) == Some(package))?;
    Some(found.get("version")?.as_str()?.to_owned())
}

/// Whether the script of the product's package started this program.
pub fn is_packaged() -> bool {
    env::var_os(NODE).is_some()
}

/// The first program of a name on `PATH`.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|directory| directory.join(name))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(variables: &[(&str, &str)], macos: bool) -> Option<PathBuf> {
        cache_directory(
            |name| {
                variables
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| OsString::from(value))
            },
            macos,
        )
    }

    #[test]
    fn when_the_cache_directory_is_chosen_then_it_follows_the_systems_custom() {
        assert_eq!(
            cache(&[("HOME", "/home/a")], false),
            Some("/home/a/.cache/one-login-edge".into())
        );
        assert_eq!(
            cache(&[("HOME", "/Users/a")], true),
            Some("/Users/a/Library/Caches/one-login-edge".into())
        );
        assert_eq!(
            cache(&[("HOME", "/home/a"), ("XDG_CACHE_HOME", "/fast")], false),
            Some("/fast/one-login-edge".into())
        );
    }

    #[test]
    fn when_xdg_cache_home_is_relative_then_it_is_ignored() {
        assert_eq!(
            cache(&[("HOME", "/home/a"), ("XDG_CACHE_HOME", "here")], false),
            Some("/home/a/.cache/one-login-edge".into())
        );
        assert_eq!(cache(&[], false), None);
    }

    #[test]
    fn when_a_lock_file_is_read_then_a_version_is_found_by_exact_name() {
        let lock = "version = 4\n[[package]]\nname = \"worker-macros\"\nversion = \"1.0.0\"\n\
                    [[package]]\nname = \"worker\"\nversion = \"0.8.7\"\n";
        assert_eq!(version_in_lock(lock, "worker").as_deref(), Some("0.8.7"));
        assert_eq!(version_in_lock(lock, "work"), None);
    }
}
