//! The configuration of a service, from `wrangler.toml` or a project, read by the Worker's own parser.
//!
//! Secrets are write-only and are not here. Where the Worker would find one, a stand-in of the right shape is given to
//! the parser; nothing that is read from a stand-in means anything.

use crate::lines::{Lines, toml};
use crate::stand_in::stand_in;
use anyhow::{Context, Result, bail};
use one_login_edge::config::{Config, Fault, Service, Vars};
use serde_json::{Map, Value, json};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::project::layout::Layout;
use crate::project::preview;
use shell::places::PROJECT;

/// An address at which Cloudflare runs the Worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// A host, with or without a path that may end in `*`.
    pub pattern: String,
    /// Whether the Worker itself is the host's origin, without another server behind it.
    pub is_custom_domain: bool,
}

/// A `wrangler.toml`.
pub struct WorkerConfig {
    path: PathBuf,
    document: Value,
}

impl WorkerConfig {
    /// Reads the configuration below a root: a project's, laid together with the product's part, or `wrangler.toml`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(root: &Path) -> Result<Self> {
        let path = root.join(PROJECT);
        if !path.is_file() {
            return Self::read(&root.join("wrangler.toml"));
        }
        let worker = root.join("node_modules/one-login-edge/worker");
        let document = Layout::read(root, &worker)?.into_value();
        Ok(Self { path, document })
    }

    /// A value of an environment, by the names that lead to it.
    pub fn item(&self, environment: &str, path: &[&str]) -> Option<&Value> {
        let environment = self.document.get("env")?.get(environment)?;
        path.iter()
            .try_fold(environment, |value, name| value.get(name))
    }

    /// A value of the top level.
    pub fn top(&self, name: &str) -> Option<&Value> {
        self.document.get(name)
    }

    /// The path of the file that a person edits.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => bail!(
                "there is no {}; `git checkout wrangler.toml` brings the example back",
                path.display()
            ),
            read => read.with_context(|| format!("{} cannot be read", path.display()))?,
        };
        let document = toml(path.display(), &text)?;
        Ok(Self {
            path: path.to_owned(),
            document,
        })
    }

    /// The whole file as one value.
    pub fn into_document(self) -> Value {
        self.document
    }

    /// Reads what `cargo edge dev` runs: a configuration of one environment without a list of secrets. It becomes the
    /// environment `local`, with the first key of each kind.
    pub fn read_local(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        let mut local: Map<String, Value> = serde_json::from_str(&text)
            .with_context(|| format!("{} is not a configuration", path.display()))?;
        let vars = local.get("vars").and_then(Value::as_object);
        let names = vars.into_iter().flatten().map(|(name, _)| name);
        let ids = names.filter_map(|name| name.strip_prefix("SERVICE_"));
        let own = ids.flat_map(|id| {
            [
                format!("CLIENT_KEY_{id}_A"),
                format!("ASSERTION_KEY_{id}_A"),
            ]
        });
        let required: Vec<_> = own.chain(["SESSION_KEY_A".to_owned()]).collect();
        local.insert("secrets".to_owned(), json!({ "required": required }));
        Ok(Self {
            path: path.to_owned(),
            document: json!({ "env": { "local": local } }),
        })
    }

    /// The file's name.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// The addresses at which Cloudflare runs the Worker of an environment.
    pub fn routes(&self, environment: &str) -> Vec<Route> {
        // wrangler passes routes of the top level on to an environment that names none.
        let places = [&self.document["env"][environment], &self.document];
        let named = places.into_iter().find_map(|place| {
            let list = place["routes"].as_array().cloned();
            list.or_else(|| place.get("route").map(|route| vec![route.clone()]))
        });
        let routes = named.unwrap_or_default();
        let read = |route: &Value| {
            let pattern = route.as_str().or_else(|| route["pattern"].as_str())?;
            Some(Route {
                pattern: pattern.to_owned(),
                is_custom_domain: route["custom_domain"] == true,
            })
        };
        routes.iter().filter_map(read).collect()
    }

    /// The date whose rules Cloudflare's runtime follows; the top level's holds where an environment names none.
    pub fn compatibility_date(&self, environment: &str) -> Option<String> {
        let places = [&self.document["env"][environment], &self.document];
        let named = places
            .into_iter()
            .find_map(|place| place["compatibility_date"].as_str());
        named.map(str::to_owned)
    }

    /// The directory of the file, where what belongs to it is kept too.
    pub fn directory(&self) -> &Path {
        match self.path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        }
    }

    /// Every environment that has variables, in the order of their names.
    pub fn environments(&self) -> Vec<&str> {
        let environments = self.document["env"].as_object();
        let with_vars = environments
            .into_iter()
            .flatten()
            .filter(|(_, environment)| environment["vars"].is_object());
        with_vars.map(|(name, _)| name.as_str()).collect()
    }

    /// The ids of an environment's services, in the order of their names.
    pub fn services(&self, environment: &str) -> Vec<&str> {
        let vars = self.document["env"][environment]["vars"].as_object();
        let names = vars.into_iter().flatten().map(|(name, _)| name);
        names
            .filter_map(|name| name.strip_prefix("SERVICE_"))
            .collect()
    }

    /// A field of a service's table as it is written, if it is a text.
    pub fn text(&self, environment: &str, service: &str, field: &str) -> Option<&str> {
        let table = format!("SERVICE_{service}");
        self.document["env"][environment]["vars"][table][field].as_str()
    }

    /// The id as `wrangler.toml` spells it: `demo` finds `DEMO`.
    pub fn find(&self, environment: &str, service: &str) -> Result<String> {
        let file = self.path.display();
        if !self.environments().contains(&environment) {
            let local = match environment {
                "local" => " (`cargo edge dev` makes the local one, with its own keys and client)",
                _ => "",
            };
            bail!(
                "{file} has no environment {environment:?}{local}; it has {}",
                listed(&self.environments())
            );
        }
        preview::require_named(environment, &self.document["env"][environment]["vars"])?;
        let wanted = service.replace('-', "_");
        let services = self.services(environment);
        let is = |id: &&&str| {
            [service, wanted.as_str()]
                .iter()
                .any(|name| id.eq_ignore_ascii_case(name))
        };
        match services.iter().find(is) {
            Some(id) => Ok((*id).to_owned()),
            None => bail!(
                "{file} has no service {service:?} in {environment}; it has {}",
                listed(&services)
            ),
        }
    }

    /// The whole environment as the Worker would read it.
    pub fn parsed(&self, environment: &str) -> Config {
        Config::parse(&self.vars(environment))
    }

    /// Faults or warnings of an environment in words, each with the file and the line in which it is mended; of a file that is no
    /// TOML, as what `dev` runs, without them.
    pub fn said<'a>(
        &self,
        environment: &str,
        faults: impl IntoIterator<Item = &'a Fault>,
    ) -> Vec<String> {
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        let lines = Lines::new(&text);
        let file = self.name();
        let said = faults.into_iter().map(|fault| match lines.is_known() {
            true => lines.fault(&file, environment, fault),
            false => fault.to_string(),
        });
        said.collect()
    }

    /// A service as the Worker would serve it. A fault that would close it is an error that lists every one.
    pub fn service(&self, environment: &str, id: &str) -> Result<Rc<Service>> {
        self.read_service(environment, id, &self.vars(environment))
    }

    /// The same, with this private key (a JSON Web Key) for its assertions.
    pub fn service_with_key(&self, environment: &str, id: &str, key: &str) -> Result<Rc<Service>> {
        let mut vars = self.vars(environment);
        let active = self.text(environment, id, "assertion_key_active");
        let name = format!("ASSERTION_KEY_{id}_{}", active.unwrap_or("A"));
        vars.insert(name, json!(key));
        self.read_service(environment, id, &vars)
    }

    fn read_service(&self, environment: &str, id: &str, vars: &Vars) -> Result<Rc<Service>> {
        let config = Config::parse(vars);
        if let Some(service) = config.services().find(|service| service.id == id) {
            return Ok(Rc::clone(service));
        }
        let concerns = |service: &Option<String>| service.as_deref().is_none_or(|name| name == id);
        let own = config
            .faults
            .iter()
            .filter(|fault| concerns(&fault.service));
        let faults = self.said(environment, own);
        bail!(
            "the Worker would not serve {id} in {environment}; mend {} first:\n  {}",
            self.path.display(),
            faults.join("\n  ")
        )
    }

    /// The variables that a deployed Worker would see, with stand-ins for its secrets.
    fn vars(&self, environment: &str) -> Vars {
        let place = &self.document["env"][environment];
        let mut vars: Vars = place["vars"].as_object().cloned().unwrap_or_default();
        if preview::is_wild(&vars) {
            preview::fill(&mut vars, None);
        }
        for (kind, name) in [
            ("/kv_namespaces", "binding"),
            ("/services", "binding"),
            ("/durable_objects/bindings", "name"),
        ] {
            let bindings = place.pointer(kind).and_then(Value::as_array);
            let names = bindings.into_iter().flatten();
            vars.extend(
                names.filter_map(|binding| Some((binding[name].as_str()?.to_owned(), json!(true)))),
            );
        }
        let secrets = place["secrets"]["required"].as_array();
        for secret in secrets.into_iter().flatten().filter_map(Value::as_str) {
            vars.insert(secret.to_owned(), json!(stand_in(secret)));
        }
        vars
    }
}

/// Names as a person lists them.
fn listed(names: &[&str]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> WorkerConfig {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        WorkerConfig::read(&root.join("wrangler.toml")).unwrap()
    }

    #[test]
    fn when_wrangler_toml_is_read_then_the_workers_own_parser_reads_the_service() {
        let config = own();
        assert_eq!(config.environments(), ["integration", "production"]);
        let id = config.find("production", "demo").unwrap();
        let service = config.service("production", &id).unwrap();
        assert_eq!(
            service.redirect_uri(),
            "https://demo.example.gov.uk/auth/callback"
        );
        assert_eq!(service.provider.issuer, "https://oidc.account.gov.uk/");
    }

    #[test]
    fn rejects_an_unknown_environment_or_service_and_lists_the_known_ones() {
        let config = own();
        let error = |environment, service| {
            let found = config.find(environment, service);
            found.unwrap_err().to_string()
        };
        assert!(error("staging", "demo").ends_with("it has integration, production"));
        assert!(error("production", "tax").ends_with("in production; it has DEMO"));
    }

    #[test]
    fn when_an_id_has_a_hyphen_then_it_is_found_as_it_is_written() {
        let mut config = own();
        config.document["env"]["production"]["vars"] = json!({ "SERVICE_my-permits": {} });
        assert_eq!(
            config.find("production", "my-permits").unwrap(),
            "my-permits"
        );
        let error = config.find("production", "permits").unwrap_err();
        assert!(error.to_string().ends_with("it has my-permits"), "{error}");
    }

    #[test]
    fn rejects_by_name_a_configuration_fault_that_closes_the_service() {
        let mut config = own();
        config.document["env"]["production"]["vars"]["SERVICE_DEMO"]["scopes"] = json!(["email"]);
        let error = config.service("production", "DEMO").unwrap_err();
        assert!(
            error.to_string().contains("\n  wrangler.toml, line ")
                && error
                    .to_string()
                    .contains(": SERVICE_DEMO.scopes: must include"),
            "{error}"
        );
    }

    #[test]
    fn rejects_a_client_key_that_the_required_secrets_do_not_list() {
        let mut config = own();
        config.document["env"]["production"]["secrets"]["required"] = json!(["SESSION_KEY_A"]);
        let error = config.service("production", "DEMO").unwrap_err();
        assert!(
            error
                .to_string()
                .contains("CLIENT_KEY_DEMO_A: the secret is missing")
        );
    }
}
