//! A service with an arrival path: people reach it first in a new session, and go on from there.

use std::rc::Rc;

use serde_json::json;
use simulator::http;
use url::Url;

use super::delivery::deliver_later;
use super::deployment::{ARRIVING, HOSTS, PLACES, WELCOME};
use super::house::House;
use super::people::{Computer, Go, How, PEOPLE, go};
use crate::world::chance::Chance;
use crate::world::http::{By, Shown};

/// Where a person goes on.
pub const ARRIVED: &str = "/auth/arrived";

/// The end of a query of an address whose visitor stays at the arrival path.
const STAYS: &str = "&stays";

/// How long a person looks at the arrival page at most, in milliseconds.
const LOOKS_MS: i64 = 30_000;

/// How long after a person's sessions were ended another one sits down, in milliseconds.
const PAUSE_MS: i64 = 200_000;

/// An address that no other event has: of a place, or of the arrival path itself.
pub fn path(place: usize, number: usize, stays: bool) -> String {
    let end = if stays { STAYS } else { "" };
    format!("{}?wants={number}{end}", PLACES[place].path)
}

/// The address at which the button of an arrival page leads on, and after how many milliseconds the person presses it; some
/// of them are there for no other reason than to look.
pub fn leads_on(shown: &Shown, first: &Go, chance: &mut Chance) -> Option<(String, i64, How)> {
    let url = Url::parse(&shown.url).ok()?;
    let is_there = shown.by == By::Origin && url.path() == PLACES[WELCOME].path;
    let is_led = first.address != shown.url && !first.address.ends_with(STAYS);
    if !is_there || !is_led || url.host_str() != Some(HOSTS[ARRIVING]) {
        return None;
    }
    let how = match chance.coin() {
        true => How::Form,
        false => How::Navigation,
    };
    let address = url.join(ARRIVED).ok()?.into();
    Some((address, chance.seconds(LOOKS_MS), how))
}

/// One person comes to the arrival path and stays there; One Login ends their sessions; another sits down, opens the arrival
/// path, and goes on.
pub fn succeed(
    house: &Rc<House>,
    computer: &Rc<Computer>,
    next: usize,
    orders: [Go; 3],
    seed: u64,
) {
    let (house, computer) = (Rc::clone(house), Rc::clone(computer));
    let inner = Rc::clone(&house);
    house.runtime.spawn(async move {
        let [comes, opens, goes_on] = orders;
        let before = PEOPLE[computer.person.get()];
        go(Rc::clone(&inner), Rc::clone(&computer), comes).await;
        let order = json!({ "persona": before }).to_string();
        let request = http::Request {
            body: order.into_bytes(),
            ..http::Request::post_form("/control/end-session", "")
        };
        inner.ask_provider(&request);
        deliver_later(&inner, seed, 0);
        inner.runtime.sleep(PAUSE_MS).await;
        computer.person.set(next);
        go(Rc::clone(&inner), Rc::clone(&computer), opens).await;
        go(Rc::clone(&inner), Rc::clone(&computer), goes_on).await;
    });
}
