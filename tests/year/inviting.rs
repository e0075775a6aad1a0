//! The services invite people, and take invitations back.

use std::rc::Rc;

use serde_json::{Value, json};
use simulator::provider::personas::Persona;

use super::by_service::{PAUSE_MS, TRIES, message, subject, token};
use super::deployment::HOSTS;
use super::house::House;
use super::oracle::guests::Guest;
use super::people::PEOPLE;
use crate::world::chance::Chance;

/// Messages of the service about its list of invitations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invite {
    /// People are invited by their addresses.
    Addresses,
    /// People are invited by their names in assertions.
    Names,
    /// People are invited no longer.
    NoLonger,
}

/// So many people of [`PEOPLE`], from one on, and those after the last are the first again.
pub fn group(first: usize, count: usize) -> impl Iterator<Item = usize> {
    (first..first + count).map(|person| person % PEOPLE.len())
}

/// The names of people in a message: their addresses, their subjects, or both.
fn names(host: usize, people: &[usize], invite: Invite) -> Vec<String> {
    let mut names = Vec::new();
    for person in people {
        let persona = Persona::find(PEOPLE[*person]).expect("a persona");
        if invite != Invite::Names {
            names.push(persona.email.0.to_owned());
        }
        if invite != Invite::Addresses {
            names.push(persona.subject(HOSTS[host]));
        }
    }
    names
}

/// The service sends a message about these people, again and again until it is answered 200 or its token is too old.
///
/// Where the list has lost its key with a session key, the service does what the documentation says: it clears the list first,
/// which keeps the people who are in, and perhaps once more, which empties it.
pub fn invite(house: &Rc<House>, host: usize, people: Vec<usize>, invite: Invite, seed: u64) {
    let inner = Rc::clone(house);
    house.runtime.spawn(async move {
        let mut chance = Chance::seed(seed);
        let named = names(host, &people, invite);
        let subs: Vec<_> = people.iter().map(|person| subject(*person, host)).collect();
        let every: Vec<_> = group(0, PEOPLE.len())
            .map(|one| subject(one, host))
            .collect();
        let wanted = match invite {
            Invite::NoLonger => "remove",
            Invite::Addresses | Invite::Names => "add",
        };
        let begun = inner.seconds();
        let mut acts = vec![wanted];
        let mut tries = TRIES;
        while let (Some(act), 1..) = (acts.last().copied(), tries) {
            tries -= 1;
            let changes = match act {
                "add" => (subs.as_slice(), Guest::Invited),
                "remove" => (subs.as_slice(), Guest::Stranger),
                // Those who are in stay.
                "clear" => (every.as_slice(), Guest::Unclear),
                _ => (every.as_slice(), Guest::Stranger),
            };
            let token = list_token(host, act, (begun, seed), &named);
            let (status, body) = send(&inner, host, (act, &token), changes, &mut chance).await;
            match status {
                200 => _ = acts.pop(),
                400 if body == KEY_LOST => {
                    if chance.coin() {
                        acts.push(EMPTIED);
                    }
                    acts.push("clear");
                }
                _ => inner.runtime.sleep(PAUSE_MS).await,
            }
        }
    });
}

/// The service clears the list a second time.
const EMPTIED: &str = "clear again";

/// The answer of a list whose own key went with a session key.
const KEY_LOST: &str = r#"{"error":"key_lost"}"#;

/// The token of a message of a moment, the same for each time that it is sent.
fn list_token(host: usize, act: &str, (now, seed): (i64, u64), named: &[String]) -> String {
    let verb = act.split(' ').next();
    let mut further: Vec<(&str, Value)> = vec![("act", json!(verb))];
    if verb != Some("clear") {
        further.push(("who", json!(named)));
    }
    let service = format!("https://{}", HOSTS[host]);
    let about = ("admission+jwt", service.as_str(), format!("{seed} {act}"));
    token(host, about, now, &further)
}

/// Sends one message, which invites these subjects or does not; gives status and body.
async fn send(
    house: &Rc<House>,
    host: usize,
    (act, token): (&str, &str),
    changes: (&[String], Guest),
    chance: &mut Chance,
) -> (u16, String) {
    let number = chance.below(usize::MAX) as u64;
    let request = message(host, "/auth/admission", token);
    let iso = Rc::clone(chance.one(&house.isolates.borrow()));
    house.oracle.borrow_mut().invites(changes.0);
    let served = house.serve(&iso, request, None, 0, number).await;
    let (status, body) = (served.shown.status, served.shown.body);
    let line = format!("{} {act} of the service: {status}", house.since());
    house.trace.borrow_mut().note(line, "");
    let limited = !house.used_up.borrow().is_empty();
    let lost = body == KEY_LOST && house.may_lose_list.get();
    let mut oracle = house.oracle.borrow_mut();
    oracle.invited(
        house.runtime.now(),
        changes,
        (status, limited || lost),
        &served.heard,
    );
    (status, body)
}
