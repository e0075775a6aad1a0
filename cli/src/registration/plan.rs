//! The values to register: some follow from the Worker's configuration, others only people can give.

use super::admin;
use super::expected::Expected;
use super::people::{Decisions, FILE};
use super::sheet::Plan;
use crate::registration::expected::is_unset;

/// The plan for a service in an environment.
pub fn plan(expected: &Expected, decisions: &Decisions) -> String {
    let mut plan = Plan(String::new());
    let service = &expected.service;
    plan.line(&format!(
        "Registration of {} in {}, with {}",
        expected.id, expected.environment, service.provider.issuer
    ));
    if expected.is_production() {
        plan.heading("What the JSON for production must say");
        addresses(&mut plan, expected);
        rights(&mut plan, expected);
        fixed(&mut plan, expected);
    } else {
        admin::fields(&mut plan, expected, decisions);
        admin::by_mail(&mut plan, expected);
    }
    people(&mut plan, expected, decisions);
    steps(&mut plan, expected);
    plan.0
}

fn addresses(plan: &mut Plan, expected: &Expected) {
    plan.field("Redirect URLs", "RedirectUrls", &[&expected.redirect]);
    let name = "PostLogoutRedirectUrls, PostLogoutRedirectUrIs";
    plan.field("Post-logout redirect URLs", name, &[&expected.signed_out]);
    plan.field(
        "Back-channel logout URL",
        "BackChannelLogoutUri",
        &[&expected.back_channel],
    );
    plan.field("Public key source", "PublicKeySource", &["JWKS"]);
    plan.field("JWKS URL", "JwksUrl", &[&expected.jwks[0]]);
    plan.field(
        "Public key, only where there is no JWKS URL",
        "PublicKey",
        &["the one that `cargo edge keys show` prints"],
    );
    if expected.has_secret() {
        plan.field(
            "Client secret",
            "ClientSecret",
            &["leave the placeholder: `cargo edge keys secret` says what to send"],
        );
    }
    if expected.identity {
        plan.field("Landing page URL", "LandingPageUrl", &[&expected.landing]);
    } else {
        plan.field(
            "Landing page URL",
            "LandingPageUrl",
            &["none: only for identity"],
        );
    }
}

fn rights(plan: &mut Plan, expected: &Expected) {
    let scopes: Vec<_> = expected.scopes.iter().map(String::as_str).collect();
    plan.field("Scopes", "Scopes", &scopes);
    let identity = if expected.identity { "true" } else { "false" };
    plan.field(
        "Identity verification",
        "IdentityVerificationSupported",
        &[identity],
    );
    let claims: Vec<_> = expected.claims.iter().map(String::as_str).collect();
    let claims = if claims.is_empty() {
        vec!["none"]
    } else {
        claims
    };
    plan.field("Claims", "Claims", &claims);
    plan.field(
        "Levels of confidence",
        "ClientLoCs",
        &[&expected.levels.join(", ")],
    );
    plan.field("Token method", "TokenAuthMethod", &[expected.token_method]);
    plan.field(
        "ID token algorithm",
        "IdTokenSigningAlgorithm",
        &[expected.id_token_alg],
    );
    let max_age = if expected.max_age {
        "true: a route asks max_age"
    } else {
        "false: no route asks max_age"
    };
    plan.field("Maximum age", "MaxAgeEnabled", &[max_age]);
    plan.field(
        "PKCE",
        "PKCEEnforced",
        &["true: every request has a challenge"],
    );
    let signed = "true: every request is signed";
    plan.field("Signed requests only", "JarValidationRequired", &[signed]);
    plan.field("Requests without a nonce", "PermitMissingNonce", &["false"]);
}

fn fixed(plan: &mut Plan, expected: &Expected) {
    plan.field("Client type", "ClientType", &["web"]);
    plan.field("Channel", "Channel", &["WEB"]);
    plan.field("Service type", "ServiceType", &["MANDATORY"]);
    plan.field("Subject type", "SubjectType", &["pairwise"]);
    let id = &expected.service.client_id;
    let id = if is_unset(id) {
        "given by GOV.UK One Login"
    } else {
        id
    };
    plan.field("Client id", "ClientID", &[id]);
}

fn people(plan: &mut Plan, expected: &Expected, decisions: &Decisions) {
    plan.heading(&format!("What only people know, in {FILE}"));
    let contacts: Vec<_> = decisions.contacts.iter().map(String::as_str).collect();
    let contacts = if contacts.is_empty() {
        vec!["not decided: contacts = [\"your team's group address\"]"]
    } else {
        contacts
    };
    plan.field("Contacts", "Contacts", &contacts);
    let name = match &decisions.client_name {
        Some(name) => name.clone(),
        None => format!("{} (from wrangler.toml)", expected.service.name.en),
    };
    plan.field("Client name, as people will see it", "ClientName", &[&name]);
    let suggestion = format!(
        "not decided: sector_identifier = \"{}\"",
        expected.service.origin_url
    );
    let sector = decisions
        .sector_identifier
        .as_deref()
        .unwrap_or(&suggestion);
    plan.field("Sector identifier", "SectorIdentifierUri", &[sector]);
    plan.0.push('\n');
    plan.line(&format!(
        "They stand under [{}.{}]. The sector identifier decides every person's sub: services \
         with the same one see the same sub, and changing it later makes everybody a stranger. \
         Choose a host that will stay yours.",
        expected.environment, expected.id
    ));
}

/// Every step of the documentation's page on production, in its order (`docs/provider.md` 8b.10).
fn steps(plan: &mut Plan, expected: &Expected) {
    plan.heading("What to do");
    let options = format!("--service {} --env {}", expected.id, expected.environment);
    let secret = |plan: &mut Plan| {
        plan.command(&format!("cargo edge keys secret {options}"));
    };
    if !expected.is_production() {
        plan.step(1, "Type the above in the admin tool, and send the e-mail.");
        plan.step(
            2,
            "Write the client id that it gives you into wrangler.toml, and deploy.",
        );
        if expected.has_secret() {
            plan.step(
                3,
                "Make the secret, and send its hash in an e-mail of its own:",
            );
            secret(plan);
        }
        return;
    }
    plan.step(
        1,
        "With your Engagement Manager, sign the memorandum of understanding, go through fraud and security, and \
         set up analytics. Without one, fill in https://www.sign-in.service.gov.uk/register at least 6 weeks before \
         you go live.",
    );
    plan.step(
        2,
        "Send your Engagement Manager and your Technical Architect the client id of the tested integration client, \
         and the e-mail addresses of 2 technical contacts or more. They get the draft.",
    );
    plan.step(
        3,
        "Fill the draft in, and check it; keep what was sent as a second file:",
    );
    plan.command(&format!(
        "cargo edge registration fill DRAFT {options} --write"
    ));
    plan.command(&format!("cargo edge registration check DRAFT {options} \\"));
    plan.command("    --draft SENT");
    if expected.has_secret() {
        plan.step(
            4,
            "Make the secret, and send its hash in an e-mail of its own:",
        );
        secret(plan);
    }
    let number = if expected.has_secret() { 5 } else { 4 };
    plan.step(
        number,
        "A technical contact answers the e-mail with the file. Allow 10 working days, and time to try it out.",
    );
    plan.step(
        number + 1,
        "When One Login says that it is made, write the production client id into wrangler.toml and deploy. Only \
         your own production environment may use it.",
    );
    plan.step(
        number + 2,
        "Sign in once, before anybody else does. `cargo edge doctor` says what to look at.",
    );
    plan.step(
        number + 3,
        "Tell your Engagement Manager when the service is live.",
    );
    plan.0.push('\n');
    plan.line(
        "Never run performance, penetration or security tests against One Login, in any environment, and put no \
         personal data of real people into integration. Later changes go through the Live Service Hub: \
         https://onelogingovuk.service-now.com/csm",
    );
}
