//! Each ratio held against its target.
//!
//! A case adds its cost less that of the forward-only Worker, the zero line. A ratio is what the Worker adds over
//! what the JavaScript peer adds, for the same request; the public path is held against the peer's signed-in request,
//! because what the peer adds to a public one is hardly more than the noise. The peer asks an account where the Worker
//! does; without that it could neither end a session nor keep a notification.

use super::figures::{Busy, ColdStart, Figures};
use super::statistics::{Ratio, cost};
use super::targets::{ADDED, Target};
use anyhow::{Context, Result};

/// One line of the result.
#[derive(Clone, Debug)]
pub struct Line {
    /// The name in JSON.
    pub name: &'static str,
    /// The name for people.
    pub label: &'static str,
    /// The ratio.
    pub ratio: Ratio,
    /// The target of the ratio.
    pub target: Target,
    /// The two costs that the ratio compares, in microseconds: ours and the peer's.
    pub micros: (f64, f64),
}

impl Line {
    /// Whether the target is met.
    pub fn is_met(&self) -> bool {
        self.target.is_met(self.ratio.value)
    }
}

/// Every ratio of a run.
#[derive(Debug)]
pub struct Results {
    /// The comparisons with a peer, in the order of the output.
    pub lines: Vec<Line>,
    /// The Worker's upload, in bytes after gzip.
    pub upload_gzip: u64,
    /// The WebAssembly that a first request instantiates, in bytes after gzip.
    pub instantiated_gzip: u64,
    /// How many requests came before memory was looked at.
    pub memory_requests: u64,
    /// Memory after them, in shares of the peer's.
    pub memory_ratio: f64,
}

impl Results {
    /// # Errors
    /// When a case was not measured.
    pub fn new(figures: &Figures) -> Result<Self> {
        let cpu = |case: &str| {
            figures
                .cpu(case)
                .with_context(|| format!("the case {case} was not measured"))
        };
        let mut lines = Vec::new();
        for (name, label, ours, other, target) in ADDED {
            let cases = [cpu(ours)?, cpu(other)?, cpu("zero")?];
            let [a, b, zero] = cases.clone().map(cost);
            let ratio = Ratio::of(&cases, |costs| {
                (costs[0] - costs[2]) / (costs[1] - costs[2])
            });
            let micros = (a - zero, b - zero);
            lines.push(Line {
                name,
                label,
                ratio,
                target,
                micros,
            });
        }
        let signature = [cpu("sign_in_start")?, cpu("signature")?];
        lines.insert(
            6,
            whole(
                "sign_in_start_over_signature",
                "sign-in start over one bare RSA signature",
                &signature,
                Target::AtMost(1.15),
            ),
        );
        let cold = |name: &str| {
            let starts = figures.cold.get(name);
            starts.with_context(|| format!("no cold start of {name} was measured"))
        };
        let total = |starts: &Vec<ColdStart>| {
            let total = |start: &ColdStart| start.start + start.first_request;
            starts.iter().map(total).collect::<Vec<_>>()
        };
        lines.push(whole(
            "cold_start",
            "cold start with the first signed-in request",
            &[total(cold("edge")?), total(cold("peer")?)],
            Target::AtMost(1.1),
        ));
        lines.extend(later(figures)?);
        let upload = figures.uploads.get("edge");
        let upload = upload.context("the upload was not measured")?;
        let memory = |name: &str| {
            let memory = figures.memory.get(name);
            memory.with_context(|| format!("the memory of {name} was not measured"))
        };
        let (ours, peers) = (memory("edge")?, memory("peer")?);
        Ok(Self {
            lines,
            upload_gzip: upload.gzip,
            instantiated_gzip: upload.instantiated,
            memory_requests: ours.requests,
            memory_ratio: ours.after as f64 / peers.after as f64,
        })
    }

    /// A line by its name.
    pub fn line(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name)
    }
}

/// The lines about what is measured after the rounds.
fn later(figures: &Figures) -> Result<Vec<Line>> {
    let busy = |name: &str, of: fn(&Busy) -> f64| {
        let turns = figures.busy.get(name);
        let turns = turns.with_context(|| format!("no busy {name} was measured"))?;
        anyhow::Ok(turns.iter().map(of).collect::<Vec<_>>())
    };
    let asleep = |name: &str| {
        let turns = figures.asleep.get(name).cloned();
        turns.with_context(|| format!("no account of {name} was asleep"))
    };
    let mut lines = vec![whole(
        "account_asleep",
        "notification for an account that is asleep",
        &[asleep("edge")?, asleep("peer")?],
        Target::AtMost(1.0),
    )];
    for (worker, names, labels, targets) in [
        (
            "edge",
            ["busy", "busy_p99"],
            [
                "requests a second with 64 connections",
                "99th percentile with 64 connections",
            ],
            [Target::AtLeast(1.5), Target::AtMost(0.7)],
        ),
        (
            "limit",
            ["limit_busy", "limit_busy_p99"],
            [
                "limit: requests a second with 64 connections",
                "limit: 99th percentile with 64 connections",
            ],
            [Target::None; 2],
        ),
    ] {
        let times = [
            busy(worker, |busy| busy.micros)?,
            busy("peer", |busy| busy.micros)?,
        ];
        let p99 = [
            busy(worker, |busy| busy.p99)?,
            busy("peer", |busy| busy.p99)?,
        ];
        let mut a_second = whole(names[0], labels[0], &times, targets[0]);
        a_second.ratio = Ratio::of(&times, |costs| costs[1] / costs[0]);
        lines.push(a_second);
        lines.push(whole(names[1], labels[1], &p99, targets[1]));
    }
    lines.push(whole(
        "limit_account_asleep",
        "limit: notification for an account that is asleep",
        &[asleep("limit")?, asleep("peer")?],
        Target::None,
    ));
    Ok(lines)
}

/// A ratio of whole costs, without the zero line.
fn whole(name: &'static str, label: &'static str, cases: &[Vec<f64>; 2], target: Target) -> Line {
    let [a, b] = cases.clone().map(cost);
    Line {
        name,
        label,
        ratio: Ratio::of(cases, |costs| costs[0] / costs[1]),
        target,
        micros: (a, b),
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::bench::figures::{Memory, Sample, Upload};

    /// A run in which the peer adds 100 µs to everything and the Worker 40.
    pub fn figures() -> Figures {
        let mut figures = Figures::default();
        let names = ADDED.iter().flat_map(|added| [added.2, added.3]);
        for name in names.chain(["zero", "signature"]) {
            let cpu = match name {
                "zero" => 200.0,
                "signature" => 160.0,
                _ if name.starts_with("peer_") => 300.0,
                _ => 240.0,
            };
            let sample = Sample {
                cpu,
                p50: 500.0,
                p90: 600.0,
                p99: 900.0,
            };
            figures.cases.insert(name.to_owned(), vec![sample; 5]);
        }
        for (name, first_request) in [("zero", 1.0), ("peer", 5.0), ("edge", 35.0)] {
            let start = ColdStart {
                start: 15.0,
                first_request,
            };
            figures.cold.insert(name.to_owned(), vec![start; 3]);
        }
        let upload = Upload {
            raw: 9,
            gzip: 4,
            instantiated: 3,
        };
        figures.uploads.insert("edge".to_owned(), upload);
        for (name, share) in [("peer", 2.0), ("edge", 1.0), ("limit", 1.0)] {
            let busy = Busy {
                micros: 150.0 * share,
                p99: 20_000.0 * share,
            };
            figures.busy.insert(name.to_owned(), vec![busy; 2]);
            figures
                .asleep
                .insert(name.to_owned(), vec![3_000.0 * share; 2]);
            let memory = Memory {
                requests: 1_000,
                before: 1,
                after: (100.0 * share) as u64,
            };
            figures.memory.insert(name.to_owned(), memory);
        }
        figures
    }

    #[test]
    fn when_an_added_cost_is_measured_then_it_is_counted_from_the_zero_line() {
        let results = Results::new(&figures()).unwrap();
        let signed_in = results.line("signed_in").unwrap();
        assert_eq!(
            (signed_in.ratio.value, signed_in.micros),
            (0.4, (40.0, 100.0))
        );
        assert!(results.line("routes_40").unwrap().is_met());
        let over_floor = results.line("signed_in_over_floor").unwrap();
        assert_eq!((over_floor.ratio.value, over_floor.is_met()), (1.0, true));
        assert!(!results.line("public").unwrap().is_met());
    }

    #[test]
    fn when_a_signature_or_cold_start_is_measured_then_it_is_counted_whole() {
        let results = Results::new(&figures()).unwrap();
        assert_eq!(
            results
                .line("sign_in_start_over_signature")
                .unwrap()
                .ratio
                .value,
            1.5
        );
        assert_eq!(results.line("cold_start").unwrap().ratio.value, 2.5);
        assert_eq!((results.upload_gzip, results.instantiated_gzip), (4, 3));
    }

    #[test]
    fn when_a_busy_worker_takes_half_of_the_time_then_it_answers_twice_as_often() {
        let results = Results::new(&figures()).unwrap();
        let value = |name: &str| results.line(name).unwrap().ratio.value;
        assert_eq!((value("busy"), value("busy_p99")), (2.0, 0.5));
        assert!(results.line("busy").unwrap().is_met());
        assert_eq!((value("account_asleep"), results.memory_ratio), (0.5, 0.5));
        assert_eq!(results.memory_requests, 1_000);
    }

    #[test]
    fn rejects_figures_without_one_of_their_cases() {
        let mut figures = figures();
        figures.cases.remove("peer_callback");
        let error = Results::new(&figures).unwrap_err().to_string();
        assert!(error.contains("peer_callback"), "{error}");
    }
}
