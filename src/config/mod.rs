//! The configuration of a service team: every variable with its unit and default, parsed once.
//!
//! A deployment serves several services, told apart by host. Each is one table; a fault in one
//! closes that service and no other. Nothing here reads the environment: the edge hands over what
//! it found, and the tests hand over `wrangler.toml`.

mod admission;
mod branding;
mod deployment;
mod fault;
mod headers;
mod locale;
pub mod map;
mod own_page;
mod proof;
mod read;
mod routes;
mod service;
mod signers;
mod spelling;
mod table;
mod vars;

pub use admission::Admission;
pub use branding::{Branding, Phase, Theme};
pub use deployment::{Config, Host};
pub use fault::Fault;
pub use locale::{Language, Locale, Localised};
pub use own_page::{OwnPage, RETURN, WELL_KNOWN_JWKS};
pub use proof::{Signals, TokenAuth};
pub use routes::{Access, Freshness, OtherSites, Release, Rule, Rules};
pub use service::{
    AccessTeam, Claim, Environment, KeyPair, Origin, Provider, Revocation, Service, ServiceKeys,
};
pub use vars::{Vars, is_loopback};

/// The most services in one deployment: Cloudflare allows 128 variables, secrets included.
pub const MAX_SERVICES: usize = 20;

/// The most routes of one service.
pub const MAX_ROUTES: usize = 40;

#[cfg(test)]
mod defaults_tests;
#[cfg(test)]
mod fields_tests;
#[cfg(test)]
mod identity_tests;
#[cfg(test)]
mod local_tests;
#[cfg(test)]
mod preview_tests;
#[cfg(test)]
#[path = "sample_tests.rs"]
pub(crate) mod sample;
#[cfg(test)]
mod secrets_tests;
#[cfg(test)]
#[path = "wrangler_rules_tests.rs"]
mod wrangler_rules;
#[cfg(test)]
mod wrangler_tests;
