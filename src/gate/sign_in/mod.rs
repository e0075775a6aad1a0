//! A sign-in, from the way to the provider to the session.

pub mod callback;
pub mod exchange;
mod parameters;
pub mod record;
mod start;

pub use start::{counted, start};
