//! `cargo edge release`: the packages by which a team deploys without Rust and without a clone, in
//! `target/release-artifacts/`.
//!
//! `files` collects what goes into each package, `product` derives the product's part of the configuration, `archive` packs
//! reproducibly. Two runs give the same bytes: names are sorted, and times, owners and this machine's paths are left out.

mod archive;
mod files;
mod product;
mod schema;

use crate::setup::{self, Need};
use crate::{build, sbom};
use anyhow::{Context, Result, bail};
use files::{Files, hex};
use serde_json::{Value, json};
use shell::child;
use shell::places::Places;
use shell::progress::Progress;
use shell::terminal;
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
pub fn command(places: &Places) -> Result<()> {
    setup::ensure(places, Need::Worker)?;
    build::build(places)?;
    let programs = tools(places)?;
    let out = places.root.join(OUT);
    let _ = fs::remove_dir_all(&out);
    fs::create_dir_all(&out).with_context(|| format!("{OUT} cannot be made"))?;
    let version = env!("CARGO_PKG_VERSION");
    let bill = sbom::document(places)?;
    let platform = platform()?;
    let packages = [
        (
            "one-login-edge",
            product_package(places, version, platform, &bill)?,
        ),
        (
            &*format!("one-login-edge-{platform}"),
            tool(places, version, platform, &programs)?,
        ),
        ("create-one-login-edge", create(places, version)?),
    ]
    .map(|(name, files)| (format!("{name}-{version}.tgz"), files));
    let mut sums = String::new();
    let mut put = |name: &str, bytes: &[u8]| {
        sums.push_str(&format!("{}  {name}\n", hex(bytes)));
        let path = out.join(name);
        fs::write(&path, bytes).with_context(|| format!("{} cannot be written", path.display()))
    };
    for (name, files) in packages {
        put(&name, &archive::npm(&files)?)?;
    }
    put("sbom.cdx.json", bill.as_bytes())?;
    fs::write(out.join("SHA256SUMS"), &sums).context("SHA256SUMS cannot be written")?;
    terminal::print(&format!("{OUT}/ has version {version}:\n{sums}"))
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

/// The package that a team depends on: the Worker, and the script that starts the tool.
fn product_package(places: &Places, version: &str, platform: &str, bill: &str) -> Result<Files> {
    let mut files = Files::default();
    files.below(&places.root.join("packages/one-login-edge"), "")?;
    for name in ["index.js", "index_bg.wasm"] {
        files.file(
            &places.root.join("build").join(name),
            &format!("worker/{name}"),
        )?;
    }
    files.below(&places.root.join("build/assets"), "worker/assets")?;
    let read = |name: &str| {
        fs::read_to_string(places.root.join(name)).with_context(|| format!("{name} cannot be read"))
    };
    let wrangler = product::configuration(&read("wrangler.toml")?)?;
    files.text("worker/wrangler.json", &wrangler);
    files.text(
        "formats.json",
        &product::formats(&read("docs/formats.md")?)?,
    );
    files.text(
        "sign-in.schema.json",
        &schema::schema(&read("docs/configuration.md")?)?,
    );
    files.text("sbom.cdx.json", bill);
    files.file(&places.root.join("CHANGELOG.md"), "CHANGELOG.md")?;
    files.file(&places.root.join("LICENSE"), "LICENSE")?;
    let npm: Value = serde_json::from_str(&read("package.json")?)?;
    files.json(
        "package.json",
        &json!({
            "name": "one-login-edge",
            "version": version,
            "description": "GOV.UK One Login in front of a service, as a Cloudflare Worker",
            "license": "MIT",
            "type": "module",
            "engines": { "node": ">=22" },
            "bin": { "one-login-edge": "bin/one-login-edge.mjs" },
            "dependencies": { "wrangler": npm["devDependencies"]["wrangler"] },
            "optionalDependencies": { format!("one-login-edge-{platform}"): version },
        }),
    );
    let sums = files.sums("worker/");
    files.text("SHA256SUMS", &sums);
    Ok(files)
}

/// The package of a platform: the tool and the simulator.
fn tool(places: &Places, version: &str, platform: &str, programs: &[PathBuf]) -> Result<Files> {
    let mut files = Files::default();
    for program in programs {
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        files.program(program, &format!("bin/{name}"))?;
    }
    files.file(&places.root.join("LICENSE"), "LICENSE")?;
    let (system, machine) = platform.split_once('-').unwrap_or_default();
    files.json(
        "package.json",
        &json!({
            "name": format!("one-login-edge-{platform}"),
            "version": version,
            "description": format!("The tool of one-login-edge for {platform}"),
            "license": "MIT",
            "os": [system],
            "cpu": [machine],
        }),
    );
    Ok(files)
}

/// The package that makes a team's repository.
fn create(places: &Places, version: &str) -> Result<Files> {
    let mut files = Files::default();
    files.below(&places.root.join("packages/create-one-login-edge"), "")?;
    files.file(&places.root.join("LICENSE"), "LICENSE")?;
    files.json(
        "package.json",
        &json!({
            "name": "create-one-login-edge",
            "version": version,
            "description": "Makes a repository for a service that GOV.UK One Login signs users in to",
            "license": "MIT",
            "type": "module",
            "engines": { "node": ">=22" },
            "bin": { "create-one-login-edge": "create.mjs" },
        }),
    );
    Ok(files)
}
