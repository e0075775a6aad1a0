//! The plan for the integration environment: what to type in the provider's admin tool, in its own words and for its own
//! fields, and what has to be asked for by e-mail because the tool has no field for it.
//!
//! Source: `express/src/views/clients/client-details.njk` of `govuk-one-login/onboarding-self-service-experience` at
//! fb9a767 (20 August 2026); the documentation's page "Register and manage your service" for whom to write to.

use super::expected::Expected;
use super::people::Decisions;
use super::sheet::Plan;
use one_login_edge::config::Claim;

/// Where the documentation says to write when the tool cannot do it.
pub const MAIL: &str = "govuk-one-login@digital.cabinet-office.gov.uk";

/// The tool's fields of a service, in its order and under its headings.
pub fn fields(plan: &mut Plan, expected: &Expected, decisions: &Decisions) {
    plan.heading("What to type in the admin tool, https://admin.sign-in.service.gov.uk");
    plan.line("Service details");
    let name = decisions.client_name.as_ref();
    let name = name.unwrap_or(&expected.service.name.en);
    plan.typed("Name", &[name]);
    plan.typed("Contacts", &contacts(decisions));
    plan.part("Manage client");
    plan.typed("Redirect URIs", &[&expected.redirect]);
    plan.typed("Post logout redirect URIs", &[&expected.signed_out]);
    plan.typed("Back channel logout URI", &[&expected.back_channel]);
    let sector = decisions.sector_identifier.as_deref();
    let sector = sector.unwrap_or(&expected.service.origin_url);
    plan.typed("Sector identifier URI", &[sector]);
    plan.typed("Max Age Enabled", &[yes(expected.max_age)]);
    let landing = match expected.identity {
        true => expected.landing.as_str(),
        false => "leave it empty: only for identity",
    };
    plan.typed("Landing page URI", &[landing]);
    plan.part("User attributes");
    plan.typed("Scopes", &scopes(expected));
    plan.typed("Prove users' identities", &[yes(expected.identity)]);
    if expected.identity {
        plan.typed("Claims", &claims(expected));
    }
    plan.typed("Enforce PKCE", &[yes(true)]);
    plan.part("Client authentication");
    plan.typed("Authentication method", &[expected.token_method]);
    if expected.has_secret() {
        let hash = "the hash that `cargo edge keys secret` prints";
        plan.typed("Client Secret Hash", &[hash]);
    } else {
        plan.typed("Public Key", &["Key source: JWKs URL", &expected.jwks[0]]);
    }
    plan.typed("ID token signing algorithm", &[expected.id_token_alg]);
}

/// The settings for which the tool has no field.
pub fn by_mail(plan: &mut Plan, expected: &Expected) {
    plan.heading(&format!("What to ask for by e-mail, {MAIL}"));
    plan.line("The admin tool has no field for these. Name the client id, never a person:");
    plan.field("Signed requests only", "JarValidationRequired", &["true"]);
    plan.field("Requests without a nonce", "PermitMissingNonce", &["false"]);
    if expected.has_secret() {
        plan.field("Token method", "TokenAuthMethod", &[expected.token_method]);
        plan.field("Public key source", "PublicKeySource", &["JWKS"]);
        plan.field("JWKS URL", "JwksUrl", &[&expected.jwks[0]]);
    }
    if expected.levels.contains(&"P1") {
        plan.field(
            "Levels of confidence",
            "ClientLoCs",
            &[&expected.levels.join(", ")],
        );
    }
    if expected
        .scopes
        .iter()
        .any(|scope| scope.starts_with("wallet"))
    {
        plan.field("Scope", "Scopes", &["wallet-subject-id"]);
    }
    if expected.has_secret() {
        plan.0.push('\n');
        plan.line(
            "Ask before you make the secret: a service with a secret needs One Login's consent, and may prove no \
             identities. Its key is asked for because One Login answers 400 to signed requests of a client without one.",
        );
    }
    if expected.max_age {
        plan.0.push('\n');
        plan.line(
            "Max age is for services that are not on GOV.UK's domain and for particularly sensitive data. Ask first: \
             https://www.sign-in.service.gov.uk/support",
        );
    }
}

fn contacts(decisions: &Decisions) -> Vec<&str> {
    match decisions.contacts.as_slice() {
        [] => vec!["your team's group address"],
        some => some.iter().map(String::as_str).collect(),
    }
}

const fn yes(is_so: bool) -> &'static str {
    if is_so { "Yes" } else { "No" }
}

/// The tool's words for scopes; it has none for the wallet's.
fn scopes(expected: &Expected) -> Vec<&'static str> {
    let word = |scope: &String| match scope.as_str() {
        "openid" => Some("OpenID"),
        "email" => Some("Email address"),
        "phone" => Some("Phone number"),
        _ => None,
    };
    expected.scopes.iter().filter_map(word).collect()
}

/// The tool's words for claims.
fn claims(expected: &Expected) -> Vec<&'static str> {
    let registered = &expected.service.registered_claims;
    let all = Claim::ALL
        .into_iter()
        .filter(|claim| registered.contains(claim));
    let word = |claim| match claim {
        Claim::CoreIdentityJwt => "coreIdentityJWT",
        Claim::Address => "Address",
        Claim::Passport => "Passport",
        Claim::DrivingPermit => "Driving Permit",
        Claim::ReturnCode => "Return Code",
    };
    all.map(word).collect()
}
