//! A year in a minute; see `docs/simulation.md`.

pub mod back;
pub mod browsers;
pub mod by_service;
pub mod crowd;
pub mod delivery;
pub mod deploying;
pub mod deployment;
pub mod door;
pub mod draw;
pub mod event;
pub mod house;
pub mod kept;
pub mod keys;
pub mod oracle;
pub mod overtaking;
pub mod people;
pub mod plan;
pub mod requests;
pub mod rules;
pub mod run;
pub mod runtime;
pub mod shrink;
pub mod storage;
pub mod temper;
pub mod trace;
