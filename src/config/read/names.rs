//! The names and addresses of a service, and the lifetimes of its sessions.

use serde_json::Value;
use url::Url;

use crate::config::fault::Fault;
use crate::config::locale::{Language, Locale, Localised};
use crate::config::service::{Claim, Environment, Revocation};
use crate::config::spelling::proposal;
use crate::config::table::Table;
use crate::config::vars::is_loopback;
use crate::path::CanonicalPath;
use crate::session::session::Limits;

/// The provider's own session, in seconds: one that ends earlier here needs a way to sign out.
const PROVIDER_IDLE: i64 = 3_600;

const HALF_DAY: i64 = 43_200;
const WEEK: i64 = 604_800;

pub fn check_id(table: &Table<'_>) {
    let id = table.id();
    let plain = id
        .bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    if id.is_empty() || !plain {
        table.fault(
            "(table)",
            "the name after SERVICE_ must be capitals, digits and underscores",
        );
    }
}

/// The environment; where it cannot be read, the strictest one judges the other fields.
pub fn read_environment(table: &Table<'_>, deployment: Option<Environment>) -> Environment {
    let text = table.required("environment");
    let environment = Environment::parse(text);
    if environment.is_none() && !text.is_empty() {
        table.fault(
            "environment",
            "must be \"local\", \"preview\", \"integration\" or \"production\"",
        );
    } else if environment.is_some() && environment != deployment {
        table.fault("environment", "must be the same as the variable DEPLOYMENT");
    }
    environment
        .or(deployment)
        .unwrap_or(Environment::Production)
}

pub fn read_host(table: &Table<'_>, environment: Environment) -> String {
    let host = table.required("host");
    if !host.is_empty() {
        check_host(table, "host", host, environment);
    }
    host.to_owned()
}

fn check_host(table: &Table<'_>, field: &'static str, host: &str, environment: Environment) {
    let local = environment == Environment::Local;
    let url = Url::parse(&format!("http://{host}/"));
    let same = url.is_ok_and(|url| url.as_str() == format!("http://{host}/"));
    if !same || host.contains(['/', '@', '?', '#']) {
        table.fault(
            field,
            "must be a host name in lower case, such as \"service.example.gov.uk\"",
        );
    } else if local && !is_loopback(host) {
        table.fault(
            field,
            "the local environment is for this machine alone, such as \"localhost:8787\"",
        );
    } else if !local && (host.contains(':') || is_loopback(host)) {
        table.fault(field, "must be a public host without a port");
    } else if environment == Environment::Preview && is_at(host, "service.gov.uk") {
        table.fault(field, "a preview may not be at service.gov.uk or below it");
    }
}

/// Whether a host is a domain or below it.
pub fn is_at(host: &str, domain: &str) -> bool {
    let before = host.strip_suffix(domain);
    before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

pub fn read_aliases(table: &Table<'_>, host: &str, environment: Environment) -> Vec<String> {
    let aliases = table.texts("aliases").unwrap_or_default();
    for alias in &aliases {
        check_host(table, "aliases", alias, environment);
        if *alias == host {
            table.fault("aliases", "repeats the host itself");
        }
    }
    aliases.into_iter().map(str::to_owned).collect()
}

pub fn read_client_id(table: &Table<'_>) -> String {
    let client_id = table.required("client_id");
    if client_id.len() > 255 || !client_id.bytes().all(|byte| byte.is_ascii_graphic()) {
        table.fault(
            "client_id",
            "must be the id that GOV.UK One Login gave the service",
        );
    }
    client_id.to_owned()
}

pub fn read_path(table: &Table<'_>, field: &'static str, default: &str) -> String {
    let path = table.text(field).unwrap_or(default);
    // One that a lenient reader reads otherwise could not be kept from the origin.
    let canonical = CanonicalPath::parse(path, false);
    if !canonical.is_ok_and(|read| read.text == path && read.folded == path.to_lowercase())
        || path.ends_with('/')
        || path.contains('%')
    {
        table.fault(
            field,
            "must be a path such as \"/auth\", without a slash at its end",
        );
    }
    path.to_owned()
}

pub fn read_scopes<'a>(table: &Table<'a>) -> Vec<&'a str> {
    const KNOWN: [&str; 4] = ["openid", "email", "phone", "wallet-subject-id"];
    let scopes = table.texts("scopes").unwrap_or_else(|| vec!["openid"]);
    for scope in &scopes {
        if !KNOWN.contains(scope) {
            let proposal = proposal(scope, KNOWN);
            let problem = format!("{scope:?} is not one of {}{proposal}", KNOWN.join(", "));
            table.fault("scopes", problem);
        }
    }
    if !scopes.contains(&"openid") {
        table.fault("scopes", "must include \"openid\"");
    }
    KNOWN
        .into_iter()
        .filter(|scope| scopes.contains(scope))
        .collect()
}

pub fn read_claims(table: &Table<'_>) -> Vec<Claim> {
    let names = table.texts("registered_claims").unwrap_or_default();
    let mut claims = Vec::new();
    for name in names {
        match Claim::parse(name) {
            Some(claim) => claims.push(claim),
            None => {
                let proposal = proposal(name, Claim::ALL.into_iter().map(Claim::registered_as));
                let problem = format!("{name:?} is not a claim{proposal}");
                table.fault("registered_claims", problem);
            }
        }
    }
    claims
}

pub fn read_locales(table: &Table<'_>) -> Vec<Locale> {
    let names = table.texts("locales").unwrap_or_else(|| vec!["en", "cy"]);
    let locales: Vec<_> = names
        .iter()
        .filter_map(|name| Locale::parse(name))
        .collect();
    if locales.is_empty() || locales.len() != names.len() {
        table.fault("locales", "must be \"en\", \"cy\" or both");
        return vec![Locale::En];
    }
    locales
}

pub fn read_language(table: &Table<'_>) -> Language {
    let name = |field: &'static str| {
        let name = table.text(field)?;
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if name.is_empty() || !name.bytes().all(plain) {
            table.fault(
                field,
                "must be letters, digits, hyphens, underscores and full stops",
            );
        }
        Some(name.to_owned())
    };
    Language {
        cookie: name("language_cookie"),
        prefix: table.flag("language_prefix", false),
        parameter: name("language_parameter"),
    }
}

/// A text, or one for each language of which the English one has to be there; `None` for any other
/// value.
pub fn localised(value: &Value) -> Option<Localised> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let Value::Object(texts) = value else {
        return text(value).map(|en| Localised { en, cy: None });
    };
    let known = |(key, value): (&String, &Value)| Locale::parse(key).is_some() && value.is_string();
    texts.iter().all(known).then_some(())?;
    Some(Localised {
        en: text(texts.get("en")?)?,
        cy: texts.get("cy").and_then(text),
    })
}

pub fn read_name(table: &Table<'_>, locales: &[Locale], warnings: &mut Vec<Fault>) -> Localised {
    let name = table.get("name").and_then(localised);
    let fits = |text: &str| !text.trim().is_empty() && text.len() <= 255;
    let is_right = |name: &Localised| fits(&name.en) && name.cy.as_deref().is_none_or(fits);
    let Some(name) = name.filter(is_right) else {
        table.fault(
            "name",
            "must be the service's name, or { en = \"…\", cy = \"…\" }",
        );
        return Localised {
            en: String::new(),
            cy: None,
        };
    };
    if locales.contains(&Locale::Cy) && name.cy.is_none() {
        warnings.push(Fault {
            service: Some(table.id().to_owned()),
            field: "name".to_owned(),
            problem: "is in English alone, and stands on Welsh pages too; give { en = \"…\", cy = \"…\" }".to_owned(),
        });
    }
    name
}

pub fn read_limits(table: &Table<'_>, warnings: &mut Vec<Fault>) -> Limits {
    let absolute = table.seconds("session_absolute_seconds", HALF_DAY, 60, WEEK);
    let idle = table.seconds(
        "session_idle_seconds",
        PROVIDER_IDLE.min(absolute),
        60,
        absolute,
    );
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

/// The default is that of Tomcat, Jetty and lighttpd.
pub fn read_header_limit(table: &Table<'_>) -> usize {
    let limit = table.number("origin_header_limit", "bytes", 8_192, 2_048, 131_072);
    usize::try_from(limit).unwrap_or_default()
}

pub fn read_revocation(table: &Table<'_>) -> Revocation {
    let check = table.seconds("revocation_check_seconds", 60, 0, PROVIDER_IDLE);
    let grace = table.seconds("revocation_grace_seconds", 300, 0, PROVIDER_IDLE);
    if grace > 0 && grace < check {
        table.fault(
            "revocation_grace_seconds",
            "must be 0, or no shorter than revocation_check_seconds",
        );
    }
    Revocation { check, grace }
}
