//! The parts that every page has around its own: head, header, languages and footer.

use maud::{DOCTYPE, Markup, html};

use super::assets;
use super::messages::{Page, around};
use super::template::{crown, footer, phase_banner};
use crate::config::{Environment, Locale, Service, Theme};

/// A whole page. `kept` is what the page's address needs beyond its name and language.
pub fn whole(page: Page, service: &Service, locale: Locale, kept: &str, last: &Markup) -> String {
    let gov_uk = service.branding.theme == Theme::GovUk;
    let symbols = gov_uk.then(|| assets::address(service, "symbols.svg"));
    let body = html! {
        a.govuk-skip-link href="#main-content" { (around::SKIP.in_locale(locale)) }
        header.govuk-template__header {
            @if let Some(symbols) = &symbols { (crown(symbols)) }
            (navigation(page, service, locale, kept))
            (phase_banner(service, locale))
        }
        (content(page, service, locale, last))
        (footer(service, locale, symbols.as_deref()))
    };
    document(page, service, locale, &body)
}

/// The heading, the paragraphs and what comes last.
pub fn content(page: Page, service: &Service, locale: Locale, last: &Markup) -> Markup {
    let message = page.message();
    let [preview, warning] = around::PREVIEW;
    html! {
        div.govuk-width-container {
            main.govuk-main-wrapper id="main-content" {
                @if service.environment == Environment::Preview {
                    p.govuk-body {
                        strong.govuk-tag { (preview.in_locale(locale)) }
                        " " (warning.in_locale(locale))
                    }
                }
                div.govuk-grid-row {
                    div.govuk-grid-column-two-thirds {
                        h1.govuk-heading-l { (message.title.in_locale(locale)) }
                        @for paragraph in message.body {
                            p.govuk-body { (paragraph.in_locale(locale)) }
                        }
                        (last)
                    }
                }
            }
        }
    }
}

/// The document around a body.
pub fn document(page: Page, service: &Service, locale: Locale, body: &Markup) -> String {
    let title = page.message().title.in_locale(locale);
    let gov_uk = service.branding.theme == Theme::GovUk;
    let asset = |file| assets::address(service, file);
    let style = asset(if gov_uk { "govuk.css" } else { "plain.css" });
    let html = html! {
        (DOCTYPE)
        html.govuk-template lang=(locale.as_str()) {
            head {
                meta charset="utf-8";
                title {
                    (title) " – " (service.name.in_locale(locale).0)
                    @if gov_uk { " – GOV.UK" }
                }
                meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                meta name="robots" content="noindex";
                @if gov_uk { link rel="icon" sizes="any" href=(asset("favicon.svg")) type="image/svg+xml"; }
                link rel="stylesheet" href=(style);
                // It has no rule, so that no page waits for it.
                @if page.is_after_the_end() {
                    link rel="stylesheet" media="print" href=(service.own_page(&format!("assets/{}", assets::CLEAR)));
                }
            }
            body.govuk-template__body { (body) }
        }
    };
    html.into_string()
}

/// The service's name, and the way to the same page in its other language.
fn navigation(page: Page, service: &Service, locale: Locale, kept: &str) -> Markup {
    let inverse = service.branding.theme == Theme::Plain;
    let (name, spoken) = service.name.in_locale(locale);
    html! {
        section.govuk-service-navigation.govuk-service-navigation--inverse[inverse]
            aria-label=(around::SERVICE.in_locale(locale)) {
            div class="govuk-width-container govuk-service-navigation__inlining-container" {
                div.govuk-service-navigation__container {
                    span.govuk-service-navigation__service-name {
                        a.govuk-service-navigation__link href=(service.branding.home.in_locale(locale).0)
                            lang=[(spoken != locale).then_some(spoken.as_str())] { (name) }
                    }
                }
                @if service.locales.len() > 1 && page != Page::SigningOut {
                    (languages(page, service, locale, kept))
                }
            }
        }
    }
}

/// The address at which any page is shown in a language; `kept` is what it needs beyond, each part with its `&`.
#[must_use]
pub fn address(service: &Service, page: Page, locale: Locale, kept: &str) -> String {
    let (page, locale) = (page.name(), locale.as_str());
    service.own_page(&format!("page?name={page}&lang={locale}{kept}"))
}

/// Both languages. The address of a page that something went wrong on cannot be asked for again, so
/// that the other language is at an address of the page's own.
fn languages(page: Page, service: &Service, locale: Locale, kept: &str) -> Markup {
    let inverse = service.branding.theme == Theme::Plain;
    let address = |other: Locale| address(service, page, other, kept);
    html! {
        nav.govuk-language-navigation.govuk-language-navigation--inverse[inverse]
            aria-label=(around::LANGUAGES.in_locale(locale)) {
            ul.govuk-language-navigation__list {
                @for (other, name) in [(Locale::En, "English"), (Locale::Cy, "Cymraeg")] {
                    li.govuk-language-navigation__list-item {
                        @if other == locale {
                            span.govuk-language-navigation__text aria-current="true" { (name) }
                        } @else {
                            a.govuk-language-navigation__link href=(address(other)) rel="alternate"
                                lang=(other.as_str()) hreflang=(other.as_str()) { (name) }
                        }
                    }
                }
            }
        }
    }
}
