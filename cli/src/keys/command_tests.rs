//! `keys new`, `show`, `import` and `to-jwks`, each answer as a person sees it.

use super::world_tests::{CANARY, World, snapshot};
use std::fs;

#[test]
fn when_first_keys_are_made_then_cloudflare_gets_them_and_the_text_public_halves() {
    let world = World::new();
    snapshot("new", &world.say("new"));
    assert_eq!(
        world.outside.names("integration"),
        ["ASSERTION_KEY_DEMO_A", "CLIENT_KEY_DEMO_A", "SESSION_KEY_A"]
    );
    let before = world.outside.secrets.borrow().clone();
    snapshot("new-again", &world.say("new"));
    assert_eq!(*world.outside.secrets.borrow(), before);
}

#[test]
fn rejects_a_key_command_for_a_service_that_is_not_configured() {
    let world = World::new();
    for line in [
        "new --service OTHER --env integration",
        "new --service DEMO --env staging",
        "rotate client --service OTHER --env production",
        "show --service DEM --env integration",
    ] {
        let refusal = world.refusal(line);
        assert!(refusal.contains("wrangler.toml has no"), "{refusal}");
        let there = ["it has DEMO", "it has integration, production"];
        assert!(there.iter().any(|names| refusal.ends_with(names)));
    }
    assert!(world.outside.secrets.borrow().is_empty());
}

#[test]
fn when_a_services_name_has_another_case_or_a_hyphen_then_the_service_is_found() {
    let world = World::new();
    world.say("new --service demo --env integration");
    assert!(world.file("keys/DEMO-integration.json")["client"].is_object());
    let shown = world.say("show --service Demo --env integration");
    assert!(shown.starts_with("CLIENT_KEY_DEMO_A"), "{shown}");
    let path = world.directory.tree().join("wrangler.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("SERVICE_DEMO", "SERVICE_my-permits")).unwrap();
    let shown = world.run("show --service my-permits --env integration");
    let said = shown.map_or_else(|error| format!("{error:#}"), |answer| answer.text);
    assert!(!said.contains("has no service"), "{said}");
}

#[test]
fn rejects_a_checkout_without_wrangler_toml_and_names_the_way_back() {
    let world = World::new();
    fs::remove_file(world.directory.tree().join("wrangler.toml")).unwrap();
    let refusal = world.refusal("show");
    assert!(
        refusal.contains("there is no ") && refusal.contains("git checkout wrangler.toml"),
        "{refusal}"
    );
}

#[test]
fn when_a_message_names_a_key_then_the_article_fits_the_noun() {
    let world = World::new();
    world.say("new");
    fs::remove_file(world.directory.tree().join("keys/DEMO-integration.json")).unwrap();
    assert!(world.refusal("new").contains("has a client key"));
    let mut all = world.outside.secrets.borrow_mut();
    all.get_mut("integration")
        .unwrap()
        .remove("CLIENT_KEY_DEMO_A");
    drop(all);
    assert!(world.refusal("new").contains("has an assertion key"));
}

#[test]
fn when_a_rotation_is_over_then_no_second_first_key_is_made() {
    let world = World::new();
    world.say("new");
    world.say("rotate client --write");
    world.wait_hours(24);
    world.say("rotate client --write");
    world.say("rotate client --write --deployed");
    world.wait_hours(24);
    world.say("rotate client --write --deployed");
    assert!(world.say("new").contains("has every key"));
}

#[test]
fn when_stdout_is_asked_for_then_secrets_come_apart_from_the_text() {
    let world = World::new();
    let answer = world.run("new --stdout").unwrap();
    let secrets = answer.secrets.unwrap();
    assert_eq!(
        secrets.names(),
        ["ASSERTION_KEY_DEMO_A", "CLIENT_KEY_DEMO_A", "SESSION_KEY_A"]
    );
    assert_eq!(secrets.reveal().matches(CANARY).count(), 3);
    assert!(world.outside.secrets.borrow().is_empty());
    assert!(world.run("show").unwrap().secrets.is_none());
}

#[test]
fn rejects_making_keys_that_cloudflare_lost() {
    let world = World::new();
    world.say("new");
    world.outside.secrets.borrow_mut().clear();
    let refusal = world.refusal("new");
    assert!(refusal.contains("Cloudflare has none"), "{refusal}");
}

#[test]
fn when_keys_are_shown_then_each_place_is_listed_with_its_time() {
    let world = World::new();
    let refusal = world.refusal("show");
    assert!(refusal.contains("keys/DEMO-integration.json"), "{refusal}");
    world.say("new --bits 3072");
    world.say("rotate client --write");
    world.say("rotate session --write");
    world.wait_hours(24);
    world.say("rotate session --write");
    world.say("rotate session --write --deployed");
    let text = world.say("show");
    snapshot("show", &text);
    assert_eq!(
        text.matches("(RSA 3072)").count(),
        2,
        "a successor is as large"
    );
}

#[test]
fn rejects_a_key_size_other_than_the_three() {
    for bits in ["1024", "2049", "8192", "many"] {
        let line = format!("new --bits {bits} --service DEMO --env integration");
        let parsed = std::panic::catch_unwind(|| super::world_tests::parse(&line));
        assert!(parsed.is_err(), "{bits}");
    }
}

#[test]
fn when_a_key_is_imported_then_it_is_the_first_or_the_next_and_never_a_third() {
    let world = World::new();
    let first = world.run_with("import", Some("70")).unwrap().text;
    snapshot("import", &first);
    assert_eq!(world.outside.names("integration"), ["CLIENT_KEY_DEMO_A"]);
    let next = world.run_with("import", Some("71")).unwrap().text;
    snapshot("import-next", &next);
    let third = world
        .run_with("import", Some("72"))
        .err()
        .unwrap()
        .to_string();
    assert!(third.contains("both slots are taken"), "{third}");
    assert!(world.refusal("rotate client").contains("too early"));
}

#[test]
fn rejects_a_key_that_was_used_before_in_any_environment() {
    let world = World::new();
    world.run_with("import", Some("70")).unwrap();
    let again = "import --service DEMO --env production";
    let refusal = world.run_with(again, Some("70")).err().unwrap().to_string();
    assert!(
        refusal.contains("keys/DEMO-integration.json knows this key"),
        "{refusal}"
    );
    world.say("rotate client --emergency --write");
    let refusal = world
        .run_with("import", Some("70"))
        .err()
        .unwrap()
        .to_string();
    assert!(refusal.contains("knows this key already"), "{refusal}");
}

#[test]
fn when_an_imported_file_is_inside_the_repository_then_a_warning_is_shown() {
    let world = World::new();
    let inside = world.directory.tree().join("client.pem");
    let outside = world.directory.0.join("client.pem");
    for path in [&inside, &outside] {
        fs::write(path, "-").unwrap();
    }
    let line = |path: &std::path::Path| format!("import {}", path.display());
    let text = world.run_with(&line(&inside), Some("70")).unwrap().text;
    assert!(text.contains("is inside the repository"), "{text}");
    let text = world.run_with(&line(&outside), Some("71")).unwrap().text;
    assert!(!text.contains("is inside the repository"), "{text}");
}

#[test]
fn when_a_fixed_key_moves_to_a_key_set_then_the_steps_follow_the_documented_order() {
    let world = World::new();
    let production = "--service DEMO --env production";
    let mut told = world.run_with("import --static", Some("70")).unwrap().text;
    world
        .run_with(&format!("import --static {production}"), Some("71"))
        .unwrap();
    let mut tell = |line: &str| {
        let text = match world.run(line) {
            Ok(answer) => answer.text,
            Err(error) => format!("error: {error:#}\n"),
        };
        told += &format!("\n=== {line}\n\n{text}");
    };
    tell("rotate client --write");
    tell(&format!("to-jwks {production}"));
    tell("to-jwks --confirmed --write");
    tell("to-jwks");
    tell("to-jwks --write");
    tell("to-jwks --write");
    tell("rotate client --write");
    tell("to-jwks --confirmed");
    tell("to-jwks --confirmed --write");
    tell("to-jwks");
    tell("rotate client");
    tell(&format!("to-jwks {production} --write"));
    snapshot("to-jwks", &told);
}

#[test]
fn when_a_fixed_key_is_replaced_in_an_emergency_then_the_text_says_sign_in_stops() {
    let world = World::new();
    world.run_with("import --static", Some("70")).unwrap();
    snapshot(
        "emergency-client-static",
        &world.say("rotate client --emergency --write"),
    );
    assert!(world.refusal("rotate client").contains("fixed key"));
}
