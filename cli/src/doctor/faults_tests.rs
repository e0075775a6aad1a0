//! Every fault of every probe is found when it is there, and none when it is not.

use super::cases::{ALL, Spoil};
use super::diagnose;
use super::finding::{Outcome, Row};
use super::probes::PROBES;
use super::scene_tests::{Checkout, Healthy};
use std::collections::BTreeSet;

/// The faults that the doctor finds, as `probe: fault`.
fn found(rows: &[Row]) -> BTreeSet<String> {
    let name = |row: &Row| match &row.outcome {
        Outcome::Found(list) => list
            .iter()
            .map(|one| format!("{}: {}", row.name, one.fault.id))
            .collect(),
        Outcome::Well(_) | Outcome::NotRun(_) => Vec::new(),
    };
    rows.iter().flat_map(name).collect()
}

#[test]
fn when_the_service_is_healthy_then_every_probe_runs_and_finds_no_fault() {
    let rows = diagnose(&Checkout::new().subject(), &Healthy::new()).unwrap();
    assert_eq!(found(&rows), BTreeSet::new());
    let idle = rows
        .iter()
        .filter(|row| matches!(row.outcome, Outcome::NotRun(_)));
    assert_eq!(idle.map(|row| row.name).collect::<Vec<_>>(), [""; 0]);
    assert_eq!(rows.len(), PROBES.len());
}

#[test]
fn when_a_fault_is_planted_then_its_probe_finds_it() {
    for (fault, spoil) in ALL.into_iter().flatten() {
        let (checkout, mut web) = (Checkout::new(), Healthy::new());
        if let Spoil::File(spoil) = spoil {
            spoil(&checkout);
            if fault.contains("generation") {
                checkout.edit(
                    "\"CLIENT_KEY_DEMO_A\", ",
                    "\"CLIENT_KEY_DEMO_A\", \"CLIENT_KEY_DEMO_B\", ",
                );
            }
        }
        let mut subject = checkout.subject();
        match spoil {
            Spoil::File(_) => {}
            Spoil::Subject(spoil) => spoil(&mut subject),
            Spoil::Web(spoil) => spoil(&mut web),
        }
        let rows = diagnose(&subject, &web).unwrap();
        assert!(found(&rows).contains(*fault), "{fault}: {:?}", found(&rows));
    }
}

#[test]
fn when_a_probe_names_a_fault_then_a_case_plants_it() {
    let named = |probe: &&super::probe::Probe| {
        let faults = probe.faults.iter();
        faults
            .map(|fault| format!("{}: {}", probe.name, fault.id))
            .collect::<Vec<_>>()
    };
    let all: BTreeSet<_> = PROBES.iter().flat_map(named).collect();
    let tried: BTreeSet<_> = ALL
        .into_iter()
        .flatten()
        .map(|(fault, _)| (*fault).to_owned())
        .collect();
    assert_eq!(tried, all);
    assert_eq!(ALL.into_iter().flatten().count(), all.len());
}
