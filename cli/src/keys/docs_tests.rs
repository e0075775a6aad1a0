//! Runs every command about keys in the documentation, in the order of the page and at the times that it gives.

use super::when::HOUR;
use super::world_tests::{World, parse};
use std::fs;
use std::path::Path;

/// Commands that are shown and not run, each with the reason.
const NOT_RUN: &[(&str, &str)] = &[
    (
        "npx wrangler deploy",
        "needs an account at Cloudflare; its effect is played instead",
    ),
    (
        "npx wrangler secret put",
        "needs an account at Cloudflare, and is wrangler's own",
    ),
    (
        "openssl pkey",
        "is openssl's own; what it prints is what is imported",
    ),
];

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The lines of the fenced blocks of a page, section by section.
fn sections(page: &str) -> Vec<Vec<String>> {
    let mut found = vec![Vec::new()];
    let mut fenced = false;
    for line in page.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if line.starts_with("## ") && !fenced {
            found.push(Vec::new());
        } else if fenced && let Some(lines) = found.last_mut() {
            lines.push(line.to_owned());
        }
    }
    found
}

/// Runs a section's lines in a world of its own and says how many commands that were.
fn run(lines: &[String]) -> (usize, World) {
    let world = World::new();
    let brings_keys = |line: &String| line.contains("keys new") || line.contains("keys import");
    if !lines.iter().any(brings_keys) {
        world.say("new");
    }
    let (mut count, mut imported, mut kind) = (0, 70, String::new());
    for line in lines {
        if let Some(rest) = line.strip_prefix("# ") {
            let hours = rest
                .split(' ')
                .next()
                .and_then(|word| word.parse::<i64>().ok());
            world.wait(hours.expect("a comment between commands says how much later") * HOUR);
            continue;
        }
        let line = line.split("   #").next().unwrap_or_default();
        for part in line.split(" | ") {
            let Some(command) = part.strip_prefix("cargo edge keys ") else {
                assert!(
                    NOT_RUN.iter().any(|(start, _)| part.starts_with(start))
                        || (line.contains("--stdout")
                            && part.starts_with("npx wrangler secret bulk")),
                    "nobody runs {part}"
                );
                if part.starts_with("npx wrangler deploy") && !kind.is_empty() {
                    world.deploy(&kind, "B");
                }
                continue;
            };
            count += 1;
            let command = command.replace(" < private_key.pem", "");
            let mut words = command.split(' ');
            if let (Some("rotate"), Some(word)) = (words.next(), words.next()) {
                kind = word.to_owned();
            }
            imported += 1;
            let pem = imported.to_string();
            if let Err(error) = world.run_with(&command, Some(&pem)) {
                // The page shows two ways to import the same key.
                let second =
                    command.starts_with("import") && format!("{error:#}").contains("both slots");
                assert!(second, "{command}: {error:#}");
            }
        }
    }
    (count, world)
}

#[test]
fn when_the_rotation_page_shows_commands_then_each_runs_in_its_order() {
    let counts: Vec<_> = sections(&page("docs/rotation.md"))
        .iter()
        .map(|lines| run(lines).0)
        .collect();
    assert_eq!(counts, [1, 4, 4, 4, 4, 1, 4, 0]);
}

#[test]
fn when_the_secrets_page_shows_commands_then_each_runs() {
    let counts: Vec<_> = sections(&page("docs/secrets.md"))
        .iter()
        .map(|lines| run(lines).0)
        .collect();
    assert_eq!(counts.iter().sum::<usize>(), 6);
}

#[test]
fn when_a_rotation_follows_the_page_then_only_the_new_key_is_left() {
    let sections = sections(&page("docs/rotation.md"));
    let prefixes = ["CLIENT_KEY_DEMO", "SESSION_KEY", "ASSERTION_KEY_DEMO"];
    for (section, prefix) in sections[1..4].iter().zip(prefixes) {
        let names = run(section).1.outside.names("integration");
        let left: Vec<_> = names
            .iter()
            .filter(|name| name.starts_with(prefix))
            .collect();
        assert_eq!(left, [&format!("{prefix}_B")]);
    }
}

#[test]
fn when_a_sentence_on_a_page_holds_a_keys_command_then_the_command_line_parses_it() {
    for name in ["README.md", "docs/rotation.md", "docs/secrets.md"] {
        for code in page(name).split('`').skip(1).step_by(2) {
            if let Some(command) = code.strip_prefix("cargo edge keys ")
                && command.contains("--service")
                && !command.contains('\n')
            {
                parse(command);
            }
        }
    }
}
