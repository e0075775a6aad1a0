//! A failing run is made smaller by leaving events out, halves first, for as long as the same promise breaks.

use super::plan::Plan;
use super::run::run;

/// The most runs that are spent on it.
const RUNS: usize = 400;

/// A plan with fewer events that breaks the same promise, whose name comes before the colon.
pub fn shrink(plan: &Plan, wrong: &str) -> Plan {
    let promise = |text: &str| text.split(':').next().unwrap_or_default().to_owned();
    let wanted = promise(wrong);
    let mut smallest = plan.clone();
    let mut runs = 0;
    let mut size = smallest.events.len() / 2;
    while size > 0 && runs < RUNS {
        let mut from = 0;
        let mut left_out = false;
        while from < smallest.events.len() && runs < RUNS {
            let mut tried = smallest.clone();
            let to = (from + size).min(tried.events.len());
            tried.events.drain(from..to);
            runs += 1;
            let outcome = run(&tried);
            match outcome.wrong {
                Some(wrong) if promise(&wrong) == wanted => {
                    smallest = tried;
                    left_out = true;
                }
                _ => from = to,
            }
        }
        if !left_out || size > 1 {
            size /= 2;
        }
    }
    smallest
}
