//! The desk's part about people who need more than a sign-in, and others on the same host: its forms lead to the demo service,
//! which signs a message or asks the edge, and shows the answer.

use maud::{Markup, html};

use crate::provider::desk_state::About;
use crate::provider::personas::PERSONAS;

/// The forms; `staff` is each token of the simulated team, with what it is.
pub fn forms(about: &About, staff: &[(&'static str, String)]) -> Markup {
    let [invite, ask] = ["invite", "ask"].map(|name| format!("{}/control/{name}", about.origin));
    html! {
        h2 { "Who is invited" }
        p { a href={ (about.service) "/beta" } { "/beta" } " is for people whom the service has invited. The demo service signs each message." }
        form action=(invite) method="post" {
            input type="hidden" name="act" value="add";
            p {
                label for="who" { "Invite the address of " }
                select id="who" name="who" {
                    @for persona in PERSONAS.iter().filter(|persona| !persona.email.0.is_empty()) {
                        option value=(persona.email.0) { (persona.name) }
                    }
                }
                " " button type="submit" { "Invite" }
            }
        }
        form action=(invite) method="post" {
            input type="hidden" name="act" value="code";
            p { button type="submit" { "Make a link for one person" } }
        }
        form action=(invite) method="post" {
            input type="hidden" name="act" value="clear";
            p { button type="submit" { "Take every invitation away" } }
        }
        h2 { "Who else uses the host" }
        p { "In front of a deployed edge, Cloudflare Access has staff sign in and adds its token. Here the demo service sends it." }
        form action=(ask) method="post" {
            input type="hidden" name="path" value="/staff";
            p {
                label for="staff" { "Ask for /staff as " }
                select id="staff" name="value" {
                    @for (who, token) in staff { option value=(token) { (who) } }
                    option value="" { "a client without a token" }
                }
                " " button type="submit" { "Ask as staff" }
            }
        }
        form action=(ask) method="post" {
            input type="hidden" name="path" value="/api/licences";
            p {
                label for="program" { "Ask for /api/licences with Authorization: " }
                select id="program" name="value" {
                    @for value in ["Bearer demo", "Bearer other"] { option { (value) } }
                    option value="" { "no header" }
                }
                " " button type="submit" { "Ask as a program" }
            }
        }
    }
}
