//! The demo service over sockets.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use simulator::jose::{Unverified, verify_es256};
use simulator::keys::{Algorithm, SigningKey};
use simulator::origin;
use support::assertion::{ASSERTION, SERVICE, asserting, origin_settings, serve_keys};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Starts a demo service and gives its address.
async fn demo(jwks: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(origin::serve(listener, origin_settings(jwks)));
    address
}

/// Sends bytes and gives back the whole answer.
async fn sent(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

async fn get(address: &str, target: &str, headers: &str) -> String {
    sent(
        address,
        &format!("GET {target} HTTP/1.1\r\nHost: demo\r\n{headers}\r\n"),
    )
    .await
}

fn body(answer: &str) -> Value {
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test]
async fn when_an_assertion_is_verified_then_the_account_greets_that_person() {
    let key = SigningKey::generate(Algorithm::Es256);
    let address = demo(&serve_keys(&key).await.0).await;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs() as i64;
    let token = key.token(&[ASSERTION], asserting(now).as_object().unwrap());
    let assertion = format!("One-Login-Assertion: {token}\r\n");

    let page = get(&address, "/account/licences", &assertion).await;
    assert!(page.starts_with("HTTP/1.1 200"));
    assert!(page.contains("You are signed in as <strong>zoë@example.gov.uk"));
    for action in ["/auth/sign-out", "/auth/sign-out?everywhere"] {
        let form = format!("<form action=\"{action}\" method=\"post\"><button class=\"button");
        assert!(page.contains(&form), "{action}");
    }
    assert!(
        !page.contains(&token),
        "the page does not show a credential"
    );
    assert_eq!(
        body(&get(&address, "/whoami", &assertion).await)["vot"],
        "Cl.Cm"
    );
    assert_eq!(body(&get(&address, "/whoami", "").await), Value::Null);
    for headers in [
        "",
        "One-Login-Assertion: x\r\n",
        &format!("{assertion}{assertion}"),
    ] {
        let page = get(&address, "/account", headers).await;
        assert!(page.starts_with("HTTP/1.1 401"), "{headers}");
        assert!(page.contains("This request did not come through One Login at the edge"));
    }
    let front = get(&address, "/", "").await;
    assert!(front.contains("href=\"/account\"") && front.contains("not sent"));
}

#[tokio::test]
async fn when_a_request_is_recorded_or_echoed_then_every_byte_is_kept() {
    let address = demo("http://127.0.0.1:1/").await;
    let echo = body(&get(&address, "/echo/..//%2e\\x?a#b", "X-One_Login:  v \r\n").await);
    assert_eq!(echo["target"], "/echo/..//%2e\\x?a#b");
    assert_eq!(
        echo["headers"],
        json!([["host", "demo"], ["x-one_login", "v"]])
    );
    assert!(
        get(&address, "/no<t a path", "")
            .await
            .starts_with("HTTP/1.1 400")
    );
    let record = body(&get(&address, "/control/requests", "").await);
    let last = &record.as_array().unwrap().last().unwrap()["target"];
    assert_eq!(last, "/no<t a path", "recorded although refused");

    sent(
        &address,
        "DELETE /control/requests HTTP/1.1\r\nHost: demo\r\n\r\n",
    )
    .await;
    assert_eq!(
        body(&get(&address, "/control/requests", "").await),
        json!([])
    );
    let through = get(&address, "/control/requests", "X-Forwarded-Host: demo\r\n").await;
    assert!(through.starts_with("HTTP/1.1 404"), "not through the edge");
}

#[tokio::test]
async fn when_a_probe_path_is_asked_for_then_it_gives_its_documented_answer() {
    let address = demo("http://127.0.0.1:1/").await;
    let cases = [
        ("/events", "", "HTTP/1.1 200", "data: event 3"),
        (
            "/range",
            "Range: bytes=0-4\r\n",
            "HTTP/1.1 206",
            "content-range: bytes 0-4/100000\r\n",
        ),
        (
            "/range",
            "Range: bytes=100000-\r\n",
            "HTTP/1.1 416",
            "content-range: bytes */100000\r\n",
        ),
        (
            "/redirect?to=%2Fecho",
            "",
            "HTTP/1.1 302",
            "location: /echo\r\n",
        ),
        (
            "/set-cookie?c=a%3D1&c=b%3D2",
            "",
            "HTTP/1.1 200",
            "set-cookie: a=1\r\nset-cookie: b=2\r\n",
        ),
        (
            "/cacheable",
            "",
            "HTTP/1.1 200",
            "cache-control: public, s-maxage=3600\r\n",
        ),
        (
            "/private",
            "",
            "HTTP/1.1 200",
            "cache-control: private, max-age=60\r\n",
        ),
        ("/status/418", "", "HTTP/1.1 418", "\"status\":418"),
        ("/status/304", "", "HTTP/1.1 304", ""),
        ("/slow?ms=10", "", "HTTP/1.1 200", "\"waited_ms\":10"),
        ("/download?bytes=70000", "", "HTTP/1.1 200", ""),
        ("/nowhere", "", "HTTP/1.1 404", "Page not found"),
    ];
    for (target, headers, status, part) in cases {
        let answer = get(&address, target, headers).await;
        assert!(
            answer.starts_with(status) && answer.contains(part),
            "{target}: {answer}"
        );
    }
    let upload = "POST /upload HTTP/1.1\r\nHost: demo\r\nContent-Length: 3\r\n\r\nabc";
    assert_eq!(body(&sent(&address, upload).await)["body_length"], 3);
}

#[tokio::test]
async fn when_the_switch_is_set_then_the_service_signs_the_record_but_for_a_request_through_the_edge()
 {
    let address = demo("http://127.0.0.1:1/").await;
    let keys = body(&get(&address, "/service-jwks.json", "").await);
    let set = async |what: &str, headers: &str| {
        let length = what.len();
        let head = "POST /control/switch HTTP/1.1\r\nHost: demo\r\n";
        sent(
            &address,
            &format!("{head}{headers}Content-Length: {length}\r\n\r\n{what}"),
        )
        .await
    };
    for (what, part) in [
        ("open", None),
        ("sign-in-off", Some("sign_in_off")),
        ("service-closed", Some("service_closed")),
    ] {
        let record = body(&set(what, "").await);
        assert_eq!(record["name"], "switch/http://localhost:8787");
        let token = Unverified::parse(record["record"].as_str().unwrap()).unwrap();
        let key = keys["keys"][0].as_object().unwrap();
        assert!(verify_es256(key, &token.signed, &token.signature));
        assert_eq!(token.header_text("kid"), key["kid"].as_str());
        assert_eq!(token.header_text("typ"), Some("switch+jwt"));
        assert_eq!(token.text("iss"), Some(SERVICE));
        for name in ["sign_in_off", "service_closed"] {
            let is_off = token.claims.get(name) == Some(&Value::Bool(true));
            assert_eq!(is_off, part == Some(name), "{what}: {name}");
        }
    }
    let through = set("service-closed", "X-Forwarded-Host: localhost:8787\r\n").await;
    assert!(through.starts_with("HTTP/1.1 403"), "{through}");
    assert!(set("everything", "").await.starts_with("HTTP/1.1 400"));
}

#[tokio::test]
async fn when_a_program_asks_for_licences_then_the_token_decides() {
    let address = demo("http://127.0.0.1:1/").await;
    let known = get(&address, "/api/licences", "Authorization: Bearer demo\r\n").await;
    assert_eq!(body(&known), json!({ "licences": ["DEMO-1"] }));
    for headers in ["", "Authorization: Bearer other\r\n"] {
        let refused = get(&address, "/api/licences", headers).await;
        assert!(refused.starts_with("HTTP/1.1 401"), "{refused}");
        assert!(refused.contains("error=\"invalid_token\""), "{refused}");
    }
}

#[tokio::test]
async fn when_a_browser_opens_a_web_socket_then_the_service_answers_its_frames() {
    let address = demo("http://127.0.0.1:1/").await;
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let handshake = "GET /ws HTTP/1.1\r\nHost: demo\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                     Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(handshake.as_bytes()).await.unwrap();
    let mut seen = vec![0; 1024];
    let length = stream.read(&mut seen).await.unwrap();
    let answer = String::from_utf8_lossy(&seen[..length]).to_lowercase();
    assert!(
        answer.starts_with("http/1.1 101") && answer.contains("connection: upgrade"),
        "{answer}"
    );
    // A masked text frame `hi`, with a mask of zeros, comes back unmasked.
    stream
        .write_all(&[0x81, 0x82, 0, 0, 0, 0, b'h', b'i'])
        .await
        .unwrap();
    let mut frame = [0; 4];
    stream.read_exact(&mut frame).await.unwrap();
    assert_eq!(frame, [0x81, 2, b'h', b'i']);
}
