//! The table of `docs/logs.md` against the code.

use std::collections::BTreeSet;
use std::fs;

use crate::sources::{Source, root, sources};

/// What an event's name or label stands behind in the code.
const WRITERS: [&str; 9] = [
    "log_done(",
    "log_refused(",
    "log_failed(",
    ".failed(",
    ".log(",
    "Event {",
    "NotTaken::Outage(",
    "NotTaken::Refused(",
    "outcome(",
];

/// The files whose functions give names to what is logged.
const NAMES: [&str; 3] = [
    "src/gate/refused.rs",
    "src/oidc/refusal.rs",
    "src/platform.rs",
];

/// The words in backquotes of the first three columns: events, labels, outcomes.
fn table() -> Vec<[BTreeSet<String>; 3]> {
    let text = fs::read_to_string(root().join("docs/logs.md")).unwrap();
    let rows = text
        .lines()
        .skip_while(|line| !line.starts_with("| event | label |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let words = |cell: &str| {
        cell.split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect()
    };
    rows.map(|row| {
        let mut cells = row.split('|').skip(1);
        [(); 3].map(|()| words(cells.next().unwrap()))
    })
    .collect()
}

/// The texts of a piece of code that could be a label.
fn literals(code: &str) -> impl Iterator<Item = &str> {
    let quoted = code.split('"').skip(1).step_by(2);
    quoted.filter(|text| {
        let letters = text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        letters && text.len() > 2
    })
}

/// The code of a file on one line, without comments and tests.
fn joined(source: &Source) -> String {
    let lines: Vec<_> = source.code().map(|(_, line)| line).collect();
    let code = lines.join(" ");
    code.split("#[cfg(test)]").next().unwrap().to_owned()
}

fn used() -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for source in sources("src") {
        if source.name().ends_with("_tests.rs") {
            continue;
        }
        let code = joined(&source);
        for (at, writer) in WRITERS.iter().flat_map(|writer| code.match_indices(writer)) {
            let rest = &code[at + writer.len()..];
            let end = rest.find([';', '}']).unwrap_or(rest.len());
            // What is not this call's any more begins with the next match arm or statement.
            let own = rest[..end].split("=>").next().unwrap();
            used.extend(literals(own).map(str::to_owned));
        }
        if NAMES.contains(&source.name().as_str()) {
            let arms = code.match_indices("=> \"");
            for (at, _) in arms {
                used.extend(literals(&code[at..]).take(1).map(str::to_owned));
            }
        }
    }
    used
}

#[test]
fn no_label_is_without_a_row() {
    let rows = table();
    let known: BTreeSet<_> = rows.iter().flatten().flatten().collect();
    let missing: Vec<_> = used()
        .into_iter()
        .filter(|word| !known.contains(word))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/logs.md has no row for {missing:?}"
    );
}

#[test]
fn no_row_is_without_a_label() {
    let mut code: String = sources("src").iter().map(joined).collect();
    code.push_str(&fs::read_to_string(root().join("src/edge/glue.js")).unwrap());
    let rows = table();
    assert!(rows.len() > 90, "{}", rows.len());
    for word in rows.iter().flatten().flatten() {
        assert!(code.contains(&format!("\"{word}\"")), "nothing logs {word}");
    }
}

#[test]
fn no_event_and_label_have_two_rows() {
    let mut seen = BTreeSet::new();
    for [events, labels, _] in table() {
        for event in &events {
            for label in &labels {
                assert!(seen.insert(format!("{event} {label}")), "{event} {label}");
            }
        }
    }
}
