//! Every probe, in the order in which they are shown. None asks anything itself.

mod back_channel;
mod behaviour;
mod configuration;
mod forwarded;
mod health;
mod key_sets;
mod origin;
mod pages;
mod provider;
mod request;
mod routes;
mod staff;
mod transport;

use super::probe::Probe;

/// Every probe.
pub const PROBES: &[&Probe] = &[
    &configuration::PROBE,
    &routes::PROBE,
    &health::PROBE,
    &health::RECORD,
    &key_sets::CLIENT,
    &key_sets::ASSERTION,
    &behaviour::REDIRECT,
    &behaviour::SCRIPT,
    &behaviour::PUBLIC,
    &behaviour::SPOOFED,
    &pages::CALLBACK,
    &pages::SIGN_OUT,
    &pages::SIGNED_OUT,
    &pages::LANDING,
    &back_channel::PROBE,
    &transport::HTTPS,
    &transport::HEADERS,
    &transport::CACHE,
    &transport::CLOCK,
    &origin::PROBE,
    &origin::HEADERS,
    &forwarded::PROBE,
    &staff::KEYS,
    &staff::APPLICATION,
    &provider::DISCOVERY,
    &request::OBJECT,
    &request::SIZE,
    &request::LOGOUT,
    &provider::SENT,
];
