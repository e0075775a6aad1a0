//! A simulated GOV.UK One Login, and the demo service behind the edge. For development and tests only.
//!
//! Nothing here is shared with the product: the signatures come from another crypto library and the rules are written a
//! second time from the provider's documentation, so that a mistake on one side meets a judge on the other.
//!
//! * [`provider`]: the One Login. Its core is pure and can be driven without a socket; a thin shell serves it.
//! * [`origin`]: the demo service. [`origin::verify`] leads to the part that a service team copies.
//! * [`http`], [`jose`], [`keys`], [`fetch`], [`listen`], [`encrypted`], [`clock`], [`locale`]: what
//!   both need.

pub mod clock;
pub mod encrypted;
pub mod fetch;
pub mod http;
pub mod jose;
pub mod keys;
pub mod listen;
pub mod locale;
pub mod origin;
pub mod provider;
