//! Computers and the people at them: cookies, tabs, and navigations that are followed until they rest.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use serde_json::Value;
use simulator::http;
use url::Url;

use super::arriving::leads_on;
use super::house::House;
use super::oracle::standing::Standing;
use super::requests::{at_the_edge, at_the_provider, proves};
use crate::world::chance::Chance;
use crate::world::http::{By, Incoming, Shown, parameter};
use crate::world::jar::{self, Jar};
use crate::world::settings::ISSUER;

/// More redirects than this are a loop.
const REDIRECTS: usize = 20;

/// The people at computers. Of the first few, one has no identity, one a lower one, one goes to a Post Office.
pub const PEOPLE: [&str; 14] = [
    "kenneth", "sian", "amal", "mo", "farah", "vera", "ivor", "declan", "olivia", "gwen", "ngozi",
    "tomos", "ines", "dafydd",
];

/// The one who goes to a Post Office.
pub const IN_PERSON: usize = 6;

/// So many of them do most.
pub const FEW: usize = 7;

/// How a request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The person goes there.
    Navigation,
    /// A script asks.
    Script,
    /// A form is posted.
    Form,
    /// A page of another site posts one.
    Foreign,
    /// A page of a sibling posts one.
    Sibling,
    /// A page of another site leads there.
    Link,
    /// A page asks by itself, and says that this is no use of its session.
    Watch,
    /// A page looks whether its session lives.
    Status,
    /// A page keeps its session alive.
    StayAlive,
}

/// A sign-in that a browser began.
pub struct Started {
    /// The name of the cookie that was set.
    pub cookie: String,
    /// When, in milliseconds.
    pub at_ms: i64,
    /// Whether it asks for an identity.
    pub proving: bool,
    /// The page for which it was begun.
    pub page: String,
}

/// One computer with one browser.
#[derive(Default)]
pub struct Computer {
    /// Its number.
    pub number: usize,
    /// The cookies.
    pub jar: RefCell<Jar>,
    /// The content of the windows that were closed last.
    pub closed: RefCell<Option<(Jar, [Standing; 2])>>,
    /// The person there, of [`PEOPLE`].
    pub person: Cell<usize>,
    /// Which navigation each tab is at; an answer to an older one is not looked at any more.
    pub tabs: [Cell<u64>; 3],
    /// The person of the browser, for each service.
    pub standing: RefCell<[Standing; 2]>,
    /// Every callback's address, in order.
    pub callbacks: RefCell<Vec<String>>,
    /// Each start of a sign-in, by the `state` that it sent away.
    pub started: RefCell<HashMap<String, Started>>,
    /// Whether the browser loses each session's cookie at once, as some do that are set to.
    pub is_forgetful: Cell<bool>,
    /// How often a page ended a circle, after which the browser's other tabs are counted from zero.
    pub ended_circles: Cell<u64>,
}

/// Where a person goes, and how.
#[derive(Clone, Debug)]
pub struct Go {
    /// In which tab.
    pub tab: usize,
    /// The address.
    pub address: String,
    /// How.
    pub how: How,
    /// How long the service takes to answer, in milliseconds.
    pub origin_ms: i64,
    /// How long the person looks at the provider's page, in milliseconds.
    pub dwell_ms: i64,
    /// Whether they give up there.
    pub gives_up: bool,
    /// The seed of everything else.
    pub seed: u64,
}

fn incoming(address: &str, how: How) -> Incoming {
    let own = |request: Incoming| {
        request
            .with("sec-fetch-dest", "empty")
            .with("sec-fetch-mode", "cors")
            .with("sec-fetch-site", "same-origin")
    };
    let form = |site: &str| {
        Incoming::post(address, "a=b")
            .with("sec-fetch-dest", "document")
            .with("sec-fetch-mode", "navigate")
            .with("sec-fetch-site", site)
    };
    match how {
        How::Navigation => Incoming::get(address)
            .with("accept", "text/html")
            .with("sec-fetch-dest", "document")
            .with("sec-fetch-mode", "navigate")
            .with("sec-fetch-site", "same-origin"),
        How::Script | How::Status => own(Incoming::get(address)),
        How::StayAlive => own(Incoming::post(address, "")),
        How::Watch => own(Incoming::get(address)).with("one-login-counts-as-use", "false"),
        How::Form => form("same-origin"),
        How::Foreign => form("cross-site").with("origin", "https://elsewhere.example"),
        How::Sibling => form("same-site").with("origin", "https://sibling.example.gov.uk"),
        How::Link => Incoming::get(address)
            .with("accept", "text/html")
            .with("sec-fetch-dest", "document")
            .with("sec-fetch-mode", "navigate")
            .with("sec-fetch-site", "cross-site"),
    }
}

impl How {
    /// Whether the tab shows the answer.
    pub const fn shows(self) -> bool {
        matches!(
            self,
            Self::Navigation | Self::Form | Self::Foreign | Self::Sibling | Self::Link
        )
    }
}

impl Computer {
    /// A computer at which a person sits.
    pub fn new(number: usize, person: usize) -> Rc<Self> {
        Rc::new(Self {
            number,
            person: Cell::new(person),
            ..Self::default()
        })
    }

    /// The page for which the sign-in was begun whose callback this address is.
    pub fn began_at(&self, address: &str) -> Option<String> {
        let state = parameter(address, "state")?;
        let started = self.started.borrow();
        Some(started.get(&state)?.page.clone())
    }
}

/// A person goes somewhere and follows where it leads; gives what they see in the end, or nothing if
/// they left meanwhile.
pub async fn go(house: Rc<House>, computer: Rc<Computer>, go: Go) -> Option<Shown> {
    let mut chance = Chance::seed(go.seed);
    let tab = &computer.tabs[go.tab];
    if go.how.shows() {
        tab.set(tab.get() + 1);
    }
    let generation = tab.get();
    let mut request = incoming(&go.address, go.how);
    let mut proving = false;
    let (mut left, mut ended) = (REDIRECTS, computer.ended_circles.get());
    while left > 0 {
        left -= 1;
        let shown = if request.url.starts_with(ISSUER) {
            proving = proving || proves(&request.url);
            house.runtime.sleep(20 + chance.seconds(80)).await;
            at_the_provider(&house, &computer, &request)
        } else {
            let shown = at_the_edge(
                &house,
                &computer,
                request,
                &go,
                (proving, generation),
                &mut chance,
            )
            .await;
            if shown.url.contains("/auth/callback") {
                proving = false;
            }
            shown
        };
        if shown.status == 429 {
            computer.ended_circles.set(computer.ended_circles.get() + 1);
        }
        // One counter is the whole browser's.
        if computer.ended_circles.get() != ended {
            (left, ended) = (REDIRECTS, computer.ended_circles.get());
        }
        if tab.get() != generation {
            return None;
        }
        if shown.by == By::Provider {
            computer.jar.borrow_mut().keep(house.seconds(), &shown);
        }
        let refresh = shown
            .header("refresh")
            .and_then(|value| value.split_once("url="));
        let next = match shown.header("location") {
            Some(location) if (300..400).contains(&shown.status) => Some(location),
            _ => refresh.map(|(_, url)| url),
        };
        if let Some(next) = next.filter(|_| go.how.shows()) {
            let next: String = Url::parse(&shown.url).unwrap().join(next).unwrap().into();
            request = incoming(&next, How::Navigation);
            continue;
        }
        if let Some((next, looks_ms, how)) = leads_on(&shown, &go, &mut chance) {
            house.runtime.sleep(looks_ms).await;
            if tab.get() != generation {
                return None;
            }
            request = incoming(&next, how);
            continue;
        }
        let Some((_, rest)) = shown.body.split_once("name=\"journey\" value=\"") else {
            return Some(shown);
        };
        if go.gives_up || shown.by != By::Provider || !shown.body.contains("=\"/sign-in\"") {
            return Some(shown);
        }
        house.runtime.sleep(go.dwell_ms).await;
        if tab.get() != generation {
            return None;
        }
        let journey = rest.split('"').next().unwrap_or_default();
        let persona = PEOPLE[computer.person.get()];
        let form = http::form_encode(&[("journey", journey), ("persona", persona)]);
        request = Incoming::post(&format!("{ISSUER}sign-in"), &form);
    }
    let mut oracle = house.oracle.borrow_mut();
    oracle.broken(format!("circle: {REDIRECTS} redirects from {}", go.address));
    None
}

/// A page asks again after each of these waits in milliseconds, for as long as its tab is where it was; some give up when
/// they get no answer of the service's.
pub fn poll(
    house: &Rc<House>,
    computer: &Rc<Computer>,
    first: Go,
    waits: impl Iterator<Item = i64> + 'static,
    gives_up: bool,
) {
    let (house, computer) = (Rc::clone(house), Rc::clone(computer));
    let inner = Rc::clone(&house);
    house.runtime.spawn(async move {
        let generation = computer.tabs[first.tab].get();
        for (nth, wait) in waits.enumerate() {
            let order = Go {
                seed: first.seed ^ nth as u64,
                ..first.clone()
            };
            let shown = go(Rc::clone(&inner), Rc::clone(&computer), order).await;
            let is_answered = shown.is_some_and(|shown| shown.by == By::Origin);
            inner.runtime.sleep(wait).await;
            let is_left = computer.tabs[first.tab].get() != generation;
            if is_left || gives_up && !is_answered {
                return;
            }
        }
    });
}

/// A page keeps its session alive until its last minute, by what `/auth/session` says, and then asks for its place every
/// few seconds until the session must be over.
pub fn stay_on(house: &Rc<House>, computer: &Rc<Computer>, first: Go) {
    let (house, computer) = (Rc::clone(house), Rc::clone(computer));
    let inner = Rc::clone(&house);
    house.runtime.spawn(async move {
        let generation = computer.tabs[first.tab].get();
        let host = jar::host(&first.address);
        for nth in 0.. {
            let order = Go {
                address: format!("https://{host}/auth/session"),
                how: How::StayAlive,
                seed: first.seed ^ nth,
                ..first.clone()
            };
            let shown = go(Rc::clone(&inner), Rc::clone(&computer), order).await;
            let said = shown.and_then(|shown| serde_json::from_str::<Value>(&shown.body).ok());
            let seconds = |name: &str| said.as_ref()?[name].as_i64();
            let (Some(idle), Some(left)) = (seconds("idle_seconds"), seconds("absolute_seconds"))
            else {
                return;
            };
            if left < 60 {
                break;
            }
            inner
                .runtime
                .sleep((idle / 2).min(left - 30).max(1) * 1_000)
                .await;
            if computer.tabs[first.tab].get() != generation {
                return;
            }
        }
        let waits = (0..30).map(|nth| 10_000 + nth * 500);
        poll(&inner, &computer, first, waits, false);
    });
}
