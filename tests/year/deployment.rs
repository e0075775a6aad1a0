//! The deployment: two services with every kind of route, and the changes that a version may make.
//!
//! The table of places is the oracle's as well, which never reads the product's view of it.

use one_login_edge::config::{Host, Service};
use serde_json::json;
use simulator::provider::Provider;

use super::house::Iso;
use super::rules::Rules;
use crate::world::settings::{registration, service};
use crate::world::{CLIENT, HOST, Setup, keys};

/// The hosts of both services.
pub const HOSTS: [&str; 2] = [HOST, "permits.example.gov.uk"];

/// The names of both services in the configuration.
pub const SERVICES: [&str; 2] = ["DEMO", "OTHER"];

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
    /// Programs, with credentials that the service judges.
    Api,
    /// Staff, with a token of their Cloudflare Access team.
    Staff,
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
    /// Whether only people who are invited may come there, where the services invite.
    pub is_invited: bool,
    /// Whether an assertion names the request that it is for.
    pub is_bound: bool,
}

const fn place(path: &'static str, access: Access, level: &'static str) -> Place {
    Place {
        path,
        access,
        level,
        fresh: None,
        released: &[],
        is_invited: false,
        is_bound: false,
    }
}

/// Every place.
pub const PLACES: [Place; 16] = [
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
    Place {
        is_invited: true,
        ..place("/beta", Access::Required, "Cl.Cm")
    },
    Place {
        is_bound: true,
        ..place("/bound", Access::Required, "Cl.Cm")
    },
    place("/live", Access::Required, "Cl.Cm"),
    place("/welcome", Access::Required, "Cl"),
    place("/api", Access::Api, ""),
    place("/staff", Access::Staff, ""),
];

/// The first places are for people.
pub const PEOPLES: usize = 14;

/// The place that releases the most of an identity.
pub const APPLY: usize = 7;

/// The arrival path of the service that has one.
pub const WELCOME: usize = 13;

/// That service.
pub const ARRIVING: usize = 1;

/// The place of programs.
pub const API: usize = 14;

/// The place of staff.
pub const STAFF: usize = 15;

/// The staff's team, and the audience tag of their application.
pub const TEAM: &str = "https://example.cloudflareaccess.com";
pub const AUDIENCE: &str = "5e1f4c0d9a27b3688c41f0e2d7935ab61c0f8e4472d95b3ea8167c24f90b3d51";

/// The place that asks for a sign-in like most.
pub const ACCOUNT: usize = 2;

/// The places that ask for an identity.
pub const PROVING: [usize; 2] = [7, 8];

/// The places at which the service may ask for more than their routes do.
pub const ASKING: [usize; 4] = [1, ACCOUNT, 3, 4];

/// The place whose WebSockets close with the session.
pub const LIVE: usize = 12;

/// The first version.
pub fn setup(rules: Rules) -> Setup {
    let mut setup = Setup::default();
    setup.registrations.clear();
    let claims = json!(["coreIdentityJWT", "address", "returnCode"]);
    for (number, (host, client)) in HOSTS.iter().zip(CLIENTS).enumerate() {
        let mut table = service(host, client);
        table["registered_claims"] = claims.clone();
        setup.add_service(SERVICES[number], table);
        let mut client = registration(client, &format!("https://{host}"));
        client["claims"] = claims.clone();
        client["client_locs"] = json!(["P1", "P2"]);
        client["max_age_enabled"] = json!(true);
        setup.registrations.push(client);
    }
    rules.configure(&mut setup);
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

const LETTERS: [&str; 2] = ["A", "B"];

/// Does a step of a rotation to a generation: 0 is A, 1 is B.
pub fn rotate(setup: &mut Setup, key: Key, step: Step, to: usize) {
    let (new, old) = (LETTERS[to], LETTERS[1 - to]);
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
            for id in SERVICES {
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

/// Puts another key in the place of a leaked one and takes every older one away, where no rotation has used
/// both already.
pub fn replace(setup: &mut Setup, key: Key) -> bool {
    let names: Vec<String> = match key {
        Key::Session => vec!["SESSION_KEY".to_owned()],
        Key::Client => SERVICES.map(|id| format!("CLIENT_KEY_{id}")).into(),
        Key::Assertion => SERVICES.map(|id| format!("ASSERTION_KEY_{id}")).into(),
    };
    let material = match key {
        Key::Session => keys::SESSION,
        Key::Client => keys::CLIENT,
        Key::Assertion => keys::ASSERTION,
    };
    let fresh = |name: &String| {
        let first = setup.vars.get(&format!("{name}_A"));
        first == Some(&json!(material[0])) && !setup.vars.contains_key(&format!("{name}_B"))
    };
    let is_possible = names.iter().all(fresh);
    for name in names.iter().filter(|_| is_possible) {
        setup.set(&format!("{name}_A"), material[1]);
    }
    is_possible
}

/// A service as an isolate knows it.
pub fn known(iso: &Iso, host: &str) -> std::rc::Rc<Service> {
    match iso.isolate.config.host(host) {
        Some(Host::Service(service)) => std::rc::Rc::clone(service),
        _ => panic!("{host} is closed"),
    }
}
