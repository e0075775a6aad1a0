//! The licences of what is in the packages, with their texts: of each crate that is compiled in, and of what came from npm.

use crate::graph::Graph;
use anyhow::{Context, Result, bail};
use cargo_metadata::{DependencyKind, Package};
use serde_json::Value;
use shell::places::Places;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// How the names of files with a licence begin, in lower case.
const NAMES: [&str; 6] = [
    "license",
    "licence",
    "copying",
    "copyright",
    "notice",
    "unlicense",
];

/// A licence whose text is in the file for other crates already, so that a crate without a file of its own may refer to it.
const KNOWN: &str = "Apache-2.0";

/// Packages of npm whose archives have no file of their licence, MIT, and the notice in their repositories' `LICENSE.txt`.
const NOTICES: [(&str, &str); 1] = [(
    "govuk-frontend",
    "Copyright (C) 2017 Crown Copyright (Government Digital Service)",
)];

/// The page of licences for what is compiled from these members of the workspace for a platform, and for these packages of npm.
///
/// # Errors
/// When cargo cannot be asked, or the text of a licence is nowhere to be found.
pub fn page(places: &Places, members: &[&str], target: &str, npm: &[&str]) -> Result<String> {
    let graph = Graph::read(places, target)?;
    let known = graph.packages();
    let mut parts = vec![standard_library()];
    // Crates that only build or test the members are left out, and so is the product itself.
    for id in graph.beneath(members, &[DependencyKind::Normal]) {
        if known[id].source.is_some() {
            parts.push(of_crate(known[id])?);
        }
    }
    for name in npm {
        parts.push(of_npm(&places.root.join("node_modules").join(name), name)?);
    }
    Ok(written(parts))
}

/// Something that was made by others.
struct Part {
    /// Name and version.
    name: String,
    /// The licence, as an expression of SPDX.
    licence: String,
    /// The texts that come with it.
    texts: Vec<String>,
}

/// Rust's own library is in every program; its licence has no file that each installation has.
fn standard_library() -> Part {
    Part {
        name: "the Rust standard library".to_owned(),
        licence: "MIT OR Apache-2.0".to_owned(),
        texts: Vec::new(),
    }
}

fn of_crate(package: &Package) -> Result<Part> {
    let manifest = package.manifest_path.as_std_path();
    let directory = manifest.parent().context("a crate has no directory")?;
    let mut texts = texts(directory)?;
    if let Some(file) = &package.license_file {
        texts.extend(fs::read_to_string(directory.join(file)).ok());
    }
    part(
        format!("{} {}", package.name, package.version),
        package.license.clone().unwrap_or_default(),
        texts,
    )
}

fn of_npm(directory: &Path, name: &str) -> Result<Part> {
    let path = directory.join("package.json");
    let manifest =
        fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let manifest: Value = serde_json::from_str(&manifest)?;
    let text = |field: &str| manifest[field].as_str().unwrap_or_default().to_owned();
    let mut texts = texts(directory)?;
    let notice = NOTICES.iter().find(|(package, _)| *package == name);
    if let Some((_, notice)) = notice.filter(|_| texts.is_empty() && manifest["license"] == "MIT") {
        texts.push(mit(notice)?);
    }
    part(
        format!("{name} {}", text("version")),
        text("license"),
        texts,
    )
}

/// The text of MIT with another notice than this product's own.
fn mit(notice: &str) -> Result<String> {
    let (title, rest) = include_str!("../../../LICENSE")
        .split_once("\n\n")
        .context("LICENSE has no title")?;
    let (_, permission) = rest.split_once("\n\n").context("LICENSE has no notice")?;
    Ok(format!("{title}\n\n{notice}\n\n{permission}"))
}

fn part(name: String, licence: String, texts: Vec<String>) -> Result<Part> {
    if texts.is_empty() && !licence.contains(KNOWN) {
        bail!("{name} ({licence}) comes without the text of its licence");
    }
    Ok(Part {
        name,
        licence,
        texts,
    })
}

/// The texts of licences in a directory, in the order of their names.
fn texts(directory: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)
        .with_context(|| format!("{} cannot be read", directory.display()))?
    {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        if path.is_file() && NAMES.iter().any(|start| name.starts_with(start)) {
            files.push(path);
        }
    }
    files.sort();
    let read = |path: &PathBuf| {
        let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        Ok(String::from_utf8_lossy(&bytes).replace("\r\n", "\n"))
    };
    files.iter().map(read).collect()
}

/// A list of the parts, then each text once with those whose it is.
fn written(mut parts: Vec<Part>) -> String {
    parts.sort_by(|one, other| one.name.cmp(&other.name));
    let mut out = String::from("Parts that others made, and their licences (SPDX):\n\n");
    let mut by_text: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for part in &parts {
        let own = match part.texts.is_empty() {
            true => format!(" (under {KNOWN}, whose text is below)"),
            false => String::new(),
        };
        out.push_str(&format!("{}: {}{own}\n", part.name, part.licence));
        for text in &part.texts {
            let names = by_text.entry(text.trim().to_owned()).or_default();
            if !names.contains(&part.name) {
                names.push(part.name.clone());
            }
        }
    }
    for (text, names) in by_text {
        out.push_str(&format!(
            "\n{}\n{}\n\n{text}\n",
            "=".repeat(72),
            names.join(", ")
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(name: &str, licence: &str, texts: &[&str]) -> Result<Part> {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        part(name.to_owned(), licence.to_owned(), texts)
    }

    #[test]
    fn when_parts_share_a_text_then_it_is_written_once_with_both() {
        let parts = vec![
            some("b 1", "MIT", &["one\n"]).unwrap(),
            some("a 1", "MIT", &["one", "two"]).unwrap(),
            some("c 1", "MIT OR Apache-2.0", &[]).unwrap(),
        ];
        let page = written(parts);
        assert_eq!(page.matches("\none\n").count(), 1);
        assert!(page.contains("\na 1, b 1\n\none\n"), "{page}");
        assert!(
            page.contains("c 1: MIT OR Apache-2.0 (under Apache-2.0"),
            "{page}"
        );
    }

    #[test]
    fn rejects_a_part_without_the_text_of_its_licence() {
        assert!(some("d 1", "MIT", &[]).is_err());
    }

    #[test]
    fn when_the_tool_is_packed_then_every_crate_in_it_has_a_licence() {
        let places = Places::find().unwrap();
        let target = crate::wasm::TARGET;
        let page = page(&places, &["one-login-edge"], target, &["govuk-frontend"]).unwrap();
        for known in [
            "chacha20poly1305 ",
            "govuk-frontend ",
            "Apache License",
            "Crown Copyright",
        ] {
            assert!(page.contains(known), "{known}");
        }
        assert!(
            !page.contains("aws-lc-sys "),
            "it is compiled into tests and the simulator only"
        );
        assert!(
            !page.contains("\none-login-edge "),
            "the product's own licence is LICENSE"
        );
    }
}
