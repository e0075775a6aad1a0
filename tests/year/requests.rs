//! A browser's requests, to the provider and to the edge, and what becomes of the answers.

use std::rc::Rc;

use simulator::http;
use simulator::jose::Unverified;
use url::Url;

use super::deployment::{HOSTS, PLACES};
use super::house::{House, Iso, Served};
use super::oracle::standing::{SESSION, Standing, Who, sets_session};
use super::oracle::{Asked, arrivals, faults};
use super::people::{Computer, Go, How, Started};
use crate::world::chance::Chance;
use crate::world::http::{By, Incoming, Shown, parameter};
use crate::world::jar;
use crate::world::settings::ISSUER;

/// The most that a service's cookies may weigh together, in bytes.
const HEAVIEST: usize = 8_192;

/// The name of each cookie of a sign-in under way begins so.
const ATTEMPT: &str = "__Host-ol-attempt-";

fn host_number(address: &str) -> usize {
    let host = jar::host(address);
    HOSTS.iter().position(|known| *known == host).unwrap_or(0)
}

fn place_of(address: &str) -> Option<usize> {
    let url = Url::parse(address).ok()?;
    PLACES.iter().position(|place| place.path == url.path())
}

/// Whether the address of the provider's asks for an identity.
pub fn proves(address: &str) -> bool {
    let object = parameter(address, "request");
    let object = object.and_then(|object| Unverified::parse(&object));
    object.is_some_and(|object| {
        let vtr = object.claims.get("vtr").map(ToString::to_string);
        vtr.is_some_and(|vtr| vtr.contains('P'))
    })
}

/// The `state` with which a start sends a browser to the provider.
fn state_of(shown: &Shown) -> Option<String> {
    let location = shown.header("location")?;
    let object = parameter(location, "request").filter(|_| location.starts_with(ISSUER))?;
    let object = Unverified::parse(&object)?;
    Some(object.claims.get("state")?.as_str()?.to_owned())
}

/// The name of the cookie of a sign-in that an answer begins.
fn attempt_of(shown: &Shown) -> Option<String> {
    let mut lines = shown.set_cookies();
    let line = lines.find(|line| line.starts_with(ATTEMPT) && !line.contains("Max-Age=0;"))?;
    Some(line.split('=').next()?.to_owned())
}

/// When a browser began the sign-in from which it comes back, in milliseconds, if it still has the cookie.
fn began(computer: &Computer, address: &str, cookies: Option<&str>) -> Option<i64> {
    let state = parameter(address, "state").unwrap_or_default();
    let started = computer.started.borrow();
    let start = started.get(&state)?;
    let has_cookie = cookies?.contains(&format!("{}=", start.cookie));
    has_cookie.then_some(start.at_ms)
}

/// A browser asks the provider.
pub fn at_the_provider(house: &Rc<House>, computer: &Computer, request: &Incoming) -> Shown {
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

/// A browser asks the edge, and keeps the answer if the tab is still there.
pub async fn at_the_edge(
    house: &Rc<House>,
    computer: &Rc<Computer>,
    request: Incoming,
    go: &Go,
    (proving, generation): (bool, u64),
    chance: &mut Chance,
) -> Shown {
    let host = host_number(&request.url);
    let cookies = computer.jar.borrow().sent(house.seconds(), &request.url);
    let (mut began_ms, mut proving) = (None, proving);
    if request.url.contains("/auth/callback") {
        // A person who goes back to it has not come by the start.
        let state = parameter(&request.url, "state").unwrap_or_default();
        let started = computer.started.borrow();
        proving = proving || started.get(&state).is_some_and(|start| start.proving);
        drop(started);
        let mut all = computer.callbacks.borrow_mut();
        if !all.contains(&request.url) {
            began_ms = began(computer, &request.url, cookies.as_deref());
        }
        all.push(request.url.clone());
    }
    let standing = computer.standing.borrow()[host].clone();
    let asked = Asked {
        computer: computer.number,
        host,
        place: place_of(&request.url),
        sent_ms: house.runtime.now(),
        who: standing.who,
        settled: standing.settled,
        used_ms: standing.used_ms,
        proving,
        began_ms,
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
    let opens_page = is_page(&request);
    let wanted = house.oracle.borrow().wanted(computer.number);
    let from = computer.began_at(&request.url);
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
    let is_there = computer.tabs[go.tab].get() == generation;
    let has_come = (from.as_deref(), signed.as_deref());
    house.oracle.borrow_mut().arrives(
        now,
        &asked,
        &served.shown,
        has_come,
        (wanted.as_ref(), is_there),
    );
    // A person who has gone on elsewhere in this tab does not see the answer, nor does the browser keep its cookies.
    if is_there {
        computer
            .jar
            .borrow_mut()
            .keep(house.seconds(), &served.shown);
        if let (Some(state), Some(cookie)) = (state_of(&served.shown), attempt_of(&served.shown)) {
            let start = Started {
                cookie,
                at_ms: now,
                proving: served.shown.header("location").is_some_and(proves),
                page: from.unwrap_or_else(|| served.shown.url.clone()),
            };
            computer.started.borrow_mut().insert(state, start);
        }
        let mut all = computer.standing.borrow_mut();
        let mine = &mut all[host];
        mine.arrived(now, &asked, &served.shown, signed.as_ref());
        // An answer of the edge's own in the place of the service's renews nothing.
        let reached = served
            .reached
            .as_ref()
            .filter(|_| served.shown.by == By::Origin);
        let told = reached.is_some_and(|r| !r.assertions().is_empty());
        let told = told && go.how != How::Watch;
        let gone_on = arrivals::has_gone_on(&asked, &served.shown);
        if let [Who::Person(signed)] = &mine.who[..] {
            signed.is_on.set(signed.is_on.get() || gone_on);
        }
        let alive = go.how == How::StayAlive && served.shown.body.contains("\"signed_in\":true");
        // Only the first time that a person goes on from the arrival path counts.
        let arrived = gone_on && served.shown.set_cookies().any(sets_session);
        if told || alive || arrived {
            mine.used_ms = now;
        }
        if computer.is_forgetful.get() {
            let mut jar = computer.jar.borrow_mut();
            jar.kept.retain(|cookie| !cookie.name.starts_with(SESSION));
            all.iter_mut().for_each(Standing::forget);
        }
    }
    let mut oracle = house.oracle.borrow_mut();
    if let Some(cookie) = computer.jar.borrow().refused.first() {
        let name = cookie.split('=').next().unwrap_or_default();
        oracle.broken(format!("cookies: a browser refuses {name}"));
    }
    let settled = computer.standing.borrow()[host].settled;
    oracle.demanded(&asked, &served, opens_page, settled);
    faults::judge(&mut oracle, &asked, go.how, &served);
    served.shown
}

/// Whether a person opens a page by a request.
pub fn is_page(request: &Incoming) -> bool {
    let header = |name: &str, value: &str| {
        request
            .headers
            .iter()
            .any(|(known, held)| known == name && held == value)
    };
    request.method == "GET" && header("sec-fetch-dest", "document")
}

async fn serve(
    house: Rc<House>,
    iso: Rc<Iso>,
    request: Incoming,
    asked: Asked,
    origin_ms: i64,
    seed: u64,
) -> (Served, Option<Rc<super::oracle::Signed>>) {
    let may_end = ["/auth/sign-out", "/auth/callback"]
        .iter()
        .any(|path| request.url.contains(path));
    let who = asked.who.iter().filter(|_| may_end);
    let subs: Vec<_> = who.filter_map(|who| who.sub().map(str::to_owned)).collect();
    house.oracle.borrow_mut().begins_to_end(&subs);
    let served = house
        .serve(&iso, request.clone(), Some(&asked), origin_ms, seed)
        .await;
    let now = house.runtime.now();
    let mut oracle = house.oracle.borrow_mut();
    let signed = oracle.answered(now, &asked, &request, &served, house.seal(&iso));
    oracle.leaves(now, &asked, &request, &served);
    if request.url.contains("/auth/callback") && asked.proving {
        oracle.has_proved(now, &asked, &served);
    }
    oracle.has_ended(&subs);
    drop(oracle);
    house.note(&asked, &request, &iso, &served);
    (served, signed)
}
