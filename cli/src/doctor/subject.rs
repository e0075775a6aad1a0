//! The doctor's subject: a service as `wrangler.toml`, the committed keys and the command line describe it.

use crate::keys::store::Store;
use crate::registration::expected::Expected;
use crate::worker_config::{Route, WorkerConfig};
use anyhow::{Context, Result, bail};
use one_login_edge::config::{Access, Environment, Rule, Service};
use one_login_edge::oidc::vector::Level;
use shell::places::Places;
use std::path::PathBuf;
use url::Url;

/// The environment of `cargo edge dev`.
pub const LOCAL: &str = "local";

/// The options of the command line.
#[derive(clap::Args)]
pub struct Options {
    /// The service's id, as in SERVICE_<ID> in wrangler.toml, in any case
    #[arg(long, value_name = "ID")]
    pub service: String,
    /// The environment in wrangler.toml, such as integration; `local` is what `cargo edge dev` runs
    #[arg(long, value_name = "ENV")]
    pub env: String,
    /// Connect to this address in place of the service's own; the service's host is still asked for
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// The origin's own address, which must refuse whoever comes past the Worker
    #[arg(long, value_name = "URL")]
    pub origin_url: Option<String>,
    /// Send the Worker's signed request to One Login as well, as a browser would
    #[arg(long)]
    pub send: bool,
    /// Look at the configuration and the record of keys alone, and ask no address
    #[arg(long, conflicts_with_all = ["url", "origin_url", "send"])]
    pub offline: bool,
    /// Write a dated pack for your Engagement Manager and service assessment (Markdown)
    #[arg(long, value_name = "FILE")]
    pub evidence: Option<PathBuf>,
    /// How findings are written
    #[arg(long, value_enum, default_value_t = crate::registration::Format::Text)]
    pub format: crate::registration::Format,
    /// Another configuration than the repository's wrangler.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// The newest compatibility date that the installed workerd knows: its package exports the date.
fn runtime_date(places: &Places) -> Option<String> {
    let file = places.root.join("node_modules/workerd/lib/main.js");
    let text = std::fs::read_to_string(file).ok()?;
    let (_, rest) = text.split_once("var compatibilityDate = \"")?;
    rest.split('"').next().map(str::to_owned)
}

/// A service in an environment.
pub struct Subject {
    pub id: String,
    pub environment: String,
    /// The name of the configuration, as people are told it.
    pub file: String,
    /// Faults that close the service.
    pub faults: Vec<String>,
    /// The warnings of the Worker's own parser.
    pub warnings: Vec<String>,
    /// The service as configured; `None` when a fault in the configuration closes it.
    pub expected: Option<Expected>,
    /// The committed record of keys.
    pub keys: Store,
    /// Where accounts are kept; none is near the person.
    pub jurisdiction: Option<&'static str>,
    /// Which of the two session keys seals, `A` or `B`.
    pub session_generation: Option<char>,
    /// By which rules Cloudflare runs the Worker.
    pub compatibility_date: Option<String>,
    /// The newest rules that the runtime on this machine knows.
    pub runtime_date: Option<String>,
    /// The routes at Cloudflare.
    pub routes: Vec<Route>,
    /// Where connections go: scheme, host and port.
    pub base: String,
    /// The host that is asked for where the address is another one's.
    pub name: Option<String>,
    pub offline: bool,
    /// The origin's own address, without a slash at its end.
    pub origin_url: Option<String>,
    pub send: bool,
    /// Whether people come back here who were away to prove their identity.
    pub has_landing_page: bool,
}

impl Subject {
    /// Reads the configuration and the committed record of keys.
    ///
    /// # Errors
    /// When they cannot be read, do not know the service, or an option is no address.
    pub fn read(places: &Places, options: &Options) -> Result<Self> {
        let environment = options.env.as_str();
        let config = match &options.config {
            Some(path) => WorkerConfig::read(path)?,
            None if environment == LOCAL => {
                WorkerConfig::read_local(&crate::dev::newest(places).join("wrangler.json"))
                    .context("run `cargo edge dev` in another terminal first")?
            }
            None => WorkerConfig::of(&places.root)?,
        };
        let id = config.find(environment, &options.service)?;
        let parsed = config.parsed(environment);
        let concerns = |of: &Option<String>| of.as_deref().is_none_or(|name| name == id);
        let texts = |list: &[one_login_edge::config::Fault]| {
            let own = list.iter().filter(|fault| concerns(&fault.service));
            config.said(environment, own)
        };
        let expected = match parsed.services().any(|service| service.id == id) {
            true => Some(Expected::read(&config, environment, &id)?),
            false => None,
        };
        let own = expected
            .as_ref()
            .map(|expected| &expected.service.origin_url);
        let own = own.cloned().unwrap_or_default();
        let url = options.url.as_deref().map(|url| base(url, "--url"));
        let url = url.transpose()?;
        let name = url
            .as_ref()
            .filter(|url| **url != own)
            .and(expected.as_ref());
        let origin = options.origin_url.as_deref();
        Ok(Self {
            faults: texts(&parsed.faults),
            warnings: texts(&parsed.warnings),
            keys: Store::load(config.directory(), &id, environment)?,
            jurisdiction: parsed.jurisdiction,
            session_generation: parsed
                .ring
                .as_ref()
                .map(|ring| ring.fingerprint().0.letter()),
            compatibility_date: config.compatibility_date(environment),
            runtime_date: runtime_date(places),
            routes: config.routes(environment),
            name: name.map(|expected| expected.service.host.clone()),
            base: url.unwrap_or(own),
            offline: options.offline,
            origin_url: origin.map(|url| base(url, "--origin-url")).transpose()?,
            send: options.send,
            has_landing_page: expected
                .as_ref()
                .is_some_and(|expected| expected.service.proves_identity()),
            file: config.name(),
            environment: environment.to_owned(),
            expected,
            id,
        })
    }

    /// Whether no certificate can be expected: the address is this machine's, or the environment is.
    pub fn is_local(&self) -> bool {
        let local = |expected: &Expected| expected.service.environment == Environment::Local;
        self.base.starts_with("http://") || self.expected.as_ref().is_some_and(local)
    }

    /// The address of a path at the Worker.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

/// A path that wants a sign-in, and the level that it wants.
///
/// A listed path if there is one; or a path that no route lists, if such paths are protected.
pub fn protected(service: &Service) -> Option<(String, Level)> {
    let listed = first(service, Access::Required);
    let path = listed.unwrap_or_else(|| "/one-login-doctor".to_owned());
    let rule = rule(service, &path)?;
    (rule.access == Access::Required).then_some((path, rule.level))
}

/// A path that is listed as public.
pub fn public(service: &Service) -> Option<String> {
    first(service, Access::Public)
}

/// A path that is for staff of Cloudflare Access.
pub fn staff(service: &Service) -> Option<String> {
    first(service, Access::CloudflareAccess)
}

fn first(service: &Service, access: Access) -> Option<String> {
    let rules = service.rules.listed().iter();
    let paths = rules.filter(|rule| rule.access == access).map(|rule| {
        let path = rule.pattern.trim_end_matches("/*");
        if path.is_empty() { "/" } else { path }.to_owned()
    });
    let mut fitting =
        paths.filter(|path| rule(service, path).is_some_and(|own| own.access == access));
    fitting.next()
}

fn rule<'a>(service: &'a Service, path: &str) -> Option<&'a Rule> {
    let path = service.path(path).ok()?;
    Some(service.rules.find(&path))
}

/// Scheme, host and port of an address that has nothing else.
fn base(text: &str, option: &str) -> Result<String> {
    let url = Url::parse(text).ok();
    let plain = url.filter(|url| {
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        matches!(url.scheme(), "http" | "https") && bare && url.username().is_empty()
    });
    match plain {
        Some(url) => Ok(url.origin().ascii_serialization()),
        None => bail!("{option} must be an address such as https://203.0.113.7, not `{text}`"),
    }
}
