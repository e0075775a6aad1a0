//! Answers where it is not known whose page it would be: no service of this deployment, or none that can be used.
//!
//! A browser gets one page in both languages, without style, because there is no service to load it from. A program gets
//! problem details (RFC 9457).

use maud::{DOCTYPE, html};

use super::messages::{Page, around};
use crate::config::Locale;
use crate::gate::http::reply::Reply;
use crate::gate::http::request::Request;

/// The answer to a request, or to one that could not be read; `detail` is for programs and for those who look after the
/// service.
#[must_use]
pub fn both(status: u16, page: Page, request: Option<&Request>, detail: &str) -> Reply {
    if request.is_some_and(|request| !request.is_document()) {
        return problem(status, page, detail);
    }
    let lost = request.is_some_and(|request| !request.is_read());
    let message = page.message();
    let title = |locale| message.title.in_locale(locale);
    let html = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { (title(Locale::En)) " – " (title(Locale::Cy)) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
            }
            body {
                main {
                    @for locale in [Locale::En, Locale::Cy] {
                        div lang=(locale.as_str()) {
                            h1 { (title(locale)) }
                            @for paragraph in message.body { p { (paragraph.in_locale(locale)) } }
                            @if lost { p { (around::NOT_SAVED.in_locale(locale)) } }
                        }
                    }
                    @if detail.contains('\n') { pre { (detail) } }
                }
            }
        }
    };
    let reply = Reply::html(status, Locale::En, html.into_string());
    reply.with("content-language", "en, cy")
}

/// The same for a program.
#[must_use]
pub fn problem(status: u16, page: Page, detail: &str) -> Reply {
    let title = page.message().title.in_locale(Locale::En);
    Reply::problem(status, title, &[("detail", detail)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::http::request::Headers;
    use serde_json::json;

    fn request(method: &str, accept: &str) -> Request {
        let accept = [("accept".to_owned(), accept.to_owned())];
        Request {
            method: method.to_owned(),
            url: "https://unknown.example/".to_owned(),
            headers: Headers::new(&accept),
        }
    }

    #[test]
    fn when_a_browser_asks_then_both_languages_stand_side_by_side_with_what_to_do_next() {
        for (method, lost) in [("GET", false), ("POST", true)] {
            let request = request(method, "text/html");
            let reply = both(500, Page::Problem, Some(&request), "a fault");
            assert_eq!(reply.header("content-language"), Some("en, cy"));
            for text in [
                "<div lang=\"en\"><h1>Sorry, there is a problem with the service</h1>",
                "Try again later.",
                "<div lang=\"cy\"><h1>Mae’n ddrwg gennym, mae problem gyda’r gwasanaeth</h1>",
                "Rhowch gynnig arall arni yn nes ymlaen.",
            ] {
                assert!(reply.body.contains(text), "{text}");
            }
            assert_eq!(reply.body.contains("We did not save"), lost);
            assert_eq!(reply.body.contains("Nid ydym wedi cadw"), lost);
            assert!(!reply.body.contains("a fault"));
        }
    }

    #[test]
    fn when_a_program_asks_then_it_gets_problem_details() {
        let request = request("GET", "application/json");
        let reply = both(
            404,
            Page::NotFound,
            Some(&request),
            "There is no service at this host.",
        );
        let kind = reply.header("content-type");
        assert_eq!(kind, Some("application/problem+json"));
        let document: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
        assert_eq!(document["detail"], "There is no service at this host.");
        assert_eq!(
            (&document["status"], &document["title"]),
            (&json!(404), &json!("Page not found"))
        );
    }
}
