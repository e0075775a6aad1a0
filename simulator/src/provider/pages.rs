//! The pages that a person sees. They look like GOV.UK and say that they are not.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::http::{Request, Response, last_wins};
use crate::provider::journey::Journey;
use crate::provider::personas::PERSONAS;
use crate::provider::settings::Settings;

/// One small sheet, in the page itself, so that nothing else has to be fetched.
const STYLE: &str = "
*{box-sizing:border-box}body{margin:0;font:19px/1.4 Arial,sans-serif;color:#0b0c0c}
header{background:#0b0c0c;color:#fff;border-bottom:10px solid #1d70b8;padding:12px 0}header strong{font-size:24px}
.wide{max-width:960px;margin:0 auto;padding:0 15px}main{padding:30px 0}h1{font-size:32px;margin:0 0 20px}
.note{background:#f3f2f1;border-left:10px solid #b1b4b6;padding:15px;margin:0 0 30px}
fieldset{border:0;margin:0;padding:0}legend{padding:0;margin:0 0 15px}.choice{display:flex;gap:12px;margin:0 0 15px}
.choice input{width:32px;height:32px;flex:none;margin:0}.choice .hint{display:block;color:#484949}
button{background:#0f7a52;color:#fff;border:0;box-shadow:0 2px 0 #083d29;padding:10px 16px;font:inherit;cursor:pointer}
button:focus,a:focus,input:focus{outline:3px solid #fd0;box-shadow:0 0 0 5px #0b0c0c}
.skip{position:absolute;left:-9999px}.skip:focus{position:static}code{overflow-wrap:anywhere}";

fn page(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { (title) " – simulated GOV.UK One Login" }
                meta name="viewport" content="width=device-width, initial-scale=1";
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "Skip to main content" }
                header { div.wide { strong { "Simulated One Login" } } }
                div.wide { main id="main" { (content) } }
            }
        }
    }
}

/// The page on which one chooses who to be.
pub fn sign_in(journey_id: &str, journey: &Journey) -> String {
    let service = if journey.client_name.is_empty() {
        &journey.client_id
    } else {
        &journey.client_name
    };
    let content = html! {
        form action="/sign-in" method="post" {
            input type="hidden" name="journey" value=(journey_id);
            p.note {
                "This is a simulation for development and tests. It is not GOV.UK One Login, and these people do not exist."
            }
            @if journey.must_be.is_some() {
                p { "The service asks you to sign in again. It expects the person who is signed in there." }
            }
            fieldset {
                legend { h1 { "Who is signing in to " (service) "?" } }
                @for (position, persona) in PERSONAS.iter().enumerate() {
                    div.choice {
                        input type="radio" name="persona" id=(persona.id) value=(persona.id) checked[position == 0]
                            aria-describedby={ (persona.id) "-hint" };
                        label for=(persona.id) {
                            (persona.name)
                            span.hint id={ (persona.id) "-hint" } { (persona.email.0) " – " (persona.note) }
                        }
                    }
                }
            }
            p { "Level asked for: " code { (journey.asked.credential) @for level in &journey.asked.identity { "." (level) } } }
            button type="submit" { "Continue" }
        }
    };
    page("Who is signing in?", &content).into_string()
}

/// The page for a form that cannot be answered.
pub fn lost() -> Response {
    let content = html! {
        h1 { "This page can no longer be used" }
        p { "Go back to the service and start again." }
    };
    Response::html(400, page("Start again", &content).into_string())
}

/// Where people land after signing out when the service named no page of its own.
pub fn signed_out(request: &Request) -> Response {
    let failed = last_wins(request.query().as_bytes()).contains_key("error_code");
    let content = html! {
        h1 { "You have signed out" }
        @if failed { p { "The service's request to sign you out was not valid, but you are signed out of One Login." } }
    };
    Response::html(200, page("You have signed out", &content).into_string())
}

/// The front page, for whoever opens the address by hand.
pub fn front(settings: &Settings) -> Response {
    let content = html! {
        h1 { "A simulated GOV.UK One Login" }
        p { "It is for development and tests only. A service signs people in here by its own sign-in link." }
        p { "Issuer: " code { (settings.issuer) } }
        p { a href="/.well-known/openid-configuration" { "Discovery document" } " (asks for a User-Agent, as the real one does)" }
        p { a href="/logout" { "Sign out of the simulated One Login" } " to be asked again who you are" }
        h2 { "Services registered here" }
        ul { @for client in &settings.clients { li { (client.client_name) " " code { (client.client_id) } } } }
    };
    Response::html(200, page("Simulation", &content).into_string())
}
