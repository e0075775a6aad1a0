//! `cargo edge sbom`: everything that the Worker and its tools are made of, as a CycloneDX list.
//!
//! Crates come from `Cargo.lock` and cargo's metadata, packages of npm from `package-lock.json`. A component that is
//! compiled into the Worker is `required`, every other `excluded`. The list holds no time and no serial number, so
//! that one commit has one list.

use crate::graph::{Graph, needed};
use crate::wasm::TARGET;
use anyhow::{Context, Result};
use base64ct::{Base64, Encoding};
use cargo_metadata::{DependencyKind, Package};
use serde_json::{Map, Value, json};
use shell::digest::hexadecimal;
use shell::places::Places;
use shell::terminal;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The crate that is deployed.
const WORKER: &str = "one-login-edge";

/// How a crate is needed that is compiled into the Worker or compiles it.
const DEPLOYED: [DependencyKind; 2] = [DependencyKind::Normal, DependencyKind::Build];

/// Writes the list to a file, or prints it.
pub fn command(places: &Places, out: Option<&Path>) -> Result<()> {
    let list = document(places)?;
    match out {
        Some(path) => {
            fs::write(path, list).with_context(|| format!("{} cannot be written", path.display()))
        }
        None => terminal::print(&list),
    }
}

/// The list as text.
///
/// # Errors
/// When cargo or a lock file cannot be read.
pub fn document(places: &Places) -> Result<String> {
    Ok(format!("{:#}\n", of(places)?))
}

fn of(places: &Places) -> Result<Value> {
    let worker = Graph::read(places, TARGET)?;
    let read = |name: &str| {
        fs::read_to_string(places.root.join(name)).with_context(|| format!("{name} cannot be read"))
    };
    let lock: toml::Table = read("Cargo.lock")?.parse()?;
    let npm: Value = serde_json::from_str(&read("package-lock.json")?)?;
    Ok(list(&worker, &lock, &npm))
}

/// The list, from what cargo says for the Worker's platform and from both lock files.
fn list(worker: &Graph, lock: &toml::Table, npm: &Value) -> Value {
    let known = worker.packages();
    let licences: BTreeMap<_, _> = known
        .values()
        .map(|one| (reference(one), one.license.as_deref()))
        .collect();
    let deployed: BTreeSet<_> = worker
        .beneath(&[WORKER], &DEPLOYED)
        .into_iter()
        .map(|id| reference(known[id]))
        .collect();
    let mut components = Vec::new();
    let mut version = "";
    let packages = lock.get("package").and_then(toml::Value::as_array);
    for package in packages.into_iter().flatten() {
        let text = |name: &str| package.get(name).and_then(toml::Value::as_str);
        let (Some(name), Some(number)) = (text("name"), text("version")) else {
            continue;
        };
        if name == WORKER {
            version = number;
        }
        // Members of this workspace come from no registry.
        let Some(checksum) = text("checksum") else {
            continue;
        };
        let place = format!("pkg:cargo/{name}@{number}");
        let licence = licences.get(&place).copied().flatten();
        components.push(component(Part {
            name,
            version: number,
            scope: deployed.contains(&place),
            licence: licence.map(|text| text.replace('/', " OR ")),
            hash: Some(("SHA-256", checksum.to_owned())),
            place,
        }));
    }
    components.extend(of_npm(npm));
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": {
            "type": "application",
            "bom-ref": WORKER,
            "name": WORKER,
            "version": version,
            "licenses": [{ "license": { "id": "MIT" } }],
        } },
        "components": components,
        "dependencies": dependencies(worker, &deployed),
    })
}

/// One entry of the list.
struct Part<'a> {
    name: &'a str,
    version: &'a str,
    place: String,
    scope: bool,
    licence: Option<String>,
    hash: Option<(&'static str, String)>,
}

fn component(part: Part<'_>) -> Value {
    let mut entry = json!({
        "type": "library",
        "bom-ref": part.place,
        "name": part.name,
        "version": part.version,
        "scope": if part.scope { "required" } else { "excluded" },
        "purl": part.place,
    });
    if let Some(expression) = part.licence {
        entry["licenses"] = json!([{ "expression": expression }]);
    }
    if let Some((algorithm, content)) = part.hash {
        entry["hashes"] = json!([{ "alg": algorithm, "content": content }]);
    }
    entry
}

/// The packages of npm: tools, of which nothing is deployed.
fn of_npm(lock: &Value) -> Vec<Value> {
    let none = Map::new();
    let packages = lock["packages"].as_object().unwrap_or(&none);
    let mut places = BTreeSet::new();
    let entries = packages.iter().filter_map(|(path, package)| {
        let (_, name) = path.rsplit_once("node_modules/")?;
        let version = package["version"].as_str()?;
        let place = format!("pkg:npm/{}@{version}", name.replace('@', "%40"));
        // One version may lie in several places.
        places.insert(place.clone()).then(|| {
            component(Part {
                name,
                version,
                place,
                scope: false,
                licence: package["license"].as_str().map(str::to_owned),
                hash: package["integrity"].as_str().and_then(from_integrity),
            })
        })
    });
    entries.collect()
}

/// A hash as npm writes it, `sha512-` and base64, as CycloneDX wants it.
fn from_integrity(integrity: &str) -> Option<(&'static str, String)> {
    let bytes = Base64::decode_vec(integrity.strip_prefix("sha512-")?).ok()?;
    Some(("SHA-512", hexadecimal(&bytes)))
}

fn dependencies(worker: &Graph, deployed: &BTreeSet<String>) -> Vec<Value> {
    let known = worker.packages();
    let own = |package: &Package| match package.name == WORKER {
        true => WORKER.to_owned(),
        false => reference(package),
    };
    let inside = worker
        .nodes()
        .iter()
        .map(|node| (node, known[&node.id]))
        .filter(|(_, package)| deployed.contains(&reference(package)));
    let edges = inside.map(|(node, package)| {
        let below: BTreeSet<_> = needed(node, &DEPLOYED).map(|id| own(known[id])).collect();
        json!({ "ref": own(package), "dependsOn": below })
    });
    edges.collect()
}

fn reference(package: &Package) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_npm_gives_a_hash_then_it_is_written_in_hexadecimal() {
        assert_eq!(
            from_integrity("sha512-AAEC/w=="),
            Some(("SHA-512", "000102ff".to_owned()))
        );
        assert_eq!(from_integrity("sha1-AAEC"), None);
    }

    #[test]
    fn when_the_repository_is_listed_then_the_worker_is_told_from_its_tools() {
        let list = of(&Places::find().unwrap()).unwrap();
        let components = list["components"].as_array().unwrap();
        let scope = |name: &str| {
            let named = components.iter().find(|one| one["name"] == name);
            named.map(|one| one["scope"].as_str().unwrap().to_owned())
        };
        assert_eq!(scope("chacha20poly1305").as_deref(), Some("required"));
        assert_eq!(scope("wasm-bindgen").as_deref(), Some("required"));
        assert_eq!(
            scope("axum").as_deref(),
            Some("excluded"),
            "the simulator's"
        );
        assert_eq!(scope("clap").as_deref(), Some("excluded"), "this program's");
        assert_eq!(scope("wrangler").as_deref(), Some("excluded"));
        assert_eq!(scope(WORKER), None, "it is what the list is about");
        for one in components {
            assert!(
                one["hashes"][0]["content"]
                    .as_str()
                    .is_some_and(|hash| hash.len() >= 64),
                "{one}"
            );
            let required = one["scope"] == "required";
            assert!(
                !required || one["licenses"][0]["expression"].is_string(),
                "{one}"
            );
        }
        let references: BTreeSet<_> = components
            .iter()
            .map(|one| one["bom-ref"].as_str().unwrap())
            .collect();
        assert_eq!(
            references.len(),
            components.len(),
            "no part is listed twice"
        );
        for edge in list["dependencies"].as_array().unwrap() {
            for below in edge["dependsOn"].as_array().unwrap() {
                assert!(references.contains(below.as_str().unwrap()), "{below}");
            }
        }
        assert_eq!(
            list["metadata"]["component"]["version"],
            env!("CARGO_PKG_VERSION")
        );
    }
}
