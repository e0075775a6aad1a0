//! Snapshots of the terminal's output, and of the questions that the doctor asks for it.

use super::diagnose;
use super::output::{text, to_json};
use super::scene_tests::{Checkout, Healthy, questions_of};
use super::subject::Subject;
use super::web::Asked;
use crate::snapshots;
use shell::terminal::{Paint, WIDTH};

/// Compares a text with a snapshot file in the source tree.
pub fn snapshot(name: &str, text: &str) {
    snapshots::matches(&format!("src/doctor/snapshots/{name}"), text);
}

fn shown(subject: &Subject, web: &Healthy) -> String {
    let rows = diagnose(subject, web).unwrap();
    let text = text(subject, &rows, Paint::for_terminal(false));
    assert!(!text.contains('\u{1b}'));
    for line in text.lines() {
        assert!(line.chars().count() <= WIDTH, "{line}");
    }
    text
}

#[test]
fn when_the_service_is_healthy_then_the_report_matches_its_snapshot() {
    snapshot(
        "healthy.txt",
        &shown(&Checkout::new().subject(), &Healthy::new()),
    );
}

#[test]
fn when_the_service_has_faults_then_the_report_matches_its_snapshot() {
    let mut web = Healthy::new();
    web.at(Asked::Health)
        .json(|health| health["status"] = "failing".into());
    web.at(Asked::ClientKeys).ms = 700;
    web.at(Asked::Navigation).status = 200;
    web.at(Asked::BackChannelJava).status = 403;
    web.at(Asked::Origin).status = 200;
    web.silence(Asked::Discovery);
    snapshot("faults.txt", &shown(&Checkout::new().subject(), &web));
}

#[test]
fn when_the_configuration_closes_the_service_then_the_report_matches_its_snapshot() {
    let checkout = Checkout::new();
    checkout.edit("scopes = [\"openid\", \"email\"]", "scopes = [\"email\"]");
    snapshot("closed.txt", &shown(&checkout.subject(), &Healthy::new()));
}

#[test]
fn when_doctor_runs_offline_then_it_asks_nothing_and_matches_its_snapshot() {
    let mut subject = Checkout::new().subject();
    subject.offline = true;
    assert_eq!(questions_of(&subject).len(), 0);
    snapshot("offline.txt", &shown(&subject, &Healthy::new()));
}

#[test]
fn when_a_program_reads_the_report_then_it_gets_every_probe_with_its_findings() {
    let subject = Checkout::new().subject();
    let mut web = Healthy::new();
    web.at(Asked::Origin).status = 200;
    let rows = diagnose(&subject, &web).unwrap();
    let report = to_json(&subject, &rows);
    assert_eq!(report["errors"], 1);
    assert_eq!(report["probes"].as_array().unwrap().len(), rows.len());
    let origin = report["probes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["probe"] == "origin")
        .unwrap();
    assert_eq!(origin["result"], "error");
    assert_eq!(origin["findings"][0]["fault"], "origin.open");
    assert_eq!(origin["findings"][0]["seen"], "status 200");
}

#[test]
fn when_doctor_asks_then_only_the_origin_is_asked_without_a_certificate_check() {
    let questions = questions_of(&Checkout::new().subject());
    let unchecked: Vec<_> = questions
        .iter()
        .filter(|one| one.unchecked)
        .map(|one| one.asked)
        .collect();
    let forwarded = [0, 1, 2].map(Asked::OriginForwarded);
    assert_eq!(unchecked, [&[Asked::Origin][..], &forwarded].concat());
    assert!(
        questions
            .iter()
            .filter(|one| one.asked != Asked::AssertionKeysAs(2))
            .all(|one| one.headers.iter().any(|(name, _)| *name == "User-Agent"))
    );
    assert_eq!(questions.len(), 26);
}

#[test]
fn when_sending_is_not_asked_for_then_one_login_gets_no_authorisation_request() {
    let mut subject = Checkout::new().subject();
    subject.send = false;
    let asked: Vec<_> = questions_of(&subject).iter().map(|one| one.asked).collect();
    assert!(asked.contains(&Asked::Navigation) && !asked.contains(&Asked::Authorise));
}

#[test]
fn when_another_address_is_given_then_it_is_asked_for_the_services_own_host() {
    let mut subject = Checkout::new().subject();
    subject.base = "https://203.0.113.9".to_owned();
    subject.name = Some("demo.example.gov.uk".to_owned());
    for question in questions_of(&subject) {
        let is_elsewhere = matches!(
            question.asked,
            Asked::Discovery
                | Asked::TeamKeys
                | Asked::Authorise
                | Asked::Origin
                | Asked::OriginForwarded(_)
        );
        let moved = question.url.contains("203.0.113.9");
        assert_eq!(moved, !is_elsewhere, "{}", question.url);
        assert_eq!(
            question.name.is_some(),
            moved || matches!(question.asked, Asked::Origin | Asked::OriginForwarded(_))
        );
    }
}
