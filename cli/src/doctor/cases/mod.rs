//! Every fault of every probe, and what brings it about.

mod answers;
mod own;
mod provider;

use super::scene_tests::{Checkout, Healthy};
use super::subject;
use super::web::Asked;

/// What is spoilt for a fault: the configuration, what is made of it, or an answer.
pub enum Spoil {
    File(fn(&Checkout)),
    Subject(fn(&mut subject::Subject)),
    Web(fn(&mut Healthy)),
}

/// A fault as `probe: id`, and what brings it about.
pub type Case = (&'static str, Spoil);

/// Every case.
pub const ALL: [&[Case]; 3] = [own::CASES, answers::CASES, provider::CASES];
