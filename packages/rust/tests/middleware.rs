//! Runs the shared vectors through the layer. `ONE_LOGIN_VECTORS` names files of more.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on should say so and stop, and the count is for who runs it"
)]

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::{env, fs};

use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::middleware::from_fn_with_state;
use axum::{Extension, Router};
use one_login_edge_origin::{Level, Person, Verifier, one_login, require_level};
use serde::Deserialize;
use serde_json::{Value, json};
use tower::ServiceExt;

#[derive(Deserialize)]
struct Document {
    issuer: String,
    audience: String,
    public: Vec<String>,
    published: HashMap<String, Value>,
    vectors: Vec<Vector>,
    #[serde(default)]
    sequences: Vec<Sequence>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    now: i64,
    level: Option<String>,
    bound: bool,
    #[serde(flatten)]
    asked: Asked,
}

#[derive(Deserialize)]
struct Asked {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    #[serde(flatten)]
    expected: Expected,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Expected {
    outcome: String,
    reason: String,
    status: u16,
    page: bool,
    person: Value,
}

#[derive(Deserialize)]
struct Sequence {
    name: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    now: i64,
    published: Option<String>,
    fetches: bool,
    #[serde(flatten)]
    asked: Asked,
}

fn documents() -> Vec<Document> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors.json");
    let others = env::var_os("ONE_LOGIN_VECTORS").unwrap_or_default();
    let others = env::split_paths(&others).filter(|path| !path.as_os_str().is_empty());
    let texts = [shared].into_iter().chain(others);
    texts
        .map(|path| serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
        .collect()
}

/// A service that says who is asking, at a level if one is required; and the lines that it writes.
fn service(verifier: Verifier, level: Option<&str>) -> (Router, Arc<Mutex<Vec<String>>>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    let verifier = verifier.with_log(move |line| log.lock().unwrap().push(line.to_owned()));
    let shown = |person: Option<Extension<Person>>| async move {
        let shown = person.map(|Extension(person)| {
            let email = person.claims.get("email");
            json!({ "sub": person.sub, "sid": person.sid, "vot": person.vot, "email": email, "identity": person.identity })
        });
        json!(shown).to_string()
    };
    let mut router = Router::new().fallback(shown);
    if let Some(level) = level.map(|level| Level::of(level).unwrap()) {
        router = router.layer(from_fn_with_state(level, require_level));
    }
    let router = router.layer(from_fn_with_state(Arc::new(verifier), one_login));
    (router, lines)
}

async fn ask(service: &Router, asked: &Asked) -> Expected {
    let mut request = Request::builder()
        .method(asked.method.as_str())
        .uri(asked.path.as_str());
    for (name, value) in &asked.headers {
        request = request.header(name, value);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = service.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let header = |name| {
        response
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap())
    };
    let page = header("content-type") == Some("text/html; charset=utf-8");
    if status != 200 {
        assert!(page || header("content-type") == Some("application/problem+json"));
        assert_eq!(header("cache-control"), Some("no-store"));
    }
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    if status != 200 {
        let reason = if page {
            let (_, rest) = body.split_once("<code>").unwrap();
            rest.split_once('<').unwrap().0.to_owned()
        } else {
            let problem: Value = serde_json::from_str(&body).unwrap();
            problem["reason"].as_str().unwrap().to_owned()
        };
        let outcome = "refused".to_owned();
        return Expected {
            outcome,
            reason,
            status,
            page,
            person: Value::Null,
        };
    }
    let person: Value = serde_json::from_str(&body).unwrap();
    let outcome = if person.is_null() {
        "anonymous"
    } else {
        "accepted"
    };
    Expected {
        outcome: outcome.to_owned(),
        person,
        ..Expected::default()
    }
}

#[tokio::test]
async fn when_a_vector_is_verified_then_its_outcome_follows_and_one_line_logs_a_refusal() {
    let mut count = 0;
    for document in documents() {
        let keys = document.published["both"].to_string().into_bytes();
        let public: Vec<_> = document.public.iter().map(String::as_str).collect();
        for vector in document.vectors {
            let keys = keys.clone();
            let fetch = move |_| {
                let keys = keys.clone();
                async { Ok(keys) }
            };
            let verifier = Verifier::new(&document.issuer, &document.audience, fetch)
                .public(&public)
                .with_clock(move || vector.now);
            let verifier = if vector.bound {
                verifier.bound()
            } else {
                verifier
            };
            let (service, lines) = service(verifier, vector.level.as_deref());
            let got = ask(&service, &vector.asked).await;
            assert_eq!(got, vector.asked.expected, "{}", vector.name);
            let lines = lines.lock().unwrap().join("\n");
            let expected = format!("one-login-edge: refused: {}", got.reason);
            let said = lines.starts_with(&expected) && !lines.contains('\n');
            assert!(said || got.reason.is_empty() && lines.is_empty(), "{lines}");
            assert!(!lines.contains("urn:fdc"), "no line names a person");
            count += 1;
        }
    }
    println!("vectors checked: {count}");
}

#[tokio::test]
async fn when_keys_are_missing_or_old_then_the_verifier_fetches_them_and_else_not() {
    let shared = documents().swap_remove(0);
    assert!(!shared.sequences.is_empty());
    for sequence in shared.sequences {
        let clock = Arc::new(AtomicI64::new(0));
        let published = Arc::new(Mutex::new(Err("nothing".to_owned())));
        let fetched = Arc::new(Mutex::new(Vec::new()));
        let fetch = {
            let (published, fetched) = (Arc::clone(&published), Arc::clone(&fetched));
            move |url| {
                fetched.lock().unwrap().push(url);
                let published = published.lock().unwrap().clone();
                async { published }
            }
        };
        let time = Arc::clone(&clock);
        let verifier = Verifier::new(&shared.issuer, &shared.audience, fetch)
            .with_clock(move || time.load(Ordering::Relaxed));
        let (service, lines) = service(verifier, None);
        for step in sequence.steps {
            clock.store(step.now, Ordering::Relaxed);
            let outage = step.published.is_none();
            *published.lock().unwrap() = match step.published {
                Some(name) => Ok(shared.published[&name].to_string().into_bytes()),
                None => Err("this is part of the test".to_owned()),
            };
            let got = ask(&service, &step.asked).await;
            let fetched = std::mem::take(&mut *fetched.lock().unwrap());
            let url = format!("{}/auth/assertion-jwks.json", shared.issuer);
            let failed = format!("one-login-edge: keys_unavailable: {url}: ");
            let lines = std::mem::take(&mut *lines.lock().unwrap());
            let said = lines.iter().any(|line| line.starts_with(&failed));
            assert_eq!(said, step.fetches && outage, "{lines:?}");
            let expected = if step.fetches { vec![url] } else { Vec::new() };
            assert_eq!(
                (got.outcome, got.reason, fetched),
                (
                    step.asked.expected.outcome,
                    step.asked.expected.reason,
                    expected
                ),
                "{}, at {}",
                sequence.name,
                step.now
            );
        }
    }
}
