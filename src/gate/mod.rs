//! The decision about a request: it goes to the origin, or the edge answers it.
//!
//! [`decide`] reads a request from the outside in: host, scheme, path, then the edge's own
//! addresses, then the service's rules. It waits for nothing. A decision that has to wait is a [`Task`],
//! which [`finish`] carries out. How an answer is sent and a request forwarded is not known here.

pub mod access;
pub mod accounts;
pub mod admission;
pub mod arrival;
pub mod browser_session;
pub mod context;
pub mod decision;
pub mod delivery;
pub mod endpoints;
pub mod http;
pub mod identity;
mod in_place;
pub mod isolate;
pub mod links;
pub mod log_context;
pub mod network;
pub mod pages;
pub mod provider;
pub mod service_message;
pub mod service_proof;
pub mod sign_in;
pub mod sign_out;
pub mod switch;
pub mod tally;

use crate::gate::isolate::Isolate;
use std::pin::Pin;
use std::rc::Rc;

use crate::config::{Config, Host, Service, is_loopback};
use crate::gate::access::protect::Passage;
use crate::gate::access::{asked, protect, revocation, socket};
use crate::gate::endpoints::{health, signing_in, status};
use crate::gate::sign_in::callback;
use crate::gate::sign_out::{back_channel, inactive, signal};
use crate::gate::switch::Part;
use crate::platform::Platform;
pub use context::Context;
use decision::{AnswerPlan, Decision, Task, Verdict};
use http::cors::preflight;
use http::reply::Reply;
use http::request::{Address, Request};
use in_place::{dress, dressed};
pub use in_place::{overfull, unanswered, unsendable};
use pages::Page;
use pages::bilingual::{both, problem};

/// The answer to a request whose host is no service's. `cargo edge doctor` knows it again.
pub const NO_SERVICE: &str = "There is no service at this host.";

/// Decides what happens to a request, with the context in which the rest takes place.
///
/// The context is `None` when the request is for no service of this deployment. `now` is seconds
/// since the epoch, read once for the whole request.
pub fn decide<P: Platform>(
    isolate: &Rc<Isolate>,
    platform: &P,
    request: &Request,
    now: i64,
) -> (Verdict, Option<Context<P>>) {
    let without_context = |reply: Reply| (Verdict::from(reply), None);
    let Some(address) = request.address() else {
        return without_context(both(
            400,
            Page::BadAddress,
            Some(request),
            "This address cannot be understood.",
        ));
    };
    let host = address.host.to_ascii_lowercase();
    let service = match isolate.config.host(&host) {
        None => return without_context(both(404, Page::NotFound, Some(request), NO_SERVICE)),
        Some(Host::Closed) => return without_context(closed(&isolate.config, &host, request)),
        Some(Host::Alias(service)) => return without_context(moved(service, request, &address)),
        Some(Host::Service(service)) => service,
    };
    if !service.origin_url.starts_with(address.scheme)
        || service.origin_url.as_bytes().get(address.scheme.len()) != Some(&b':')
    {
        return without_context(moved(service, request, &address));
    }
    let context = Context::new(isolate, platform, service, request, now);
    let mut verdict = route(&context, request, &address);
    if let Verdict::Now(decision) = &mut verdict
        && let Decision::Reply(reply) = &mut **decision
    {
        dress(&context, request, reply);
    }
    (verdict, Some(context))
}

/// Changes the plan for an answer that took long: the session was in use until now, as its renewal says.
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
        let context = Context::behind(isolate, platform, service, now);
        if let Some(cookies) = browser_session::used_until_now(&context, request) {
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
            let context = Context::new(isolate, platform, service, request, now).logging(request);
            socket::attend(&context, request).await
        }
        _ => 0,
    }
}

/// The answer in place of a 401 of the service's that asks for more of the person; `None` where that goes on as it is.
pub async fn asked<P: Platform>(
    isolate: &Rc<Isolate>,
    platform: &P,
    request: &Request,
    now: i64,
    challenge: &str,
) -> Option<Reply> {
    let address = request.address()?;
    let host = address.host.to_ascii_lowercase();
    let Some(Host::Service(service)) = isolate.config.host(&host) else {
        return None;
    };
    let path = service.path(address.path).ok()?;
    let context = Context::new(isolate, platform, service, request, now).logging(request);
    let mut reply = asked::asked(&context, request, &path, address.query, challenge).await?;
    dress(&context, request, &mut reply);
    Some(reply)
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
    let target = match service.path(address.path) {
        // A program that is led on would send its `Authorization` to the wrong place each time.
        Ok(path) if links::is_program(service.rules.find(&path).access, request) => {
            let detail = "This host and scheme take no request of a program.";
            return problem(400, Page::BadAddress, detail).of(service);
        }
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
    let query = address.query.map(|query| format!("?{query}"));
    let query = query.unwrap_or_default();
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
fn route<P: Platform>(context: &Context<P>, request: &Request, address: &Address<'_>) -> Verdict {
    let service = &context.service;
    let is_refused = match request.method.as_str() {
        "GET" => false,
        "TRACE" | "TRACK" | "CONNECT" => true,
        // A WebSocket begins with GET (RFC 6455 section 4.1), and workerd sends any other method as one.
        _ => request.is_upgrade(),
    };
    if is_refused {
        let detail = "This method is not allowed.";
        return both(405, Page::WrongMethod, Some(request), detail)
            .with("allow", "GET, HEAD, POST")
            .of(service)
            .into();
    }
    let path = match service.path(address.path) {
        Ok(path) if is_plain(address.query) => path,
        _ => {
            context
                .logging(request)
                .log_refused("refused", "ambiguous_address");
            let detail = "This address can be read in two ways.";
            let reply = context.answer(request, 400, Page::BadAddress, detail);
            return reply.into();
        }
    };
    if service.switch {
        let switched = endpoints::switched(service, &path);
        if switched.asks && switch::is_due(context) {
            return Verdict::Later(Task::Switch);
        }
        if let Some(off) = switch::off(context, Part::Service).filter(|_| !switched.stays) {
            // Without it a listed origin's script would not see that the service is closed.
            let allowed = preflight(service, request).filter(|_| !path.is_below(&service.own_path));
            let refuse = || switch::refuse(context, request, Part::Service, off);
            return allowed.unwrap_or_else(refuse).into();
        }
    }
    if let Some(verdict) = endpoints::route(context, request, &path, address.query) {
        return verdict;
    }
    protect::protect(context, request, &path, address.query)
}

/// Carries out what had to be waited for.
pub async fn finish<P: Platform>(context: &Context<P>, request: &Request, task: Task) -> Decision {
    let context = &context.logging(request);
    context.log_sums();
    // Boxed, so that each is a function of its own. WebAssembly is compiled when it is first called, and no first
    // request has to wait for the code of all the others.
    let reply: Pin<Box<dyn Future<Output = Reply> + '_>> = match task {
        Task::Start(start) => Box::pin(sign_in::start(context, request, start)),
        Task::SignIn { session, start } => {
            Box::pin(signing_in::finish(context, request, *session, start))
        }
        Task::Callback(ref query) => Box::pin(callback::finish(context, request, query)),
        Task::Status => Box::pin(status::answer(context, request)),
        Task::Switch => {
            switch::read(context).await;
            return again(context, request).await;
        }
        Task::Health => Box::pin(health::answer(context)),
        Task::SignOut { everywhere } => Box::pin(sign_out::finish(context, request, everywhere)),
        Task::Inactive(ref place) => Box::pin(inactive::finish(context, request, place)),
        Task::SignedOut => Box::pin(sign_out::signed_out(context, request)),
        Task::Notification => Box::pin(back_channel::finish(context, request)),
        Task::Signal { asks } => Box::pin(signal::finish(context, request, asks)),
        Task::OfService(message) => Box::pin(service_message::finish(context, request, message)),
        Task::Continue(session) => Box::pin(identity::go_on(context, request, *session)),
        Task::Check {
            path,
            query,
            session,
        } => {
            let checked = revocation::check(context, request, &path, query.as_deref(), *session);
            return dressed(context, request, checked.await);
        }
        Task::Staff { path, query } => {
            let passage = Passage::new(context, request, &path, query.as_deref());
            return dressed(context, request, passage.staff().await);
        }
        Task::Assert {
            forward,
            session,
            about,
            known,
        } => {
            let out = *forward;
            let signed = revocation::assert(context, request, out, &session, &about, known);
            return dressed(context, request, signed.await);
        }
    };
    dressed(context, request, Decision::Reply(reply.await))
}

/// The decision about a request that was waiting for the switch.
async fn again<P: Platform>(context: &Context<P>, request: &Request) -> Decision {
    let verdict = match request.address() {
        Some(address) => route(context, request, &address),
        // It had one when it was decided before.
        None => context.page(400, Page::BadAddress).into(),
    };
    match verdict {
        Verdict::Now(decision) => dressed(context, request, *decision),
        Verdict::Later(task) => Box::pin(finish(context, request, task)).await,
    }
}

/// Fetches the documents of every provider and the key sets of every service of the deployment: the hourly task.
pub async fn refresh<P: Platform>(isolate: &Rc<Isolate>, platform: &P, now: i64) {
    let mut done = Vec::new();
    for service in isolate.config.services() {
        let context = Context::behind(isolate, platform, service, now);
        let issuer = &service.provider.issuer;
        if !done.contains(issuer) {
            done.push(issuer.clone());
            context.log_sums();
            provider::refresh(&context).await;
        }
        provider::refresh_for_service(&context).await;
        if admission::asks(&context) {
            admission::keep_key(&context).await;
        }
    }
}
