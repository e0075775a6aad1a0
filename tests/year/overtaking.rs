//! A person signs out while an answer that renews their session is on its way.

use std::rc::Rc;

use super::house::House;
use super::people::{Computer, Go, go};

/// How long after the slow request the person signs out, in milliseconds.
const SIGNS_OUT_MS: i64 = 1_000;

/// Sends the slow request, then the sign-out, then, so long after the slow answer, the last one. Another person may sit
/// down after the sign-out.
pub fn overtake(
    house: &Rc<House>,
    computer: &Rc<Computer>,
    [slow, signs_out, last]: [Go; 3],
    next: Option<usize>,
    after_ms: i64,
) {
    let waits = [0, SIGNS_OUT_MS, slow.origin_ms + after_ms];
    for (nth, (order, wait)) in [slow, signs_out, last].into_iter().zip(waits).enumerate() {
        let (house, computer) = (Rc::clone(house), Rc::clone(computer));
        let inner = Rc::clone(&house);
        house.runtime.spawn(async move {
            inner.runtime.sleep(wait).await;
            if let (1, Some(person)) = (nth, next) {
                computer.person.set(person);
            }
            go(inner, computer, order).await;
        });
    }
}
