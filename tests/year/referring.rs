//! Claims that fit no header: the service fetches them by the reference in an assertion, as it should or otherwise.

use std::rc::Rc;

use serde_json::{Value, json};
use simulator::http::{self, Response};
use simulator::jose::Unverified;

use super::by_service::{self, subject};
use super::deployment::HOSTS;
use super::house::House;
use super::oracle::references::Fetch;
use crate::world::chance::Chance;
use crate::world::http::Incoming;
use crate::world::record::OriginRequest;

/// The one who has lived at more addresses than a header takes, and a person who has not.
pub const LONG: usize = 1;
const ANOTHER: usize = 0;

/// How many there are.
pub const ADDRESSES: usize = 70;

/// The claim in which userinfo carries addresses.
const ADDRESS: &str = "https://vocab.account.gov.uk/v1/address";

/// The address that the services send from.
const FROM: &str = "198.51.100.8";

/// How the service uses a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetching {
    /// At once.
    AtOnce,
    /// More than a minute later.
    Late,
    /// Twice, side by side or one after the other.
    Twice,
    /// After it has ended the person's sessions itself.
    AfterEnd,
    /// With the subject of another person.
    OfAnother,
}

impl Fetching {
    /// Every way.
    pub const ALL: [Self; 5] = [
        Self::AtOnce,
        Self::Late,
        Self::Twice,
        Self::AfterEnd,
        Self::OfAnother,
    ];

    /// The query of an address at which the service does so.
    pub const fn query(self) -> &'static str {
        match self {
            Self::AtOnce => "fetches=once",
            Self::Late => "fetches=late",
            Self::Twice => "fetches=twice",
            Self::AfterEnd => "fetches=after-end",
            Self::OfAnother => "fetches=of-another",
        }
    }

    fn of(address: &str) -> Option<Self> {
        let (_, query) = address.split_once('?')?;
        Self::ALL
            .into_iter()
            .find(|fetching| fetching.query() == query)
    }

    /// After how many milliseconds it asks.
    fn waits(self, chance: &mut Chance) -> Vec<i64> {
        match self {
            Self::AtOnce | Self::OfAnother => vec![chance.seconds(5_000)],
            Self::Late => vec![76_000 + chance.seconds(40_000)],
            Self::Twice => vec![10, 10 + chance.seconds(200) * chance.seconds(100)],
            Self::AfterEnd => vec![30_000 + chance.seconds(15_000)],
        }
    }
}

/// The answer of userinfo as it is for the one with many addresses.
pub fn lengthen(request: &http::Request, mut answer: Response) -> Response {
    if !request.target.starts_with("/userinfo") {
        return answer;
    }
    let Ok(mut claims) = serde_json::from_slice::<Value>(&answer.body) else {
        return answer;
    };
    let is_theirs = (0..HOSTS.len()).any(|host| claims["sub"] == subject(LONG, host));
    if is_theirs && claims.get(ADDRESS).is_some() {
        let entry = json!({ "streetName": "Hedgehog Lane ".repeat(8), "postalCode": "BA2 5AA" });
        claims[ADDRESS] = json!(vec![entry; ADDRESSES]);
        answer.body = claims.to_string().into_bytes();
    }
    answer
}

/// The request that fetches the claims of a subject.
fn request(host: usize, sub: &str, reference: &str, id: String, now: i64) -> Incoming {
    let further = [("reference", json!(reference))];
    let token = by_service::token(host, ("fetch-claims+jwt", sub, id), now, &further);
    Incoming::get(&format!("https://{}/auth/claims", HOSTS[host]))
        .with("authorization", &format!("Bearer {token}"))
        .with("cf-connecting-ip", FROM)
}

/// The service has got a request whose address says how it fetches the claims.
pub fn fetch(house: &Rc<House>, host: usize, reached: &OriginRequest, seed: u64) {
    let Some(fetching) = Fetching::of(&reached.url) else {
        return;
    };
    let values = reached.assertions();
    let assertion = values.first().and_then(|token| Unverified::parse(token));
    let Some(assertion) = assertion else { return };
    let text = |name: &str| assertion.text(name).map(str::to_owned);
    let (Some(sub), Some(sid), Some(reference)) =
        (text("sub"), text("sid"), text("claims_reference"))
    else {
        return;
    };
    if fetching == Fetching::AfterEnd {
        by_service::end(house, host, LONG, None, seed);
    }
    let mut chance = Chance::seed(seed);
    for (nth, wait) in fetching.waits(&mut chance).into_iter().enumerate() {
        let fetch = Fetch {
            host,
            sid: sid.clone(),
            sub: match fetching {
                Fetching::OfAnother => subject(ANOTHER, host),
                _ => sub.clone(),
            },
            whose: sub.clone(),
            reference: reference.clone(),
            made_ms: house.runtime.now(),
            sent_ms: house.runtime.now() + wait,
        };
        let (inner, seed) = (Rc::clone(house), seed ^ (nth as u64) << 32);
        house.runtime.spawn(async move {
            inner.runtime.sleep(wait).await;
            let id = format!("{seed}");
            let request = request(host, &fetch.sub, &fetch.reference, id, inner.seconds());
            let mut chance = Chance::seed(seed);
            let iso = Rc::clone(chance.one(&inner.isolates.borrow()));
            let number = chance.below(usize::MAX) as u64;
            inner.oracle.borrow_mut().fetches(&fetch);
            let served = inner.serve(&iso, request, None, 0, number).await;
            let lines = served.heard.lines.borrow().clone();
            let status = served.shown.status;
            let line = format!("{} {fetching:?}: {status} {lines:?}", inner.since());
            inner.trace.borrow_mut().note(line, "");
            let mut oracle = inner.oracle.borrow_mut();
            oracle.fetched(&inner, &fetch, &served);
        });
    }
}
