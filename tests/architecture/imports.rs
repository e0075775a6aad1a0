//! Which file of `src/` uses which other, read from the `use` statements.
//!
//! A re-export is followed to the file that defines the item, and does not count itself. A folder's module and its
//! children may use each other: they are one room. Tests inside a file are not read.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::{Source, sources};

/// The uses between modules, each named by its path without `crate::`.
pub struct Imports {
    /// For each module the modules that it uses.
    pub uses: BTreeMap<String, BTreeSet<String>>,
}

impl Imports {
    /// Reads all of `src/`.
    pub fn read() -> Self {
        let files: BTreeMap<String, String> = sources("src")
            .iter()
            .filter(|source| !source.name().ends_with("_tests.rs"))
            .map(|source| (module(source), without_tests(source)))
            .collect();
        let mut found = Vec::new();
        let mut moved = BTreeMap::new();
        for (module, text) in &files {
            for (is_public, path) in leaves(text) {
                let Some(path) = absolute(&files, module, &path) else {
                    continue;
                };
                let (target, item) = split(&files, &path);
                if is_public && target.starts_with(module.as_str()) {
                    moved.insert((module.clone(), item), target);
                } else {
                    found.push((module.clone(), target, item));
                }
            }
        }
        let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (module, target, item) in found {
            let text = &files[&module];
            let items = match item.is_empty() {
                true => qualified(text, &target),
                false => vec![item],
            };
            for item in items {
                let mut target = target.clone();
                while let Some(next) = moved.get(&(target.clone(), item.clone())) {
                    target.clone_from(next);
                }
                if !is_room(&module, &target) {
                    uses.entry(module.clone()).or_default().insert(target);
                }
            }
        }
        Self { uses }
    }
}

/// Modules that use each other, directly or through others; empty when there is no circle. One that uses no other is in none,
/// and neither is one that uses only such modules.
pub fn circle<M: Clone + Ord>(uses: &BTreeMap<M, BTreeSet<M>>) -> Vec<M> {
    let mut left = uses.clone();
    loop {
        let is_free = |uses: &BTreeSet<M>| uses.iter().all(|other| !left.contains_key(other));
        let free = left.iter().filter(|(_, uses)| is_free(uses));
        let free: Vec<M> = free.map(|(module, _)| module.clone()).collect();
        if free.is_empty() {
            return left.into_keys().collect();
        }
        left.retain(|module, _| !free.contains(module));
    }
}

/// The module that a file is: `gate::http::request`, and the folder's own for `mod.rs`.
fn module(source: &Source) -> String {
    let name = source.name();
    let inside = name.strip_prefix("src/").unwrap();
    let inside = inside.strip_suffix(".rs").unwrap();
    let inside = inside.strip_suffix("/mod").unwrap_or(inside);
    match inside {
        "lib" => String::new(),
        _ => inside.replace('/', "::"),
    }
}

/// The code without comments and without the tests at its end.
fn without_tests(source: &Source) -> String {
    let lines = source.code().map(|(_, line)| line);
    let before = lines.take_while(|line| *line != "mod tests {");
    before.collect::<Vec<_>>().join("\n")
}

/// Every path of the `use` statements, in parts, and whether it is re-exported.
fn leaves(text: &str) -> Vec<(bool, Vec<String>)> {
    let mut found = Vec::new();
    for statement in text.split(';') {
        let (head, tree) = match statement.rfind("use ") {
            Some(at) if statement[..at].lines().last().is_none_or(is_visibility) => {
                (statement[..at].lines().last(), &statement[at + 4..])
            }
            _ => continue,
        };
        let is_public = head.is_some_and(|head| head.starts_with("pub"));
        let tree: String = tree.split_whitespace().collect::<Vec<_>>().join(" ");
        flatten(&tree, &[], &mut |path| found.push((is_public, path)));
    }
    found
}

fn is_visibility(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || (text.starts_with("pub") && !text.contains(' '))
}

/// Each path of a tree of names in braces, from the path before it.
pub fn flatten(tree: &str, before: &[String], found: &mut impl FnMut(Vec<String>)) {
    let tree = tree.trim();
    let Some((head, body)) = tree.split_once('{') else {
        let name = tree.split(" as ").next().unwrap();
        let own = name.split("::").filter(|part| *part != "self");
        found(
            before
                .iter()
                .cloned()
                .chain(own.map(|part| part.trim().to_owned()))
                .collect(),
        );
        return;
    };
    let head = head.trim().split("::").filter(|part| !part.is_empty());
    let before: Vec<_> = before
        .iter()
        .cloned()
        .chain(head.map(str::to_owned))
        .collect();
    let (mut depth, mut from) = (0_usize, 0);
    let body = &body[..body.rfind('}').unwrap()];
    for (at, letter) in body.char_indices().chain([(body.len(), ',')]) {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if !body[from..at].trim().is_empty() {
                    flatten(&body[from..at], &before, found);
                }
                from = at + 1;
            }
            _ => {}
        }
    }
}

/// The path from the crate's root; `None` for another crate's.
fn absolute(
    files: &BTreeMap<String, String>,
    module: &str,
    path: &[String],
) -> Option<Vec<String>> {
    let mut own: Vec<String> = match module {
        "" => Vec::new(),
        module => module.split("::").map(str::to_owned).collect(),
    };
    let supers = path.iter().take_while(|part| *part == "super").count();
    match path.first()?.as_str() {
        "crate" => return Some(path[1..].to_vec()),
        "super" => own.truncate(own.len() - supers),
        first => {
            let child = own.iter().map(String::as_str).chain([first]);
            let child = child.collect::<Vec<_>>().join("::");
            if !files.contains_key(&child) {
                return None;
            }
        }
    }
    own.extend_from_slice(&path[supers..]);
    Some(own)
}

/// The longest part of a path that is a module, and the item in it; no item where the module itself is named.
fn split(files: &BTreeMap<String, String>, path: &[String]) -> (String, String) {
    let longest = (0..=path.len()).rev();
    let mut named = longest.map(|length| (path[..length].join("::"), path.get(length)));
    let (module, item) = named
        .find(|(module, _)| files.contains_key(module))
        .unwrap();
    (module, item.cloned().unwrap_or_default())
}

/// The items that code names through a module: `reply` for `pages::reply`.
fn qualified(text: &str, module: &str) -> Vec<String> {
    let name = format!("{}::", module.rsplit("::").next().unwrap());
    let after = text
        .match_indices(&name)
        .map(|(at, _)| &text[at + name.len()..]);
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let items = after.map(|rest| rest.split(|letter| !is_part(letter)).next().unwrap());
    items.map(str::to_owned).collect()
}

/// Whether one module is inside the other, or they are the same.
fn is_room(one: &str, other: &str) -> bool {
    let inside = |inner: &str, outer: &str| {
        inner == outer || (!outer.is_empty() && inner.starts_with(&format!("{outer}::")))
    };
    inside(one, other) || inside(other, one)
}
