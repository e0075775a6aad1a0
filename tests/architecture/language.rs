//! How comments, documentation and names of tests are written: the actor and the thing are named, and no sentence is a
//! riddle.
//!
//! A marker is one of [`WORDS`], such as a pronoun in place of a user, a browser or an attacker. A sentence that opens
//! with one of [`OPENINGS`] is a marker too. [`LIMITS`] gives the number that each part of the repository still has.
//! A limit may be lowered and never raised.

use std::fs;
use std::path::Path;

use super::sources::root;

/// The most markers in each part.
const LIMITS: &[(&str, usize)] = &[("cli", 1), ("xtask", 1)];

/// Words that hide who acts, or that this repository used with several meanings.
const WORDS: &[&str] = &[
    "alone",
    "anew",
    "beside",
    "nobody",
    "somebody",
    "stands",
    "is none",
    "to be had",
];

/// Words that make the subject of a sentence a riddle when they open it; a question may open with them.
const OPENINGS: &[&str] = &["What", "Whatever", "Who", "Whoever", "Whose"];

/// A page that lists the names of tests, which are counted where they stand.
const GENERATED: &str = "docs/assurance.md";

/// Folders that hold nothing that was written here.
const NOT_OURS: &[&str] = &[
    "target",
    "node_modules",
    "build",
    "vectors",
    ".git",
    ".local",
    ".wrangler",
];

#[test]
fn when_prose_is_written_then_it_has_no_more_markers_than_its_part_is_allowed() {
    let mut found = Vec::new();
    let mut open = vec![root().to_path_buf()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() && !NOT_OURS.contains(&name.as_str()) {
                open.push(path);
            } else if path.is_file() {
                found.extend(markers_of(&path));
            }
        }
    }
    let mut wrong = Vec::new();
    let mut parts: Vec<_> = found.iter().map(|(part, _)| part.as_str()).collect();
    parts.sort_unstable();
    parts.dedup();
    for part in parts {
        let here: Vec<_> = found.iter().filter(|(of, _)| of == part).collect();
        let limit = LIMITS.iter().find(|(of, _)| *of == part);
        let limit = limit.map_or(0, |(_, limit)| *limit);
        if here.len() > limit {
            let lines: Vec<_> = here.iter().map(|(_, line)| line.as_str()).collect();
            wrong.push(format!(
                "{part}: {} markers, {limit} allowed\n{}",
                here.len(),
                lines.join("\n")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The markers of a file, each with the part that the file belongs to.
fn markers_of(path: &Path) -> Vec<(String, String)> {
    let relative = path.strip_prefix(root()).unwrap();
    let relative = relative.to_str().unwrap().to_owned();
    if relative == GENERATED {
        return Vec::new();
    }
    let part = relative.split('/').next().unwrap().to_owned();
    let extension = path.extension().and_then(|extension| extension.to_str());
    let prose: fn(&str) -> Option<String> = match extension {
        Some("md") => |line| Some(line.trim().to_owned()),
        Some("rs" | "js" | "mjs") => prose_of_code,
        Some("py" | "rb" | "toml" | "sh" | "yml") => prose_of_script,
        _ => return Vec::new(),
    };
    let Ok(text) = fs::read_to_string(path) else {
        return Vec::new();
    };
    let numbered = text.lines().enumerate();
    numbered
        .filter_map(|(number, line)| Some((number, prose(line)?)))
        .flat_map(|(number, prose)| vec![(number, prose.clone()); markers(&prose)])
        .map(|(number, prose)| {
            (
                part.clone(),
                format!("  {relative}:{}: {prose}", number + 1),
            )
        })
        .collect()
}

/// The comment on a line of Rust or JavaScript, or the name of its test as words.
fn prose_of_code(line: &str) -> Option<String> {
    let line = line.trim();
    for comment in ["///", "//!", "//", "/**", "* "] {
        if let Some(text) = line.strip_prefix(comment) {
            return Some(text.trim().to_owned());
        }
    }
    if let Some(name) = line.strip_prefix("test(\"") {
        return Some(name.split('"').next().unwrap_or_default().to_owned());
    }
    let function = line.strip_prefix("async ").unwrap_or(line);
    let name = function.strip_prefix("fn ")?.split('(').next()?;
    name.contains('_').then(|| name.replace('_', " "))
}

/// The comment on a line of a script or a table.
fn prose_of_script(line: &str) -> Option<String> {
    let text = line.trim().strip_prefix('#')?;
    Some(text.trim().to_owned())
}

/// How many markers a line of prose has.
fn markers(prose: &str) -> usize {
    let lower = format!(" {} ", prose.to_lowercase());
    let spaced: String = lower
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let words = WORDS
        .iter()
        .map(|word| spaced.matches(&format!(" {word} ")).count());
    words.sum::<usize>() + riddles(prose)
}

/// How many sentences of a line open with a word that makes a riddle of their subject.
fn riddles(prose: &str) -> usize {
    let mut starts = vec![prose];
    for end in [". ", ": ", "; ", "! "] {
        starts.extend(
            prose
                .match_indices(end)
                .filter_map(|(at, _)| prose.get(at + 2..)),
        );
    }
    let riddle = |sentence: &&&str| {
        let first = sentence.split(' ').next().unwrap_or_default();
        let end = sentence.find(['.', '?', '!']);
        let asks = end.is_some_and(|end| sentence[end..].starts_with('?'));
        OPENINGS.contains(&first) && !asks
    };
    starts.iter().filter(riddle).count()
}

#[test]
fn when_a_line_has_markers_then_each_is_counted() {
    for (prose, count) in [
        ("The provider signs the token.", 0),
        ("Nobody can read it, and somebody tried.", 2),
        ("What is sealed is read again.", 1),
        ("Who signs it? The provider.", 0),
        ("It is done: what follows is not.", 0),
        ("It is done. Whoever asks is told. Whose is it?", 1),
        ("standalone, nobody's", 1),
        (
            "It is read anew, beside the other, which is none to be had.",
            4,
        ),
    ] {
        assert_eq!(markers(prose), count, "{prose}");
    }
}

#[test]
fn when_a_line_is_code_then_only_its_comment_or_test_name_is_prose() {
    assert_eq!(prose_of_code("    /// A key.").as_deref(), Some("A key."));
    assert_eq!(
        prose_of_code("fn rejects_a_key() {").as_deref(),
        Some("rejects a key")
    );
    assert_eq!(
        prose_of_code("test(\"a page is shown\", async () => {").as_deref(),
        Some("a page is shown")
    );
    assert_eq!(prose_of_code("let alone = 1;"), None);
    assert_eq!(prose_of_script("# A key."), Some("A key.".to_owned()));
    assert_eq!(prose_of_script("key = 1"), None);
}
