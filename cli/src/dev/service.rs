//! The service that runs locally: the demo of a clone, or the one of a team's project.

use crate::project::own::Own;
use anyhow::Result;
use one_login_edge::config::Claim;
use serde_json::{Map, Value, json};
use shell::places::Places;

/// Fields of a deployed service that mean its keys, its client or its addresses. `dev` has its own of each.
const DEPLOYED: [&str; 13] = [
    "host",
    "environment",
    "client_id",
    "client_key_active",
    "assertion_key_active",
    "token_auth_method",
    "id_token_alg",
    "publish_well_known_jwks",
    "issuer",
    "identity_issuer",
    "did_url",
    "did_id",
    "origin_audience",
];

/// A service as it is configured but for its addresses, client and keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// The id, as in `SERVICE_<ID>`.
    pub id: String,
    table: Map<String, Value>,
}

impl Local {
    /// The service of the place: a project's, of several the one that is wanted, or the demo.
    ///
    /// # Errors
    /// When the project's file cannot be read or does not say which service it is.
    pub fn find(places: &Places, wanted: Option<&str>) -> Result<Self> {
        if !places.is_project() {
            return Ok(Self::demo());
        }
        let (id, mut table) = Own::read(&places.root)?.local(wanted)?;
        DEPLOYED.iter().for_each(|field| drop(table.remove(*field)));
        // Another Worker of the account is not here.
        let is_url = |origin: &Value| origin.as_str().is_some_and(|text| text.contains("://"));
        if table.get("origin").is_some_and(|origin| !is_url(origin)) {
            table.remove("origin");
        }
        Ok(Self { id, table })
    }

    /// The demo service, which shows every kind of route.
    pub fn demo() -> Self {
        let table = json!({
            "name": { "en": "Apply for a demo licence", "cy": "Gwneud cais am drwydded enghreifftiol" },
            "scopes": ["openid", "email", "phone"],
            "registered_claims": Claim::ALL.map(Claim::registered_as),
            "language_prefix": true,
            // `dev` names the simulated team; the audience is that of its tokens unless they say otherwise.
            "access_team": "demo",
            "access_audience": "5e1f4c0d9a27b3688c41f0e2d7935ab61c0f8e4472d95b3ea8167c24f90b3d51",
            "routes": [
                { "path": "/", "access": "public" },
                { "path": "/cy", "access": "public" },
                { "path": "/assets/*", "access": "public" },
                // Browsers ask for it by themselves on every page.
                { "path": "/favicon.ico", "access": "public" },
                { "path": "/whoami", "access": "optional", "release": ["email"] },
                { "path": "/api/*", "access": "api" },
                { "path": "/staff/*", "access": "cloudflare-access", "release": ["email"] },
                account("/account/*"),
                account("/cy/account/*"),
                account("/welcome"),
                account("/cy/welcome"),
                closing("/account/close"),
                closing("/cy/account/close"),
                applying("/apply", "/apply/not-proved"),
                applying("/cy/apply", "/cy/apply/not-proved"),
                not_proved("/apply/not-proved"),
                not_proved("/cy/apply/not-proved"),
            ],
        });
        Self {
            id: "DEMO".to_owned(),
            table: table.as_object().cloned().unwrap_or_default(),
        }
    }

    /// The fields that stay as they are configured.
    pub fn table(&self) -> Map<String, Value> {
        self.table.clone()
    }

    /// The address of the team's own service, if the project names one.
    pub fn origin(&self) -> Option<&str> {
        self.table.get("origin")?.as_str()
    }

    /// The prefix of the Worker's own pages.
    pub fn own_path(&self) -> &str {
        let path = self.table.get("own_path").and_then(Value::as_str);
        path.unwrap_or("/auth")
    }

    /// The English name, for the simulated provider's pages.
    pub fn name(&self) -> &str {
        let name = self.table.get("name");
        let english = name.and_then(|name| name.get("en").unwrap_or(name).as_str());
        english.unwrap_or("A service")
    }

    /// The scopes that the client is registered for.
    pub fn scopes(&self) -> Vec<&str> {
        let scopes = self.table.get("scopes").and_then(Value::as_array);
        let texts = scopes.into_iter().flatten().filter_map(Value::as_str);
        texts.collect()
    }

    /// The routes as they are written.
    pub fn routes(&self) -> impl Iterator<Item = &Value> {
        let routes = self.table.get("routes").and_then(Value::as_array);
        routes.into_iter().flatten()
    }
}

/// Pages that want a sign-in with two factors.
fn account(path: &str) -> Value {
    json!({ "path": path, "access": "required", "level": "Cl.Cm", "release": ["email", "phone"] })
}

/// Pages that want a proved identity.
fn applying(path: &str, otherwise: &str) -> Value {
    json!({
        "path": path, "access": "required", "level": "Cl.Cm.P2", "not_proved": otherwise,
        "release": ["email", "coreIdentity", "address", "passport", "drivingPermit"],
    })
}

/// Where people are sent who could not prove one.
fn not_proved(path: &str) -> Value {
    json!({ "path": path, "access": "optional", "release": ["returnCode"] })
}

/// A page that wants a recent one.
fn closing(path: &str) -> Value {
    let mut route = account(path);
    route["reauthenticate_within"] = json!(300);
    route
}
