//! The programs around the Worker: which crate may use which, and that no two of their files need each other.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::{circle, flatten};
use super::manifest;
use super::sources::{Source, sources};

/// Each crate of this workspace with those that it may use, tests apart.
const CRATES: &[(&str, &[&str])] = &[
    ("shell", &[]),
    ("simulator", &[]),
    ("cli", &["one-login-edge", "one-login-edge-shell"]),
    ("xtask", &["one-login-edge-cli", "one-login-edge-shell"]),
];

/// Folders whose files form no circle.
const FOLDERS: [&str; 4] = ["shell/src", "simulator/src", "cli/src", "xtask/src"];

#[test]
fn when_a_crate_uses_another_of_this_workspace_then_it_is_below_it() {
    for (name, allowed) in CRATES {
        let manifest = manifest(&format!("{name}/Cargo.toml"));
        let used = manifest["dependencies"].as_object().unwrap().keys();
        let own = used.filter(|name| name.starts_with("one-login-"));
        assert_eq!(own.collect::<Vec<_>>(), *allowed, "{name}");
    }
    let root = manifest("Cargo.toml");
    let used = root["dependencies"].as_object().unwrap().keys();
    assert!(!used.into_iter().any(|name| name.starts_with("one-login-")));
}

/// A module's path from its crate's root.
type Module = Vec<String>;

fn module(source: &Source, folder: &str) -> Module {
    let name = source.name();
    let inside = name.strip_prefix(folder).unwrap();
    let steps = inside.trim_matches('/').trim_end_matches(".rs").split('/');
    let mut steps: Module = steps.map(str::to_owned).collect();
    if ["mod", "lib", "main"].contains(&steps.last().unwrap().as_str()) {
        steps.pop();
    }
    steps
}

/// A line of code without its texts, where it ends none that began in another line.
fn without_texts(line: &str) -> String {
    match line.matches('"').count() % 2 {
        0 => line.split('"').step_by(2).collect(),
        _ => line.to_owned(),
    }
}

/// The code of a file on one line, without comments and its own tests.
fn code(source: &Source) -> String {
    let lines: Vec<_> = source.code().map(|(_, line)| without_texts(line)).collect();
    let code = lines.join(" ").replace("pub mod tests {", "mod tests {");
    let own = code.split("#[cfg(test)] mod tests {").next();
    own.unwrap().to_owned()
}

/// The paths that follow `crate::` or `super::`, each from the crate's root. Of a group in braces there is a path for each
/// member.
fn named(code: &str, own: &Module) -> Vec<Module> {
    let mut found = Vec::new();
    for (mark, climbs) in [("crate::", false), ("super::", true)] {
        for (at, _) in code.match_indices(mark) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let mut rest = &code[at..];
            let mut base = if climbs { own.clone() } else { Module::new() };
            while let Some(after) = rest.strip_prefix(mark) {
                rest = after;
                if climbs {
                    base.pop();
                }
            }
            flatten(tree(rest), &base, &mut |path| found.push(path));
        }
    }
    found
}

/// The path at the start of a text, with the group in braces at its end.
fn tree(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    let end = end.unwrap_or(text.len());
    let is_group = text[end..].starts_with('{') && (end == 0 || text[..end].ends_with("::"));
    let mut open = 0_usize;
    for (at, letter) in text[end..].char_indices().filter(|_| is_group) {
        match letter {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return &text[..=end + at];
        }
    }
    text[..end].trim_end_matches(':')
}

/// The files that a file needs, of those of its crate. A module needs a child that it uses by name.
fn needs(source: &Source, own: &Module, all: &BTreeSet<Module>) -> BTreeSet<Module> {
    let code = code(source);
    let mut needed = BTreeSet::new();
    for mut path in named(&code, own) {
        while !all.contains(&path) {
            path.pop();
        }
        needed.insert(path);
    }
    for child in all
        .iter()
        .filter(|one| one.len() == own.len() + 1 && one.starts_with(own))
    {
        let name = child.last().unwrap();
        if code.contains(&format!("mod {name};")) && code.contains(&format!("{name}::")) {
            needed.insert(child.clone());
        }
    }
    needed.remove(own);
    needed
}

#[test]
fn when_two_files_of_the_tools_need_each_other_then_the_circle_is_named() {
    for folder in FOLDERS {
        let own: Vec<_> = sources(folder)
            .into_iter()
            .filter(|source| !source.name().ends_with("_tests.rs"))
            .collect();
        let all: BTreeSet<_> = own.iter().map(|source| module(source, folder)).collect();
        assert!(all.len() > 5, "{folder}");
        // `lib.rs` and `main.rs` are both the root.
        let mut graph: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for source in &own {
            let module = module(source, folder);
            let needed = needs(source, &module, &all);
            graph.entry(module).or_default().extend(needed);
        }
        let circle = circle(&graph);
        assert!(circle.is_empty(), "{folder} has circles among: {circle:#?}");
    }
}

#[test]
fn when_code_names_a_group_of_a_crates_items_then_each_member_is_read() {
    let code = "use crate::a::{self, b::{C, D as E}, f}; use super::{g, h::I}; crate::j::k(&l); crate::m {";
    let own = ["n", "o"].map(str::to_owned).to_vec();
    let found = named(code, &own).into_iter().map(|path| path.join("::"));
    let expected = [
        "a", "a::b::C", "a::b::D", "a::f", "j::k", "m", "n::g", "n::h::I",
    ];
    assert_eq!(found.collect::<Vec<_>>(), expected);
}
