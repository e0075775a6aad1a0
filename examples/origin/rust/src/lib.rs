//! Who is asking? A layer for axum services behind One Login at the edge.
//!
//! ```
//! use axum::{Extension, Router, middleware::from_fn_with_state, routing::get};
//! use one_login_origin::{Person, Verifier, one_login};
//! use std::sync::Arc;
//!
//! async fn account(Extension(person): Extension<Person>) -> String {
//!     person.sub
//! }
//!
//! # async fn your_http_client(url: String) -> Result<Vec<u8>, String> { Err(url) }
//! let verifier = Verifier::new("https://YOUR-HOST", "YOUR-ORIGIN-AUDIENCE", your_http_client);
//! let app: Router = Router::new()
//!     .route("/account", get(account))
//!     .layer(from_fn_with_state(Arc::new(verifier), one_login));
//! ```
//!
//! It believes the signed assertion and no other header. `your_http_client` gets the body of an answer with status 200
//! over https, follows no redirect, and gives up after a few seconds.

mod keys;

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use keys::KeySet;
use serde_json::{Map, Value};

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

/// Who is asking.
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

/// What a request does not prove.
#[derive(Debug)]
pub struct Refused(&'static str);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Refused {}

/// What a good assertion is.
pub struct Verifier {
    issuer: String,
    audience: String,
    optional: bool,
    bound: bool,
    keys: KeySet,
    now: Box<dyn Fn() -> i64 + Send + Sync>,
}

impl Verifier {
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
            optional: false,
            bound: false,
            keys: KeySet::new(move || Box::pin(fetch(url.clone()))),
            now: Box::new(seconds_since_the_epoch),
        }
    }

    /// Lets requests without an assertion pass, without a [`Person`].
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Has an assertion count only for the method and path that it names, which the edge's `bind` has it name.
    #[must_use]
    pub fn bound(mut self) -> Self {
        self.bound = true;
        self
    }

    /// Takes the time, in seconds since the epoch, from another clock.
    #[must_use]
    pub fn with_clock(mut self, now: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        self.now = Box::new(now);
        self
    }

    /// The person whom a request's headers name, or `None`. The path is the one that arrived, without query.
    ///
    /// # Errors
    /// [`Refused`] when they name somebody without proof.
    pub async fn person(
        &self,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
    ) -> Result<Option<Person>, Refused> {
        let asked = (method.as_str(), format!("{}{path}", self.issuer));
        if !headers.contains_key(HEADER) && !headers.contains_key(IDENTITY_HEADER) {
            return Ok(None);
        }
        let claims = self.verified(headers, HEADER, TYPE, &asked).await?;
        let required = |name: &str| match text(&claims, name) {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            _ => Err(Refused("it names nobody")),
        };
        let (sub, sid, vot) = (required("sub")?, required("sid")?, required("vot")?);
        if seconds(&claims, "session_exp").is_none_or(|end| end <= (self.now)()) {
            return Err(Refused("the session is over"));
        }
        let mut source = claims.clone();
        if text(&claims, "identity_claims") == Some("header") {
            source = self
                .verified(headers, IDENTITY_HEADER, IDENTITY_TYPE, &asked)
                .await?;
            if text(&source, "sub") != Some(&sub) || text(&source, "sid") != Some(&sid) {
                return Err(Refused("somebody else's identity"));
            }
        } else if headers.contains_key(IDENTITY_HEADER) {
            return Err(Refused("an identity that was not announced"));
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
        let mut values = headers.get_all(name).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(Refused("not one header"));
        };
        let token = value.to_str().map_err(|_| Refused("not a token"))?;
        if token.len() > LONGEST || token.split('.').count() != 3 {
            return Err(Refused("not one token"));
        }
        let header = decode_header(token).map_err(|_| Refused("not a token"))?;
        if header.typ.as_deref() != Some(typ) || header.crit.is_some() {
            return Err(Refused("another type"));
        }
        let kid = header.kid.ok_or(Refused("no key id"))?;
        let now = (self.now)();
        let key = self
            .keys
            .find(&kid, now)
            .await
            .ok_or(Refused("no such key"))?;
        // The library checks the signature alone: what follows is stricter, and goes by one clock.
        let mut only_signature = Validation::new(Algorithm::ES256);
        only_signature.required_spec_claims.clear();
        only_signature.validate_exp = false;
        only_signature.validate_aud = false;
        let claims = decode::<Claims>(token, &key, &only_signature)
            .map_err(|_| Refused("a wrong signature"))?
            .claims;
        if text(&claims, "iss") != Some(&self.issuer)
            || text(&claims, "aud") != Some(&self.audience)
        {
            return Err(Refused("for somebody else"));
        }
        let (method, address) = asked;
        let names = text(&claims, "htm") == Some(method) && text(&claims, "htu") == Some(address);
        if self.bound && !names {
            return Err(Refused("for another request"));
        }
        let over = seconds(&claims, "exp").is_none_or(|end| end <= now);
        if over || seconds(&claims, "iat").is_none_or(|made| made > now + CLOCKS_DIFFER) {
            return Err(Refused("not valid now"));
        }
        Ok(claims)
    }
}

/// Adds the [`Person`] to the request's extensions, and answers 401 when nobody is proved to ask.
pub async fn one_login(
    State(verifier): State<Arc<Verifier>>,
    mut request: Request,
    next: Next,
) -> Response {
    // A router that is nested cuts off the path before it.
    let whole = request.extensions().get::<OriginalUri>();
    let path = whole.map_or(request.uri(), |uri| &uri.0).path();
    let (method, headers) = (request.method(), request.headers());
    match verifier.person(method, path, headers).await {
        Ok(Some(person)) => {
            request.extensions_mut().insert(person);
        }
        Ok(None) if verifier.optional => {}
        Ok(None) | Err(_) => {
            let headers = [(header::CACHE_CONTROL, "no-store")];
            return (StatusCode::UNAUTHORIZED, headers).into_response();
        }
    }
    next.run(request).await
}

fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str()
}

fn seconds(claims: &Claims, name: &str) -> Option<i64> {
    claims.get(name)?.as_i64()
}

fn seconds_since_the_epoch() -> i64 {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH);
    // A clock before 1970 makes everything lie in the future, and so nothing valid.
    passed.map_or(i64::MIN / 2, |passed| passed.as_secs().cast_signed())
}
