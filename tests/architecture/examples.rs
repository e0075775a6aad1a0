//! The examples in `docs/verify-the-assertion.md` are quoted from tested files.

use std::collections::BTreeMap;
use std::fs;

use crate::sources::root;

/// A line as it is compared: without indentation, and without the marks of comments.
fn bare(line: &str) -> &str {
    let line = line.trim();
    let marks = ["//!", "//", "# ", "*"];
    match marks.iter().find_map(|mark| line.strip_prefix(mark)) {
        Some(unmarked) => bare(unmarked),
        None => line.trim_end_matches('#').trim(),
    }
}

/// The file that each block of code is quoted from, and the block.
fn quotations(page: &str) -> Vec<(String, Vec<String>)> {
    let mut quotations = Vec::new();
    let mut file = String::new();
    let mut block: Option<Vec<String>> = None;
    for line in page.lines() {
        if let Some(rest) = line.strip_prefix("From [`") {
            file = rest.split('`').next().unwrap().to_owned();
        }
        match (&mut block, line.starts_with("```")) {
            (None, true) => block = Some(Vec::new()),
            // An example before the first named file is no code of a package.
            (Some(_), true) if file.is_empty() => block = None,
            (Some(_), true) => quotations.push((file.clone(), block.take().unwrap())),
            (Some(lines), false) => lines.push(bare(line).to_owned()),
            (None, false) => {}
        }
    }
    quotations
}

#[test]
fn when_the_page_shows_a_verifier_then_it_is_quoted_from_its_tested_file() {
    let read = |name: &str| {
        let path = root().join(name);
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let mut counted = BTreeMap::new();
    for (file, block) in quotations(&read("docs/verify-the-assertion.md")) {
        let text = read(&file);
        let lines: Vec<_> = text.lines().map(bare).collect();
        let found = lines.windows(block.len()).any(|lines| lines == block);
        assert!(found, "{file} does not say:\n{}", block.join("\n"));
        let language = file.split('/').nth(1).unwrap().to_owned();
        *counted.entry(language).or_insert(0) += 1;
    }
    let languages = ["go", "java", "node", "php", "python", "ruby", "rust"];
    // PHP's two frameworks have one each.
    let blocks = |language| if language == "php" { 3 } else { 1 };
    let expected = languages.map(|language| (language.to_owned(), blocks(language)));
    assert_eq!(counted, BTreeMap::from(expected));
}
