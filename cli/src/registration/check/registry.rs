//! The rules of the provider's own client registry, which its validator enforces on arrival.

use super::advice::Sent;
use super::context::{Context, File, Findings};
use crate::registration::expected::SCOPES;
use crate::registration::fields::Generation;
use crate::registration::json::{Kind, Node};
use crate::registration::rules::{
    ALG_KNOWN, CLAIM_KNOWN, CLIENT_NAME_ASCII, CLIENT_NAME_COLON, CLIENT_NAME_LENGTH, CONTACT_FORM,
    LANDING_UNUSED, LEVEL_IDENTITY, LEVEL_KNOWN, METHOD_IDENTITY, METHOD_KNOWN, NONCE_IDENTITY,
    RATE_LIMIT, REDIRECT_MISSING, REDIRECT_PARAMETER, REDIRECT_SCHEME, RETURN_CODE, SCOPE_KNOWN,
    SCOPE_OPENID, SECTOR_FORM, SECTOR_NEEDED, URL_HTTP, URL_LEGAL, URL_LOCALHOST,
};
use one_login_edge::config::Claim;
use std::collections::BTreeSet;
use url::Url;

/// The fields that hold addresses. The provider calls those marked itself, from its own servers.
const URLS: [(&str, bool); 6] = [
    ("RedirectUrls", false),
    ("PostLogoutRedirectUrls", false),
    ("BackChannelLogoutUri", true),
    ("JwksUrl", true),
    ("LandingPageUrl", false),
    ("SectorIdentifierUri", false),
];

pub(super) fn check(file: &File, context: &Context<'_>, findings: &mut Findings) {
    client_name(file, findings);
    let production = context.expected.is_production();
    for (id, is_called) in URLS {
        for url in file.texts(id) {
            address(file, id, url, is_called, production, findings);
        }
    }
    redirects(file, context, findings);
    sector(file, findings);
    vocabulary(file, findings);
    identity(file, context, findings);
    limits(file, findings);
}

fn client_name(file: &File, findings: &mut Findings) {
    let field = "ClientName";
    let Some(name) = file.registration.get(field).and_then(|node| node.text()) else {
        return;
    };
    let name_field = file.name(field);
    let mut broken = |rule, fix: &str| findings.add(rule, &name_field, Some(name), fix);
    if name.trim().is_empty() || name.chars().count() > 254 {
        broken(
            &CLIENT_NAME_LENGTH,
            "Write the service's name in at most 254 characters.",
        );
    }
    if !name.is_ascii() {
        broken(
            &CLIENT_NAME_ASCII,
            "Write it in plain letters, such as ' for a curly quote.",
        );
    }
    if name.starts_with(':') {
        broken(&CLIENT_NAME_COLON, "Take the colon out.");
    }
}

fn address(
    file: &File,
    id: &str,
    text: &str,
    is_called: bool,
    production: bool,
    findings: &mut Findings,
) {
    let name = file.name(id);
    let mut broken = |rule, fix: &str| findings.add(rule, &name, Some(text), fix);
    let Some(url) = legal(text) else {
        let fix = "Write a complete URL, such as https://service.example.gov.uk/path.";
        broken(&URL_LEGAL, fix);
        return;
    };
    // The sector identifier has a stricter rule of its own, and keys may be at http in tests.
    let http_banned = match id {
        "SectorIdentifierUri" => false,
        "BackChannelLogoutUri" => true,
        _ => production,
    };
    if url.scheme() == "http" && http_banned {
        broken(&URL_HTTP, "Write https: in place of http:.");
    }
    let lower = text.to_ascii_lowercase();
    let local = lower.contains("localhost") || lower.contains("127.0.0.1");
    if local && (production || is_called) {
        broken(&URL_LOCALHOST, "Write the service's public host.");
    }
}

/// A URL as both this program and the provider's registry read it.
fn legal(text: &str) -> Option<Url> {
    let clean = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let url = Url::parse(text).ok().filter(|_| clean)?;
    let web = matches!(url.scheme(), "http" | "https");
    (!web || (url.has_host() && text.contains("://"))).then_some(url)
}

fn redirects(file: &File, context: &Context<'_>, findings: &mut Findings) {
    let name = file.name("RedirectUrls");
    let urls = file.texts("RedirectUrls");
    if urls.is_empty() && !file.has_placeholder("RedirectUrls") {
        let fix = format!("Add {}", context.expected.redirect);
        findings.add(&REDIRECT_MISSING, &name, None, fix);
    }
    for text in urls {
        let Some(url) = legal(text) else { continue };
        if ["data", "javascript", "vbscript"].contains(&url.scheme()) {
            let fix = format!("Write {}", context.expected.redirect);
            findings.add(&REDIRECT_SCHEME, &name, Some(text), fix);
        }
        let reserved = |key: &str| ["code", "state", "response"].contains(&key);
        if url.query_pairs().any(|(key, _)| reserved(&key)) {
            let fix = "Take the parameter out.";
            findings.add(&REDIRECT_PARAMETER, &name, Some(text), fix);
        }
    }
}

fn sector(file: &File, findings: &mut Findings) {
    let name = file.name("SectorIdentifierUri");
    let given = file.text("SectorIdentifierUri");
    if let Some(text) = given
        && let Some(url) = legal(text)
    {
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let open = url.username().is_empty() && url.password().is_none();
        if url.scheme() != "https" || !bare || !open {
            let host = url.host_str().unwrap_or("service.example.gov.uk");
            findings.add(&SECTOR_FORM, &name, given, format!("Write https://{host}"));
        }
    }
    let urls = file.texts("RedirectUrls").into_iter().filter_map(legal);
    let hosts: BTreeSet<_> = urls
        .filter_map(|url| url.host_str().map(str::to_owned))
        .collect();
    if hosts.len() > 1 && !file.is_given("SectorIdentifierUri") {
        let fix = "Choose one host that will stay yours, and write it as https://HOST.";
        findings.add(&SECTOR_NEEDED, &name, None, fix);
    }
}

/// Values that come from closed lists.
fn vocabulary(file: &File, findings: &mut Findings) {
    let scopes = file.scopes();
    for scope in scopes.iter().filter(|scope| !SCOPES.contains(scope)) {
        let fix = match scope.replace('_', "-").to_lowercase() {
            right if SCOPES.contains(&right.as_str()) => format!("Write {right}."),
            _ => format!("Take it out, or write one of {}.", SCOPES.join(", ")),
        };
        findings.add(&SCOPE_KNOWN, &file.name("Scopes"), Some(scope), fix);
    }
    if file.is_given("Scopes") && !file.has_placeholder("Scopes") && !scopes.contains(&"openid") {
        findings.add(&SCOPE_OPENID, &file.name("Scopes"), None, "Add \"openid\".");
    }
    for claim in file.texts("Claims") {
        let own = claim.rsplit('/').next().unwrap_or(claim);
        if Claim::ALL.iter().any(|known| known.name() == claim) {
            continue;
        }
        let meant = |known: &Claim| known.registered_as().eq_ignore_ascii_case(own);
        let fix = match Claim::ALL.into_iter().find(meant) {
            Some(known) => format!("Write {}", known.name()),
            None => {
                let known = Claim::ALL.map(Claim::registered_as).join(", ");
                format!("Take it out; the claims are {known}.")
            }
        };
        findings.add(&CLAIM_KNOWN, &file.name("Claims"), Some(claim), fix);
    }
    one_of(
        file,
        "IdTokenSigningAlgorithm",
        &["ES256", "RS256"],
        &ALG_KNOWN,
        findings,
    );
    let methods = ["private_key_jwt", "client_secret_post"];
    one_of(file, "TokenAuthMethod", &methods, &METHOD_KNOWN, findings);
    for level in file.texts("ClientLoCs") {
        if !["P0", "P1", "P2", "P3"].contains(&level) {
            let fix = "Write P0 for sign-in alone, P1 or P2 for identity.";
            findings.add(&LEVEL_KNOWN, &file.name("ClientLoCs"), Some(level), fix);
        }
    }
}

fn one_of(
    file: &File,
    id: &str,
    allowed: &[&str],
    rule: &'static crate::registration::rules::Rule,
    findings: &mut Findings,
) {
    if let Some(text) = file.text(id)
        && !allowed.contains(&text)
    {
        let fix = format!("Write {}.", allowed.join(" or "));
        findings.add(rule, &file.name(id), Some(text), fix);
    }
}

fn identity(file: &File, context: &Context<'_>, findings: &mut Findings) {
    let identity = file.has_identity();
    let claims = file.texts("Claims");
    if identity && !claims.is_empty() && !claims.contains(&Claim::ReturnCode.name()) {
        let own = "add \"returnCode\" to registered_claims in wrangler.toml";
        let fix = match context.sent("Claims") {
            Sent::Fixed => format!("Ask GOV.UK One Login to add it, and {own}."),
            _ => format!("First {own}, then fill the draft in again."),
        };
        findings.add(&RETURN_CODE, &file.name("Claims"), None, fix);
    }
    for level in file.texts("ClientLoCs") {
        if ["P1", "P2", "P3"].contains(&level) && !identity {
            let fix = "Take it out, or set IdentityVerificationSupported to true.";
            findings.add(&LEVEL_IDENTITY, &file.name("ClientLoCs"), Some(level), fix);
        }
    }
    if identity && file.text("TokenAuthMethod") == Some("client_secret_post") {
        let fix = "Use private_key_jwt here and in wrangler.toml.";
        let name = file.name("TokenAuthMethod");
        findings.add(&METHOD_IDENTITY, &name, Some("client_secret_post"), fix);
    }
    if identity && file.flag("PermitMissingNonce") == Some(true) {
        let fix = "Set it to false: the Worker always sends a nonce.";
        let name = file.name("PermitMissingNonce");
        findings.add(&NONCE_IDENTITY, &name, Some("true"), fix);
    }
    if let Some(url) = file.text("LandingPageUrl")
        && !identity
    {
        let fix = "Leave it empty.";
        findings.add(
            &LANDING_UNUSED,
            &file.name("LandingPageUrl"),
            Some(url),
            fix,
        );
    }
}

fn limits(file: &File, findings: &mut Findings) {
    let rate = file.registration.get("RateLimit").map(|node| &node.kind);
    if let Some(Kind::Number(number)) = rate
        && number.as_u64().is_none_or(|number| number == 0)
    {
        let text = number.to_string();
        let fix = "Write a whole number above 0, or take it out.";
        findings.add(&RATE_LIMIT, &file.name("RateLimit"), Some(&text), fix);
    }
    let contacts = file.registration.get("Contacts");
    if file.registration.generation == Generation::August2026
        && contacts.is_some_and(Node::is_empty)
    {
        let fix = "Write an e-mail address, best a group's.";
        findings.add(&CONTACT_FORM, &file.name("Contacts"), None, fix);
    }
    for contact in file.texts("Contacts") {
        let address = |one: &str| {
            let parts: Vec<_> = one.trim().split('@').collect();
            let clean = !one.trim().contains(char::is_whitespace);
            clean && matches!(parts[..], [name, host] if !name.is_empty() && host.contains('.'))
        };
        // One text may hold several.
        if !contact.split([',', ';']).all(address) {
            let fix = "Write an e-mail address, best a group's.";
            findings.add(&CONTACT_FORM, &file.name("Contacts"), Some(contact), fix);
        }
    }
}
