//! The desk's page. It works without JavaScript; with it, decisions appear as they are made.

use maud::{Markup, html};
use serde_json::Value;

use crate::locale::Locale;
use crate::provider::desk_others::forms;
use crate::provider::desk_state::{About, Switched};
use crate::provider::fault::Fault;
use crate::provider::numbers_page::figures;
use crate::provider::pages;
use crate::provider::personas::PERSONAS;
use crate::provider::signal;
use crate::provider::state::Provider;

/// Asks for new decisions once a second. They are set as text, because some of it came from outside.
pub const SCRIPT: &str = include_str!("desk.js");

/// The whole page.
pub fn page(provider: &Provider, now: i64) -> String {
    let content = html! {
        h1 { "What is running" }
        @match &provider.desk.about {
            Some(about) => (running(about)),
            None => p { "This simulated One Login was started by itself: no service and no edge are known to it." },
        }
        (people(provider))
        (faults(provider))
        @if let Some(about) = provider.desk.about.as_ref().filter(|about| about.switch) {
            (switch(provider.desk.switched))
            (forms(about, &provider.staff_tokens(now)))
        }
        h2 { "Numbers" }
        p {
            "How many came to the end since this simulated One Login was started, from what the edge logs."
            @if let Some(command) = provider.desk.about.as_ref().and_then(|about| about.report.as_deref()) {
                " Of a deployed edge, " code { (command) } " prints the same."
            }
        }
        div id="numbers" { (figures(&provider.desk.numbers)) }
        (said(provider, "decisions", "Last decisions", "What the edge logs, newest first. Where JavaScript is off, load the page again."))
        (said(provider, "requests", "Last requests", "What the development server prints of each request. A deployed edge logs none of these."))
        script src="/control/desk.js" defer {}
    };
    pages::page(Locale::En, "What is running", &content)
}

fn running(about: &About) -> Markup {
    html! {
        ul {
            li { a href=(about.service) { (about.service) } " – the edge: the Worker in Cloudflare's own runtime. People come here." }
            li { "this address – a simulated One Login. The edge sends people here to sign in." }
            li { code { (about.origin) } " – the service behind the edge. Only the edge should reach it." }
        }
        h2 { "Journeys" }
        ul {
            @for journey in &about.journeys {
                li {
                    a href={ (about.service) (journey.path) } { (journey.path) }
                    " – " (journey.shows)
                }
            }
        }
    }
}

fn people(provider: &Provider) -> Markup {
    let chosen = provider.automatic.map(|persona| persona.id);
    html! {
        h2 { "Who signs in" }
        form action="/control/choose" method="post" {
            p {
                label for="persona" { "At the next sign-in " }
                select id="persona" name="persona" {
                    option value="" selected[chosen.is_none()] { "ask on a page" }
                    @for persona in &PERSONAS {
                        option value=(persona.id) selected[chosen == Some(persona.id)] { (persona.name) " – " (persona.note[0]) }
                    }
                }
                " " button type="submit" { "Set person" }
            }
        }
        form action="/control/choose" method="post" {
            p {
                label for="end" { "At One Login, end all sessions of " }
                select id="end" name="end" {
                    @for persona in &PERSONAS { option value=(persona.id) { (persona.name) } }
                }
                " " button type="submit" { "End sessions" }
            }
        }
        form action="/control/choose" method="post" {
            p {
                label for="signal" { "By Signal Exchange, tell services of " }
                select id="signal" name="signal" {
                    @for event in signal::EVENTS { option { (event.0) } }
                }
                label for="about" { " of " }
                select id="about" name="about" {
                    @for persona in &PERSONAS { option value=(persona.id) { (persona.name) } }
                }
                " " button type="submit" { "Send signal" }
            }
        }
    }
}

fn faults(provider: &Provider) -> Markup {
    let chosen = provider.fault.get().map(Fault::name);
    html! {
        h2 { "What breaks" }
        form action="/control/choose" method="post" {
            p {
                label for="fault" { "Every good answer of One Login has this fault: " }
                select id="fault" name="fault" {
                    option value="" selected[chosen.is_none()] { "none" }
                    @for fault in Fault::ALL {
                        option selected[chosen == Some(fault.name())] { (fault.name()) }
                    }
                }
                " " button type="submit" { "Set fault" }
            }
        }
        @if let Some(name) = chosen {
            p.note { "One Login is broken on purpose: " strong { (name) } }
        }
    }
}

fn switch(chosen: Switched) -> Markup {
    let shows = |state| match state {
        Switched::Open => "nothing",
        Switched::SignInOff => "sign-in: people who are signed in go on",
        Switched::ServiceClosed => "the whole service",
    };
    html! {
        h2 { "What is switched off" }
        form action="/control/choose" method="post" {
            p {
                label for="switch" { "The service switches off: " }
                select id="switch" name="switch" {
                    @for state in Switched::ALL {
                        option value=(state.name()) selected[chosen == state] { (shows(state)) }
                    }
                }
                " " button type="submit" { "Set switch" }
            }
        }
        p {
            "The demo service signs the record, and the development server writes it into KV and loads the Worker again: it takes a few
            seconds. A deployed Worker follows within 90 seconds."
        }
        @if chosen != Switched::Open { p.note { "Switched off by the service: " strong { (shows(chosen)) } } }
    }
}

/// A table of what was said: the Worker's own lines, or what wrangler prints of requests.
fn said(provider: &Provider, id: &str, heading: &str, about: &str) -> Markup {
    let last = provider
        .desk
        .after(0)
        .next_back()
        .map_or(0, |(number, _)| *number);
    let all = provider.desk.after(0).rev().map(|(_, said)| said);
    let own = all.filter(|said| (said["event"] == "request") == (id == "requests"));
    html! {
        h2 { (heading) }
        p { (about) }
        table id=(id) {
            thead { tr { th { "Time" } th { "Event" } th { "Label" } th { "More" } } }
            tbody data-last=(last) {
                @for said in own.take(50) {
                    tr {
                        td { (text(&said["time"])) }
                        td { (text(&said["event"])) }
                        td { (text(&said["label"])) }
                        td { (more(said)) }
                    }
                }
            }
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(
        || {
            if value.is_null() {
                String::new()
            } else {
                value.to_string()
            }
        },
        str::to_owned,
    )
}

/// The other members of the line that are not empty.
fn more(said: &Value) -> String {
    let members = said.as_object().into_iter().flatten();
    let rest = members.filter(|(name, _)| !["time", "event", "label"].contains(&name.as_str()));
    let told = rest.map(|(name, value)| (name, text(value)));
    let told: Vec<_> = told
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    told.join(", ")
}
