//! The whole deployment: which hosts it serves, and what is wrong with the others.

mod conflicts;

use crate::config::map::FastMap;
use crate::config::vars::Vars;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::{MAX_SERVICES, read};
use crate::config::fault::Fault;
use crate::config::service::{Environment, Service};
use crate::config::table::Table;
use crate::oidc::json::Object;
use crate::session::seal::{Generation, Ring, RingFault};

/// The most variables, secrets and bindings that Cloudflare takes.
const MAX_VARIABLES: usize = 128;

/// The largest variable that Cloudflare takes, in bytes.
const MAX_TABLE: usize = 5 * 1_024;

/// One service's table as it was read.
struct Read {
    id: String,
    hosts: Vec<String>,
    service: Option<Rc<Service>>,
}

/// The service or state of a host.
#[derive(Clone, Debug)]
pub enum Host {
    /// Served.
    Service(Rc<Service>),
    /// Another name of a service, which is redirected.
    Alias(Rc<Service>),
    /// Known, but closed by a fault.
    Closed,
}

/// A parsed deployment.
#[derive(Debug)]
pub struct Config {
    hosts: FastMap<String, Host>,
    deployment: Option<Environment>,
    /// Where accounts are kept: `eu`, or `None` for near the person. Changing it signs everybody out.
    pub jurisdiction: Option<&'static str>,
    /// Whether a dataset of Analytics Engine is bound as `NUMBERS`.
    pub has_numbers: bool,
    /// The session keys; `None` closes every service.
    pub ring: Option<Ring>,
    /// Everything that is wrong, for the operator.
    pub faults: Vec<Fault>,
    /// Settings that work but need a look.
    pub warnings: Vec<Fault>,
}

impl Config {
    /// Reads a deployment and reports every fault at once.
    ///
    /// A fault in a service's table or secrets closes that service; one in what all share closes
    /// all. A closed host is still known, so that it answers 500 and not 404.
    #[must_use]
    pub fn parse(vars: &Vars) -> Self {
        let mut config = Self {
            hosts: FastMap::default(),
            deployment: None,
            jurisdiction: None,
            has_numbers: vars.get("NUMBERS") == Some(&Value::Bool(true)),
            ring: None,
            faults: Vec::new(),
            warnings: Vec::new(),
        };
        let deployment = config.read_deployment(vars);
        config.deployment = deployment;
        config.read_ring(vars);
        if vars.get("DOCUMENTS").is_none() {
            config.shared_fault("DOCUMENTS", "the KV namespace is not bound");
        }
        if vars.get("ACCOUNTS").is_none() {
            config.shared_fault("ACCOUNTS", "the Durable Object namespace is not bound");
        }
        if vars.get("NUMBERS").is_some() && !config.has_numbers {
            config.warnings.push(Fault {
                service: None,
                field: "NUMBERS".to_owned(),
                problem: "is no binding, so that nothing is counted".to_owned(),
            });
        }
        config.read_jurisdiction(vars);
        if vars.len() > MAX_VARIABLES {
            let problem =
                format!("Cloudflare allows {MAX_VARIABLES} variables and secrets together");
            config.shared_fault("(variables)", &problem);
        }
        let tables: Vec<_> = vars
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix("SERVICE_")?, value)))
            .collect();
        if tables.is_empty() {
            config.shared_fault("SERVICE_<ID>", "there is no service");
        }
        if tables.len() > MAX_SERVICES {
            let problem = format!("there are more than {MAX_SERVICES} services");
            config.shared_fault("SERVICE_<ID>", &problem);
        }
        let mut read = Vec::new();
        for (id, value) in tables {
            let (hosts, service) = config.read_service(id, value, deployment, vars);
            read.push(Read {
                id: id.to_owned(),
                hosts,
                service,
            });
        }
        config.close_duplicates(&mut read);
        config.close_circles(&mut read);
        let open = config.faults.iter().all(|fault| fault.service.is_some());
        for Read { hosts, service, .. } in read {
            config.place(hosts, service.filter(|_| open));
        }
        config
    }

    /// The service or state of a host, by its name in lower case with a port where it is not the scheme's own.
    #[must_use]
    pub fn host(&self, host: &str) -> Option<&Host> {
        self.hosts.get(host)
    }

    /// Every service that is served.
    pub fn services(&self) -> impl Iterator<Item = &Rc<Service>> {
        self.hosts.values().filter_map(|host| match host {
            Host::Service(service) => Some(service),
            Host::Alias(_) | Host::Closed => None,
        })
    }

    /// Whether any service asks anybody to prove an identity.
    #[must_use]
    pub fn proves_identity(&self) -> bool {
        self.services().any(|service| service.proves_identity())
    }

    /// Whether this is a developer's own machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.deployment == Some(Environment::Local)
    }

    fn shared_fault(&mut self, field: &str, problem: &str) {
        self.faults.push(Fault {
            service: None,
            field: field.to_owned(),
            problem: problem.to_owned(),
        });
    }

    fn read_deployment(&mut self, vars: &Vars) -> Option<Environment> {
        let name = vars.get("DEPLOYMENT").and_then(Value::as_str);
        let deployment = name.and_then(Environment::parse);
        if deployment.is_none() {
            self.shared_fault(
                "DEPLOYMENT",
                "must be \"local\", \"preview\", \"integration\" or \"production\"",
            );
        }
        deployment
    }

    fn read_jurisdiction(&mut self, vars: &Vars) {
        // workerd on a developer's machine knows no jurisdictions.
        let default = if self.is_local() { "none" } else { "eu" };
        let name = vars
            .get("ACCOUNT_JURISDICTION")
            .map_or(Some(default), Value::as_str);
        match name {
            Some("eu") => self.jurisdiction = Some("eu"),
            Some("none") => {}
            _ => self.shared_fault("ACCOUNT_JURISDICTION", "must be \"eu\" or \"none\""),
        }
    }

    fn read_ring(&mut self, vars: &Vars) {
        let mut texts = [None; 3];
        let names = ["SESSION_KEY_ACTIVE", "SESSION_KEY_A", "SESSION_KEY_B"];
        for (text, name) in texts.iter_mut().zip(names) {
            *text = vars.get(name).and_then(Value::as_str);
            if vars.contains_key(name) && text.is_none() {
                self.shared_fault(name, "must be a text");
                return;
            }
        }
        let [active, a, b] = texts;
        let active = active.unwrap_or("A");
        let Some(active) = Generation::parse(active) else {
            self.shared_fault("SESSION_KEY_ACTIVE", "must be \"A\" or \"B\"");
            return;
        };
        match Ring::new(a, b, active) {
            Ok(ring) => self.ring = Some(ring),
            Err(RingFault::ActiveMissing) => {
                let name = format!("SESSION_KEY_{}", active.letter());
                self.shared_fault(&name, "the secret is missing");
            }
            Err(RingFault::Malformed(generation)) => {
                let name = format!("SESSION_KEY_{}", generation.letter());
                self.shared_fault(
                    &name,
                    "must be base64url without padding of 32 random bytes",
                );
            }
            Err(RingFault::Equal) => {
                self.shared_fault("SESSION_KEY_B", "is the same secret as SESSION_KEY_A");
            }
        }
    }

    fn read_service(
        &mut self,
        id: &str,
        value: &Value,
        deployment: Option<Environment>,
        vars: &Vars,
    ) -> (Vec<String>, Option<Rc<Service>>) {
        let fields = fields_of(value);
        let Some(fields) = fields else {
            self.faults.push(Fault {
                service: Some(id.to_owned()),
                field: "(table)".to_owned(),
                problem: "must be a table, or the JSON text of one in which no name comes twice"
                    .to_owned(),
            });
            return (Vec::new(), None);
        };
        let hosts = named_hosts(&fields);
        let table = Table::new(id, &fields);
        // Any branch may be deployed as a preview, so that nothing of another environment is in one.
        if deployment == Some(Environment::Preview) && table.text("environment") != Some("preview")
        {
            self.shared_fault(
                "DEPLOYMENT",
                "a preview has no service of another environment",
            );
        }
        if value.to_string().len() > MAX_TABLE {
            table.fault(
                "(table)",
                "is larger than the 5 KB that Cloudflare allows a variable",
            );
        }
        let service = read::service(&table, deployment, vars, &mut self.warnings);
        let faults = table.finish();
        let sound = faults.is_empty();
        self.faults.extend(faults);
        (hosts, service.filter(|_| sound).map(Rc::new))
    }

    fn place(&mut self, hosts: Vec<String>, service: Option<Rc<Service>>) {
        for host in hosts {
            let entry = match &service {
                None => Host::Closed,
                Some(service) if service.host == host => Host::Service(Rc::clone(service)),
                Some(service) => Host::Alias(Rc::clone(service)),
            };
            self.hosts.insert(host, entry);
        }
    }
}

/// The table of a service, which may arrive as JSON text.
fn fields_of(value: &Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(fields) => Some(fields.clone()),
        Value::String(text) => Object::parse(text.as_bytes())
            .map(Object::into_members)
            .ok(),
        _ => None,
    }
}

/// The hosts that a table names, read before anything else so that a faulty service is still known.
fn named_hosts(fields: &Map<String, Value>) -> Vec<String> {
    let host = fields.get("host").and_then(Value::as_str);
    let aliases = fields.get("aliases").and_then(Value::as_array);
    let aliases = aliases.into_iter().flatten().filter_map(Value::as_str);
    host.into_iter()
        .chain(aliases)
        .map(str::to_ascii_lowercase)
        .collect()
}

#[cfg(test)]
#[path = "deployment_tests.rs"]
mod tests;
