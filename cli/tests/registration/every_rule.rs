//! Every rule is broken once, in a file that was sound, and is then found at its field.

use crate::room::{BASES, Base, EARLY, FORM, LATE, PROOF, Room, fixtures, rules};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

/// For each rule: the field at which it is found (`-` for none), the sound file, and what is done to it: a text in it,
/// or in another file, and what takes its place. `@KEY` is the key in the file, `@SMALL` one of 1,024 bits, `@MANY` 256
/// letters, `@NL` a new line, `@NONE` nothing.
const TABLE: &str = include_str!("every_rule.txt");

/// The text before the `:` of an edit that gives the command more options.
const OPTIONS: &str = "(options)";

/// A line of the table.
struct Row {
    rule: &'static str,
    field: &'static str,
    base: Base,
    edits: Vec<&'static str>,
}

fn table() -> Vec<Row> {
    let row = |line: &'static str| {
        let mut cells = line.split(" | ").map(str::trim);
        let mut next = || cells.next().unwrap_or_else(|| panic!("{line}"));
        Row {
            rule: next(),
            field: next().trim_matches('-'),
            base: match next() {
                "early" => EARLY,
                "late" => LATE,
                "proof" => PROOF,
                "form" => FORM,
                other => panic!("{other} is no base"),
            },
            edits: cells.collect(),
        }
    };
    TABLE.lines().map(row).collect()
}

/// The body of a PEM file in the fixtures.
fn body(name: &str) -> String {
    let text = fs::read_to_string(fixtures().join(name)).unwrap();
    text.lines().filter(|line| !line.contains("---")).collect()
}

fn broken(row: &Row) -> Vec<Value> {
    let room = Room::furnished();
    let mut options = String::new();
    let real = |text: &str| {
        text.replace("@KEY", &body("client-a.pem"))
            .replace("@SMALL", &body("small.pem"))
            .replace("@MANY", &"a".repeat(256))
            .replace("@NL", "\n")
            .replace("@NONE", "")
    };
    for edit in &row.edits {
        let (from, to) = edit.split_once(" => ").unwrap_or_else(|| panic!("{edit}"));
        let (file, from) = match from.split_once(": ") {
            Some((file, from)) if file == OPTIONS || room.path(file).exists() => (file, from),
            _ => (row.base.file, from),
        };
        if file == OPTIONS {
            options.push_str(to);
        } else {
            room.edit(file, &real(from), &real(to));
        }
    }
    room.findings(row.base, &options)
}

#[test]
fn when_a_rule_is_broken_then_the_check_finds_it_with_every_text() {
    for row in table() {
        let findings = broken(&row);
        let found = findings
            .iter()
            .find(|finding| finding["rule"] == row.rule && finding["field"] == row.field);
        let Some(found) = found else {
            panic!("{} at {}: {findings:#?}", row.rule, row.field);
        };
        for part in ["severity", "source", "text", "consequence", "fix"] {
            let text = found[part].as_str().unwrap();
            assert!(!text.is_empty(), "{}: {part}", row.rule);
        }
    }
}

#[test]
fn when_a_rule_is_listed_then_exactly_one_row_tests_it() {
    let room = Room::furnished();
    let listed: Value =
        serde_json::from_str(&room.edge("registration rules --format json").out).unwrap();
    let listed = listed.as_array().unwrap();
    let known: BTreeSet<_> = listed
        .iter()
        .map(|rule| rule["rule"].as_str().unwrap())
        .collect();
    let table = table();
    let tested: BTreeSet<_> = table.iter().map(|row| row.rule).collect();
    assert_eq!(known, tested);
    assert_eq!((listed.len(), table.len()), (known.len(), tested.len()));
}

#[test]
fn when_a_sound_file_is_checked_then_it_has_no_errors() {
    for (base, expected) in
        BASES
            .into_iter()
            .zip([&[][..], &[], &["jwks-advised"], &["alg-advised"]])
    {
        let draft = format!("--draft sent-{}", base.file);
        let findings = Room::furnished().findings(base, &draft);
        assert_eq!(rules(&findings), expected, "{}", base.file);
    }
}

#[test]
fn when_a_field_is_misspelt_then_the_right_name_is_told_and_the_field_still_read() {
    let fix = |base: Base, from: &str, to: &str| {
        let room = Room::furnished();
        room.edit(base.file, from, to);
        let findings = room.findings(base, "");
        let errors: Vec<_> = findings
            .iter()
            .filter(|f| f["severity"] == "error")
            .collect();
        assert_eq!(errors.len(), 1, "{to}: {findings:#?}");
        assert_eq!(errors[0]["rule"], "field-name");
        errors[0]["fix"].as_str().unwrap().to_owned()
    };
    let right = [
        (EARLY, "PostLogoutRedirectUrIs", "PostLogoutRedirectUris"),
        (EARLY, "PostLogoutRedirectUrIs", "PostLogoutRedirectUrls"),
        (EARLY, "RedirectUrls", "RedirectURIs"),
        (EARLY, "BackChannelLogoutUri", "BackchannelLogoutUrl"),
        (EARLY, "SectorIdentifierUri", "SectorIdentiferUri"),
        (LATE, "PostLogoutRedirectUrls", "PostLogoutRedirectUrIs"),
        (LATE, "JwksUrl", "JWKSUri"),
        (LATE, "TokenAuthMethod", "token_auth_method"),
    ];
    for (base, name, wrong) in right {
        let from = format!("\"{name}\"");
        let found = fix(base, &from, &format!("\"{wrong}\""));
        assert_eq!(found, format!("Write {name}."));
    }
    let unknown = fix(LATE, "\"Channel\"", "\"Favourite\" : 1, \"Channel\"");
    assert!(unknown.starts_with("Take it out"), "{unknown}");
}

#[test]
fn when_an_early_file_has_one_later_field_then_it_is_still_judged_as_early() {
    let room = Room::furnished();
    room.edit(EARLY.file, "\"Claims\"", "\"Channel\": \"WEB\", \"Claims\"");
    let findings = room.findings(EARLY, "");
    assert_eq!(rules(&findings), ["field-name"]);
    assert_eq!(findings[0]["field"], "Channel");
}

#[test]
fn when_placeholders_are_left_then_only_those_for_the_provider_may_wait() {
    let room = Room::furnished();
    for (from, to) in [
        ("\"SmokeTest\" : false", "\"SmokeTest\" : \"{SMOKE}\""),
        ("\"PKCEEnforced\" : true", "\"PKCEEnforced\" : {PKCE}"),
        (
            "\"JarValidationRequired\" : true",
            "\"JarValidationRequired\" : \"{JAR}\"",
        ),
        ("\"demo-production-client\"", "\"{CLIENT_ID}\""),
    ] {
        room.edit(LATE.file, from, to);
    }
    let findings = room.findings(LATE, "");
    assert_eq!(rules(&findings), ["placeholder-left"; 2]);
    let line = format!(
        "registration fill {} --service demo --env production --write",
        LATE.file
    );
    let filled = room.edge(&line).out;
    assert!(filled.contains("+    \"PKCEEnforced\" : true,"), "{filled}");
    assert!(
        filled.contains("SmokeTest waits: GOV.UK One Login decides it"),
        "{filled}"
    );
}

#[test]
fn when_the_providers_draft_has_an_unknown_field_name_then_that_name_is_right() {
    let room = Room::furnished();
    let sent = format!("sent-{}", LATE.file);
    for file in [LATE.file, &sent] {
        room.edit(file, "\"Channel\"", "\"AtClient\" : true, \"Channel\"");
        room.edit(file, "PKCEEnforced", "PkceEnforced");
    }
    let found = room.findings(LATE, "");
    assert_eq!(rules(&found), ["field-name", "field-name"]);
    assert!(found[0]["fix"].as_str().unwrap().contains("--draft"));
    let found = room.findings(LATE, &format!("--draft {sent}"));
    assert_eq!(rules(&found), [""; 0]);
}

#[test]
fn when_a_file_holds_a_secret_then_the_report_never_repeats_it() {
    let room = Room::furnished();
    room.edit(FORM.file, "{PROVIDED SEPARATELY}", "open sesame");
    for format in ["text", "json"] {
        let line = format!(
            "registration check {} --service form --env production",
            FORM.file
        );
        let ran = room.edge(&format!("{line} --format {format}"));
        assert_eq!(ran.code, 1);
        assert!(!ran.out.contains("sesame") && !ran.err.contains("sesame"));
    }
}

#[test]
fn when_strict_is_given_then_warnings_fail_and_notes_do_not() {
    let room = Room::furnished();
    room.write("registration.toml", "");
    let line = "registration check client-secret.json --service form --env production";
    assert_eq!(room.edge(line).code, 0);
    assert_eq!(room.edge(&format!("{line} --strict")).code, 1);
    // Notes never do.
    let room = Room::furnished();
    let line = "registration check identity-static.json --service proof --env production";
    assert_eq!(room.edge(&format!("{line} --strict")).code, 0);
}

#[test]
fn when_a_file_is_for_integration_then_its_own_rules_judge_it() {
    let room = Room::furnished();
    room.edit(
        LATE.file,
        "demo.example.gov.uk/auth",
        "demo.integration.example.gov.uk/auth",
    );
    room.edit(
        LATE.file,
        "https://demo.integration.example.gov.uk/auth",
        "http://localhost/auth",
    );
    let line =
        "registration check sign-in-jwks.json --service demo --env integration --format json";
    let report: Value = serde_json::from_str(&room.edge(line).out).unwrap();
    let found = |rule: &str| -> Vec<_> {
        let findings = report["findings"].as_array().unwrap().iter();
        let of_it = findings.filter(|finding| finding["rule"] == rule);
        of_it
            .map(|finding| finding["field"].as_str().unwrap().to_owned())
            .collect()
    };
    // The provider itself calls this address, so the bans hold everywhere.
    assert_eq!(found("url-http"), ["BackChannelLogoutUri"]);
    assert_eq!(found("url-localhost"), ["BackChannelLogoutUri"]);
    assert_eq!(
        found("url-not-served"),
        [
            "RedirectUrls",
            "PostLogoutRedirectUrls",
            "BackChannelLogoutUri",
            "JwksUrl"
        ]
    );
}
