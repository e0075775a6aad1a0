//! The rules of a version: its limits and its routes, which another version may change.

use serde_json::{Value, json};

use super::by_service;
use super::deployment::{ARRIVING, AUDIENCE, Access, HOSTS, PLACES, Place, SERVICES, WELCOME};
use crate::world::Setup;

/// The limits of both services, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long a session lives unused.
    pub idle: i64,
    /// How long it lives at most.
    pub absolute: i64,
    /// How long an account's answer is valid.
    pub check: i64,
    /// How long it is while accounts give no answer.
    pub grace: i64,
}

/// The rules of a version, which another may change.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// The limits.
    pub limits: Limits,
    /// Whether `/low` asks for the level that most places ask for.
    pub is_low_raised: bool,
    /// Whether `/whoami` asks for a sign-in.
    pub is_whoami_closed: bool,
    /// Whether the second service, and `/beta` of the first, are for people who are invited.
    pub invites: bool,
}

/// A change of the rules.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    /// Of limits.
    Limits(Limits),
    /// Of a level: [`Rules::is_low_raised`].
    Level,
    /// Of a route: [`Rules::is_whoami_closed`].
    Route,
}

impl Rules {
    /// Those of the first version.
    pub const fn new(limits: Limits, invites: bool) -> Self {
        Self {
            limits,
            is_low_raised: false,
            is_whoami_closed: false,
            invites,
        }
    }

    /// The rules after a change.
    pub const fn changed(mut self, change: Change) -> Self {
        match change {
            Change::Limits(limits) => self.limits = limits,
            Change::Level => self.is_low_raised = !self.is_low_raised,
            Change::Route => self.is_whoami_closed = !self.is_whoami_closed,
        }
        self
    }

    /// A place by these rules.
    pub fn place(&self, number: usize) -> Place {
        let place = Place {
            is_invited: PLACES[number].is_invited && self.invites,
            ..PLACES[number]
        };
        match place.path {
            "/low" if self.is_low_raised => Place {
                level: "Cl.Cm",
                ..place
            },
            "/whoami" if self.is_whoami_closed => Place {
                access: Access::Required,
                level: "Cl",
                ..place
            },
            _ => place,
        }
    }

    /// Writes them into the tables of both services.
    pub fn configure(&self, setup: &mut Setup) {
        for (number, id) in SERVICES.into_iter().enumerate() {
            let table = setup.vars.get_mut(&format!("SERVICE_{id}"));
            let table = table.expect("a service");
            let places = (0..PLACES.len()).map(|number| self.place(number));
            let is_first = number == 0;
            // Where a whole service is for invited people, a route says nothing of it.
            let places = places.map(|place| Place {
                is_invited: place.is_invited && is_first,
                ..place
            });
            table["routes"] = places.map(|place| route(&place)).collect();
            if self.invites {
                table["contact"] = json!(format!("https://{}/", HOSTS[number]));
            }
            if self.invites && !is_first {
                table["admission"] = json!("invited");
            }
            table["service_keys"] = json!([by_service::public()]);
            table["claims_by_reference"] = json!(true);
            table["access_team"] = json!("example");
            table["access_audience"] = json!(AUDIENCE);
            if number == ARRIVING {
                table["arrival"] = json!(PLACES[WELCOME].path);
            }
            table["session_idle_seconds"] = json!(self.limits.idle);
            table["session_absolute_seconds"] = json!(self.limits.absolute);
            table["revocation_check_seconds"] = json!(self.limits.check);
            table["revocation_grace_seconds"] = json!(self.limits.grace);
        }
    }
}

fn route(place: &Place) -> Value {
    let mut route = json!({ "path": place.path });
    match place.access {
        Access::Public => route["access"] = json!("public"),
        Access::Optional => route["access"] = json!("optional"),
        Access::Api => route["access"] = json!("api"),
        Access::Staff => {
            route["access"] = json!("cloudflare-access");
            route["release"] = json!(["email"]);
        }
        Access::Required => route["level"] = json!(place.level),
    }
    if !place.released.is_empty() {
        route["release"] = json!(place.released);
    }
    if place.is_invited {
        route["admission"] = json!("invited");
    }
    if place.is_bound {
        route["bind"] = json!(true);
    }
    match place.path {
        "/live" => route["close_sockets_with_session"] = json!(true),
        "/pay" => route["reauthenticate_within"] = json!(place.fresh),
        "/recent" => route["max_age"] = json!(place.fresh),
        "/apply" => route["not_proved"] = json!("/why"),
        _ => {}
    }
    route
}
