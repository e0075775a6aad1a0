//! A test runs every command in the documentation, or a list here gives the reason why not; and every link leads
//! somewhere.

use super::Arguments;
use clap::Parser;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Pages whose commands a test of their own runs in their order, and that test.
const RUN: &[(&str, &str)] = &[
    ("docs/rotation.md", "cli/src/keys/docs_tests.rs"),
    ("docs/secrets.md", "cli/src/keys/docs_tests.rs"),
    (
        "docs/registration.md",
        "cli/tests/registration/documents.rs",
    ),
    (
        "docs/first-deployment.md",
        "tests/workerd/first-deployment.test.mjs",
    ),
    (
        "docs/build-server.md",
        "tests/workerd/build-server.test.mjs",
    ),
    (
        "docs/several-services.md",
        "cli/tests/registration/documents.rs",
    ),
    ("docs/project.md", "tests/package/project.test.mjs"),
    ("docs/environments.md", "tests/package/deployed.test.mjs"),
    (
        "docs/testing-your-origin.md",
        "tests/browser/testing-your-origin.test.mjs",
    ),
];

/// How commands begin that stand on other pages, and why they are not run there. Those of `cargo edge` are parsed.
const NOT_RUN: &[(&str, &str)] = &[
    (
        "cargo edge dev",
        "goes on until Ctrl-C; tests/harness/world.mjs starts the same programs",
    ),
    (
        "npm create one-login-edge",
        "docs/project.md has it too; tests/package/project.test.mjs compares the two and runs it",
    ),
    ("cd licence", "is run with the line before it"),
    ("npm install", "is run with the line before it"),
    ("npm run dev", "is run with the line before it"),
    (
        "npx one-login-edge",
        "docs/project.md has it too, and there it is run",
    ),
    ("cargo edge test", "is what runs this test"),
    (
        "curl -i",
        "asks what `cargo edge dev` runs; tests/workerd/programs.test.mjs sends such requests to the built Worker",
    ),
    (
        "cargo edge report",
        "asks Cloudflare; tests/workerd/numbers.test.mjs runs it against a stand-in of the SQL API",
    ),
    (
        "cargo edge switch",
        "writes to Cloudflare; tests/workerd/deployment.test.mjs runs it with the real wrangler against a stand-in",
    ),
    (
        "cargo edge bench",
        "measures for ten minutes; tests/workerd/bench.test.mjs runs every case once",
    ),
    (
        "cargo edge assure year",
        "simulates thousands of weeks; tests/year.rs runs a few of them",
    ),
    (
        "cargo edge keys rotate session",
        "docs/rotation.md has it too, and there it is run",
    ),
    (
        "cargo edge doctor --service DEMO --env integration",
        "asks a deployment; tests/workerd/doctor.test.mjs runs it against a local one",
    ),
    (
        "cargo edge doctor --service DEMO --env production",
        "asks a deployment; tests/workerd/doctor.test.mjs runs it against a local one",
    ),
    (
        "cargo edge sessions end",
        "asks a deployment; tests/workerd/sessions-end.test.mjs runs it against a local one",
    ),
    (
        "cargo edge invite",
        "asks a deployment; tests/workerd/admission.test.mjs runs it against a local one",
    ),
    (
        "npx wrangler",
        "needs an account at Cloudflare, and is wrangler's own",
    ),
    (
        "jq",
        "reads lines of a deployment's log; tests/architecture/logs.rs checks which members it names",
    ),
    (
        "node examples/monitor/sign-in.mjs",
        "asks a deployment; tests/workerd/monitor.test.mjs runs it against a local one",
    ),
    (
        "node -e 'fetch(",
        "asks a deployment; tests/origins/proxies.test.mjs runs it against published keys",
    ),
    (
        "curl --verbose",
        "asks a team's own servers, which must not answer",
    ),
    (
        "curl --silent https://YOUR-HOST/auth/health",
        "asks a deployment; tests/workerd asks the same of a local one",
    ),
];

/// The programs with which a command begins in a block that names no language.
const PROGRAMS: [&str; 9] = [
    "cargo", "npx", "npm", "node", "curl", "openssl", "git", "docker", "wrangler",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Every page of the documentation, by its path below the root.
fn pages() -> Vec<(String, String)> {
    let mut paths: Vec<PathBuf> = [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
    ]
    .map(|name| root().join(name))
    .into();
    paths.push(root().join("simulator/README.md"));
    let mut directories = vec![root().join("docs")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|kind| kind == "md") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let name = |path: &PathBuf| path.strip_prefix(root()).unwrap().display().to_string();
    paths
        .iter()
        .map(|path| (name(path), fs::read_to_string(path).unwrap()))
        .collect()
}

/// The lines outside fenced blocks, and the commands inside them.
fn split(page: &str) -> (Vec<&str>, Vec<&str>) {
    let (mut prose, mut commands, mut fence) = (Vec::new(), Vec::new(), None);
    for line in page.lines() {
        match (line.trim_start().strip_prefix("```"), fence) {
            (Some(language), None) => fence = Some(language),
            (Some(_), Some(_)) => fence = None,
            (None, None) => prose.push(line),
            (None, Some(language)) => {
                let first = line.split(' ').next().unwrap_or_default();
                let command = match language {
                    "sh" | "bash" | "console" => !line.is_empty() && !line.starts_with('#'),
                    "" => PROGRAMS.contains(&first),
                    _ => false,
                };
                if command {
                    commands.push(line);
                }
            }
        }
    }
    assert!(fence.is_none(), "a block is not closed");
    (prose, commands)
}

#[test]
fn when_a_page_shows_a_command_then_a_test_runs_it_or_a_reason_is_given() {
    let mut used = BTreeSet::new();
    for (name, text) in pages() {
        let commands = split(&text).1;
        if let Some((_, test)) = RUN.iter().find(|(page, _)| *page == name) {
            let test = fs::read_to_string(root().join(test)).unwrap();
            let file = name.trim_start_matches("docs/");
            assert!(
                test.contains(file) && !commands.is_empty(),
                "nobody runs {name}"
            );
            continue;
        }
        for command in commands {
            let excuse = NOT_RUN.iter().find(|(start, _)| command.starts_with(start));
            let (start, reason) = excuse.unwrap_or_else(|| panic!("{name}: nobody runs {command}"));
            assert!(reason.len() > 10);
            used.insert(start);
        }
    }
    assert_eq!(used.len(), NOT_RUN.len(), "an excuse is used by nobody");
}

#[test]
fn when_a_page_shows_a_cargo_edge_command_then_the_command_line_parses_it() {
    let mut count = 0;
    for (name, text) in pages() {
        let (prose, commands) = split(&text);
        let prose = prose.join("\n");
        let inline = prose.split('`').skip(1).step_by(2).map(str::trim);
        for command in commands.into_iter().chain(inline) {
            // Of a line with several programs, the one that is ours; comments and redirections are the shell's.
            let ours = command
                .split(" | ")
                .find(|part| part.starts_with("cargo edge "));
            let Some(line) = ours.and_then(|part| part.strip_prefix("cargo edge ")) else {
                continue;
            };
            let line = line.split("  #").next().unwrap_or_default();
            let words: Vec<_> = line
                .split_whitespace()
                .take_while(|word| !["<", ">", "#", "…"].contains(word))
                .collect();
            count += 1;
            let parsed =
                Arguments::try_parse_from(std::iter::once("edge").chain(words.iter().copied()));
            // A sentence may name a command without what it needs.
            let incomplete = |error: &clap::Error| {
                use clap::error::ErrorKind::{
                    DisplayHelpOnMissingArgumentOrSubcommand, MissingRequiredArgument,
                    MissingSubcommand,
                };
                [
                    DisplayHelpOnMissingArgumentOrSubcommand,
                    MissingRequiredArgument,
                    MissingSubcommand,
                ]
                .contains(&error.kind())
            };
            if let Err(error) = parsed {
                assert!(incomplete(&error), "{name}: cargo edge {line}\n{error}");
            }
        }
    }
    assert!(count > 30, "{count}");
}

/// The anchor that GitHub makes of a heading.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text
        .chars()
        .filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn when_a_page_has_a_link_then_it_leads_to_a_file_and_a_heading() {
    let pages = pages();
    let mut count = 0;
    for (name, text) in &pages {
        let prose = split(text).0.join("\n");
        // Links may break between two lines, and their targets may not.
        for target in prose
            .split("](")
            .skip(1)
            .map(|rest| rest.split(')').next().unwrap())
        {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            count += 1;
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let directory = root().join(name).parent().unwrap().to_owned();
            let path = if file.is_empty() {
                root().join(name)
            } else {
                directory.join(file)
            };
            assert!(
                path.exists(),
                "{name} links to {target}, which is not there"
            );
            if !heading.is_empty() {
                let page = fs::read_to_string(&path).unwrap();
                let headings = split(&page)
                    .0
                    .into_iter()
                    .filter(|line| line.starts_with('#'));
                let found = headings.map(anchor).any(|other| other == heading);
                assert!(
                    found,
                    "{name} links to {target}, and there is no such heading"
                );
            }
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn when_a_page_is_in_docs_then_the_readme_links_to_it() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for (name, _) in pages() {
        if name.starts_with("docs/") && name.matches('/').count() == 1 {
            assert!(
                readme.contains(&format!("({name}")),
                "README.md does not link to {name}"
            );
        }
    }
}
