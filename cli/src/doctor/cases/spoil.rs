//! How a healthy world is spoilt.

use crate::doctor::scene_tests::{Checkout, Healthy};
use crate::doctor::subject::Subject;

/// The thing that is spoilt for a fault: the configuration, what is made of it, or an answer.
pub enum Spoil {
    File(fn(&Checkout)),
    Subject(fn(&mut Subject)),
    Web(fn(&mut Healthy)),
}

/// A fault as `probe: id`, and what brings it about.
pub type Case = (&'static str, Spoil);
