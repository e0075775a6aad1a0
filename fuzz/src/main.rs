//! One program for every target: the variable FUZZ_TARGET says which, the arguments are libFuzzer's.
#![no_main]

#[path = "../targets.rs"]
mod targets;

use libfuzzer_sys::fuzz_target;
use std::env;
use std::sync::LazyLock;
use targets::{TARGETS, Target};

static CHOSEN: LazyLock<Target> = LazyLock::new(|| {
    let name = env::var("FUZZ_TARGET").expect("FUZZ_TARGET names a target");
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    *target.expect("FUZZ_TARGET names no target")
});

fuzz_target!(|data: &[u8]| (CHOSEN.1)(data));
