//! Snapshots of the output that people see: in 80 columns, and without colour where there is no terminal.

use crate::room::{LATE, Room};
use crate::snapshots;

fn matches(name: &str, found: &str) {
    assert!(!found.contains('\u{1b}'), "{name} holds colour");
    snapshots::matches(&format!("tests/registration/reports/{name}"), found);
}

fn is_narrow(name: &str, text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{name}: {line}");
    }
}

#[test]
fn when_a_plan_is_printed_then_it_matches_its_snapshot() {
    let room = Room::furnished();
    for (service, environment) in [
        ("demo", "integration"),
        ("demo", "production"),
        ("proof", "production"),
        ("form", "production"),
    ] {
        let line = format!("registration plan --service {service} --env {environment}");
        let ran = room.edge(&line);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        let name = format!("plan-{service}-{environment}.txt");
        is_narrow(&name, &ran.out);
        matches(&name, &ran.out);
    }
}

#[test]
fn when_a_report_is_printed_then_it_matches_its_snapshot() {
    let room = Room::furnished();
    for (from, to) in [
        (
            "\"https://demo.example.gov.uk\"",
            "\"https://example.gov.uk\"",
        ),
        ("/auth/callback", "/oidc/callback"),
        (
            "https://demo.example.gov.uk/auth/signed-out",
            "http://localhost/signed-out",
        ),
        ("PKCEEnforced", "PkceEnforced"),
        ("Apply for a demo licence", "{CLIENT_NAME}"),
        ("\"SmokeTest\" : false", "\"SmokeTest\" : \"\\u001b[31m\""),
        (
            "\"JarValidationRequired\" : true",
            "\"JarValidationRequired\" : false",
        ),
        ("demo-team@example.gov.uk", "the demo team"),
    ] {
        room.edit(LATE.file, from, to);
    }
    let line = "registration check sign-in-jwks.json --service demo --env production";
    let ran = room.edge(line);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    is_narrow("report.txt", &ran.out);
    matches("report.txt", &ran.out);
    let json = room.edge(&format!("{line} --format json"));
    matches("report.json", &json.out);
}

#[test]
fn when_a_report_has_no_findings_then_it_matches_its_snapshot() {
    let line = "registration check sign-in-jwks.json --service demo --env production";
    let ran = Room::furnished().edge(line);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    matches("clean.txt", &ran.out);
}

#[test]
fn when_a_draft_is_filled_in_then_the_printed_difference_matches_its_snapshot() {
    let room = Room::furnished();
    for (file, service) in [
        ("early-2025.json", "demo"),
        ("identity-static.json", "proof"),
        ("client-secret.json", "form"),
    ] {
        let line = format!("registration fill sent-{file} --service {service} --env production");
        let name = format!("fill-{}", file.replace(".json", ".txt"));
        matches(&name, &room.edge(&line).out);
    }
}

#[test]
fn when_the_rules_are_listed_then_every_line_is_narrow() {
    let ran = Room::furnished().edge("registration rules");
    assert_eq!(ran.code, 0);
    is_narrow("rules", &ran.out);
}
