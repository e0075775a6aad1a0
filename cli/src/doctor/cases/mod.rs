//! Every fault of every probe, and what brings it about.

mod answers;
mod own;
mod provider;
mod spoil;

pub use spoil::{Case, Spoil};

/// Every case.
pub const ALL: [&[Case]; 3] = [own::CASES, answers::CASES, provider::CASES];
