//! The three drafts of the provider's documentation, as they are printed there on 17 August 2026: filled and checked they
//! are green, and from every configuration following the advice leads to that.

use crate::room::{Room, fixtures};
use serde_json::Value;
use std::collections::BTreeSet;

/// A draft of the documentation, and the lines that a service's table needs to be what the draft is for.
const DRAFTS: [(&str, &[&str]); 3] = [
    (
        "documented-sign-in.json",
        &[
            "scopes = [\"openid\", \"email\", \"phone\"]",
            "id_token_alg = \"RS256\"",
        ],
    ),
    (
        "documented-identity.json",
        &[
            "scopes = [\"openid\", \"email\", \"phone\"]",
            "id_token_alg = \"RS256\"",
            "registered_claims = [\"coreIdentityJWT\", \"returnCode\"]",
        ],
    ),
    (
        "documented-secret.json",
        &[
            "scopes = [\"openid\", \"email\", \"phone\"]",
            "token_auth_method = \"client_secret_post\"",
        ],
    ),
];

/// Tables that a service may have when its team gets the draft.
const TABLES: [&[&str]; 4] = [
    &[],
    &["scopes = [\"openid\"]", "id_token_alg = \"RS256\""],
    &[
        "registered_claims = [\"coreIdentityJWT\", \"address\"]",
        "level = \"Cl.Cm.P2\"",
    ],
    &["token_auth_method = \"client_secret_post\""],
];

const MARK: &str = "# set above";

/// A room with one service in production, its table's lines, and what was sent.
fn room(draft: &str, lines: &[&str]) -> Room {
    let room = Room::empty();
    room.copy(&fixtures().join("drafts").join(draft), "sent.json");
    room.copy(&fixtures().join("client-a.pem"), "client-a.pem");
    room.write("registration.toml", "[production.LICENCE]\n");
    room.write(
        "wrangler.toml",
        &format!(
            "name = \"w\"\nmain = \"build/index.js\"\ncompatibility_date = \"2026-10-20\"\n\n[env.production]\n\
             routes = [{{ pattern = \"licence.example.org/*\", zone_name = \"example.org\" }}]\n\n\
             [[env.production.kv_namespaces]]\nbinding = \"DOCUMENTS\"\n\n\
             [[env.production.durable_objects.bindings]]\nname = \"ACCOUNTS\"\nclass_name = \"AccountObject\"\n\n\
             [env.production.secrets]\nrequired = [\"SESSION_KEY_A\", \"CLIENT_KEY_LICENCE_A\", \
             \"ASSERTION_KEY_LICENCE_A\", \"CLIENT_SECRET_LICENCE\"]\n\n\
             [env.production.vars]\nDEPLOYMENT = \"production\"\n\n[env.production.vars.SERVICE_LICENCE]\n\
             host = \"licence.example.org\"\nenvironment = \"production\"\nname = \"Apply for a licence\"\n\
             client_id = \"replace-with-the-client-id\"\nroutes = [{{ path = \"/own\", access = \"required\" }}]\n\
             {}\n{MARK}\n",
            lines.join("\n")
        ),
    );
    room
}

/// Sets a line of a table in a file, in place of one with the same name.
fn set(room: &Room, file: &str, line: &str) {
    let name = line.split(' ').next().unwrap();
    let own = |old: &&str| !old.starts_with(&format!("{name} = "));
    let text = room.read(file);
    let mut lines: Vec<_> = text.lines().filter(own).map(str::to_owned).collect();
    let at = lines.iter().position(|line| line == MARK);
    lines.insert(at.unwrap_or(lines.len()), line.to_owned());
    room.write(file, &(lines.join("\n") + "\n"));
}

/// Fills the draft in again and checks it: what waits, and the findings that are no notes.
fn looked_at(room: &Room, options: &str) -> (Vec<String>, Vec<Value>) {
    room.write("file.json", &room.read("sent.json"));
    let service = "--service licence --env production";
    let filled = room.edge(&format!(
        "registration fill file.json {service} {options} --write"
    ));
    assert_eq!(filled.code, 0, "{}", filled.err);
    let text = filled.out.replace("\n  ", " ");
    let waits = text.lines().filter(|line| line.contains(" waits: "));
    let line =
        format!("registration check file.json {service} {options} --draft sent.json --strict");
    let ran = room.edge(&format!("{line} --format json"));
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    let findings = report["findings"].as_array().unwrap().iter();
    let bad: Vec<_> = findings
        .filter(|finding| finding["severity"] != "note")
        .cloned()
        .collect();
    assert_eq!(ran.code == 0, bad.is_empty(), "{report:#}");
    (waits.map(str::to_owned).collect(), bad)
}

/// Does what an advice says, as a person would who knows nothing else; `false` where it says nothing to do on this side.
fn follow(room: &Room, advice: &str, value: Option<&str>, options: &mut String) -> bool {
    let between = |from: &str, to: &str| {
        let (_, rest) = advice.split_once(from)?;
        rest.split_once(to).map(|(line, _)| line.to_owned())
    };
    if let Some(line) = between("set ", " in wrangler.toml") {
        set(room, "wrangler.toml", &line);
    } else if let Some(level) = between("take ", " out of the levels in wrangler.toml") {
        let text = room.read("wrangler.toml");
        room.write(
            "wrangler.toml",
            &text.replace(&format!("level = \"Cl.Cm.{level}\"\n"), ""),
        );
    } else if advice.contains("take registered_claims and every level with identity out") {
        let text = room.read("wrangler.toml");
        let own =
            |line: &&str| !line.starts_with("registered_claims") && !line.starts_with("level");
        room.write(
            "wrangler.toml",
            &text
                .lines()
                .filter(own)
                .map(|l| format!("{l}\n"))
                .collect::<String>(),
        );
    } else if advice.contains("add \"returnCode\" to registered_claims in wrangler.toml") {
        room.edit(
            "wrangler.toml",
            "\"coreIdentityJWT\"",
            "\"coreIdentityJWT\", \"returnCode\"",
        );
    } else if advice.starts_with("Write it into client_id of LICENCE in wrangler.toml") {
        set(
            room,
            "wrangler.toml",
            &format!("client_id = \"{}\"", value.unwrap()),
        );
    } else if advice.contains("under [production.LICENCE]") && advice.contains("best ") {
        let (_, line) = advice.split_once("best ").unwrap();
        set(room, "registration.toml", line);
    } else if advice.contains("--public-key FILE") {
        *options = "--public-key client-a.pem".to_owned();
    } else {
        return false;
    }
    true
}

#[test]
fn when_a_draft_of_the_documentation_is_filled_in_then_it_has_no_errors() {
    for (draft, lines) in DRAFTS {
        let room = room(draft, lines);
        let text = room.read("sent.json");
        let id = text.split("\"ClientID\": \"").nth(1).unwrap();
        let id = id.split('"').next().unwrap();
        set(&room, "wrangler.toml", &format!("client_id = \"{id}\""));
        set(
            &room,
            "registration.toml",
            "sector_identifier = \"https://licence.example.org\"",
        );
        let (waits, bad) = looked_at(&room, "--public-key client-a.pem");
        assert_eq!(bad, Vec::<Value>::new(), "{draft}");
        let secret = waits
            .iter()
            .all(|line| line.starts_with("ClientSecret waits"));
        assert!(secret, "{draft}: {waits:?}");
    }
}

#[test]
fn when_a_placeholder_is_broken_then_its_field_tells_the_value() {
    let (draft, lines) = DRAFTS[2];
    let room = room(draft, lines);
    assert!(room.read("sent.json").contains("\"CLIENT_NAME}\""));
    looked_at(&room, "");
    assert!(
        room.read("file.json")
            .contains("\"ClientName\": \"Apply for a licence\"")
    );
}

/// Every step is an advice of the last look, and no look is like one before: two that contradict each other would go
/// round in a circle.
#[test]
fn when_the_advice_is_followed_from_every_draft_and_table_then_all_is_green() {
    for (draft, _) in DRAFTS {
        for lines in TABLES {
            let room = room(draft, lines);
            let mut options = String::new();
            let mut seen = BTreeSet::new();
            loop {
                let (waits, bad) = looked_at(&room, &options);
                if bad.is_empty() {
                    break;
                }
                let state = (
                    room.read("wrangler.toml"),
                    room.read("registration.toml"),
                    options.clone(),
                );
                assert!(seen.insert(state), "{draft}, {lines:?}: a circle; {bad:#?}");
                // Waiting placeholders come first: a placeholder that is left has no better advice than that.
                let step = waits
                    .iter()
                    .any(|line| follow(&room, line, None, &mut options))
                    || bad.iter().any(|finding| {
                        let fix = finding["fix"].as_str().unwrap();
                        follow(&room, fix, finding["value"].as_str(), &mut options)
                    });
                assert!(step, "{draft}, {lines:?}: {waits:?} {bad:#?}");
            }
        }
    }
}

/// A client with a secret signs its requests too, and the documentation's draft for one has no place for a key.
#[test]
fn when_a_client_with_a_secret_has_no_place_for_a_key_then_a_note_says_to_ask() {
    let (draft, lines) = DRAFTS[2];
    let room = room(draft, lines);
    room.write("file.json", &room.read("sent.json"));
    let line = "registration check file.json --service licence --env production";
    let found = |options: &str| room.edge(&format!("{line} {options}")).out;
    assert!(found("--draft sent.json").contains("note: PublicKey (key-no-place)"));
    // Without the draft it is not known that there is no place.
    assert!(found("").contains("error: PublicKey (key-missing)"));
}

#[test]
fn when_a_value_changed_since_the_draft_then_the_finding_keeps_its_line_breaks() {
    let (draft, lines) = DRAFTS[0];
    let room = room(draft, lines);
    let text = room.read("sent.json");
    room.write("file.json", &text.replace("   \"email\",\n", ""));
    let line = "registration check file.json --service licence --env production --draft sent.json";
    let out = room.edge(line).out;
    let fix = "  fix       Put it back as [\n               \"openid\",\n               \"email\",\n               \"phone\"\n            ]\n";
    assert!(out.contains(fix), "{out}");
    assert!(!out.contains('\u{fffd}'), "{out}");
    // White space between values is no change, and inside a text it is one.
    room.write("file.json", &text.replace("[\n   \"P0\"\n]", "[\"P0\"]"));
    assert!(!room.edge(line).out.contains("ClientLoCs (draft-changed)"));
    room.write("file.json", &text.replace("\"P0\"", "\" P0\""));
    assert!(room.edge(line).out.contains("ClientLoCs (draft-changed)"));
}
