//! The content of each package.

use super::files::Files;
use super::{licences, product, schema};
use crate::wasm::TARGET;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use shell::places::Places;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

/// The file with the licences of others.
const LICENCES: &str = "THIRD-PARTY-LICENCES.txt";

/// The package that a team depends on: the Worker, and the script that starts the tool.
///
/// # Errors
/// When a file is absent or has another form than this repository's.
pub fn product(
    places: &Places,
    version: &str,
    platforms: &BTreeSet<String>,
    bill: &str,
) -> Result<Files> {
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
    let others = licences::page(places, &["one-login-edge"], TARGET, &["govuk-frontend"])?;
    files.text(LICENCES, &others);
    let tools: BTreeMap<_, _> = platforms
        .iter()
        .map(|platform| (format!("one-login-edge-{platform}"), version))
        .collect();
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
            "optionalDependencies": tools,
        }),
    );
    let sums = files.sums("worker/");
    files.text("SHA256SUMS", &sums);
    Ok(files)
}

/// The package of a platform: the tool and the simulator.
///
/// # Errors
/// As of [`product`].
pub fn tool(
    places: &Places,
    version: &str,
    platform: &str,
    host: &str,
    programs: &[PathBuf],
) -> Result<Files> {
    let mut files = Files::default();
    for program in programs {
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        files.program(program, &format!("bin/{name}"))?;
    }
    files.file(&places.root.join("LICENSE"), "LICENSE")?;
    let members = ["one-login-edge-cli", "one-login-simulator"];
    files.text(LICENCES, &licences::page(places, &members, host, &[])?);
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
///
/// # Errors
/// As of [`product`].
pub fn create(places: &Places, version: &str) -> Result<Files> {
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

/// All packages as npm would install them, for those without npm.
///
/// # Errors
/// As of [`product`].
pub fn whole(places: &Places, packages: &[&Files; 3], platform: &str) -> Result<Files> {
    let mut files = Files::default();
    files.file(&places.root.join("packages/without-npm.md"), "README.md")?;
    let tool = format!("one-login-edge-{platform}");
    let names = ["one-login-edge", &tool, "create-one-login-edge"];
    for (package, name) in packages.iter().zip(names) {
        files.all_of(package, &format!("node_modules/{name}"));
    }
    Ok(files)
}
