//! A service in an environment as `wrangler.toml` describes it, and the change that names another key.

use crate::keys::cloudflare;
use crate::keys::state::{Kind, Slot};
use crate::lines::ended_like;
use crate::worker_config::WorkerConfig;
use anyhow::{Context, Result, bail, ensure};
use one_login_edge::oidc::vector::Level;
use one_login_edge::session::account::AWAY;
use serde_json::{Map, Value};
use std::fs;
use toml_edit::{DocumentMut, Item, TableLike};

/// The Worker's own default for `session_absolute_seconds`.
const DEFAULT_SESSION: i64 = 43_200;

/// A service in an environment.
pub struct Deployment {
    config: WorkerConfig,
    text: String,
    /// The service's id, as in `SERVICE_<ID>`.
    pub service: String,
    /// The environment's name, as in `[env.<ENV>]`.
    pub environment: String,
}

impl Deployment {
    /// Takes a configuration, where the service is known to be.
    ///
    /// # Errors
    /// When the file cannot be read, or the service has no host.
    pub fn load(config: WorkerConfig, service: &str, environment: &str) -> Result<Self> {
        let text = fs::read_to_string(config.path()).context("wrangler.toml cannot be read")?;
        let deployment = Self {
            config,
            text,
            service: service.to_owned(),
            environment: environment.to_owned(),
        };
        ensure!(
            deployment.own("host").and_then(Value::as_str).is_some(),
            "[env.{environment}.vars.SERVICE_{service}] in wrangler.toml has no host; write the one that people open"
        );
        Ok(deployment)
    }

    /// The name of a key's secret.
    pub fn secret(&self, kind: Kind, slot: Slot) -> String {
        match kind {
            Kind::Session => format!("SESSION_KEY_{slot}"),
            Kind::Client => format!("CLIENT_KEY_{}_{slot}", self.service),
            Kind::Assertion => format!("ASSERTION_KEY_{}_{slot}", self.service),
        }
    }

    /// The variable that names the slot of a key that seals or signs, for people.
    pub const fn variable(kind: Kind) -> &'static str {
        match kind {
            Kind::Session => "SESSION_KEY_ACTIVE",
            Kind::Client => "client_key_active",
            Kind::Assertion => "assertion_key_active",
        }
    }

    /// The slot that is named.
    ///
    /// # Errors
    /// When the value is neither of the two slots.
    pub fn named(&self, kind: Kind) -> Result<Slot> {
        let name = Self::variable(kind);
        let item = match kind {
            Kind::Session => self.item(&["vars", name]),
            Kind::Client | Kind::Assertion => self.own(name),
        };
        match item.map(Value::as_str) {
            None | Some(Some("A")) => Ok(Slot::A),
            Some(Some("B")) => Ok(Slot::B),
            Some(_) => bail!("{name} in wrangler.toml must be \"A\" or \"B\""),
        }
    }

    /// The client id at One Login.
    pub fn client_id(&self) -> &str {
        self.own("client_id")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The address of the client's key set.
    pub fn key_set(&self) -> String {
        let hidden = self.own("publish_well_known_jwks").and_then(Value::as_bool) == Some(false);
        match hidden {
            true => self.page("jwks.json"),
            false => format!("https://{}/.well-known/jwks.json", self.host()),
        }
    }

    /// The address of one of the Worker's own pages.
    pub fn page(&self, name: &str) -> String {
        let prefix = self
            .own("own_path")
            .and_then(Value::as_str)
            .unwrap_or("/auth");
        format!("https://{}{prefix}/{name}", self.host())
    }

    fn host(&self) -> &str {
        self.own("host").and_then(Value::as_str).unwrap_or_default()
    }

    /// How long the session key's seals are of use in this environment, in seconds: the longest absolute limit of a session,
    /// or the time for which an account keeps the place of a person who is away to prove an identity.
    pub fn longest_seal(&self) -> i64 {
        let limit = |service: &Value| {
            let limit = service.get("session_absolute_seconds");
            limit.and_then(Value::as_i64).unwrap_or(DEFAULT_SESSION)
        };
        let sessions = self.tables().map(|(_, service)| limit(service)).max();
        let sessions = sessions.unwrap_or(DEFAULT_SESSION);
        match self.proves_identities() {
            true => sessions.max(AWAY),
            false => sessions,
        }
    }

    /// Whether a service of the environment asks for an identity anywhere.
    pub fn proves_identities(&self) -> bool {
        let asks = |table: &Value| {
            let level = table.get("level").and_then(Value::as_str);
            level
                .and_then(Level::parse)
                .is_some_and(Level::has_identity)
        };
        self.rules().any(asks)
    }

    /// Whether a service of the environment lets in only people who are invited, anywhere.
    pub fn invites(&self) -> bool {
        self.rules().any(|table| table.get("admission").is_some())
    }

    /// The tables of the environment's services, and those of their routes.
    fn rules(&self) -> impl Iterator<Item = &Value> {
        self.tables().flat_map(|(_, service)| {
            let routes = service.get("routes").and_then(Value::as_array);
            routes.into_iter().flatten().chain([service])
        })
    }

    /// The tables of the environment's services, by the names of their variables.
    fn tables(&self) -> impl Iterator<Item = (&str, &Value)> {
        let variables = self.item(&["vars"]).and_then(Value::as_object);
        let all = variables.into_iter().flat_map(Map::iter);
        all.filter_map(|(name, service)| Some((name.strip_prefix("SERVICE_")?, service)))
    }

    /// Whether a deployment is refused without this secret.
    pub fn requires(&self, secret: &str) -> bool {
        self.required().any(|name| name == secret)
    }

    /// The secrets without which a deployment is refused.
    pub fn required(&self) -> impl Iterator<Item = &str> {
        let required = self
            .item(&["secrets", "required"])
            .and_then(Value::as_array);
        let names = required.into_iter().flatten();
        names.filter_map(Value::as_str)
    }

    /// The Worker's name at Cloudflare: the environment's own, or the file's with the environment's name appended.
    pub fn worker(&self) -> String {
        let name = |item: Option<&Value>| item.and_then(Value::as_str).map(str::to_owned);
        name(self.item(&["name"])).unwrap_or_else(|| {
            let name = name(self.config.top("name")).unwrap_or_default();
            format!("{name}-{}", self.environment)
        })
    }

    /// The account that the file names, for the environment or for all.
    pub fn account(&self) -> Option<&str> {
        cloudflare::named(&self.config, &self.environment)
    }

    /// Every service of the environment: its id, host and client id.
    pub fn services(&self) -> Vec<(&str, &str, &str)> {
        fn field<'a>(service: &'a Value, name: &str) -> &'a str {
            let value = service.get(name).and_then(Value::as_str);
            value.unwrap_or_default()
        }
        self.tables()
            .map(|(id, service)| (id, field(service, "host"), field(service, "client_id")))
            .collect()
    }

    /// The file's text with another slot named, also where a deployment is refused without the secret. Everything else
    /// stays as it is.
    ///
    /// # Errors
    /// When the tables are not where they should be.
    pub fn naming(&self, kind: Kind, slot: Slot) -> Result<String> {
        let mut document: DocumentMut = self
            .text
            .parse()
            .context("wrangler.toml is not valid TOML")?;
        let environment = document
            .get_mut("env")
            .and_then(|environments| inside(environments, &self.environment))
            .context("wrangler.toml has no such environment")?;
        let variables = inside(environment, "vars").context("there are no variables")?;
        let table = match kind {
            Kind::Session => Some(variables),
            Kind::Client | Kind::Assertion => {
                inside(variables, &format!("SERVICE_{}", self.service))
            }
        };
        let table = table
            .and_then(Item::as_table_like_mut)
            .context("the service is no table")?;
        set(table, Self::variable(kind), &slot.to_string());
        let required = inside(environment, "secrets")
            .and_then(|secrets| inside(secrets, "required"))
            .and_then(Item::as_array_mut);
        let (old, new) = (self.secret(kind, slot.other()), self.secret(kind, slot));
        for name in required.into_iter().flat_map(toml_edit::Array::iter_mut) {
            if name.as_str() == Some(&old) {
                replace(name, &new);
            }
        }
        Ok(ended_like(&self.text, &document.to_string()))
    }

    /// The file's text as it is.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Writes the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, text: &str) -> Result<()> {
        fs::write(self.config.path(), text).context("wrangler.toml cannot be written")
    }

    fn own(&self, field: &str) -> Option<&Value> {
        self.item(&["vars", &format!("SERVICE_{}", self.service), field])
    }

    fn item(&self, path: &[&str]) -> Option<&Value> {
        self.config.item(&self.environment, path)
    }
}

/// A value of a table, if it is there. `Item::get_mut` would write an empty one: an empty table of secrets means that none is required.
fn inside<'a>(item: &'a mut Item, name: &str) -> Option<&'a mut Item> {
    item.as_table_like_mut()?.get_mut(name)
}

fn set(table: &mut dyn TableLike, name: &str, text: &str) {
    match table.get_mut(name).and_then(Item::as_value_mut) {
        Some(value) => replace(value, text),
        // A is the default.
        None if text == "A" => {}
        None => {
            table.insert(name, toml_edit::value(text));
        }
    }
}

/// Puts another text where a value stood, with the spaces and comments around it.
fn replace(value: &mut toml_edit::Value, text: &str) {
    let decor = value.decor().clone();
    *value = toml_edit::Value::from(text);
    *value.decor_mut() = decor;
}
