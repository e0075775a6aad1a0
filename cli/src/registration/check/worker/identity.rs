//! The levels and the identity that the service asks for.

use crate::registration::check::context::{Context, File, Findings};
use crate::registration::fields::Generation;
use crate::registration::json::Kind;
use crate::registration::rules::{IDENTITY_DIFFERS, LEVEL_BY_HAND, LEVELS_DIFFER, LEVELS_UNUSED};

pub fn levels(file: &File, context: &Context<'_>, findings: &mut Findings) {
    let expected = context.expected;
    let name = file.name("ClientLoCs");
    let late = file.registration.generation != Generation::Early2025;
    let listed = file.registration.get("ClientLoCs");
    let listed = listed.is_some_and(|node| matches!(node.kind, Kind::List(_)));
    if expected.levels.contains(&"P1") {
        let fix = "Ask GOV.UK One Login for P1 by e-mail, or ask for P2 in wrangler.toml.";
        findings.add(&LEVEL_BY_HAND, &name, Some("P1"), fix);
    }
    if !late || !listed || file.has_placeholder("ClientLoCs") {
        return;
    }
    let given = file.texts("ClientLoCs");
    // The provider takes requests without an identity from every client: the documentation's draft with identity lists
    // P2 without P0 (`docs/provider.md` 8b.8).
    let missing = expected.levels.iter().filter(|level| **level != "P0");
    for missing in missing.filter(|level| !given.contains(level)) {
        let own = format!("take {missing} out of the levels in wrangler.toml");
        let fix = context.either("ClientLoCs", &format!("Add \"{missing}\"."), &own);
        findings.add(&LEVELS_DIFFER, &name, None, fix);
    }
    // Where only claims say that identity is proved, any level may be meant.
    let unclear = expected.identity && expected.levels.len() == 1;
    let known = given
        .iter()
        .filter(|level| !unclear && ["P1", "P2", "P3"].contains(level));
    for more in known.filter(|level| !expected.levels.contains(level)) {
        let own = "give a path this level in wrangler.toml";
        let fix = context.either("ClientLoCs", &format!("Take it out, or {own}."), own);
        findings.add(&LEVELS_UNUSED, &name, Some(more), fix);
    }
}

pub fn identity(file: &File, context: &Context<'_>, findings: &mut Findings) {
    const ID: &str = "IdentityVerificationSupported";
    let expected = context.expected;
    let Some(given) = file.flag(ID).filter(|given| *given != expected.identity) else {
        return;
    };
    let (why, own) = if expected.identity {
        let why = "wrangler.toml registers claims or asks for a level with identity.";
        (
            why,
            "take registered_claims and every level with identity out of wrangler.toml",
        )
    } else {
        let why = "No path in wrangler.toml asks for identity.";
        (
            why,
            "set registered_claims = [\"coreIdentityJWT\", \"returnCode\"] in wrangler.toml",
        )
    };
    let fix = context.either(ID, &format!("Write {}: {why}", expected.identity), own);
    findings.add(
        &IDENTITY_DIFFERS,
        &file.name(ID),
        Some(&given.to_string()),
        fix,
    );
}
