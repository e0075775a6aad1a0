//! `cargo edge release`: the packages by which a team deploys without Rust and without a clone, in
//! `target/release-artifacts/`.
//!
//! `packages` says what goes into each package, `product` derives the product's part of the configuration, `licences` collects the
//! licences of others, `archive` packs reproducibly. Two runs give the same bytes: names are sorted, and times, owners and this machine's paths are left out.

mod archive;
mod files;
mod licences;
mod packages;
mod product;
mod schema;

use crate::setup::{self, Need};
use crate::{build, sbom};
use anyhow::{Context, Result, bail};
use packages::Release;
use shell::child;
use shell::digest::sha256;
use shell::places::Places;
use shell::progress::Progress;
use shell::terminal;
use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The directory of the artefacts, below the root.
const OUT: &str = "target/release-artifacts";

/// The profile of the native programs.
const PROFILE: &str = "tools";

/// Builds and packs everything.
///
/// # Errors
/// When a build fails, or the sources lack something that belongs into a package.
pub fn command(places: &Places, platforms: &[String], repository: Option<&str>) -> Result<()> {
    if let Some(wrong) = repository.filter(|text| !is_repository(text)) {
        bail!("--repository must be an address such as https://github.com/owner/name, not {wrong}");
    }
    setup::ensure(places, Need::Worker)?;
    build::build(places)?;
    let programs = tools(places)?;
    let out = places.root.join(OUT);
    let _ = fs::remove_dir_all(&out);
    fs::create_dir_all(&out).with_context(|| format!("{OUT} cannot be made"))?;
    let version = env!("CARGO_PKG_VERSION");
    let bill = sbom::document(places)?;
    let platform = platform()?;
    let asked = asked(platforms, platform)?;
    let release = Release {
        places,
        version,
        repository,
    };
    let product = packages::product(&release, &asked, &bill)?;
    let tool = packages::tool(&release, platform, &host()?, &programs)?;
    let create = packages::create(&release)?;
    let whole = packages::whole(places, &[&product, &tool, &create], platform)?;
    let archives = [
        (
            format!("one-login-edge-{version}.tgz"),
            archive::npm(&product)?,
        ),
        (
            format!("one-login-edge-{platform}-{version}.tgz"),
            archive::npm(&tool)?,
        ),
        (
            format!("create-one-login-edge-{version}.tgz"),
            archive::npm(&create)?,
        ),
        (
            format!("one-login-edge-{version}-{platform}.tar.gz"),
            archive::below("one-login-edge", &whole)?,
        ),
    ];
    let mut sums = String::new();
    let mut put = |name: &str, bytes: &[u8]| {
        sums.push_str(&format!("{}  {name}\n", sha256(bytes)));
        let path = out.join(name);
        fs::write(&path, bytes).with_context(|| format!("{} cannot be written", path.display()))
    };
    for (name, bytes) in archives {
        put(&name, &bytes)?;
    }
    put("sbom.cdx.json", bill.as_bytes())?;
    fs::write(out.join("SHA256SUMS"), &sums).context("SHA256SUMS cannot be written")?;
    terminal::print(&format!("{OUT}/ has version {version}:\n{sums}"))
}

/// Whether a text is the address of a repository, in the form that a build server has it.
fn is_repository(text: &str) -> bool {
    let is_of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    let path = text.strip_prefix("https://");
    path.is_some_and(|path| {
        path.bytes().all(is_of_a_name)
            && path.split('/').all(|part| !part.is_empty())
            && !path.ends_with(".git")
    })
}

/// The platforms with a package of their own.
const PLATFORMS: [&str; 4] = ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64"];

/// The platforms whose tools the Worker's package asks for, this one among them.
fn asked(platforms: &[String], own: &str) -> Result<BTreeSet<String>> {
    let unknown = platforms
        .iter()
        .find(|name| !PLATFORMS.contains(&name.as_str()));
    if let Some(unknown) = unknown {
        bail!(
            "there is no package for {unknown}, but for {}",
            PLATFORMS.join(", ")
        );
    }
    let own = [own.to_owned()];
    Ok(platforms.iter().chain(&own).cloned().collect())
}

/// This machine's platform as Node names it.
fn platform() -> Result<&'static str> {
    match (env::consts::OS, env::consts::ARCH) {
        ("linux", "x86_64") => Ok("linux-x64"),
        ("linux", "aarch64") => Ok("linux-arm64"),
        ("macos", "x86_64") => Ok("darwin-x64"),
        ("macos", "aarch64") => Ok("darwin-arm64"),
        (system, machine) => bail!("there is no package for {system} on {machine}"),
    }
}

/// This machine's platform as Rust names it.
fn host() -> Result<String> {
    let about = child::output(child::command("rustc").arg("-vV"))?;
    let line = about.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned)
        .context("rustc does not name its host")
}

/// Compiles the operators' tool and the simulator; no path of this machine is in them.
fn tools(places: &Places) -> Result<[PathBuf; 2]> {
    let target = places.root.join("target/tools");
    let mut cargo = child::command("cargo");
    cargo
        .args(["build", "--locked", "--profile", PROFILE, "--target-dir"])
        .arg(&target)
        .args([
            "--package",
            "one-login-edge-cli",
            "--package",
            "one-login-simulator",
            "--bins",
        ])
        .env("RUSTFLAGS", remapped(&places.root)?)
        .current_dir(&places.root);
    Progress::during(
        "the tool and the simulator (about 6 min the first time)",
        |progress| child::run(progress, &mut cargo, None)?.into_result("the build of the tools"),
    )?;
    Ok(["one-login-edge", "simulator"].map(|name| target.join(PROFILE).join(name)))
}

fn remapped(root: &Path) -> Result<String> {
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")))
        .context("neither CARGO_HOME nor HOME is set")?;
    Ok(format!(
        "--remap-path-prefix={}=/source --remap-path-prefix={}=/cargo",
        root.display(),
        home.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_a_repository_that_is_no_address_as_a_build_server_has_it() {
        assert!(is_repository("https://github.com/owner/name.of-it"));
        for wrong in [
            "owner/name",
            "https://github.com/a/b.git",
            "https://github.com/a/b/",
            "https://a b",
            "",
        ] {
            assert!(!is_repository(wrong), "{wrong}");
        }
    }

    #[test]
    fn when_platforms_are_named_then_the_package_asks_for_each_and_for_this_one() {
        let named = ["darwin-arm64".to_owned(), "linux-x64".to_owned()];
        let all: Vec<_> = asked(&named, "linux-x64").unwrap().into_iter().collect();
        assert_eq!(all, ["darwin-arm64", "linux-x64"]);
        assert_eq!(asked(&[], "linux-x64").unwrap().len(), 1);
        assert!(asked(&["windows-x64".to_owned()], "linux-x64").is_err());
    }
}
