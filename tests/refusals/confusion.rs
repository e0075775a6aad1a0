//! Eight kinds of signed statement go about between four parties. Each party takes its own kind
//! and none of the others, however well they are signed.

use one_login_edge::oidc::id_token::{self, Expected};
use one_login_edge::oidc::identity::core_identity;
use one_login_edge::oidc::identity::did;
use one_login_edge::oidc::jwks::KeySet;
use one_login_edge::oidc::jws::{Alg, Untrusted};
use one_login_edge::oidc::refusal::Refusal;
use one_login_edge::oidc::vector::Level;
use serde_json::{Value, json};
use simulator::http::Request;
use simulator::jose::Unverified;
use simulator::origin::settings::Settings;
use simulator::origin::{identity, verify};

use crate::world::http::parameter;
use crate::world::{
    Browser, CLIENT, IDENTITY, ISSUER, Incoming, SERVICE, Setup, Trouble, When, World, assertion,
    keys,
};

const DID: &str = "did:web:identity.account.gov.uk";

const ADDRESS: &str = "https://vocab.account.gov.uk/v1/address";

/// One honest statement of each kind, all of the same sign-in, and what belongs to them.
struct Statements {
    world: World,
    /// Of the client, of the provider, of the identity issuer, and for the service.
    all: [(&'static str, String); 8],
    address: String,
    form: String,
    nonce: String,
}

impl Statements {
    fn collect() -> Self {
        let world = World::with(Setup::prove_identities);
        world.change("/userinfo", |answer| {
            if answer.get(ADDRESS).is_some() {
                answer[ADDRESS] = json!(vec![json!({ "streetName": "a".repeat(100) }); 35]);
            }
        });
        let mut browser = Browser::new();
        browser.open(&world, "/apply/form");
        let reached = world.happened().reached().pop().unwrap();
        let asserted = reached.assertions()[0].to_owned();
        let beside = reached.header("one-login-identity").unwrap().to_owned();
        world.mend();
        // Of a second request for an identity the token request is held back, and sent by hand.
        let mut browser = Browser::new();
        browser.open(&world, "/account/details");
        let start = browser.step(&world, "/apply/form");
        let address = start.location().to_owned();
        let back = browser.step(&world, &address);
        world.trouble(Trouble::CallNotSent, When::About("/token"));
        browser.step(&world, back.location());
        world.mend();
        let form = world.happened().forms().pop().unwrap();
        let tokens = sent(&world, &form);
        let request = parameter(&address, "request").unwrap();
        let parsed = Unverified::parse(&request).unwrap();
        let nonce = parsed.text("nonce").unwrap().to_owned();
        let client = parameter(&format!("https://x/?{form}"), "client_assertion").unwrap();
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        let bearer = format!("Bearer {}", text("access_token"));
        let asked = Request::get("/userinfo").with_header("user-agent", "test");
        let asked = asked.with_header("authorization", &bearer);
        let claims = world.outside.ask_provider(&asked).body_json();
        let identity = claims["https://vocab.account.gov.uk/v1/coreIdentityJWT"].as_str();
        let notice = String::from_utf8(world.notification("mo", |_| {}).body).unwrap();
        let notice = parameter(&format!("https://x/?{notice}"), "logout_token").unwrap();
        Self {
            all: [
                ("request object", request),
                ("client assertion", client),
                ("ID token", text("id_token")),
                ("access token", text("access_token")),
                ("core identity", identity.unwrap().to_owned()),
                ("logout token", notice),
                ("assertion", asserted),
                ("identity statement", beside),
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

    /// Whether the edge takes it for the core identity of this person.
    fn edge_believes(&self, text: &str) -> Result<(), Refusal> {
        let request = Request::get("/.well-known/did.json").with_header("user-agent", "test");
        let document = self.world.outside.ask_provider(&request).body;
        let token = Untrusted::parse(text)?;
        core_identity::check_header(&token, DID)?;
        let document = did::keys(&document, DID)?;
        let key = document.select(&token, Alg::Es256)?;
        let public = key.material.to_json();
        let good = keys::verify(&public, key.alg, token.signing_input(), token.signature());
        let subject = Unverified::parse(self.get("ID token")).unwrap();
        let expected = core_identity::Expected {
            issuer: IDENTITY,
            client_id: CLIENT,
            subject: subject.text("sub").unwrap(),
            now: self.world.now(),
        };
        core_identity::check(&token.trust(good)?, &expected).map(drop)
    }

    /// Whether the edge takes it for a notification.
    fn edge_is_notified(&self, text: &str) -> bool {
        let form = simulator::http::form_encode(&[("logout_token", text)]);
        let posted = Incoming::post("/auth/backchannel-logout", &form);
        self.world.ask(posted).status == 200
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

    /// Whether the service accepts the text as the identity statement that belongs to this assertion.
    fn origin_takes_statement(&self, text: &str) -> bool {
        let person = assertion::verified(&self.world, self.get("assertion")).person;
        let settings = Settings {
            issuer: SERVICE.to_owned(),
            audience: SERVICE.to_owned(),
            jwks: String::new(),
        };
        let Ok((kid, token)) = identity::read(&[text]) else {
            return false;
        };
        let mut published = assertion::keys(&self.world).into_iter();
        let key = published.find(|key| key["kid"] == kid.as_str());
        let now = self.world.now();
        key.is_some_and(|key| identity::check(&token, &key, &settings, &person, now).is_ok())
    }

    /// Whether the provider takes it for an access token.
    fn provider_tells(&self, text: &str) -> bool {
        let asked = Request::get("/userinfo").with_header("user-agent", "test");
        let asked = asked.with_header("authorization", &format!("Bearer {text}"));
        self.world.outside.ask_provider(&asked).status == 200
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
fn t15_rejects_a_statement_of_another_kind_at_every_party() {
    let statements = Statements::collect();
    for (kind, text) in &statements.all {
        let taken = [
            ("ID token", statements.edge_takes(text).is_ok()),
            ("core identity", statements.edge_believes(text).is_ok()),
            ("logout token", statements.edge_is_notified(text)),
            ("assertion", statements.origin_takes(text)),
            (
                "identity statement",
                statements.origin_takes_statement(text),
            ),
            ("access token", statements.provider_tells(text)),
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
fn t15_when_a_token_is_of_another_kind_then_the_refusal_names_the_failed_check() {
    let statements = Statements::collect();
    for (kind, refusal) in [
        ("request object", Refusal::WrongType),
        ("assertion", Refusal::WrongType),
        ("client assertion", Refusal::AlgorithmMismatch),
        ("access token", Refusal::AudienceMismatch),
        ("core identity", Refusal::KeyUnknown),
        ("logout token", Refusal::WrongType),
        ("identity statement", Refusal::WrongType),
    ] {
        let text = statements.get(kind);
        assert_eq!(statements.edge_takes(text), Err(refusal), "{kind}");
    }
    for (kind, refusal) in [
        ("ID token", Refusal::KeyControllerMismatch),
        ("access token", Refusal::KeyControllerMismatch),
        ("logout token", Refusal::WrongType),
        ("assertion", Refusal::WrongType),
        ("identity statement", Refusal::WrongType),
    ] {
        let text = statements.get(kind);
        assert_eq!(statements.edge_believes(text), Err(refusal), "{kind}");
    }
}
