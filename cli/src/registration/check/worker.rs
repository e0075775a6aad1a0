//! The Worker on the other side: every address, scope, claim and method as it is configured.

mod identity;

use super::context::{Context, File, Findings};
use crate::registration::expected::{Expected, SCOPES, is_unset};
use crate::registration::rules::{
    ALG_ADVISED, ALG_DIFFERS, BACK_CHANNEL, CLAIMS_DIFFER, CLIENT_ID_DIFFERS, CLIENT_ID_UNSET,
    JAR_OFF, MAX_AGE_ELIGIBLE, MAX_AGE_OFF, METHOD_DIFFERS, NONCE_OFF, NOT_LIVE, PKCE_OFF, Rule,
    SCOPES_DIFFER, URL_NEEDED, URL_NOT_SERVED,
};
use one_login_edge::config::Claim;

pub(super) fn check(file: &File, context: &Context<'_>, findings: &mut Findings) {
    served(file, context, findings);
    needed(file, context, findings);
    asked(file, context, findings);
    identity::levels(file, context, findings);
    identity::identity(file, context, findings);
    methods(file, context, findings);
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
            let own = "serve this address, or ask what it is for";
            let fix = context.either(id, &format!("{whose}Write {right}"), own);
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
fn needed(file: &File, context: &Context<'_>, findings: &mut Findings) {
    let expected = context.expected;
    let mut addresses = vec![
        ("PostLogoutRedirectUrls", &expected.signed_out, &URL_NEEDED),
        // The documentation's own draft for sign-in has no such field.
        (
            "BackChannelLogoutUri",
            &expected.back_channel,
            &BACK_CHANNEL,
        ),
    ];
    if expected.identity {
        addresses.push(("LandingPageUrl", &expected.landing, &URL_NEEDED));
    }
    for (id, url, rule) in addresses {
        if !file.is_given(id) {
            let fix = context.add(id, &format!("Add {url}"));
            findings.add(rule, &file.name(id), None, fix);
        }
    }
}

/// Scopes and claims, which must be the same on both sides.
fn asked(file: &File, context: &Context<'_>, findings: &mut Findings) {
    let expected = context.expected;

    let scopes = file.scopes();
    let set = format!("set scopes = {} in wrangler.toml", toml_list(&scopes));
    same(
        file,
        context,
        Asked {
            id: "Scopes",
            given: &scopes,
            expected: &expected.scopes,
            known: &SCOPES,
            rule: &SCOPES_DIFFER,
            set,
        },
        findings,
    );
    let claims = file.texts("Claims");
    let short = |name: &&str| name.rsplit('/').next().unwrap_or(name).to_owned();
    let names: Vec<_> = claims.iter().map(short).collect();
    let set = format!(
        "set registered_claims = {} in wrangler.toml",
        toml_list(&names)
    );
    same(
        file,
        context,
        Asked {
            id: "Claims",
            given: &claims,
            expected: &expected.claims,
            known: &Claim::ALL.map(Claim::name),
            rule: &CLAIMS_DIFFER,
            set,
        },
        findings,
    );
}

fn toml_list<T: AsRef<str>>(texts: &[T]) -> String {
    let quoted: Vec<_> = texts
        .iter()
        .map(|text| format!("{:?}", text.as_ref()))
        .collect();
    format!("[{}]", quoted.join(", "))
}

/// A list that both sides have.
struct Asked<'a> {
    id: &'static str,
    given: &'a [&'a str],
    expected: &'a [String],
    /// The names that may be asked for at all: other names have a rule of their own.
    known: &'a [&'a str],
    rule: &'static Rule,
    /// How this side is made to say what the file says.
    set: String,
}

fn same(file: &File, context: &Context<'_>, asked: Asked<'_>, findings: &mut Findings) {
    let Asked { id, given, .. } = asked;
    if file.has_placeholder(id) {
        return;
    }
    let name = file.name(id);
    let missing = asked
        .expected
        .iter()
        .filter(|own| !given.contains(&own.as_str()));
    for missing in missing {
        let fix = context.either(id, "Add it, or take it out of wrangler.toml.", &asked.set);
        findings.add(
            asked.rule,
            &name,
            None,
            format!("{missing} is missing. {fix}"),
        );
    }
    let more = given.iter().filter(|name| asked.known.contains(name));
    for more in more.filter(|name| !asked.expected.iter().any(|own| own == *name)) {
        let fix = context.either(id, "Take it out, or add it to wrangler.toml.", &asked.set);
        findings.add(asked.rule, &name, Some(more), fix);
    }
}

fn methods(file: &File, context: &Context<'_>, findings: &mut Findings) {
    let expected = context.expected;
    // Unknown values have rules of the registry's.
    if let Some(given) = file.text("TokenAuthMethod")
        && ["private_key_jwt", "client_secret_post"].contains(&given)
        && given != expected.token_method
    {
        let write = format!("Write {}, as in wrangler.toml.", expected.token_method);
        let own = format!("set token_auth_method = \"{given}\" in wrangler.toml");
        let fix = context.either("TokenAuthMethod", &write, &own);
        let name = file.name("TokenAuthMethod");
        findings.add(&METHOD_DIFFERS, &name, Some(given), fix);
    }
    let name = file.name("IdTokenSigningAlgorithm");
    match file.text("IdTokenSigningAlgorithm") {
        Some(given @ ("ES256" | "RS256")) if given != expected.id_token_alg => {
            let write = format!("Write {}, as in wrangler.toml.", expected.id_token_alg);
            let own = format!("set id_token_alg = \"{given}\" in wrangler.toml");
            let fix = context.either("IdTokenSigningAlgorithm", &write, &own);
            findings.add(&ALG_DIFFERS, &name, Some(given), fix);
        }
        Some("RS256") => {
            let fix = "Ask GOV.UK One Login for ES256, and take id_token_alg out of wrangler.toml when they have it.";
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

/// Checks the switches that the provider sets: those the Worker needs, and those that could be stricter.
fn switches(file: &File, expected: &Expected, findings: &mut Findings) {
    let name = file.name("MaxAgeEnabled");
    if expected.max_age {
        let fix = "Ask https://www.sign-in.service.gov.uk/support whether your service may, or use \
                   reauthenticate_within in wrangler.toml.";
        findings.add(&MAX_AGE_ELIGIBLE, &name, None, fix);
    }
    if expected.max_age && file.flag("MaxAgeEnabled") == Some(false) {
        let fix = "Ask GOV.UK One Login for true, or use reauthenticate_within in wrangler.toml.";
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
        ("IsDeprecated", file.flag("IsDeprecated") == Some(true)),
        ("SmokeTest", file.flag("SmokeTest") == Some(true)),
        ("TestClientEmailAllowlist", !lists.is_empty()),
    ] {
        if wrong {
            let fix = "Ask GOV.UK One Login why, before you send the file.";
            findings.add(&NOT_LIVE, &file.name(id), None, fix);
        }
    }
}
