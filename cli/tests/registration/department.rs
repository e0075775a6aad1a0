//! The example of one department with three services, of which two share their users.

use crate::room::{Room, repository, rules};
use serde_json::Value;

const SERVICES: [&str; 3] = ["apply", "renew", "appeal"];

/// A room with the example and a filled file for each service.
fn department() -> Room {
    let room = Room::empty();
    for name in ["wrangler.toml", "registration.toml"] {
        room.copy(&repository().join("examples/department").join(name), name);
    }
    let draft = repository().join("cli/tests/registration/drafts/sign-in-jwks.json");
    for service in SERVICES {
        let file = format!("{service}.json");
        room.copy(&draft, &file);
        room.edit(
            &file,
            "demo-production-client",
            &format!("{service}-client"),
        );
        room.edit(&file, "[ \"openid\", \"email\" ]", "\"{SCOPES}\"");
        let placeholder = format!("replace-with-the-production-client-id-of-{service}");
        room.edit("wrangler.toml", &placeholder, &format!("{service}-client"));
        let ran = room.edge(&line("fill", service, "--write"));
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    room
}

fn line(task: &str, service: &str, more: &str) -> String {
    format!("registration {task} {service}.json --service {service} --env production {more}")
}

fn check(room: &Room, service: &str) -> Vec<Value> {
    let ran = room.edge(&line("check", service, "--format json"));
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    report["findings"].as_array().unwrap().clone()
}

#[test]
fn when_the_departments_services_are_checked_then_all_three_have_no_findings() {
    let room = department();
    for service in SERVICES {
        assert_eq!(check(&room, service), Vec::<Value>::new(), "{service}");
        let plan = format!("registration plan --service {service} --env integration");
        let ran = room.edge(&plan);
        let redirect =
            format!("https://{service}.integration.licences.example.gov.uk/auth/callback");
        assert!(ran.out.contains(&redirect), "{}{}", ran.out, ran.err);
    }
}

#[test]
fn when_the_department_is_registered_then_two_of_three_services_share_users() {
    let room = department();
    let sector = |service: &str| {
        let text = room.read(&format!("{service}.json"));
        let file: Value = serde_json::from_str(&text).unwrap();
        file["SectorIdentifierUri"].as_str().unwrap().to_owned()
    };
    assert_eq!(sector("apply"), sector("renew"));
    assert_ne!(sector("apply"), sector("appeal"));
}

#[test]
fn when_a_file_holds_another_services_value_then_a_finding_says_so() {
    let found = |edit: &dyn Fn(&Room), service: &str| {
        let room = department();
        edit(&room);
        let findings = check(&room, service);
        rules(&findings)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let callback = |room: &Room| {
        room.edit(
            "renew.json",
            "https://renew.licences",
            "https://apply.licences",
        );
    };
    assert!(found(&callback, "renew").contains(&"url-not-served".to_owned()));
    let client = |room: &Room| room.edit("renew.json", "renew-client", "apply-client");
    assert_eq!(
        found(&client, "renew"),
        ["client-id-differs", "client-id-shared"]
    );
    let apart = |room: &Room| {
        let own = "sector_identifier = \"https://appeal.licences.example.gov.uk\"";
        room.edit(
            "registration.toml",
            own,
            "sector_identifier = \"https://licences.example.gov.uk\"",
        );
    };
    let sector = |room: &Room| {
        apart(room);
        room.edit(
            "appeal.json",
            "\"https://appeal.licences.example.gov.uk\"",
            "\"https://licences.example.gov.uk\"",
        );
    };
    assert_eq!(found(&sector, "appeal"), ["users-shared"; 2]);
    let unlike = |room: &Room| {
        room.edit(
            "registration.toml",
            "[production.RENEW]",
            "[production.RENEW]\n# another\n",
        );
        let text = room.read("registration.toml");
        let (before, after) = text.split_once("[production.RENEW]").unwrap();
        let after = after.replacen(
            "https://licences.example.gov.uk",
            "https://renew.licences.example.gov.uk",
            1,
        );
        room.write(
            "registration.toml",
            &format!("{before}[production.RENEW]{after}"),
        );
    };
    assert_eq!(
        found(&unlike, "renew"),
        ["sector-changed", "users-apart"][..1]
    );
    assert_eq!(found(&unlike, "apply"), ["users-apart"]);
}

#[test]
fn when_two_services_have_one_key_then_a_finding_names_the_other_service() {
    let room = department();
    let record = repository().join("cli/tests/registration/keys/DEMO-production.json");
    room.copy(&record, "keys/APPLY-production.json");
    room.copy(&record, "keys/RENEW-production.json");
    let findings = check(&room, "apply");
    assert_eq!(rules(&findings), ["key-shared"]);
    assert!(
        findings[0]["fix"]
            .as_str()
            .unwrap()
            .starts_with("RENEW in production")
    );
}
