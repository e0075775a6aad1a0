//! The fuzz targets: each takes any bytes and asserts the properties that must hold of the result.
//!
//! `tests/fuzz.rs` runs every target over its corpus and over some thousands of changed inputs with
//! every change; `cargo edge assure fuzz` runs them for long, guided by coverage.

use one_login_edge::config::{Config, Vars};
use one_login_edge::gate::http::cookies::{Cookies, imitates};
use one_login_edge::gate::http::request::parameter;
use one_login_edge::oidc::identity::claims::Received;
use one_login_edge::oidc::identity::{core_identity, did};
use one_login_edge::oidc::json::Object;
use one_login_edge::oidc::jwk::{Material, PrivateJwk};
use one_login_edge::oidc::jwks::KeySet;
use one_login_edge::oidc::jws::{Alg, Untrusted, decode, encode};
use one_login_edge::oidc::metadata::Metadata;
use one_login_edge::oidc::token::Tokens;
use one_login_edge::oidc::userinfo::{self, Userinfo};
use one_login_edge::oidc::vector::Level;
use one_login_edge::oidc::{id_token, logout_token};
use one_login_edge::path::CanonicalPath;
use one_login_edge::path::place::safe;
use one_login_edge::session::account::{Account, AccountReply, Question};
use one_login_edge::session::attempt::Attempt;
use one_login_edge::session::circles::Ends;
use one_login_edge::session::pending_sign_out;
use one_login_edge::session::seal::{Generation, Purpose, Ring};
use one_login_edge::session::session::Session;
use serde_json::Value;
use simulator::provider::settings::Client;
use url::Url;

/// A target's name, which is its corpus's too, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("cookie", cookie),
    ("cookie_header", cookie_header),
    ("token", token),
    ("path", path),
    ("query", query),
    ("configuration", configuration),
    ("documents", documents),
    ("registration", registration),
];

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://oidc.account.gov.uk/";
const DID: &str = "did:web:identity.account.gov.uk";
const BINDING: &str = "production licence.example.gov.uk licence-client";
const PURPOSES: [Purpose; 5] = [
    Purpose::Session,
    Purpose::Attempt,
    Purpose::Hint,
    Purpose::Ending,
    Purpose::Place,
];

fn ring() -> Ring {
    let (a, b) = (encode(&[0x41; 32]), encode(&[0x42; 32]));
    Ring::new(Some(&a), Some(&b), Generation::A).expect("two sound keys")
}

/// Cookies without a seal of the Worker open nothing, and a stored value is read back as it was written.
pub fn cookie(data: &[u8]) {
    let (ring, text) = (ring(), String::from_utf8_lossy(data));
    for purpose in PURPOSES {
        assert!(
            ring.open(purpose, BINDING, &text).is_none(),
            "a forged cookie"
        );
        assert!(ring.open_long(purpose, BINDING, &encode(data)).is_none());
    }
    // A good cookie that was changed anywhere is a forged one.
    let good = ring.seal(Purpose::Session, BINDING, [7; 24], data);
    let opened = ring.open_long(Purpose::Session, BINDING, &good);
    assert_eq!(opened.as_deref().map(Vec::as_slice), Some(data));
    let mut bytes = decode(&good).expect("canonical base64url");
    let at = data
        .first()
        .map_or(0, |first| usize::from(*first) % bytes.len());
    bytes[at] ^= 1 << (data.len() % 8);
    assert!(
        ring.open_long(Purpose::Session, BINDING, &encode(&bytes))
            .is_none()
    );
    assert!(!ring.is_authentic(data, &text));

    if let Some(session) = Session::from_bytes(data) {
        assert_eq!(
            Session::from_bytes(&session.to_bytes()).as_ref(),
            Some(&session)
        );
        let _ = session.renewed(NOW);
    }
    if let Some(attempt) = Attempt::from_bytes(data) {
        let again = Attempt::from_bytes(&attempt.to_bytes()).expect("it was read once");
        assert_eq!(
            (again.state(), again.nonce()),
            (attempt.state(), attempt.nonce())
        );
    }
    if let Some(endings) = pending_sign_out::from_bytes(data) {
        assert_eq!(
            pending_sign_out::from_bytes(&pending_sign_out::to_bytes(&endings)),
            Some(endings)
        );
    }
    let ends = Ends::read(std::iter::once(text.as_ref()), NOW);
    let again = Ends::read(std::iter::once(ends.value().as_str()), NOW);
    assert_eq!(again, ends);
    accounts(data);
}

/// An account's stored form, questions and answers have one spelling each, and an account that can be read can be used.
fn accounts(data: &[u8]) {
    if let Some(question) = Question::from_bytes(data) {
        assert_eq!(question.to_bytes(), data);
        Account::default().answer(question, NOW);
    }
    if let Some(reply) = AccountReply::from_bytes(data) {
        assert_eq!(reply.to_bytes(), data);
    }
    if let Ok(mut account) = Account::from_stored(Some(data)) {
        assert!(account.to_stored().is_none_or(|stored| stored == data));
        account.tidy(NOW);
        let stored = account.to_stored();
        let again = Account::from_stored(stored.as_deref()).expect("it was just written");
        assert_eq!(again.to_stored(), stored);
    }
}

/// No header lets a cookie of the Worker's through to the origin.
pub fn cookie_header(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let cookies = Cookies::new(Some(&text));
    if let Some(kept) = cookies.for_origin() {
        // A value may hold the prefix, and no pair begins with it; a comma separates two lines of the header.
        let invisible = |letter: char| letter == '=' || letter.is_whitespace();
        let mut pairs = kept.split([';', ',']);
        let is_ours = |pair: &str| imitates(pair.trim_start_matches(invisible));
        assert!(!pairs.any(is_ours), "{kept:?}");
        let again = Cookies::new(Some(&kept)).for_origin();
        assert_eq!(again.as_ref(), Some(&kept));
    }
    let name = one_login_edge::session::session::NAME;
    let beginning = format!("{name}=");
    let pairs = text.split(';').map(|pair| pair.trim_matches([' ', '\t']));
    let of_name = pairs.filter(|pair| pair.starts_with(&beginning));
    assert_eq!(of_name.count(), cookies.all(name).count());
    assert!(cookies.all(name).all(|value| !value.contains(';')));
    for (name, _) in cookies.attempts() {
        assert!(imitates(name));
    }
}

/// No bytes are two kinds of token, and none without all its claims is one.
pub fn token(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    // As it is, and as the header and claims of a token whose signature was found good.
    let mut halves = data.splitn(2, |byte| *byte == b'\n');
    let (head, body) = (
        halves.next().unwrap_or_default(),
        halves.next().unwrap_or_default(),
    );
    let made = format!("{}.{}.AAAA", encode(head), encode(body));
    for token in [text.as_ref(), &made] {
        let Ok(token) = Untrusted::parse(token) else {
            continue;
        };
        if core_identity::check_header(&token, DID).is_ok() {
            assert!(token.alg == Alg::Es256 && token.key_id.starts_with(&format!("{DID}#")));
        }
        assert!(!token.key_id.is_empty() && token.key_id.len() <= 256);
        assert!(!token.signature().is_empty());
        let (as_id, as_logout) = (
            id_token::check_header(&token),
            logout_token::check_header(&token)
                .and_then(|()| logout_token::check_type(token.typ.as_deref())),
        );
        assert!(
            as_id.is_err() || as_logout.is_err(),
            "one header for two kinds"
        );
        let Ok(claims) = token.unverified() else {
            continue;
        };
        let id = id_token::check(&claims, &id_expected());
        let logout = logout_token::check(
            &claims,
            &logout_token::Expected {
                issuer: ISSUER,
                client_id: "licence-client",
                now: NOW,
            },
        );
        assert!(
            id.is_err() || logout.is_err(),
            "one set of claims for two kinds"
        );
        // A core identity may be signed under the header of an ID token, and never says what one says.
        let core = core_identity::check(&claims, &core_expected());
        assert!(core.is_err() || (id.is_err() && logout.is_err()));
        if let Ok(core) = core {
            assert!(core.until > NOW - 31 && core.until <= NOW + 30 + core_identity::LIFETIME);
            assert!(!claims.has("nonce") && !claims.has("events"));
        }
        if let Ok(id) = id {
            assert_eq!(claims.text("iss"), Ok(Some(ISSUER)));
            assert_eq!(claims.text("nonce"), Ok(Some("the-nonce")));
            assert!((1..=255).contains(&id.subject.chars().count()));
            assert!(
                claims
                    .seconds("exp")
                    .is_ok_and(|exp| exp.is_some_and(|exp| exp > NOW - 31))
            );
        }
        if let Ok(logout) = logout {
            assert!(!claims.has("nonce") && claims.has("events"));
            assert!(logout.issued_at <= NOW + 30);
        }
    }
}

fn core_expected() -> core_identity::Expected<'static> {
    core_identity::Expected {
        issuer: "https://identity.account.gov.uk/",
        client_id: "licence-client",
        subject: "urn:fdc:somebody",
        now: NOW,
    }
}

fn id_expected() -> id_token::Expected<'static> {
    id_token::Expected {
        issuer: ISSUER,
        client_id: "licence-client",
        nonce: "the-nonce",
        access_token: "the-access-token",
        level: Level::ClCm,
        max_age: None,
        now: NOW,
    }
}

/// A path that passes has one spelling, for this reader and for a browser's.
pub fn path(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for (semicolons, slashes) in [(false, false), (true, false), (false, true), (true, true)] {
        let Ok(path) = CanonicalPath::read(&text, semicolons, slashes) else {
            continue;
        };
        assert_eq!(
            CanonicalPath::read(&path.text, semicolons, slashes),
            Ok(path.clone()),
            "a fixed point"
        );
        let url = Url::parse("https://service.invalid").expect("a constant");
        let url = url.join(&path.text).expect("a path is an address");
        assert_eq!(
            (url.path(), url.host_str()),
            (path.text.as_str(), Some("service.invalid"))
        );
        assert!(path.text.bytes().all(|byte| byte.is_ascii_graphic()));
        assert!(
            !path
                .text
                .split('/')
                .any(|segment| segment == ".." || segment == ".")
        );
        assert!(!path.text.contains("//") && !path.text.contains('\\'));
        assert!(path.folded.starts_with('/') && !path.folded.contains("//"));
        assert!(semicolons || !path.text.contains(';'));
        assert!(slashes || !path.has_slash());
        assert!(!path.folded.split('/').any(|segment| segment == ".."));
    }
}

/// No parameter leads away from the host, and reading one twice gives the same.
pub fn query(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let read = |path: &str| CanonicalPath::read(path, true, true);
    for name in ["return_to", "code", "state", "everywhere"] {
        let value = parameter(Some(&text), name);
        assert_eq!(value, parameter(Some(&text), name));
        for wanted in [value.as_deref().unwrap_or_default(), &text] {
            let led = safe(wanted, &["/auth"], &read);
            assert!(led.starts_with('/') && !led.starts_with("//"), "{led:?}");
            assert!(
                led.bytes()
                    .all(|byte| byte.is_ascii_graphic() && byte != b'\\'),
                "{led:?}"
            );
            let own = Url::parse("https://service.invalid/a/b").expect("a constant");
            let there = own.join(&led).expect("a path is an address");
            assert_eq!(
                (there.scheme(), there.host_str()),
                ("https", Some("service.invalid")),
                "{led:?}"
            );
            assert!(
                there.path() != "/auth" && !there.path().starts_with("/auth/"),
                "{led:?}"
            );
            assert_eq!(safe(&led, &["/auth"], &read), led, "once safe, always safe");
        }
    }
}

/// Every configuration is served or reported as a fault, and faults show no secret.
pub fn configuration(data: &[u8]) {
    let Ok(Value::Object(given)) = serde_json::from_slice(data) else {
        return;
    };
    let mut vars = Vars::new();
    vars.extend(given);
    let secret = encode(&[0x41; 32]);
    vars.insert("SESSION_KEY_A".to_owned(), Value::String(secret.clone()));
    let config = Config::parse(&vars);
    for fault in &config.faults {
        assert!(
            !format!("{fault:?}").contains(&secret),
            "a fault shows a secret"
        );
    }
}

/// Documents and answers of the provider's: every endpoint stays at home, every key is a strong one.
pub fn documents(data: &[u8]) {
    let _ = Object::parse(data);
    if let Ok(metadata) = Metadata::parse(data, ISSUER, false) {
        let endpoints = [
            Some(&metadata.authorization_endpoint),
            Some(&metadata.token_endpoint),
            Some(&metadata.userinfo_endpoint),
            Some(&metadata.jwks_uri),
            metadata.end_session_endpoint.as_ref(),
        ];
        for endpoint in endpoints.into_iter().flatten() {
            let url = Url::parse(endpoint).expect("an address that was checked");
            let home = (url.scheme(), url.host_str(), url.port());
            assert_eq!(
                home,
                ("https", Some("oidc.account.gov.uk"), None),
                "{endpoint}"
            );
        }
    }
    let _ = KeySet::parse(data);
    let _ = did::keys(data, DID);
    if let Ok(object) = Object::parse(data)
        && let Some(material) = Material::read(&object)
    {
        let again = Object::parse(material.to_json().as_bytes()).expect("JSON that was written");
        assert_eq!(Material::read(&again).as_ref(), Some(&material));
        assert_eq!(material.thumbprint().len(), 43);
    }
    if let Ok(text) = std::str::from_utf8(data) {
        for alg in [Alg::Rs256, Alg::Ps256, Alg::Es256] {
            if let Ok(key) = PrivateJwk::parse(text, alg) {
                let published = key.published(alg).to_string();
                assert!(
                    !published.contains("\"d\""),
                    "a private number is published"
                );
            }
        }
    }
    for status in [200, 400, 503] {
        let _ = Tokens::parse(status, data);
        if let Ok(answer) = userinfo::answer(status, data, "urn:fdc:somebody") {
            assert_eq!(answer.text("sub"), Ok(Some("urn:fdc:somebody")));
            let _ = Userinfo::read(&answer);
            let _ = Received::read(&answer);
        }
    }
}

/// A client's registration, as the simulated provider reads it: every client has a name of its own.
pub fn registration(data: &[u8]) {
    let Ok(clients) = Client::list_from_json(&String::from_utf8_lossy(data)) else {
        return;
    };
    let mut ids: Vec<_> = clients.iter().map(|client| &client.client_id).collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "one client twice");
    for client in &clients {
        assert!(!client.redirect_uris.is_empty());
        let _ = client.sector();
    }
}
