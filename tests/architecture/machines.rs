//! The rule that lets programs past Cloudflare's bot rules, in `docs/operations.md`: it names each address that programs ask.

use std::fs;

use one_login_edge::config::{OwnPage, WELL_KNOWN_JWKS};

use crate::sources::root;

/// Whether programs ask an own page, of One Login or of the service. A monitor of the health page says itself that it is blocked.
const fn is_for_programs(page: OwnPage) -> bool {
    match page {
        OwnPage::ClientKeys
        | OwnPage::AssertionKeys
        | OwnPage::Backchannel
        | OwnPage::EndSessions
        | OwnPage::Signals
        | OwnPage::SignalToken
        | OwnPage::Admission
        | OwnPage::Claims => true,
        OwnPage::Health
        | OwnPage::SignIn
        | OwnPage::Return
        | OwnPage::SignOut
        | OwnPage::SignedOut
        | OwnPage::Arrived
        | OwnPage::Page
        | OwnPage::Session
        | OwnPage::Header
        | OwnPage::Asset => false,
    }
}

/// The texts in quotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('"').skip(1).step_by(2).collect()
}

#[test]
fn when_programs_ask_an_address_then_the_documented_bot_rule_skips_it() {
    let code = fs::read_to_string(root().join("src/config/own_page.rs")).unwrap();
    let names = quoted(&code).into_iter().filter_map(|name| {
        let page = OwnPage::parse(name)?;
        Some((name, page))
    });
    let mut wanted: Vec<_> = names
        .filter(|(_, page)| is_for_programs(*page))
        .map(|(name, _)| format!("/auth/{name}"))
        .chain([WELL_KNOWN_JWKS.to_owned()])
        .collect();
    wanted.sort();
    wanted.dedup();
    assert_eq!(wanted.len(), 9, "{wanted:?}");

    let page = fs::read_to_string(root().join("docs/operations.md")).unwrap();
    let rule = page.lines().find(|line| line.starts_with("(http.host eq"));
    let (_, paths) = rule.unwrap().split_once("path in {").unwrap();
    let mut skipped = quoted(paths);
    skipped.sort_unstable();
    assert_eq!(skipped, wanted);

    // The other page names them in prose.
    let page = fs::read_to_string(root().join("docs/first-deployment.md")).unwrap();
    for path in wanted.iter().filter(|path| *path != "/auth/jwks.json") {
        assert!(page.contains(&format!("`{path}`")), "{path}");
    }
}
