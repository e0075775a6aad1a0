//! The command fills every placeholder of a draft and changes no other byte.

use crate::room::{BASES, EARLY, FORM, LATE, PROOF, Room, fixtures, rules};
use std::fs;

#[test]
fn when_a_draft_is_filled_in_then_it_becomes_its_golden_file() {
    for base in BASES {
        let room = Room::furnished();
        let draft = room.read(&format!("sent-{}", base.file));
        room.write(base.file, &draft);
        let line = format!(
            "registration fill {} --service {} --env production",
            base.file, base.service
        );
        let shown = room.edge(&line);
        assert_eq!((shown.code, shown.err.as_str()), (0, ""));
        assert_eq!(room.read(base.file), draft, "nothing is written unasked");
        let written = room.edge(&format!("{line} --write"));
        assert_eq!(written.code, 0, "{}", written.err);
        let golden = fs::read_to_string(fixtures().join("filled").join(base.file)).unwrap();
        assert_eq!(room.read(base.file), golden, "{}", base.file);
        let errors = room.findings(base, &format!("--draft sent-{}", base.file));
        assert!(errors.iter().all(|finding| finding["severity"] != "error"));
        // There is nothing more to do.
        let again = room.edge(&format!("{line} --write"));
        assert!(
            again.out.contains("there is nothing to fill in"),
            "{}",
            again.out
        );
        assert_eq!(room.read(base.file), golden);
    }
}

/// The text around the placeholders of a draft; a placeholder's quotes count as its own.
fn kept(draft: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (open, _) in draft.match_indices('{') {
        let Some(length) = draft[open..].find('}') else {
            continue;
        };
        let end = open + length + 1;
        let name = &draft[open + 1..end - 1];
        if !name
            .chars()
            .all(|c| c.is_ascii_uppercase() || "_ 12".contains(c))
        {
            continue;
        }
        let quoted = draft[..open].ends_with('"');
        pieces.push(&draft[start..open - usize::from(quoted)]);
        start = end + usize::from(quoted);
    }
    pieces.push(&draft[start..]);
    pieces
}

#[test]
fn when_a_draft_is_filled_in_then_all_but_placeholders_stays_byte_for_byte() {
    // The secret's placeholder stays, so it counts as kept.
    let read = |folder: &str, file: &str| {
        let text = fs::read_to_string(fixtures().join(folder).join(file)).unwrap();
        text.replace("{PROVIDED SEPARATELY}", "…")
    };
    for base in BASES {
        let draft = read("drafts", base.file);
        let filled = read("filled", base.file);
        let pieces = kept(&draft);
        assert!(pieces.len() > 5, "{}", base.file);
        assert!(filled.starts_with(pieces[0]));
        assert!(filled.ends_with(pieces[pieces.len() - 1]));
        let mut rest = filled.as_str();
        // Placeholders side by side in a list give way to one row of values.
        for piece in pieces.into_iter().filter(|piece| *piece != ",") {
            let at = rest.find(piece);
            let at = at.unwrap_or_else(|| panic!("{}: {piece:?}", base.file));
            assert!(at < 450, "{}: too much stands before {piece:?}", base.file);
            rest = &rest[at + piece.len()..];
        }
        assert_eq!(rest, "", "{}", base.file);
    }
}

#[test]
fn when_a_placeholder_has_another_name_then_its_field_still_tells_the_value() {
    let room = Room::furnished();
    room.write(LATE.file, &room.read("sent-sign-in-jwks.json"));
    for (name, other) in [
        ("{REDIRECT_URLS}", "{YOUR CALLBACK}"),
        ("{JWKS_URL}", "{REDIRECT_URLS}"),
        ("{SECTOR_IDENTIFIER_URL}", "{x}"),
        ("\"{CLIENT_NAME}\"", "{CLIENT-NAME}"),
    ] {
        room.edit(LATE.file, name, other);
    }
    let line = "registration fill sign-in-jwks.json --service demo --env production --write";
    assert_eq!(room.edge(line).code, 0);
    let golden = fs::read_to_string(fixtures().join("filled/sign-in-jwks.json")).unwrap();
    assert_eq!(room.read(LATE.file), golden);
}

#[test]
fn when_no_file_gives_a_value_then_its_field_waits_with_a_reason() {
    let room = Room::furnished();
    room.write("registration.toml", "");
    room.edit("keys/DEMO-production.json", "\"client\"", "\"assertion\"");
    room.write(EARLY.file, &room.read("sent-early-2025.json"));
    let line = "registration fill early-2025.json --service demo --env production --write";
    let ran = room.edge(line);
    assert_eq!(ran.code, 0);
    for expected in [
        "Contacts waits: write contacts under [production.DEMO] of registration.toml",
        "SectorIdentifierUri waits: write sector_identifier under [production.DEMO]",
        "PublicKey waits: give the public key with --public-key FILE",
    ] {
        assert!(ran.out.contains(expected), "{}", ran.out);
    }
    let findings = room.findings(EARLY, "");
    assert_eq!(rules(&findings), ["placeholder-left"; 3]);
    let given = room.edge(&format!("{line} --public-key client-a.pem"));
    assert!(!given.out.contains("PublicKey waits"), "{}", given.out);
}

#[test]
fn when_a_secret_is_to_be_filled_in_then_its_placeholder_stays() {
    let room = Room::furnished();
    assert!(
        room.read(FORM.file)
            .contains("\"ClientSecret\":\"{PROVIDED SEPARATELY}\"")
    );
    let ran = room.edge("registration fill client-secret.json --service form --env production");
    assert!(
        ran.out
            .contains("ClientSecret waits: it is sent separately"),
        "{}",
        ran.out
    );
}

#[test]
fn when_a_list_holds_other_values_then_its_placeholder_is_left_to_people() {
    let room = Room::furnished();
    room.write(PROOF.file, &room.read("sent-identity-static.json"));
    room.edit(
        PROOF.file,
        "[{REDIRECT_URLS}]",
        "[\"https://old.example.gov.uk/\", {REDIRECT_URLS}]",
    );
    let line = "registration fill identity-static.json --service proof --env production --write";
    let ran = room.edge(line);
    assert!(
        ran.out
            .contains("RedirectUrls waits: other values stand beside"),
        "{}",
        ran.out
    );
    assert!(
        room.read(PROOF.file)
            .contains("[\"https://old.example.gov.uk/\", {REDIRECT_URLS}]")
    );
}
