//! Reading a service from its table and secrets.
//!
//! Each part reads its fields and notes their faults; nothing stops at the first.

mod access_team;
mod admission;
mod arrival;
mod branding;
mod headers;
mod keys;
mod names;
mod origin;
mod signals;

use crate::config::fault::Fault;
use crate::config::own_page::is_taken;
use crate::config::proof::TokenAuth;
use crate::config::routes::{Freshness, Registered, Rule, Rules, read_level};
use crate::config::service::{Claim, Environment, Service};
use crate::config::table::Table;
use crate::config::vars::Vars;
use crate::oidc::jws::Alg;
use crate::oidc::vector::Level;
use access_team::read_access_team;
use admission::read_admission;
use arrival::read_arrival;
use branding::read_branding;
use headers::{read_cors_headers, read_removed};
use keys::{read_keys, read_service_keys, read_switch, read_token_auth};
use names::{
    check_id, read_aliases, read_claims, read_client_id, read_environment, read_header_limit,
    read_host, read_language, read_limits, read_locales, read_name, read_path, read_revocation,
    read_scopes,
};
pub(super) use origin::read_origins;
use origin::{read_origin, read_origin_headers, read_provider};
use signals::read_signals;

/// Reads a service; `None`, or any fault in the table, closes it.
///
/// Every field is read whatever the others say, so that every fault is reported at once.
pub fn service(
    table: &Table<'_>,
    deployment: Option<Environment>,
    vars: &Vars,
    warnings: &mut Vec<Fault>,
) -> Option<Service> {
    let environment = read_environment(table, deployment);
    check_id(table);
    let local = environment == Environment::Local;
    let host = read_host(table, environment);
    let encrypted = read_https(table, local);
    let origin_url = format!("{}://{host}", if encrypted { "https" } else { "http" });
    let client_id = read_client_id(table);
    let own_path = read_path(table, "own_path", "/auth");
    let level = read_level(table, Level::ClCm);
    let scopes = read_scopes(table);
    let request_alg = table.choice(
        "request_signing_alg",
        Alg::Rs256,
        "\"RS256\" or \"PS256\"",
        |text| Alg::parse(text).filter(|alg| *alg != Alg::Es256),
    );
    let client_keys = read_keys(table, vars, "CLIENT_KEY", "client_key_active", request_alg);
    let assertion_keys = read_keys(
        table,
        vars,
        "ASSERTION_KEY",
        "assertion_key_active",
        Alg::Es256,
    );
    let mut origin_audience = table
        .text("origin_audience")
        .unwrap_or(&origin_url)
        .to_owned();
    // A field that all environments share must not make a preview's assertions good for the real service.
    if environment == Environment::Preview {
        origin_audience.insert_str(0, "preview:");
    }
    let redirect_path = read_path(table, "redirect_path", "/auth/callback");
    if is_taken(&redirect_path, &own_path) {
        table.fault("redirect_path", "is an address of the Worker's own");
    }
    let registered_claims = read_claims(table);
    let removed = read_removed(table, warnings);
    let access_team = read_access_team(table, environment);
    let registered = Registered {
        environment,
        has_team: access_team.is_some(),
        drops_authorization: removed.holds("authorization"),
        bind: table.flag("bind", false),
        scopes: &scopes,
        claims: &registered_claims,
    };
    let rules = Rules::read(table, level, &registered, &own_path);
    for (laxer, stricter) in rules.carved() {
        warnings.push(Fault {
            service: Some(table.id().to_owned()),
            field: "routes".to_owned(),
            problem: format!(
                "{stricter:?} lies below {laxer:?}, which asks for less: the origin must take no other path for it \
                 than those that docs/configuration.md names"
            ),
        });
    }
    for pattern in rules.torn() {
        let problem = format!(
            "{pattern:?} is for invited people and must ask for the level and the recent sign-in of the route around it"
        );
        table.fault("routes", problem);
    }
    let arrival = read_arrival(table, &rules, [&own_path, &redirect_path]);
    let token_auth = read_token_auth(table, vars);
    let locales = read_locales(table);
    check_identity(table, level, &rules, &registered_claims, &token_auth);
    let service_keys = read_service_keys(table, local);
    let claims_by_reference = table.flag("claims_by_reference", false);
    if claims_by_reference && service_keys.is_none() {
        let problem = "needs service_keys: the service fetches claims with a token of its own";
        table.fault("claims_by_reference", problem);
    }
    Some(Service {
        id: table.id().to_owned(),
        aliases: read_aliases(table, &host, environment),
        environment,
        provider: read_provider(table, environment),
        name: read_name(table, &locales, warnings),
        branding: read_branding(table, &host, local),
        redirect_path,
        registered_claims,
        locales,
        language: read_language(table),
        token_auth,
        request_alg,
        id_token_alg: read_id_token_alg(table, &rules),
        switch: read_switch(table),
        service_keys,
        access_team,
        claims_by_reference,
        signals: read_signals(table),
        publish_well_known_jwks: table.flag("publish_well_known_jwks", true),
        limits: read_limits(table, warnings),
        revocation: read_revocation(table),
        origin: read_origin(table, vars, local),
        origin_headers: read_origin_headers(table, vars),
        cors_headers: read_cors_headers(table, &removed),
        removed,
        origin_audience,
        cors_origins: read_origins(table, "cors_origins", environment),
        websocket_origins: read_origins(table, "websocket_origins", environment),
        allow_semicolons: table.flag("allow_semicolons", false),
        origin_header_limit: read_header_limit(table),
        level,
        arrival,
        admission: read_admission(table, &rules, &scopes),
        rules,
        binding: format!("{}\0{host}\0{client_id}", environment.as_str()),
        scope: scopes.join(" "),
        client_keys: client_keys?,
        assertion_keys: assertion_keys?,
        own_path,
        client_id,
        origin_url,
        host,
    })
}

/// Whether people reach the service over https: always, but on one machine, where only Safari's engine needs it.
fn read_https(table: &Table<'_>, local: bool) -> bool {
    let asked = table.flag("https", false);
    if asked && !local {
        table.fault(
            "https",
            "is for the local environment: in others everything is https",
        );
    }
    asked || !local
}

/// The algorithm with which the provider signs this client's ID tokens.
fn read_id_token_alg(table: &Table<'_>, rules: &Rules) -> Alg {
    let alg = table.choice(
        "id_token_alg",
        Alg::Es256,
        "\"ES256\" or \"RS256\"",
        |text| Alg::parse(text).filter(|alg| *alg != Alg::Ps256),
    );
    let asks_again = |freshness| matches!(freshness, Some(Freshness::Reauthenticate(_)));
    if alg == Alg::Rs256 && rules.listed().iter().any(|rule| asks_again(rule.freshness)) {
        let problem = "must be \"ES256\" where a route has reauthenticate_within: the provider \
             takes no other ID token back";
        table.fault("id_token_alg", problem);
    }
    alg
}

/// The registration that a level with an identity needs.
fn check_identity(
    table: &Table<'_>,
    level: Level,
    rules: &Rules,
    claims: &[Claim],
    token_auth: &TokenAuth,
) {
    let asks = |rule: &Rule| rule.level.has_identity();
    if !level.has_identity() && !rules.listed().iter().any(asks) {
        return;
    }
    if !claims.contains(&Claim::CoreIdentityJwt) {
        let problem = "must list \"coreIdentityJWT\" where a level asks for an identity";
        table.fault("registered_claims", problem);
    }
    if matches!(token_auth, TokenAuth::ClientSecretPost(_)) {
        let problem = "must be \"private_key_jwt\" where a level asks for an identity: \
             GOV.UK One Login proves none for a client with a secret";
        table.fault("token_auth_method", problem);
    }
}
