//! `cargo edge registration` as people run it: the program itself, in a directory with a configuration and a file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say so and stop"
)]

#[path = "registration/client_registry.rs"]
mod client_registry;
#[path = "registration/department.rs"]
mod department;
#[path = "registration/documented.rs"]
mod documented;
#[path = "registration/documents.rs"]
mod documents;
#[path = "registration/every_rule.rs"]
mod every_rule;
#[path = "registration/filling.rs"]
mod filling;
#[path = "registration/mistakes.rs"]
mod mistakes;
#[path = "registration/outputs.rs"]
mod outputs;
#[path = "registration/production_table.rs"]
mod production_table;
#[path = "registration/room.rs"]
mod room;
#[path = "../src/snapshots.rs"]
mod snapshots;
