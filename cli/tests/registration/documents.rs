//! Every command in the guides is run, in their order, and ends well.

use crate::room::{Room, fixtures, repository};
use std::fs;

/// The text of each block of a kind, in order.
fn blocks(guide: &str, kind: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut inside: Option<String> = None;
    for line in guide.lines() {
        match &mut inside {
            Some(block) if line == "```" => {
                found.push(std::mem::take(block));
                inside = None;
            }
            Some(block) => block.push_str(&format!("{line}\n")),
            None if line == format!("```{kind}") => inside = Some(String::new()),
            None => {}
        }
    }
    found
}

fn guide(name: &str) -> String {
    fs::read_to_string(repository().join("docs").join(name)).unwrap()
}

/// Runs every command of a guide, and says how many there were.
fn run(room: &Room, guide: &str) -> usize {
    let commands: Vec<_> = blocks(guide, "sh")
        .iter()
        .flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    for command in &commands {
        let line = command
            .strip_prefix("cargo edge ")
            .unwrap_or_else(|| panic!("{command}"));
        let ran = room.edge(line);
        assert_eq!(ran.code, 0, "{command}\n{}{}", ran.out, ran.err);
    }
    commands.len()
}

#[test]
fn when_the_registration_guide_is_followed_then_every_command_works() {
    let guide = guide("registration.md");
    let room = Room::empty();
    room.copy(&repository().join("wrangler.toml"), "wrangler.toml");
    // The client id is what the guide's reader gets from the provider.
    let placeholder = "replace-with-the-production-client-id";
    room.edit("wrangler.toml", placeholder, "demo-production-client");
    room.write("registration.toml", &blocks(&guide, "toml").concat());
    let draft = fixtures().join("drafts/sign-in-jwks.json");
    room.copy(&draft, "draft.json");
    room.copy(&draft, "sent.json");
    room.copy(&fixtures().join("client-a.pem"), "client.pem");
    assert_eq!(run(&room, &guide), 8);
}

#[test]
fn when_the_guide_to_several_services_is_followed_then_every_command_works() {
    let room = Room::empty();
    let example = repository().join("examples/department");
    for name in ["wrangler.toml", "registration.toml"] {
        let place = format!("examples/department/{name}");
        room.copy(&example.join(name), &place);
    }
    room.copy(&repository().join("wrangler.toml"), "wrangler.toml");
    for service in ["apply", "renew", "appeal"] {
        let file = format!("{service}.json");
        room.copy(&fixtures().join("drafts/sign-in-jwks.json"), &file);
        room.edit(&file, "[ \"openid\", \"email\" ]", "\"{SCOPES}\"");
        let ran = room.edge(&format!(
            "registration fill {file} --service {service} --env production --write \
             --config examples/department/wrangler.toml"
        ));
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    assert_eq!(run(&room, &guide("several-services.md")), 3);
}

#[test]
fn when_the_example_in_registration_toml_is_uncommented_then_the_plan_uses_it() {
    let room = Room::empty();
    room.copy(&repository().join("wrangler.toml"), "wrangler.toml");
    let text = fs::read_to_string(repository().join("registration.toml")).unwrap();
    room.write("registration.toml", &text);
    let plan = "registration plan --service demo --env production";
    assert!(room.edge(plan).out.contains("not decided: contacts"));
    // Its example, with the comment signs taken away; there is no second service in it.
    let example: Vec<_> = text
        .lines()
        .skip_while(|line| !line.starts_with("# [production"))
        .map(|line| line.trim_start_matches("# "))
        .filter(|line| !line.starts_with("shares_users_with"))
        .collect();
    room.write("registration.toml", &example.join("\n"));
    let ran = room.edge(plan);
    assert!(
        ran.out.contains("your-team@example.gov.uk"),
        "{}{}",
        ran.out,
        ran.err
    );
}
