//! Steps whose answer was lost, or which were interrupted, are tried again.

use super::world_tests::World;
use serde_json::{Value, json};
use std::fs;

/// Lets a step end where Ctrl-C ends it: Cloudflare has the change, and the record waits in files that end in `.new`.
fn interrupted(world: &World, line: &str) {
    let tree = world.directory.tree();
    let before: Vec<_> = ["keys/integration.json", "keys/DEMO-integration.json"]
        .iter()
        .map(|name| (tree.join(name), fs::read(tree.join(name)).ok()))
        .collect();
    world.say(line);
    for (path, old) in before {
        let _ = fs::rename(&path, path.with_extension("json.new"));
        if let Some(old) = old {
            fs::write(&path, old).unwrap();
        }
    }
}

fn kid(file: &Value, slot: &str) -> String {
    let kid = file["client"]["generations"][slot]["kid"].as_str();
    kid.unwrap().to_owned()
}

#[test]
fn when_the_answer_to_a_change_is_lost_then_the_change_counts() {
    for line in ["new", "rotate client --write", "import"] {
        let world = World::new();
        if line.starts_with("rotate") {
            world.say("new");
        }
        world.outside.loses.set(true);
        let answer = world.run_with(line, Some("70")).map(|answer| answer.text);
        assert!(answer.is_ok(), "{line}: {answer:?}");
        let notes = world.outside.notes.borrow().join("\n");
        assert!(notes.contains("answer was lost"), "{line}: {notes}");
        let file = world.file("keys/DEMO-integration.json");
        let slot = if line.starts_with("rotate") { "B" } else { "A" };
        assert!(!kid(&file, slot).is_empty(), "{line}");
    }
}

#[test]
fn when_the_removal_of_a_key_is_lost_then_it_counts_too() {
    let world = World::new();
    world.say("new");
    world.say("rotate assertion --write");
    world.wait_hours(1);
    world.say("rotate assertion --write");
    world.say("rotate assertion --write --deployed");
    world.wait_hours(1);
    world.outside.loses.set(true);
    world.say("rotate assertion --write --deployed");
    assert!(world.say("rotate assertion").contains("make a new key"));
}

#[test]
fn when_a_replacement_may_be_lost_then_it_is_tried_again() {
    let world = World::new();
    world.say("new");
    let before = kid(&world.file("keys/DEMO-integration.json"), "A");
    world.outside.loses.set(true);
    let refusal = world.refusal("rotate client --emergency --write");
    assert!(refusal.contains("no answer came"), "{refusal}");
    world.say("rotate client --emergency --write");
    assert_ne!(before, kid(&world.file("keys/DEMO-integration.json"), "A"));
}

#[test]
fn when_a_step_was_interrupted_then_the_next_run_does_it_again() {
    let world = World::new();
    interrupted(&world, "new");
    assert_eq!(world.outside.names("integration").len(), 3);
    let left = world.directory.read("keys/DEMO-integration.json.new");
    let left: Value = serde_json::from_str(&left).unwrap();
    world.say("new");
    let file = world.file("keys/DEMO-integration.json");
    assert_ne!(
        kid(&left, "A"),
        kid(&file, "A"),
        "nothing is known of the first"
    );
    interrupted(&world, "rotate client --write");
    assert_eq!(world.outside.names("integration").len(), 4);
    world.say("rotate client --write");
    let file = world.file("keys/DEMO-integration.json");
    assert_ne!(kid(&file, "A"), kid(&file, "B"));
    let left = world
        .directory
        .tree()
        .join("keys/DEMO-integration.json.new");
    assert!(!left.exists());
}

#[test]
fn rejects_a_secret_whose_interrupted_step_is_long_ago() {
    let world = World::new();
    interrupted(&world, "new");
    world.wait(24 * 3_600 + 1);
    let refusal = world.refusal("new");
    assert!(refusal.contains("does not know"), "{refusal}");
}

#[test]
fn rejects_a_secret_that_no_step_of_this_checkout_made() {
    let world = World::new();
    world.say("new");
    fs::remove_dir_all(world.directory.tree().join("keys")).unwrap();
    let refusal = world.refusal("new");
    assert!(refusal.contains("does not know"), "{refusal}");
}

#[test]
fn when_required_secrets_are_missing_then_the_text_names_the_command_for_each() {
    let world = World::new();
    let path = world.directory.tree().join("wrangler.toml");
    let text = fs::read_to_string(&path).unwrap();
    let more = "\"CLIENT_SECRET_DEMO\",\n  \"CLIENT_KEY_OTHER_A\",\n  \"SESSION_KEY_A\",  ";
    fs::write(&path, text.replacen("\"SESSION_KEY_A\",", more, 1)).unwrap();
    let said = world.say("new");
    for line in [
        "  npx wrangler secret put CLIENT_SECRET_DEMO --env integration",
        "  cargo edge keys new --service OTHER --env integration",
    ] {
        assert!(said.lines().any(|own| own == line), "{said}");
    }
}

#[test]
fn rejects_a_worker_of_another_team() {
    let world = World::new();
    world.say("new");
    let service = |host: &str| json!({ "name": "SERVICE_DEMO", "type": "json", "json": { "host": host, "client_id": "other" } });
    for (bindings, of) in [
        (
            vec![service("permits.example.gov.uk")],
            "It serves permits.example.gov.uk.",
        ),
        (
            vec![json!({ "name": "DB", "type": "d1" })],
            "Another program",
        ),
    ] {
        *world.outside.bindings.borrow_mut() = bindings;
        let before = world.outside.secrets.borrow().clone();
        for line in [
            "new",
            "rotate session --write",
            "rotate client --emergency --write",
        ] {
            let refusal = world.refusal(line);
            assert!(refusal.contains("is not this service's"), "{refusal}");
            assert!(refusal.contains(of), "{refusal}");
        }
        assert_eq!(before, *world.outside.secrets.borrow());
    }
    *world.outside.bindings.borrow_mut() = vec![service("demo.integration.example.gov.uk")];
    world.say("rotate session --write");
    let notes = world.outside.notes.borrow().join("\n");
    assert!(
        notes.contains("which serves demo.integration.example.gov.uk"),
        "{notes}"
    );
}

#[test]
fn rejects_a_draft_with_keys_of_a_service_that_is_not_here() {
    let world = World::new();
    let mut all = world.outside.secrets.borrow_mut();
    let there = all.entry("integration".to_owned()).or_default();
    there.insert("CLIENT_KEY_PERMIT_A".to_owned(), "secret".to_owned());
    drop(all);
    assert!(world.refusal("new").contains("It has keys of PERMIT"));
}
