//! Five kinds of signed statement go about between three parties. Each party takes its own kind
//! and none of the other four, however well they are signed.

use one_login_edge::oidc::id_token::{self, Expected};
use one_login_edge::oidc::jwks::KeySet;
use one_login_edge::oidc::jws::{Alg, Untrusted};
use one_login_edge::oidc::refusal::Refusal;
use one_login_edge::oidc::vector::Level;
use serde_json::Value;
use simulator::http::Request;
use simulator::origin::Settings;
use simulator::origin::verify;

use crate::world::http::parameter;
use crate::world::{Browser, CLIENT, ISSUER, SERVICE, Trouble, When, World, assertion, keys};

/// One honest statement of each kind, all of the same sign-in, and what belongs to them.
struct Statements {
    world: World,
    /// Request object, client assertion, ID token, access token, assertion for the service.
    all: [(&'static str, String); 5],
    address: String,
    form: String,
    nonce: String,
}

impl Statements {
    fn collect() -> Self {
        let world = World::new();
        let mut browser = Browser::new();
        browser.open(&world, "/account/details");
        let asserted = world.happened().reached()[0].assertions()[0].to_owned();
        // Of a second sign-in the token request is held back, and sent by hand.
        let mut browser = Browser::new();
        let start = browser.step(&world, "/account/details");
        let address = start.location().to_owned();
        let back = browser.step(&world, &address);
        world.trouble(Trouble::CallNotSent, When::About("/token"));
        browser.step(&world, back.location());
        world.mend();
        let form = world.happened().forms().pop().unwrap();
        let tokens = sent(&world, &form);
        let request = parameter(&address, "request").unwrap();
        let parsed = simulator::jose::Unverified::parse(&request).unwrap();
        let nonce = parsed.text("nonce").unwrap().to_owned();
        let client = parameter(&format!("https://x/?{form}"), "client_assertion").unwrap();
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        Self {
            all: [
                ("request object", request),
                ("client assertion", client),
                ("ID token", text("id_token")),
                ("access token", text("access_token")),
                ("assertion", asserted),
            ],
            world,
            address,
            form,
            nonce,
        }
    }

    fn get(&self, kind: &str) -> &str {
        let found = self.all.iter().find(|(name, _)| *name == kind);
        &found.unwrap().1
    }

    /// Whether the edge takes it for an ID token of this sign-in.
    fn edge_takes(&self, text: &str) -> Result<(), Refusal> {
        let request = Request::get("/.well-known/jwks.json").with_header("user-agent", "test");
        let document = self.world.outside.ask_provider(&request).body;
        let published = KeySet::parse(&document)?;
        let token = Untrusted::parse(text)?;
        id_token::check_header(&token)?;
        let key = published.select(&token, Alg::Es256)?;
        let public = key.material.to_json();
        let good = keys::verify(&public, key.alg, token.signing_input(), token.signature());
        let expected = Expected {
            issuer: ISSUER,
            client_id: CLIENT,
            nonce: &self.nonce,
            access_token: self.get("access token"),
            level: Level::ClCm,
            max_age: None,
            now: self.world.now(),
        };
        id_token::check(&token.trust(good)?, &expected).map(drop)
    }

    /// Whether the service takes it for an assertion.
    fn origin_takes(&self, text: &str) -> bool {
        let settings = Settings {
            issuer: SERVICE.to_owned(),
            audience: SERVICE.to_owned(),
            jwks: String::new(),
        };
        let Ok((kid, token)) = verify::read(&[text]) else {
            return false;
        };
        let mut published = assertion::keys(&self.world).into_iter();
        let key = published.find(|key| key["kid"] == kid.as_str());
        key.is_some_and(|key| verify::check(&token, &key, &settings, self.world.now()).is_ok())
    }

    /// Whether the provider takes it for a request object.
    fn provider_takes(&self, text: &str) -> bool {
        let address = self.address.replace(self.get("request object"), text);
        let shown = Browser::new().step(&self.world, &address);
        parameter(shown.location(), "code").is_some()
    }

    /// Whether the provider takes it for a client assertion; the code has been used by then.
    fn provider_believes(&self, text: &str) -> bool {
        let form = self.form.replace(self.get("client assertion"), text);
        sent(&self.world, &form)["error"] == "invalid_grant"
    }
}

fn sent(world: &World, form: &str) -> Value {
    let request = Request::post_form("/token", form).with_header("user-agent", "test");
    world.outside.ask_provider(&request).body_json()
}

#[test]
fn t15_each_party_takes_its_own_kind_of_statement_and_no_other() {
    let statements = Statements::collect();
    for (kind, text) in &statements.all {
        let taken = [
            ("ID token", statements.edge_takes(text).is_ok()),
            ("assertion", statements.origin_takes(text)),
            ("request object", statements.provider_takes(text)),
            ("client assertion", statements.provider_believes(text)),
        ];
        for (wanted, taken) in taken {
            assert_eq!(
                taken,
                wanted == *kind,
                "a {kind} where a {wanted} is wanted"
            );
        }
    }
}

#[test]
fn t15_what_is_not_an_id_token_is_refused_for_what_it_is() {
    let statements = Statements::collect();
    for (kind, refusal) in [
        ("request object", Refusal::WrongType),
        ("assertion", Refusal::WrongType),
        ("client assertion", Refusal::AlgorithmMismatch),
        ("access token", Refusal::AudienceMismatch),
    ] {
        let text = statements.get(kind);
        assert_eq!(statements.edge_takes(text), Err(refusal), "{kind}");
    }
}
