//! One version for the Worker, its tools and the packages that verify the assertion, and the changelog has it.

use super::sources::root;
use std::fs;

/// Files that say the version, and the text before it. Python and Ruby spell a pre-release without its hyphen.
const PLACES: &[(&str, &str)] = &[
    ("fuzz/Cargo.toml", "version = \""),
    ("packages/go/keys.go", "one-login-edge-origin/"),
    (
        "packages/java/pom.xml",
        "<artifactId>one-login-edge-origin</artifactId>\n  <version>",
    ),
    (
        "packages/java/src/main/java/uk/gov/example/oneloginedge/KeySet.java",
        "one-login-edge-origin/",
    ),
    ("packages/node/index.js", "one-login-edge-origin/"),
    ("packages/node/package.json", "\"version\": \""),
    ("packages/php/composer.json", "\"version\": \""),
    ("packages/php/src/KeySet.php", "one-login-edge-origin/"),
    (
        "packages/python/one_login_edge/verifier.py",
        "one-login-edge-origin/",
    ),
    ("packages/python/pyproject.toml", "version = \""),
    ("packages/ruby/lib/one_login_edge.rb", "VERSION = \""),
    ("packages/ruby/one_login_edge.gemspec", "gem.version = \""),
    ("packages/rust/src/lib.rs", "one-login-edge-origin/"),
];

#[test]
fn when_the_version_changes_then_each_package_and_the_changelog_have_it() {
    let own = env!("CARGO_PKG_VERSION");
    let plain = own.replace("-rc.", "rc");
    let dotted = own.replace("-rc.", ".rc");
    let read = |name: &str| fs::read_to_string(root().join(name)).unwrap();
    for (name, before) in PLACES {
        let text = read(name);
        let found = text
            .split_once(before)
            .map(|(_, rest)| rest)
            .unwrap_or_default();
        let is_one = [own, &plain, &dotted].iter().any(|version| {
            let after = found.strip_prefix(*version);
            after.is_some_and(|rest| rest.starts_with(['"', '<', ' ']))
        });
        assert!(
            is_one,
            "{name} has another version than {own}: {before}{found:.20}"
        );
    }
    let changes = read("CHANGELOG.md");
    assert!(
        changes.contains(&format!("\n## {own}, ")),
        "CHANGELOG.md has no section `## {own}, DATE`"
    );
}
