//! The forms of the desk that this service carries out: it changes the list of invited people, and asks the edge as a program or
//! as staff would. Cloudflare Access is in front of a deployed edge and adds its token; here a form brings the token.
//!
//! A request through the edge is refused, because each person who is signed in can make one.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Response, StatusCode, header};
use axum::routing::post;
use axum::{Extension, Router};
use maud::{DOCTYPE, Markup, html};

use crate::clock::now;
use crate::fetch;
use crate::http::last_wins;
use crate::jose::b64;
use crate::keys::random;
use crate::origin::app::App;
use crate::origin::site::{known, set};
use crate::origin::wire::Head;

/// The page for invited people.
const BETA: &str = "/beta";

/// How long the edge may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The most bytes of an answer that are shown.
const SHOWN: usize = 64 * 1024;

/// The routes of the desk's forms.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/control/invite", post(invite))
        .route("/control/ask", post(ask))
}

/// The refusal of a form that came through the edge, whose pages must not command the demo.
fn through_the_edge(head: &Head) -> Option<Response<Body>> {
    let words = "This came through the edge";
    (!known(head).is_control()).then(|| page(StatusCode::FORBIDDEN, words, &html! {}))
}

/// Invites the address in `who`, makes a link with a code, or clears the list, as `act` says.
async fn invite(
    State(app): State<Arc<App>>,
    Extension(head): Extension<Head>,
    body: Bytes,
) -> Response<Body> {
    if let Some(refused) = through_the_edge(&head) {
        return refused;
    }
    let form = last_wins(&body);
    let said = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let code = b64(random::<16>());
    let (act, who, done) = match said("act") {
        "add" if said("who").contains('@') => ("add", vec![said("who")], "The address is invited"),
        "code" => ("add", vec![code.as_str()], "A link for one person"),
        "clear" => ("clear", Vec::new(), "No person is invited"),
        _ => return page(StatusCode::BAD_REQUEST, "There is no such act", &html! {}),
    };
    let edge = app.closing.edge();
    match app.closing.invite(act, &who, now()).await {
        Ok(told) => page(
            StatusCode::OK,
            done,
            &html! {
                p { "Invitations: " (told["invitations"]) ", used: " (told["people"]) }
                @match said("act") {
                    "code" => {
                        @let link = format!("{edge}/auth/sign-in?invitation={code}&return_to={BETA}");
                        p { a href=(link) { (link) } }
                    }
                    _ => p { a href={ (edge) (BETA) } { (edge) (BETA) } }
                }
            },
        ),
        Err(error) => page(
            StatusCode::BAD_GATEWAY,
            "The edge did not take the message",
            &html! { p { (error) } },
        ),
    }
}

/// Asks the edge for `path` with the header `name: value`, as a program would, and shows the answer.
async fn ask(
    State(app): State<Arc<App>>,
    Extension(head): Extension<Head>,
    body: Bytes,
) -> Response<Body> {
    if let Some(refused) = through_the_edge(&head) {
        return refused;
    }
    let form = last_wins(&body);
    let said = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let name = match said("path") {
        "/staff" => "cf-access-jwt-assertion",
        "/api/licences" => "authorization",
        _ => return page(StatusCode::BAD_REQUEST, "There is no such path", &html! {}),
    };
    let url = format!("{}{}", app.closing.edge(), said("path"));
    let sent = (name.to_owned(), said("value").to_owned());
    let headers: Vec<_> = [sent]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect();
    match fetch::send("GET", &url, &headers, Vec::new(), SHOWN, PATIENCE).await {
        Ok(answer) => page(
            StatusCode::OK,
            "What the edge answered",
            &html! {
                p { "GET " (said("path")) @if headers.is_empty() { " without " } @else { " with " } code { (name) } ": status " strong { (answer.status) } }
                pre { (String::from_utf8_lossy(&answer.body)) }
            },
        ),
        Err(error) => page(
            StatusCode::BAD_GATEWAY,
            "The edge gave no answer",
            &html! { p { (error) } },
        ),
    }
}

/// A page for the developer. Back leads to the desk, which this service does not know.
fn page(status: StatusCode, title: &str, content: &Markup) -> Response<Body> {
    let whole = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { (title) " – demo service" }
                meta name="viewport" content="width=device-width, initial-scale=1";
                link rel="stylesheet" href="/assets/demo.css";
            }
            body { div.wide { main { h1 { (title) } (content) p { "Go back to the desk to try more." } } } }
        }
    };
    let mut response = Response::new(Body::from(whole.into_string()));
    *response.status_mut() = status;
    set(
        &mut response,
        header::CONTENT_TYPE,
        "text/html; charset=utf-8",
    );
    set(&mut response, header::CACHE_CONTROL, "no-store");
    response
}
