//! What to register, derived from the Worker's configuration, and what only people can say.

use super::expected::Expected;
use super::people::{Decisions, FILE};
use crate::registration::check::is_unset;
use crate::terminal::wrap;

/// The lines of a plan.
struct Plan(String);

impl Plan {
    fn line(&mut self, text: &str) {
        self.0.push_str(&wrap(text, 0));
        self.0.push('\n');
    }

    fn heading(&mut self, text: &str) {
        self.0.push('\n');
        self.line(text);
        self.0.push('\n');
    }

    /// A field with its values, which stand on lines of their own to be copied.
    fn field(&mut self, label: &str, field: &str, values: &[&str]) {
        self.line(&format!("  {label} ({field})"));
        for value in values {
            self.0.push_str(&format!("      {value}\n"));
        }
    }

    /// A command on a line of its own, to be copied.
    fn command(&mut self, line: &str) {
        self.0.push_str(&format!("     {line}\n"));
    }

    fn step(&mut self, number: usize, text: &str) {
        self.0.push_str(&wrap(&format!("  {number}. {text}"), 5));
        self.0.push('\n');
    }
}

/// The plan for a service in an environment.
pub fn plan(expected: &Expected, decisions: &Decisions) -> String {
    let mut plan = Plan(String::new());
    let service = &expected.service;
    plan.line(&format!(
        "Registration of {} in {}, with {}",
        expected.id, expected.environment, service.provider.issuer
    ));
    plan.heading(if expected.is_production() {
        "What the JSON for production must say"
    } else {
        "What to type in the admin tool, https://admin.sign-in.service.gov.uk"
    });
    addresses(&mut plan, expected);
    rights(&mut plan, expected);
    fixed(&mut plan, expected);
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
    if expected.has_key() {
        plan.field("Public key source", "PublicKeySource", &["JWKS"]);
        plan.field("JWKS URL", "JwksUrl", &[&expected.jwks[0]]);
        plan.field(
            "Public key, only where there is no JWKS URL",
            "PublicKey",
            &["the one that `cargo edge keys` prints"],
        );
    } else {
        plan.field(
            "Client secret",
            "ClientSecret",
            &["sent separately, never in the file"],
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

fn steps(plan: &mut Plan, expected: &Expected) {
    plan.heading("What to do");
    if !expected.is_production() {
        plan.step(
            1,
            "Type the above in the admin tool; where it has no field, ask by e-mail.",
        );
        plan.step(
            2,
            "Write the client id that it gives you into wrangler.toml, and deploy.",
        );
        return;
    }
    let options = format!("--service {} --env {}", expected.id, expected.environment);
    plan.step(
        1,
        "Ask your Engagement Manager for the draft; without one, fill in the form to register \
         your interest at least 6 weeks before you go live.",
    );
    plan.step(2, "Fill it in, and check it:");
    plan.command(&format!(
        "cargo edge registration fill DRAFT {options} --write"
    ));
    plan.command(&format!("cargo edge registration check DRAFT {options}"));
    plan.step(
        3,
        "A person in your team sends the file back by e-mail. Allow 10 working days, and have \
         it settled 2 weeks before people use it.",
    );
    plan.step(4, "Write the client id into wrangler.toml, and deploy.");
}
