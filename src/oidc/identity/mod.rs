//! A proved identity: the core identity, its keys and its claims.

pub mod claims;
pub mod core_identity;
pub mod did;
