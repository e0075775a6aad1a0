//! The pages that people see, laid out by the GOV.UK Design System.
//!
//! Nothing that came from outside stands on a page: only what the service's table says, and a
//! reference with which an operator finds the log line. Which page is shown when is decided in
//! [`super::refused`], and what it says in [`super::words`]. Every class that is named here, and no
//! other, is in the style sheet.
//!
//! Source: GOV.UK Design System (page template, service navigation, language navigation).

use maud::{DOCTYPE, Markup, html};

use super::assets;
use super::reply::{RETRY_AFTER, Reply};
pub use super::spoken::locale;
pub use super::words::Page;
use super::words::{LeadsTo, Text, around};
use crate::config::{Locale, Phase, Service, Theme};

const CROWN_COPYRIGHT: &str = "https://www.nationalarchives.gov.uk/information-management/re-using-public-sector-information/uk-government-licensing-framework/crown-copyright/";

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
/// `reference` finds the log line; `link` is where the page's one link leads, if it has one: a
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
    let words = page.words();
    let sent = match page.leads_to() {
        LeadsTo::NewTab => Sent::Nothing,
        _ => sent,
    };
    let onwards = words.link.filter(|_| !link.is_empty());
    let last = html! {
        @if let Some(text) = sent.said() { p.govuk-body { (say(text)) } }
        @if let Some(text) = onwards {
            @if page.leads_to() == LeadsTo::NewTab {
                ol class="govuk-list govuk-list--number" {
                    li { a.govuk-link href=(link) target="_blank" rel="noopener" { (say(text)) } }
                    @for step in words.steps { li { (say(*step)) } }
                }
            } @else {
                // It stays a link for assistive technology: the page has no script that lets the space bar follow it.
                a.govuk-button href=(link) draggable="false" { (say(text)) }
            }
        }
        (help(page, service, locale))
        @if page.is_failure() && !reference.is_empty() {
            p.govuk-body-s { (say(around::REFERENCE)) " " (reference) }
        }
        @if page.has_way_back() || page.is_failure() && onwards.is_none() && service.look.contact.is_none() {
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
    let contact = service.look.contact.as_ref();
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
            a.govuk-link href=(service.look.home.in_locale(locale).0) { (around::WAY_BACK.in_locale(locale)) }
        }
    }
}

/// A page whose one thing to do is a form without fields.
#[must_use]
pub fn form(page: Page, service: &Service, locale: Locale, action: &str) -> Reply {
    let last = html! {
        form method="post" action=(action) {
            @if let Some(text) = page.words().link {
                button.govuk-button { (text.in_locale(locale)) }
            }
        }
        @if page.has_way_back() { (way_back(service, locale)) }
    };
    Reply::html(200, locale, whole(page, service, locale, "", &last))
        .of(service)
        .with_own_forms()
}

/// `kept` is what the page's address needs beyond its name and language.
fn whole(page: Page, service: &Service, locale: Locale, kept: &str, last: &Markup) -> String {
    let words = page.words();
    let title = words.title.in_locale(locale);
    let gov_uk = service.look.theme == Theme::GovUk;
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
            body.govuk-template__body {
                a.govuk-skip-link href="#main-content" { (around::SKIP.in_locale(locale)) }
                header.govuk-template__header {
                    @if gov_uk { (crown(&asset("symbols.svg"))) }
                    (navigation(page, service, locale, kept))
                    (phase_banner(service, locale))
                }
                div.govuk-width-container {
                    main.govuk-main-wrapper id="main-content" {
                        div.govuk-grid-row {
                            div.govuk-grid-column-two-thirds {
                                h1.govuk-heading-l { (title) }
                                @for paragraph in words.body {
                                    p.govuk-body { (paragraph.in_locale(locale)) }
                                }
                                (last)
                            }
                        }
                    }
                }
                (footer(service, locale, gov_uk.then(|| asset("symbols.svg")).as_deref()))
            }
        }
    };
    html.into_string()
}

/// The header of GOV.UK.
fn crown(symbols: &str) -> Markup {
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

/// The service's name, and the way to the same page in its other language.
fn navigation(page: Page, service: &Service, locale: Locale, kept: &str) -> Markup {
    let inverse = service.look.theme == Theme::Plain;
    let (name, spoken) = service.name.in_locale(locale);
    html! {
        section.govuk-service-navigation.govuk-service-navigation--inverse[inverse]
            aria-label=(around::SERVICE.in_locale(locale)) {
            div class="govuk-width-container govuk-service-navigation__inlining-container" {
                div.govuk-service-navigation__container {
                    span.govuk-service-navigation__service-name {
                        a.govuk-service-navigation__link href=(service.look.home.in_locale(locale).0)
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
    let inverse = service.look.theme == Theme::Plain;
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

/// What a service says of itself that is not live yet.
fn phase_banner(service: &Service, locale: Locale) -> Markup {
    let [help, give] = around::FEEDBACK;
    html! {
        @if let Some(phase) = service.look.phase {
            div class="govuk-phase-banner govuk-width-container" {
                p.govuk-phase-banner__content {
                    strong class="govuk-tag govuk-phase-banner__content__tag" { (phase_name(phase).in_locale(locale)) }
                    span.govuk-phase-banner__text {
                        (around::NEW_SERVICE.in_locale(locale))
                        @if let Some(feedback) = &service.look.feedback {
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
fn footer(service: &Service, locale: Locale, symbols: Option<&str>) -> Markup {
    let look = &service.look;
    let links = [
        (around::COOKIES, look.cookies.as_ref()),
        (around::CONTACT, look.contact.as_ref()),
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
