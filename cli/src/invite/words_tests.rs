//! The messages and the words of `invite`, for each task and each answer.

use super::*;
use crate::snapshots;
use clap::Parser;
use std::fmt::Write;

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    task: Task,
}

const URL: &str = "https://beta.example.gov.uk/auth/admission";

/// A task as a person types it, with what its standard input holds.
const LINES: &[(&str, &str)] = &[
    ("add kenneth@example.gov.uk urn:fdc:gov.uk:2022:a", ""),
    (
        "add -",
        "\n amal@example.gov.uk \r\nurn:fdc:gov.uk:2022:b\n\n",
    ),
    ("add --codes 2", ""),
    ("add", ""),
    ("add -", " \n"),
    ("add -", "amal@example.gov.uk\n\nkenneth@example\n"),
    ("add kenneth@example.gov.uk kenneth@@example.gov.uk", ""),
    ("add example.gov.uk", ""),
    ("add *@example.gov.uk", ""),
    ("add --codes 0", ""),
    ("add --codes 2 kenneth@example.gov.uk", ""),
    (
        "remove https://beta.example.gov.uk/auth/sign-in?invitation=AAECAwQFBgcICQoLDA0ODw",
        "",
    ),
    ("remove --all", ""),
    ("remove", ""),
    ("remove --all kenneth@example.gov.uk", ""),
    ("count", ""),
    ("close", ""),
    ("close --max 500", ""),
    ("close --max -1", ""),
    ("close --max many", ""),
    ("close --max kenneth@example.gov.uk", ""),
    ("count kenneth@example.gov.uk", ""),
    ("kenneth@example.gov.uk", ""),
    ("add --codes urn:fdc:gov.uk:2022:a", ""),
    ("add --kenneth@example.gov.uk", ""),
    ("add -", "\u{feff}amal@example.gov.uk\n"),
    ("add -", "kenneth@example.gov.uk,\n"),
    ("open", ""),
    ("shut", ""),
];

/// The Worker's answers: the status and the body, or an error of the network.
fn answers() -> Vec<(&'static str, Value)> {
    let counted = |invitations: i64, people: i64, max: i64| {
        let body = json!({ "invitations": invitations, "people": people, "max": max });
        json!({ "status": 200, "body": body.to_string() })
    };
    let refused = |status: u16, error: &str| json!({ "status": status, "body": json!({ "error": error }).to_string() });
    vec![
        ("no limit", counted(3, 1, MAX_INVITATIONS)),
        ("one invitation", counted(1, 0, MAX_INVITATIONS)),
        ("a limit that is not reached", counted(3, 1, 2)),
        ("a limit that is reached", counted(3, 2, 2)),
        ("closed", counted(3, 1, 0)),
        ("no document", json!({ "status": 200, "body": "<html>" })),
        ("not deployed", refused(404, "not found")),
        ("not the service's key", refused(400, "key_unknown")),
        ("full", refused(400, "list_full")),
        (
            "\u{1b}[31mred",
            json!({ "status": 418, "body": "\u{1b}[31mred" }),
        ),
        ("no answer of the list", refused(503, "account_unreachable")),
        ("no connection", json!({ "error": "ECONNREFUSED" })),
    ]
}

#[test]
fn when_a_task_is_given_then_its_wish_and_its_faults_match_their_snapshot() {
    let mut all = String::new();
    for (line, input) in LINES {
        let words = ["invite"].into_iter().chain(line.split(' '));
        let words = words.chain(["--at", URL, "--key", "key.pem"]);
        let said = match Line::try_parse_from(words) {
            Err(fault) => crate::discreet(fault)
                .to_string()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
            Ok(line) => match wish(&line.task, input.as_bytes()) {
                Ok(wish) => format!("{} {} of {:?}", wish.act, wish.who.len(), wish.codes),
                Err(fault) => format!("{fault:#}"),
            },
        };
        // A person is in the message and in nothing that is printed.
        let is_named = ["@", "kenneth", "urn:fdc:gov.uk:2022:a"].map(|name| said.contains(name));
        assert_eq!(is_named, [false; 3], "{line}: {said}");
        writeln!(all, "invite {line}\n    {said}").unwrap();
    }
    snapshots::matches("src/invite/snapshots/tasks.txt", &all);
}

#[test]
fn when_the_worker_answers_then_its_words_match_their_snapshot() {
    let mut all = String::new();
    for (name, answer) in answers() {
        let said = match told(&answer, URL) {
            Ok(said) => said,
            Err(fault) => format!("error: {fault:#}"),
        };
        assert!(!said.contains('\u{1b}'), "{said:?}");
        let name = terminal::visible(name);
        writeln!(all, "{name}\n    {said}").unwrap();
    }
    writeln!(all, "a link\n    {}", link(URL, "AAECAwQFBgcICQoLDA0ODw")).unwrap();
    snapshots::matches("src/invite/snapshots/answers.txt", &all);
}

#[test]
fn when_people_are_named_then_addresses_subjects_and_links_are_read() {
    let link = link(URL, "code");
    assert_eq!(invitation(&link).unwrap(), "code");
    for good in [
        "a@b.example",
        "mo.o'neill+x@example.gov.uk",
        "urn:fdc:gov.uk:2022:a",
    ] {
        assert_eq!(invitation(good).unwrap(), good);
    }
    for bad in [
        "@example.gov.uk",
        "example.gov.uk",
        "a@",
        "a@b",
        "a b@c.example",
        "a@b@c.example",
        "*@example.gov.uk",
        "*",
        "a@x.gov.uk,",
        "a@x.gov.uk;",
        "<a@x.gov.uk>",
        "\"a@x.gov.uk\"",
        "'a@x.gov.uk'",
        "“a@x.gov.uk”",
        "(a@x.gov.uk)",
        "mailto:a@x.gov.uk",
        "a@.b",
        "a@b.",
        "a@b..example",
        "a@x.gov.uk\u{200b}",
        "\u{feff}a@x.gov.uk",
        "a@x.gov.uk\u{7}",
        "a\u{ad}b@x.gov.uk",
    ] {
        assert!(invitation(bad).is_err(), "{bad}");
    }
}
