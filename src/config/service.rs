//! One service: a host with its own client, keys, routes and limits.

use crate::config::headers::Removed;
use crate::config::locale::{Language, Localised};
use crate::config::proof::{Signals, TokenAuth};
use crate::config::routes::Rules;
pub use crate::config::signers::{AccessTeam, ServiceKeys};
use crate::config::{Admission, Branding, Locale};
pub use crate::oidc::identity::claims::Claim;
use crate::oidc::jwk::PrivateJwk;
use crate::oidc::jws::Alg;
use crate::oidc::vector::Level;
use crate::path::{Ambiguous, CanonicalPath};
use crate::secret::Secret;
use crate::session::seal::Generation;
use crate::session::session::Limits;

/// Which GOV.UK One Login a service uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// A provider on this machine, over http.
    Local,
    /// A simulated provider at a public address, for a change that is looked at before it is merged.
    Preview,
    /// `oidc.integration.account.gov.uk`.
    Integration,
    /// `oidc.account.gov.uk`.
    Production,
}

impl Environment {
    /// Reads `local`, `preview`, `integration` or `production`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "local" => Some(Self::Local),
            "preview" => Some(Self::Preview),
            "integration" => Some(Self::Integration),
            "production" => Some(Self::Production),
            _ => None,
        }
    }

    /// The name in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Preview => "preview",
            Self::Integration => "integration",
            Self::Production => "production",
        }
    }
}

/// The provider's names and addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// The issuer of ID tokens, with its trailing slash.
    pub issuer: String,
    /// The issuer of core identity JWTs.
    pub identity_issuer: String,
    /// Where the DID document is.
    pub did_url: String,
    /// The DID document's id.
    pub did_id: String,
    /// Where the keys of Signal Exchange are.
    pub signal_keys: String,
    /// Whether http is allowed, which it is locally.
    pub insecure: bool,
}

impl Provider {
    /// The provider of an environment; `None` for those whose addresses are configured.
    ///
    /// Source: `provider.md` 0 and 8b.18.
    #[must_use]
    pub fn of(environment: Environment) -> Option<Self> {
        let infix = match environment {
            Environment::Local | Environment::Preview => return None,
            Environment::Integration => "integration.",
            Environment::Production => "",
        };
        let identity = format!("identity.{infix}account.gov.uk");
        let transmitter = match environment {
            Environment::Production => "shared-signals-transmitter.transaction.",
            _ => "ssf-transmitter.transaction.integration.",
        };
        Some(Self {
            signal_keys: format!("https://{transmitter}account.gov.uk/jwks.json"),
            issuer: format!("https://oidc.{infix}account.gov.uk/"),
            identity_issuer: format!("https://{identity}/"),
            did_url: format!("https://{identity}/.well-known/did.json"),
            did_id: format!("did:web:{identity}"),
            insecure: false,
        })
    }

    /// Where the discovery document is.
    #[must_use]
    pub fn discovery_url(&self) -> String {
        format!("{}.well-known/openid-configuration", self.issuer)
    }
}

/// Where requests go that may pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The host's own origin, behind the route.
    Route,
    /// Another host: scheme, host and port.
    Url(String),
    /// A Worker behind a service binding of this name.
    Binding(String),
}

/// How soon a session that was ended elsewhere is noticed here, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// How long a positive answer of the account is relied on; 0 asks with every request.
    pub check: i64,
    /// How long one is relied on when the account cannot be reached.
    pub grace: i64,
}

/// The keys of one use in their generations.
#[derive(Clone, Debug)]
pub struct KeyPair {
    /// The generation that signs.
    pub generation: Generation,
    /// The key that signs.
    pub active: PrivateJwk,
    /// The other generation's key, which is published as well.
    pub other: Option<PrivateJwk>,
}

impl KeyPair {
    /// Every key that is published, the signing one first.
    pub fn all(&self) -> impl Iterator<Item = &PrivateJwk> {
        std::iter::once(&self.active).chain(&self.other)
    }
}

/// A service that can be served.
#[derive(Debug)]
pub struct Service {
    /// The id in variable names: capitals, digits and underscores.
    pub id: String,
    /// The host with a port where it is not the scheme's own.
    pub host: String,
    /// Scheme and host: what browsers call the service's origin.
    pub origin_url: String,
    /// Hosts that are redirected to [`Service::host`].
    pub aliases: Vec<String>,
    /// The environment, which equals the deployment's.
    pub environment: Environment,
    /// The provider of the environment.
    pub provider: Provider,
    /// The client id.
    pub client_id: String,
    /// The service's name.
    pub name: Localised,
    /// How its pages look and where they lead.
    pub branding: Branding,
    /// The prefix of the edge's own pages, without a trailing slash.
    pub own_path: String,
    /// The path of the callback.
    pub redirect_path: String,
    /// The scopes, separated by spaces, `openid` first.
    pub scope: String,
    /// Claims that are registered for the client.
    pub registered_claims: Vec<Claim>,
    /// The languages of its pages, the preferred one first.
    pub locales: Vec<Locale>,
    /// Where requests name one of them, before the browser's own wish.
    pub language: Language,
    /// How it proves itself at the token endpoint.
    pub token_auth: TokenAuth,
    /// The algorithm of request objects and client assertions: RS256 or PS256.
    pub request_alg: Alg,
    /// The algorithm of this client's ID tokens: ES256 or RS256.
    pub id_token_alg: Alg,
    /// The keys of request objects and client assertions.
    pub client_keys: KeyPair,
    /// The keys of assertions to the origin.
    pub assertion_keys: KeyPair,
    /// The keys of the service's own messages; without any, the edge takes none.
    pub service_keys: Option<ServiceKeys>,
    /// The team whose staff may use `cloudflare-access` routes, if the service has one.
    pub access_team: Option<AccessTeam>,
    /// The receiver of Signal Exchange; without it, the edge takes no signal.
    pub signals: Option<Signals>,
    /// Whether the service may fetch identity claims that fit no header, with a token by one of these keys.
    pub claims_by_reference: bool,
    /// Whether the service's switch in KV is looked for.
    pub switch: bool,
    /// Whether `/.well-known/jwks.json` publishes the client's keys too.
    pub publish_well_known_jwks: bool,
    /// How long sessions live.
    pub limits: Limits,
    /// How soon an ended session is noticed.
    pub revocation: Revocation,
    /// Where requests go.
    pub origin: Origin,
    /// Headers with secret values for the origin, names in lower case.
    pub origin_headers: Vec<(String, Secret)>,
    /// Headers that the origin does not get.
    pub removed: Removed,
    /// The audience of assertions.
    pub origin_audience: String,
    /// Origins whose preflights are answered and that may read our refusals.
    pub cors_origins: Vec<String>,
    /// The headers that scripts of these origins may send, as the value of a header.
    pub cors_headers: String,
    /// Other origins that may open WebSockets.
    pub websocket_origins: Vec<String>,
    /// Whether paths may hold `;`.
    pub allow_semicolons: bool,
    /// The longest head of a request that the origin takes, in bytes: the request line and every header.
    pub origin_header_limit: usize,
    /// The level of a sign-in that no rule asks for.
    pub level: Level,
    /// The path that people reach first after a new session, in each language, if the service has one.
    pub arrival: Option<Localised>,
    /// The people who may come in.
    pub admission: Admission,
    /// The rules of the service's paths.
    pub rules: Rules,
    /// The binding of sealed cookies: environment, host and client.
    pub binding: String,
}

impl Service {
    /// The path of a request or of a place on this host, in its one spelling.
    ///
    /// # Errors
    /// [`Ambiguous`] for one that can be read in two ways, or that an origin could take for one of a stricter route.
    pub fn path(&self, raw: &str) -> Result<CanonicalPath, Ambiguous> {
        let path = CanonicalPath::read(raw, self.allow_semicolons, true)?;
        match self.rules.obscure(&path) {
            true => Err(Ambiguous),
            false => Ok(path),
        }
    }

    /// Whether anybody is asked to prove an identity anywhere in the service.
    #[must_use]
    pub fn proves_identity(&self) -> bool {
        self.highest_level().has_identity()
    }

    /// The highest level that anybody is asked for.
    #[must_use]
    pub fn highest_level(&self) -> Level {
        let levels = self.rules.listed().iter().map(|rule| rule.level);
        levels.fold(self.level, Level::max)
    }

    /// The full names of the claims that are asked for with an identity: the core identity, the
    /// return code if it is registered, and what any route releases.
    #[must_use]
    pub fn requested_claims(&self) -> Vec<&'static str> {
        let released = |claim: Claim| {
            let mut rules = self.rules.listed().iter();
            rules.any(|rule| rule.release.identity[claim as usize])
        };
        let wanted = |claim: &Claim| match claim {
            Claim::CoreIdentityJwt => true,
            Claim::ReturnCode => self.registered_claims.contains(claim),
            _ => released(*claim),
        };
        let wanted = Claim::ALL.into_iter().filter(wanted);
        wanted.map(Claim::name).collect()
    }

    /// Whether the path is the Worker's own in any reading, so that no origin ever sees it.
    #[must_use]
    pub fn has_own(&self, path: &CanonicalPath) -> bool {
        path.is_below(&self.own_path) || path.folded == self.redirect_path.to_lowercase()
    }

    /// The registered redirect address.
    #[must_use]
    pub fn redirect_uri(&self) -> String {
        format!("{}{}", self.origin_url, self.redirect_path)
    }

    /// The `User-Agent` of every call to the provider, which refuses calls without one.
    #[must_use]
    pub fn user_agent(&self) -> String {
        let version = env!("CARGO_PKG_VERSION");
        format!("one-login-edge/{version} ({})", self.origin_url)
    }

    /// The address of one of the edge's own pages; `page` has no leading slash.
    #[must_use]
    pub fn own_page(&self, page: &str) -> String {
        format!("{}/{page}", self.own_path)
    }
}
