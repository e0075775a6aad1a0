//! The other way to a compiler for wasm32, for networks where rustup cannot download but apt and crates.io are
//! reachable: Debian's compiler for building browsers, with std built once from its own sources.

use super::consent;
use super::step::{State, Step};
use crate::wasm::{self, DebianCompiler, OwnCompiler, TARGET};
use anyhow::{Context, Result, bail};
use nix::unistd::Uid;
use shell::child;
use shell::places::{Places, on_path};
use shell::progress::Progress;
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

/// The compiler, its cargo, and the sources of its std, from one release.
const PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// The only step, apart from Chromium, that needs root.
pub struct Packages;

impl Step for Packages {
    fn name(&self) -> String {
        "Debian's Rust for wasm32: `apt-get install`, as root (about 1 min)".into()
    }

    fn check(&self, places: &Places) -> Result<State> {
        if OwnCompiler::ask(places)?.has_target() {
            return Ok(State::NotNeeded);
        }
        Ok(if DebianCompiler::find(places)?.is_some() {
            State::Done
        } else {
            State::Missing
        })
    }

    fn act(&self, places: &Places, progress: &Progress) -> Result<()> {
        apt_install(progress, &PACKAGES)?;
        DebianCompiler::find(places)?
            .context("the packages are installed, but not as Debian 12 lays them out")?;
        Ok(())
    }

    fn by_hand(&self, _: &Places) -> String {
        let packages = PACKAGES.join(" ");
        format!(
            "rustup target add {TARGET}; or, where rustup cannot download, on Debian 12: {}",
            apt_by_hand(&packages)
        )
    }
}

/// Debian's compiler brings no linker for wasm32: rustup's is used where there is one, else that of its own LLVM.
pub struct Linker;

impl Step for Linker {
    fn name(&self) -> String {
        "a linker for wasm32: `apt-get install lld-22`, as root".into()
    }

    fn check(&self, places: &Places) -> Result<State> {
        let own = OwnCompiler::ask(places)?;
        if own.has_target() {
            return Ok(State::NotNeeded);
        }
        Ok(if wasm::linker(&own).is_some() {
            State::Done
        } else {
            State::Missing
        })
    }

    fn act(&self, _: &Places, progress: &Progress) -> Result<()> {
        apt_install(progress, &["lld-22"])
    }

    fn by_hand(&self, _: &Places) -> String {
        apt_by_hand("lld-22")
    }
}

/// Std for wasm32, built into the cache and keyed by the compiler's version, so an upgrade builds it again.
pub struct Std;

impl Step for Std {
    fn name(&self) -> String {
        "std for wasm32, built from Debian's sources (about 3 min, once)".into()
    }

    fn check(&self, places: &Places) -> Result<State> {
        if OwnCompiler::ask(places)?.has_target() {
            return Ok(State::NotNeeded);
        }
        let ready = DebianCompiler::find(places)?.is_some_and(|compiler| compiler.is_ready());
        Ok(if ready { State::Done } else { State::Missing })
    }

    fn act(&self, places: &Places, progress: &Progress) -> Result<()> {
        let compiler =
            DebianCompiler::find(places)?.context("Debian's compiler is not installed")?;
        let libraries = compiler
            .sysroot()
            .join("lib/rustlib")
            .join(TARGET)
            .join("lib");
        remove(&compiler.home)?;
        let source = compiler.home.join("empty");
        write_empty_crate(&source)?;
        child::run(progress, &mut std_build(&source)?, None)?.into_result("the build of std")?;
        copy_libraries(
            &source.join("target").join(TARGET).join("release/deps"),
            &libraries,
        )?;
        write_programs(&compiler)?;
        remove(&source)?;
        fs::write(compiler.stamp(), &compiler.version).context("the cache cannot be written to")
    }

    fn by_hand(&self, places: &Places) -> String {
        format!(
            "rustup target add {TARGET}, on a network where that works; or delete {} and run `cargo edge setup`",
            places.cache.join("wasm-std").display()
        )
    }
}

/// An empty crate is enough: `-Zbuild-std` builds std for whatever is built.
fn write_empty_crate(directory: &Path) -> Result<()> {
    let manifest =
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n";
    fs::create_dir_all(directory.join("src"))
        .and_then(|()| fs::write(directory.join("Cargo.toml"), manifest))
        .and_then(|()| fs::write(directory.join("src/lib.rs"), "#![no_std]\n"))
        .with_context(|| format!("{} cannot be written", directory.display()))
}

fn std_build(source: &Path) -> Result<Command> {
    let mut cargo = child::command("/usr/bin/cargo");
    for name in [
        "RUSTUP_TOOLCHAIN",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "RUSTC_WRAPPER",
    ] {
        cargo.env_remove(name);
    }
    cargo
        .args([
            "build",
            "--release",
            "--target",
            TARGET,
            "-Zbuild-std=std,panic_abort",
        ])
        .current_dir(source)
        .env("CARGO_TARGET_DIR", source.join("target"))
        .env("RUSTC", "/usr/bin/rustc")
        // Std can only be built with unstable flags, which this lets a stable compiler take.
        .env("RUSTC_BOOTSTRAP", "1")
        // Without embedded bitcode the Worker's link-time optimisation finds nothing to optimise and fails.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes");
    Ok(cargo)
}

fn copy_libraries(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("{} cannot be made", to.display()))?;
    let entries =
        fs::read_dir(from).with_context(|| format!("{} cannot be read", from.display()))?;
    let mut copied = 0;
    for entry in entries {
        let path = entry?.path();
        let Some(name) = path.file_name().filter(|name| is_library_of_std(name)) else {
            continue;
        };
        fs::copy(&path, to.join(name))
            .with_context(|| format!("{} cannot be copied", path.display()))?;
        copied += 1;
    }
    if copied == 0 {
        bail!("the build of std left no libraries in {}", from.display());
    }
    Ok(())
}

/// Every library but the empty crate's own.
fn is_library_of_std(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.ends_with(".rlib") && !name.starts_with("libempty-")
}

/// `rustc` is wrapped: asked for wasm32 it looks for std in the cache.
fn write_programs(compiler: &DebianCompiler) -> Result<()> {
    let directory = compiler.programs();
    let rustc = directory.join("rustc");
    fs::create_dir_all(&directory)
        .and_then(|()| fs::write(&rustc, wrapper(&compiler.sysroot())))
        .and_then(|()| fs::set_permissions(&rustc, Permissions::from_mode(0o755)))
        .and_then(|()| symlink("/usr/bin/cargo", directory.join("cargo")))
        .with_context(|| format!("{} cannot be written", directory.display()))
}

fn wrapper(sysroot: &Path) -> String {
    let quoted = sysroot.display().to_string().replace('\'', r"'\''");
    format!(
        "#!/bin/sh\n\
         # Written by `cargo edge setup`. Asked for wasm32, Debian's compiler finds std in the cache.\n\
         for argument; do\n\
         \x20 [ \"$argument\" = {TARGET} ] && exec /usr/bin/rustc --sysroot '{quoted}' \"$@\"\n\
         done\n\
         exec /usr/bin/rustc \"$@\"\n"
    )
}

fn remove(directory: &Path) -> Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", directory.display()))
        }
        _ => Ok(()),
    }
}

/// `apt-get update` and `install`, as root or through a sudo that asks for no password. A person is asked before.
pub fn apt_install(progress: &Progress, packages: &[&str]) -> Result<()> {
    if on_path("apt-get").is_none() {
        bail!("this system has no apt-get");
    }
    consent::ask(progress, &apt_by_hand(&packages.join(" ")))?;
    let install = [&["install", "--yes", "--no-install-recommends"], packages].concat();
    for arguments in [&["update"][..], &install] {
        let mut apt = as_root("apt-get");
        apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        child::run(progress, &mut apt, None)?
            .into_result(&format!("`apt-get {}`", arguments.join(" ")))?;
    }
    Ok(())
}

fn as_root(program: &str) -> Command {
    if Uid::effective().is_root() {
        return child::command(program);
    }
    let mut sudo = child::command("sudo");
    sudo.args([
        "--non-interactive",
        "--preserve-env=DEBIAN_FRONTEND",
        program,
    ]);
    sudo
}

/// The command that a person would type.
pub fn apt_by_hand(packages: &str) -> String {
    format!("sudo apt-get update && sudo apt-get install --no-install-recommends {packages}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_libraries_are_copied_then_the_empty_crates_own_stays_behind() {
        assert!(is_library_of_std(OsStr::new("libstd-0123.rlib")));
        assert!(!is_library_of_std(OsStr::new("libempty-0123.rlib")));
        assert!(!is_library_of_std(OsStr::new("libstd-0123.rmeta")));
    }

    #[test]
    fn when_the_wrapper_is_written_then_it_quotes_its_path() {
        let script = wrapper(Path::new("/home/o'neil/cache"));
        assert!(
            script.contains(r"--sysroot '/home/o'\''neil/cache' "),
            "{script}"
        );
        assert!(
            script.starts_with("#!/bin/sh\n") && script.ends_with("exec /usr/bin/rustc \"$@\"\n")
        );
    }
}
