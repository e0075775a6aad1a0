//! The pages that a person sees. They look like GOV.UK and say that they are not.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::http::{Request, Response, last_wins};
use crate::locale::Locale;
use crate::provider::journey::Journey;
use crate::provider::personas::{PERSONAS, Persona};
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
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:6px 12px 6px 0;border-bottom:1px solid #b1b4b6}
caption{text-align:left;font-weight:bold;padding:12px 0 6px}.chart{table-layout:fixed}.chart th{overflow-wrap:anywhere}.bar{background:#1d70b8;height:12px;min-width:1px;margin-top:3px}
select{font:inherit;max-width:100%}td{overflow-wrap:anywhere;font-size:16px}td:first-child{overflow-wrap:normal}.skip{position:absolute;left:-9999px}.skip:focus{position:static}code{overflow-wrap:anywhere}";

/// A whole page.
pub fn page(locale: Locale, title: &str, content: &Markup) -> String {
    let (suffix, skip, name) = match locale {
        Locale::En => (
            "simulated GOV.UK One Login",
            "Skip to main content",
            "Simulated One Login",
        ),
        Locale::Cy => (
            "GOV.UK One Login efelychiedig",
            "Neidio i'r prif gynnwys",
            "One Login efelychiedig",
        ),
    };
    let whole = html! {
        (DOCTYPE)
        html lang=(locale.tag()) {
            head {
                meta charset="utf-8";
                title { (title) " – " (suffix) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { (skip) }
                header { div.wide { strong { (name) } } }
                div.wide { main id="main" { (content) } }
            }
        }
    };
    whole.into_string()
}

/// The page on which one chooses who to be.
pub fn sign_in(journey_id: &str, journey: &Journey) -> String {
    let locale = journey.locale;
    let service = if journey.client_name.is_empty() {
        &journey.client_id
    } else {
        &journey.client_name
    };
    let content = html! {
        form action="/sign-in" method="post" {
            input type="hidden" name="journey" value=(journey_id);
            p.note { (locale.of(
                "This is a simulation for development and tests. It is not GOV.UK One Login, and these people do not exist.",
                "Efelychiad ar gyfer datblygu a phrofi yw hwn. Nid GOV.UK One Login ydyw, ac nid yw'r bobl hyn yn bodoli.",
            )) }
            @if journey.must_be.is_some() {
                p { (locale.of(
                    "The service asks you to sign in again. It expects the person who is signed in there.",
                    "Mae'r gwasanaeth yn gofyn i chi fewngofnodi eto. Mae'n disgwyl yr un person ag sydd wedi mewngofnodi yno.",
                )) }
            }
            fieldset {
                legend { h1 { (locale.of("Who is signing in to ", "Pwy sy'n mewngofnodi i ")) (service) "?" } }
                @for (position, persona) in PERSONAS.iter().enumerate() {
                    div.choice {
                        input type="radio" name="persona" id=(persona.id) value=(persona.id) checked[position == 0]
                            aria-describedby={ (persona.id) "-hint" };
                        label for=(persona.id) {
                            (persona.name)
                            span.hint id={ (persona.id) "-hint" } {
                                (persona.email.0) " – " (locale.of(persona.note[0], persona.note[1]))
                            }
                        }
                    }
                }
            }
            p {
                (locale.of("Level asked for: ", "Lefel y gofynnwyd amdani: "))
                code { (journey.asked.credential) @for level in &journey.asked.identity { "." (level) } }
            }
            button type="submit" { (locale.of("Continue", "Parhau")) }
        }
    };
    page(
        locale,
        locale.of("Who is signing in?", "Pwy sy'n mewngofnodi?"),
        &content,
    )
}

/// The page at which a request for an identity ends that only a Post Office can confirm.
pub fn go_in_person(journey_id: &str, persona: &Persona, locale: Locale) -> String {
    let title = locale.of(
        "Take your letter to a Post Office",
        "Ewch â'ch llythyr i Swyddfa'r Post",
    );
    let button = |seen: &str, text: &str| {
        html! {
            form action="/in-person" method="post" {
                input type="hidden" name="journey" value=(journey_id);
                input type="hidden" name="persona" value=(persona.id);
                input type="hidden" name="seen" value=(seen);
                p { button type="submit" { (text) } }
            }
        }
    };
    let content = html! {
        h1 { (title) }
        p { (locale.of(
            "You will get an e-mail when your identity has been checked. You can close this page.",
            "Byddwch yn cael e-bost pan fydd eich hunaniaeth wedi'i gwirio. Gallwch gau'r dudalen hon.",
        )) }
        p.note { (locale.of(
            "In this simulation the days go by when you say so.",
            "Yn yr efelychiad hwn mae'r dyddiau'n mynd heibio pan ddywedwch chi.",
        )) }
        (button("yes", locale.of("The Post Office is done", "Mae Swyddfa'r Post wedi gorffen")))
        (button("no", locale.of("Go back to the service without it", "Mynd yn ôl i'r gwasanaeth hebddo")))
    };
    page(locale, title, &content)
}

/// The text of the e-mail after the visit to the Post Office.
pub fn seen_in_person(landing_page: Option<&str>, locale: Locale) -> String {
    let title = locale.of(
        "Your identity has been checked",
        "Mae eich hunaniaeth wedi'i gwirio",
    );
    let content = html! {
        h1 { (title) }
        @if let Some(address) = landing_page {
            p { a href=(address) { (locale.of("Go back to the service", "Mynd yn ôl i'r gwasanaeth")) } }
        } @else {
            p { (locale.of("Go back to the service.", "Ewch yn ôl i'r gwasanaeth.")) }
        }
    };
    page(locale, title, &content)
}

/// The page for a form that cannot be answered. Which language it was in is lost as well.
pub fn lost() -> Response {
    let content = both([
        (
            "This page can no longer be used",
            "Go back to the service and start again.",
        ),
        (
            "Ni ellir defnyddio'r dudalen hon mwyach",
            "Ewch yn ôl i'r gwasanaeth a dechreuwch eto.",
        ),
    ]);
    Response::html(400, page(Locale::En, "Start again", &content))
}

/// Where people land after signing out when the service named no page of its own.
pub fn signed_out(request: &Request) -> Response {
    let failed = last_wins(request.query().as_bytes()).contains_key("error_code");
    let say = |text| if failed { text } else { "" };
    let content = both([
        (
            "You have signed out",
            say(
                "The service's request to sign you out was not valid, but you are signed out of One Login.",
            ),
        ),
        (
            "Rydych wedi allgofnodi",
            say(
                "Nid oedd cais y gwasanaeth i'ch allgofnodi yn ddilys, ond rydych wedi'ch allgofnodi o One Login.",
            ),
        ),
    ]);
    Response::html(200, page(Locale::En, "You have signed out", &content))
}

/// A heading and a text, which may be empty, in English and then in Welsh.
fn both(texts: [(&str, &str); 2]) -> Markup {
    html! {
        @for (locale, (title, text)) in [Locale::En, Locale::Cy].into_iter().zip(texts) {
            div lang=(locale.tag()) {
                h1 { (title) }
                @if !text.is_empty() { p { (text) } }
            }
        }
    }
}

/// The front page, for whoever opens the address by hand.
pub fn front(settings: &Settings) -> Response {
    let content = html! {
        h1 { "A simulated GOV.UK One Login" }
        p { "It is for development and tests only. A service signs people in here by its own sign-in link." }
        p { "Issuer: " code { (settings.issuer) } }
        p { a href="/.well-known/openid-configuration" { "Discovery document" } " (asks for a User-Agent, as the real one does)" }
        p { a href="/control/" { "What is running" } ", what the edge decides, and what to break" }
        p { a href="/logout" { "Sign out of the simulated One Login" } " to be asked again who you are" }
        h2 { "Services registered here" }
        ul { @for client in &settings.clients { li { (client.client_name) " " code { (client.client_id) } } } }
    };
    Response::html(200, page(Locale::En, "Simulation", &content))
}
