//! Whether a request passes to the origin, and with which statement.

pub mod answer;
pub mod asked;
pub mod assertion;
pub mod claims_reference;
pub mod cross_origin;
pub mod forward;
pub mod last_answer;
pub mod names;
pub mod opened;
pub mod protect;
pub mod revocation;
pub mod revocation_cache;
pub mod socket;
pub mod statement;
