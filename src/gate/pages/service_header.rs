//! The GOV.UK One Login service header: who is signed in by what, the way to the One Login account, and sign-out.
//!
//! Services put the fragment into their own pages by a server-side include; the edge's own pages show it to people who are
//! signed in. It holds nothing about a person, so one answer is good for everybody. It has no script: two links need no menu.
//!
//! Source: GOV.UK One Login's documentation of the service header and its version 6 (`provider.md` 8b.17); own markup.

use crate::gate::browser_session;
use maud::{Markup, html};

use super::assets;
use super::messages::around;
use crate::config::{Environment, Locale, Service, Theme};
use crate::gate::context::Context;
use crate::gate::http::cookies::Cookies;
use crate::gate::http::reply::Reply;
use crate::gate::http::request::{Request, parameter};
use crate::platform::Platform;
use crate::session::session::NAME;

/// For as long as a deployment spreads: the addresses in the fragment change with every version.
const CACHED: &str = "public, max-age=300";

/// Where the header goes on the edge's own pages, which have the crown above it already.
const BELOW_CROWN: &str = "<section class=\"govuk-service-navigation";

/// The fragment as an answer. Only a language that was asked for is the same for everybody.
pub fn fragment<P: Platform>(context: &Context<P>, query: Option<&str>) -> Reply {
    let service = &context.service;
    let html = html! {
        (style(service))
        header.one-login-header.one-login-header--govuk[is_gov_uk(service)] lang=(context.locale.as_str()) {
            (bar(service, context.locale, is_gov_uk(service)))
        }
    };
    let asked = parameter(query, "lang").and_then(|tag| Locale::parse(&tag));
    let caching = match asked {
        Some(asked) if asked == context.locale => CACHED,
        _ => "no-store",
    };
    Reply::html(200, context.locale, html.into_string())
        .with("cache-control", caching)
        .of(service)
}

/// Puts the header on a page of the edge's own that a signed-in person gets.
///
/// A page in a frame of the service's own has none. A page that comes with the end of their session has none either: its
/// cookies write to a session's place. Neither has the answer to another site's form, which is the same whether the person
/// is signed in or not.
pub fn show<P: Platform>(context: &Context<P>, request: &Request, reply: &mut Reply) {
    // A frame may be small, and the header's policy would stop it from being shown.
    let is_framed = reply.header("x-frame-options") == Some("SAMEORIGIN");
    // The page that asks whether to sign out has this very button.
    if !is_framed
        && reply.body.contains(BELOW_CROWN)
        && !reply.body.contains("<form")
        && (request.is_read() || request.comes_from(&context.service.origin_url) == Some(true))
        && let Some(cookies) = request.headers.get("cookie")
        && browser_session::live(context, Cookies::new(Some(cookies))).is_some()
        && !reply.set_cookies().any(|line| line.starts_with(NAME))
    {
        let service = &context.service;
        let header = html! {
            div.one-login-header.one-login-header--govuk[is_gov_uk(service)] {
                (bar(service, context.locale, false))
            }
        };
        let header = header.into_string() + BELOW_CROWN;
        let style = style(service).into_string() + "</head>";
        let page = reply.body.replacen(BELOW_CROWN, &header, 1);
        reply.body = page.replacen("</head>", &style, 1);
        let plain = std::mem::replace(reply, Reply::new(0));
        // The address may hold an authorization code, which the service must not get as the referrer of a link.
        *reply = plain
            .with_own_forms()
            .with("referrer-policy", "strict-origin");
    }
}

fn is_gov_uk(service: &Service) -> bool {
    service.branding.theme == Theme::GovUk
}

fn style(service: &Service) -> Markup {
    html! { link rel="stylesheet" href=(assets::address(service, "header.css")); }
}

fn bar(service: &Service, locale: Locale, crown: bool) -> Markup {
    let symbols = assets::address(service, "symbols.svg");
    html! {
        div.one-login-header__bar {
            nav aria-label=(around::ONE_LOGIN_MENU.in_locale(locale)) {
                ul.one-login-header__list {
                    @if crown {
                        li.one-login-header__crown {
                            a.one-login-header__link href="https://www.gov.uk" {
                                svg width="162" height="30" fill="currentcolor" focusable="false" role="img"
                                    aria-label="GOV.UK" { use href={ (symbols) "#logo" } {} }
                            }
                        }
                    }
                    li.one-login-header__account {
                        a.one-login-header__link href=(home(service, locale)) { "GOV.UK One Login" }
                    }
                    li {
                        form method="post" action=(service.own_page("sign-out?lang=") + locale.as_str()) {
                            button.one-login-header__button { (around::SIGN_OUT.in_locale(locale)) }
                        }
                    }
                }
            }
        }
    }
}

/// The person's own page at the provider, in the environment in which they are signed in.
fn home(service: &Service, locale: Locale) -> String {
    let host = match service.environment {
        Environment::Production => "home.account.gov.uk",
        Environment::Preview | Environment::Integration | Environment::Local => {
            "home.integration.account.gov.uk"
        }
    };
    let language = match locale {
        Locale::En => "",
        Locale::Cy => "?lng=cy",
    };
    format!("https://{host}/{language}")
}
