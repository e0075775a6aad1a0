//! Everything works again, and a person tries whether they get in.

use std::rc::Rc;

use simulator::provider::personas::Persona;

use super::by_service;
use super::deployment::{ACCOUNT, HOSTS, PLACES};
use super::house::House;
use super::people::{Computer, Go, How, PEOPLE, go};
use crate::world::http::{By, Shown};

/// The longest time that a try may take, in milliseconds.
const LAST_TRY_MS: i64 = 10_000;

/// Everything works again.
pub fn mend(house: &House, computers: &[Rc<Computer>]) {
    for computer in computers {
        computer.is_forgetful.set(false);
    }
    house.troubles.mend();
    house.used_up.borrow_mut().clear();
    house.accounts.ahead.set(0);
    house.provider.borrow_mut().set_fault(None, None);
    house.works_since.set(Some(house.runtime.now()));
}

/// A person goes somewhere. Where a page says that all is well but leads them elsewhere, as it does where another person was
/// signed in, they press its button and go there again; gives the page that they see, unless they left meanwhile.
async fn goes(house: &Rc<House>, computer: &Rc<Computer>, order: Go) -> Option<Shown> {
    let shown = go(Rc::clone(house), Rc::clone(computer), order.clone()).await?;
    let leads_on = shown.by == By::Edge && shown.status == 200;
    let Some(path) = shown.link().filter(|_| leads_on) else {
        return Some(shown);
    };
    let pressed = Go {
        address: format!("https://{}{path}", HOSTS[0]),
        ..order.clone()
    };
    go(Rc::clone(house), Rc::clone(computer), pressed).await?;
    go(Rc::clone(house), Rc::clone(computer), order).await
}

/// A person tries whether they get in, again and again for three minutes after everything works again.
pub fn gets_in(house: &Rc<House>, computer: &Rc<Computer>, seed: u64) {
    let (house, computer) = (Rc::clone(house), Rc::clone(computer));
    let mended = house.runtime.now();
    let inner = Rc::clone(&house);
    house.runtime.spawn(async move {
        let signs_in = || {
            let person = PEOPLE[computer.person.get()];
            Persona::find(person).is_some_and(|persona| persona.signs_in)
        };
        let mut seen = String::new();
        for (nth, wait) in [1, 60_000, 60_000, 50_000].into_iter().enumerate() {
            inner.runtime.sleep(wait).await;
            let order = Go {
                tab: 2,
                address: format!("https://{}{}", HOSTS[0], PLACES[ACCOUNT].path),
                how: How::Navigation,
                origin_ms: 20,
                dwell_ms: 2_000,
                gives_up: false,
                seed: seed ^ nth as u64,
            };
            match goes(&inner, &computer, order).await {
                // They went on elsewhere.
                None => return,
                Some(shown) if shown.by == By::Origin => return,
                Some(shown) => seen = format!("{} {}", shown.status, shown.heading()),
            }
        }
        if signs_in() && inner.works_since.get().is_some_and(|since| since <= mended) {
            let mut oracle = inner.oracle.borrow_mut();
            // A service may keep a person out, which no repair changes; the provider may still know the one who sat here before.
            let tried = inner.runtime.now() - LAST_TRY_MS;
            let mut subs = (0..PEOPLE.len()).map(|person| by_service::subject(person, 0));
            if seen.starts_with("403") && subs.any(|sub| oracle.may_be_blocked(&sub, tried)) {
                return;
            }
            oracle.broken(format!(
                "back: three minutes after everything works again computer {} sees {seen:?}",
                computer.number
            ));
        }
    });
}
