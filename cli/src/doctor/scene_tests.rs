//! The world that probes are tested in: the repository's own configuration for production, a record of keys, and an
//! outside that answers as a healthy Worker and One Login do until a test spoils it.

use super::questions;
use super::subject::{Options, Subject};
use super::web::{Answer, Asked, Question, Replies, Reply, Signature, Web};
use crate::keys::state::thumbprint;
use anyhow::{Context, Result};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use shell::places::Places;
use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// When every answer arrives: 12:00:00 UTC on 22 November 2026.
pub const NOW: i64 = 1_795_348_800;
const DATE: &str = "Sun, 22 Nov 2026 12:00:00 GMT";
const HOST: &str = "https://demo.example.gov.uk";
/// The check value of the session key.
const CHECK_VALUE: &str = "Zm9vYmFy";
pub const ISSUER: &str = "https://oidc.account.gov.uk/";
/// The audience tag of the staff's application.
pub const TAG: &str = "32eafc7626e737a8c1f9c3b9f1d6d8a5e0b4c2d1f7a8b9c0d1e2f3a4b5c6d7e8";

/// A checkout in a directory that is gone after the test.
pub struct Checkout(PathBuf);

impl Checkout {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("edge-doctor-{}-{number}", std::process::id());
        let checkout = Self(std::env::temp_dir().join(name));
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wrangler.toml");
        let text = fs::read_to_string(own).unwrap();
        let text = text.replace("replace-with-the-production-client-id", "demo-client");
        let team = format!(
            "host = \"demo.example.gov.uk\"\naccess_team = \"example\"\naccess_audience = \"{TAG}\""
        );
        let text = text.replace("host = \"demo.example.gov.uk\"", &team);
        let staff = "{ path = \"/staff/*\", access = \"cloudflare-access\" },";
        let text = text.replace("routes = [\n", &format!("routes = [\n  {staff}\n"));
        checkout.write("wrangler.toml", &text);
        let pair = |jwk: Value| {
            let times = "2026-11-01T09:00:00Z";
            let mut key = json!({ "made_at": times, "published_at": times, "active_since": times });
            if jwk != Value::Null {
                key["kid"] = thumbprint(&jwk).unwrap().into();
                key["public_jwk"] = jwk;
            }
            json!({ "active": "A", "generations": { "A": key } })
        };
        let own = json!({ "client": pair(rsa()), "assertion": pair(ec()) });
        checkout.write("keys/DEMO-production.json", &own.to_string());
        let mut shared = json!({ "session": pair(Value::Null) });
        shared["session"]["generations"]["A"]["fingerprint"] = CHECK_VALUE.into();
        checkout.write("keys/production.json", &shared.to_string());
        checkout
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Replaces a text of the configuration, which must be there.
    pub fn edit(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.0.join("wrangler.toml")).unwrap();
        assert!(text.contains(from), "{from}");
        self.write("wrangler.toml", &text.replace(from, to));
    }

    /// The service in production; everything that can be asked for is.
    pub fn subject(&self) -> Subject {
        let places = Places {
            root: self.0.clone(),
            cache: self.0.join("cache"),
            program: self.0.join("edge"),
        };
        let options = Options {
            service: "demo".to_owned(),
            env: "production".to_owned(),
            url: None,
            origin_url: Some("https://203.0.113.7".to_owned()),
            send: true,
            offline: false,
            evidence: None,
            format: crate::registration::Format::Text,
            config: None,
        };
        let mut subject = Subject::read(&places, &options).unwrap();
        // A version that has one, so that its probe is tried as well.
        subject.has_landing_page = true;
        subject
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A number of this many bytes.
fn number(bytes: usize) -> String {
    Base64UrlUnpadded::encode_string(&vec![0x81; bytes])
}

fn rsa() -> Value {
    json!({ "kty": "RSA", "n": number(256), "e": "AQAB" })
}

fn ec() -> Value {
    json!({ "kty": "EC", "crv": "P-256", "x": number(32), "y": number(32) })
}

/// A key as it is published.
fn published(mut jwk: Value, alg: &str) -> Value {
    jwk["kid"] = thumbprint(&jwk).unwrap().into();
    jwk["alg"] = alg.into();
    jwk["use"] = "sig".into();
    jwk
}

/// The address that the Worker sends people to, with changes to header and claims of its request object.
pub fn authorise(change: impl Fn(&mut Value, &mut Value)) -> String {
    let mut header = json!({ "alg": "RS256", "kid": thumbprint(&rsa()).unwrap() });
    let mut claims = json!({
        "iss": "demo-client", "client_id": "demo-client", "aud": format!("{ISSUER}authorize"),
        "redirect_uri": format!("{HOST}/auth/callback"), "scope": "openid email", "vtr": ["Cl.Cm"],
        "iat": NOW, "exp": NOW + 300,
    });
    change(&mut header, &mut claims);
    let part = |value: Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let token = format!("{}.{}.{}", part(header), part(claims), number(256));
    format!(
        "{ISSUER}authorize?response_type=code&client_id=demo-client&scope=openid%20email&request={token}"
    )
}

/// Where Cloudflare Access sends a browser to sign in.
pub fn login(team: &str, tag: &str) -> String {
    let host = "demo.example.gov.uk";
    format!(
        "https://{team}.cloudflareaccess.com/cdn-cgi/access/login/{host}?kid={tag}&redirect_url=%2Fstaff"
    )
}

/// Answers as all is well, until a test puts other answers in place.
pub struct Healthy {
    pub replies: Replies,
    pub asked: RefCell<Vec<Question>>,
    /// The longest head of a request that the origin takes, in bytes.
    pub takes: usize,
    /// The place of an agent that gets 403.
    pub blocked: usize,
    /// Whether signatures are good.
    pub signs: bool,
    /// The jobs of verification that the doctor gave.
    pub verified: RefCell<Vec<Value>>,
}

impl Healthy {
    pub fn new() -> Self {
        let (client, assertion) = (published(rsa(), "RS256"), published(ec(), "ES256"));
        let in_use =
            |key: &Value| json!({ "generation": "A", "active": key["kid"], "other": null });
        let health = json!({
            "status": "ok", "version": "1.0.0-rc.1", "environment": "production",
            "configuration": { "sound": true, "warnings": 0 },
            "documents": { "discovery": "fresh", "jwks": "fresh" },
            "keys": { "session": { "generation": "A", "fingerprint": CHECK_VALUE }, "client": in_use(&client), "assertion": in_use(&assertion) },
        });
        let discovery = json!({
            "issuer": ISSUER, "authorization_endpoint": format!("{ISSUER}authorize"),
            "token_endpoint": format!("{ISSUER}token"), "jwks_uri": format!("{ISSUER}.well-known/jwks.json"),
        });
        let page = |status| {
            answer(status, "<form method=\"post\">")
                .with("content-type", "text/html; charset=utf-8")
                .with(
                    "content-security-policy",
                    "default-src 'none'; frame-ancestors 'none'",
                )
                .with("x-content-type-options", "nosniff")
                .with("referrer-policy", "no-referrer")
                .with("cache-control", "no-store")
                .with("strict-transport-security", "max-age=31536000")
        };
        let problem = answer(401, "{}")
            .with("content-type", "application/problem+json")
            .with("www-authenticate", "OneLogin realm=\"demo.example.gov.uk\"");
        let text = |status| answer(status, "hello");
        let replies = [
            (
                Asked::Health,
                answer(200, &health.to_string()).with("date", DATE),
            ),
            (
                Asked::ClientKeys,
                answer(200, &json!({ "keys": [client] }).to_string()),
            ),
            (
                Asked::AssertionKeys,
                answer(200, &json!({ "keys": [assertion] }).to_string()),
            ),
            (
                Asked::Navigation,
                answer(302, "").with("location", &authorise(|_, _| ())),
            ),
            (Asked::Script, problem),
            (Asked::Public, text(200)),
            (Asked::Spoofed, text(200)),
            (Asked::Callback, page(400)),
            (Asked::SignOut, page(200)),
            (Asked::SignedOut, page(200)),
            (Asked::Landing, page(200)),
            (Asked::BackChannelGet, text(405)),
            (Asked::BackChannelGarbage, text(400)),
            (Asked::BackChannelJava, text(400)),
            (
                Asked::Plain,
                answer(308, "").with("location", &format!("{HOST}/")),
            ),
            (Asked::Origin, text(403)),
            (
                Asked::TeamKeys,
                answer(
                    200,
                    &json!({ "keys": [published(rsa(), "RS256")] }).to_string(),
                ),
            ),
            (
                Asked::Staff,
                answer(302, "").with("location", &login("example", TAG)),
            ),
            (
                Asked::Discovery,
                answer(200, &discovery.to_string()).with("date", DATE),
            ),
            (
                Asked::Authorise,
                answer(302, "").with("location", "https://signin.account.gov.uk/"),
            ),
        ];
        let replies = replies.map(|(asked, answer)| (asked, Reply::Answered(answer)));
        Self {
            replies: replies.into(),
            asked: RefCell::default(),
            takes: 16_384,
            blocked: usize::MAX,
            signs: true,
            verified: RefCell::default(),
        }
    }

    /// An answer, to spoil.
    pub fn at(&mut self, asked: Asked) -> &mut Answer {
        match self.replies.get_mut(&asked) {
            Some(Reply::Answered(answer)) => answer,
            _ => panic!("{asked:?} has no answer"),
        }
    }

    /// The status of an origin that takes only so long a head.
    fn head(&self, question: &Question) -> u16 {
        let lines = question.headers.iter();
        let size: usize = lines
            .map(|(name, value)| name.len() + value.len() + 4)
            .sum();
        match (self.replies.get(&Asked::Origin), size > self.takes) {
            (Some(Reply::Answered(answer)), false) => answer.status,
            _ => 431,
        }
    }

    /// No answer.
    pub fn silence(&mut self, asked: Asked) {
        let error = "ECONNRESET".to_owned();
        self.replies.insert(asked, Reply::Failed { error });
    }
}

impl Web for Healthy {
    fn ask(&self, questions: &[Question]) -> Result<Vec<Reply>> {
        self.asked.borrow_mut().extend_from_slice(questions);
        let reply = |question: &Question| match question.asked {
            Asked::AssertionKeysAs(place) if place == self.blocked => {
                Some(Reply::Answered(answer(403, "")))
            }
            Asked::OriginForwarded(_) if !self.replies.contains_key(&question.asked) => {
                self.replies.get(&Asked::Origin).cloned()
            }
            Asked::AssertionKeysAs(_) => self.replies.get(&Asked::AssertionKeys).cloned(),
            Asked::OriginHead => Some(Reply::Answered(answer(self.head(question), "hello"))),
            asked => self.replies.get(&asked).cloned(),
        };
        let replies = questions
            .iter()
            .map(|question| reply(question).context("nobody answers that"));
        replies.collect()
    }

    fn verify(&self, signature: &Signature) -> Result<bool> {
        self.verified.borrow_mut().push(signature.job());
        Ok(self.signs)
    }
}

fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status,
        headers: Vec::new(),
        body: body.to_owned(),
        ms: 20,
        at: NOW,
    }
}

impl Answer {
    /// With a header, in place of any of its name.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.drop(name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    pub fn drop(&mut self, name: &str) {
        self.headers.retain(|(own, _)| own != name);
    }

    /// Changes its JSON.
    pub fn json(&mut self, change: impl Fn(&mut Value)) {
        let mut value = serde_json::from_str(&self.body).unwrap();
        change(&mut value);
        self.body = value.to_string();
    }
}

/// Every question that a subject leads to.
pub fn questions_of(subject: &Subject) -> Vec<Question> {
    let web = Healthy::new();
    questions::ask(subject, &web).unwrap();
    web.asked.into_inner()
}
