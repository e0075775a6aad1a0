//! WebSockets that close with the session: a page opens one, and the edge looks at it for as long as it is open.

use std::rc::Rc;

use simulator::jose::Unverified;

use super::deployment::{HOSTS, LIVE, PLACES};
use super::house::House;
use super::oracle::Asked;
use super::oracle::sockets::Opened;
use super::people::Computer;
use crate::world::chance::Chance;
use crate::world::http::Incoming;

/// How long an answer is on its way to a browser at most, in milliseconds.
const ON_ITS_WAY_MS: i64 = 100;

/// The request that opens one at a service, with a browser's cookies.
fn upgrade(host: usize, computer: &Computer, cookies: Option<&str>) -> Incoming {
    let own = format!("https://{}", HOSTS[host]);
    let request = Incoming::get(&format!("{own}{}", PLACES[LIVE].path))
        .with("connection", "Upgrade")
        .with("upgrade", "websocket")
        .with("origin", &own)
        .with("user-agent", "Mozilla/5.0")
        .with(
            "cf-connecting-ip",
            &format!("203.0.113.{}", computer.number),
        );
    match cookies {
        Some(cookies) => request.with("cookie", cookies),
        None => request,
    }
}

/// A page opens one, and the edge looks at it until it closes, or until its isolate ends, which closes it too.
pub fn open(house: &Rc<House>, computer: &Rc<Computer>, host: usize, seed: u64) {
    let (house, computer) = (Rc::clone(house), Rc::clone(computer));
    let inner = Rc::clone(&house);
    house.runtime.spawn(async move {
        let mut chance = Chance::seed(seed);
        let mut draw = || chance.below(usize::MAX) as u64;
        let standing = computer.standing.borrow()[host].clone();
        let address = format!("https://{}/", HOSTS[host]);
        let cookies = computer.jar.borrow().sent(inner.seconds(), &address);
        let request = upgrade(host, &computer, cookies.as_deref());
        let asked = Asked {
            computer: computer.number,
            host,
            place: Some(LIVE),
            sent_ms: inner.runtime.now(),
            who: standing.who,
            settled: standing.settled,
            used_ms: standing.used_ms,
            proving: false,
            began_ms: None,
        };
        let iso = Rc::clone(Chance::seed(draw()).one(&inner.isolates.borrow()));
        let served = inner
            .serve(&iso, request.clone(), Some(&asked), 20, draw())
            .await;
        inner.note(&asked, &request, &iso, &served);
        let reached = served.reached.as_ref().filter(|_| served.is_attended);
        let assertion =
            reached.and_then(|reached| Unverified::parse(reached.assertions().first()?));
        let sid = assertion.and_then(|token| Some(token.claims.get("sid")?.as_str()?.to_owned()));
        let Some(sid) = sid else { return };
        let opened = Opened {
            sid,
            used_ms: asked.used_ms,
        };
        loop {
            let (seconds, heard) = inner.attend(&iso, &request, draw()).await;
            let now = inner.runtime.now();
            let line = format!(
                "{} the socket of computer {}: {seconds} seconds",
                inner.since(),
                computer.number
            );
            inner.trace.borrow_mut().note(line, "");
            {
                let mut oracle = inner.oracle.borrow_mut();
                if heard.account_failed.get() {
                    oracle.accounts_since_ms = now;
                }
                oracle.open_until(now, &opened);
            }
            if seconds <= 0 {
                // The answer that ended the session may still be on its way to the browser.
                inner.runtime.sleep(ON_ITS_WAY_MS).await;
                let standing = computer.standing.borrow()[host].clone();
                return inner.oracle.borrow_mut().closed(now, &standing, &opened);
            }
            inner.runtime.sleep(seconds * 1_000).await;
            if !inner
                .isolates
                .borrow()
                .iter()
                .any(|other| other.number == iso.number)
            {
                return;
            }
        }
    });
}
