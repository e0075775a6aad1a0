//! Which compiler builds for wasm32, and the environment in which it does.
//!
//! Usually that is the user's own, with the target added by rustup. Where rustup cannot download, it is Debian's
//! compiler for building browsers, with a standard library built from its own sources into the cache: std of one
//! compiler cannot be used with another.

use anyhow::{Context, Result};
use shell::child;
use shell::places::{Places, on_path};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The target of every Worker.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The compiler's own limit for code that is built for size, said here so that it holds for the ciphers too: 30 makes the
/// upload 8 KiB larger.
pub const INLINING: &str = "-Cllvm-args=-inline-threshold=5";

/// Where Debian's packages put the compiler and the sources of its std.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_STD_SOURCES: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";

/// The user's own `rustc`, as it describes itself.
pub struct OwnCompiler {
    /// Where its libraries and tools are.
    pub sysroot: PathBuf,
    /// Where std for wasm32 is, or would be.
    pub target_libraries: PathBuf,
    /// The platform it runs on.
    pub host: String,
}

impl OwnCompiler {
    /// Asks it, in one call because each costs a start of rustup.
    pub fn ask(places: &Places) -> Result<Self> {
        let arguments = [
            "--print=sysroot",
            "--print=target-libdir",
            "--print=host-tuple",
            "--target",
            TARGET,
        ];
        let answer = child::output(
            child::command("rustc")
                .args(arguments)
                .current_dir(&places.root),
        )
        .context("Rust is needed: install it as https://rustup.rs says")?;
        let mut lines = answer.lines();
        let mut next = || {
            lines
                .next()
                .map(str::to_owned)
                .context("`rustc --print` answered with too few lines")
        };
        Ok(Self {
            sysroot: next()?.into(),
            target_libraries: next()?.into(),
            host: next()?,
        })
    }

    /// Whether it can build for wasm32 as it is.
    pub fn has_target(&self) -> bool {
        self.target_libraries.is_dir()
    }

    /// The linker for wasm32 that rustup installs with the compiler.
    pub fn rust_lld(&self) -> PathBuf {
        self.sysroot
            .join("lib/rustlib")
            .join(&self.host)
            .join("bin/rust-lld")
    }
}

/// Debian's compiler with a std for wasm32 in the cache.
pub struct DebianCompiler {
    /// `1.96.0-ac68faa20c58`: the std in the cache belongs to exactly this compiler.
    pub version: String,
    /// Where its std and its wrapper are, or would be.
    pub home: PathBuf,
}

impl DebianCompiler {
    /// None when the packages are not installed.
    pub fn find(places: &Places) -> Result<Option<Self>> {
        if ![DEBIAN_RUSTC, DEBIAN_CARGO, DEBIAN_STD_SOURCES]
            .iter()
            .all(|file| Path::new(file).is_file())
        {
            return Ok(None);
        }
        let answer = child::output(child::command(DEBIAN_RUSTC).arg("-vV"))?;
        let version =
            version_of(&answer).context("`/usr/bin/rustc -vV` does not name its release")?;
        let home = places.cache.join("wasm-std").join(&version);
        Ok(Some(Self { version, home }))
    }

    /// Written last of all, so that a build that was interrupted is not taken for a finished one.
    pub fn stamp(&self) -> PathBuf {
        self.home.join("complete")
    }

    /// Whether std was built.
    pub fn is_ready(&self) -> bool {
        self.stamp().is_file()
    }

    /// The sysroot that holds std for wasm32 and nothing else.
    pub fn sysroot(&self) -> PathBuf {
        self.home.join("sysroot")
    }

    /// A directory with `cargo` and `rustc`, to stand first on PATH of a wasm build and nowhere else.
    pub fn programs(&self) -> PathBuf {
        self.home.join("bin")
    }
}

/// The compiler that a build will use.
pub enum Compiler {
    /// The user's own.
    Own,
    /// Debian's, and the linker it borrows.
    Debian {
        compiler: DebianCompiler,
        linker: PathBuf,
    },
}

impl Compiler {
    /// The user's own where it has the target, else Debian's where that is ready.
    pub fn choose(places: &Places) -> Result<Self> {
        let own = OwnCompiler::ask(places)?;
        if own.has_target() {
            return Ok(Self::Own);
        }
        let ready = DebianCompiler::find(places)?.filter(DebianCompiler::is_ready);
        let compiler = ready.context("no compiler for wasm32 is set up; run `cargo edge setup`")?;
        let linker =
            linker(&own).context("no linker for wasm32 is set up; run `cargo edge setup`")?;
        Ok(Self::Debian { compiler, linker })
    }

    /// The text that distinguishes this compiler's output from another's.
    pub fn identity(&self, places: &Places) -> Result<String> {
        match self {
            Self::Own => {
                child::output(child::command("rustc").arg("-vV").current_dir(&places.root))
            }
            Self::Debian { compiler, .. } => Ok(compiler.version.clone()),
        }
    }

    /// Prepares the environment of a program that will call `cargo` and `rustc` for wasm32.
    pub fn prepare(&self, command: &mut Command, places: &Places) -> Result<()> {
        let npm = places.root.join("node_modules/.bin");
        // Flags and wrappers meant for the user's native builds do not fit this target.
        for name in [
            "RUSTC",
            "RUSTFLAGS",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_BUILD_RUSTFLAGS",
            "CARGO_BUILD_TARGET",
        ] {
            command.env_remove(name);
        }
        // Only for this target: build scripts and macros, which run on this machine, are built as usual.
        command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", INLINING);
        // A directory of its own keeps two compilers from discarding each other's work.
        command.env("CARGO_TARGET_DIR", places.root.join("target/wasm"));
        match self {
            Self::Own => {
                command.env("PATH", places.path_with(&[npm])?);
            }
            Self::Debian { compiler, linker } => {
                command
                    .env_remove("RUSTUP_TOOLCHAIN")
                    .env("PATH", places.path_with(&[compiler.programs(), npm])?)
                    .env("RUSTC", compiler.programs().join("rustc"))
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
            }
        }
        Ok(())
    }
}

/// A linker for Debian's compiler, which brings none: rustup's, else LLVM's.
pub fn linker(own: &OwnCompiler) -> Option<PathBuf> {
    let rustups = Some(own.rust_lld()).filter(|path| path.is_file());
    rustups.or_else(|| {
        ["wasm-ld-22", "wasm-ld"]
            .iter()
            .find_map(|name| on_path(name))
    })
}

/// `release` and the first digits of `commit-hash`, which Debian's rebuilds of one release share.
fn version_of(answer: &str) -> Option<String> {
    let field = |name: &str| {
        answer
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .map(str::trim)
    };
    let commit = field("commit-hash:")?;
    Some(format!(
        "{}-{}",
        field("release:")?,
        commit.get(..12).unwrap_or(commit)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_compiler_is_identified_then_release_and_commit_name_it() {
        let answer = "rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)\nbinary: rustc\n\
                      commit-hash: ac68faa20c58cbccd01ee7208bf3b6e93a7d7f96\nhost: x86_64-unknown-linux-gnu\n\
                      release: 1.96.0\n";
        assert_eq!(version_of(answer).as_deref(), Some("1.96.0-ac68faa20c58"));
        assert_eq!(
            version_of("release: 1.96.0\ncommit-hash: unknown\n").as_deref(),
            Some("1.96.0-unknown")
        );
        assert_eq!(version_of("nonsense"), None);
    }
}
