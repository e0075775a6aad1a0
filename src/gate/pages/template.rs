//! The header, banner and footer of every page, which say whose page it is.

use maud::{Markup, html};

use super::messages::{Text, around};
use crate::config::{Locale, Phase, Service};

const CROWN_COPYRIGHT: &str = "https://www.nationalarchives.gov.uk/information-management/re-using-public-sector-information/uk-government-licensing-framework/crown-copyright/";

/// The header of GOV.UK.
pub(super) fn crown(symbols: &str) -> Markup {
    html! {
        div.govuk-header {
            div class="govuk-header__container govuk-width-container" {
                div.govuk-header__logo {
                    a.govuk-header__homepage-link href="https://www.gov.uk" {
                        (drawing(symbols, "logo", "govuk-header__logotype", 162, Some("GOV.UK")))
                    }
                }
            }
        }
    }
}

/// A drawing in the colour of its surroundings; one without a name is decoration.
fn drawing(symbols: &str, id: &str, class: &str, width: u16, name: Option<&str>) -> Markup {
    let height = if id == "licence" { 17 } else { 30 };
    html! {
        svg class=(class) width=(width) height=(height) fill="currentcolor" focusable="false"
            role=[name.map(|_| "img")] aria-label=[name] aria-hidden=[name.is_none().then_some("true")] {
            use href={ (symbols) "#" (id) } {}
        }
    }
}

/// The banner of a service that is not live yet.
pub(super) fn phase_banner(service: &Service, locale: Locale) -> Markup {
    let [help, give] = around::FEEDBACK;
    html! {
        @if let Some(phase) = service.branding.phase {
            div class="govuk-phase-banner govuk-width-container" {
                p.govuk-phase-banner__content {
                    strong class="govuk-tag govuk-phase-banner__content__tag" { (phase_name(phase).in_locale(locale)) }
                    span.govuk-phase-banner__text {
                        (around::NEW_SERVICE.in_locale(locale))
                        @if let Some(feedback) = &service.branding.feedback {
                            " " (help.in_locale(locale))
                            a.govuk-link href=(feedback.in_locale(locale).0) { (give.in_locale(locale)) } "."
                        }
                    }
                }
            }
        }
    }
}

const fn phase_name(phase: Phase) -> Text {
    match phase {
        Phase::Alpha => around::ALPHA,
        Phase::Beta => around::BETA,
    }
}

/// The service's own links and, with GOV.UK's `symbols`, whose pages these are.
pub(super) fn footer(service: &Service, locale: Locale, symbols: Option<&str>) -> Markup {
    let branding = &service.branding;
    let links = [
        (around::COOKIES, branding.cookies.as_ref()),
        (around::CONTACT, branding.contact.as_ref()),
    ];
    html! {
        footer.govuk-template__footer {
            div.govuk-footer {
                div.govuk-width-container {
                    @if let Some(symbols) = symbols {
                        (drawing(symbols, "crown", "govuk-footer__crown", 32, None))
                    }
                    div.govuk-footer__meta {
                        div class="govuk-footer__meta-item govuk-footer__meta-item--grow" {
                            @if links.iter().any(|(_, address)| address.is_some()) {
                                h2.govuk-visually-hidden { (around::SUPPORT.in_locale(locale)) }
                                ul.govuk-footer__inline-list {
                                    @for (text, address) in links {
                                        @if let Some(address) = address {
                                            li.govuk-footer__inline-list-item {
                                                a.govuk-footer__link href=(address.in_locale(locale).0) { (text.in_locale(locale)) }
                                            }
                                        }
                                    }
                                }
                            }
                            @if let Some(symbols) = symbols { (licence(symbols, locale)) }
                        }
                        @if symbols.is_some() {
                            div.govuk-footer__meta-item {
                                a class="govuk-footer__link govuk-footer__copyright-logo" href=(CROWN_COPYRIGHT) {
                                    (around::CROWN_COPYRIGHT.in_locale(locale))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Under which licence pages of GOV.UK are.
fn licence(symbols: &str, locale: Locale) -> Markup {
    let [before, name, after] = around::LICENCE;
    html! {
        (drawing(symbols, "licence", "govuk-footer__licence-logo", 41, None))
        span.govuk-footer__licence-description {
            (before.in_locale(locale)) " "
            a.govuk-footer__link href=(around::LICENCE_PAGE.in_locale(locale)) rel="license" { (name.in_locale(locale)) }
            (after.in_locale(locale))
        }
    }
}
