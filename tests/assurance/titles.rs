//! The tests of the repository by what their names say of threats and conformance cases.

use std::fs;
use std::path::Path;

use super::root;

/// Where a test can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Rust, without a runtime.
    Native,
    /// The built Worker in workerd.
    Workerd,
    /// The Worker in workerd, in a build in which tests can make the platform fail.
    FaultBuild,
    /// The built Worker in workerd, in front of servers that services run on.
    Servers,
    /// The built Worker and Chromium.
    Chromium,
    /// The built Worker and Chromium, Firefox and WebKit, each in turn.
    Engines,
}

impl Level {
    /// As the page calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Workerd => "workerd",
            Self::FaultBuild => "fault build",
            Self::Servers => "real servers",
            Self::Chromium => "Chromium",
            Self::Engines => "three engines",
        }
    }
}

/// One test.
#[derive(Clone, Debug)]
pub struct Title {
    /// The file, from the repository's root.
    pub file: String,
    /// Where it can fail.
    pub level: Level,
    /// The test's title, without the numbers.
    pub name: String,
    /// The rows of the threat table that it names.
    pub rows: Vec<u32>,
    /// The conformance suite's ids that it names.
    pub cases: Vec<String>,
}

/// Every test, by file.
pub fn titles() -> Vec<Title> {
    let mut found = Vec::new();
    for directory in [
        "src",
        "cli/src",
        "shell/src",
        "xtask/src",
        "simulator/src",
        "simulator/tests",
        "tests",
    ] {
        for file in files(&root().join(directory)) {
            let text = fs::read_to_string(root().join(&file)).unwrap();
            match () {
                () if file.ends_with(".rs") => found.extend(in_rust(&file, &text)),
                () if file.ends_with(".test.mjs") => found.extend(in_script(&file, &text)),
                () => {}
            }
        }
    }
    found.extend(of_faults());
    found
}

fn files(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let relative = path.strip_prefix(root()).unwrap();
            found.push(relative.to_str().unwrap().replace('\\', "/"));
        }
    }
    found.sort();
    found
}

/// The tests of a Rust file: functions right behind `#[test]`, whose names begin with the rows.
pub fn in_rust(file: &str, text: &str) -> Vec<Title> {
    let mut found = Vec::new();
    let mut marked = false;
    for line in text.lines().map(str::trim) {
        match line.strip_prefix("fn ") {
            Some(rest) if marked => {
                let name = rest.split('(').next().unwrap();
                found.push(rust_title(file, name));
                marked = false;
            }
            _ => marked = line == "#[test]" || (marked && line.starts_with("#[")),
        }
    }
    found
}

fn rust_title(file: &str, name: &str) -> Title {
    let mut rest = name;
    let mut rows = Vec::new();
    while let Some((row, after)) = rest
        .split_once('_')
        .and_then(|(first, after)| Some((number(first)?, after)))
    {
        rows.push(row);
        rest = after;
    }
    // `t1_to_t38` is every row in between that a fault of the simulator is about; see `of_faults`.
    if rest.starts_with("to_t") {
        rows.clear();
    }
    Title {
        file: file.to_owned(),
        level: Level::Native,
        name: rest.replace('_', " "),
        rows,
        cases: case(&rest.replace('_', "-")).into_iter().collect(),
    }
}

/// The tests of a JavaScript file: calls of `test`, whose titles begin with the rows.
pub fn in_script(file: &str, text: &str) -> Vec<Title> {
    let level = match file {
        "tests/workerd/faults.test.mjs" => Level::FaultBuild,
        _ if file.starts_with("tests/origins/") => Level::Servers,
        _ if file.starts_with("tests/browser/") => Level::Chromium,
        _ if file.starts_with("tests/engines/") => Level::Engines,
        _ => Level::Workerd,
    };
    let calls = text
        .lines()
        .filter_map(|line| line.trim().trim_start_matches("]) ").strip_prefix("test("));
    let titles = calls.filter_map(|call| {
        let quote = call.chars().next()?;
        let (title, _) = call[1..].split_once(quote)?;
        Some(script_title(file, level, title))
    });
    titles.collect()
}

fn script_title(file: &str, level: Level, title: &str) -> Title {
    let words: Vec<_> = title.split(' ').collect();
    let rows: Vec<_> = words.iter().map_while(|word| number(word)).collect();
    let said = words[rows.len()..].join(" ");
    let cases = words
        .iter()
        .filter_map(|word| case(word.trim_end_matches(':')));
    Title {
        file: file.to_owned(),
        level,
        cases: cases.collect(),
        name: without_values(&said),
        rows,
    }
}

/// A template's values are only known when the test runs.
fn without_values(title: &str) -> String {
    let mut parts = title.split("${");
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        plain.push('…');
        plain.push_str(part.rsplit_once('}').map_or("", |(_, rest)| rest));
    }
    plain
}

fn number(word: &str) -> Option<u32> {
    word.strip_prefix('t')?.parse().ok()
}

fn case(word: &str) -> Option<String> {
    let known = word.starts_with("oidcc-client-test") || word.starts_with("fapi2-security-profile");
    // The suite has one name with an underscore, which no function's name can tell from the others.
    let exact = word.replace("expires-in", "expires_in");
    (known && !word.contains('$')).then_some(exact)
}

/// The tests that a table lists. Each fault of the simulator goes through a sign-in in workerd, under the
/// threats of its row, and through one natively.
fn of_faults() -> Vec<Title> {
    let table = fs::read_to_string(root().join("tests/harness/faults.mjs")).unwrap();
    let mut file = "";
    let mut found: Vec<Title> = Vec::new();
    for line in table.lines() {
        if line.starts_with("export const SIGN_IN") {
            file = "tests/workerd/refusals.test.mjs";
        } else if line.starts_with("export const DOCUMENTS") {
            file = "tests/workerd/documents.test.mjs";
        }
        let Some((_, rest)) = line.split_once("threats: \"") else {
            continue;
        };
        let (threats, _) = rest.split_once('"').unwrap();
        let rows: Vec<_> = threats.split(' ').filter_map(number).collect();
        assert!(!file.is_empty() && !rows.is_empty(), "{line}");
        for (file, level) in [(file, Level::Workerd), ("tests/refusals.rs", Level::Native)] {
            let known = found.iter_mut().find(|title| title.file == file);
            match known {
                Some(title) => title.rows.extend(
                    rows.iter()
                        .filter(|row| **row <= 38 || level == Level::Workerd),
                ),
                None => found.push(Title {
                    file: file.to_owned(),
                    level,
                    name: "every fault of the simulator that is about it ends as it must"
                        .to_owned(),
                    rows: rows.clone(),
                    cases: Vec::new(),
                }),
            }
        }
    }
    for title in &mut found {
        title.rows.sort_unstable();
        title.rows.dedup();
    }
    assert_eq!(found.len(), 3, "the table of faults was read");
    found
}
