//! A runtime of thirty lines: it polls until everything is done, and notices when nothing will ever
//! happen again.
//!
//! There are no threads and no timers here, so a test that passes once passes always.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Work that no request waits for.
pub type Work = Pin<Box<dyn Future<Output = ()>>>;

/// Remembers that it was rung.
#[derive(Default)]
struct Bell(AtomicBool);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Runs one future to its end.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let bell = Arc::new(Bell::default());
    let waker = Waker::from(Arc::clone(&bell));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        // In a Worker this would be a request that hangs until it is cut off.
        let rung = bell.0.swap(false, Ordering::SeqCst);
        assert!(rung, "a future waits for an event that will not come");
    }
}

/// Runs a future until the count goes up, and then drops it.
pub fn poll_to_a_call<T>(future: impl Future<Output = T>, count: impl Fn() -> usize) {
    let waker = Waker::from(Arc::new(Bell::default()));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    let before = count();
    while count() == before {
        let finished = future.as_mut().poll(&mut context).is_ready();
        assert!(!finished, "it ended before it was cut off");
    }
}

/// Runs a future until the moment comes, lets something else happen, and then runs it to its end.
pub fn interrupted<T>(
    future: impl Future<Output = T>,
    moment: impl Fn() -> bool,
    happens: impl FnOnce(),
) -> T {
    let waker = Waker::from(Arc::new(Bell::default()));
    let mut context = Context::from_waker(&waker);
    let mut future = Box::pin(future);
    while !moment() {
        let finished = future.as_mut().poll(&mut context).is_ready();
        assert!(!finished, "it ended before the moment came");
    }
    happens();
    block_on(future)
}

/// Runs several futures side by side, each a step at a time in turn, as requests in one isolate run.
pub async fn together<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut values: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(move |context| {
        for (future, value) in futures.iter_mut().zip(&mut values) {
            if value.is_none()
                && let Poll::Ready(ready) = future.as_mut().poll(context)
            {
                *value = Some(ready);
            }
        }
        if values.iter().any(Option::is_none) {
            return Poll::Pending;
        }
        Poll::Ready(values.iter_mut().filter_map(Option::take).collect())
    })
    .await
}

/// Lets others go on first, as every wait for the outside does.
pub async fn pause() {
    let mut paused = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut paused, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
