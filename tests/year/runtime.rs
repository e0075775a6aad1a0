//! Time that passes only when nothing else is left to do, and tasks whose order chance decides.
//!
//! A task waits for a moment, for an answer of another task, or for a waker of the product's own. Of
//! all tasks that can go on at one moment, a number drawn from the seed says which does first.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use crate::world::chance::Chance;

type Work = Pin<Box<dyn Future<Output = ()>>>;

/// So many steps without time passing are a loop.
const ENDLESS: usize = 200_000;

/// The clock and everything that goes on.
#[derive(Clone)]
pub struct Runtime(Rc<Inner>);

struct Inner {
    now: Cell<i64>,
    chance: RefCell<Chance>,
    tasks: RefCell<BTreeMap<usize, (Work, Waker)>>,
    born: RefCell<Vec<(usize, Work)>>,
    next: Cell<usize>,
    timers: RefCell<BinaryHeap<Reverse<Timer>>>,
    ready: Arc<Mutex<Vec<usize>>>,
}

struct Timer {
    at: i64,
    number: usize,
    waker: Waker,
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.number) == (other.at, other.number)
    }
}

impl Eq for Timer {}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

struct Bell {
    task: usize,
    ready: Arc<Mutex<Vec<usize>>>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        let mut ready = self.ready.lock().unwrap();
        if !ready.contains(&self.task) {
            ready.push(self.task);
        }
    }
}

impl Runtime {
    /// A clock at a moment, in milliseconds since the epoch.
    pub fn new(now: i64, seed: u64) -> Self {
        Self(Rc::new(Inner {
            now: Cell::new(now),
            chance: RefCell::new(Chance::seed(seed)),
            tasks: RefCell::default(),
            born: RefCell::default(),
            next: Cell::new(0),
            timers: RefCell::default(),
            ready: Arc::default(),
        }))
    }

    /// Now, in milliseconds since the epoch.
    pub fn now(&self) -> i64 {
        self.0.now.get()
    }

    /// Waits so many milliseconds.
    pub async fn sleep(&self, milliseconds: i64) {
        let deadline = self.now() + milliseconds;
        let mut set = false;
        std::future::poll_fn(|context| {
            if self.now() >= deadline && set {
                return Poll::Ready(());
            }
            if !std::mem::replace(&mut set, true) {
                let number = self.number();
                self.0.timers.borrow_mut().push(Reverse(Timer {
                    at: deadline,
                    number,
                    waker: context.waker().clone(),
                }));
            }
            Poll::Pending
        })
        .await;
    }

    fn number(&self) -> usize {
        let number = self.0.next.get();
        self.0.next.set(number + 1);
        number
    }

    /// Begins a task, whose result may be waited for.
    pub fn spawn<T: 'static>(&self, future: impl Future<Output = T> + 'static) -> Answer<T> {
        let slot = Rc::new(Slot {
            value: Cell::new(None),
            waker: RefCell::new(None),
        });
        let task = self.number();
        let filled = Rc::clone(&slot);
        let work = async move {
            let value = future.await;
            filled.value.set(Some(value));
            if let Some(waker) = filled.waker.borrow_mut().take() {
                waker.wake();
            }
        };
        self.0.born.borrow_mut().push((task, Box::pin(work)));
        Answer(slot)
    }

    /// Goes on until a moment, in milliseconds since the epoch, and runs every task that is due by then.
    pub fn run_until(&self, end: i64) {
        loop {
            self.run_ready();
            let due = {
                let mut timers = self.0.timers.borrow_mut();
                let is_due = timers.peek().is_some_and(|Reverse(timer)| timer.at <= end);
                is_due.then(|| timers.pop()).flatten()
            };
            let Some(Reverse(timer)) = due else { break };
            self.0.now.set(self.now().max(timer.at));
            timer.waker.wake();
            // All that is due at this moment goes on in an order of chance.
            let mut timers = self.0.timers.borrow_mut();
            while timers
                .peek()
                .is_some_and(|Reverse(other)| other.at <= self.now())
            {
                if let Some(Reverse(other)) = timers.pop() {
                    other.waker.wake();
                }
            }
        }
        self.0.now.set(self.now().max(end));
    }

    fn run_ready(&self) {
        for step in 0.. {
            assert!(step < ENDLESS, "tasks go on without time passing");
            for (task, work) in self.0.born.take() {
                let ready = Arc::clone(&self.0.ready);
                let waker = Waker::from(Arc::new(Bell { task, ready }));
                waker.wake_by_ref();
                self.0.tasks.borrow_mut().insert(task, (work, waker));
            }
            let task = {
                let mut ready = self.0.ready.lock().unwrap();
                if ready.is_empty() {
                    return;
                }
                let drawn = self.0.chance.borrow_mut().below(ready.len());
                ready.swap_remove(drawn)
            };
            let found = self.0.tasks.borrow_mut().remove(&task);
            let Some((mut work, waker)) = found else {
                continue;
            };
            let mut context = Context::from_waker(&waker);
            if work.as_mut().poll(&mut context).is_pending() {
                self.0.tasks.borrow_mut().insert(task, (work, waker));
            }
        }
    }

    /// Drops everything that still waits, as when a machine is switched off.
    pub fn stop(&self) {
        self.0.timers.borrow_mut().clear();
        let tasks = self.0.tasks.take();
        drop(tasks);
        self.0.born.borrow_mut().clear();
    }
}

struct Slot<T> {
    value: Cell<Option<T>>,
    waker: RefCell<Option<Waker>>,
}

/// The answer of a task to come. A client that drops it leaves, and the task goes on.
pub struct Answer<T>(Rc<Slot<T>>);

impl<T> Future for Answer<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        match self.0.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                self.0.waker.replace(Some(context.waker().clone()));
                Poll::Pending
            }
        }
    }
}
