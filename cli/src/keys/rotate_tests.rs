//! Rotations as a team sees them: each answer is a snapshot, each refusal has its time.

use super::when::HOUR;
use super::world_tests::{World, snapshot};

/// A whole rotation, every answer in one text.
fn story(kind: &str, wait: i64, leave: i64) -> (World, String) {
    let world = World::new();
    world.say("new");
    let mut told = String::new();
    let mut tell = |world: &World, options: &str| {
        let line = format!("rotate {kind}{options}");
        let text = match world.run(&line) {
            Ok(answer) => answer.text,
            Err(error) => format!("error: {error:#}\n"),
        };
        told += &format!("=== {line}\n\n{text}\n");
    };
    tell(&world, "");
    tell(&world, " --write");
    world.wait(wait - 90);
    tell(&world, "");
    world.wait(90);
    tell(&world, "");
    tell(&world, " --write");
    tell(&world, " --write");
    world.deploy(kind, "A");
    tell(&world, " --write");
    world.deploy(kind, "B");
    tell(&world, "");
    tell(&world, " --write");
    world.wait(leave - 1);
    tell(&world, " --write");
    world.wait(1);
    world.deploy(kind, "A");
    tell(&world, " --write");
    world.deploy(kind, "B");
    tell(&world, "");
    tell(&world, " --write");
    (world, told)
}

#[test]
fn when_a_client_key_is_rotated_then_its_steps_are_a_day_apart() {
    let (world, told) = story("client", 24 * HOUR, 24 * HOUR);
    snapshot("rotate-client", &told);
    assert_eq!(
        world.outside.names("integration"),
        ["ASSERTION_KEY_DEMO_A", "CLIENT_KEY_DEMO_B", "SESSION_KEY_A"]
    );
    let pair = &world.file("keys/DEMO-integration.json")["client"];
    assert_eq!(pair["active"], "B");
    assert_eq!(pair["retired"].as_array().unwrap().len(), 1);
    let toml = world.directory.read("wrangler.toml");
    assert!(toml.contains("client_key_active = \"B\""));
    assert!(toml.contains("\"CLIENT_KEY_DEMO_B\",    # signs towards One Login"));
}

#[test]
fn when_the_longest_session_is_over_then_the_old_session_key_is_removed() {
    let (world, told) = story("session", HOUR, 13 * HOUR);
    snapshot("rotate-session", &told);
    let toml = world.directory.read("wrangler.toml");
    let (before, after) = toml.split_once("[env.production]").unwrap();
    assert!(before.contains("SESSION_KEY_ACTIVE = \"B\"") && !after.contains("= \"B\""));
}

#[test]
fn when_people_may_be_away_to_prove_their_identity_then_the_old_session_key_outlives_their_days() {
    let world = World::new();
    let toml = world.directory.tree().join("wrangler.toml");
    let text = world.directory.read("wrangler.toml");
    let route = "{ path = \"/account/*\", access = \"required\", level = \"Cl.Cm\"";
    assert!(text.contains(route));
    std::fs::write(
        &toml,
        text.replacen(route, &route.replace("Cm", "Cm.P2"), 1),
    )
    .unwrap();
    world.say("new");
    let plain = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let lost = plain(world.say("rotate session --emergency"));
    assert!(lost.contains("within the last 16 days"), "{lost}");
    world.say("rotate session --write");
    world.wait(HOUR);
    world.say("rotate session --write");
    let noted = plain(world.say("rotate session --write --deployed"));
    assert!(noted.contains("16 days 1 hour from now"), "{noted}");
    world.wait(16 * 24 * HOUR + HOUR - 1);
    let refusal = plain(world.refusal("rotate session --write"));
    assert!(
        refusal.contains("people who are away to prove their identity would not get back"),
        "{refusal}"
    );
    world.wait(1);
    world.say("rotate session --write --deployed");
    let left = world.outside.names("integration");
    assert!(!left.contains(&"SESSION_KEY_A".to_owned()));
    // Production asks for no identity.
    world.say("new --service DEMO --env production");
    let lost = world.say("rotate session --service DEMO --env production --emergency");
    assert!(!lost.contains("Post Office"), "{lost}");
}

#[test]
fn t153_when_people_are_invited_then_an_emergency_says_that_unused_invitations_are_lost() {
    let world = World::new();
    let toml = world.directory.tree().join("wrangler.toml");
    let text = world.directory.read("wrangler.toml");
    let route = "{ path = \"/account/*\", access = \"required\"";
    let invited = format!("{route}, admission = \"invited\"");
    std::fs::write(&toml, text.replacen(route, &invited, 1)).unwrap();
    world.say("new");
    let plain = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for write in ["", " --write"] {
        let lost = plain(world.say(&format!("rotate session --emergency{write}")));
        assert!(lost.contains("invite remove --all"), "{lost}");
    }
    let other = world.say("rotate client --emergency");
    assert!(!other.contains("nvit"), "{other}");
    // Production invites no person.
    world.say("new --service DEMO --env production");
    let lost = world.say("rotate session --service DEMO --env production --emergency");
    assert!(!lost.contains("nvit"), "{lost}");
}

#[test]
fn when_an_assertion_key_is_rotated_then_its_steps_are_an_hour_apart() {
    let (_, told) = story("assertion", HOUR, HOUR);
    snapshot("rotate-assertion", &told);
}

#[test]
fn when_write_is_not_given_then_no_file_and_no_secret_changes() {
    let world = World::new();
    world.say("new");
    let all = |world: &World| {
        let files = [
            "wrangler.toml",
            "keys/DEMO-integration.json",
            "keys/integration.json",
        ];
        (
            files.map(|name| world.directory.read(name)),
            world.outside.secrets.borrow().clone(),
        )
    };
    let before = all(&world);
    for kind in ["client", "session", "assertion"] {
        world.say(&format!("rotate {kind}"));
        world.say(&format!("rotate {kind} --emergency"));
    }
    assert_eq!(all(&world), before);
    world.say("rotate client --write");
    world.wait_hours(24);
    let before = all(&world);
    assert!(
        world
            .say("rotate client")
            .contains("+client_key_active = \"B\"")
    );
    assert_eq!(all(&world), before);
}

#[test]
fn rejects_a_next_key_named_by_hand_too_early_and_says_the_safe_time() {
    let world = World::new();
    world.say("new");
    let toml = world.directory.tree().join("wrangler.toml");
    let text = world.directory.read("wrangler.toml").replace(
        "[env.integration.vars.SERVICE_DEMO]\n",
        "[env.integration.vars.SERVICE_DEMO]\nclient_key_active = \"B\"\n",
    );
    std::fs::write(&toml, text).unwrap();
    snapshot("refused-empty", &world.refusal("rotate client --write"));
    let before = world.directory.read("wrangler.toml");
    std::fs::write(&toml, before.replace("client_key_active = \"B\"\n", "")).unwrap();
    world.say("rotate client --write");
    std::fs::write(&toml, before).unwrap();
    world.wait_hours(23);
    snapshot(
        "refused-chosen-too-early",
        &world.refusal("rotate client --write"),
    );
    let claimed = world.refusal("rotate client --write --deployed");
    assert!(claimed.contains("--deployed says nothing"), "{claimed}");
    world.wait_hours(1);
    world.say("rotate client --write --deployed");
}

#[test]
fn rejects_removing_an_old_key_that_wrangler_toml_still_requires() {
    let world = World::new();
    world.say("new");
    world.say("rotate client --write");
    world.wait_hours(24);
    world.say("rotate client --write");
    world.say("rotate client --write --deployed");
    world.wait_hours(24);
    let text = world.directory.read("wrangler.toml");
    let text = text.replace("\"CLIENT_KEY_DEMO_B\"", "\"CLIENT_KEY_DEMO_A\"");
    std::fs::write(world.directory.tree().join("wrangler.toml"), text).unwrap();
    let refusal = world.refusal("rotate client --write --deployed");
    assert!(
        refusal.contains("`required` in wrangler.toml still names CLIENT_KEY_DEMO_A"),
        "{refusal}"
    );
    assert!(
        world
            .outside
            .names("integration")
            .contains(&"CLIENT_KEY_DEMO_A".to_owned())
    );
}

#[test]
fn when_an_emergency_rotation_runs_then_it_names_the_loss_and_leaves_one_new_key() {
    for kind in ["client", "session", "assertion"] {
        let world = World::new();
        world.say("new");
        world.say(&format!("rotate {kind} --write"));
        let before = world.outside.secrets.borrow()["integration"].clone();
        let told = world.say(&format!("rotate {kind} --emergency"))
            + "\n=== with --write\n\n"
            + &world.say(&format!("rotate {kind} --emergency --write"));
        snapshot(&format!("emergency-{kind}"), &told);
        let after = world.outside.secrets.borrow()["integration"].clone();
        assert_eq!(after.len(), 3, "the published key is removed as well");
        let changed = before
            .iter()
            .filter(|(name, secret)| after.get(*name) != Some(secret));
        assert_eq!(changed.count(), 2, "the one in use and the published one");
        assert!(
            world
                .say(&format!("rotate {kind}"))
                .contains("make a new key")
        );
    }
}

#[test]
fn when_an_emergency_meets_a_deployment_then_the_command_asks_for_the_key_in_use() {
    for (slot, named) in [("A", "A"), ("B", "B")] {
        let world = World::new();
        world.say("new");
        world.say("rotate client --write");
        world.wait_hours(24);
        world.say("rotate client --write");
        let doubt = world.refusal("rotate client --emergency --write");
        assert!(doubt.contains("--deployed"), "{doubt}");
        world.deploy("client", slot);
        world.say("rotate client --emergency --write");
        assert!(
            world
                .outside
                .names("integration")
                .contains(&format!("CLIENT_KEY_DEMO_{named}"))
        );
        let toml = world.directory.read("wrangler.toml");
        assert!(
            toml.contains(&format!("client_key_active = \"{named}\"")),
            "{slot}"
        );
        assert!(
            toml.contains(&format!("\"CLIENT_KEY_DEMO_{named}\"")),
            "{slot}"
        );
        assert_eq!(
            world.file("keys/DEMO-integration.json")["client"]["active"],
            slot
        );
    }
}

#[test]
fn when_the_key_files_are_lost_then_an_emergency_rotation_still_works() {
    let world = World::new();
    world.say("new");
    std::fs::remove_dir_all(world.directory.tree().join("keys")).unwrap();
    let lost = world.refusal("new");
    assert!(
        lost.contains("rotate session") && lost.contains("--emergency"),
        "{lost}"
    );
    for kind in ["session", "client", "assertion"] {
        world.say(&format!("rotate {kind} --emergency --write"));
    }
    assert!(world.say("new").contains("has every key"));
}

#[test]
fn when_a_session_key_is_rotated_then_one_file_of_the_deployment_records_it() {
    let world = World::new();
    world.say("new");
    world.say("rotate session --write");
    let refusal = world.refusal("rotate session");
    assert!(refusal.contains("too early"), "{refusal}");
    assert!(
        world
            .directory
            .tree()
            .join("keys/integration.json")
            .is_file()
    );
}

#[test]
fn rejects_a_rotation_or_import_from_an_old_checkout_and_changes_no_secret() {
    let world = World::new();
    world.say("new");
    let tree = world.directory.tree();
    let files = ["wrangler.toml", "keys/DEMO-integration.json"];
    let old = files.map(|name| world.directory.read(name));
    world.say("rotate client --write");
    world.wait_hours(24);
    world.say("rotate client --write");
    world.deploy("client", "B");
    world.say("rotate client --write");
    for (name, text) in files.iter().zip(&old) {
        std::fs::write(tree.join(name), text).unwrap();
    }
    let before = world.outside.secrets.borrow().clone();
    let refusal = world.refusal("rotate client --write");
    assert!(
        refusal.contains("Cloudflare has CLIENT_KEY_DEMO_B already"),
        "{refusal}"
    );
    let import = world
        .run_with("import", Some("70"))
        .err()
        .unwrap()
        .to_string();
    assert!(
        import.contains("Cloudflare has CLIENT_KEY_DEMO_B already"),
        "{import}"
    );
    let refusal = world.refusal("rotate client --emergency --write");
    assert!(refusal.contains("older than the deployment"), "{refusal}");
    assert_eq!(*world.outside.secrets.borrow(), before);
}
