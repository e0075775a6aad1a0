//! GOV.UK One Login at the edge: a Cloudflare Worker that makes a service a relying party of
//! GOV.UK One Login before a request reaches the service's origin.
//!
//! Read it in this order. [`config`] says what a service team can set. [`oidc`] holds what the
//! specifications say, one exchange or document in each file, without input or output.
//! [`session`] holds what is remembered about a person and in which sealed form. [`gate`] decides
//! what happens to a request, one file for each kind of route, and reaches the outside through
//! only [`platform`]. `edge` is Cloudflare: the entry points and the only implementation of the
//! platform that ships.
//!
//! Imports point one way: `edge → gate → {oidc, session, platform, config}`. Nothing imports `edge`,
//! which is the only part that is compiled just for wasm32.

pub mod config;
pub mod gate;
pub mod oidc;
pub mod path;
pub mod platform;
pub mod secret;
pub mod session;

#[cfg(target_arch = "wasm32")]
mod edge;
