//! Mistakes on the command line and in files are answered with what would be right.

use crate::room::{Room, fixtures};
use serde_json::Value;
use std::fs;

#[test]
fn rejects_a_mistaken_command_and_says_the_choices_or_the_fault() {
    let room = Room::furnished();
    room.write("broken.toml", "[env");
    room.write("text.json", "{\"a\": 1,\n \"b\"}");
    room.write("unreadable.pem", "hello");
    for (line, expected) in [
        (
            "plan --service tax --env production",
            "it has DEMO, FORM, PROOF",
        ),
        (
            "plan --service demo --env staging",
            "it has integration, production",
        ),
        (
            "plan --service proof --env integration",
            "no service \"proof\" in integration; it has DEMO",
        ),
        (
            "plan --service demo --env production --config absent.toml",
            "there is no absent.toml",
        ),
        (
            "plan --service demo --env production --config broken.toml",
            "broken.toml is not valid TOML",
        ),
        (
            "check absent.json --service demo --env production",
            "absent.json cannot be read",
        ),
        (
            "fill absent.json --service demo --env production",
            "absent.json cannot be read",
        ),
        (
            "fill text.json --service demo --env production",
            "text.json is not JSON: line 2, column 5: a colon",
        ),
        (
            "check sign-in-jwks.json --service demo --env production --draft text.json",
            "text.json is not JSON",
        ),
        (
            "check sign-in-jwks.json --service demo --env production --public-key absent.pem",
            "absent.pem cannot be read",
        ),
        (
            "check sign-in-jwks.json --service demo --env production --public-key unreadable.pem",
            "unreadable.pem holds no public key that can be used: it is not",
        ),
    ] {
        let ran = room.edge(&format!("registration {line}"));
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{line}");
        assert!(ran.err.contains(expected), "{line}: {}", ran.err);
    }
}

#[test]
fn rejects_a_file_that_can_be_no_registration() {
    let room = Room::furnished();
    fs::write(room.path("utf-16.json"), b"\xff\xfe{\0}\0").unwrap();
    fs::write(room.path("latin-1.json"), b"{\"ClientName\": \"caf\xe9\"}").unwrap();
    fs::write(room.path("film.json"), " ".repeat(65_537)).unwrap();
    fs::create_dir(room.path("folder.json")).unwrap();
    for (file, expected) in [
        (
            "utf-16.json",
            "is not text in UTF-8; save it in that encoding",
        ),
        ("latin-1.json", "is not text in UTF-8"),
        ("film.json", "is larger than 64 kB"),
        ("folder.json", "cannot be read"),
    ] {
        for task in ["check", "fill"] {
            let ran = room.edge(&format!(
                "registration {task} {file} --service demo --env production"
            ));
            assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{file}");
            assert!(ran.err.contains(expected), "{file}: {}", ran.err);
        }
    }
}

#[test]
fn when_a_file_has_thousands_of_unknown_fields_then_each_gets_a_finding() {
    let room = Room::furnished();
    let fields: Vec<_> = (0..5_000).map(|n| format!("\"f{n}\":1")).collect();
    room.write("many.json", &format!("{{{}}}", fields.join(",")));
    let line = "registration check many.json --service demo --env production --format json";
    let report: Value = serde_json::from_str(&room.edge(line).out).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let unknown = findings.iter().filter(|one| one["rule"] == "field-name");
    assert_eq!(unknown.count(), 5_000);
}

#[test]
fn when_the_reader_stops_reading_then_the_exit_code_stays_and_no_error_is_printed() {
    let room = Room::furnished();
    let service = "--service demo --env production";
    room.edit("early-2025.json", "MANDATORY", "OPTIONAL");
    room.write("draft.json", &room.read("sent-early-2025.json"));
    for (line, code) in [
        ("rules".to_owned(), 0),
        (format!("plan {service}"), 0),
        (format!("check early-2025.json {service}"), 1),
        (format!("fill draft.json {service} --write"), 0),
    ] {
        let ran = room.edge_unread(&format!("registration {line}"));
        assert_eq!((ran.code, ran.err.as_str()), (code, ""), "{line}");
    }
    let filled = fs::read_to_string(fixtures().join("filled/early-2025.json")).unwrap();
    assert_eq!(
        room.read("draft.json"),
        filled,
        "it is written all the same"
    );
}

#[test]
fn rejects_decisions_that_would_have_no_effect() {
    let line = "registration plan --service demo --env production";
    for (toml, expected) in [
        (
            "[production.DEM]\n",
            "names DEM in production; wrangler.toml has DEMO, FORM, PROOF",
        ),
        ("[staging.DEMO]\n", "names DEMO in staging"),
        (
            "[production.DEMO]\nshares_users_with = [\"TAX\"]\n",
            "names TAX in production",
        ),
        (
            "[production.DEMO]\ncontact = []\n",
            "unknown field `contact`",
        ),
        ("[production", "cannot be understood"),
    ] {
        let room = Room::furnished();
        room.write("registration.toml", toml);
        let ran = room.edge(line);
        assert_eq!(ran.code, 1, "{toml}");
        assert!(ran.err.contains(expected), "{toml}: {}", ran.err);
    }
}

#[test]
fn rejects_a_damaged_record_of_keys_and_says_so() {
    let line = "registration check early-2025.json --service demo --env production";
    for (from, to, expected) in [
        (
            "\"active\": \"A\"",
            "\"active\": \"B\"",
            "DEMO-production.json is damaged: the active generation B is not in it",
        ),
        (
            "\"RSA\"",
            "\"EC\"",
            "DEMO-production.json is damaged: generation A",
        ),
        (
            "{",
            "",
            "DEMO-production.json is damaged: it is not a file of keys",
        ),
    ] {
        let room = Room::furnished();
        room.edit("keys/DEMO-production.json", from, to);
        let ran = room.edge(line);
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains(expected), "{}", ran.err);
    }
}

#[test]
fn rejects_a_plan_for_a_service_that_the_worker_would_not_serve() {
    let room = Room::furnished();
    room.edit(
        "wrangler.toml",
        "scopes = [\"openid\", \"email\"]",
        "scopes = [\"email\"]",
    );
    let ran = room.edge("registration plan --service demo --env production");
    assert_eq!(ran.code, 1);
    assert!(
        ran.err
            .contains("SERVICE_DEMO.scopes: must include \"openid\""),
        "{}",
        ran.err
    );
}
