//! Every fault of every probe, and what brings it about.

mod answers;
mod own;
mod provider;
mod spoil;
mod staff;

pub use spoil::{Case, Spoil};

/// Every case.
pub const ALL: [&[Case]; 4] = [own::CASES, answers::CASES, provider::CASES, staff::CASES];
