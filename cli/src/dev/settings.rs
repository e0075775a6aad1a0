//! Who talks to whom at which address, as one value, and the files that follow from it. Nothing here does anything.

use anyhow::{Result, bail};
use one_login_edge::config::Claim;
use serde_json::{Map, Value, json};

/// What a person may say on the command line.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Another provider than the simulated one.
    pub provider: Option<String>,
    /// The client id at the provider.
    pub client_id: Option<String>,
    /// The Worker's port.
    pub port: Option<u16>,
    /// Another service than the demo service.
    pub origin: Option<String>,
}

/// Who talks to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The Worker's port; the next two are the simulated provider's and the demo service's.
    pub port: u16,
    /// The provider's address without a slash at its end.
    pub provider: String,
    /// Whether this program starts the provider.
    pub own_provider: bool,
    /// The service's address without a slash at its end.
    pub origin: String,
    /// Whether this program starts the service.
    pub own_origin: bool,
    client_id: String,
}

const SCOPES: [&str; 3] = ["openid", "email", "phone"];
const DEFAULT_PORT: u16 = 8787;

impl Settings {
    /// Fills in what was not said.
    pub fn new(options: &Options) -> Result<Self> {
        let port = options.port.unwrap_or(DEFAULT_PORT);
        if port == 0 || port > u16::MAX - 2 {
            bail!("--port {port} leaves no room: the two ports after it are used as well");
        }
        let local = |offset: u16| format!("http://127.0.0.1:{}", port + offset);
        let given = |url: &Option<String>, name: &str| {
            url.as_deref().map(|url| base(url, name)).transpose()
        };
        let provider = given(&options.provider, "--provider")?;
        let origin = given(&options.origin, "--origin")?;
        Ok(Self {
            port,
            own_provider: provider.is_none(),
            provider: provider.unwrap_or_else(|| local(1)),
            own_origin: origin.is_none(),
            origin: origin.unwrap_or_else(|| local(2)),
            client_id: options.client_id.clone().unwrap_or_else(|| "demo".into()),
        })
    }

    /// The Worker's address. `localhost` and not `127.0.0.1`, so that the provider is another site, as it will be.
    pub fn service(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// The client id at the provider.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Where the provider sends people back to.
    pub fn redirect_url(&self) -> String {
        format!("{}/auth/callback", self.service())
    }

    /// Where the provider sends people back to who have signed out.
    pub fn signed_out_url(&self) -> String {
        format!("{}/auth/signed-out", self.service())
    }

    /// Where the provider finds the client's public keys.
    pub fn jwks_url(&self) -> String {
        format!("{}/.well-known/jwks.json", self.service())
    }

    /// The ports that this program's children will listen on, with what each is for.
    pub fn ports(&self) -> Vec<(u16, &'static str)> {
        let mut ports = vec![(self.port, "the Worker")];
        if self.own_provider {
            ports.push((self.port + 1, "the simulated provider"));
        }
        if self.own_origin {
            ports.push((self.port + 2, "the demo service"));
        }
        ports
    }

    /// The Worker's plain variables.
    pub fn variables(&self) -> Map<String, Value> {
        let issuer = format!("{}/", self.provider);
        let service = json!({
            "host": format!("localhost:{}", self.port),
            "environment": "local",
            "client_id": self.client_id,
            "name": { "en": "Apply for a demo licence", "cy": "Gwneud cais am drwydded enghreifftiol" },
            "scopes": SCOPES,
            "registered_claims": Claim::ALL.map(Claim::registered_as),
            "language_prefix": true,
            "origin": self.origin,
            "origin_audience": self.service(),
            "issuer": issuer,
            "identity_issuer": issuer,
            "did_url": format!("{issuer}.well-known/did.json"),
            "did_id": format!("did:web:{}", authority(&self.provider).replace(':', "%3A")),
            "routes": [
                { "path": "/", "access": "public" },
                { "path": "/cy", "access": "public" },
                { "path": "/assets/*", "access": "public" },
                // Browsers ask for it by themselves on every page.
                { "path": "/favicon.ico", "access": "public" },
                { "path": "/whoami", "access": "optional", "release": ["email"] },
                account("/account/*"),
                account("/cy/account/*"),
                closing("/account/close"),
                closing("/cy/account/close"),
                applying("/apply", "/apply/not-proved"),
                applying("/cy/apply", "/cy/apply/not-proved"),
                not_proved("/apply/not-proved"),
                not_proved("/cy/apply/not-proved"),
            ],
        });
        let all = [
            ("DEPLOYMENT", json!("local")),
            ("SESSION_KEY_ACTIVE", json!("A")),
            ("SERVICE_DEMO", service),
        ];
        all.map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect()
    }

    /// What the simulated provider's desk shows: what is running, and what there is to try.
    pub fn about(&self) -> Value {
        let journeys = [
            ("/", "public: nobody is asked to sign in"),
            ("/cy", "the same in Welsh"),
            ("/whoami", "optional: says who is signed in, if anybody is"),
            ("/account", "wants a sign-in with two factors, Cl.Cm"),
            ("/cy/account", "the same in Welsh"),
            (
                "/account/close",
                "wants a sign-in of the last five minutes; later, One Login asks again",
            ),
            (
                "/apply",
                "wants a proved identity, Cl.Cm.P2; the form is filled in from what was proved",
            ),
            ("/cy/apply", "the same in Welsh"),
            (
                "/auth/return",
                "where people come back to who were away to prove their identity",
            ),
            (
                "/auth/sign-in?return_to=/whoami",
                "a sign-in from a link of your own",
            ),
            (
                "/auth/sign-out",
                "a page that asks first, because no page of the service led to it",
            ),
            (
                "/account%2f..%2fx",
                "an address that can be read in two ways, which is refused",
            ),
            (
                "/auth/health",
                "whether the Worker is sound, and which keys it uses",
            ),
            (
                "/auth/assertion-jwks.json",
                "the keys with which the service verifies who is signed in",
            ),
        ];
        let journeys = journeys.map(|(path, shows)| json!({ "path": path, "shows": shows }));
        json!({ "service": self.service(), "origin": self.origin, "journeys": journeys })
    }

    /// What the public GOV.UK One Login simulator takes at its `/config`: the client, with its public key as PEM.
    pub fn simulator_config(&self, public_key: &str) -> Value {
        json!({
            "clientConfiguration": {
                "clientId": self.client_id,
                "publicKey": public_key,
                "scopes": SCOPES,
                "redirectUrls": [self.redirect_url()],
                "postLogoutRedirectUrls": [self.signed_out_url()],
                "idTokenSigningAlgorithm": "ES256",
                "claims": Claim::ALL.map(Claim::name),
                "identityVerificationSupported": true,
                "clientLoCs": ["P0", "P2"],
            },
        })
    }

    /// The simulated provider's register of clients.
    pub fn clients(&self) -> Value {
        json!([{
            "client_id": self.client_id,
            "client_name": "Apply for a demo licence",
            "redirect_uris": [self.redirect_url()],
            "post_logout_redirect_uris": [self.signed_out_url()],
            "back_channel_logout_uri": format!("{}/auth/backchannel-logout", self.service()),
            "jwks_uri": self.jwks_url(),
            "token_auth_method": "private_key_jwt",
            "scopes": SCOPES,
            "claims": Claim::ALL.map(Claim::registered_as),
            "id_token_alg": "ES256",
            "client_locs": ["P0", "P2"],
            "landing_page_url": format!("{}/auth/return", self.service()),
            "pkce_enforced": true,
            "jar_required": true,
            "max_age_enabled": false,
        }])
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

/// An http(s) address of a host alone, without the slash at its end.
fn base(url: &str, option: &str) -> Result<String> {
    let trimmed = url.trim_end_matches('/');
    let host = authority(trimmed);
    let scheme = trimmed.starts_with("http://") || trimmed.starts_with("https://");
    if !scheme || host.is_empty() || host.contains(['/', '?', '#', '@', ' ']) {
        bail!("{option} must be an address such as http://localhost:3000, not `{url}`");
    }
    Ok(trimmed.to_owned())
}

fn authority(url: &str) -> &str {
    url.split_once("://").map_or("", |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_said_means_the_three_usual_ports() {
        let settings = Settings::new(&Options::default()).unwrap();
        let service = &settings.variables()["SERVICE_DEMO"];
        assert_eq!(
            settings
                .ports()
                .iter()
                .map(|(port, _)| *port)
                .collect::<Vec<_>>(),
            [8787, 8788, 8789]
        );
        assert_eq!(service["host"], "localhost:8787");
        assert_eq!(service["issuer"], "http://127.0.0.1:8788/");
        assert_eq!(service["did_id"], "did:web:127.0.0.1%3A8788");
        assert_eq!(service["origin"], "http://127.0.0.1:8789");
        assert_eq!(
            settings.clients()[0]["redirect_uris"][0],
            "http://localhost:8787/auth/callback"
        );
    }

    #[test]
    fn every_journey_of_the_desk_is_a_path_that_the_worker_serves() {
        let settings = Settings::new(&Options::default()).unwrap();
        let mut vars: one_login_edge::config::Vars = settings.variables().into_iter().collect();
        vars.insert("DOCUMENTS".into(), json!(true));
        vars.insert("ACCOUNTS".into(), json!(true));
        let faults = one_login_edge::config::Config::parse(&vars).faults;
        let not_keys = |fault: &String| !fault.contains("_KEY_");
        let faults: Vec<_> = faults
            .iter()
            .map(ToString::to_string)
            .filter(not_keys)
            .collect();
        assert!(faults.is_empty(), "{faults:?}");
        let about = settings.about();
        let routes = settings.variables()["SERVICE_DEMO"]["routes"].to_string();
        for journey in about["journeys"].as_array().unwrap() {
            let path = journey["path"].as_str().unwrap();
            let known = path.starts_with("/auth/") || path.contains("%2f");
            assert!(known || routes.contains(&format!("\"{path}")), "{path}");
        }
    }

    #[test]
    fn another_port_moves_all_three() {
        let settings = Settings::new(&Options {
            port: Some(9000),
            ..Options::default()
        })
        .unwrap();
        assert_eq!(settings.provider, "http://127.0.0.1:9001");
        assert_eq!(settings.origin, "http://127.0.0.1:9002");
        assert!(
            Settings::new(&Options {
                port: Some(65_534),
                ..Options::default()
            })
            .is_err()
        );
    }

    #[test]
    fn another_provider_brings_its_issuer_and_did() {
        let provider = Some("http://localhost:3000/".to_owned());
        let options = Options {
            provider,
            client_id: Some("mine".into()),
            ..Options::default()
        };
        let settings = Settings::new(&options).unwrap();
        let service = &settings.variables()["SERVICE_DEMO"];
        assert!(!settings.own_provider && settings.own_origin);
        assert_eq!(service["client_id"], "mine");
        assert_eq!(service["issuer"], "http://localhost:3000/");
        assert_eq!(service["identity_issuer"], "http://localhost:3000/");
        assert_eq!(
            service["did_url"],
            "http://localhost:3000/.well-known/did.json"
        );
        assert_eq!(service["did_id"], "did:web:localhost%3A3000");
        assert_eq!(settings.ports().len(), 2);
    }

    #[test]
    fn an_address_that_is_no_host_is_refused() {
        for wrong in [
            "localhost:3000",
            "ftp://a",
            "http://",
            "http://a/b",
            "http://a?b",
        ] {
            let options = Options {
                provider: Some(wrong.into()),
                ..Options::default()
            };
            assert!(Settings::new(&options).is_err(), "{wrong}");
        }
    }
}
