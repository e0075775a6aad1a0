//! The results of a decision of the edge: a request as the service gets it, and an answer as it leaves.

use one_login_edge::gate::access::answer::{OriginAnswer, SHARED_CACHING, changes};
use one_login_edge::gate::decision::Forward;
use one_login_edge::gate::http::reply::Reply;

use super::http::{By, Incoming, Shown};
use super::record::OriginRequest;

/// An answer of the edge's own.
pub fn replied(request: Incoming, reply: Reply) -> Shown {
    let headers = reply.headers.into_iter();
    Shown {
        by: By::Edge,
        url: request.url,
        status: reply.status,
        headers: headers
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        body: reply.body,
    }
}

/// A request as the service behind the edge gets it.
pub fn reached(request: &Incoming, forward: &Forward) -> OriginRequest {
    let mut headers = request.joined();
    headers.retain(|(name, _)| !forward.remove.contains(name));
    for (name, value) in &forward.set {
        headers.retain(|(known, _)| known != name);
        headers.push((name.clone(), value.clone()));
    }
    OriginRequest {
        binding: forward.binding.clone(),
        method: request.method.clone(),
        url: forward.url.clone(),
        headers,
        personal: forward.answer.personal,
    }
}

/// The service's answer as the edge changes it.
pub fn changed(request: Incoming, forward: &Forward, answer: OriginAnswer) -> Shown {
    let changes = changes(&forward.answer, &answer).unwrap_or_default();
    let mut headers: Vec<(String, String)> = Vec::new();
    let own = [
        ("cache-control", answer.cache_control),
        ("location", answer.location),
    ];
    for (name, value) in own {
        let set = changes.set.iter().find(|(changed, _)| *changed == name);
        let value = set.map(|(_, value)| value.clone()).or(value);
        headers.extend(value.map(|value| (name.to_owned(), value)));
    }
    if answer.shared_caching {
        let shared = SHARED_CACHING
            .iter()
            .filter(|name| !changes.remove.contains(name));
        let open = "public, max-age=3600";
        headers.extend(shared.map(|name| ((*name).to_owned(), open.to_owned())));
    }
    let mut cookies = changes.set_cookies.unwrap_or(answer.set_cookies);
    cookies.extend(changes.added_cookies);
    headers.extend(
        cookies
            .into_iter()
            .map(|cookie| ("set-cookie".to_owned(), cookie)),
    );
    Shown {
        by: By::Origin,
        url: request.url,
        status: answer.status,
        headers,
        body: "the service".to_owned(),
    }
}
