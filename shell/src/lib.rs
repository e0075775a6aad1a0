//! The ground under both tools, `cli/` for operators and `xtask/` for maintainers: where things are, how other programs
//! are started and ended, and how text reaches a person.
//!
//! Nothing here knows a command. `places` finds the repository and the cache, `child` runs a program, `groups` ends
//! programs with everything that they started, `npm` starts programs that npm installed, `digest` hashes bytes,
//! `progress` shows that work goes on, and `terminal` lays text out and writes it.
#![warn(clippy::print_stderr)]

pub mod child;
pub mod digest;
pub mod groups;
pub mod npm;
pub mod places;
pub mod progress;
pub mod terminal;
