//! The pages of the application: the form, what becomes of it, and what to do without a proved identity.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::origin::application::Application;
use crate::origin::pages::{Place, page};
use crate::origin::person::Person;

/// The form, filled in from what was proved. The form asks for the rest.
pub fn form(person: &Person, at: &Place<'_>) -> Markup {
    let application = Application::filled_from(&person.identity);
    let title = at.say("Apply for a licence", "Gwneud cais am drwydded");
    let content = html! {
        h1 { (title) }
        (where_it_comes_from(person, at))
        form action=(at.link("/apply")) method="post" {
            (field("given-names", at.say("Given names", "Enwau cyntaf"), "given-name", &application.given_names))
            (field("family-name", at.say("Family name", "Cyfenw"), "family-name", &application.family_name))
            (birth_date(&application, at))
            div.field {
                label for="address" { (at.say("Address", "Cyfeiriad")) }
                textarea id="address" name="address" rows="7" dir="auto" autocomplete="street-address" {
                    (application.address.join("\n"))
                }
            }
            button.button type="submit" { (at.say("Send your application", "Anfon eich cais")) }
        }
    };
    page(at, title, &content)
}

/// The source of the form's values, or the reason why there is no source.
fn where_it_comes_from(person: &Person, at: &Place<'_>) -> Markup {
    match person.identity_claims.as_deref() {
        Some("here" | "header") => html! {
            p.panel id="claims" { (at.say(
                "We filled in the details that GOV.UK One Login confirmed. Check them before you send your application.",
                "Rydym wedi llenwi'r manylion a gadarnhawyd gan GOV.UK One Login. Gwiriwch nhw cyn i chi anfon eich cais.",
            )) }
        },
        Some("gone") => html! {
            p.panel id="claims" {
                (at.say(
                    "You proved your identity more than 30 minutes ago, so we no longer have your details. ",
                    "Gwnaethoch brofi pwy ydych chi fwy na 30 munud yn ôl, felly nid yw eich manylion gennym mwyach. ",
                ))
                a href={ "/auth/sign-in?refresh=identity&return_to=" (at.link("/apply")) } { (at.say(
                    "Get your details from GOV.UK One Login again",
                    "Cael eich manylion gan GOV.UK One Login eto",
                )) }
                (at.say(" or enter them yourself.", " neu rhowch nhw eich hun."))
            }
        },
        Some("too_large") => html! {
            p.panel id="claims" { (at.say(
                "Your details are too long for us to fill in. Enter them yourself.",
                "Mae eich manylion yn rhy hir i ni eu llenwi. Rhowch nhw eich hun.",
            )) }
        },
        _ => html! {
            p.panel id="claims" { (at.say("Enter your details.", "Rhowch eich manylion.")) }
        },
    }
}

fn field(id: &str, label: &str, autocomplete: &str, value: &str) -> Markup {
    html! {
        div.field {
            label for=(id) { (label) }
            input id=(id) name=(id) type="text" dir="auto" autocomplete=(autocomplete) spellcheck="false" value=(value);
        }
    }
}

fn birth_date(application: &Application, at: &Place<'_>) -> Markup {
    let parts = [
        ("day", at.say("Day", "Diwrnod")),
        ("month", at.say("Month", "Mis")),
        ("year", at.say("Year", "Blwyddyn")),
    ];
    let value = |position: usize| {
        let date = application.birth_date.as_ref();
        date.map_or("", |date| date[position].as_str())
    };
    html! {
        fieldset {
            legend { (at.say("Date of birth", "Dyddiad geni")) }
            div.date {
                @for (position, (id, label)) in parts.iter().enumerate() {
                    div {
                        label for={ "birth-" (id) } { (label) }
                        input id={ "birth-" (id) } name={ "birth-" (id) } type="text" inputmode="numeric"
                            autocomplete={ "bday-" (id) } value=(value(position));
                    }
                }
            }
        }
    }
}

/// The form as it arrived.
pub fn sent(form: &BTreeMap<String, String>, at: &Place<'_>) -> Markup {
    let title = at.say(
        "We have received your application",
        "Rydym wedi derbyn eich cais",
    );
    let value = |name: &str| form.get(name).map_or("", String::as_str);
    let birth_date = ["birth-day", "birth-month", "birth-year"]
        .map(value)
        .join(" ");
    let answers = [
        (at.say("Given names", "Enwau cyntaf"), value("given-names")),
        (at.say("Family name", "Cyfenw"), value("family-name")),
        (at.say("Date of birth", "Dyddiad geni"), birth_date.as_str()),
        (at.say("Address", "Cyfeiriad"), value("address")),
    ];
    let content = html! {
        h1 { (title) }
        table {
            caption { (at.say("What you told us", "Yr hyn a ddywedoch wrthym")) }
            tbody {
                @for (label, answer) in answers {
                    tr {
                        th scope="row" { (label) }
                        td { @for line in answer.lines() { p dir="auto" { (line) } } }
                    }
                }
            }
        }
        p { a href=(at.link("/account")) { (at.say("Go to your account", "Ewch i'ch cyfrif")) } }
    };
    page(at, title, &content)
}

/// Why there is no application without a proved identity, and what to do instead.
pub fn not_proved(person: Option<&Person>, at: &Place<'_>) -> Markup {
    let outcome = person.and_then(|person| person.identity_outcome.as_deref());
    let (title, text) = match outcome {
        Some("not_proved") => (
            at.say(
                "We could not confirm your identity",
                "Ni allem gadarnhau pwy ydych chi",
            ),
            at.say(
                "GOV.UK One Login did not find enough evidence of who you are. You can try again with other documents.",
                "Ni ddaeth GOV.UK One Login o hyd i ddigon o dystiolaeth o bwy ydych chi. Gallwch roi cynnig arall arni gyda dogfennau eraill.",
            ),
        ),
        Some("access_denied") => (
            at.say(
                "You did not finish proving your identity",
                "Ni wnaethoch orffen profi pwy ydych chi",
            ),
            at.say(
                "You stopped, or GOV.UK One Login could not confirm your identity. You can try again.",
                "Gwnaethoch stopio, neu ni allai GOV.UK One Login gadarnhau pwy ydych chi. Gallwch roi cynnig arall arni.",
            ),
        ),
        Some("level_too_low") => (
            at.say(
                "We need stronger proof of your identity",
                "Mae angen prawf cryfach arnom o bwy ydych chi",
            ),
            at.say(
                "You proved your identity, but not as surely as this application needs. You can try again with other documents.",
                "Gwnaethoch brofi pwy ydych chi, ond nid mor sicr ag sydd ei angen ar gyfer y cais hwn. Gallwch roi cynnig arall arni gyda dogfennau eraill.",
            ),
        ),
        Some("temporarily_unavailable" | "unauthorized_client") => (
            at.say(
                "You cannot prove your identity right now",
                "Ni allwch brofi pwy ydych chi ar hyn o bryd",
            ),
            at.say(
                "GOV.UK One Login cannot check identities at the moment. Try again later.",
                "Ni all GOV.UK One Login wirio pwy yw pobl ar hyn o bryd. Rhowch gynnig arall arni yn nes ymlaen.",
            ),
        ),
        _ => (
            at.say(
                "You need to prove your identity",
                "Mae angen i chi brofi pwy ydych chi",
            ),
            at.say(
                "You can apply when GOV.UK One Login has confirmed your identity.",
                "Gallwch wneud cais pan fydd GOV.UK One Login wedi cadarnhau pwy ydych chi.",
            ),
        ),
    };
    let content = html! {
        h1 { (title) }
        p { (text) }
        p { a.button href=(at.link("/apply")) { (at.say("Try again", "Rhoi cynnig arall arni")) } }
        p { (at.say(
            "You can also apply by post: write to the Demo Licence Office.",
            "Gallwch hefyd wneud cais drwy'r post: ysgrifennwch at y Swyddfa Drwyddedau Enghreifftiol.",
        )) }
    };
    page(at, title, &content)
}
