//! Browsers whose windows are closed and opened again, and whose cookies are copied.

use std::rc::Rc;

use super::deployment::HOSTS;
use super::house::House;
use super::oracle::standing::SESSION;
use super::people::{Computer, Go, poll};
use crate::world::jar::Cookie;

fn leave_all(computer: &Computer) {
    for tab in &computer.tabs {
        tab.set(tab.get() + 1);
    }
}

/// Every window is closed.
pub fn close(house: &House, computer: &Computer) {
    leave_all(computer);
    house.oracle.borrow_mut().forgets_wanted(computer.number);
    let before = (
        computer.jar.borrow().clone(),
        computer.standing.borrow().clone(),
    );
    computer.closed.replace(Some(before));
    computer.jar.borrow_mut().close();
    computer.standing.take();
}

/// The windows that were closed last are opened again.
pub fn restore(house: &House, computer: &Computer) {
    if let Some((jar, standing)) = computer.closed.take() {
        // A session that is restored may have been used, renewed or ended elsewhere meanwhile.
        let mut oracle = house.oracle.borrow_mut();
        standing.iter().for_each(|held| oracle.doubt(&held.who));
        oracle.forgets_wanted(computer.number);
        leave_all(computer);
        computer.jar.replace(jar);
        computer.standing.replace(standing);
    }
}

/// A thief copies every cookie to a computer of theirs and sends a request again and again, for as long as that leads
/// anywhere.
pub fn copy(house: &Rc<House>, from: &Computer, to: &Rc<Computer>, first: Go) {
    let jar = from.jar.borrow().clone();
    let standing = from.standing.borrow().clone();
    let mut oracle = house.oracle.borrow_mut();
    standing.iter().for_each(|held| oracle.doubt(&held.who));
    oracle.forgets_wanted(to.number);
    drop(oracle);
    leave_all(to);
    to.jar.replace(jar);
    to.standing.replace(standing);
    let waits = [100_000; 15].into_iter().chain([600_000; 70]);
    poll(house, to, first, waits, true);
}

/// A thief puts the sessions of the first service into the same browser's jar for the second.
pub fn copy_across(computer: &Computer) {
    let mut jar = computer.jar.borrow_mut();
    let sessions = jar.kept.iter().filter(|kept| kept.host == HOSTS[0]);
    let copied: Vec<_> = sessions
        .filter(|kept| kept.name.starts_with(SESSION))
        .map(|kept| Cookie {
            host: HOSTS[1].to_owned(),
            ..kept.clone()
        })
        .collect();
    jar.kept.extend(copied);
}
