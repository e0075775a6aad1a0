//! Versions that are deployed, one next to the other.

use std::rc::Rc;

use one_login_edge::config::Config;

use super::deployment::{Key, Step, replace, rotate};
use super::event::Event;
use super::house::House;
use super::rules::{Change, Rules};
use crate::world::Setup;
use crate::world::chance::Chance;

/// Within so many milliseconds all of Cloudflare has a deployment or a secret.
const AT_ONCE_MS: i64 = 55_000;

/// The longest time that a request which an isolate has begun may take there, in milliseconds.
const UNDER_WAY_MS: i64 = 60_000;

/// A deployment of any kind.
pub fn redeploy(house: &Rc<House>, chance: &mut Chance, event: &Event) {
    let now = house.runtime.now();
    match *event {
        Event::Deploy => {
            let newest = newest(house);
            deploy(house, chance, newest, 600_000);
        }
        Event::Configure(change) => {
            let (mut setup, rules) = newest(house);
            let rules = rules.changed(change);
            rules.configure(&mut setup);
            if matches!(change, Change::Limits(_)) {
                house.oracle.borrow_mut().doubt_all();
            }
            deploy(house, chance, (setup, rules), AT_ONCE_MS);
        }
        Event::Rotate { key, step, to } => {
            let (mut setup, rules) = newest(house);
            rotate(&mut setup, key, step, to);
            if !house.is_rolled_back.get() {
                match (key, step) {
                    (Key::Session, Step::Use) => house.key_used_ms.set(now),
                    (Key::Session, Step::Remove) => seals_are_over(house, house.key_used_ms.get()),
                    _ => {}
                }
                deploy(house, chance, (setup, rules), AT_ONCE_MS);
            }
        }
        Event::Rollback => {
            let before = {
                let versions = house.versions.borrow();
                let number = versions.len().checked_sub(2);
                let number = number.filter(|number| *number >= house.floor.get());
                number.map(|number| versions[number].clone())
            };
            if let Some(before) = before {
                house.is_rolled_back.set(true);
                house.oracle.borrow_mut().doubt_all();
                deploy(house, chance, before, AT_ONCE_MS);
            }
        }
        Event::Emergency(key) => {
            let (mut setup, rules) = newest(house);
            if replace(&mut setup, key) {
                house.is_rolled_back.set(true);
                match key {
                    // Every session is over, once the last isolate knows.
                    Key::Session => {
                        house.oracle.borrow_mut().emptied(now + AT_ONCE_MS);
                        seals_are_over(house, now);
                    }
                    Key::Assertion => house.oracle.borrow_mut().keys_everywhere = false,
                    Key::Client => {}
                }
                deploy(house, chance, (setup, rules), AT_ONCE_MS);
                let number = house.versions.borrow().len() - 1;
                house.floor.set(number);
                if key == Key::Session {
                    house.resealed.set(Some(number));
                }
            }
        }
        _ => {}
    }
}

/// A session key goes that was replaced at a moment: all that it has sealed may be lost, such as the places that people left, and the
/// key of a list of invitations, unless the hourly task has sealed that again.
fn seals_are_over(house: &House, replaced_ms: i64) {
    let mut oracle = house.oracle.borrow_mut();
    oracle.doubt_places(replaced_ms + AT_ONCE_MS + UNDER_WAY_MS);
    if !oracle.calm {
        oracle.doubt_invitations();
        house.may_lose_list.set(true);
    }
}

/// The newest version with its rules.
fn newest(house: &House) -> (Setup, Rules) {
    let versions = house.versions.borrow();
    versions.last().expect("there is one").clone()
}

/// A version is deployed: new isolates start at once, those of older ones end within so many milliseconds.
fn deploy(house: &Rc<House>, chance: &mut Chance, new: (Setup, Rules), within: i64) {
    if !Config::parse(&new.0.vars).faults.is_empty() {
        // A step whose step before was left out, in a week that is made smaller.
        return;
    }
    house.oracle.borrow_mut().running.push(new.1);
    let version = {
        let mut versions = house.versions.borrow_mut();
        versions.push(new);
        versions.len() - 1
    };
    house.start_isolate(
        version,
        chance.seconds(8_000) - 4_000,
        chance.seconds(60_000),
    );
    let inner = Rc::clone(house);
    let wait = chance.seconds(within);
    house.runtime.spawn(async move {
        inner.runtime.sleep(wait).await;
        inner.end_isolates(|iso| iso.version < version);
        inner.runtime.sleep(UNDER_WAY_MS).await;
        let versions = inner.versions.borrow();
        let mut oracle = inner.oracle.borrow_mut();
        oracle.keys_everywhere |= version >= inner.floor.get();
        oracle.running = versions[version..]
            .iter()
            .map(|(_, rules)| *rules)
            .collect();
    });
}
