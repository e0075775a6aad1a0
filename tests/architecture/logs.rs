//! The table of `docs/logs.md` against the code, and what else the documents say of the log against that table.

use std::collections::BTreeSet;
use std::fs;

use one_login_edge::platform::Event;
use serde_json::Value;

use crate::sources::{Source, root, sources};

/// The code that precedes an event's name or label.
const WRITERS: [&str; 11] = [
    "log_done(",
    "log_refused(",
    "log_failed(",
    ".failed(",
    ".log(",
    "Event {",
    "NotTaken::Outage(",
    "NotTaken::Refused(",
    "NotTaken::Unauthorised(",
    "delivery::log_out(",
    "outcome(",
];

/// The files whose functions name the logged events.
const NAMES: [&str; 4] = [
    "src/gate/pages/failure.rs",
    "src/gate/pages/failure/provider_error.rs",
    "src/oidc/refusal.rs",
    "src/platform.rs",
];

/// The words in backquotes of the first three columns: events, labels, outcomes.
pub fn table() -> Vec<[BTreeSet<String>; 3]> {
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
            // The call's own text ends where the next match arm or statement begins.
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
fn when_code_logs_a_label_then_the_page_has_a_row_for_it() {
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
fn when_the_page_has_a_row_then_code_logs_its_label() {
    let mut code: String = sources("src").iter().map(joined).collect();
    code.push_str(&fs::read_to_string(root().join("src/edge/glue.js")).unwrap());
    let rows = table();
    assert!(rows.len() > 90, "{}", rows.len());
    for word in rows.iter().flatten().flatten() {
        assert!(code.contains(&format!("\"{word}\"")), "nothing logs {word}");
    }
}

#[test]
fn when_an_event_and_a_label_have_a_row_then_it_is_their_only_one() {
    let mut seen = BTreeSet::new();
    for [events, labels, _] in table() {
        for event in &events {
            for label in &labels {
                assert!(seen.insert(format!("{event} {label}")), "{event} {label}");
            }
        }
    }
}

/// The members that a line can have; those of `calls` are each the kind of a call.
fn members() -> BTreeSet<String> {
    let text = || "x".to_owned();
    let event = Event {
        name: "x",
        label: "x",
        service: text(),
        route: text(),
        reference: text(),
        trace: text(),
        person: text(),
        detail: text(),
        level: "Cl",
        seconds: 1,
        ..Event::default()
    };
    let kinds = ["token", "userinfo", "documents", "kv", "account", "origin"];
    let line: Value = serde_json::from_str(&event.line(&kinds.map(|kind| (kind, 1)))).unwrap();
    let platform = ["src/edge/platform.rs", "src/edge/mod.rs"]
        .map(|file| fs::read_to_string(root().join(file)).unwrap())
        .concat();
    for kind in kinds {
        assert!(platform.contains(&format!("(\"{kind}\",")), "no {kind}");
    }
    let own = line.as_object().unwrap().keys().cloned();
    own.chain(kinds.map(str::to_owned)).collect()
}

/// The words of letters and `_` behind each dot.
fn behind_dots(text: &str) -> impl Iterator<Item = &str> {
    text.split('.').skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_lowercase() || c == '_'));
        let word = &rest[..end.unwrap_or(rest.len())];
        (!word.is_empty()).then_some(word)
    })
}

#[test]
fn when_the_page_shows_a_query_then_it_names_members_and_values_of_log_lines() {
    let page = fs::read_to_string(root().join("docs/logs.md")).unwrap();
    let members = members();
    let rows = table();
    let values: BTreeSet<_> = rows.iter().flatten().flatten().collect();
    let mut count = 0;
    for line in page.lines().filter(|line| line.contains("jq -")) {
        // wrangler's own, around each line; and a file.
        let line = line
            .replace(".logs[].message[]", "")
            .replace("lines.json", "");
        for word in behind_dots(&line) {
            assert!(members.contains(word), "{word} in {line}");
            count += 1;
        }
        let word = |text: &&str| text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        for word in line.split('"').filter(word).filter(|word| !word.is_empty()) {
            assert!(values.contains(&word.to_owned()), "{word} in {line}");
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn when_alerts_and_the_runbook_name_a_word_then_it_is_logged() {
    let rows = table();
    let mut known: BTreeSet<_> = rows.iter().flatten().flatten().cloned().collect();
    known.extend(members());
    for page in ["docs/operations.md", "docs/logs.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let heading =
            |line: &&str| line.starts_with("| alert |") || line.starts_with("| what you see |");
        let rows = text.lines().skip_while(|line| !heading(line)).skip(2);
        let mut count = 0;
        for row in rows.take_while(|row| row.starts_with('|')) {
            let first = row.split('|').nth(1).unwrap();
            for word in first.split('`').skip(1).step_by(2) {
                let word = word.trim_end_matches('…');
                let of_the_log = !word.starts_with('/');
                let begins = |known: &String| known.starts_with(word);
                assert!(!of_the_log || known.iter().any(begins), "{page}: {word}");
                count += usize::from(of_the_log);
            }
        }
        assert!(count > 10, "{page}: {count}");
    }
}
