//! The decision about a request: it goes to the origin, or the edge answers it.
//!
//! [`decide`] reads a request from the outside in: host, scheme, path, then the edge's own
//! addresses, then the service's rules. It waits for nothing. A decision that has to wait is a [`Task`],
//! which [`finish`] carries out. How an answer is sent and a request forwarded is not known here.

pub mod about;
pub mod accounts;
pub mod answer;
pub mod assertion;
pub mod assets;
pub mod backchannel;
pub mod both;
pub mod callback;
pub mod cookies;
pub mod cross_origin;
pub mod forward;
pub mod header;
pub mod held;
pub mod identity;
pub mod inactive;
pub mod leases;
mod navigation;
pub mod own_pages;
pub mod pages;
pub mod path;
pub mod protect;
pub mod provider;
pub mod refused;
pub mod reply;
pub mod request;
mod scene;
pub mod sign_in;
pub mod sign_out;
pub mod socket;
pub mod spoken;
pub mod standing;
pub mod status;
pub mod tally;
pub mod words;

use std::cell::RefCell;
use std::collections::HashMap;
use std::pin::Pin;
use std::rc::Rc;

use crate::config::{Config, Host, Service, is_loopback};
use crate::platform::Platform;
use crate::session::cookie::Session;
use both::both;
use forward::{AnswerPlan, Forward};
use pages::{Page, Sent};
use path::CanonicalPath;
use reply::Reply;
use request::{Address, Request};
pub use scene::Scene;
use sign_in::Start;

/// The values that an isolate keeps between requests: only the assertions are about a person.
#[derive(Debug)]
pub struct Isolate {
    /// The deployment, parsed once.
    pub config: Config,
    /// The provider's documents.
    pub documents: provider::Documents,
    /// Signed assertions.
    pub assertions: assertion::Kept,
    /// The answers of accounts.
    pub leases: leases::Leases,
    /// How often a log line was left out.
    pub tally: tally::Tally,
    /// Which private keys were seen to fit their public halves, by key id.
    pub proved: RefCell<HashMap<String, bool>>,
}

impl Isolate {
    /// An isolate that has seen no request yet.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            config,
            documents: provider::Documents::default(),
            assertions: assertion::Kept::default(),
            leases: leases::Leases::default(),
            tally: tally::Tally::default(),
            proved: RefCell::default(),
        }
    }
}

/// The decision about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It goes to the origin.
    Forward(Forward),
    /// The edge answers it.
    Reply(Reply),
    /// The edge answers it with a file that was uploaded with it.
    Asset {
        /// The file's name.
        file: &'static str,
        /// The answer without its body.
        reply: Reply,
    },
}

/// A decision, or what has to be waited for first.
#[derive(Debug)]
pub enum Verdict {
    /// Decided.
    Now(Box<Decision>),
    /// To be carried out by [`finish`].
    Later(Task),
}

/// The work that a decision waits for.
#[derive(Debug)]
pub enum Task {
    /// A sign-in starts.
    Start(Start),
    /// A sign-in comes back, with this query.
    Callback(String),
    /// A session passes once its assertion is signed.
    Assert {
        /// The request for the origin, without the assertion.
        forward: Box<Forward>,
        /// The session.
        session: Box<Session>,
        /// The contents of the assertion.
        about: assertion::Subject,
        /// The identity behind it, where the route releases it.
        known: Option<assertion::Known>,
    },
    /// A session passes if its account says that it is alive.
    Check {
        /// The path.
        path: CanonicalPath,
        /// The query.
        query: Option<String>,
        /// The session.
        session: Box<Session>,
    },
    /// A person who was away goes on to prove an identity.
    Continue(Box<Session>),
    /// A person signs out.
    SignOut {
        /// Of every browser.
        everywhere: bool,
    },
    /// A session ends because a person was away, or at its limit; they were at this place.
    Inactive(String),
    /// A person has signed out.
    SignedOut,
    /// The provider sends a notification.
    Notification,
    /// A page of the service asks about its session.
    Status,
    /// A request asks whether the deployment is sound.
    Health,
}

impl From<Reply> for Verdict {
    fn from(reply: Reply) -> Self {
        Self::Now(Box::new(Decision::Reply(reply)))
    }
}

/// The answer to a request whose host is no service's. `cargo edge doctor` knows it again.
pub const NO_SERVICE: &str = "There is no service at this host.";

/// Decides what happens to a request, with the scene in which the rest takes place.
///
/// The scene is `None` when the request is for no service of this deployment. `now` is seconds
/// since the epoch, read once for the whole request.
pub fn decide<P: Platform>(
    isolate: &Rc<Isolate>,
    platform: &P,
    request: &Request,
    now: i64,
) -> (Verdict, Option<Scene<P>>) {
    let without_scene = |reply: Reply| (Verdict::from(reply), None);
    let Some(address) = request.address() else {
        return without_scene(both(
            400,
            Page::BadAddress,
            Some(request),
            "This address cannot be understood.",
        ));
    };
    let host = address.host.to_ascii_lowercase();
    let service = match isolate.config.host(&host) {
        None => return without_scene(both(404, Page::NotFound, Some(request), NO_SERVICE)),
        Some(Host::Closed) => return without_scene(closed(&isolate.config, &host, request)),
        Some(Host::Alias(service)) => return without_scene(moved(service, request, &address)),
        Some(Host::Service(service)) => service,
    };
    if !service.origin_url.starts_with(address.scheme)
        || service.origin_url.as_bytes().get(address.scheme.len()) != Some(&b':')
    {
        return without_scene(moved(service, request, &address));
    }
    let scene = Scene::new(isolate, platform, service, request, now);
    let mut verdict = route(&scene, request, &address);
    if let Verdict::Now(decision) = &mut verdict
        && let Decision::Reply(reply) = &mut **decision
    {
        header::show(&scene, request, reply);
    }
    (verdict, Some(scene))
}

/// Changes the plan for an answer that took long: the session was in use until now, and its renewal
/// says so.
pub fn prolong<P: Platform>(
    isolate: &Rc<Isolate>,
    platform: &P,
    request: &Request,
    now: i64,
    plan: &mut AnswerPlan,
) {
    let host = request
        .address()
        .map(|address| address.host.to_ascii_lowercase());
    let host = host.and_then(|host| isolate.config.host(&host));
    if let (true, Some(Host::Service(service))) = (plan.used, host) {
        let scene = Scene::behind(isolate, platform, service, now);
        if let Some(cookies) = held::used_until_now(&scene, request) {
            plan.cookies = cookies;
        }
    }
}

/// In how many seconds an open WebSocket, which this request opened, is looked at again; 0 where it has to close.
pub async fn attend<P: Platform>(
    isolate: &Rc<Isolate>,
    platform: &P,
    request: &Request,
    now: i64,
) -> i64 {
    let host = request
        .address()
        .map(|address| address.host.to_ascii_lowercase());
    match host.and_then(|host| isolate.config.host(&host)) {
        Some(Host::Service(service)) => {
            let scene = Scene::new(isolate, platform, service, request, now).about(request);
            socket::attend(&scene, request).await
        }
        _ => 0,
    }
}

/// The answer of a host whose configuration is at fault. The faults are in the log, and on
/// the page when the deployment is a developer's own machine.
fn closed(config: &Config, host: &str, request: &Request) -> Reply {
    let mut text = "This service is not available: its configuration is at fault.".to_owned();
    if config.is_local() && is_loopback(host) {
        for fault in &config.faults {
            text.push_str(&format!("\n- {fault}"));
        }
    }
    both(500, Page::NotSetUp, Some(request), &text)
}

/// The way to the service's own host and scheme; anything but GET and HEAD is refused, because
/// what it carries has already been sent to the wrong place.
fn moved(service: &Service, request: &Request, address: &Address<'_>) -> Reply {
    let target = match CanonicalPath::parse(address.path, service.allow_semicolons) {
        Ok(path) if request.is_read() && is_plain(address.query) => path,
        _ => {
            let page = match request.is_read() {
                true => Page::BadAddress,
                false => Page::WrongMethod,
            };
            let detail = "This host and scheme take no such request.";
            return both(400, page, Some(request), detail).of(service);
        }
    };
    let query = address
        .query
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let location = format!("{}{}{query}", service.origin_url, target.text);
    Reply::redirect(308, location).of(service)
}

/// Whether a query holds nothing that a parser would cut or change the meaning of.
fn is_plain(query: Option<&str>) -> bool {
    let query = query.unwrap_or_default();
    !query.contains('#')
        && !query
            .chars()
            .any(|letter| letter.is_control() || letter == ' ')
}

/// Routes a request of a service.
fn route<P: Platform>(scene: &Scene<P>, request: &Request, address: &Address<'_>) -> Verdict {
    let service = &scene.service;
    if matches!(request.method.as_str(), "TRACE" | "TRACK" | "CONNECT") {
        let detail = "This method is not allowed.";
        return both(405, Page::WrongMethod, Some(request), detail)
            .with("allow", "GET, HEAD, POST")
            .of(service)
            .into();
    }
    let path = CanonicalPath::parse(address.path, service.allow_semicolons);
    let path = match path {
        Ok(path) if is_plain(address.query) && !service.rules.obscure(&path) => path,
        _ => {
            scene
                .about(request)
                .log_refused("refused", "ambiguous_address");
            return scene.page(400, Page::BadAddress).into();
        }
    };
    if let Some(verdict) = own_pages::route(scene, request, &path, address.query) {
        return verdict;
    }
    protect::protect(scene, request, &path, address.query)
}

/// Carries out what had to be waited for.
pub async fn finish<P: Platform>(scene: &Scene<P>, request: &Request, task: Task) -> Decision {
    let scene = &scene.about(request);
    scene.log_sums();
    // Boxed, so that each is a function of its own. WebAssembly is compiled when it is first called, and no first
    // request has to wait for the code of all the others.
    let reply: Pin<Box<dyn Future<Output = Reply> + '_>> = match task {
        Task::Start(start) => Box::pin(sign_in::start(scene, request, start)),
        Task::Callback(ref query) => Box::pin(callback::finish(scene, request, query)),
        Task::Status => Box::pin(status::answer(scene, request)),
        Task::Health => Box::pin(own_pages::health(scene)),
        Task::SignOut { everywhere } => Box::pin(sign_out::finish(scene, request, everywhere)),
        Task::Inactive(ref place) => Box::pin(inactive::finish(scene, request, place)),
        Task::SignedOut => Box::pin(sign_out::signed_out(scene, request)),
        Task::Notification => Box::pin(backchannel::finish(scene, request)),
        Task::Continue(session) => Box::pin(identity::go_on(scene, request, *session)),
        Task::Check {
            path,
            query,
            session,
        } => {
            let checked = standing::check(scene, request, &path, query.as_deref(), *session).await;
            return header::shown(scene, request, checked);
        }
        Task::Assert {
            forward,
            session,
            about,
            known,
        } => return standing::assert(scene, *forward, &session, &about, known).await,
    };
    header::shown(scene, request, Decision::Reply(reply.await))
}

/// The most bytes of cookies that each server takes with other headers: Tomcat takes 8,192 bytes of all headers together, and
/// nginx, Apache and gunicorn as many in each.
const MOST_COOKIES: usize = 4_096;

/// The page in place of a service's answer that refuses a person's request for its cookies: 431, or 400 to a request that only
/// reads. `None` where the answer stays the service's.
///
/// Source: RFC 6585 section 5; nginx `large_client_header_buffers`, Tomcat `maxHttpHeaderSize`, Apache `LimitRequestFieldSize`.
pub fn overfull<P: Platform>(scene: &Scene<P>, request: &Request, status: u16) -> Option<Reply> {
    let cookies = request.headers.get("cookie").unwrap_or_default();
    let refused = status == 431 || status == 400 && request.is_read();
    if !refused || cookies.len() < MOST_COOKIES || !request.is_document() {
        return None;
    }
    scene.log_refused("origin", "cookies_too_large");
    let mut reply = sign_out::too_many_cookies(scene);
    reply.status = status;
    Some(reply)
}

/// The page for a request that was sent to the service and got no answer: the service may have had it.
pub fn unanswered<P: Platform>(scene: &Scene<P>, request: &Request) -> Reply {
    let mut scene = scene.clone();
    if scene.sent == Sent::NotSaved {
        scene.sent = Sent::NotKnown;
    }
    let mut page = scene.page(502, Page::Problem);
    header::show(&scene, request, &mut page);
    page
}

/// Fetches the documents of every provider of the deployment: the hourly task.
pub async fn refresh<P: Platform>(isolate: &Rc<Isolate>, platform: &P, now: i64) {
    let mut done = Vec::new();
    for service in isolate.config.services() {
        let issuer = &service.provider.issuer;
        if !done.contains(issuer) {
            done.push(issuer.clone());
            let scene = Scene::behind(isolate, platform, service, now);
            scene.log_sums();
            provider::refresh(&scene).await;
        }
    }
}
