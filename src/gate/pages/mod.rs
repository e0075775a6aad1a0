//! The pages that people see, laid out by the GOV.UK Design System.
//!
//! No text of a request is on a page: only what the service's table says, and a reference with which an
//! operator finds the log line. Which page is shown when is decided in
//! [`crate::gate::pages::failure`], and what it says in [`crate::gate::pages::messages`]. Every class that is named here, and no
//! other, is in the style sheet.
//!
//! Source: GOV.UK Design System (page template, service navigation, language navigation).

mod layout;
mod template;

pub mod assets;
pub mod bilingual;
pub mod failure;
pub mod language;
pub mod messages;
pub mod moment;
pub mod service_header;

use maud::{Markup, html};

use crate::config::{Locale, Service};
use crate::gate::http::reply::{RETRY_AFTER, Reply};
pub use language::locale;
pub use layout::address;
use layout::{content, document, whole};
pub use messages::Page;
use messages::{LeadsTo, Text, around};

/// The fate of the form or other change that a request carried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sent {
    /// The request carried none, or the page says it in its own words.
    #[default]
    Nothing,
    /// The edge did not send it on to the service.
    NotSaved,
    /// The service may have had it.
    NotKnown,
}

impl Sent {
    /// The name in addresses.
    const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::NotSaved => "not-saved",
            Self::NotKnown => "not-known",
        }
    }

    /// Reads a [`Sent::name`]; any other text is [`Sent::Nothing`].
    #[must_use]
    pub fn parse(name: &str) -> Self {
        let all = [Self::NotSaved, Self::NotKnown];
        let found = all.into_iter().find(|sent| sent.name() == name);
        found.unwrap_or_default()
    }

    const fn said(self) -> Option<Text> {
        match self {
            Self::Nothing => None,
            Self::NotSaved => Some(around::NOT_SAVED),
            Self::NotKnown => Some(around::NOT_KNOWN),
        }
    }
}

/// A page as an answer.
///
/// `reference` finds the log line, and has its check value behind a full stop; `link` is where the page's one link leads, if it has one: a
/// path of this host that was checked before, or the provider's sign-out.
#[must_use]
pub fn page(
    status: u16,
    page: Page,
    service: &Service,
    locale: Locale,
    reference: &str,
    link: &str,
    sent: Sent,
) -> Reply {
    let say = |text: Text| text.in_locale(locale);
    let message = page.message();
    let sent = match page.leads_to() {
        LeadsTo::NewTab => Sent::Nothing,
        _ => sent,
    };
    let onwards = message.link.filter(|_| !link.is_empty());
    let last = html! {
        @if let Some(text) = sent.said() { p.govuk-body { (say(text)) } }
        @if let Some(text) = onwards {
            @if page.leads_to() == LeadsTo::NewTab {
                ol class="govuk-list govuk-list--number" {
                    li { a.govuk-link href=(link) target="_blank" rel="noopener" { (say(text)) } }
                    @for step in message.steps { li { (say(*step)) } }
                }
            } @else {
                // It stays a link for assistive technology: the page has no script that lets the space bar follow it.
                a.govuk-button href=(link) draggable="false" { (say(text)) }
            }
        }
        (help(page, service, locale))
        @if page.is_failure() && !reference.is_empty() {
            p.govuk-body-s { (say(around::REFERENCE)) " " (reference.split('.').next().unwrap_or_default()) }
        }
        @if page.has_way_back() || page.needs_way_back() && onwards.is_none() && service.branding.contact.is_none() {
            (way_back(service, locale))
        }
    };
    let mut kept = String::new();
    if !reference.is_empty() {
        kept += &format!("&reference={reference}");
    }
    if sent != Sent::Nothing {
        kept += &format!("&sent={}", sent.name());
    }
    // The language of the link is the one that the page is in.
    let query = link.split_once('?').map_or("", |(_, query)| query);
    let is_kept = |pair: &&str| !pair.is_empty() && !pair.starts_with("lang=");
    for pair in query.split('&').filter(is_kept) {
        kept += &format!("&{pair}");
    }
    let html = whole(page, service, locale, &kept, &last);
    let reply = Reply::html(status, locale, html).of(service);
    match status {
        503 => reply.with("retry-after", RETRY_AFTER),
        _ => reply,
    }
}

/// Where help is, on a page that is a failure.
fn help(page: Page, service: &Service, locale: Locale) -> Markup {
    let say = |text: Text| text.in_locale(locale);
    let contact = service.branding.contact.as_ref();
    let contact = contact.filter(|_| page.is_failure());
    let mut before = None;
    let [mut link, mut after] = around::HELP;
    if page.lacks_identity() {
        before = Some(around::ANOTHER_WAY);
        [link, after] = around::FIND_OUT;
    } else if matches!(page, Page::NotFound | Page::BadAddress) && contact.is_some() {
        let [if_correct, us, if_needed] = around::HELP_WITH_ADDRESS;
        before = Some(if_correct);
        [link, after] = [us, if_needed];
    }
    html! {
        @if before.is_some() || contact.is_some() {
            p.govuk-body {
                @if let Some(text) = before { (say(text)) @if page.lacks_identity() { " " } }
                @if let Some(contact) = contact {
                    a.govuk-link href=(contact.in_locale(locale).0) { (say(link)) } (say(after))
                }
            }
        }
    }
}

/// The way to the service's front page.
fn way_back(service: &Service, locale: Locale) -> Markup {
    html! {
        p.govuk-body {
            a.govuk-link href=(service.branding.home.in_locale(locale).0) { (around::WAY_BACK.in_locale(locale)) }
        }
    }
}

/// A page whose one thing to do is a form without fields.
#[must_use]
pub fn form(page: Page, service: &Service, locale: Locale, action: &str) -> Reply {
    let last = html! {
        form method="post" action=(action) {
            @if let Some(text) = page.message().link {
                button.govuk-button { (text.in_locale(locale)) }
            }
        }
        @if page.has_way_back() { (way_back(service, locale)) }
    };
    Reply::html(200, locale, whole(page, service, locale, "", &last))
        .of(service)
        .with_own_forms()
}

/// A page for a frame of the service's own page: without header and footer, because a frame may be small.
#[must_use]
pub fn framed(status: u16, page: Page, service: &Service, locale: Locale, link: &str) -> Reply {
    let last = html! {
        @if let Some(text) = page.message().link {
            a.govuk-button href=(link) draggable="false" { (text.in_locale(locale)) }
        }
    };
    let content = content(page, service, locale, &last);
    Reply::html(status, locale, document(page, service, locale, &content))
        .of(service)
        .framed_by_own()
}
