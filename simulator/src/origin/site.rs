//! The pages of the demo service: a front page for everybody, an account for whoever is signed in, and an application for
//! whoever has proved their identity.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Response, StatusCode, header};
use axum::routing::get;
use axum::{Extension, Router};

use crate::clock::now;
use crate::http::last_wins;
use crate::origin::app::App;
use crate::origin::pages::Place;
use crate::origin::person::Person;
use crate::origin::token::Refused;
use crate::origin::verify::HEADER;
use crate::origin::wire::{Head, RawHead};
use crate::origin::{apply_pages, closing, identity, pages, staff};

/// The level of identity that an application asks for.
const LEVEL: &str = "P2";

/// The routes of the site: every page in English, and under `/cy` in Welsh.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .merge(pages_of("", "/"))
        .merge(pages_of("/cy", "/cy"))
        .route("/cy/", get(front))
        .route("/whoami", get(whoami))
        .route(closing::KEYS, get(service_keys))
        .route("/api/licences", get(licences))
        .route("/staff", get(staff_page))
        .route("/staff/{*page}", get(staff_page))
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
        .route(&path("/welcome"), get(welcome))
        .route(&path("/beta"), get(account))
        .route(&path("/account/licence"), get(licence))
        .route(&path("/account/close"), get(account).post(closed))
        .route(&path("/account/{*page}"), get(account))
        .route(&path("/apply"), get(apply).post(applied))
        .route(&path("/apply/not-proved"), get(not_proved))
}

/// Asks the verifier who this is. A page needs no more than this one call.
async fn person(app: &App, head: &RawHead) -> Result<Person, Refused> {
    let outcome = app
        .verifier
        .whole_person(&head.values(HEADER), &head.values(identity::HEADER), now())
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

/// The page that a person with a new session reaches first. A service finds or opens their account here.
async fn welcome(State(app): State<Arc<App>>, Extension(head): Extension<Head>) -> Response<Body> {
    let head = known(&head);
    let at = Place::of(&head.target);
    match person(&app, &head).await {
        Ok(person) => html(StatusCode::OK, pages::welcome(&person, &at)),
        Err(_) => html(StatusCode::UNAUTHORIZED, pages::not_through_the_edge(&at)),
    }
}

/// A page that asks at run time: the route wants a sign-in, and this page a proved identity.
async fn licence(State(app): State<Arc<App>>, Extension(head): Extension<Head>) -> Response<Body> {
    let head = known(&head);
    let at = Place::of(&head.target);
    match person(&app, &head).await {
        Ok(person) if person.reached(LEVEL) => {
            html(StatusCode::OK, pages::account(&person, &head, &at))
        }
        // The edge takes this answer away and sends the person to prove an identity.
        Ok(_) => {
            let mut answer = html(StatusCode::UNAUTHORIZED, pages::prove_first(&at));
            let challenge = "OneLogin level=\"Cl.Cm.P2\"";
            set(&mut answer, header::WWW_AUTHENTICATE, challenge);
            answer
        }
        Err(_) => html(StatusCode::UNAUTHORIZED, pages::not_through_the_edge(&at)),
    }
}

/// The account is closed: the edge ends every session of the person.
async fn closed(State(app): State<Arc<App>>, Extension(head): Extension<Head>) -> Response<Body> {
    let head = known(&head);
    let at = Place::of(&head.target);
    let Ok(person) = person(&app, &head).await else {
        return html(StatusCode::UNAUTHORIZED, pages::not_through_the_edge(&at));
    };
    match app.closing.close(&person.sub, now()).await {
        Ok(()) => html(StatusCode::OK, pages::closed(true, &at)),
        Err(error) => {
            eprintln!("origin: the sessions of a closed account go on: {error}");
            html(StatusCode::BAD_GATEWAY, pages::closed(false, &at))
        }
    }
}

/// The key set with which the edge verifies this service's messages.
async fn service_keys(State(app): State<Arc<App>>) -> Response<Body> {
    json(StatusCode::OK, &app.closing.keys())
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

/// The page of staff, as JSON: who is asking. A request without their statement came another way.
async fn staff_page(
    State(app): State<Arc<App>>,
    Extension(head): Extension<Head>,
) -> Response<Body> {
    match app
        .verifier
        .staff(&known(&head).values(staff::HEADER), now())
        .await
    {
        Ok(who) => json(StatusCode::OK, &who),
        Err(_) => json(StatusCode::UNAUTHORIZED, &serde_json::Value::Null),
    }
}

/// The answer for programs. The edge lets each pass that has the header; this service judges its value.
async fn licences(Extension(head): Extension<Head>) -> Response<Body> {
    if known(&head).values("authorization") == ["Bearer demo"] {
        return json(
            StatusCode::OK,
            &serde_json::json!({ "licences": ["DEMO-1"] }),
        );
    }
    let refused = serde_json::json!({ "title": "The token is not known", "status": 401 });
    let mut response = json(StatusCode::UNAUTHORIZED, &refused);
    let challenge = "Bearer realm=\"demo\", error=\"invalid_token\"";
    set(&mut response, header::WWW_AUTHENTICATE, challenge);
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
