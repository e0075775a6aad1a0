//! The README's tables of the configuration are the configuration.

use std::collections::BTreeSet;
use std::fs;

use one_login_edge::config::{Config, Vars};
use serde_json::{Value, json};

use crate::sources::{root, sources};

/// The fields in the first column of the table under a heading of the README.
fn documented(heading: &str) -> BTreeSet<String> {
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README.md");
    let start = readme.lines().position(|line| line == heading);
    let start = start.unwrap_or_else(|| panic!("README.md has no heading {heading:?}"));
    let table: Vec<_> = readme
        .lines()
        .skip(start + 1)
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert!(table.len() > 2, "there is no table under {heading:?}");
    assert!(
        table[0].starts_with("| field "),
        "the first column is not the field: {}",
        table[0]
    );
    let fields = table[2..].iter().map(|row| {
        let cell = row.split('|').nth(1).unwrap().trim();
        cell.trim_matches('`').to_owned()
    });
    fields.collect()
}

/// Every text in the configuration's sources that could be the name of a field.
fn candidates() -> BTreeSet<String> {
    let own = sources("src/config");
    let own = own
        .iter()
        .filter(|source| !source.name().ends_with("_tests.rs"));
    own.flat_map(|source| {
        source
            .code()
            .map(|(_, line)| line.to_owned())
            .collect::<Vec<_>>()
    })
    .flat_map(|line| {
        line.split('"')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    })
    .filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
    .collect()
}

/// The candidates that the parser reads: it says so itself when a name is none of its fields.
fn read(candidates: BTreeSet<String>, table_with: impl Fn(&str) -> Value) -> BTreeSet<String> {
    let is_read = |field: &String| {
        let vars = Vars::from([("SERVICE_DEMO".to_owned(), table_with(field))]);
        let faults = Config::parse(&vars).faults;
        let unknown =
            |text: String| text.contains("is not a field") && text.contains(&format!("{field}:"));
        !faults.iter().any(|fault| unknown(fault.to_string()))
    };
    candidates.into_iter().filter(is_read).collect()
}

#[test]
fn the_readme_lists_every_field_that_is_read_and_no_other() {
    let service = read(candidates(), |field| json!({ field: "value" }));
    assert!(service.contains("host") && !service.contains("production"));
    assert_eq!(documented("## Configuration"), service);
    let route = read(
        candidates(),
        |field| json!({ "routes": [{ field: "value" }] }),
    );
    assert!(route.contains("path") && !route.contains("host"));
    assert_eq!(documented("### Routes"), route);
}

#[test]
fn the_readme_names_every_variable_and_secret() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for name in [
        "DEPLOYMENT",
        "SESSION_KEY_ACTIVE",
        "SESSION_KEY_A",
        "CLIENT_KEY_<ID>_A",
        "ASSERTION_KEY_<ID>_A",
        "CLIENT_SECRET_<ID>",
        "SERVICE_<ID>",
        "DOCUMENTS",
        "ACCOUNTS",
        "ACCOUNT_JURISDICTION",
    ] {
        assert!(
            readme.contains(name),
            "README.md does not say what {name} is"
        );
    }
}
