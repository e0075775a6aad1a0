//! A rotation's change of a team's own file: `sign-in.toml` as `npm create` writes it.

use super::deployment::Deployment;
use super::state::{Kind, Slot};
use super::world_tests::Directory;
use crate::difference;
use crate::project::own::Own;
use crate::worker_config::WorkerConfig;
use serde_json::json;
use std::fs;

const TEMPLATE: &str =
    include_str!("../../../packages/create-one-login-edge/template/sign-in.toml");

/// The template filled in, with the product's part as small as it can be.
fn project(text: &str) -> (Directory, Deployment) {
    let directory = Directory::new();
    let worker = directory.tree().join("node_modules/one-login-edge/worker");
    fs::create_dir_all(&worker).unwrap();
    let part = json!({ "assets": { "directory": "assets" } });
    let product = json!({ "main": "index.js", "env": { "integration": part } });
    fs::write(worker.join("wrangler.json"), product.to_string()).unwrap();
    fs::write(directory.tree().join("sign-in.toml"), text).unwrap();
    let config = WorkerConfig::of(&directory.tree()).unwrap();
    let deployment = Deployment::load(config, "LICENCE", "integration").unwrap();
    (directory, deployment)
}

fn template() -> String {
    let mut text = TEMPLATE.to_owned();
    for (name, value) in [
        ("SERVICE", "LICENCE"),
        ("NAME", "Licence"),
        ("CY", "Trwydded"),
        ("WORKER", "licence"),
        ("ZONE", "example.gov.uk"),
        ("TEST_HOST", "licence.integration.example.gov.uk"),
        ("HOST", "licence.example.gov.uk"),
    ] {
        text = text.replace(&format!("@{name}@"), value);
    }
    text
}

#[test]
fn when_a_key_is_named_then_a_teams_file_gets_one_entry_and_keeps_every_other_line() {
    let text = template();
    for (kind, added) in [
        (Kind::Client, "+client_key_active = \"B\"\n"),
        (Kind::Assertion, "+assertion_key_active = \"B\"\n"),
        (Kind::Session, "+SESSION_KEY_ACTIVE = \"B\"\n"),
    ] {
        let (_directory, deployment) = project(&text);
        let changed = deployment.naming(kind, Slot::B).unwrap();
        let shown = difference::show(&text, &changed);
        assert!(shown.contains(added), "{kind}: {shown}");
        assert!(
            !shown.lines().any(|line| line.starts_with('-')),
            "{kind}: {shown}"
        );
        // The session key is named in a table that the file does not have yet.
        let lines = if kind == Kind::Session { 3 } else { 1 };
        let more = shown.lines().filter(|line| line.starts_with('+'));
        assert_eq!(more.count(), lines, "{kind}: {shown}");
        let own = Own::parse(&changed).unwrap();
        let vars = own.vars("integration");
        let named = match kind {
            Kind::Session => &vars["SESSION_KEY_ACTIVE"],
            _ => &vars["SERVICE_LICENCE"][Deployment::variable(kind)],
        };
        assert_eq!(named, "B", "{changed}");
        let other = own.vars("production");
        assert!(other.get("SESSION_KEY_ACTIVE").is_none());
        assert!(
            other["SERVICE_LICENCE"]
                .get(Deployment::variable(kind))
                .is_none()
        );
    }
}

#[test]
fn when_an_editor_on_windows_wrote_the_file_then_its_line_ends_and_its_mark_stay() {
    let text = format!("\u{feff}{}", template().replace('\n', "\r\n"));
    let (_directory, deployment) = project(&text);
    let changed = deployment.naming(Kind::Client, Slot::B).unwrap();
    assert!(changed.starts_with('\u{feff}'));
    assert_eq!(changed.replace("client_key_active = \"B\"\r\n", ""), text);
}
