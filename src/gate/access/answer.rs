//! The origin's answer on its way back: what is changed in it, if anything has to be.
//!
//! An answer that needs nothing is handed on as the very object that arrived, which is what keeps
//! streams, ranges and compression as they are.
//!
//! Source: RFC 9111 section 5.2 (cache directives), RFC 9110 section 10.2.2 (`Location`).

use url::{Position, Url};

use crate::gate::decision::AnswerPlan;
use crate::gate::http::cookies::imitates;

/// Headers that shared caches obey before `Cache-Control`.
///
/// Source: RFC 9213 (targeted cache control).
pub const SHARED_CACHING: [&str; 3] = [
    "cdn-cache-control",
    "cloudflare-cdn-cache-control",
    "surrogate-control",
];

/// The word on a page where the origin gives none: the person's own browser goes back to it, and shows it in no other way
/// without asking. With `no-store` Firefox 153 and WebKitGTK 2.50.6 empty the form to which a person
/// goes back. The answers that end a session empty the cache ([`crate::gate::http::reply::Reply::emptying`]).
const PAGE: &str = "private, no-cache";

/// The word on everything else.
const NOTHING: &str = "private, no-store";

/// The parts of an answer that matter here.
#[derive(Clone, Debug, Default)]
pub struct OriginAnswer {
    /// The status.
    pub status: u16,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// Whether a header other than `Cache-Control` speaks to shared caches.
    pub shared_caching: bool,
    /// `Location`.
    pub location: Option<String>,
    /// Every `Set-Cookie`.
    pub set_cookies: Vec<String>,
}

/// The changes that an answer needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Headers that are removed, before any is set.
    pub remove: Vec<&'static str>,
    /// Headers that replace any of their name, names in lower case.
    pub set: Vec<(&'static str, String)>,
    /// Every `Set-Cookie` of the origin's that stays, if one of them must not.
    pub set_cookies: Option<Vec<String>>,
    /// Each `Set-Cookie` of ours that is added; the origin's keep their bytes.
    pub added_cookies: Vec<String>,
}

/// The changes that the plan asks of an answer; `None` when it goes on untouched.
#[must_use]
pub fn changes(plan: &AnswerPlan, answer: &OriginAnswer) -> Option<Changes> {
    let mut changes = Changes::default();
    let upgraded = plan.upgrade && answer.status == 101;
    if plan.personal && !upgraded && answer.shared_caching {
        changes.remove.extend(SHARED_CACHING);
    }
    let own: &[String] = if plan.upgrade { &[] } else { &plan.cookies };
    let kept_out = match plan.unkept {
        true => says(answer, &["no-store"]),
        false => says(answer, &["private", "no-store"]),
    };
    if plan.personal && !upgraded && !kept_out {
        let said = if plan.page && !plan.unkept {
            PAGE
        } else {
            NOTHING
        };
        changes.set.push(("cache-control", said.to_owned()));
    }
    if let Some(location) = relocated(plan, answer) {
        changes.set.push(("location", location));
    }
    if answer.set_cookies.iter().any(|cookie| is_reserved(cookie)) {
        let mut cookies = answer.set_cookies.clone();
        cookies.retain(|cookie| !is_reserved(cookie));
        changes.set_cookies = Some(cookies);
    }
    changes.added_cookies = own.to_vec();
    (changes != Changes::default()).then_some(changes)
}

/// Whether `Cache-Control` holds one of these directives, without a list of header names.
fn says(answer: &OriginAnswer, directives: &[&str]) -> bool {
    let header = answer.cache_control.as_deref().unwrap_or_default();
    header.split(',').map(str::trim).any(|directive| {
        directives
            .iter()
            .any(|wanted| directive.eq_ignore_ascii_case(wanted))
    })
}

/// Whether an origin tries to set a cookie of ours, by any spelling that a browser takes for it.
fn is_reserved(set_cookie: &str) -> bool {
    imitates(set_cookie.trim_start_matches([' ', '\t', '=']))
}

/// A `Location` on the origin's own host, moved to the service's. All behind the host keeps its bytes.
///
/// http and https count as one: an origin behind something that ends TLS takes itself for http.
fn relocated(plan: &AnswerPlan, answer: &OriginAnswer) -> Option<String> {
    let (origin, service) = plan.relocate.as_ref()?;
    let text = answer.location.as_deref()?;
    if text.starts_with('/') && !text.starts_with("//") {
        return None;
    }
    let own = Url::parse(origin).ok()?;
    let location = own
        .join(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let same_port = location.port() == own.port();
    let moved = location.host() == own.host() && same_port && is_absolute(text);
    if !moved {
        return None;
    }
    // Spellings that only a lenient reader takes for an address go on in the form in which it reads them.
    let Some(behind_scheme) = behind_scheme(text) else {
        return Some(format!("{service}{}", &location[Position::BeforePath..]));
    };
    let end = behind_scheme.find(['/', '?', '#', '\\']);
    let rest = end.and_then(|end| behind_scheme.get(end..));
    Some(format!("{service}{}", rest.unwrap_or("/")))
}

/// The text behind `//`, `http://` or `https://`.
fn behind_scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("//")?;
    let known = ["", "http:", "https:"];
    known
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
        .then_some(rest)
}

/// Whether a `Location` names a host, with or without a scheme.
fn is_absolute(text: &str) -> bool {
    text.starts_with("//") || Url::parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> AnswerPlan {
        AnswerPlan {
            personal: true,
            ..AnswerPlan::default()
        }
    }

    fn answer(cache_control: Option<&str>) -> OriginAnswer {
        OriginAnswer {
            status: 200,
            cache_control: cache_control.map(str::to_owned),
            ..OriginAnswer::default()
        }
    }

    #[test]
    fn t63_when_an_answer_is_personal_then_no_shared_cache_keeps_it() {
        for open in [
            None,
            Some("public, s-maxage=3600"),
            Some("max-age=60"),
            Some("no-cache"),
            Some("private=\"x\", public"),
            Some("x-private"),
            Some("no-store-ever"),
        ] {
            let changes = changes(&plan(), &answer(open)).unwrap();
            assert_eq!(
                changes.set,
                [("cache-control", "private, no-store".to_owned())]
            );
            assert_eq!(changes.set_cookies, None);
        }
        for closed in ["private", "PRIVATE, max-age=60", "max-age=0,no-store"] {
            assert_eq!(changes(&plan(), &answer(Some(closed))), None);
        }
        assert_eq!(
            changes(&AnswerPlan::default(), &answer(Some("public"))),
            None
        );
    }

    #[test]
    fn t63_when_a_page_is_answered_then_going_back_works_unless_its_route_keeps_nothing() {
        let page = AnswerPlan {
            page: true,
            ..plan()
        };
        let unkept = AnswerPlan {
            unkept: true,
            ..page.clone()
        };
        let said = |plan: &AnswerPlan, origin: Option<&str>| {
            let changes = changes(plan, &answer(origin))?;
            changes.set.into_iter().next().map(|(_, said)| said)
        };
        for open in [None, Some("public, max-age=60"), Some("no-cache")] {
            assert_eq!(said(&page, open).as_deref(), Some(PAGE));
            assert_eq!(said(&unkept, open).as_deref(), Some(NOTHING));
        }
        let own = Some("private, max-age=600");
        assert_eq!(said(&page, own), None);
        assert_eq!(said(&unkept, own).as_deref(), Some(NOTHING));
        assert_eq!(said(&unkept, Some("private, no-store")), None);
    }

    #[test]
    fn t63_when_an_answer_is_personal_then_no_other_header_speaks_to_shared_caches() {
        let answer = OriginAnswer {
            shared_caching: true,
            ..answer(Some("private"))
        };
        let changed = changes(&plan(), &answer).unwrap();
        assert_eq!(changed.remove, SHARED_CACHING);
        assert_eq!(changes(&AnswerPlan::default(), &answer), None);
    }

    #[test]
    fn t52_rejects_a_cookie_of_the_edge_that_an_origin_sets() {
        let mut answer = answer(Some("private"));
        answer.set_cookies = vec![
            "a=b; Path=/".to_owned(),
            "__Host-ol-session=x; Path=/; Secure".to_owned(),
            " __host-OL-attempt-1=x".to_owned(),
            "=__Host-ol-session=x".to_owned(),
        ];
        for plan in [plan(), AnswerPlan::default()] {
            let changes = changes(&plan, &answer).unwrap();
            assert_eq!(changes.set_cookies.unwrap(), ["a=b; Path=/"]);
        }
    }

    #[test]
    fn when_the_origin_sets_cookies_then_the_renewal_is_added_to_them() {
        let plan = AnswerPlan {
            cookies: vec!["gone".to_owned(), "new".to_owned()],
            ..plan()
        };
        let mut origin = answer(Some("private"));
        origin.set_cookies = vec!["a=b".to_owned()];
        let renewed = changes(&plan, &origin).unwrap();
        assert_eq!(renewed.set_cookies, None, "the origin's keep their bytes");
        assert_eq!(renewed.added_cookies, ["gone", "new"]);
        assert_eq!(renewed.set, [], "a form survives its session's end");
        let unchanged = OriginAnswer {
            status: 304,
            ..origin.clone()
        };
        let used = changes(&plan, &unchanged).unwrap();
        assert_eq!(used.added_cookies, ["gone", "new"]);
        assert_eq!(used.set, [], "the browser's own copy stays good");
        let upgrade = AnswerPlan {
            upgrade: true,
            ..plan
        };
        let switched = OriginAnswer {
            status: 101,
            cache_control: None,
            ..origin
        };
        assert_eq!(changes(&upgrade, &switched), None);
    }

    #[test]
    fn t67_when_a_location_is_on_the_origins_host_then_it_moves_and_no_other_does() {
        let plan = AnswerPlan {
            relocate: Some((
                "https://origin.internal".to_owned(),
                "https://service.example".to_owned(),
            )),
            ..AnswerPlan::default()
        };
        let mut moved = answer(None);
        for (from, to) in [
            (
                "https://origin.internal/a?b#c",
                Some("https://service.example/a?b#c"),
            ),
            ("https://origin.internal", Some("https://service.example/")),
            (
                "https://ORIGIN.internal:443/a",
                Some("https://service.example/a"),
            ),
            (
                "http://origin.internal/a",
                Some("https://service.example/a"),
            ),
            ("//origin.internal/a", Some("https://service.example/a")),
            (
                "https://origin.internal/a/../b//%7e\u{e9}|x?y=[z] '#{q}",
                Some("https://service.example/a/../b//%7e\u{e9}|x?y=[z] '#{q}"),
            ),
            (
                "https:\\\\origin.internal/a/../b",
                Some("https://service.example/b"),
            ),
            (
                "https://u@origin.internal?a",
                Some("https://service.example?a"),
            ),
            ("//evil.example/a", None),
            ("relative", None),
            ("mailto:a@origin.internal", None),
            ("https://origin.internal:8443/a", None),
            ("https://origin.internal.evil.example/", None),
            ("https://elsewhere.example/", None),
            ("/relative", None),
        ] {
            moved.location = Some(from.to_owned());
            let expected = to.map(|to| Changes {
                set: vec![("location", to.to_owned())],
                ..Changes::default()
            });
            assert_eq!(changes(&plan, &moved), expected, "{from}");
        }
    }
}
