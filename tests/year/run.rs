//! A plan is carried out, and judged on its way.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::json;
use simulator::http;
use simulator::provider::personas::Persona;
use simulator::provider::rotation::Keys;

use super::away::come_back;
use super::back::{gets_in, mend};
use super::browsers::{close, copy, copy_across, restore};
use super::by_service;
use super::crowd::crowd;
use super::delivery::deliver_later;
use super::deploying::redeploy;
use super::deployment::{ACCOUNT, HOSTS, PLACES};
use super::event::{Event, Timed};
use super::further;
use super::house::House;
use super::inviting::{self, group};
use super::oracle::Oracle;
use super::overtaking::overtake;
use super::people::{Computer, Go, How, PEOPLE, go, poll, stay_on};
use super::plan::{COMPUTERS, Plan};
use super::rules::Rules;
use super::sockets;
use crate::world::chance::Chance;
use crate::world::{BEGINNING, When};

/// By how many milliseconds two clocks may differ, with what a request takes.
const SPREAD_MS: i64 = 12_000;

/// The most that an isolate may hold in memory, in bytes.
const MOST_HELD: i64 = 524_288;

/// The most isolates at once.
const ISOLATES: usize = 6;

/// How a run ended.
#[derive(Debug)]
pub struct Outcome {
    /// The promise that was broken, and how.
    pub wrong: Option<String>,
    /// The last lines of the record.
    pub last: Vec<String>,
    /// A hash of everything that happened.
    pub hash: u64,
    /// How many requests of people were judged at a service.
    pub judged: usize,
    /// Each kind of line that was written: event and label.
    pub lines: BTreeSet<(&'static str, &'static str)>,
}

/// Carries a plan out.
pub fn run(plan: &Plan) -> Outcome {
    let rules = Rules::new(plan.limits, plan.invites);
    let oracle = Oracle::new(rules, SPREAD_MS, plan.calm);
    let house = House::new(plan.seed, rules, oracle);
    let computers: Vec<_> = (0..COMPUTERS)
        .map(|number| Computer::new(number, number))
        .collect();
    for timed in &plan.events {
        house.runtime.run_until(BEGINNING * 1_000 + timed.at_ms);
        if house.oracle.borrow().wrong.is_some() {
            break;
        }
        house.accounts.tidy(house.seconds());
        let line = format!("{} {:?}", house.since(), timed.event);
        house.trace.borrow_mut().note(line, "");
        happen(&house, &computers, plan, timed);
    }
    if house.oracle.borrow().wrong.is_none() {
        house.runtime.run_until(house.runtime.now() + 120_000);
        mend(&house, &computers);
        for computer in &computers {
            let number = 1_000 + computer.number;
            gets_in(&house, computer, plan.seed ^ number as u64);
        }
        house.runtime.run_until(house.runtime.now() + 400_000);
    }
    house.runtime.stop();
    weigh(&house);
    let trace = house.trace.take();
    let oracle = house.oracle.borrow();
    Outcome {
        wrong: oracle.wrong.clone(),
        last: trace.last.into(),
        hash: trace.hash,
        judged: oracle.judged,
        lines: oracle.lines.clone(),
    }
}

/// An isolate holds so much and no more, after any events, whether it runs or has ended.
fn weigh(house: &House) {
    for iso in house.isolates.take().into_iter().chain(house.ended.take()) {
        let number = iso.number;
        let freed = -allocation_counter::measure(|| drop(iso)).bytes_current;
        if freed > MOST_HELD {
            let mut oracle = house.oracle.borrow_mut();
            oracle.broken(format!("memory: isolate {number} holds {freed} bytes"));
        }
    }
}

fn happen(house: &Rc<House>, computers: &[Rc<Computer>], plan: &Plan, timed: &Timed) {
    let seed = plan.seed.wrapping_mul(1_000_003) ^ (timed.number as u64) << 20;
    let mut chance = Chance::seed(seed);
    let now = house.runtime.now();
    let visit = |computer: usize, path: &str, host: usize, how: How, tab: usize, nth: u64| Go {
        tab,
        address: format!("https://{}{path}", HOSTS[host]),
        how,
        origin_ms: 50,
        dwell_ms: 2_000,
        gives_up: false,
        seed: seed ^ nth ^ (computer as u64) << 8,
    };
    let send = |computer: usize, order: Go| {
        house
            .runtime
            .spawn(go(Rc::clone(house), Rc::clone(&computers[computer]), order));
    };
    match timed.event {
        Event::Visit {
            computer,
            tab,
            host,
            place,
            how,
            origin_ms,
            dwell,
            gives_up,
        } => {
            let path = match how {
                How::Status | How::StayAlive => "/auth/session",
                _ => PLACES[place].path,
            };
            let order = Go {
                origin_ms,
                dwell_ms: dwell * 1_000,
                gives_up,
                ..visit(computer, path, host, how, tab, 0)
            };
            send(computer, order);
        }
        Event::Together {
            computer,
            host,
            place,
            count,
            origin_ms,
        } => {
            for nth in 0..count {
                let order = Go {
                    origin_ms: origin_ms * (nth as i64 + 1) / count as i64,
                    ..visit(
                        computer,
                        PLACES[place].path,
                        host,
                        How::Script,
                        0,
                        nth as u64,
                    )
                };
                send(computer, order);
            }
        }
        Event::Poll {
            computer,
            tab,
            host,
            place,
            every,
            times,
        } => {
            let path = PLACES[place].path;
            let first = visit(computer, path, host, How::Script, tab, 0);
            let waits = (0..times).map(move |_| every * 1_000);
            poll(house, &computers[computer], first, waits, false);
        }
        Event::StayOn {
            computer,
            tab,
            host,
            place,
        } => {
            let first = visit(computer, PLACES[place].path, host, How::Script, tab, 0);
            stay_on(house, &computers[computer], first);
        }
        Event::Overtake {
            computer,
            host,
            origin_ms,
            next,
            after_ms,
        } => {
            let path = PLACES[ACCOUNT].path;
            let slow = Go {
                origin_ms,
                ..visit(computer, path, host, How::Script, 1, 0)
            };
            let leaves = visit(computer, "/auth/sign-out", host, How::Navigation, 0, 1);
            let how = next.map_or(How::Script, |_| How::Navigation);
            let last = visit(computer, path, host, how, 2, 2);
            let orders = [slow, leaves, last];
            overtake(house, &computers[computer], orders, next, after_ms);
            deliver_later(house, seed, 4_000);
        }
        Event::SignOut {
            computer,
            host,
            everywhere,
        } => {
            let path = if everywhere {
                "/auth/sign-out?everywhere"
            } else {
                "/auth/sign-out"
            };
            send(computer, visit(computer, path, host, How::Navigation, 0, 0));
            deliver_later(house, seed, 3_000);
        }
        Event::Refer { .. }
        | Event::Arrive { .. }
        | Event::Succeed { .. }
        | Event::GoOn { .. }
        | Event::Watch { .. }
        | Event::Outsider { .. }
        | Event::Foreign { .. } => {
            further::happen(house, computers, &timed.event, (seed, timed.number));
        }
        Event::Back(computer) => {
            let address = computers[computer].callbacks.borrow().last().cloned();
            if let Some(address) = address {
                let order = visit(computer, "/", 0, How::Navigation, 0, 0);
                send(computer, Go { address, ..order });
            }
        }
        Event::Forget(computer) => {
            house.works_since.set(None);
            computers[computer].is_forgetful.set(true);
        }
        Event::HandOver { computer, person } => computers[computer].person.set(person),
        Event::Close(computer) => close(house, &computers[computer]),
        Event::Restore(computer) => restore(house, &computers[computer]),
        Event::Copy { from, to } => {
            let (from, to) = (&computers[from], &computers[to]);
            let first = visit(to.number, PLACES[ACCOUNT].path, 0, How::Script, 1, 0);
            copy(house, from, to, first);
        }
        Event::CopyAcross(computer) => {
            copy_across(&computers[computer]);
            let path = PLACES[ACCOUNT].path;
            send(computer, visit(computer, path, 1, How::Script, 1, 0));
        }
        Event::Leave { computer, tab } => {
            let tab = &computers[computer].tabs[tab];
            tab.set(tab.get() + 1);
        }
        Event::Start {
            ahead_ms,
            behind_ms,
        } => {
            if house.isolates.borrow().len() < ISOLATES {
                let newest = house.versions.borrow().len() - 1;
                house.start_isolate(newest, ahead_ms, behind_ms);
            }
        }
        Event::Stop => {
            let oldest = house.isolates.borrow()[0].number;
            if house.isolates.borrow().len() > 1 {
                house.end_isolates(|iso| iso.number == oldest);
            }
        }
        Event::Deploy
        | Event::Configure(_)
        | Event::Rotate { .. }
        | Event::Rollback
        | Event::Emergency(_) => redeploy(house, &mut chance, &timed.event),
        Event::Hourly => {
            let iso = Rc::clone(chance.one(&house.isolates.borrow()));
            let house = Rc::clone(house);
            let inner = Rc::clone(&house);
            house
                .runtime
                .spawn(async move { inner.refresh(&iso, seed).await });
        }
        Event::ProviderEnds(person) => {
            let order = json!({ "persona": PEOPLE[person] }).to_string();
            let request = http::Request {
                body: order.into_bytes(),
                ..http::Request::post_form("/control/end-session", "")
            };
            assert_eq!(house.ask_provider(&request).status, 200);
            deliver_later(house, seed, 0);
        }
        Event::ServiceEnds {
            host,
            person,
            block,
        } => by_service::end(house, host, person, block, seed),
        Event::Invite {
            host,
            first,
            count,
            invite,
        } => inviting::invite(house, host, group(first, count).collect(), invite, seed),
        Event::Demand {
            computer,
            tab,
            host,
            place,
            demand,
            origin_ms,
        } => {
            let path = format!("{}?{}", PLACES[place].path, demand.query());
            let order = visit(computer, &path, host, How::Navigation, tab, 0);
            send(computer, Go { origin_ms, ..order });
        }
        Event::Socket { computer, host } => sockets::open(house, &computers[computer], host, seed),
        Event::GoAway {
            computer,
            host,
            place,
            person,
        } => {
            computers[computer].person.set(person);
            let path = format!("{}?left={}", PLACES[place].path, timed.number);
            send(
                computer,
                visit(computer, &path, host, How::Navigation, 0, 0),
            );
        }
        Event::ComeBack {
            computer,
            host,
            person,
        } => {
            computers[computer].person.set(person);
            let first = visit(computer, "/", host, How::Navigation, 0, 0);
            come_back(house, &computers[computer], host, &first);
        }
        Event::Crowd(person) => {
            let first = visit(COMPUTERS, PLACES[ACCOUNT].path, 0, How::Navigation, 0, 0);
            crowd(house, person, &first);
        }
        Event::ProviderRotates {
            identity,
            keep_old,
            when,
        } => {
            let keys = if identity {
                Keys::Identity
            } else {
                Keys::Tokens
            };
            let mut provider = house.provider.borrow_mut();
            provider.rotate_keys(keys, when, keep_old);
        }
        Event::ProviderAnnounces => house.provider.borrow_mut().announce_identity_key(),
        Event::Trouble { trouble, nth } => {
            house.works_since.set(None);
            house
                .troubles
                .plan(trouble, nth.map_or(When::Always, When::Nth));
        }
        Event::UseUp(limit) => {
            house.works_since.set(None);
            house.used_up.borrow_mut().push(limit);
        }
        Event::Mend { computer } => {
            mend(house, computers);
            gets_in(house, &computers[computer], seed);
        }
        Event::Meddle(how) => house.storage.meddle(how, now),
        Event::EmptyAccounts => {
            house.accounts.empty();
            let mut oracle = house.oracle.borrow_mut();
            oracle.emptied(now);
            oracle.forgotten(now);
        }
        Event::MoveAccounts => house.moves.set(house.moves.get() + 1),
        Event::AccountsAhead(seconds) => house.accounts.ahead.set(seconds),
        Event::PostOffice(seen) => {
            let ivor = Persona::find("ivor").expect("he is there");
            house.provider.borrow_mut().set_seen_in_person(ivor, seen);
        }
    }
}
