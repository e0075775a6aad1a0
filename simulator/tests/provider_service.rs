//! The provider over sockets, and the program as it is started.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so and stop"
)]

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use serde_json::{Value, json};
use simulator::fetch;
use simulator::http::form_encode;
use simulator::provider::fault::Fault;
use simulator::provider::personas::Persona;
use simulator::provider::settings::{Client, Settings};
use simulator::provider::{Provider, server};
use support::{ClientKey, registration_with};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Starts a provider with one client and gives its issuer.
async fn start(registration: Value, fault: Option<&str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}/", listener.local_addr().unwrap());
    let clients = Client::list_from_json(&json!([registration]).to_string()).unwrap();
    let mut provider = Provider::new(Settings::new(&issuer, clients));
    provider.set_automatic(Persona::find("kenneth"));
    provider.set_fault(fault.map(|name| Fault::from_name(name).unwrap()), None);
    tokio::spawn(server::serve(listener, provider));
    issuer
}

/// Gets a path and gives back whatever arrives within the time.
async fn sent(issuer: &str, path: &str, patience: Duration) -> String {
    let address = issuer.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: provider\r\nUser-Agent: t\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let (mut answer, until) = (Vec::new(), Instant::now() + patience);
    let mut part = [0; 4096];
    while let Ok(Ok(length)) = tokio::time::timeout_at(until.into(), stream.read(&mut part)).await {
        if length == 0 {
            break;
        }
        answer.extend_from_slice(&part[..length]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// Serves a client's keys; before it answers it asks the provider for something, as a client may.
async fn serve_client_keys(
    document: Value,
    ask_first: tokio::sync::watch::Receiver<String>,
) -> String {
    let answer = async move || {
        let url = ask_first.borrow().clone();
        fetch::document(&url, 65_536).await.unwrap();
        document.to_string()
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    let router = Router::new().route("/jwks.json", get(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn authorised(document: Value) -> String {
    let (tell, told) = tokio::sync::watch::channel(String::new());
    let jwks = serve_client_keys(document, told).await;
    let issuer = start(registration_with(json!({ "jwks_uri": jwks })), None).await;
    tell.send(format!("{issuer}.well-known/openid-configuration"))
        .unwrap();
    let claims = json!({
        "iss": "demo", "aud": format!("{issuer}authorize"), "client_id": "demo", "response_type": "code",
        "redirect_uri": support::REDIRECT, "scope": "openid", "state": "s", "nonce": "n",
    });
    let token = ClientKey::shared().sign(&json!({ "alg": "RS256", "kid": "k1" }), &claims);
    let query = [
        ("response_type", "code"),
        ("client_id", "demo"),
        ("scope", "openid"),
        ("request", token.as_str()),
    ];
    sent(
        &issuer,
        &format!("/authorize?{}", form_encode(&query)),
        Duration::from_secs(10),
    )
    .await
}

#[tokio::test]
async fn when_a_clients_keys_are_fetched_then_the_provider_still_answers_others() {
    let key = ClientKey::shared().jwk("k1");
    let answer = authorised(json!({ "keys": [key] })).await;
    assert!(
        answer.starts_with("HTTP/1.1 302") && answer.contains("code="),
        "{answer}"
    );
}

#[tokio::test]
async fn rejects_a_key_document_that_is_too_large() {
    let key = ClientKey::shared().jwk("k1");
    let answer = authorised(json!({ "keys": [key], "filler": "x".repeat(50 * 1024) })).await;
    assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
}

#[tokio::test]
async fn when_an_answer_hangs_then_the_other_answers_go_on() {
    let issuer = start(support::registration(), Some("discovery-hang")).await;
    let path = "/.well-known/openid-configuration";
    assert_eq!(sent(&issuer, path, Duration::from_millis(300)).await, "");
    let other = sent(&issuer, "/.well-known/did.json", Duration::from_secs(5)).await;
    assert!(other.starts_with("HTTP/1.1 200"), "the others go on");
}

#[test]
fn when_the_program_starts_then_it_says_its_address_and_ends_when_asked() {
    let clients =
        std::env::temp_dir().join(format!("simulator-clients-{}.json", std::process::id()));
    std::fs::write(&clients, json!([support::registration()]).to_string()).unwrap();
    let file = clients.to_str().unwrap();
    let origin = [
        "origin",
        "--port=0",
        "--issuer",
        "http://x",
        "--audience",
        "y",
        "--jwks",
        "http://z",
    ];
    for arguments in [
        &[
            "provider",
            "--port",
            "0",
            "--clients",
            file,
            "--auto",
            "sian",
            "--retry-delay-seconds",
            "1",
        ][..],
        &origin,
    ] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_simulator"))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(program.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert!(line.starts_with("listening on http://127.0.0.1:"), "{line}");
        let asked = Command::new("kill")
            .args(["-TERM", &program.id().to_string()])
            .status()
            .unwrap();
        assert!(
            asked.success() && program.wait().unwrap().success(),
            "{arguments:?}"
        );
    }
    std::fs::remove_file(&clients).unwrap();
}

#[test]
fn rejects_a_wrong_command_line_with_the_reason() {
    let clients = std::env::temp_dir().join(format!("no-clients-{}.json", std::process::id()));
    std::fs::write(&clients, "[]").unwrap();
    let file = clients.to_str().unwrap();
    let cases = [
        (&[][..], "simulator provider"),
        (&["unknown"], "no command unknown"),
        (&["provider"], "--clients is missing"),
        (&["provider", "--clients", "/nonexistent"], "/nonexistent"),
        (&["provider", "--colour", "red"], "no option --colour"),
        (
            &["provider", "--clients", file, "--retry-delay-seconds=-1"],
            "-1 is not a number of seconds",
        ),
        (&["origin", "--port"], "--port needs a value"),
        (&["origin", "--port", "1", "--port", "2"], "given twice"),
    ];
    for (arguments, reason) in cases {
        let output = Command::new(env!("CARGO_BIN_EXE_simulator"))
            .args(arguments)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && said.contains(reason),
            "{arguments:?}: {said}"
        );
    }
    std::fs::remove_file(&clients).unwrap();
}
