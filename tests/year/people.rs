//! Computers and the people at them: cookies, tabs, and navigations that are followed until they rest.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use simulator::http;
use simulator::jose::Unverified;
use url::Url;

use super::deployment::{HOSTS, PLACES};
use super::house::{House, Iso, Served};
use super::oracle::standing::Standing;
use super::oracle::{Asked, faults};
use crate::world::chance::Chance;
use crate::world::http::{By, Incoming, Shown, parameter};
use crate::world::jar::{self, Jar};
use crate::world::settings::ISSUER;

/// More redirects than this are a loop.
const REDIRECTS: usize = 20;

/// The most that a service's cookies may weigh together, in bytes.
const HEAVIEST: usize = 8_192;

/// The people at computers. One has no identity, one a lower one, one goes to a Post Office.
pub const PEOPLE: [&str; 7] = ["kenneth", "sian", "amal", "mo", "farah", "vera", "ivor"];

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

fn host_number(address: &str) -> usize {
    let host = jar::host(address);
    HOSTS.iter().position(|known| *known == host).unwrap_or(0)
}

fn place_of(address: &str) -> Option<usize> {
    let url = Url::parse(address).ok()?;
    PLACES.iter().position(|place| place.path == url.path())
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

/// Whether the address of the provider's asks for an identity.
fn proves(address: &str) -> bool {
    let object = parameter(address, "request");
    let object = object.and_then(|object| Unverified::parse(&object));
    object.is_some_and(|object| {
        let vtr = object.claims.get("vtr").map(ToString::to_string);
        vtr.is_some_and(|vtr| vtr.contains('P'))
    })
}

fn at_the_provider(house: &Rc<House>, computer: &Computer, request: &Incoming) -> Shown {
    let mut headers = request.headers.clone();
    let cookies = computer.jar.borrow().sent(house.seconds(), &request.url);
    headers.extend(cookies.map(|cookies| ("cookie".to_owned(), cookies)));
    headers.push(("user-agent".to_owned(), "Mozilla/5.0".to_owned()));
    let answer = house.ask_provider(&http::Request {
        method: request.method.clone(),
        target: request.url[ISSUER.len() - 1..].to_owned(),
        headers,
        body: request.body.clone(),
    });
    Shown {
        by: By::Provider,
        url: request.url.clone(),
        status: answer.status,
        headers: answer.headers,
        body: String::from_utf8_lossy(&answer.body).into_owned(),
    }
}

async fn at_the_edge(
    house: &Rc<House>,
    computer: &Rc<Computer>,
    request: Incoming,
    go: &Go,
    (proving, generation): (bool, u64),
    chance: &mut Chance,
) -> Shown {
    let host = host_number(&request.url);
    if request.url.contains("/auth/callback") {
        computer.callback.replace(Some(request.url.clone()));
    }
    let cookies = computer.jar.borrow().sent(house.seconds(), &request.url);
    let standing = computer.standing.borrow()[host].clone();
    let asked = Asked {
        computer: computer.number,
        host,
        place: place_of(&request.url),
        sent_ms: house.runtime.now(),
        who: standing.who,
        used_ms: standing.used_ms,
        proving,
    };
    if cookies.as_ref().is_some_and(|text| text.len() > HEAVIEST) {
        house
            .oracle
            .borrow_mut()
            .broken(format!("cookies: more than {HEAVIEST} bytes"));
    }
    let mut request = request
        .with("user-agent", "Mozilla/5.0")
        .with("accept-language", "en-GB,en;q=0.9")
        .with(
            "cf-connecting-ip",
            &format!("203.0.113.{}", computer.number),
        );
    if let Some(cookies) = cookies {
        request = request.with("cookie", &cookies);
    }
    let (up, down) = (1 + chance.seconds(30), 1 + chance.seconds(30));
    house.runtime.sleep(up).await;
    let iso = {
        let isolates = house.isolates.borrow();
        Rc::clone(chance.one(&isolates))
    };
    let seed = u64::try_from(chance.below(usize::MAX)).unwrap();
    let serving = serve(
        Rc::clone(house),
        iso,
        request,
        asked.clone(),
        go.origin_ms,
        seed,
    );
    let (served, signed) = house.runtime.spawn(serving).await;
    house.runtime.sleep(down).await;
    let now = house.runtime.now();
    // A person who has gone on elsewhere in this tab does not see the answer, nor does the browser keep its cookies.
    if computer.tabs[go.tab].get() == generation {
        computer
            .jar
            .borrow_mut()
            .keep(house.seconds(), &served.shown);
        let mut all = computer.standing.borrow_mut();
        let mine = &mut all[host];
        mine.arrived(now, &asked, &served.shown, signed.as_ref());
        let told = served
            .reached
            .as_ref()
            .is_some_and(|r| !r.assertions().is_empty());
        let alive = go.how == How::StayAlive && served.shown.body.contains("\"signed_in\":true");
        if told || alive {
            mine.used_ms = now;
        }
    }
    let mut oracle = house.oracle.borrow_mut();
    if let Some(cookie) = computer.jar.borrow().refused.first() {
        let name = cookie.split('=').next().unwrap_or_default();
        oracle.broken(format!("cookies: a browser refuses {name}"));
    }
    faults::judge(&mut oracle, &asked, go.how, &served);
    served.shown
}

async fn serve(
    house: Rc<House>,
    iso: Rc<Iso>,
    request: Incoming,
    asked: Asked,
    origin_ms: i64,
    seed: u64,
) -> (Served, Option<Rc<super::oracle::Signed>>) {
    let served = house
        .serve(&iso, request.clone(), Some(&asked), origin_ms, seed)
        .await;
    let now = house.runtime.now();
    let mut oracle = house.oracle.borrow_mut();
    let signed = oracle.answered(now, &asked, &request, &served);
    drop(oracle);
    house.note(&asked, &request, &iso, &served);
    (served, signed)
}
