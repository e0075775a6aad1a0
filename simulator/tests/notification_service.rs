//! Logout notifications over sockets: the provider on a port, and a client that receives them.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::IntoResponse;
use serde_json::{Value, json};
use simulator::fetch::{self, Answer};
use simulator::http::{form_encode, last_wins};
use simulator::jose::Unverified;
use simulator::provider::personas::Persona;
use simulator::provider::settings::{Client, Settings};
use simulator::provider::{Provider, server};
use support::{ClientKey, registration_with};
use tokio::net::TcpListener;

/// Method, path and query, content type and body of a request.
type Got = (Method, String, String, Bytes);

/// The requests that a receiver got, and the statuses with which it answers one after the other, and at last 200. A status of 0 is
/// silence.
#[derive(Clone, Default)]
struct Receiver {
    got: Arc<Mutex<Vec<Got>>>,
    answers: Arc<Mutex<Vec<u16>>>,
}

impl Receiver {
    /// Takes a port and gives the address for notifications.
    async fn start(&self, answers: &[u16]) -> String {
        *self.answers.lock().unwrap() = answers.iter().rev().copied().collect();
        let this = self.clone();
        let answer = async move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let content_type = headers.get("content-type");
            let content_type = content_type.map_or("", |v| v.to_str().unwrap()).to_owned();
            let got = (method, uri.to_string(), content_type, body);
            this.got.lock().unwrap().push(got);
            let status = this.answers.lock().unwrap().pop().unwrap_or(200);
            if status == 0 {
                std::future::pending::<()>().await;
            }
            let headers = [
                ("cache-control", "no-store"),
                ("x-twice", "1"),
                ("location", "/x"),
            ];
            (StatusCode::from_u16(status).unwrap(), headers, "so it is").into_response()
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/told", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer);
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }
}

/// Starts a provider whose one client is told at this address, and gives its issuer.
async fn provider(told: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}/", listener.local_addr().unwrap());
    let registered = registration_with(json!({
        "public_jwk": ClientKey::shared().jwk("k1"), "back_channel_logout_uri": told,
    }));
    let clients = Client::list_from_json(&json!([registered]).to_string()).unwrap();
    let mut provider = Provider::new(Settings::new(&issuer, clients));
    provider.set_automatic(Persona::find("kenneth"));
    tokio::spawn(server::serve(listener, provider));
    issuer
}

async fn call(method: &str, url: &str, cookie: &str, body: &Value) -> Answer {
    let headers = [("cookie".to_owned(), cookie.to_owned())];
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    fetch::send(
        method,
        url,
        &headers,
        body.into_bytes(),
        1 << 20,
        Duration::from_secs(20),
    )
    .await
    .unwrap()
}

async fn control(issuer: &str, method: &str, path: &str, body: Value) -> Value {
    let answer = call(method, &format!("{issuer}control/{path}"), "", &body).await;
    assert_eq!(
        answer.status,
        200,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
    serde_json::from_slice(&answer.body).unwrap()
}

/// Signs a person in and gives the browser's cookie.
async fn signed_in(issuer: &str) -> String {
    let claims = json!({
        "iss": "demo", "aud": format!("{issuer}authorize"), "client_id": "demo", "response_type": "code",
        "redirect_uri": support::REDIRECT, "scope": "openid", "state": "s", "nonce": "n",
    });
    let token = ClientKey::shared().sign(&json!({ "alg": "RS256" }), &claims);
    let query = form_encode(&[
        ("response_type", "code"),
        ("client_id", "demo"),
        ("scope", "openid"),
        ("request", &token),
    ]);
    let answer = call(
        "GET",
        &format!("{issuer}authorize?{query}"),
        "",
        &Value::Null,
    )
    .await;
    assert_eq!(answer.status, 302);
    let (_, given) = answer
        .headers
        .iter()
        .find(|(n, _)| n == "set-cookie")
        .unwrap();
    given.split(';').next().unwrap().to_owned()
}

/// Waits until every delivery has ended, and gives them.
async fn ended(issuer: &str, count: usize) -> Vec<Value> {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let list = control(issuer, "GET", "notifications", Value::Null).await;
        let list = list.as_array().unwrap().clone();
        let open = list.iter().any(|d| d["state"] == "under-way");
        if list.len() >= count && !open {
            return list;
        }
        assert!(Instant::now() < until, "{list:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn jti_of(body: &[u8]) -> String {
    let token = last_wins(body).remove("logout_token").unwrap();
    Unverified::parse(&token)
        .unwrap()
        .text("jti")
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn when_a_person_signs_out_then_the_client_is_notified_until_it_answers_200() {
    let receiver = Receiver::default();
    let issuer = provider(&receiver.start(&[302, 204]).await).await;
    let delay = json!({ "retry_delay_seconds": 0 });
    control(&issuer, "POST", "notifications", delay).await;
    let cookie = signed_in(&issuer).await;
    assert_eq!(
        control(&issuer, "GET", "sessions", Value::Null).await[0]["clients"][0]["client_id"],
        "demo"
    );
    let answer = call("GET", &format!("{issuer}logout"), &cookie, &Value::Null).await;
    assert_eq!(answer.status, 302);

    let list = ended(&issuer, 3).await;
    let seen: Vec<Value> = list
        .iter()
        .map(|d| json!([d["attempt"], d["status"], d["state"]]))
        .collect();
    let expected = [
        json!([1, 302, "will-retry"]),
        json!([2, 204, "will-retry"]),
        json!([3, 200, "delivered"]),
    ];
    assert_eq!(seen, expected, "redirects are not followed");
    let got = receiver.got.lock().unwrap().clone();
    assert_eq!(got.len(), 3);
    for ((method, uri, content_type, body), delivery) in got.iter().zip(&list) {
        assert_eq!((method.as_str(), uri.as_str()), ("POST", "/told"));
        assert_eq!(content_type, "application/x-www-form-urlencoded");
        assert_eq!(delivery["jti"], jti_of(body));
    }
    assert_ne!(jti_of(&got[0].3), jti_of(&got[1].3));
}

#[tokio::test]
async fn when_a_test_sends_a_notification_then_it_gets_the_clients_answer() {
    let receiver = Receiver::default();
    let issuer = provider(&receiver.start(&[400, 200, 405]).await).await;
    let order = |more: Value| {
        let mut order = json!({ "client_id": "demo", "sub": "somebody" });
        order
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        order
    };
    let answer = control(
        &issuer,
        "POST",
        "notify",
        order(json!({ "jti": "j", "iat_offset": -9 })),
    )
    .await;
    assert_eq!(
        (&answer["status"], &answer["body"]),
        (&json!(400), &json!("so it is"))
    );
    assert_eq!(answer["headers"]["cache-control"], "no-store");
    let answer = control(&issuer, "POST", "notify", order(json!({ "jti": "j" }))).await;
    assert_eq!(answer["status"], 200);
    let answer = control(
        &issuer,
        "POST",
        "notify",
        order(json!({ "fault": "logout-token-get" })),
    )
    .await;
    assert_eq!(answer["status"], 405);
    {
        let got = receiver.got.lock().unwrap();
        assert_eq!(
            (jti_of(&got[0].3), jti_of(&got[1].3)),
            ("j".to_owned(), "j".to_owned())
        );
        let (method, uri, content_type, body) = &got[2];
        assert_eq!(
            (method.as_str(), content_type.as_str(), body.len()),
            ("GET", "", 0)
        );
        assert!(uri.starts_with("/told?logout_token=ey"), "{uri}");
    }
    let list = ended(&issuer, 3).await;
    assert_eq!(
        list[0]["state"], "given-up",
        "what a test sends is never repeated"
    );
    assert_eq!(list[2]["fault"], "logout-token-get");

    let url = format!("{issuer}control/notify");
    for wrong in [
        json!({ "sub": "x" }),
        json!({ "client_id": "demo" }),
        json!({ "client_id": "nobody", "sub": "x" }),
        order(json!({ "fault": "token-500" })),
        order(json!({ "iat_offset": "1" })),
        order(json!({ "jti": 1 })),
        Value::Null,
    ] {
        assert_eq!(call("POST", &url, "", &wrong).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn when_a_client_is_silent_or_absent_then_the_delivery_fails_with_that_reason() {
    let receiver = Receiver::default();
    let issuer = provider(&receiver.start(&[0]).await).await;
    let limit = json!({ "timeout_seconds": 1 });
    control(&issuer, "POST", "notifications", limit).await;
    let order = json!({ "client_id": "demo", "sub": "x" });
    let answer = control(&issuer, "POST", "notify", order.clone()).await;
    assert_eq!(answer["status"], Value::Null);
    assert!(
        answer["error"].as_str().unwrap().contains("longer than 1s"),
        "{answer}"
    );

    let issuer = provider("http://127.0.0.1:1/told").await;
    let answer = control(&issuer, "POST", "notify", order).await;
    assert!(
        answer["error"].as_str().unwrap().contains("refused"),
        "{answer}"
    );
    let list = ended(&issuer, 1).await;
    assert_eq!(
        (&list[0]["status"], &list[0]["state"]),
        (&Value::Null, &json!("given-up"))
    );
}
