//! The floors of `src/`: no circle between files, and in the gate each file uses those below it.

use super::imports::{Imports, circle};

/// The gate from its ground to its roof. A file may use those of the floors below its own; files of one floor may use
/// each other where that makes no circle.
const FLOORS: &[&[&str]] = &[
    &["http", "log_context", "pages"],
    &[
        "access::answer",
        "switch::known",
        "tally",
        "access::forward",
        "access::names",
        "access::opened",
        "access::revocation_cache",
        "access::statement",
        "decision",
        "pages::assets",
        "pages::layout",
        "provider::document_cache",
    ],
    &["isolate"],
    &["context"],
    &["accounts", "links", "network", "provider"],
    &["delivery", "access::claims_reference"],
    &["admission", "service_proof"],
    &["switch"],
    &[
        "access::assertion",
        "access::cross_origin",
        "access::last_answer",
        "browser_session",
    ],
    &["sign_out"],
    &[
        "arrival",
        "sign_in::start",
        "sign_in::parameters",
        "sign_in::exchange",
    ],
    &["access::protect"],
    &["identity"],
    &[
        "access::revocation",
        "access::socket",
        "service_message",
        "sign_in::record",
        "sign_in::callback",
    ],
    &["access::asked"],
    &["endpoints", "pages::service_header"],
    &["in_place"],
];

fn floor(module: &str) -> Option<usize> {
    let inside = module.strip_prefix("gate::")?;
    let is_in = |name: &&&str| inside == **name || inside.starts_with(&format!("{name}::"));
    // The longest name is the most precise.
    let named = FLOORS.iter().enumerate().flat_map(|(number, names)| {
        let found = names.iter().filter(is_in);
        found.map(move |name| (name.len(), number))
    });
    named.max().map(|(_, number)| number)
}

#[test]
fn when_files_use_each_other_then_they_form_no_circle() {
    let circle = circle(&Imports::read().uses);
    assert!(circle.is_empty(), "{}", circle.join("\n"));
}

#[test]
fn when_a_module_of_the_gate_uses_another_then_that_one_is_not_above_it() {
    let mut wrong = Vec::new();
    for (module, uses) in &Imports::read().uses {
        if module.starts_with("gate::") && floor(module).is_none() {
            wrong.push(format!("{module} is on no floor"));
        }
        for other in uses {
            if other == "gate" && module.starts_with("gate::") {
                wrong.push(format!("{module} uses the roof"));
            }
            if let (Some(own), Some(others)) = (floor(module), floor(other))
                && others > own
            {
                wrong.push(format!("{module} uses {other}, which is above it"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn when_modules_use_each_other_in_a_circle_then_the_circle_is_found() {
    let uses = [
        ("a", vec!["b"]),
        ("b", vec!["c"]),
        ("c", vec!["a", "d"]),
        ("d", vec![]),
    ];
    let uses = uses.map(|(module, uses)| {
        let uses = uses.into_iter().map(str::to_owned).collect();
        (module.to_owned(), uses)
    });
    assert_eq!(circle(&uses.into_iter().collect()), ["a", "b", "c"]);
}
