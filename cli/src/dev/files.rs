//! The files that follow from who talks to whom, as values. Nothing here does anything.

use super::service::Local;
use super::settings::{Settings, authority};
use one_login_edge::config::Claim;
use one_login_edge::session::seal::sha256;
use serde_json::{Map, Value, json};
use shell::terminal::spoken;

/// The id and secret with which the simulated provider sends signals, on this machine only.
const SIGNALS: (&str, &str) = (
    "one-login",
    "known-to-everybody-and-good-for-nothing-but-dev",
);

impl Settings {
    /// The Worker's plain variables.
    pub fn variables(&self) -> Map<String, Value> {
        let issuer = format!("{}/", self.provider);
        let mut service: Value = self.local.table().into();
        let addresses = json!({
            "host": format!("localhost:{}", self.port),
            "environment": "local",
            "client_id": self.client_id(),
            "origin": self.origin,
            "origin_audience": self.service(),
            "issuer": issuer,
            "identity_issuer": issuer,
            "did_url": format!("{issuer}.well-known/did.json"),
            "did_id": format!("did:web:{}", authority(&self.provider).replace(':', "%3A")),
        });
        for (field, value) in addresses.as_object().into_iter().flatten() {
            service[field] = value.clone();
        }
        if self.https {
            service["https"] = json!(true);
        }
        // Only the simulated team hands out tokens here.
        if service.get("access_team").is_some() {
            service["access_team"] = json!(self.provider);
        }
        if self.is_of_the_demo() {
            service["service_keys"] = json!(format!("{}/service-jwks.json", self.origin));
            service["arrival"] = json!({ "en": "/welcome", "cy": "/cy/welcome" });
            service["switch"] = json!(true);
            service["contact"] = json!("/");
            if let Some(routes) = service["routes"].as_array_mut() {
                routes.extend(["/beta", "/cy/beta"].map(beta));
            }
        }
        if self.takes_signals() {
            service["signals_audience"] = json!(self.service());
            service["signals_client_id"] = json!(SIGNALS.0);
            service["signals_secret_hashes"] = json!([sha256(SIGNALS.1)]);
        }
        let all = [
            ("DEPLOYMENT".to_owned(), json!("local")),
            ("SESSION_KEY_ACTIVE".to_owned(), json!("A")),
            (format!("SERVICE_{}", self.local.id), service),
        ];
        all.into_iter().collect()
    }

    /// Whether the simulated provider sends signals: to the demo, and to a service that takes One Login's.
    fn takes_signals(&self) -> bool {
        self.local == Local::demo() || self.local.table().contains_key("signals_audience")
    }

    /// The content of the simulated provider's desk: what is running, and what there is to try.
    pub fn about(&self) -> Value {
        let journeys: Vec<Value> = match self.local == Local::demo() {
            true => of_the_demo(),
            false => self.local.routes().filter_map(of_a_route).collect(),
        };
        json!({
            "service": self.service(), "origin": self.origin, "journeys": journeys, "switch": self.is_of_the_demo(),
            "report": spoken("cargo edge report"),
        })
    }

    /// Whether the service is the demo that this program starts, which has a key of its own.
    fn is_of_the_demo(&self) -> bool {
        self.own_origin && self.local == Local::demo()
    }

    /// The body that the public GOV.UK One Login simulator takes at its `/config`: the client, with its public key as PEM.
    pub fn simulator_config(&self, public_key: &str) -> Value {
        json!({
            "clientConfiguration": {
                "clientId": self.client_id(),
                "publicKey": public_key,
                "scopes": self.local.scopes(),
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
        let signals = self.takes_signals().then(|| {
            json!({
                "uri": self.own_page("signals"), "token_uri": self.own_page("signals/token"),
                "client_id": SIGNALS.0, "client_secret": SIGNALS.1, "audience": self.service(),
            })
        });
        json!([{
            "signals": signals,
            "client_id": self.client_id(),
            "client_name": self.local.name(),
            "redirect_uris": [self.redirect_url()],
            "post_logout_redirect_uris": [self.signed_out_url()],
            "back_channel_logout_uri": self.own_page("backchannel-logout"),
            "jwks_uri": self.jwks_url(),
            "token_auth_method": "private_key_jwt",
            "scopes": self.local.scopes(),
            "claims": Claim::ALL.map(Claim::registered_as),
            "id_token_alg": "ES256",
            "client_locs": ["P0", "P2"],
            "landing_page_url": self.own_page("return"),
            "pkce_enforced": true,
            "jar_required": true,
            "max_age_enabled": self.local.routes().any(|route| route.get("max_age").is_some()),
        }])
    }
}

/// A page of the demo for invited people, which needs the service's own key.
fn beta(path: &str) -> Value {
    json!({
        "path": path, "access": "required", "level": "Cl.Cm", "release": ["email", "phone"], "admission": "invited",
    })
}

/// A thing to try at a route of a project: its path, without the `*` that matches the rest.
fn of_a_route(route: &Value) -> Option<Value> {
    let path = route.get("path")?.as_str()?;
    let access = route.get("access")?.as_str()?;
    let shows = match route.get("level").and_then(Value::as_str) {
        Some(level) => format!("{access}, {level}"),
        None => access.to_owned(),
    };
    Some(json!({ "path": path.trim_end_matches('*'), "shows": shows }))
}

/// The things to try of the demo.
fn of_the_demo() -> Vec<Value> {
    let journeys = [
        ("/", "public: nobody is asked to sign in"),
        ("/cy", "the same in Welsh"),
        ("/whoami", "optional: says who is signed in, if anybody is"),
        (
            "/api/licences",
            "for programs: 401 and no sign-in, unless the request has the header Authorization: Bearer demo",
        ),
        (
            "/staff",
            "for staff, by Cloudflare Access: 403 without its token, with which the desk asks below",
        ),
        ("/account", "wants a sign-in with two factors, Cl.Cm"),
        ("/cy/account", "the same in Welsh"),
        (
            "/welcome",
            "where a person with a new session arrives, on the way to any other page; “Continue” leads on to it",
        ),
        (
            "/beta",
            "for people whom the service has invited; below, the desk invites them",
        ),
        (
            "/account/close",
            "wants a sign-in of the last five minutes; closing the account ends every session and keeps the person out for a minute",
        ),
        (
            "/account/licence",
            "the service itself asks for a proved identity, at run time",
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
    journeys.into()
}

#[cfg(test)]
mod tests {
    use super::super::Options;
    use super::*;

    #[test]
    fn when_the_desk_lists_a_journey_then_the_worker_serves_its_path() {
        let settings = Settings::new(&Options::default(), Local::demo()).unwrap();
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
        let table = settings.variables()["SERVICE_DEMO"].clone();
        let routes = table["routes"].as_array().unwrap();
        let routes = routes.iter().filter_map(|route| route["path"].as_str());
        let serves = |path: &str| {
            routes.clone().any(|route| match route.strip_suffix('*') {
                Some(prefix) => format!("{path}/").starts_with(prefix),
                None => route == path,
            })
        };
        for journey in about["journeys"].as_array().unwrap() {
            let path = journey["path"].as_str().unwrap();
            let known = path.starts_with("/auth/") || path.contains("%2f");
            assert!(known || serves(path), "{path}");
        }
    }
}
