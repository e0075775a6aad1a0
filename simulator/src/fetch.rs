//! Fetching a small public document over plain HTTP: the client's keys for the provider, the edge's keys for the demo
//! service. Everything is local, so there is no TLS; redirects are not followed.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_millis(500);

/// How long the whole answer may take.
const READ: Duration = Duration::from_secs(2);

/// Who asks; the provider and the edge both want to know.
const USER_AGENT: &str = "one-login-simulator/0.1";

/// Gets a document of at most `largest` bytes that is answered with 200.
pub async fn document(url: &str, largest: usize) -> Result<Vec<u8>, String> {
    tokio::time::timeout(READ, unlimited_time(url, largest))
        .await
        .unwrap_or_else(|_| Err(format!("{url} took longer than {READ:?}")))
}

async fn unlimited_time(url: &str, largest: usize) -> Result<Vec<u8>, String> {
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(CONNECT));
    let client: Client<HttpConnector, Body> =
        Client::builder(TokioExecutor::new()).build(connector);
    let request = Request::get(url)
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::ACCEPT, "application/json")
        .body(Body::empty())
        .map_err(|e| format!("{url}: {e}"))?;
    let response = client
        .request(request)
        .await
        .map_err(|e| format!("{url}: {e}"))?;
    if response.status() != StatusCode::OK {
        return Err(format!("{url} answered {}", response.status()));
    }
    let body = to_bytes(Body::new(response.into_body()), largest).await;
    Ok(body.map_err(|e| format!("{url}: {e}"))?.to_vec())
}
