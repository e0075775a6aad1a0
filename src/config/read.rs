//! Reading a service from its table and secrets.

use serde_json::Value;
use url::Url;

use super::deployment::{Vars, is_loopback};
use super::fault::Fault;
use super::routes::{Rules, read_level};
use super::service::{
    Claim, Environment, KeyPair, Locale, Name, Origin, Provider, Service, TokenAuth,
};
use super::table::Table;
use crate::gate::path::CanonicalPath;
use crate::oidc::jwk::{KeyFault, PrivateJwk};
use crate::oidc::jws::Alg;
use crate::oidc::vector::Level;
use crate::secret::Secret;
use crate::session::cookie::Limits;
use crate::session::seal::Generation;

/// The provider's own session, in seconds: one that ends earlier here needs a way to sign out.
const PROVIDER_IDLE: i64 = 3_600;

const HALF_DAY: i64 = 43_200;
const WEEK: i64 = 604_800;

/// Reads a service; `None`, or any fault in the table, closes it.
pub fn service(
    table: &Table<'_>,
    deployment: Option<Environment>,
    vars: &Vars,
    warnings: &mut Vec<Fault>,
) -> Option<Service> {
    let environment = read_environment(table, deployment)?;
    check_id(table);
    let local = environment == Environment::Local;
    let host = read_host(table, local);
    let origin_url = format!("{}://{host}", if local { "http" } else { "https" });
    let client_id = read_client_id(table);
    let own_path = read_path(table, "own_path", "/auth");
    let level = read_level(table, Level::ClCm);
    let scopes = read_scopes(table);
    let request_alg = table.choice("request_signing_alg", Alg::Rs256, "\"RS256\" or \"PS256\"", |text| {
        Alg::parse(text).filter(|alg| *alg != Alg::Es256)
    });
    let origin_audience = table.text("origin_audience").unwrap_or(&origin_url).to_owned();
    Some(Service {
        id: table.id().to_owned(),
        aliases: read_aliases(table, &host, local),
        environment,
        provider: read_provider(table, environment),
        name: read_name(table),
        redirect_path: read_path(table, "redirect_path", "/auth/callback"),
        registered_claims: read_claims(table),
        locales: read_locales(table),
        token_auth: read_token_auth(table, vars),
        request_alg,
        id_token_alg: table.choice("id_token_alg", Alg::Es256, "\"ES256\" or \"RS256\"", |text| {
            Alg::parse(text).filter(|alg| *alg != Alg::Ps256)
        }),
        client_keys: read_keys(table, vars, "CLIENT_KEY", "client_key_active", request_alg)?,
        assertion_keys: read_keys(table, vars, "ASSERTION_KEY", "assertion_key_active", Alg::Es256)?,
        publish_well_known_jwks: table.flag("publish_well_known_jwks", true),
        limits: read_limits(table, warnings),
        origin: read_origin(table, vars, &host, local),
        origin_headers: read_origin_headers(table, vars),
        origin_audience,
        cors_origins: read_origins(table, "cors_origins"),
        websocket_origins: read_origins(table, "websocket_origins"),
        allow_semicolons: table.flag("allow_semicolons", false),
        level,
        rules: Rules::read(table, level, &scopes, &own_path),
        binding: format!("{}\0{host}\0{client_id}", environment.as_str()),
        scope: scopes.join(" "),
        own_path,
        client_id,
        origin_url,
        host,
    })
}

fn check_id(table: &Table<'_>) {
    let id = table.id();
    let plain = id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    if id.is_empty() || !plain {
        table.fault("(table)", "the name after SERVICE_ must be capitals, digits and underscores");
    }
}

fn read_environment(table: &Table<'_>, deployment: Option<Environment>) -> Option<Environment> {
    let text = table.required("environment");
    let environment = Environment::parse(text);
    if environment.is_none() {
        table.fault("environment", "must be \"local\", \"integration\" or \"production\"");
    } else if environment != deployment {
        table.fault("environment", "must be the same as the variable DEPLOYMENT");
    }
    environment
}

fn read_host(table: &Table<'_>, local: bool) -> String {
    let host = table.required("host");
    check_host(table, "host", host, local);
    host.to_owned()
}

fn check_host(table: &Table<'_>, field: &'static str, host: &str, local: bool) {
    let url = Url::parse(&format!("http://{host}/"));
    let same = url.is_ok_and(|url| url.as_str() == format!("http://{host}/"));
    if !same || host.contains(['/', '@', '?', '#']) {
        table.fault(field, "must be a host name in lower case, such as \"service.example.gov.uk\"");
    } else if local && !is_loopback(host) {
        table.fault(field, "the local environment is for this machine alone, such as \"localhost:8787\"");
    } else if !local && (host.contains(':') || is_loopback(host)) {
        table.fault(field, "must be a public host without a port");
    }
}

fn read_aliases(table: &Table<'_>, host: &str, local: bool) -> Vec<String> {
    let aliases = table.texts("aliases").unwrap_or_default();
    for alias in &aliases {
        check_host(table, "aliases", alias, local);
        if *alias == host {
            table.fault("aliases", "repeats the host itself");
        }
    }
    aliases.into_iter().map(str::to_owned).collect()
}

fn read_client_id(table: &Table<'_>) -> String {
    let client_id = table.required("client_id");
    if client_id.len() > 255 || !client_id.bytes().all(|byte| byte.is_ascii_graphic()) {
        table.fault("client_id", "must be the id that GOV.UK One Login gave the service");
    }
    if table.get("client_id").is_some() && client_id.is_empty() {
        table.fault("client_id", "is empty");
    }
    client_id.to_owned()
}

fn read_path(table: &Table<'_>, field: &'static str, default: &str) -> String {
    let path = table.text(field).unwrap_or(default);
    let canonical = CanonicalPath::parse(path, false);
    if !canonical.is_ok_and(|canonical| canonical.text == path) || path.ends_with('/') || path.contains('%') {
        table.fault(field, "must be a path such as \"/auth\", without a slash at its end");
    }
    path.to_owned()
}

fn read_scopes<'a>(table: &Table<'a>) -> Vec<&'a str> {
    const KNOWN: [&str; 4] = ["openid", "email", "phone", "wallet-subject-id"];
    let scopes = table.texts("scopes").unwrap_or_else(|| vec!["openid"]);
    for scope in &scopes {
        if !KNOWN.contains(scope) {
            let problem = format!("{scope:?} is not one of {}", KNOWN.join(", "));
            table.fault("scopes", problem);
        }
    }
    if !scopes.contains(&"openid") {
        table.fault("scopes", "must include \"openid\"");
    }
    KNOWN.into_iter().filter(|scope| scopes.contains(scope)).collect()
}

fn read_claims(table: &Table<'_>) -> Vec<Claim> {
    let names = table.texts("registered_claims").unwrap_or_default();
    let mut claims = Vec::new();
    for name in names {
        match Claim::parse(name) {
            Some(claim) => claims.push(claim),
            None => table.fault("registered_claims", format!("{name:?} is not a claim")),
        }
    }
    claims
}

fn read_locales(table: &Table<'_>) -> Vec<Locale> {
    let names = table.texts("locales").unwrap_or_else(|| vec!["en", "cy"]);
    let locales: Vec<_> = names.iter().filter_map(|name| Locale::parse(name)).collect();
    if locales.is_empty() || locales.len() != names.len() {
        table.fault("locales", "must be \"en\", \"cy\" or both");
        return vec![Locale::En];
    }
    locales
}

fn read_name(table: &Table<'_>) -> Name {
    let name = match table.get("name") {
        Some(Value::String(name)) => Some((name.clone(), name.clone())),
        Some(Value::Object(names)) => {
            let text = |locale: &str| names.get(locale).and_then(Value::as_str);
            let only = names.keys().all(|key| Locale::parse(key).is_some());
            text("en").filter(|_| only).map(|en| (en.to_owned(), text("cy").unwrap_or(en).to_owned()))
        }
        _ => None,
    };
    let (en, cy) = name.unwrap_or_default();
    if en.trim().is_empty() || cy.trim().is_empty() || en.len().max(cy.len()) > 255 {
        table.fault("name", "must be the service's name, or { en = \"…\", cy = \"…\" }");
    }
    Name { en, cy }
}

fn read_provider(table: &Table<'_>, environment: Environment) -> Provider {
    const FIELDS: [&str; 4] = ["issuer", "identity_issuer", "did_url", "did_id"];
    if let Some(provider) = Provider::of(environment) {
        for field in FIELDS {
            if table.get(field).is_some() {
                table.fault(field, "may be set in the local environment only");
            }
        }
        return provider;
    }
    let address = |field: &'static str| {
        let text = table.required(field);
        let url = Url::parse(text);
        if !url.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.as_str() == text) {
            table.fault(field, "must be an address such as \"http://127.0.0.1:8788/\"");
        }
        text.to_owned()
    };
    let issuer = address("issuer");
    if !issuer.ends_with('/') {
        table.fault("issuer", "must end with a slash");
    }
    Provider {
        issuer,
        identity_issuer: address("identity_issuer"),
        did_url: address("did_url"),
        did_id: table.required("did_id").to_owned(),
        insecure: true,
    }
}

fn read_token_auth(table: &Table<'_>, vars: &Vars) -> TokenAuth {
    let choices = "\"private_key_jwt\" or \"client_secret_post\"";
    let with_secret = table.choice("token_auth_method", false, choices, |text| match text {
        "private_key_jwt" => Some(false),
        "client_secret_post" => Some(true),
        _ => None,
    });
    if !with_secret {
        return TokenAuth::PrivateKeyJwt;
    }
    let name = format!("CLIENT_SECRET_{}", table.id());
    let secret = vars.get(&name).and_then(Value::as_str).unwrap_or_default();
    if secret.is_empty() {
        table.fault(name, "the secret is missing");
    }
    TokenAuth::ClientSecretPost(Secret::new(secret.to_owned()))
}

fn read_keys(
    table: &Table<'_>,
    vars: &Vars,
    prefix: &str,
    active: &'static str,
    alg: Alg,
) -> Option<KeyPair> {
    let generation = table.choice(active, Generation::A, "\"A\" or \"B\"", Generation::parse);
    let key = |generation: Generation| {
        let name = format!("{prefix}_{}_{}", table.id(), generation.letter());
        let text = vars.get(&name).and_then(Value::as_str)?;
        match PrivateJwk::parse(text, alg) {
            Ok(key) => Some(key),
            Err(fault) => {
                table.fault(name, key_problem(fault, alg));
                None
            }
        }
    };
    let (a, b) = (key(Generation::A), key(Generation::B));
    if let (Some(a), Some(b)) = (&a, &b)
        && a.key_id == b.key_id
    {
        table.fault(format!("{prefix}_{}_B", table.id()), "is the same key as generation A");
    }
    let (active, other) = match generation {
        Generation::A => (a, b),
        Generation::B => (b, a),
    };
    let Some(active) = active else {
        let name = format!("{prefix}_{}_{}", table.id(), generation.letter());
        if vars.get(&name).is_none() {
            table.fault(name, "the secret is missing");
        }
        return None;
    };
    Some(KeyPair { generation, active, other })
}

const fn key_problem(fault: KeyFault, alg: Alg) -> &'static str {
    match (fault, alg) {
        (KeyFault::NotJson, _) => "must be a private key as a JSON Web Key",
        (KeyFault::NotPrivate, _) => "has no private part",
        (KeyFault::Unsuitable, Alg::Es256) => "must be a P-256 key",
        (KeyFault::Unsuitable, Alg::Rs256 | Alg::Ps256) => {
            "must be an RSA key of 2,048 bits or more with the exponent 65,537"
        }
    }
}

fn read_limits(table: &Table<'_>, warnings: &mut Vec<Fault>) -> Limits {
    let absolute = table.seconds("session_absolute_seconds", HALF_DAY, 60, WEEK);
    let idle = table.seconds("session_idle_seconds", PROVIDER_IDLE.min(absolute), 60, absolute);
    if idle < PROVIDER_IDLE {
        warnings.push(Fault {
            service: Some(table.id().to_owned()),
            field: "session_idle_seconds".to_owned(),
            problem: "is shorter than the provider's own session of 3,600 seconds: \
                 people are signed in again without being asked, so offer them a way to sign out"
                .to_owned(),
        });
    }
    Limits { idle, absolute }
}

fn read_origin(table: &Table<'_>, vars: &Vars, host: &str, local: bool) -> Origin {
    let Some(text) = table.text("origin") else {
        if local {
            table.fault("origin", "is missing; there is no route to fall back to locally");
        }
        return Origin::Route;
    };
    if let Some(name) = text.strip_prefix("binding:") {
        if vars.get(name) != Some(&Value::Bool(true)) {
            table.fault("origin", format!("there is no service binding {name:?}"));
        }
        return Origin::Binding(name.to_owned());
    }
    let url = Url::parse(text).ok().filter(|url| {
        let scheme = url.scheme() == "https" || (local && url.scheme() == "http");
        scheme && url.origin().ascii_serialization() == text
    });
    match url {
        None => table.fault("origin", "must be \"https://host\" without a path, or \"binding:NAME\""),
        Some(url) if url.host_str() == Some(host) => {
            table.fault("origin", "is the service's own host; leave it out to use the route's origin");
        }
        Some(_) => {}
    }
    Origin::Url(text.to_owned())
}

fn read_origin_headers(table: &Table<'_>, vars: &Vars) -> Vec<(String, Secret)> {
    const FORBIDDEN: [&str; 12] = [
        "host", "cookie", "connection", "upgrade", "transfer-encoding", "content-length", "te",
        "trailer", "keep-alive", "forwarded", "via", "authorization",
    ];
    let fields = match table.get("origin_headers") {
        None => return Vec::new(),
        Some(Value::Object(fields)) => fields,
        Some(_) => {
            table.fault("origin_headers", "must be a table of header names and secrets' names");
            return Vec::new();
        }
    };
    let mut headers = Vec::new();
    for (name, secret) in fields {
        let lower = name.to_ascii_lowercase();
        let token = !lower.is_empty() && lower.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let reserved = FORBIDDEN.contains(&lower.as_str())
            || lower.starts_with("one-login-")
            || lower.starts_with("x-forwarded-")
            || lower.starts_with("cf-");
        if !token || reserved {
            table.fault("origin_headers", format!("{name:?} cannot be set for the origin"));
            continue;
        }
        let value = secret.as_str().and_then(|secret| vars.get(secret)?.as_str());
        match value.filter(|value| !value.is_empty() && value.bytes().all(|b| b.is_ascii_graphic())) {
            Some(value) => headers.push((lower, Secret::new(value.to_owned()))),
            None => table.fault("origin_headers", format!("the secret for {name:?} is missing or not visible ASCII")),
        }
    }
    headers
}

fn read_origins(table: &Table<'_>, field: &'static str) -> Vec<String> {
    let origins = table.texts(field).unwrap_or_default();
    for origin in &origins {
        let url = Url::parse(origin);
        if !url.is_ok_and(|url| url.origin().ascii_serialization() == *origin) {
            table.fault(field, format!("{origin:?} is not an origin such as \"https://www.example.gov.uk\""));
        }
    }
    origins.into_iter().map(str::to_owned).collect()
}
