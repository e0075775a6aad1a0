//! The pages that people see, in English and Welsh side by side.
//!
//! Nothing that came from outside stands on a page: only the service's own name, and a reference
//! with which an operator finds the log line. Which page is shown when is decided in
//! [`super::refused`].

use maud::{DOCTYPE, Markup, html};

use super::reply::Reply;
pub use super::words::Page;
use super::words::{Words, around};
use crate::config::{Locale, Service};

/// The style sheet of every page; its address carries [`STYLE_VERSION`].
pub const STYLE: &str = include_str!("pages.css");

/// Part of the style sheet's address; a test keeps it in step with the content.
pub const STYLE_VERSION: &str = "c294971b";

/// A page as an answer.
///
/// `reference` finds the log line; `link` is where the page's one link leads, if it has one: a
/// path of this host that was checked before.
#[must_use]
pub fn page(
    status: u16,
    page: Page,
    service: &Service,
    locale: Locale,
    reference: &str,
    link: &str,
) -> Reply {
    let words = page.words();
    let label = around::REFERENCE.in_locale(locale);
    let last = html! {
        @if let Some(text) = words.link { p { a href=(link) { (text.in_locale(locale)) } } }
        @if !reference.is_empty() { p.reference { (label) " " (reference) } }
    };
    Reply::html(status, locale, whole(&words, service, locale, &last)).of(service)
}

/// A page whose one thing to do is a form without fields.
#[must_use]
pub fn form(page: Page, service: &Service, locale: Locale, action: &str) -> Reply {
    let words = page.words();
    let last = html! {
        form method="post" action=(action) { button { @if let Some(text) = words.link { (text.in_locale(locale)) } } }
    };
    Reply::html(200, locale, whole(&words, service, locale, &last))
        .of(service)
        .with_own_forms()
}

fn whole(words: &Words, service: &Service, locale: Locale, last: &Markup) -> String {
    let name = service.name.in_locale(locale);
    let style = service.own_page(&style_name());
    let html = html! {
        (DOCTYPE)
        html lang=(locale.as_str()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (words.title.in_locale(locale)) " – " (name) }
                link rel="stylesheet" href=(style);
            }
            body {
                header { p { (name) } }
                main {
                    h1 { (words.title.in_locale(locale)) }
                    @for paragraph in words.body { p { (paragraph.in_locale(locale)) } }
                    (last)
                }
            }
        }
    };
    html.into_string()
}

/// The last part of the style sheet's address.
#[must_use]
pub fn style_name() -> String {
    format!("assets/pages-{STYLE_VERSION}.css")
}

/// The style sheet itself, which never changes under its address.
#[must_use]
pub fn style() -> Reply {
    Reply::new(200)
        .with("cache-control", "public, max-age=31536000, immutable")
        .body("text/css; charset=utf-8", STYLE.to_owned())
}

/// The language to answer in: the first that the browser accepts and the service has.
///
/// Weights in `Accept-Language` are not read: browsers list languages in their order.
#[must_use]
pub fn locale(service: &Service, accept_language: Option<&str>) -> Locale {
    let preferred = service.locales.first().copied().unwrap_or(Locale::En);
    accept_language
        .unwrap_or_default()
        .split(',')
        .filter_map(|range| {
            let tag = range.split(';').next().unwrap_or_default().trim();
            Locale::parse(&tag.split('-').next()?.to_ascii_lowercase())
        })
        .find(|locale| service.locales.contains(locale))
        .unwrap_or(preferred)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_style_sheets_address_changes_with_its_content() {
        let digest = Sha256::digest(STYLE.as_bytes());
        let version: String = digest[..4]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(STYLE_VERSION, version, "put this into STYLE_VERSION");
    }
}
