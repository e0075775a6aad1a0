//! The Worker on the other side: every address, scope, claim and method as it is configured.

use super::{Context, File, Findings};
use crate::registration::expected::{Expected, SCOPES};
use crate::registration::fields::Generation;
use crate::registration::json::Kind;
use crate::registration::rules::{
    ALG_ADVISED, ALG_DIFFERS, CLAIMS_DIFFER, CLIENT_ID_DIFFERS, CLIENT_ID_UNSET, IDENTITY_DIFFERS,
    JAR_OFF, LEVELS_DIFFER, LEVELS_UNUSED, MAX_AGE_OFF, METHOD_DIFFERS, NONCE_OFF, NOT_LIVE,
    PKCE_OFF, Rule, SCOPES_DIFFER, URL_NEEDED, URL_NOT_SERVED,
};
use one_login_edge::config::Claim;

pub(super) fn check(file: &File, context: &Context<'_>, findings: &mut Findings) {
    served(file, context, findings);
    needed(file, context.expected, findings);
    asked(file, context.expected, findings);
    levels(file, context.expected, findings);
    methods(file, context.expected, findings);
    client_id(file, context.expected, findings);
    switches(file, context.expected, findings);
}

fn served(file: &File, context: &Context<'_>, findings: &mut Findings) {
    let addresses = context.expected.addresses();
    let fields = [
        "RedirectUrls",
        "PostLogoutRedirectUrls",
        "BackChannelLogoutUri",
        "JwksUrl",
    ];
    for id in fields.into_iter().chain(["LandingPageUrl"]) {
        for url in file.texts(id) {
            if addresses.contains(&(id, url)) {
                continue;
            }
            let right = addresses.iter().find(|(field, _)| *field == id);
            let right = right.map_or("", |(_, url)| url);
            let whose = owner(url, context).unwrap_or_default();
            let fix = format!("{whose}Write {right}");
            findings.add(&URL_NOT_SERVED, &file.name(id), Some(url), fix);
        }
    }
}

/// Which other service or environment an address belongs to.
fn owner(url: &str, context: &Context<'_>) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let host = url.host_str()?;
    if host == context.expected.service.host {
        return None;
    }
    for environment in context.config.environments() {
        for id in context.config.services(environment) {
            if context.config.text(environment, id, "host") == Some(host) {
                return Some(format!("{host} is {id} in {environment}. "));
            }
        }
    }
    None
}

/// A field with another address has been found already, and told the right one.
fn needed(file: &File, expected: &Expected, findings: &mut Findings) {
    let mut addresses = vec![
        ("PostLogoutRedirectUrls", &expected.signed_out),
        ("BackChannelLogoutUri", &expected.back_channel),
    ];
    if expected.identity {
        addresses.push(("LandingPageUrl", &expected.landing));
    }
    for (id, url) in addresses {
        if !file.is_given(id) {
            let fix = format!("Add {url}");
            findings.add(&URL_NEEDED, &file.name(id), None, fix);
        }
    }
}

/// Scopes and claims, which must be the same on both sides.
fn asked(file: &File, expected: &Expected, findings: &mut Findings) {
    let known = Claim::ALL.map(Claim::name);
    same(
        file,
        "Scopes",
        &expected.scopes,
        &SCOPES,
        &SCOPES_DIFFER,
        findings,
    );
    same(
        file,
        "Claims",
        &expected.claims,
        &known,
        &CLAIMS_DIFFER,
        findings,
    );
}

fn same(
    file: &File,
    id: &str,
    expected: &[String],
    known: &[&str],
    rule: &'static Rule,
    findings: &mut Findings,
) {
    if file.has_placeholder(id) {
        return;
    }
    let given = file.texts(id);
    for missing in expected
        .iter()
        .filter(|name| !given.contains(&name.as_str()))
    {
        let fix = "Add it, or take it out of wrangler.toml.";
        findings.add(
            rule,
            &file.name(id),
            None,
            format!("{missing} is missing. {fix}"),
        );
    }
    // What no service may ask for has a rule of its own.
    let more = given.iter().filter(|name| known.contains(name));
    for more in more.filter(|name| !expected.iter().any(|own| own == *name)) {
        let fix = "Take it out, or add it to wrangler.toml.";
        findings.add(rule, &file.name(id), Some(more), fix);
    }
}

fn levels(file: &File, expected: &Expected, findings: &mut Findings) {
    let name = file.name("ClientLoCs");
    let late = file.registration.generation == Generation::August2026;
    let listed = file.registration.get("ClientLoCs");
    let listed = listed.is_some_and(|node| matches!(node.kind, Kind::List(_)));
    if late && listed && !file.has_placeholder("ClientLoCs") {
        let given = file.texts("ClientLoCs");
        for missing in expected
            .levels
            .iter()
            .filter(|level| !given.contains(level))
        {
            findings.add(&LEVELS_DIFFER, &name, None, format!("Add \"{missing}\"."));
        }
        // Where claims alone say that identity is proved, any level may be meant.
        let unclear = expected.identity && expected.levels.len() == 1;
        let known = given
            .iter()
            .filter(|level| !unclear && ["P1", "P2", "P3"].contains(level));
        for more in known.filter(|level| !expected.levels.contains(level)) {
            let fix = "Take it out, or give a path this level in wrangler.toml.";
            findings.add(&LEVELS_UNUSED, &name, Some(more), fix);
        }
    }
    let Some(given) = file.flag("IdentityVerificationSupported") else {
        return;
    };
    if given != expected.identity {
        let why = if expected.identity {
            "wrangler.toml registers claims or asks for a level with identity."
        } else {
            "No path in wrangler.toml asks for identity."
        };
        let fix = format!("Write {}: {why}", expected.identity);
        let name = file.name("IdentityVerificationSupported");
        findings.add(&IDENTITY_DIFFERS, &name, Some(&given.to_string()), fix);
    }
}

fn methods(file: &File, expected: &Expected, findings: &mut Findings) {
    // Unknown values have rules of the registry's.
    if let Some(given) = file.text("TokenAuthMethod")
        && ["private_key_jwt", "client_secret_post"].contains(&given)
        && given != expected.token_method
    {
        let fix = format!("Write {}, as in wrangler.toml.", expected.token_method);
        findings.add(
            &METHOD_DIFFERS,
            &file.name("TokenAuthMethod"),
            Some(given),
            fix,
        );
    }
    let name = file.name("IdTokenSigningAlgorithm");
    match file.text("IdTokenSigningAlgorithm") {
        Some(given @ ("ES256" | "RS256")) if given != expected.id_token_alg => {
            let fix = format!("Write {}, as in wrangler.toml.", expected.id_token_alg);
            findings.add(&ALG_DIFFERS, &name, Some(given), fix);
        }
        Some("RS256") => {
            let fix = "Register ES256, and take id_token_alg out of wrangler.toml.";
            findings.add(&ALG_ADVISED, &name, Some("RS256"), fix);
        }
        _ => {}
    }
}

fn client_id(file: &File, expected: &Expected, findings: &mut Findings) {
    let Some(given) = file.text("ClientID") else {
        return;
    };
    let own = &expected.service.client_id;
    if is_unset(own) {
        let fix = format!(
            "Write it into client_id of {} in wrangler.toml.",
            expected.id
        );
        findings.add(&CLIENT_ID_UNSET, &file.name("ClientID"), Some(given), fix);
    } else if given != own {
        let fix = format!(
            "wrangler.toml has {own} for {} in {}; write there what the provider gave.",
            expected.id, expected.environment
        );
        findings.add(&CLIENT_ID_DIFFERS, &file.name("ClientID"), Some(given), fix);
    }
}

/// Whether a client id is still the example's.
pub fn is_unset(client_id: &str) -> bool {
    client_id.starts_with("replace-with-")
}

/// What the provider decides: what the Worker needs, and where it could live with the stricter choice.
fn switches(file: &File, expected: &Expected, findings: &mut Findings) {
    if expected.max_age && file.flag("MaxAgeEnabled") == Some(false) {
        let fix = "Ask for true, or use reauthenticate_within in wrangler.toml.";
        let name = file.name("MaxAgeEnabled");
        findings.add(&MAX_AGE_OFF, &name, Some("false"), fix);
    }
    for (id, rule, strict) in [
        ("JarValidationRequired", &JAR_OFF, true),
        ("PKCEEnforced", &PKCE_OFF, true),
        ("PermitMissingNonce", &NONCE_OFF, false),
    ] {
        // With identity verification a missing nonce is an error of the registry's.
        let is_error = id == "PermitMissingNonce" && file.has_identity();
        if let Some(given) = file.flag(id).filter(|given| *given != strict && !is_error) {
            let fix = format!("Ask for {strict} when you send the file.");
            findings.add(rule, &file.name(id), Some(&given.to_string()), fix);
        }
    }
    let lists = file.texts("TestClientEmailAllowlist");
    for (id, wrong) in [
        ("IsActive", file.flag("IsActive") == Some(false)),
        ("SmokeTest", file.flag("SmokeTest") == Some(true)),
        ("TestClientEmailAllowlist", !lists.is_empty()),
    ] {
        if wrong {
            let fix = "Ask GOV.UK One Login why, before you send the file.";
            findings.add(&NOT_LIVE, &file.name(id), None, fix);
        }
    }
}
