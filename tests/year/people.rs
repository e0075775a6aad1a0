//! Computers and the people at them: cookies, tabs, and navigations that are followed until they rest.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use simulator::http;
use url::Url;

use super::house::House;
use super::oracle::standing::Standing;
use super::requests::{at_the_edge, at_the_provider, proves};
use crate::world::chance::Chance;
use crate::world::http::{By, Incoming, Shown};
use crate::world::jar::Jar;
use crate::world::settings::ISSUER;

/// More redirects than this are a loop.
const REDIRECTS: usize = 20;

/// The people at computers. Of the first few, one has no identity, one a lower one, one goes to a Post Office.
pub const PEOPLE: [&str; 14] = [
    "kenneth", "sian", "amal", "mo", "farah", "vera", "ivor", "declan", "olivia", "gwen", "ngozi",
    "tomos", "ines", "dafydd",
];

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
    /// A page looks whether its session lives.
    Status,
    /// A page keeps its session alive.
    StayAlive,
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
    /// The last callback's address.
    pub callback: RefCell<Option<String>>,
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
    match how {
        How::Navigation => Incoming::get(address)
            .with("accept", "text/html")
            .with("sec-fetch-dest", "document")
            .with("sec-fetch-mode", "navigate")
            .with("sec-fetch-site", "same-origin"),
        How::Script | How::Status => own(Incoming::get(address)),
        How::StayAlive => own(Incoming::post(address, "")),
        How::Form => Incoming::post(address, "a=b")
            .with("sec-fetch-dest", "document")
            .with("sec-fetch-mode", "navigate")
            .with("sec-fetch-site", "same-origin"),
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
}

/// A person goes somewhere and follows where it leads; gives what they see in the end, or nothing if
/// they left meanwhile.
pub async fn go(house: Rc<House>, computer: Rc<Computer>, go: Go) -> Option<Shown> {
    let mut chance = Chance::seed(go.seed);
    let tab = &computer.tabs[go.tab];
    let generation = match go.how {
        How::Navigation | How::Form => {
            tab.set(tab.get() + 1);
            tab.get()
        }
        _ => tab.get(),
    };
    let mut request = incoming(&go.address, go.how);
    let mut proving = false;
    for _ in 0..REDIRECTS {
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
        if let Some(next) = next.filter(|_| matches!(go.how, How::Navigation | How::Form)) {
            let next: String = Url::parse(&shown.url).unwrap().join(next).unwrap().into();
            request = incoming(&next, How::Navigation);
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

/// A page asks again and again after so many milliseconds, for as long as its tab is where it was.
pub fn poll(house: &Rc<House>, computer: &Rc<Computer>, first: Go, every_ms: i64, times: u64) {
    let (house, computer) = (Rc::clone(house), Rc::clone(computer));
    let inner = Rc::clone(&house);
    house.runtime.spawn(async move {
        let generation = computer.tabs[first.tab].get();
        for nth in 0..times {
            let order = Go {
                seed: first.seed ^ nth,
                ..first.clone()
            };
            go(Rc::clone(&inner), Rc::clone(&computer), order).await;
            inner.runtime.sleep(every_ms).await;
            if computer.tabs[first.tab].get() != generation {
                return;
            }
        }
    });
}
