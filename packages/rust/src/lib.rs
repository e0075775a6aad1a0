//! Who is asking? A layer for axum services behind One Login at the edge.
//!
//! ```
//! use axum::{Extension, Router, middleware::from_fn_with_state, routing::get};
//! use one_login_edge_origin::{Level, Person, Verifier, one_login, require_level};
//! use std::sync::Arc;
//!
//! async fn account(Extension(person): Extension<Person>) -> String {
//!     person.sub
//! }
//!
//! # async fn your_http_client(url: String) -> Result<Vec<u8>, String> { Err(url) }
//! let verifier = Verifier::new("https://YOUR-HOST", "YOUR-ORIGIN-AUDIENCE", your_http_client).public(&["/", "/assets/*"]);
//! let app: Router = Router::new()
//!     .route("/apply", get(account).layer(from_fn_with_state(Level::P2, require_level)))
//!     .route("/account", get(account))
//!     .layer(from_fn_with_state(Arc::new(verifier), one_login));
//! ```
//!
//! It believes the signed assertion and no other header. `your_http_client` gets the body of an answer with status 200
//! over https, sends [`USER_AGENT`], follows no redirect, and gives up after a few seconds.

mod keys;
mod level;
mod refused;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode};
use keys::KeySet;
pub use level::{Level, require_level};
pub use refused::Refused;
use serde_json::{Map, Value};

/// The `User-Agent` of the request for the keys: some hosts refuse clients without a name of their own.
pub const USER_AGENT: &str = "one-login-edge-origin/1.0.0-rc.1 (rust)";

const HEADER: &str = "one-login-assertion";
const IDENTITY_HEADER: &str = "one-login-identity";
const TYPE: &str = "one-login-assertion+jwt";
const IDENTITY_TYPE: &str = "one-login-identity+jwt";
const IDENTITY_CLAIMS: [&str; 5] = [
    "coreIdentity",
    "address",
    "passport",
    "drivingPermit",
    "returnCode",
];

/// The longest token that is read, in characters.
const LONGEST: usize = 8_192;

/// How far this clock may be behind the edge's, in seconds.
const CLOCKS_DIFFER: i64 = 10;

/// The claims of a token.
pub type Claims = Map<String, Value>;

/// The person who is asking.
#[derive(Clone, Debug)]
pub struct Person {
    /// The person, always the same for this service.
    pub sub: String,
    /// The session; new at every sign-in.
    pub sid: String,
    /// How the person signed in, such as `Cl.Cm`.
    pub vot: String,
    /// All claims of the assertion.
    pub claims: Claims,
    /// The claims of a proved identity, if there are any.
    pub identity: Option<Claims>,
}

/// Gets one line for each refusal, and for each time that keys cannot be fetched.
pub type Log = dyn Fn(&str) + Send + Sync;

/// Knows a good assertion, and which paths need none.
pub struct Verifier {
    issuer: String,
    audience: String,
    public: Vec<String>,
    bound: bool,
    keys: KeySet,
    now: Box<dyn Fn() -> i64 + Send + Sync>,
    log: Arc<Log>,
}

impl Verifier {
    fn refuse(&self, request: &Request, refused: &Refused) -> Response {
        refused.answer(request.headers(), self.log.as_ref())
    }

    /// A verifier for the service at this host; nothing is fetched yet.
    pub fn new<F>(
        issuer: &str,
        audience: &str,
        fetch: impl Fn(String) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Vec<u8>, String>> + Send + 'static,
    {
        let url = format!("{issuer}/auth/assertion-jwks.json");
        Self {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            public: Vec::new(),
            bound: false,
            keys: KeySet::new(url.clone(), move || Box::pin(fetch(url.clone()))),
            now: Box::new(seconds_since_the_epoch),
            log: Arc::new(|line| eprintln!("{line}")),
        }
    }

    /// Lets requests without an assertion pass on these paths, without a [`Person`]: `/about`, or `/assets/*` for
    /// `/assets` and everything below.
    #[must_use]
    pub fn public(mut self, paths: &[&str]) -> Self {
        self.public = paths.iter().map(|&path| path.to_owned()).collect();
        self
    }

    /// Has an assertion count only for the method and path that it names, which the edge's `bind` has it name.
    #[must_use]
    pub fn bound(mut self) -> Self {
        self.bound = true;
        self
    }

    /// Writes the lines about refusals there and not to the standard error.
    #[must_use]
    pub fn with_log(mut self, log: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.log = Arc::new(log);
        self
    }

    /// Takes the time, in seconds since the epoch, from another clock.
    #[must_use]
    pub fn with_clock(mut self, now: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        self.now = Box::new(now);
        self
    }

    /// A path that servers read in two ways is never public.
    fn is_public(&self, path: &str) -> bool {
        let covers = |rule: &String| match rule.strip_suffix("/*") {
            Some(start) => path
                .strip_prefix(start)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
            None => path == rule,
        };
        !has_two_readings(path) && self.public.iter().any(covers)
    }

    /// The person whom a request's headers name; `None` when there is no assertion. The path is the one that arrived,
    /// without query.
    ///
    /// # Errors
    /// [`Refused`] when they name a person without proof.
    pub async fn person(
        &self,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
    ) -> Result<Option<Person>, Refused> {
        let asked = (method.as_str(), format!("{}{path}", self.issuer));
        let has_identity = headers.contains_key(IDENTITY_HEADER);
        match (headers.contains_key(HEADER), has_identity) {
            (false, false) => return Ok(None),
            (false, true) => return Err(wrong_identity("it came without an assertion")),
            (true, _) => {}
        }
        let claims = self.verified(headers, HEADER, TYPE, &asked).await?;
        let required = |name: &str| match text(&claims, name) {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            _ => Err(Refused::with("incomplete", name)),
        };
        let (sub, sid, vot) = (required("sub")?, required("sid")?, required("vot")?);
        if seconds(&claims, "session_exp")? <= (self.now)() {
            return Err(Refused::new("session_over"));
        }
        let mut source = claims.clone();
        if text(&claims, "identity_claims") == Some("header") {
            if !has_identity {
                return Err(wrong_identity("it did not arrive"));
            }
            let second = self.verified(headers, IDENTITY_HEADER, IDENTITY_TYPE, &asked);
            source = second.await?;
            if text(&source, "sub") != Some(&sub) || text(&source, "sid") != Some(&sid) {
                return Err(wrong_identity("it belongs to another session"));
            }
        } else if has_identity {
            return Err(wrong_identity("it was not announced"));
        }
        source.retain(|name, _| IDENTITY_CLAIMS.contains(&name.as_str()));
        let identity = Some(source).filter(|known| !known.is_empty());
        Ok(Some(Person {
            sub,
            sid,
            vot,
            claims,
            identity,
        }))
    }

    /// The claims of the one token in this header.
    async fn verified(
        &self,
        headers: &HeaderMap,
        name: &str,
        typ: &str,
        asked: &(&str, String),
    ) -> Result<Claims, Refused> {
        let malformed = |detail: &str| Refused::with("malformed", detail);
        let mut values = headers.get_all(name).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(malformed("not one header"));
        };
        let token = value.to_str().map_err(|_| malformed("not a token"))?;
        if token.len() > LONGEST || !is_token(token) {
            return Err(malformed("not one token"));
        }
        let header = token.split('.').next().unwrap_or_default();
        let header = URL_SAFE_NO_PAD.decode(header).ok();
        let header: Option<Claims> = header.and_then(|header| serde_json::from_slice(&header).ok());
        let header = header.ok_or_else(|| malformed("the header is no object"))?;
        if text(&header, "alg") != Some("ES256") {
            return Err(Refused::new("wrong_algorithm"));
        }
        if text(&header, "typ") != Some(typ) {
            return Err(Refused::new("wrong_type"));
        }
        if header.contains_key("crit") {
            return Err(Refused::new("critical_extension"));
        }
        let kid = text(&header, "kid").unwrap_or_default();
        let now = (self.now)();
        let key = self.keys.find(kid, now, self.log.as_ref()).await?;
        // The library checks only the signature: what follows is stricter, and goes by one clock.
        let mut only_signature = Validation::new(Algorithm::ES256);
        only_signature.required_spec_claims.clear();
        only_signature.validate_exp = false;
        only_signature.validate_aud = false;
        let claims = decode::<Claims>(token, &key, &only_signature);
        let claims = claims.map_err(|error| match error.kind() {
            ErrorKind::Json(_) => malformed("the claims are no object"),
            _ => Refused::new("wrong_signature"),
        });
        let claims = claims?.claims;
        for (name, expected, reason) in [
            ("iss", &self.issuer, "wrong_issuer"),
            ("aud", &self.audience, "wrong_audience"),
        ] {
            if text(&claims, name) != Some(expected) {
                let said = claims.get(name).unwrap_or(&Value::Null);
                let detail = format!("{expected:?} is expected, it says {said}");
                return Err(Refused::with(reason, detail));
            }
        }
        let (method, address) = asked;
        let names = text(&claims, "htm") == Some(method) && text(&claims, "htu") == Some(address);
        if self.bound && !names {
            return Err(Refused::new("wrong_request"));
        }
        let (end, made) = (seconds(&claims, "exp")?, seconds(&claims, "iat")?);
        if end <= now {
            let detail = format!("{} s ago by this clock", now - end);
            return Err(Refused::with("expired", detail));
        }
        if made > now + CLOCKS_DIFFER {
            let detail = format!("{} s ahead of this clock", made - now);
            return Err(Refused::with("made_ahead", detail));
        }
        Ok(claims)
    }
}

/// Adds the [`Person`] to the request's extensions, and refuses a request that does not prove who is asking.
pub async fn one_login(
    State(verifier): State<Arc<Verifier>>,
    mut request: Request,
    next: Next,
) -> Response {
    // A router that is nested cuts off the path before it.
    let whole = request.extensions().get::<OriginalUri>();
    let whole = whole.map_or(request.uri(), |uri| &uri.0);
    let path = whole.path().to_owned();
    let (method, headers) = (request.method(), request.headers());
    match verifier.person(method, &path, headers).await {
        Ok(Some(person)) => {
            request.extensions_mut().insert(person);
        }
        Ok(None) if verifier.is_public(&path) => {}
        Ok(None) => return verifier.refuse(&request, &Refused::new("no_assertion")),
        Err(refused) => return verifier.refuse(&request, &refused),
    }
    let headers = request.headers().clone();
    let log = Arc::clone(&verifier.log);
    level::answered(next.run(request).await, &headers, log.as_ref())
}

fn wrong_identity(detail: &str) -> Refused {
    Refused::with("wrong_identity", detail)
}

fn is_token(text: &str) -> bool {
    let plain = |part: &str| {
        let of_base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        !part.is_empty() && part.bytes().all(of_base64url)
    };
    text.split('.').count() == 3 && text.split('.').all(plain)
}

fn has_two_readings(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let marks = ["//", "\\", ";", "%2e", "%2f", "%5c", "%25", "%3b", "%00"];
    marks.iter().any(|mark| path.contains(mark))
        || path
            .split('/')
            .any(|segment| segment == "." || segment == "..")
}

fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str()
}

fn seconds(claims: &Claims, name: &str) -> Result<i64, Refused> {
    let seconds = claims.get(name).and_then(Value::as_i64);
    seconds.ok_or_else(|| Refused::with("incomplete", name))
}

fn seconds_since_the_epoch() -> i64 {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH);
    // A clock before 1970 makes everything lie in the future, and so nothing valid.
    passed.map_or(i64::MIN / 2, |passed| passed.as_secs().cast_signed())
}
