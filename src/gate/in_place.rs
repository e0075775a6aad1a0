//! Answers in place of the service's: where it gave none, refused a request for its cookies, or got no request.

use super::context::Context;
use super::decision::Decision;
use super::http::cookies::Cookies;
use super::http::cors::readable;
use super::http::reply::Reply;
use super::http::request::Request;
use super::links::is_api;
use super::pages::bilingual::problem;
use super::pages::{Page, Sent, service_header};
use super::sign_out;
use crate::platform::Platform;

/// The most bytes of cookies that each server takes with other headers: Tomcat takes 8,192 bytes of all headers together, and
/// nginx, Apache and gunicorn as many in each.
const MOST_COOKIES: usize = 4_096;

/// The page in place of a service's answer that refuses a person's request for its cookies: 431, or 400 to a request that only
/// reads. `None` where the answer stays the service's. The Worker's own cookies do not count, because the service gets none.
///
/// Source: RFC 6585 section 5; nginx `large_client_header_buffers`, Tomcat `maxHttpHeaderSize`, Apache `LimitRequestFieldSize`.
pub fn overfull<P: Platform>(
    context: &Context<P>,
    request: &Request,
    status: u16,
) -> Option<Reply> {
    let refused = status == 431 || status == 400 && request.is_read();
    let cookies = Cookies::new(request.headers.get("cookie"));
    if !refused
        || !request.is_document()
        || cookies
            .for_origin()
            .is_none_or(|sent| sent.len() < MOST_COOKIES)
        || is_api(context, request)
    {
        return None;
    }
    context.log_refused("origin", "cookies_too_large");
    let mut reply = sign_out::too_many_cookies(context);
    reply.status = status;
    Some(reply)
}

/// The page for a request that was sent to the service and got no answer: the service may have had it.
pub fn unanswered<P: Platform>(context: &Context<P>, request: &Request) -> Reply {
    let mut context = context.clone();
    if context.sent == Sent::NotSaved {
        context.sent = Sent::NotKnown;
    }
    trouble(&context, request, 502)
}

/// The page for a request that Cloudflare's runtime cannot send to the service.
pub fn unsendable<P: Platform>(context: &Context<P>, request: &Request) -> Reply {
    trouble(context, request, 500)
}

/// The page of a fault on the way to the service; a program or a script gets problem details.
fn trouble<P: Platform>(context: &Context<P>, request: &Request, status: u16) -> Reply {
    let detail = "The service gave no answer.";
    let mut reply = match is_api(context, request) {
        true => problem(status, Page::Problem, detail).of(&context.service),
        false => context.answer(request, status, Page::Problem, detail),
    };
    dress(context, request, &mut reply);
    reply
}

/// Completes an answer in place of the service's: with the service header on a page, and for scripts of listed origins.
pub(super) fn dress<P: Platform>(context: &Context<P>, request: &Request, reply: &mut Reply) {
    service_header::show(context, request, reply);
    readable(reply, &context.service, request);
}

/// The same for a decision.
pub(super) fn dressed<P: Platform>(
    context: &Context<P>,
    request: &Request,
    decision: Decision,
) -> Decision {
    match decision {
        Decision::Reply(mut reply) => {
            dress(context, request, &mut reply);
            Decision::Reply(reply)
        }
        other => other,
    }
}
