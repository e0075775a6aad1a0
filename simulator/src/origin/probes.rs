//! Endpoints for tests of the edge: each shows one thing that a proxy can get wrong. A service team copies none of this.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest;
use axum::body::{Body, Bytes};
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::routing::{any, get, post};
use axum::{Extension, Router};
use futures_util::{StreamExt, stream};
use serde_json::json;

use crate::clock::now;
use crate::jose::hex;
use crate::origin::app::App;
use crate::origin::range::{self, Asked};
use crate::origin::site::{json, known, set};
use crate::origin::wire::Head;

/// The routes of the probes and of the control interface.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/echo", any(echo))
        .route("/echo/{*rest}", any(echo))
        .route("/upload", any(upload))
        .route("/download", any(download))
        .route("/events", any(events))
        .route("/ws", any(socket))
        .route("/range", any(part))
        .route("/redirect", any(redirect))
        .route("/set-cookie", any(set_cookie))
        .route("/cacheable", any(async || cached("public, s-maxage=3600")))
        .route("/private", any(async || cached("private, max-age=60")))
        .route("/status/{code}", any(status))
        .route("/slow", any(slow))
        .route("/control/requests", get(requests).delete(clear))
        .route("/control/switch", post(switch))
}

/// The record of the switch for the command that writes it; the body names the part that is off, or none. A request
/// through the edge gets none, because each person who is signed in can make one.
async fn switch(
    State(app): State<Arc<App>>,
    Extension(head): Extension<Head>,
    body: String,
) -> Response<Body> {
    let part = match body.as_str() {
        "open" => None,
        "sign-in-off" => Some("sign_in_off"),
        "service-closed" => Some("service_closed"),
        _ => return json(StatusCode::BAD_REQUEST, &json!({ "error": "no such part" })),
    };
    if !known(&head).values("x-forwarded-host").is_empty() {
        return json(
            StatusCode::FORBIDDEN,
            &json!({ "error": "this came through the edge" }),
        );
    }
    let (name, record) = app.closing.switched(part, now());
    json(StatusCode::OK, &json!({ "name": name, "record": record }))
}

/// The request as received: the method, the raw target, the headers in order, and the body's hash and length.
async fn echo(Extension(head): Extension<Head>, body: Body) -> Response<Body> {
    let head = known(&head);
    let (sha256, length) = digest_of(body).await;
    json(
        StatusCode::OK,
        &json!({
            "method": head.method,
            "target": head.target,
            "headers": head.headers,
            "body_sha256": sha256,
            "body_length": length,
        }),
    )
}

/// Reads a body as it comes, without keeping it, and says how long it was.
async fn upload(body: Body) -> Response<Body> {
    let (sha256, length) = digest_of(body).await;
    json(
        StatusCode::OK,
        &json!({ "body_length": length, "body_sha256": sha256 }),
    )
}

async fn digest_of(body: Body) -> (String, u64) {
    let (mut hash, mut length) = (digest::Context::new(&digest::SHA256), 0);
    let mut chunks = body.into_data_stream();
    // A body that breaks off is as long as what arrived of it.
    while let Some(Ok(chunk)) = chunks.next().await {
        hash.update(&chunk);
        length += chunk.len() as u64;
    }
    (hex(hash.finish().as_ref()), length)
}

/// A body of `bytes` zeros, made as it is sent.
async fn download(RawQuery(query): RawQuery) -> Response<Body> {
    let wanted: usize = parameter(query.as_deref(), "bytes")
        .and_then(|n| n.parse().ok())
        .unwrap_or(0);
    let chunks = stream::unfold(wanted, async |left| {
        let size = left.min(65_536);
        (size > 0).then(|| (Ok::<_, Infallible>(Bytes::from(vec![0; size])), left - size))
    });
    Response::new(Body::from_stream(chunks))
}

/// Three events, 200 ms apart, and the end.
async fn events() -> Response<Body> {
    let events = stream::unfold(1, async |number| {
        if number > 3 {
            return None;
        }
        if number > 1 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let event = format!("id: {number}\ndata: event {number}\n\n");
        Some((Ok::<_, Infallible>(Bytes::from(event)), number + 1))
    });
    let mut response = Response::new(Body::from_stream(events));
    set(&mut response, header::CONTENT_TYPE, "text/event-stream");
    set(&mut response, header::CACHE_CONTROL, "no-cache");
    response
}

/// A WebSocket that sends back every text and every block of bytes.
async fn socket(upgrade: WebSocketUpgrade) -> axum::response::Response {
    upgrade.on_upgrade(repeat)
}

async fn repeat(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        let repeated = match message {
            Message::Text(_) | Message::Binary(_) => socket.send(message).await,
            Message::Close(_) => break,
            // The library answers pings by itself.
            Message::Ping(_) | Message::Pong(_) => Ok(()),
        };
        if repeated.is_err() {
            break;
        }
    }
}

/// A fixed body of 100,000 bytes that supports `Range`.
async fn part(headers: HeaderMap) -> Response<Body> {
    let whole = range::body();
    let wanted = headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok());
    let (status, content_range, body) = match range::asked(wanted) {
        Asked::All => (StatusCode::OK, None, whole),
        Asked::Part(first, last) => (
            StatusCode::PARTIAL_CONTENT,
            Some(format!("bytes {first}-{last}/{}", range::LENGTH)),
            whole[first..=last].to_vec(),
        ),
        Asked::Nothing => (
            StatusCode::RANGE_NOT_SATISFIABLE,
            Some(format!("bytes */{}", range::LENGTH)),
            Vec::new(),
        ),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    set(&mut response, header::ACCEPT_RANGES, "bytes");
    set(
        &mut response,
        header::CONTENT_TYPE,
        "application/octet-stream",
    );
    if let Some(value) = content_range.and_then(|text| HeaderValue::try_from(text).ok()) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

/// 302 to whatever `to` says.
async fn redirect(RawQuery(query): RawQuery) -> Response<Body> {
    let Some(to) = parameter(query.as_deref(), "to").and_then(|to| HeaderValue::try_from(to).ok())
    else {
        return json(
            StatusCode::BAD_REQUEST,
            &json!({ "error": "to is missing or no header value" }),
        );
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FOUND;
    response.headers_mut().insert(header::LOCATION, to);
    response
}

/// One `Set-Cookie` line for every `c`.
async fn set_cookie(RawQuery(query): RawQuery) -> Response<Body> {
    let mut response = json(StatusCode::OK, &json!({ "ok": true }));
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        if name == "c"
            && let Ok(value) = HeaderValue::try_from(value.as_ref())
        {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

fn cached(cache_control: &'static str) -> Response<Body> {
    let mut response = json(StatusCode::OK, &json!({ "cache_control": cache_control }));
    set(&mut response, header::CACHE_CONTROL, cache_control);
    response
}

/// An answer with the status in the path.
async fn status(Path(code): Path<u16>) -> Response<Body> {
    let code = StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_REQUEST);
    if code.is_informational() || matches!(code, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
    {
        let mut response = Response::new(Body::empty());
        // An informational status cannot be the last word of an answer.
        *response.status_mut() = if code.is_informational() {
            StatusCode::BAD_REQUEST
        } else {
            code
        };
        return response;
    }
    json(code, &json!({ "status": code.as_u16() }))
}

/// An answer after `ms` milliseconds.
async fn slow(RawQuery(query): RawQuery) -> Response<Body> {
    let wait = parameter(query.as_deref(), "ms")
        .and_then(|ms| ms.parse().ok())
        .unwrap_or(0);
    tokio::time::sleep(Duration::from_millis(wait)).await;
    json(StatusCode::OK, &json!({ "waited_ms": wait }))
}

/// Everything that reached this service.
async fn requests(State(app): State<Arc<App>>, Extension(head): Extension<Head>) -> Response<Body> {
    if !known(&head).is_control() {
        return json(
            StatusCode::NOT_FOUND,
            &json!({ "error": "not through the edge" }),
        );
    }
    json(StatusCode::OK, &json!(app.recorder.entries()))
}

/// Forgets it.
async fn clear(State(app): State<Arc<App>>, Extension(head): Extension<Head>) -> Response<Body> {
    if !known(&head).is_control() {
        return json(
            StatusCode::NOT_FOUND,
            &json!({ "error": "not through the edge" }),
        );
    }
    app.recorder.clear();
    json(StatusCode::OK, &json!({ "ok": true }))
}

fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
}
