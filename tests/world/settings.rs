//! The deployment under test and the client that is registered for it at the provider.
//!
//! It is a production deployment, with the real names and addresses, so that everything that is
//! only relaxed for development is strict here.

use one_login_edge::config::Vars;
use serde_json::{Value, json};
use simulator::provider::Provider;
use simulator::provider::personas::Persona;
use simulator::provider::settings::{Client, Settings};

use super::keys;

/// The service's host.
pub const HOST: &str = "licence.example.gov.uk";

/// The service's origin, as browsers write it.
pub const SERVICE: &str = "https://licence.example.gov.uk";

/// Another name of the service.
pub const ALIAS: &str = "www.licence.example.gov.uk";

/// The provider.
pub const ISSUER: &str = "https://oidc.account.gov.uk/";

/// The issuer of core identities.
pub const IDENTITY: &str = "https://identity.account.gov.uk/";

/// The client id.
pub const CLIENT: &str = "licence-client";

/// Everything that a test may set before its world begins, or before a new version is deployed.
#[derive(Clone)]
pub struct Setup {
    /// Every variable, secret and binding.
    pub vars: Vars,
    /// The clients that the provider knows.
    pub registrations: Vec<Value>,
}

impl Default for Setup {
    fn default() -> Self {
        let mut setup = Self {
            vars: Vars::new(),
            registrations: vec![registration(CLIENT, SERVICE)],
        };
        setup.set("DEPLOYMENT", "production");
        setup.set("SESSION_KEY_ACTIVE", "A");
        setup.set("SESSION_KEY_A", keys::SESSION[0]);
        setup.set("DOCUMENTS", true);
        setup.set("ACCOUNTS", true);
        setup.add_service("DEMO", service(HOST, CLIENT));
        setup.field("aliases", json!([ALIAS]));
        setup
    }
}

impl Setup {
    /// Sets a variable, secret or binding.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.vars.insert(name.to_owned(), value.into());
    }

    /// Takes one away.
    pub fn unset(&mut self, name: &str) {
        self.vars.remove(name);
    }

    /// Sets a field of the service.
    pub fn field(&mut self, name: &str, value: impl Into<Value>) {
        self.vars.get_mut("SERVICE_DEMO").unwrap()[name] = value.into();
    }

    /// Sets a member of the client's registration at the provider.
    pub fn register(&mut self, name: &str, value: impl Into<Value>) {
        self.registrations[0][name] = value.into();
    }

    /// Adds a service with its keys of generation A.
    pub fn add_service(&mut self, id: &str, table: Value) {
        self.set(&format!("SERVICE_{id}"), table);
        self.set(&format!("CLIENT_KEY_{id}_A"), keys::CLIENT[0]);
        self.set(&format!("ASSERTION_KEY_{id}_A"), keys::ASSERTION[0]);
    }

    /// Adds a second service with another host and client, and registers it.
    pub fn add_other(&mut self, host: &str, client: &str) {
        self.add_service("OTHER", service(host, client));
        let registered = registration(client, &format!("https://{host}"));
        self.registrations.push(registered);
    }

    /// Some routes ask for a proved identity, and the client is registered for it.
    pub fn prove_identities(&mut self) {
        let claims = json!([
            "coreIdentityJWT",
            "address",
            "passport",
            "drivingPermit",
            "returnCode"
        ]);
        self.field("registered_claims", claims.clone());
        self.register("claims", claims);
        self.register("client_locs", json!(["P1", "P2"]));
        let routes = self.vars.get_mut("SERVICE_DEMO").unwrap()["routes"]
            .as_array_mut()
            .unwrap();
        routes.extend([
            json!({ "path": "/apply/*", "level": "Cl.Cm.P2", "release": ["coreIdentity", "address"] }),
            json!({ "path": "/apply/name", "level": "Cl.Cm.P2", "release": ["coreIdentity"] }),
            json!({ "path": "/apply/bare", "level": "Cl.Cm.P2" }),
            json!({ "path": "/licence", "level": "Cl.Cm.P2", "not_proved": "/why",
                    "release": ["passport", "drivingPermit", "email"] }),
            json!({ "path": "/why", "level": "Cl.Cm", "release": ["returnCode"] }),
            json!({ "path": "/small", "level": "Cl.Cm.P1", "release": ["coreIdentity"] }),
        ]);
    }

    /// The claim `returnCode` is not registered, and no route releases it.
    pub fn without_return_codes(&mut self) {
        let claims = json!(["coreIdentityJWT", "address", "passport", "drivingPermit"]);
        self.field("registered_claims", claims.clone());
        self.register("claims", claims);
        let routes = self.vars.get_mut("SERVICE_DEMO").unwrap()["routes"].as_array_mut();
        let places = routes.unwrap().iter_mut();
        for route in places.filter(|route| route["path"] == "/why") {
            route["release"] = json!([]);
        }
    }

    /// A provider that knows the clients, where Kenneth signs in without being asked.
    pub fn provider(&self) -> Provider {
        let clients = Value::Array(self.registrations.clone()).to_string();
        let clients = Client::list_from_json(&clients).unwrap();
        let mut settings = Settings::new(ISSUER, clients);
        settings.identity_issuer = IDENTITY.to_owned();
        let mut provider = Provider::new(settings);
        provider.set_automatic(Persona::find("kenneth"));
        provider
    }
}

/// A service with every kind of route.
pub fn service(host: &str, client: &str) -> Value {
    json!({
        "host": host,
        "environment": "production",
        "client_id": client,
        "name": { "en": "Apply for a licence", "cy": "Gwneud cais am drwydded" },
        "scopes": ["openid", "email", "phone", "wallet-subject-id"],
        "routes": [
            { "path": "/", "access": "public" },
            { "path": "/assets/*", "access": "public" },
            { "path": "/whoami", "access": "optional", "release": ["email"] },
            { "path": "/account/*", "level": "Cl.Cm", "release": ["email", "phone"] },
            { "path": "/wallet", "release": ["wallet_subject_id"] },
            { "path": "/low/*", "level": "Cl" },
        ],
    })
}

/// The registration of one of our clients at the provider.
pub fn registration(client: &str, origin: &str) -> Value {
    json!({
        "client_id": client,
        "client_name": "Apply for a licence",
        "redirect_uris": [format!("{origin}/auth/callback")],
        "post_logout_redirect_uris": [format!("{origin}/auth/signed-out")],
        "back_channel_logout_uri": format!("{origin}/auth/backchannel-logout"),
        "jwks_uri": format!("{origin}/.well-known/jwks.json"),
        "scopes": ["openid", "email", "phone", "wallet-subject-id"],
        "pkce_enforced": true,
    })
}
