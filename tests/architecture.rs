//! House rules as tests: the imports between parts, the parts without `async`, and the length of
//! files. Another checks that the documentation lists exactly the configuration that the parser
//! reads.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say so and stop"
)]

#[path = "architecture/configuration.rs"]
mod configuration;
#[path = "architecture/examples.rs"]
mod examples;
#[path = "architecture/floors.rs"]
mod floors;
#[path = "architecture/grafana.rs"]
mod grafana;
#[path = "architecture/imports.rs"]
mod imports;
#[path = "architecture/language.rs"]
mod language;
#[path = "architecture/logs.rs"]
mod logs;
#[path = "architecture/machines.rs"]
mod machines;
#[path = "architecture/mistakes.rs"]
mod mistakes;
#[path = "architecture/names.rs"]
mod names;
#[path = "architecture/pages.rs"]
mod pages;
#[path = "architecture/provider.rs"]
mod provider;
#[path = "architecture/sources.rs"]
mod sources;
#[path = "architecture/tools.rs"]
mod tools;
#[path = "architecture/versions.rs"]
mod versions;

use std::fs;

use serde_json::Value;
use sources::{Source, root, sources};

/// Which part may use which others. Patterns and requests' paths are read by the same rules, which lie below both; an
/// account's questions and answers are what the platform carries.
const ALLOWED: &[(&str, &[&str])] = &[
    ("secret", &[]),
    ("path", &[]),
    ("oidc", &["secret"]),
    ("session", &["oidc", "secret"]),
    ("platform", &["oidc", "secret", "session::account"]),
    ("config", &["oidc", "session", "secret", "path"]),
    (
        "gate",
        &["oidc", "session", "platform", "config", "secret", "path"],
    ),
    (
        "edge",
        &[
            "gate", "oidc", "session", "platform", "config", "secret", "path",
        ],
    ),
];

/// The most lines of a file with its tests, and of its code without them.
const TOO_LONG: usize = 400;
const LONG: usize = 300;

/// Files of code that are longer, because there is one thing in them.
const ONE_THING: &[&str] = &[
    "src/gate/endpoints/mod.rs",
    "src/gate/accounts.rs",
    "src/gate/mod.rs",
    "src/session/account.rs",
    "src/session/account/message.rs",
    "src/session/seal.rs",
];

/// The items of this crate that a line names: each part, and the item inside it.
fn named(line: &str) -> impl Iterator<Item = (&str, &str)> {
    line.split("crate::").skip(1).map(|rest| {
        let path = rest
            .split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':')
            .next();
        let mut steps = path.unwrap().split("::");
        (
            steps.next().unwrap_or_default(),
            steps.next().unwrap_or_default(),
        )
    })
}

#[test]
fn when_a_part_imports_another_then_the_table_allows_it() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        let part = source.part();
        if part == "lib" {
            continue;
        }
        let allowed = ALLOWED.iter().find(|(name, _)| *name == part);
        let Some((_, allowed)) = allowed else {
            panic!("{} belongs to no part of the table", source.name());
        };
        for (number, line) in source.code() {
            assert!(
                !line.contains("crate::{"),
                "{}:{number} hides what it imports",
                source.name()
            );
            for (other, item) in named(line) {
                let precise = format!("{other}::{item}");
                let fine = other == part
                    || allowed.contains(&other)
                    || allowed.contains(&precise.as_str());
                if !fine {
                    wrong.push(format!("{}:{number}: {part} uses {precise}", source.name()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn when_a_file_imports_by_super_then_it_stays_inside_its_part() {
    for source in sources("src") {
        // A file directly under a part's directory reaches the part by one step and the crate by two.
        let depth = source.name().split('/').count() - 2;
        let tests = usize::from(
            source.text.contains("#[cfg(test)]") || source.name().ends_with("_tests.rs"),
        );
        let steps = |line: &str| line.matches("super::").count();
        for (number, line) in source
            .code()
            .filter(|(_, line)| line.starts_with("use super::"))
        {
            assert!(
                steps(line) <= depth + tests,
                "{}:{number}: {line}",
                source.name()
            );
        }
    }
}

#[test]
fn when_code_is_in_oidc_or_session_then_it_waits_for_no_future() {
    for part in ["src/oidc", "src/session"] {
        for source in sources(part) {
            for (number, line) in source.code() {
                let words: Vec<_> = line
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
                    .collect();
                let waits = words.contains(&"async") || words.contains(&"await");
                assert!(!waits, "{}:{number}: {line}", source.name());
            }
        }
    }
}

#[test]
fn when_a_file_names_the_workers_platform_then_it_belongs_to_the_edge() {
    let foreign = [
        "worker",
        "wasm_bindgen",
        "wasm_bindgen_futures",
        "js_sys",
        "web_sys",
        "getrandom",
    ];
    for source in sources("src")
        .into_iter()
        .filter(|source| source.part() != "edge")
    {
        for (number, line) in source.code() {
            for name in foreign {
                let used = line.starts_with(&format!("use {name}"))
                    || line.contains(&format!(" {name}::"))
                    || line.contains(&format!("#[{name}"));
                assert!(!used, "{}:{number}: {line}", source.name());
            }
        }
    }
    let gated: Vec<_> = sources("src")
        .iter()
        .filter(|source| source.code().any(|(_, line)| line.contains("target_arch")))
        .map(Source::name)
        .collect();
    assert_eq!(gated, ["src/lib.rs"]);
}

#[test]
fn t66_when_sources_are_searched_then_no_request_can_pass_by_the_worker() {
    for file in ["src/edge/glue.js", "xtask/src/build.rs"] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        assert!(!text.contains("passThrough"), "{file}");
    }
    for source in sources("src") {
        assert!(!source.text.contains("pass_through"), "{}", source.name());
    }
}

fn manifest(path: &str) -> Value {
    toml::from_str(&fs::read_to_string(root().join(path)).unwrap()).unwrap()
}

fn names(dependencies: &Value) -> Vec<&str> {
    let table = dependencies.as_object().unwrap();
    table.keys().map(String::as_str).collect()
}

#[test]
fn when_simulator_and_product_are_compared_then_they_share_no_code_or_cryptography() {
    for source in sources("simulator") {
        let uses = source
            .code()
            .any(|(_, line)| line.contains("one_login_edge"));
        assert!(!uses, "{}", source.name());
    }
    for source in sources("src") {
        let uses = source.code().any(|(_, line)| line.contains("simulator::"));
        assert!(!uses, "{}", source.name());
    }
    let (product, simulator) = (manifest("Cargo.toml"), manifest("simulator/Cargo.toml"));
    let (ours, theirs) = (
        names(&product["dependencies"]),
        names(&simulator["dependencies"]),
    );
    for library in [
        "jwt-compact",
        "sha2",
        "hmac",
        "hkdf",
        "chacha20poly1305",
        "base64ct",
        "one-login-edge",
    ] {
        assert!(!theirs.contains(&library), "the simulator uses {library}");
    }
    for library in ["aws-lc-rs", "ring", "base64", "one-login-simulator"] {
        assert!(!ours.contains(&library), "the product uses {library}");
    }
}

#[test]
fn when_a_file_is_counted_then_it_is_within_the_length_limit() {
    for directory in [
        "src",
        "simulator/src",
        "cli/src",
        "xtask/src",
        "shell/src",
        "tests",
    ] {
        for source in sources(directory) {
            let name = source.name();
            let lines = source.text.lines().count();
            assert!(lines <= TOO_LONG, "{name} has {lines} lines");
            let is_test = name.starts_with("tests/") || name.ends_with("_tests.rs");
            let code = source
                .text
                .lines()
                .take_while(|line| *line != "mod tests {")
                .count();
            let is_long = !is_test && code > LONG;
            assert_eq!(
                is_long,
                ONE_THING.contains(&name.as_str()),
                "{name} has {code} lines of code"
            );
            assert!(
                source.text.starts_with("//!") || name.ends_with("_tests.rs"),
                "{name}"
            );
        }
    }
}

#[test]
fn when_sources_are_searched_then_no_mark_of_unfinished_work_is_found() {
    // The words are put together here so that this file does not find itself.
    let unfinished = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("#[ig", "nore"),
        concat!("unimple", "mented!"),
    ];
    for directory in ["src", "tests", "simulator", "cli", "shell", "xtask"] {
        for source in sources(directory) {
            for word in unfinished {
                assert!(
                    !source.text.contains(word),
                    "{} holds {word}",
                    source.name()
                );
            }
        }
    }
}
