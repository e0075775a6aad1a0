//! Notifications, which come late, twice, or not at all, and again by the provider's rule.

use std::rc::Rc;

use simulator::http;
use simulator::jose::Unverified;
use simulator::provider::notification::Outgoing;

use super::house::House;
use crate::world::chance::Chance;
use crate::world::http::Incoming;
use crate::world::signing_out::PROVIDERS_ADDRESS;

/// The provider sends its notifications, and again those that were not accepted.
pub fn deliver_later(house: &Rc<House>, seed: u64, wait: i64) {
    let inner = Rc::clone(house);
    house.runtime.spawn(async move {
        inner.runtime.sleep(wait).await;
        let outgoing = {
            let now = inner.seconds();
            inner.provider.borrow_mut().take_notifications(now)
        };
        for (nth, outgoing) in outgoing.into_iter().enumerate() {
            deliver(&inner, outgoing, seed ^ (nth as u64 + 1) << 40);
        }
    });
}

/// The token of a notification.
fn token(form: &[u8]) -> Option<Unverified> {
    Unverified::parse(&http::last_wins(form).remove("logout_token")?)
}

/// The person whom a notification is about.
fn subject(form: &[u8]) -> String {
    let sub = token(form).and_then(|token| Some(token.claims.get("sub")?.as_str()?.to_owned()));
    sub.unwrap_or_default()
}

/// Whether the provider has withdrawn the key of a token, so that it is not to be trusted any more.
fn is_withdrawn(house: &House, form: &[u8]) -> bool {
    let token = token(form);
    let mut request = http::Request::get("/.well-known/jwks.json");
    // The provider's firewall refuses a request without one.
    let own = ("user-agent".to_owned(), "Mozilla/5.0".to_owned());
    request.headers.push(own);
    let keys = house.ask_provider(&request);
    assert_eq!(keys.status, 200);
    let keys = String::from_utf8_lossy(&keys.body).into_owned();
    token.is_some_and(|token| {
        !token
            .header_text("kid")
            .is_some_and(|kid| keys.contains(kid))
    })
}

fn deliver(house: &Rc<House>, outgoing: Outgoing, seed: u64) {
    let inner = Rc::clone(house);
    house.runtime.spawn(async move {
        let mut chance = Chance::seed(seed);
        let lost = chance.below(20) == 0;
        let times = 1 + usize::from(chance.below(10) == 0);
        inner.runtime.sleep(chance.seconds(4_000)).await;
        let mut result = Err("lost".to_owned());
        for _ in 0..if lost { 0 } else { times } {
            let request = Incoming {
                method: outgoing.method.to_owned(),
                url: outgoing.uri.clone(),
                headers: outgoing.headers.clone(),
                body: outgoing.body.clone(),
            }
            .with("user-agent", "Java-http-client/21")
            .with("cf-connecting-ip", PROVIDERS_ADDRESS);
            let iso = Rc::clone(chance.one(&inner.isolates.borrow()));
            let number = chance.below(usize::MAX) as u64;
            let subs = [subject(&outgoing.body)];
            inner.oracle.borrow_mut().begins_to_end(&subs);
            let served = inner.serve(&iso, request, None, 0, number).await;
            let status = served.shown.status;
            let line = format!("{} notification: {status}", inner.since());
            inner.trace.borrow_mut().note(line, "");
            let limited = !inner.used_up.borrow().is_empty();
            let withdrawn = is_withdrawn(&inner, &outgoing.body);
            let mut oracle = inner.oracle.borrow_mut();
            oracle.told(
                inner.runtime.now(),
                &outgoing.body,
                (status, limited, withdrawn),
                &served.heard,
            );
            oracle.has_ended(&subs);
            result = Ok(status);
        }
        let again = result != Ok(200);
        inner
            .provider
            .borrow_mut()
            .notification_result(outgoing.id, result);
        if again {
            deliver_later(&inner, seed + 1, 31_000);
        }
    });
}
