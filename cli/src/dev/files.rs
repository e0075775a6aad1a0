//! The files that follow from who talks to whom, as values. Nothing here does anything.

use super::settings::{Settings, authority};
use one_login_edge::config::Claim;
use serde_json::{Map, Value, json};

const SCOPES: [&str; 3] = ["openid", "email", "phone"];

impl Settings {
    /// The Worker's plain variables.
    pub fn variables(&self) -> Map<String, Value> {
        let issuer = format!("{}/", self.provider);
        let mut service = json!({
            "host": format!("localhost:{}", self.port),
            "environment": "local",
            "client_id": self.client_id(),
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
        if self.https {
            service["https"] = json!(true);
        }
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
                "clientId": self.client_id(),
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
            "client_id": self.client_id(),
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

#[cfg(test)]
mod tests {
    use super::super::Options;
    use super::*;

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
}
