//! The pages of the demo service: a front page for everybody, an account for whoever is signed in, and an application for
//! whoever has proved their identity.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Response, StatusCode, header};
use axum::routing::get;
use axum::{Extension, Router};

use crate::http::last_wins;
use crate::origin::pages::Place;
use crate::origin::verify::{HEADER, Person, Refused};
use crate::origin::wire::{Head, RawHead};
use crate::origin::{App, apply_pages, identity, pages};

/// The level of identity that an application asks for.
const LEVEL: &str = "P2";

/// The routes of the site: every page in English, and under `/cy` in Welsh.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .merge(pages_of("", "/"))
        .merge(pages_of("/cy", "/cy"))
        .route("/cy/", get(front))
        .route("/whoami", get(whoami))
        .route("/assets/demo.css", get(style))
        .fallback(async |Extension(head): Extension<Head>| {
            let head = known(&head);
            html(
                StatusCode::NOT_FOUND,
                pages::not_found(&Place::of(&head.target)),
            )
        })
}

fn pages_of(prefix: &str, front_page: &str) -> Router<Arc<App>> {
    let path = |path: &str| format!("{prefix}{path}");
    Router::new()
        .route(front_page, get(front))
        .route(&path("/account"), get(account))
        .route(&path("/account/"), get(account))
        .route(&path("/account/{*page}"), get(account))
        .route(&path("/apply"), get(apply).post(applied))
        .route(&path("/apply/not-proved"), get(not_proved))
}

/// Asks the verifier who this is. A page needs no more than this one call.
async fn person(app: &App, head: &RawHead) -> Result<Person, Refused> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let outcome = app
        .verifier
        .whole_person(
            &head.values(HEADER),
            &head.values(identity::HEADER),
            i64::try_from(now).unwrap_or(i64::MAX),
        )
        .await;
    if let Err(refused) = &outcome
        && *refused != Refused::Missing
    {
        eprintln!("origin: an assertion was refused: {refused}");
    }
    outcome
}

async fn front(Extension(head): Extension<Head>) -> Response<Body> {
    let head = known(&head);
    html(
        StatusCode::OK,
        pages::front(&head, &Place::of(&head.target)),
    )
}

async fn account(State(app): State<Arc<App>>, Extension(head): Extension<Head>) -> Response<Body> {
    let head = known(&head);
    let at = Place::of(&head.target);
    match person(&app, &head).await {
        Ok(person) => html(StatusCode::OK, pages::account(&person, &head, &at)),
        // The edge forwards no request for this page without an assertion, so that a request without one came another way.
        Err(_) => html(StatusCode::UNAUTHORIZED, pages::not_through_the_edge(&at)),
    }
}

/// The form, for whoever has proved their identity. That the edge checks this too is no reason to leave it out.
async fn apply(State(app): State<Arc<App>>, Extension(head): Extension<Head>) -> Response<Body> {
    let head = known(&head);
    let at = Place::of(&head.target);
    match person(&app, &head).await {
        Ok(person) if person.reached(LEVEL) => {
            html(StatusCode::OK, apply_pages::form(&person, &at))
        }
        Ok(person) => html(
            StatusCode::FORBIDDEN,
            apply_pages::not_proved(Some(&person), &at),
        ),
        Err(_) => html(StatusCode::UNAUTHORIZED, pages::not_through_the_edge(&at)),
    }
}

/// The form comes back.
async fn applied(
    State(app): State<Arc<App>>,
    Extension(head): Extension<Head>,
    form: Bytes,
) -> Response<Body> {
    let head = known(&head);
    let at = Place::of(&head.target);
    match person(&app, &head).await {
        Ok(person) if person.reached(LEVEL) => {
            html(StatusCode::OK, apply_pages::sent(&last_wins(&form), &at))
        }
        Ok(person) => html(
            StatusCode::FORBIDDEN,
            apply_pages::not_proved(Some(&person), &at),
        ),
        Err(_) => html(StatusCode::UNAUTHORIZED, pages::not_through_the_edge(&at)),
    }
}

/// Where people go whose identity was not proved. A request without an assertion, or with a bad one, gets the page for
/// everybody.
async fn not_proved(
    State(app): State<Arc<App>>,
    Extension(head): Extension<Head>,
) -> Response<Body> {
    let head = known(&head);
    let person = person(&app, &head).await.ok();
    html(
        StatusCode::OK,
        apply_pages::not_proved(person.as_ref(), &Place::of(&head.target)),
    )
}

/// The person who is signed in, as JSON: the verified claims, or `null`. A bad assertion is an error, not `null`.
async fn whoami(State(app): State<Arc<App>>, Extension(head): Extension<Head>) -> Response<Body> {
    let (status, body) = match person(&app, &known(&head)).await {
        Ok(person) => (StatusCode::OK, serde_json::json!(person)),
        Err(Refused::Missing) => (StatusCode::OK, serde_json::Value::Null),
        Err(_) => (StatusCode::UNAUTHORIZED, serde_json::Value::Null),
    };
    json(status, &body)
}

async fn style() -> Response<Body> {
    let mut response = Response::new(Body::from(pages::STYLE));
    set(
        &mut response,
        header::CONTENT_TYPE,
        "text/css; charset=utf-8",
    );
    set(&mut response, header::CACHE_CONTROL, "public, max-age=60");
    response
}

/// The head as it was received. A handler only runs after it was read; an empty head replaces the impossible case.
pub fn known(head: &Head) -> RawHead {
    head.get().cloned().unwrap_or_else(|| RawHead {
        method: String::new(),
        target: String::new(),
        headers: Vec::new(),
        request_line: String::new(),
    })
}

fn html(status: StatusCode, page: maud::Markup) -> Response<Body> {
    let mut response = Response::new(Body::from(page.into_string()));
    *response.status_mut() = status;
    set(
        &mut response,
        header::CONTENT_TYPE,
        "text/html; charset=utf-8",
    );
    response
}

/// A JSON answer.
pub fn json(status: StatusCode, value: &serde_json::Value) -> Response<Body> {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    set(&mut response, header::CONTENT_TYPE, "application/json");
    response
}

/// Sets a header whose value is written in this program.
pub fn set(response: &mut Response<Body>, name: header::HeaderName, value: &'static str) {
    response
        .headers_mut()
        .insert(name, header::HeaderValue::from_static(value));
}
