//! The deployment: two services with every kind of route, and the changes that a version may make.
//!
//! The table of places is the oracle's as well, which never looks at what the product makes of it.

use one_login_edge::config::{Host, Service};
use serde_json::{Value, json};
use simulator::provider::Provider;

use super::house::Iso;
use crate::world::settings::{registration, service};
use crate::world::{CLIENT, HOST, Setup, keys};

/// The hosts of both services.
pub const HOSTS: [&str; 2] = [HOST, "permits.example.gov.uk"];

/// The clients of both services.
pub const CLIENTS: [&str; 2] = [CLIENT, "permits-client"];

/// The visitors of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Every visitor, and the service learns of no person.
    Public,
    /// Every visitor, and the service learns who is signed in.
    Optional,
    /// A person who is signed in as the place asks.
    Required,
}

/// One kind of place.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The path.
    pub path: &'static str,
    /// Its visitors.
    pub access: Access,
    /// The level that is asked for there.
    pub level: &'static str,
    /// How many seconds ago the person may have signed in.
    pub fresh: Option<i64>,
    /// The claims that the service learns, apart from `sub`.
    pub released: &'static [&'static str],
}

const fn place(path: &'static str, access: Access, level: &'static str) -> Place {
    Place {
        path,
        access,
        level,
        fresh: None,
        released: &[],
    }
}

/// Every place.
pub const PLACES: [Place; 10] = [
    place("/", Access::Public, ""),
    Place {
        released: &["email"],
        ..place("/whoami", Access::Optional, "")
    },
    Place {
        released: &["email", "phone"],
        ..place("/account", Access::Required, "Cl.Cm")
    },
    place("/low", Access::Required, "Cl"),
    Place {
        released: &["wallet_subject_id"],
        ..place("/wallet", Access::Required, "Cl.Cm")
    },
    Place {
        fresh: Some(300),
        ..place("/pay", Access::Required, "Cl.Cm")
    },
    Place {
        fresh: Some(600),
        ..place("/recent", Access::Required, "Cl.Cm")
    },
    Place {
        released: &["coreIdentity", "address"],
        ..place("/apply", Access::Required, "Cl.Cm.P2")
    },
    Place {
        released: &["coreIdentity"],
        ..place("/small", Access::Required, "Cl.Cm.P1")
    },
    Place {
        released: &["returnCode"],
        ..place("/why", Access::Required, "Cl.Cm")
    },
];

/// The place that asks for a sign-in like most.
pub const ACCOUNT: usize = 2;

/// The limits of both services, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long a session lives unused.
    pub idle: i64,
    /// How long it lives at most.
    pub absolute: i64,
    /// How long an account's word is relied on.
    pub check: i64,
    /// How long it is while accounts give no answer.
    pub grace: i64,
}

fn route(place: &Place) -> Value {
    let mut route = json!({ "path": place.path });
    match place.access {
        Access::Public => route["access"] = json!("public"),
        Access::Optional => route["access"] = json!("optional"),
        Access::Required => route["level"] = json!(place.level),
    }
    if !place.released.is_empty() {
        route["release"] = json!(place.released);
    }
    match place.path {
        "/pay" => route["reauthenticate_within"] = json!(place.fresh),
        "/recent" => route["max_age"] = json!(place.fresh),
        "/apply" => route["not_proved"] = json!("/why"),
        _ => {}
    }
    route
}

/// The first version.
pub fn setup(limits: Limits) -> Setup {
    let mut setup = Setup::default();
    setup.registrations.clear();
    let claims = json!(["coreIdentityJWT", "address", "returnCode"]);
    for (number, (host, client)) in HOSTS.iter().zip(CLIENTS).enumerate() {
        let mut table = service(host, client);
        table["routes"] = PLACES.iter().map(route).collect();
        table["registered_claims"] = claims.clone();
        table["session_idle_seconds"] = json!(limits.idle);
        table["session_absolute_seconds"] = json!(limits.absolute);
        table["revocation_check_seconds"] = json!(limits.check);
        table["revocation_grace_seconds"] = json!(limits.grace);
        setup.add_service(["DEMO", "OTHER"][number], table);
        let mut client = registration(client, &format!("https://{host}"));
        client["claims"] = claims.clone();
        client["client_locs"] = json!(["P1", "P2"]);
        client["max_age_enabled"] = json!(true);
        setup.registrations.push(client);
    }
    setup
}

/// The provider, at whose page a person chooses who to be, and which signs in silently within its hour.
pub fn provider(setup: &Setup) -> Provider {
    let mut provider = setup.provider();
    provider.set_automatic(None);
    provider
}

/// Which of the deployment's keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// That of cookies.
    Session,
    /// That of requests to One Login.
    Client,
    /// That of assertions.
    Assertion,
}

/// One step of a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The next key takes the free place.
    Publish,
    /// It is used.
    Use,
    /// The old one goes.
    Remove,
}

/// Does a step of a rotation to a generation: 0 is A, 1 is B.
pub fn rotate(setup: &mut Setup, key: Key, step: Step, to: usize) {
    const LETTERS: [&str; 2] = ["A", "B"];
    let (new, old) = (LETTERS[to], LETTERS[1 - to]);
    let services: &[&str] = &["DEMO", "OTHER"];
    match (key, step) {
        (Key::Session, Step::Publish) => {
            setup.set(&format!("SESSION_KEY_{new}"), keys::SESSION[to]);
        }
        (Key::Session, Step::Use) => setup.set("SESSION_KEY_ACTIVE", new),
        (Key::Session, Step::Remove) => setup.unset(&format!("SESSION_KEY_{old}")),
        (Key::Client | Key::Assertion, _) => {
            let (name, field, material) = match key {
                Key::Client => ("CLIENT_KEY", "client_key_active", keys::CLIENT),
                _ => ("ASSERTION_KEY", "assertion_key_active", keys::ASSERTION),
            };
            for id in services {
                match step {
                    Step::Publish => setup.set(&format!("{name}_{id}_{new}"), material[to]),
                    Step::Use => {
                        let table = setup.vars.get_mut(&format!("SERVICE_{id}"));
                        table.expect("a service")[field] = json!(new);
                    }
                    Step::Remove => setup.unset(&format!("{name}_{id}_{old}")),
                }
            }
        }
    }
}

/// A service as an isolate knows it.
pub fn known(iso: &Iso, host: &str) -> std::rc::Rc<Service> {
    match iso.isolate.config.host(host) {
        Some(Host::Service(service)) => std::rc::Rc::clone(service),
        _ => panic!("{host} is closed"),
    }
}
