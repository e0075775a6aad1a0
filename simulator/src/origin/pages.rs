//! The HTML of the demo service: plain, server-made, without JavaScript.

use maud::{DOCTYPE, Markup, html};

use crate::locale::Locale;
use crate::origin::identity;
use crate::origin::person::Person;
use crate::origin::verify::HEADER;
use crate::origin::wire::RawHead;

/// The style sheet, served at `/assets/demo.css`.
pub const STYLE: &str = include_str!("demo.css");

/// The headers by which the edge speaks to this service, as they are usually written.
const TOLD: [&str; 6] = [
    "Host",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-For",
    "One-Login-Assertion",
    "One-Login-Identity",
];

/// The parts of the request that a page needs: its language, and its own path without the prefix of a language.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The language.
    pub locale: Locale,
    /// The path, as in English.
    pub path: &'a str,
}

impl<'a> Place<'a> {
    /// Reads the target of a request: `/cy` before the path, or `lang=cy` in the query, asks for Welsh.
    pub fn of(target: &'a str) -> Self {
        let (whole, query) = target.split_once('?').unwrap_or((target, ""));
        let welsh = whole
            .strip_prefix("/cy")
            .filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let asked = form_urlencoded::parse(query.as_bytes())
            .any(|pair| pair == ("lang".into(), "cy".into()));
        let path = welsh.unwrap_or(whole);
        Self {
            locale: if welsh.is_some() || asked {
                Locale::Cy
            } else {
                Locale::En
            },
            path: if path.is_empty() { "/" } else { path },
        }
    }

    /// One of this service's own addresses in the language of this page.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.locale.of("", "/cy"))
    }

    /// The one of two texts that is in the language of this page.
    pub const fn say<'b>(&self, english: &'b str, welsh: &'b str) -> &'b str {
        self.locale.of(english, welsh)
    }
}

/// A whole page.
pub fn page(at: &Place<'_>, title: &str, content: &Markup) -> Markup {
    let service = at.say(
        "Apply for a demo licence",
        "Gwneud cais am drwydded enghreifftiol",
    );
    html! {
        (DOCTYPE)
        html lang=(at.locale.tag()) {
            head {
                meta charset="utf-8";
                title { (title) " – " (service) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                link rel="stylesheet" href="/assets/demo.css";
            }
            body {
                a.skip href="#main" { (at.say("Skip to main content", "Neidio i'r prif gynnwys")) }
                header { div.wide { a href=(at.link("/")) { (service) } } }
                div.wide {
                    nav.languages aria-label=(at.say("Language", "Iaith")) {
                        @match at.locale {
                            Locale::En => { span { "English" } " " a href={ "/cy" (at.path) } lang="cy" hreflang="cy" { "Cymraeg" } }
                            Locale::Cy => { a href=(at.path) lang="en" hreflang="en" { "English" } " " span { "Cymraeg" } }
                        }
                    }
                    main id="main" { (content) }
                }
            }
        }
    }
}

/// The page for everybody.
pub fn front(head: &RawHead, at: &Place<'_>) -> Markup {
    let content = html! {
        h1 { (at.say("Apply for a demo licence", "Gwneud cais am drwydded enghreifftiol")) }
        p { (at.say(
            "Anybody can read this page. Your account is for you alone.",
            "Gall unrhyw un ddarllen y dudalen hon. I chi yn unig y mae eich cyfrif.",
        )) }
        div.choices {
            a.button href=(at.link("/account")) { (at.say("Go to your account", "Ewch i'ch cyfrif")) }
            a.button.second href=(at.link("/apply")) { (at.say("Apply for a licence", "Gwneud cais am drwydded")) }
        }
        (told(head, at))
    };
    page(at, at.say("Start", "Dechrau"), &content)
}

/// The page for the person who is signed in.
pub fn account(person: &Person, head: &RawHead, at: &Place<'_>) -> Markup {
    let name = person.email.as_deref().unwrap_or(&person.sub);
    let title = at.say("Your account", "Eich cyfrif");
    let content = html! {
        h1 { (title) }
        p.panel { (at.say("You are signed in as ", "Rydych wedi mewngofnodi fel ")) strong { (name) } }
        @if at.path == "/account/close" { (closing(at)) }
        p { a href=(at.link("/apply")) { (at.say("Apply for a licence", "Gwneud cais am drwydded")) } }
        (signing_out(at))
        h2 { (at.say("What this service verified", "Yr hyn y mae'r gwasanaeth hwn wedi'i wirio")) }
        table {
            caption { (at.say("From the signed assertion", "O'r datganiad wedi'i lofnodi")) }
            tbody {
                @for (label, value) in facts(person, at) {
                    tr { th scope="row" { (label) } td { (value) } }
                }
            }
        }
        (told(head, at))
    };
    page(at, title, &content)
}

/// The page for a person with a new session. The form leads on to the page that they wanted, which only the edge knows.
pub fn welcome(person: &Person, at: &Place<'_>) -> Markup {
    let name = person.email.as_deref().unwrap_or(&person.sub);
    let title = at.say("Welcome", "Croeso");
    let content = html! {
        h1 { (title) }
        p.panel { (at.say("You are signed in as ", "Rydych wedi mewngofnodi fel ")) strong { (name) } }
        @if person.arrival {
            form action="/auth/arrived" method="post" {
                p { button.button type="submit" { (at.say("Continue", "Parhau")) } }
            }
        } @else {
            p { a href=(at.link("/account")) { (at.say("Go to your account", "Ewch i'ch cyfrif")) } }
        }
    };
    page(at, title, &content)
}

/// The form that closes the account.
fn closing(at: &Place<'_>) -> Markup {
    html! {
        form action=(at.link("/account/close")) method="post" {
            p { (at.say(
                "This ends your sessions in every browser, and you cannot sign in again for a minute.",
                "Bydd hyn yn dod â'ch sesiynau i ben ym mhob porwr, ac ni allwch fewngofnodi eto am funud.",
            )) }
            p { button.button type="submit" { (at.say("Close my account", "Cau fy nghyfrif")) } }
        }
    }
}

/// The page after the account was closed, or could not be.
pub fn closed(done: bool, at: &Place<'_>) -> Markup {
    let title = match done {
        true => at.say("Your account is closed", "Mae eich cyfrif wedi'i gau"),
        false => at.say(
            "Sorry, we could not close your account",
            "Mae'n ddrwg gennym, nid oeddem yn gallu cau eich cyfrif",
        ),
    };
    let content = html! {
        h1 { (title) }
        p { a href=(at.link("/")) { (at.say("Go to the start", "Mynd i'r dechrau")) } }
    };
    page(at, title, &content)
}

/// The page for a client that cannot be sent to prove an identity.
pub fn prove_first(at: &Place<'_>) -> Markup {
    let title = at.say(
        "You need to prove your identity to see this page",
        "Mae angen i chi brofi eich hunaniaeth i weld y dudalen hon",
    );
    page(at, title, &html! { h1 { (title) } })
}

/// Signing out is the edge's work, so that a service needs no more than these two forms. They post, because following a link
/// must not end anything: a link can be prefetched, or be on another site's page.
fn signing_out(at: &Place<'_>) -> Markup {
    html! {
        div.choices {
            form action="/auth/sign-out" method="post" {
                button.button type="submit" { (at.say("Sign out", "Allgofnodi")) }
            }
            form action="/auth/sign-out?everywhere" method="post" {
                button.button.second type="submit" { (at.say("Sign out everywhere", "Allgofnodi ym mhobman")) }
            }
        }
    }
}

fn facts(person: &Person, at: &Place<'_>) -> Vec<(&'static str, String)> {
    let verified = |flag: Option<bool>| {
        if flag == Some(true) {
            at.locale.of("confirmed", "wedi'i gadarnhau")
        } else {
            at.locale.of("not confirmed", "heb ei gadarnhau")
        }
    };
    let mut facts = vec![
        (at.locale.of("Identifier", "Dynodydd"), person.sub.clone()),
        (at.locale.of("Level", "Lefel"), person.vot.clone()),
    ];
    if let Some(email) = &person.email {
        facts.push((
            at.locale.of("E-mail", "E-bost"),
            format!("{email} ({})", verified(person.email_verified)),
        ));
    }
    if let Some(phone) = &person.phone_number {
        facts.push((
            at.locale.of("Telephone", "Ffôn"),
            format!("{phone} ({})", verified(person.phone_number_verified)),
        ));
    }
    if let Some(wallet) = &person.wallet_subject_id {
        facts.push((at.locale.of("Wallet", "Waled"), wallet.clone()));
    }
    facts
}

fn told(head: &RawHead, at: &Place<'_>) -> Markup {
    html! {
        h2 { (at.say("What the edge told this service", "Yr hyn a ddywedodd yr ymyl wrth y gwasanaeth hwn")) }
        table {
            caption { (at.say("Headers received", "Penawdau a dderbyniwyd")) }
            tbody {
                @for name in TOLD {
                    @let values = head.values(&name.to_ascii_lowercase());
                    tr {
                        th scope="row" { (name) }
                        td {
                            @if values.is_empty() { (at.say("not sent", "heb ei anfon")) }
                            @for value in values { p { (shown(name, value)) } }
                        }
                    }
                }
            }
        }
    }
}

/// A header's value for the page. The signed ones are credentials, so that their signatures are left out.
fn shown(name: &str, value: &str) -> String {
    if ![HEADER, identity::HEADER].contains(&name.to_ascii_lowercase().as_str()) {
        return value.to_owned();
    }
    match value.rsplit_once('.') {
        Some((signed, _)) => format!("{signed}.(signature, {} characters in all)", value.len()),
        None => format!("not a token ({} characters)", value.len()),
    }
}

/// The page for a request that did not come through the edge.
pub fn not_through_the_edge(at: &Place<'_>) -> Markup {
    let content = html! {
        h1 { (at.say("Sorry, you cannot use this page this way", "Mae'n ddrwg gennym, ni allwch ddefnyddio'r dudalen hon fel hyn")) }
        p { (at.say(
            "This request did not come through One Login at the edge",
            "Ni ddaeth y cais hwn drwy One Login ar yr ymyl",
        )) }
    };
    page(at, at.say("Not signed in", "Heb fewngofnodi"), &content)
}

/// The page for every other address.
pub fn not_found(at: &Place<'_>) -> Markup {
    let title = at.say("Page not found", "Heb ddod o hyd i'r dudalen");
    let content = html! {
        h1 { (title) }
        p { (at.say(
            "If you typed the web address, check it is correct.",
            "Os gwnaethoch deipio'r cyfeiriad gwe, gwiriwch ei fod yn gywir.",
        )) }
    };
    page(at, title, &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_the_path_or_the_query_asks_for_welsh_then_the_page_is_welsh() {
        for (target, locale, path) in [
            ("/apply", Locale::En, "/apply"),
            ("/cy/apply?x=1", Locale::Cy, "/apply"),
            ("/cy", Locale::Cy, "/"),
            ("/cy/", Locale::Cy, "/"),
            ("/cycle", Locale::En, "/cycle"),
            ("/apply?lang=cy", Locale::Cy, "/apply"),
            ("/apply?lang=en", Locale::En, "/apply"),
        ] {
            let place = Place::of(target);
            assert_eq!((place.locale, place.path), (locale, path), "{target}");
        }
    }
}
