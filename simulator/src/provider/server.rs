//! The shell around the pure provider: a port, the time of day, and the way to the clients' keys.
//!
//! The provider sits behind a lock that is never held across a wait: a client's key document is fetched first, and the
//! client that serves it may itself be waiting for the provider.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::{
    HeaderName, HeaderValue, Request as WireRequest, Response as WireResponse, StatusCode,
};
use axum::{Extension, Router};
use futures_util::stream;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};

use crate::clock::now;
use crate::fetch;
use crate::http::{Delivery, Request, Response};
use crate::listen::{self, Stop};
use crate::provider::breakable::{Breakable, Breaker};
use crate::provider::client_keys::{ClientKeys, LARGEST_DOCUMENT};
use crate::provider::delivery::{self, Shared};
use crate::provider::state::Provider;

/// The largest request body that is read.
const LARGEST_BODY: usize = 1024 * 1024;

/// Serves the provider and sends its logout notifications until the program is asked to stop.
pub async fn serve(listener: TcpListener, provider: Provider) -> Result<(), String> {
    let shared = Shared::new(provider);
    let router = Router::new().fallback(answer).with_state(shared.clone());
    let stop = Stop::watch()?;
    listen::announce(&listener)?;
    tokio::select! {
        failed = accept(listener, router) => Err(failed),
        () = delivery::deliver(shared) => Ok(()),
        () = stop.asked() => Ok(()),
    }
}

/// Takes connections for ever; returns only the error that made this impossible.
async fn accept(listener: TcpListener, router: Router) -> String {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, router.clone()));
            }
            Err(error) => return error.to_string(),
        }
    }
}

async fn connection(stream: TcpStream, router: Router) {
    let breaker = Breaker::default();
    let stream = Breakable::new(stream, breaker.clone());
    let service = TowerToHyperService::new(router.layer(Extension(breaker)));
    // A connection that ends with an error is what half of the faults are for.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(
    State(shared): State<Shared>,
    Extension(breaker): Extension<Breaker>,
    wire: WireRequest<Body>,
) -> WireResponse<Body> {
    let Some(request) = read(wire).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE);
    };
    if request.method == "POST" && request.path() == "/control/notify" {
        let refused = shared.lock().control_refused(&request);
        if let Some(refused) = refused {
            return write(refused).await;
        }
        return write(delivery::notify_now(&shared, &request).await).await;
    }
    if request.method == "POST" && request.path() == "/control/signal" {
        let refused = shared.lock().control_refused(&request);
        if let Some(refused) = refused {
            return write(refused).await;
        }
        return write(delivery::signal_now(&shared, &request).await).await;
    }
    let needed = shared.lock().key_document_needed(now(), &request);
    let mut fetched = match needed {
        Some(uri) => Fetched(Some((fetch_twice(&uri).await, uri))),
        None => Fetched(None),
    };
    let response = shared.lock().handle(now(), &request, &mut fetched);
    shared.ring();
    if let Some(reason) = &response.reason {
        eprintln!(
            "provider: {} {} -> {}: {reason}",
            request.method,
            request.path(),
            response.status
        );
    }
    if response.delivery == Delivery::Reset {
        breaker.pull();
    }
    write(response).await
}

/// The documents that were fetched before the provider was asked.
struct Fetched(Option<(Result<Vec<u8>, String>, String)>);

impl ClientKeys for Fetched {
    fn document(&mut self, jwks_uri: &str) -> Result<Vec<u8>, String> {
        match self.0.take() {
            Some((result, uri)) if uri == jwks_uri => result,
            _ => Err(format!("{jwks_uri} was not fetched")),
        }
    }
}

/// The real provider tries once more before it gives up.
async fn fetch_twice(uri: &str) -> Result<Vec<u8>, String> {
    match fetch::document(uri, LARGEST_DOCUMENT).await {
        Ok(body) => Ok(body),
        Err(_) => fetch::document(uri, LARGEST_DOCUMENT).await,
    }
}

async fn read(wire: WireRequest<Body>) -> Option<Request> {
    let (head, body) = wire.into_parts();
    let body = to_bytes(body, LARGEST_BODY).await.ok()?;
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Some(Request {
        method: head.method.as_str().to_owned(),
        target: head
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str())
            .to_owned(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .collect(),
        body: body.to_vec(),
    })
}

async fn write(response: Response) -> WireResponse<Body> {
    if response.delivery == Delivery::Hang {
        std::future::pending::<Infallible>().await;
    }
    let mut wire =
        plain(StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    for (name, value) in &response.headers {
        // The core writes its own headers, all of them ASCII; whatever else slipped in is left out rather than guessed.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            wire.headers_mut().append(name, value);
        }
    }
    *wire.body_mut() = match response.delivery {
        Delivery::AtOnce | Delivery::Hang | Delivery::Reset => Body::from(response.body),
        Delivery::FiftyMegabytes => swollen(response.body),
        Delivery::Drip => dripping(response.body),
        Delivery::CutShort => cut_short(response.body),
    };
    wire
}

fn plain(status: StatusCode) -> WireResponse<Body> {
    let mut response = WireResponse::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// The body and fifty mebibytes of white space after it, one at a time.
fn swollen(body: Vec<u8>) -> Body {
    let space = Bytes::from(vec![b' '; 1024 * 1024]);
    let spaces = std::iter::repeat_n(space, 50);
    let parts = std::iter::once(Bytes::from(body)).chain(spaces);
    Body::from_stream(stream::iter(parts.map(Ok::<_, Infallible>)))
}

fn dripping(body: Vec<u8>) -> Body {
    let drops = stream::unfold(body.into_iter(), async |mut left| {
        let byte = left.next()?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        Some((Ok::<_, Infallible>(Bytes::from(vec![byte])), left))
    });
    Body::from_stream(drops)
}

fn cut_short(body: Vec<u8>) -> Body {
    let half = Bytes::from(body[..body.len() / 2].to_vec());
    // Between the half and the failure the half must reach the wire, or the client would see no answer at all.
    let parts = stream::unfold(Some(half), async |left| match left {
        Some(half) if !half.is_empty() => Some((Ok(half), Some(Bytes::new()))),
        Some(_) => {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Some((Err(std::io::Error::other("cut short")), None))
        }
        None => None,
    });
    Body::from_stream(parts)
}
