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

/// The facts that all packages of a release share.
pub struct Release<'a> {
    /// Where the sources are.
    pub places: &'a Places,
    /// The version, such as `1.2.3`.
    pub version: &'a str,
    /// The https address of the public repository that a release is published from. npm compares it with the signed provenance, and
    /// refuses a package that names no repository or another one (E422).
    pub repository: Option<&'a str>,
}

impl Release<'_> {
    /// The `package.json` of a package, with fields of its own.
    fn manifest(&self, name: &str, description: &str, own: Value) -> Value {
        let mut all = json!({
            "name": name,
            "version": self.version,
            "description": description,
            "license": "MIT",
        });
        if let Some(repository) = self.repository {
            all["repository"] = json!({ "type": "git", "url": format!("git+{repository}.git") });
        }
        if let (Some(all), Value::Object(own)) = (all.as_object_mut(), own) {
            all.extend(own);
        }
        all
    }
}

/// The package that a team depends on: the Worker, and the script that starts the tool.
///
/// # Errors
/// When a file is absent or has another form than this repository's.
pub fn product(release: &Release<'_>, platforms: &BTreeSet<String>, bill: &str) -> Result<Files> {
    let places = release.places;
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
        .map(|platform| (format!("one-login-edge-{platform}"), release.version))
        .collect();
    let npm: Value = serde_json::from_str(&read("package.json")?)?;
    files.json(
        "package.json",
        &release.manifest(
            "one-login-edge",
            "GOV.UK One Login in front of a service, as a Cloudflare Worker",
            json!({
                "type": "module",
                "engines": { "node": ">=22" },
                "bin": { "one-login-edge": "bin/one-login-edge.mjs" },
                "dependencies": { "wrangler": npm["devDependencies"]["wrangler"] },
                "optionalDependencies": tools,
            }),
        ),
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
    release: &Release<'_>,
    platform: &str,
    host: &str,
    programs: &[PathBuf],
) -> Result<Files> {
    let places = release.places;
    let mut files = Files::default();
    for program in programs {
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        files.program(program, &format!("bin/{name}"))?;
    }
    files.file(&places.root.join("LICENSE"), "LICENSE")?;
    let members = ["one-login-edge-cli", "one-login-simulator"];
    files.text(LICENCES, &licences::page(places, &members, host, &[])?);
    let (system, machine) = platform.split_once('-').unwrap_or_default();
    let mut own = json!({ "os": [system], "cpu": [machine] });
    if system == "linux" {
        // As workerd, it is linked to glibc; npm leaves it out where there is another C library.
        own["libc"] = json!(["glibc"]);
    }
    let description = format!("The tool of one-login-edge for {platform}");
    let manifest = release.manifest(&format!("one-login-edge-{platform}"), &description, own);
    files.json("package.json", &manifest);
    Ok(files)
}

/// The package that makes a team's repository.
///
/// # Errors
/// As of [`product`].
pub fn create(release: &Release<'_>) -> Result<Files> {
    let places = release.places;
    let mut files = Files::default();
    files.below(&places.root.join("packages/create-one-login-edge"), "")?;
    files.file(&places.root.join("LICENSE"), "LICENSE")?;
    files.json(
        "package.json",
        &release.manifest(
            "create-one-login-edge",
            "Makes a repository for a service that GOV.UK One Login signs users in to",
            json!({
                "type": "module",
                "engines": { "node": ">=22" },
                "bin": { "create-one-login-edge": "create.mjs" },
            }),
        ),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_repository_is_named_then_each_package_names_it_as_npm_compares_it() {
        let places = Places::find().unwrap();
        let release = |repository| Release {
            places: &places,
            version: "1.2.3",
            repository,
        };
        let named = release(Some("https://github.com/a/b"));
        let manifest = named.manifest("n", "d", json!({ "os": ["linux"] }));
        assert_eq!(
            manifest["repository"]["url"],
            "git+https://github.com/a/b.git"
        );
        assert_eq!(manifest["os"][0], "linux");
        let files = create(&named).unwrap();
        let text = String::from_utf8(files.0["package.json"].bytes.clone()).unwrap();
        assert!(text.contains("git+https://github.com/a/b.git"), "{text}");
        let unnamed = release(None).manifest("n", "d", json!({}));
        assert!(unnamed.get("repository").is_none(), "{unnamed}");
    }

    #[test]
    fn when_a_tool_is_for_linux_then_npm_leaves_it_out_where_glibc_is_absent() {
        let places = Places::find().unwrap();
        let release = Release {
            places: &places,
            version: "1.2.3",
            repository: None,
        };
        let of = |platform| {
            let files = tool(&release, platform, crate::wasm::TARGET, &[]).unwrap();
            let manifest: Value = serde_json::from_slice(&files.0["package.json"].bytes).unwrap();
            manifest["libc"].clone()
        };
        assert_eq!(of("linux-arm64"), json!(["glibc"]));
        assert_eq!(of("darwin-arm64"), Value::Null);
    }
}
