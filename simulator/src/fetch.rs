//! Requests: the client's keys for the provider, the edge's keys for the demo service, and the provider's notifications.
//! Everything is local; over https the one certificate is believed that was named. Redirects are not followed.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Request, StatusCode, header};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::encrypted;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_millis(500);

/// How long the whole answer may take.
const READ: Duration = Duration::from_secs(2);

/// The client that asks; the provider and the edge both record it.
const USER_AGENT: &str = "one-login-simulator/0.1";

/// Gets a document of at most `largest` bytes that is answered with 200.
pub async fn document(url: &str, largest: usize) -> Result<Vec<u8>, String> {
    tokio::time::timeout(READ, unlimited_time(url, largest))
        .await
        .unwrap_or_else(|_| Err(format!("{url} took longer than {READ:?}")))
}

/// The answer of a server.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Header names (lower case) and values in order.
    pub headers: Vec<(String, String)>,
    /// The body, or nothing when it is larger than was allowed.
    pub body: Vec<u8>,
}

/// Sends a request and waits for the whole answer, of whatever status.
pub async fn send(
    method: &str,
    url: &str,
    headers: &[(String, String)],
    body: Vec<u8>,
    largest: usize,
    patience: Duration,
) -> Result<Answer, String> {
    let sent = async {
        let mut request = Request::builder()
            .method(method)
            .uri(url)
            .header(header::USER_AGENT, USER_AGENT);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request
            .body(Body::from(body))
            .map_err(|e| format!("{url}: {e}"))?;
        let response = client()
            .request(request)
            .await
            .map_err(|e| format!("{url}: {}", causes(&e)))?;
        let (head, body) = response.into_parts();
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Ok(Answer {
            status: head.status.as_u16(),
            headers: head
                .headers
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), text(value)))
                .collect(),
            body: to_bytes(Body::new(body), largest)
                .await
                .map(|bytes| bytes.to_vec())
                .unwrap_or_default(),
        })
    };
    tokio::time::timeout(patience, sent)
        .await
        .unwrap_or_else(|_| Err(format!("{url} took longer than {patience:?}")))
}

/// An error with everything that caused it: the outermost error hardly says more than that there was one.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

fn client() -> Client<HttpsConnector<HttpConnector>, Body> {
    let mut plain = HttpConnector::new();
    plain.set_connect_timeout(Some(CONNECT));
    plain.enforce_http(false);
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(encrypted::trusted())
        .https_or_http()
        .enable_http1()
        .wrap_connector(plain);
    Client::builder(TokioExecutor::new()).build(connector)
}

async fn unlimited_time(url: &str, largest: usize) -> Result<Vec<u8>, String> {
    let request = Request::get(url)
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::ACCEPT, "application/json")
        .body(Body::empty())
        .map_err(|e| format!("{url}: {e}"))?;
    let response = client()
        .request(request)
        .await
        .map_err(|e| format!("{url}: {e}"))?;
    if response.status() != StatusCode::OK {
        return Err(format!("{url} answered {}", response.status()));
    }
    let body = to_bytes(Body::new(response.into_body()), largest).await;
    Ok(body.map_err(|e| format!("{url}: {e}"))?.to_vec())
}
