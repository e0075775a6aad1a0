//! The HTML of the demo service: plain, server-made, without JavaScript.

use maud::{DOCTYPE, Markup, html};

use crate::origin::verify::{HEADER, Person};
use crate::origin::wire::RawHead;

/// The style sheet, served at `/assets/demo.css`.
pub const STYLE: &str = "\
*{box-sizing:border-box}
body{margin:0;font:19px/1.4 Arial,sans-serif;color:#0b0c0c}
header{background:#0b0c0c;border-bottom:10px solid #1d70b8;padding:12px 0}
header a{color:#fff;font-size:24px;font-weight:bold;text-decoration:none}
.wide{max-width:960px;margin:0 auto;padding:0 15px}
main{padding:30px 0}
h1{font-size:36px;margin:0 0 20px}
h2{font-size:24px;margin:40px 0 15px}
a{color:#1a65a6}
a:focus{outline:3px solid #fd0;background:#fd0;color:#0b0c0c}
.button{display:inline-block;background:#0f7a52;color:#fff;padding:10px 16px;text-decoration:none}
button.button{border:0;font:inherit;cursor:pointer}
button.button:focus{outline:3px solid #fd0;background:#fd0;color:#0b0c0c}
.second{background:#f3f2f1;color:#0b0c0c}
.choices{display:flex;flex-wrap:wrap;gap:15px}
.panel{background:#f4f8fb;border-left:10px solid #1d70b8;padding:15px}
.skip{position:absolute;left:-9999px}
.skip:focus{position:static}
table{border-collapse:collapse;width:100%}
caption{text-align:left;font-weight:bold;margin:0 0 10px}
th,td{border-bottom:1px solid #cecece;padding:10px 20px 10px 0;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{white-space:nowrap}
td p{margin:0}
";

/// The headers by which the edge speaks to this service, as they are usually written.
const TOLD: [&str; 5] = [
    "Host",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-For",
    "One-Login-Assertion",
];

fn page(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { (title) " – Apply for a demo licence" }
                meta name="viewport" content="width=device-width, initial-scale=1";
                link rel="stylesheet" href="/assets/demo.css";
            }
            body {
                a.skip href="#main" { "Skip to main content" }
                header { div.wide { a href="/" { "Apply for a demo licence" } } }
                div.wide { main id="main" { (content) } }
            }
        }
    }
}

/// The page for everybody.
pub fn front(head: &RawHead) -> Markup {
    let content = html! {
        h1 { "Apply for a demo licence" }
        p { "Anybody can read this page. Your account is for you alone." }
        p { a.button href="/account" { "Go to your account" } }
        (told(head))
    };
    page("Start", &content)
}

/// The page for the person who is signed in.
pub fn account(person: &Person, head: &RawHead) -> Markup {
    let name = person.email.as_deref().unwrap_or(&person.sub);
    let content = html! {
        h1 { "Your account" }
        p.panel { "You are signed in as " strong { (name) } }
        (signing_out())
        h2 { "What this service verified" }
        table {
            caption { "From the signed assertion" }
            tbody {
                @for (label, value) in facts(person) {
                    tr { th scope="row" { (label) } td { (value) } }
                }
            }
        }
        (told(head))
    };
    page("Your account", &content)
}

/// Signing out is the edge's work, so that a service needs no more than these two forms. They post, because following a link
/// must not end anything: a link can be prefetched, or stand on somebody else's page.
fn signing_out() -> Markup {
    html! {
        div.choices {
            form action="/auth/sign-out" method="post" {
                button.button type="submit" { "Sign out" }
            }
            form action="/auth/sign-out?everywhere" method="post" {
                button.button.second type="submit" { "Sign out everywhere" }
            }
        }
    }
}

fn facts(person: &Person) -> Vec<(&'static str, String)> {
    let verified = |flag: Option<bool>| {
        if flag == Some(true) {
            "confirmed"
        } else {
            "not confirmed"
        }
    };
    let mut facts = vec![
        ("Identifier", person.sub.clone()),
        ("Level", person.vot.clone()),
    ];
    if let Some(email) = &person.email {
        facts.push((
            "E-mail",
            format!("{email} ({})", verified(person.email_verified)),
        ));
    }
    if let Some(phone) = &person.phone_number {
        facts.push((
            "Telephone",
            format!("{phone} ({})", verified(person.phone_number_verified)),
        ));
    }
    if let Some(wallet) = &person.wallet_subject_id {
        facts.push(("Wallet", wallet.clone()));
    }
    facts
}

fn told(head: &RawHead) -> Markup {
    html! {
        h2 { "What the edge told this service" }
        table {
            caption { "Headers received" }
            tbody {
                @for name in TOLD {
                    @let values = head.values(&name.to_ascii_lowercase());
                    tr {
                        th scope="row" { (name) }
                        td {
                            @if values.is_empty() { "not sent" }
                            @for value in values { p { (shown(name, value)) } }
                        }
                    }
                }
            }
        }
    }
}

/// A header's value for the page. An assertion is a credential, so that its signature is left out.
fn shown(name: &str, value: &str) -> String {
    if !name.eq_ignore_ascii_case(HEADER) {
        return value.to_owned();
    }
    match value.rsplit_once('.') {
        Some((signed, _)) => format!("{signed}.(signature, {} characters in all)", value.len()),
        None => format!("not a token ({} characters)", value.len()),
    }
}

/// The page for a request that did not come through the edge.
pub fn not_through_the_edge() -> Markup {
    let content = html! {
        h1 { "Sorry, you cannot use this page this way" }
        p { "This request did not come through One Login at the edge" }
    };
    page("Not signed in", &content)
}

/// The page for every other address.
pub fn not_found() -> Markup {
    page(
        "Page not found",
        &html! { h1 { "Page not found" } p { "If you typed the web address, check it is correct." } },
    )
}
