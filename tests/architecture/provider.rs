//! `docs/provider.md` is the only page about the provider's behaviour. Citations in the code lead to a section or row
//! of it. Each fact of its section 8b names the tests of its consequences.

use std::fs;
use std::path::{Path, PathBuf};

use super::sources::root;

/// Where comments cite the page.
const FOLDERS: [&str; 8] = [
    "src",
    "simulator",
    "cli",
    "shell",
    "xtask",
    "tests",
    "examples",
    "assets",
];

fn page() -> String {
    fs::read_to_string(root().join("docs/provider.md")).unwrap()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() && !["target", "node_modules", "vectors"].contains(&name.as_str()) {
            files(&path, found);
        } else if name.ends_with(".rs") || name.ends_with("js") {
            found.push(path);
        }
    }
}

/// The sections and rows that follow the page's name: `1.16`, `3 and 4`, `2 to 5`, `8b.1`.
fn cited(after: &str) -> Vec<String> {
    let mut found = Vec::new();
    // A citation may go on in the next line of a comment.
    let text = after
        .replace("\n//!", "")
        .replace("\n///", "")
        .replace("\n//", "");
    let text: String = text.split('\n').next().unwrap_or_default().to_owned();
    for word in text.trim_start_matches('`').split_whitespace() {
        let bare = word.trim_end_matches(['.', ',', ')', ';', ':']);
        let number = bare.chars().next().is_some_and(|c| c.is_ascii_digit());
        let plain = bare
            .chars()
            .all(|c| c.is_ascii_digit() || c == 'b' || c == '.');
        if number && plain {
            found.push(bare.to_owned());
            if bare == word || word.ends_with(',') {
                continue;
            }
            break;
        }
        if !["and", "to"].contains(&word) {
            break;
        }
    }
    found
}

#[test]
fn when_the_page_of_the_provider_is_cited_then_the_section_is_there() {
    let page = page();
    let mut paths = Vec::new();
    for folder in FOLDERS {
        files(&root().join(folder), &mut paths);
    }
    let (mut count, mut wrong) = (0, Vec::new());
    for path in paths
        .iter()
        .filter(|path| !path.ends_with("architecture/provider.rs"))
    {
        let text = fs::read_to_string(path).unwrap();
        for (_, after) in text
            .match_indices("provider.md")
            .map(|(at, mark)| (at, &text[at + mark.len()..]))
        {
            count += 1;
            let cited = cited(after);
            let is_there = |name: &String| {
                page.contains(&format!("\n## {name}. ")) || page.contains(&format!("\n| {name} | "))
            };
            if cited.is_empty() || !cited.iter().all(is_there) {
                wrong.push(format!("{}: {cited:?}", path.display()));
            }
        }
    }
    assert!(count > 30, "{count} citations");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn when_a_fact_is_listed_then_its_tests_are_there() {
    let page = page();
    let rows: Vec<_> = page
        .lines()
        .filter(|line| line.starts_with("| 8b."))
        .collect();
    assert_eq!(rows.len(), 20);
    for row in &rows {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").collect();
        assert_eq!(cells.len(), 4, "{row}");
        let kinds = ["code", "documented", "executed", "inferred"];
        assert!(kinds.iter().any(|kind| cells[2].starts_with(kind)), "{row}");
        assert!(cells[3].contains('`'), "{row}");
    }
    let named = page.split('`').skip(1).step_by(2);
    let own = ["tests/", "cli/", "src/oidc/", "simulator/"];
    for path in named.filter(|name| own.iter().any(|start| name.starts_with(start))) {
        let text = fs::read_to_string(root().join(path)).unwrap_or_else(|_| panic!("{path}"));
        assert!(
            text.contains("#[test]") || text.contains("test(") || text.contains("tests;"),
            "{path}"
        );
    }
}
