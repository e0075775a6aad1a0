//! A year in a minute: the whole system simulated, seed by seed; `docs/simulation.md` says how.
//!
//! A number gives a week of events for several people, computers, isolates and versions; the judge in
//! `year/oracle` says whether every promise held. `EDGE_YEAR_SEEDS` says how many numbers are tried and
//! `EDGE_YEAR_FROM` which is the first. With `EDGE_YEAR_QUICK` a failing week is not made smaller; with
//! `EDGE_YEAR_PROMISE` only that promise is judged, and `EDGE_YEAR_LINES` lists the kinds of log lines that were written.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod world;
#[path = "year/mod.rs"]
mod year;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use std::{env, fs, thread};

use year::kept;
use year::plan::{Plan, plan};
use year::run::run;
use year::shrink::shrink;

/// How many weeks are tried when nothing else is said.
const WEEKS: u64 = 200;

fn number(name: &str, default: u64) -> u64 {
    let set = env::var(name).ok();
    set.map_or(default, |text| text.parse().expect("a number"))
}

/// Says which promise a number breaks, with the fewest events that do.
fn report(seed: u64, wrong: &str) -> String {
    let mut week = plan(seed);
    if env::var_os("EDGE_YEAR_QUICK").is_none() {
        week = shrink(&week, wrong);
    }
    let outcome = run(&week);
    let events: Vec<_> = week
        .events
        .iter()
        .map(|timed| format!("at({}, {}, {:?})", timed.at_ms, timed.number, timed.event))
        .collect();
    format!(
        "seed {seed} breaks a promise\n  {wrong}\n\n{:?}\nthe fewest events that break it ({}):\n{}\n\n\
         what happened last in them:\n{}\n  {}",
        week.limits,
        events.len(),
        events.join("\n"),
        outcome.last.join("\n"),
        outcome.wrong.unwrap_or_default(),
    )
}

#[test]
fn when_a_week_is_simulated_then_every_promise_holds() {
    let (from, seeds) = (
        number("EDGE_YEAR_FROM", 0),
        number("EDGE_YEAR_SEEDS", WEEKS),
    );
    let (next, least) = (AtomicU64::new(from), AtomicU64::new(from + seeds));
    let (events, judged) = (AtomicU64::new(0), AtomicU64::new(0));
    let lines = Mutex::new(BTreeSet::new());
    let begun = Instant::now();
    let work = || {
        let mut failed = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::SeqCst);
            if seed >= least.load(Ordering::SeqCst) {
                return failed;
            }
            let week = plan(seed);
            let outcome = run(&week);
            events.fetch_add(week.events.len() as u64, Ordering::SeqCst);
            judged.fetch_add(outcome.judged as u64, Ordering::SeqCst);
            lines.lock().unwrap().extend(outcome.lines);
            if let Some(wrong) = outcome.wrong {
                least.fetch_min(seed, Ordering::SeqCst);
                failed.push((seed, wrong));
            }
        }
    };
    let failed: Vec<(u64, String)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        let ended = threads.into_iter().flat_map(thread::ScopedJoinHandle::join);
        ended.flatten().collect()
    });
    let (events, judged) = (events.into_inner(), judged.into_inner());
    let seconds = begun.elapsed().as_secs_f64();
    let lines = lines.into_inner().unwrap();
    println!(
        "{seeds} weeks from seed {from}: {events} events, {judged} requests judged at a service, {} kinds of log lines, {:.0} events a minute",
        lines.len(),
        events as f64 / seconds * 60.0
    );
    if env::var_os("EDGE_YEAR_LINES").is_some() {
        for (event, label) in lines {
            println!("  {event} {label}");
        }
    }
    if let Some((seed, wrong)) = failed.iter().min() {
        panic!("{}", report(*seed, wrong));
    }
}

#[test]
fn when_the_same_number_is_given_then_the_week_is_the_same() {
    for seed in [0, 1, 2] {
        let (one, other) = (run(&plan(seed)), run(&plan(seed)));
        assert_eq!((one.hash, one.last), (other.hash, other.last));
        assert_ne!(one.hash, run(&plan(seed + 10)).hash);
    }
}

#[test]
fn t110_when_a_person_signs_in_twice_in_a_second_then_either_session_is_theirs() {
    let outcome = run(&kept::twice_in_a_second());
    assert_eq!(outcome.wrong, None, "{}", outcome.last.join("\n"));
    assert!(outcome.judged > 3, "{}", outcome.last.join("\n"));
}

#[test]
fn when_the_providers_page_waits_while_another_tab_signs_in_then_the_judge_expects_the_page_that_follows()
 {
    let outcome = run(&kept::waits_in_another_tab());
    assert_eq!(outcome.wrong, None, "{}", outcome.last.join("\n"));
    let lines = outcome.last.join("\n");
    assert!(lines.contains("[callback auth_time_too_old]"), "{lines}");
}

/// A plan that is kept breaks no promise; gives the record of its end.
fn holds(week: &Plan) -> String {
    let outcome = run(week);
    let lines = outcome.last.join("\n");
    assert_eq!(outcome.wrong, None, "{lines}");
    lines
}

#[test]
fn when_a_person_takes_over_from_another_then_the_judge_presses_the_button_that_leads_on() {
    let lines = holds(&kept::takes_over_before_the_last_try());
    let (_, after) = lines
        .split_once("[changed_subject other_session_ended]")
        .expect(&lines);
    let pressed = "computer 0 GET https://licence.example.gov.uk/ in";
    let gets_in = "computer 0 GET https://licence.example.gov.uk/account in";
    let (_, after) = after.split_once(pressed).expect(&lines);
    assert!(after.contains(gets_in), "{lines}");
}

#[test]
fn when_an_isolate_has_another_session_key_then_the_judge_does_not_believe_that_it_ends_a_session()
{
    let lines = holds(&kept::signs_in_where_the_leaked_key_is());
    let (_, after) = lines
        .split_once("in isolate 3 (version 3): 303 by Edge [signed_in")
        .expect(&lines);
    let lost = "in isolate 1 (version 1): 303 by Edge [signed_in Cl.Cm] -session-";
    assert!(after.contains(lost), "{lines}");
}

#[test]
fn when_a_page_asks_while_an_identity_comes_then_the_judge_knows_the_identity() {
    let lines = holds(&kept::asks_while_an_identity_comes());
    assert!(lines.contains("[stepped_up Cl.Cm.P2]"), "{lines}");
}

#[test]
fn when_an_identity_is_proved_in_two_tabs_at_once_then_the_judge_lets_both_go_on_with_the_session()
{
    let lines = holds(&kept::proves_in_two_tabs());
    let proofs = lines.matches("303 by Edge [stepped_up Cl.Cm.P1]").count();
    assert_eq!(proofs, 2, "{lines}");
}

#[test]
fn when_a_person_goes_back_to_the_callback_of_a_proof_then_the_judge_takes_it_for_one() {
    let lines = holds(&kept::goes_back_while_proving());
    let (_, after) = lines.split_once("[callback invalid_grant]").expect(&lines);
    assert!(after.contains("[stepped_up Cl.Cm.P1]"), "{lines}");
}

#[test]
fn when_a_callback_leaves_as_an_answer_comes_then_the_judge_knows_that_they_crossed() {
    let lines = holds(&kept::leaves_as_an_answer_comes());
    let after = lines.split("[signed_in Cl.Cm] +session-").nth(2);
    let after = after.expect(&lines);
    // The session that the second answer brought is not the one that counts.
    let newer = after.split(' ').next().expect(&lines);
    assert!(
        after.contains(&format!("200 by Origin -session-{newer} ")),
        "{lines}"
    );
}

#[test]
fn when_an_answer_brings_a_lost_cookie_back_then_the_judge_knows_whose_it_is() {
    let lines = holds(&kept::loses_a_cookie_that_comes_back());
    let (_, after) = lines.split_once("200 by Origin +session-").expect(&lines);
    let of_the_browser = |line: &&str| line.contains("computer 0 GET");
    let next = after.lines().find(of_the_browser).expect(&lines);
    assert!(next.contains("200 by Origin"), "{lines}");
}

#[test]
fn when_an_optional_page_refuses_a_person_whom_an_account_forgot_for_a_moment_then_the_judge_takes_them_for_a_stranger()
 {
    let lines = holds(&kept::asks_of_a_stranger_for_a_moment());
    assert!(
        lines.contains("401 by Origin [session_unchecked unreachable]"),
        "{lines}"
    );
}

#[test]
fn when_a_page_ends_one_tabs_circle_then_the_judge_counts_the_other_tabs_from_zero() {
    let lines = holds(&kept::goes_round_in_two_tabs());
    let pages = lines.matches("429 by Edge").count();
    assert_eq!(pages, 2, "{lines}");
}

#[test]
fn when_the_button_of_the_arrival_page_is_pressed_again_then_the_judge_counts_no_use() {
    let lines = holds(&kept::presses_the_button_again());
    let (_, after) = lines.split_once("GoOn {").expect(&lines);
    assert!(after.contains("/auth/arrived in isolate 0"), "{lines}");
}

#[test]
fn when_a_week_is_planned_then_the_run_against_the_built_worker_knows_its_events() {
    let harness = fs::read_to_string("tests/harness/year-workerd.mjs").unwrap();
    let (from, seeds) = (number("EDGE_YEAR_FROM", 0), number("EDGE_YEAR_SEEDS", 40));
    let mut weeks = Vec::new();
    for seed in from..from + seeds {
        let week = plan(seed);
        let (calm, limits) = (if week.calm { "calm" } else { "rough" }, week.limits);
        let mut lines = vec![seed.to_string()];
        for timed in &week.events {
            let event = format!("{:?}", timed.event);
            let kind = event.split([' ', '(']).next().unwrap();
            assert!(harness.contains(&format!("case \"{kind}\":")), "{kind}");
            lines.push(format!(
                "{}\t{calm}\t{} {} {} {}\t{event}",
                timed.at_ms, limits.idle, limits.absolute, limits.check, limits.grace
            ));
        }
        weeks.push(lines.join("\n"));
    }
    // `cargo edge assure year --workerd` reads them there.
    if let Some(path) = env::var_os("EDGE_YEAR_OUT") {
        fs::write(path, weeks.join("\n\n")).unwrap();
    }
}
