//! A person signs in at more computers than an account lists sessions.

use std::rc::Rc;

use super::house::House;
use super::people::{Computer, Go, How, go};

/// One more than an account lists.
const BROWSERS: usize = 21;

/// The number of the first computer, after those that every week has.
const FIRST: usize = 100;

/// The pause between two sign-ins, in milliseconds.
const PAUSE_MS: i64 = 3_000;

/// The pages ask again when every sign-in is over, and once more when each must have learnt that the first session has ended.
const AGAIN_MS: [i64; 2] = [80_000, 4_000_000];

/// Each browser of the crowd signs in by `first` at a computer of its own, and its page asks again later.
pub fn crowd(house: &Rc<House>, person: usize, first: &Go) {
    for nth in 0..BROWSERS {
        let computer = Computer::new(FIRST + nth, person);
        let (inner, order) = (Rc::clone(house), first.clone());
        house.runtime.spawn(async move {
            let seed = order.seed ^ (nth as u64) << 50;
            inner.runtime.sleep(PAUSE_MS * nth as i64).await;
            let order = Go { seed, ..order };
            go(Rc::clone(&inner), Rc::clone(&computer), order.clone()).await;
            for wait in AGAIN_MS {
                inner.runtime.sleep(wait).await;
                let again = Go {
                    how: How::Script,
                    seed: seed ^ wait.unsigned_abs(),
                    ..order.clone()
                };
                go(Rc::clone(&inner), Rc::clone(&computer), again).await;
            }
        });
    }
}
