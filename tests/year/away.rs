//! A person goes away to prove their identity, as to a Post Office, and comes back days later.

use std::rc::Rc;

use super::deployment::HOSTS;
use super::house::House;
use super::oracle::standing::Who;
use super::people::{Computer, Go, How, go};
use crate::world::http::{By, Shown};

/// The page for people who come back.
const RETURN: &str = "/auth/return";

/// How often a person opens it who sees another page first.
const TRIES: u64 = 3;

/// The pause between two tries, in milliseconds.
const PAUSE_MS: i64 = 5_000;

/// The one person of a browser at a service, by subject.
fn person(computer: &Computer, host: usize) -> Option<String> {
    match &computer.standing.borrow()[host].who[..] {
        [Who::Person(signed)] => Some(signed.sub.clone()),
        _ => None,
    }
}

/// The page that asks a person to go on, whose link does.
fn leads_on(shown: &Shown) -> Option<String> {
    let is_own = shown.by == By::Edge && shown.status == 200;
    let link = shown
        .link()
        .filter(|link| is_own && link.starts_with(RETURN))?;
    Some(link.replace("&amp;", "&"))
}

/// A person opens the page for those who come back, signs in, goes on, and the judge hears where they are led.
pub fn come_back(house: &Rc<House>, computer: &Rc<Computer>, host: usize, first: &Go) {
    let (house, computer) = (Rc::clone(house), Rc::clone(computer));
    let (inner, first) = (Rc::clone(&house), first.clone());
    house.runtime.spawn(async move {
        let order = |path: &str, nth: u64| Go {
            address: format!("https://{}{path}", HOSTS[host]),
            how: How::Navigation,
            seed: first.seed ^ nth << 44,
            ..first.clone()
        };
        for nth in 0..TRIES {
            let Some(shown) = go(Rc::clone(&inner), Rc::clone(&computer), order(RETURN, nth)).await
            else {
                return;
            };
            let (Some(link), Some(sub)) = (leads_on(&shown), person(&computer, host)) else {
                inner.runtime.sleep(PAUSE_MS).await;
                continue;
            };
            let pressed_ms = inner.runtime.now();
            let left = inner.oracle.borrow_mut().left(&sub);
            let shown = go(
                Rc::clone(&inner),
                Rc::clone(&computer),
                order(&link, nth + TRIES),
            )
            .await;
            if let Some(shown) = shown.filter(|_| person(&computer, host).as_ref() == Some(&sub)) {
                let line = format!(
                    "{} back at {} {}",
                    inner.since(),
                    shown.status,
                    shown.url.split("state=").next().unwrap_or_default()
                );
                inner.trace.borrow_mut().note(line, "");
                let times = (pressed_ms, inner.runtime.now());
                inner
                    .oracle
                    .borrow_mut()
                    .came_back(&sub, &left, times, &shown);
            }
            return;
        }
    });
}
