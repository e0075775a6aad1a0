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
use axum::{Extension, Router, routing::any};
use one_login_origin::{Person, Verifier, one_login};
use serde::Deserialize;
use serde_json::{Value, json};
use tower::ServiceExt;

#[derive(Deserialize)]
struct Document {
    issuer: String,
    audience: String,
    published: HashMap<String, Value>,
    vectors: Vec<Vector>,
    #[serde(default)]
    sequences: Vec<Sequence>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    now: i64,
    optional: bool,
    #[serde(default)]
    bound: bool,
    request: Option<Asked>,
    headers: Vec<(String, String)>,
    outcome: String,
    #[serde(default)]
    person: Value,
}

#[derive(Deserialize)]
struct Asked {
    method: String,
    target: String,
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
    headers: Vec<(String, String)>,
    outcome: String,
    fetches: bool,
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

/// A service that says who is asking.
fn service(verifier: Verifier) -> Router {
    let shown = |person: Option<Extension<Person>>| async move {
        let shown = person.map(|Extension(person)| {
            let email = person.claims.get("email");
            json!({ "sub": person.sub, "sid": person.sid, "vot": person.vot, "email": email, "identity": person.identity })
        });
        json!(shown).to_string()
    };
    Router::new()
        .route("/", any(shown))
        .route("/{*rest}", any(shown))
        .layer(from_fn_with_state(Arc::new(verifier), one_login))
}

async fn ask(
    service: &Router,
    headers: &[(String, String)],
    asked: Option<&Asked>,
) -> (String, Value) {
    let mut request = match asked {
        Some(asked) => Request::builder()
            .method(asked.method.as_str())
            .uri(&asked.target),
        None => Request::get("/"),
    };
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = service.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    if status == 401 && body.is_empty() {
        return ("refused".to_owned(), Value::Null);
    }
    assert_eq!(status, 200);
    let person: Value = serde_json::from_slice(&body).unwrap();
    let outcome = if person.is_null() {
        "nobody"
    } else {
        "accepted"
    };
    (outcome.to_owned(), person)
}

#[tokio::test]
async fn every_vector_has_the_outcome_that_it_states() {
    let mut count = 0;
    for document in documents() {
        let keys = document.published["both"].to_string().into_bytes();
        for vector in document.vectors {
            let keys = keys.clone();
            let fetch = move |_| {
                let keys = keys.clone();
                async { Ok(keys) }
            };
            let mut verifier = Verifier::new(&document.issuer, &document.audience, fetch)
                .with_clock(move || vector.now);
            if vector.optional {
                verifier = verifier.optional();
            }
            if vector.bound {
                verifier = verifier.bound();
            }
            let asked = vector.request.as_ref();
            let got = ask(&service(verifier), &vector.headers, asked).await;
            assert_eq!(got, (vector.outcome, vector.person), "{}", vector.name);
            count += 1;
        }
    }
    println!("vectors checked: {count}");
}

#[tokio::test]
async fn keys_are_fetched_when_they_should_be_and_not_otherwise() {
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
        let service = service(verifier);
        for step in sequence.steps {
            clock.store(step.now, Ordering::Relaxed);
            *published.lock().unwrap() = match step.published {
                Some(name) => Ok(shared.published[&name].to_string().into_bytes()),
                None => Err("this is part of the test".to_owned()),
            };
            let (outcome, _) = ask(&service, &step.headers, None).await;
            let fetched = std::mem::take(&mut *fetched.lock().unwrap());
            let url = format!("{}/auth/assertion-jwks.json", shared.issuer);
            let expected = if step.fetches { vec![url] } else { Vec::new() };
            assert_eq!(
                (outcome, fetched),
                (step.outcome, expected),
                "{}, at {}",
                sequence.name,
                step.now
            );
        }
    }
}
