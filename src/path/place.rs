//! Where a person goes after signing in: a path of the same host, judged in the form in which it will be read.
//!
//! A place is judged by [`CanonicalPath`], as the path of a request is, so that no encoding of it is read
//! as another place later. Whether the path exists or may be seen is not known here.
//!
//! Source: RFC 9700 section 4.11.1 (open redirectors), WHATWG URL (how browsers read addresses).

use super::{Ambiguous, CanonicalPath};

use std::fmt::Write;

/// The longest path with its query that is kept, in bytes: with it a sealed attempt just fits into one cookie of 4,096.
pub const MAX: usize = 2_800;

/// The path and query of `wanted` in the spelling of a request that is forwarded, else `/`. A query that makes it too
/// long is left out whole, because half a query means something else.
///
/// `own` are the edge's own paths. No link or form leads a person there: such a page would act on a person's click
/// that was meant for another thing, or go round in circles.
#[must_use]
pub fn safe(wanted: &str, own: &[&str], read: ReadPath<'_>) -> String {
    checked(wanted, own, read).unwrap_or_else(|| "/".to_owned())
}

/// How the service reads a path.
pub type ReadPath<'a> = &'a dyn Fn(&str) -> Result<CanonicalPath, Ambiguous>;

fn checked(wanted: &str, own: &[&str], read: ReadPath<'_>) -> Option<String> {
    let sent = wanted.split('#').next().unwrap_or_default();
    let (path, query) = match sent.split_once('?') {
        Some((path, query)) => (path, Some(encoded(query)?)),
        None => (sent, None),
    };
    let path = read(path).ok()?;
    if own.iter().any(|own| path.is_below(own)) {
        return None;
    }
    let mut place = path.text;
    if let Some(query) = query.filter(|query| place.len() + 1 + query.len() <= MAX) {
        place = format!("{place}?{query}");
    }
    (place.len() <= MAX).then_some(place)
}

/// A query as a URL parser writes it: letters outside ASCII, spaces and `\\` percent-encoded. `None` for control characters.
fn encoded(query: &str) -> Option<String> {
    if query.chars().any(char::is_control) {
        return None;
    }
    let mut text = String::with_capacity(query.len());
    for byte in query.bytes() {
        match byte {
            b'\\' | b'"' | b'<' | b'>' | b' ' | 0x80.. => write!(text, "%{byte:02X}").ok()?,
            _ => text.push(char::from(byte)),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::CanonicalPath;

    fn safe(wanted: &str) -> String {
        super::safe(wanted, &["/auth", "/back"], &|path| {
            CanonicalPath::parse(path, false)
        })
    }

    use crate::path::place::MAX;

    #[test]
    fn when_a_return_path_is_of_this_host_then_it_is_kept_with_its_query() {
        for path in [
            "/",
            "/account",
            "/a/b?c=d&e=%2F",
            "/a?next=//evil.example",
            "/a?x=https://b",
        ] {
            assert_eq!(safe(path), path);
        }
        assert_eq!(safe("/a#fragment"), "/a");
        assert_eq!(safe("/authority"), "/authority");
    }

    #[test]
    fn t32_rejects_a_return_path_that_leads_to_another_host() {
        for evil in [
            "//evil.example",
            "///evil.example",
            "////evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "https://evil.example",
            "https:evil.example",
            "https:/evil.example",
            "HTTPS://evil.example",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "evil.example",
            "@evil.example",
            ".evil.example",
            "?x",
            "#x",
            "",
            "/\u{2044}/evil.example",
            "/\u{ff0f}evil.example",
            "/\u{3002}evil.example",
            "/é",
            "/./\\evil.example",
            "/%0d%0aSet-Cookie:x\r\n",
            "/a b",
            "/.//evil.example",
            "/..//evil.example",
            "/a/..//evil.example",
            "/%2e//evil.example",
        ] {
            assert_eq!(safe(evil), "/", "{evil:?}");
        }
        assert_eq!(safe("/@evil.example"), "/@evil.example");
        assert_eq!(safe("/%2f%2fevil.example"), "/");
    }

    #[test]
    fn t73_rejects_the_edges_own_pages_in_every_spelling_and_endless_paths() {
        for own in [
            "/auth",
            "/auth/",
            "/auth/callback?code=x",
            "/auth?x",
            "/a/../auth/sign-in",
            "/%61uth/sign-out?everywhere",
            "/%2561uth/sign-out",
            "/aut%68/sign-out",
            "/AUTH/sign-out",
            "/auth%2fsign-out",
            "/auth/%73ign-out",
            "/%2e/auth/sign-out",
            "/auth./sign-out",
            "/back?code=a&state=b",
            "/B%61ck",
        ] {
            assert_eq!(safe(own), "/", "{own}");
        }
        let longest = format!("/{}", "a".repeat(MAX - 1));
        assert_eq!(safe(&longest), longest);
        assert_eq!(safe(&format!("{longest}a")), "/");
        assert_eq!(safe(&format!("{longest}?a=b")), longest);
    }

    #[test]
    fn when_a_return_path_has_a_query_then_it_is_kept_whole_or_left_out() {
        assert_eq!(safe("/a?town=Llŷn b"), "/a?town=Ll%C5%B7n%20b");
        assert_eq!(safe("/a?b=\\evil.example"), "/a?b=%5Cevil.example");
        assert_eq!(safe("/a?b=c\r\nSet-Cookie:x"), "/");
        let long = format!("/a?b={}", "c".repeat(MAX - 5));
        assert_eq!(safe(&long), long);
        assert_eq!(safe(&format!("{long}d")), "/a");
        let letters = format!("/a?b={}", "ŷ".repeat(MAX / 6 + 1));
        assert_eq!(safe(&letters), "/a", "it is as long as it is encoded");
    }
}
