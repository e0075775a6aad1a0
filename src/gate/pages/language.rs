//! In which language a person is answered.

use crate::config::{Locale, Service};
use crate::gate::http::cookies::Cookies;
use crate::gate::http::request::Request;

/// The language to answer in: the one asked for, else the first that the service has and that the
/// request names in the service's own cookie, its path, its query or `Accept-Language`, in this order. Which of the first
/// three are looked at is the configuration's word.
///
/// Path and query are those of `place` where the request is about another place of the service's.
#[must_use]
pub fn locale(
    service: &Service,
    asked: Option<Locale>,
    request: &Request,
    place: Option<&str>,
) -> Locale {
    let preferred = service.locales.first().copied().unwrap_or(Locale::En);
    let known = |text: &str| {
        let tag = text.trim().split(['-', ';']).next()?;
        let mut locales = service.locales.iter().copied();
        locales.find(|locale| tag.eq_ignore_ascii_case(locale.as_str()))
    };
    let header = |name| request.headers.get(name).unwrap_or_default();
    let language = &service.language;
    let at = || match (place, request.address()) {
        (Some(place), _) => place.split_once('?').unwrap_or((place, "")),
        (None, Some(address)) => (address.path, address.query.unwrap_or_default()),
        (None, None) => ("", ""),
    };
    let by_cookie = || {
        let mut kept = Cookies::new(Some(header("cookie"))).all(language.cookie.as_ref()?);
        kept.find_map(known)
    };
    let by_path = || {
        let first = at().0.strip_prefix('/')?.split('/').next()?;
        known(first).filter(|locale| language.prefix && locale.as_str() == first)
    };
    let by_query = || {
        let wanted = language.parameter.as_ref()?;
        let (_, value) = url::form_urlencoded::parse(at().1.as_bytes())
            .find(|(name, _)| *name == wanted.as_str())?;
        known(&value)
    };
    asked
        .filter(|locale| service.locales.contains(locale))
        .or_else(by_cookie)
        .or_else(by_path)
        .or_else(by_query)
        .or_else(|| by_weight(header("accept-language"), known))
        .unwrap_or(preferred)
}

/// The language with the highest weight in `Accept-Language`, the first of equals; none of weight 0.
///
/// Source: RFC 9110 sections 12.4.2 and 12.5.4.
fn by_weight(header: &str, known: impl Fn(&str) -> Option<Locale>) -> Option<Locale> {
    let mut best = None;
    for range in header.split(',') {
        let weight = range.split(';').skip(1).find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("q").then(|| value.trim())
        });
        let weight = weight.map_or(Some(1_000), thousandths);
        let Some((locale, weight)) = known(range).zip(weight) else {
            continue;
        };
        if weight > 0 && best.is_none_or(|(_, most)| weight > most) {
            best = Some((locale, weight));
        }
    }
    best.map(|(locale, _)| locale)
}

/// A weight in thousandths; `None` for a malformed one. The standard library's parser of fractions would take 12 KiB.
///
/// Source: RFC 9110 section 12.4.2.
fn thousandths(weight: &str) -> Option<u32> {
    let (whole, part) = weight.split_once('.').unwrap_or((weight, ""));
    if part.len() > 3 || !part.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let digits = part.bytes().chain(*b"000").take(3);
    let fraction = digits.fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    match (whole, fraction) {
        ("0", fraction) => Some(fraction),
        ("1", 0) => Some(1_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_weight_is_well_formed_then_it_is_read_in_thousandths() {
        for (weight, read) in [
            ("0", Some(0)),
            ("0.", Some(0)),
            ("0.5", Some(500)),
            ("0.001", Some(1)),
            ("1", Some(1_000)),
            ("1.000", Some(1_000)),
            ("1.1", None),
            ("0.0001", None),
            ("0.x", None),
            ("-0.5", None),
            ("NaN", None),
            ("", None),
        ] {
            assert_eq!(thousandths(weight), read, "{weight}");
        }
    }
}
