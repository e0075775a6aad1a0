//! Where the provider and the origin are, and what is sent to the origin.

use serde_json::Value;
use url::Url;

use crate::config::read::names::is_at;
use crate::config::service::{Environment, Origin, Provider};
use crate::config::table::Table;
use crate::config::vars::Vars;
use crate::secret::Secret;

pub fn read_provider(table: &Table<'_>, environment: Environment) -> Provider {
    const FIELDS: [&str; 4] = ["issuer", "identity_issuer", "did_url", "did_id"];
    if let Some(provider) = Provider::of(environment) {
        for field in FIELDS {
            if table.get(field).is_some() {
                table.fault(
                    field,
                    "may be set in the environments local and preview only",
                );
            }
        }
        return provider;
    }
    let insecure = environment == Environment::Local;
    let address = |field: &'static str| {
        let text = table.required(field);
        let url = Url::parse(text);
        let is_right = |url: Url| match url.scheme() {
            "http" => insecure && url.as_str() == text,
            "https" => {
                let host = url.host_str().unwrap_or_default();
                url.as_str() == text && (insecure || !is_at(host, "account.gov.uk"))
            }
            _ => false,
        };
        if !url.is_ok_and(is_right) {
            table.fault(
                field,
                "must be the address of a simulated provider, such as \"http://127.0.0.1:8788/\"; in a preview at https",
            );
        }
        text.to_owned()
    };
    let issuer = address("issuer");
    if !issuer.ends_with('/') {
        table.fault("issuer", "must end with a slash");
    }
    Provider {
        signal_keys: format!("{issuer}signals/jwks.json"),
        issuer,
        identity_issuer: address("identity_issuer"),
        did_url: address("did_url"),
        did_id: table.required("did_id").to_owned(),
        insecure,
    }
}

/// The Worker's own bindings, none of which is a service.
const OWN: [&str; 6] = [
    "DOCUMENTS",
    "ACCOUNTS",
    "ASSETS",
    "SIGN_IN_STARTS",
    "REFUSED_NOTIFICATIONS",
    "NUMBERS",
];

pub fn read_origin(table: &Table<'_>, vars: &Vars, local: bool) -> Origin {
    let Some(text) = table.text("origin") else {
        if local {
            table.fault(
                "origin",
                "is missing; there is no route to fall back to locally",
            );
        }
        return Origin::Route;
    };
    if let Some(name) = text.strip_prefix("binding:") {
        if OWN.contains(&name) || vars.get(name) != Some(&Value::Bool(true)) {
            table.fault("origin", format!("there is no service binding {name:?}"));
        }
        return Origin::Binding(name.to_owned());
    }
    let url = Url::parse(text).ok().filter(|url| {
        let scheme = url.scheme() == "https" || (local && url.scheme() == "http");
        scheme && url.origin().ascii_serialization() == text
    });
    if url.is_none() {
        let problem = "must be \"https://host\" without a path, or \"binding:NAME\"";
        table.fault("origin", problem);
    }
    Origin::Url(text.to_owned())
}

pub fn read_origin_headers(table: &Table<'_>, vars: &Vars) -> Vec<(String, Secret)> {
    const FORBIDDEN: [&str; 12] = [
        "host",
        "cookie",
        "connection",
        "upgrade",
        "transfer-encoding",
        "content-length",
        "te",
        "trailer",
        "keep-alive",
        "forwarded",
        "via",
        "authorization",
    ];
    // A service token of Cloudflare Access, which may guard the origin.
    const ACCESS: [&str; 2] = ["cf-access-client-id", "cf-access-client-secret"];
    let fields = match table.get("origin_headers") {
        None => return Vec::new(),
        Some(Value::Object(fields)) => fields,
        Some(_) => {
            table.fault(
                "origin_headers",
                "must be a table of header names and secrets' names",
            );
            return Vec::new();
        }
    };
    let mut headers = Vec::new();
    for (name, secret) in fields {
        let lower = name.to_ascii_lowercase();
        let token = !lower.is_empty()
            && lower
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let reserved = FORBIDDEN.contains(&lower.as_str())
            || lower.starts_with("one-login-")
            || lower.starts_with("x-forwarded-")
            || (lower.starts_with("cf-") && !ACCESS.contains(&lower.as_str()));
        if !token || reserved {
            table.fault(
                "origin_headers",
                format!("{name:?} cannot be set for the origin"),
            );
            continue;
        }
        let private = secret.as_str().is_some_and(is_key);
        if private || headers.iter().any(|(other, _)| *other == lower) {
            let problem =
                format!("{name:?} names a key of the Worker's own, or stands there twice");
            table.fault("origin_headers", problem);
            continue;
        }
        let value = secret
            .as_str()
            .and_then(|secret| vars.get(secret)?.as_str());
        match value.filter(|value| !value.is_empty() && value.bytes().all(|b| b.is_ascii_graphic()))
        {
            Some(value) => headers.push((lower, Secret::new(value.to_owned()))),
            None => table.fault(
                "origin_headers",
                format!("the secret for {name:?} is missing or not visible ASCII"),
            ),
        }
    }
    headers
}

/// Whether a secret is one of those that never leave the Worker.
fn is_key(name: &str) -> bool {
    let prefixes = [
        "SESSION_KEY_",
        "CLIENT_KEY_",
        "ASSERTION_KEY_",
        "CLIENT_SECRET_",
    ];
    prefixes.iter().any(|prefix| name.starts_with(prefix))
}

/// Origins of pages. In production none of them is at http, where anybody on the way writes the page.
pub fn read_origins(
    table: &Table<'_>,
    field: &'static str,
    environment: Environment,
) -> Vec<String> {
    let origins = table.texts(field).unwrap_or_default();
    for origin in &origins {
        let insecure = environment == Environment::Production && origin.starts_with("http:");
        let url = Url::parse(origin);
        if insecure || !url.is_ok_and(|url| url.origin().ascii_serialization() == *origin) {
            table.fault(
                field,
                format!("{origin:?} is not an origin such as \"https://www.example.gov.uk\""),
            );
        }
    }
    origins.into_iter().map(str::to_owned).collect()
}
