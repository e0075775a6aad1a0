//! An identity: the way to the proof, and the answer to it.

pub mod by_reference;
pub mod callback;
pub mod signed_in;
mod step_up;

pub use step_up::{ask, go_on, onwards, returning};
