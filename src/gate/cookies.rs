//! The `Cookie` header: finding our own cookies in it, and leaving only the others.
//!
//! Source: RFC 6265 section 5.4 and its revision's name prefixes, as browsers send them.

use crate::session::attempt::is_attempt;
use crate::session::cookie::RESERVED;

/// A request's cookies, borrowed from its header.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cookies<'a>(&'a str);

impl<'a> Cookies<'a> {
    /// Takes the value of the header, or nothing.
    #[must_use]
    pub fn new(header: Option<&'a str>) -> Self {
        Self(header.unwrap_or_default())
    }

    /// Every pair of name and value, in order; a cookie without `=` has no name.
    fn pairs(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .split(';')
            .map(trimmed)
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or(("", pair)))
    }

    /// The value of the one cookie with exactly this name; none when there are several, because
    /// then somebody else set one of them.
    #[must_use]
    pub fn get(self, name: &str) -> Option<&'a str> {
        let mut found = self.pairs().filter(|(key, _)| *key == name);
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }

    /// The cookies of sign-ins under way.
    pub fn attempts(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.pairs().filter(|(name, _)| is_attempt(name))
    }

    /// What the origin gets: `None` when there is no cookie for it.
    ///
    /// Every cookie whose name begins with the reserved prefix, in any case, is taken out, and one
    /// without a name whose value imitates it. When the prefix is in the header even then (two
    /// header lines arrive joined by a comma), the origin gets no cookie at all.
    #[must_use]
    pub fn for_origin(self) -> Option<String> {
        let kept: Vec<_> = self
            .0
            .split(';')
            .map(trimmed)
            .filter(|pair| !pair.is_empty() && !imitates(pair.trim_start_matches('=')))
            .collect();
        let kept = kept.join("; ");
        let clean = !kept.is_empty() && !mentions(&kept);
        clean.then_some(kept)
    }

    /// Whether the reserved prefix is anywhere in the header, in any case.
    #[must_use]
    pub fn mentions_reserved(self) -> bool {
        mentions(self.0)
    }
}

/// Whether a text begins with the reserved prefix, in any case.
#[must_use]
pub fn imitates(text: &str) -> bool {
    begins_reserved(text.as_bytes())
}

fn mentions(text: &str) -> bool {
    let bytes = text.as_bytes();
    // The prefix begins with an underscore, of which a header has few.
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if *byte == b'_' && bytes.get(at..).is_some_and(begins_reserved) {
            return true;
        }
        at += 1;
    }
    false
}

fn begins_reserved(bytes: &[u8]) -> bool {
    bytes
        .first_chunk::<{ RESERVED.len() }>()
        .is_some_and(|head| head.eq_ignore_ascii_case(RESERVED.as_bytes()))
}

/// A pair without the spaces and tabs around it.
fn trimmed(mut pair: &str) -> &str {
    while let [b' ' | b'\t', ..] = pair.as_bytes() {
        pair = pair.get(1..).unwrap_or_default();
    }
    while let [.., b' ' | b'\t'] = pair.as_bytes() {
        pair = pair.get(..pair.len() - 1).unwrap_or_default();
    }
    pair
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::cookie::NAME;

    fn get(header: &str) -> Option<&str> {
        Cookies::new(Some(header)).get(NAME)
    }

    fn left(header: &str) -> Option<String> {
        Cookies::new(Some(header)).for_origin()
    }

    #[test]
    fn t45_only_one_cookie_of_exactly_our_name_is_ours() {
        assert_eq!(get("__Host-ol-session=x"), Some("x"));
        assert_eq!(get("a=b; __Host-ol-session=x=y ;c"), Some("x=y"));
        for tossed in [
            "__host-ol-session=x",
            "__Host-ol-session=x; __Host-ol-session=y",
            "__Host-ol-session=x; __Host-ol-session=x",
            "=__Host-ol-session=x",
            "__Host-ol-session",
            "\u{a0}__Host-ol-session=x",
            "__Host-ol-session =x",
            "$Version=1, __Host-ol-session=x",
            "a=1, __Host-ol-session=x",
            "__Host-ol-sessionx=1",
            "",
        ] {
            assert_eq!(get(tossed), None, "{tossed}");
        }
    }

    #[test]
    fn t52_the_origin_gets_the_others_and_never_ours() {
        assert_eq!(left("a=b; c=d").as_deref(), Some("a=b; c=d"));
        assert_eq!(
            left("a=b; __Host-ol-session=x;c=\"d e\"; __Host-ol-attempt-1=y").as_deref(),
            Some("a=b; c=\"d e\"")
        );
        assert_eq!(
            left("a=b; __HOST-OL-x=1; =__host-ol-session=2").as_deref(),
            Some("a=b")
        );
        assert_eq!(left("__Host-ol-session=x"), None);
        assert_eq!(left(""), None);
        assert_eq!(
            left("__Host-other=x; x").as_deref(),
            Some("__Host-other=x; x")
        );
    }

    #[test]
    fn t45_a_prefix_that_hides_takes_the_whole_header_with_it() {
        for hidden in [
            "a=1, __Host-ol-session=x",
            "a=1; b=\"__host-OL-session=x\"",
            "a=1; \u{a0}__Host-ol-session=x",
        ] {
            assert_eq!(left(hidden), None, "{hidden}");
        }
    }

    #[test]
    fn t45_the_prefix_is_seen_wherever_it_stands_and_in_any_case() {
        let mentions = |header| Cookies::new(Some(header)).mentions_reserved();
        assert!(mentions("a=1, __host-OL-x") && mentions("__Host-ol-session=x"));
        assert!(!mentions("a=b;c=d") && !mentions("__Host-other=_"));
    }

    #[test]
    fn t45_attempts_are_told_by_their_names() {
        let header = "a=b; __Host-ol-attempt-1=x; __Host-ol-session=y; __Host-ol-attempt-2=z";
        let attempts: Vec<_> = Cookies::new(Some(header)).attempts().collect();
        let expected = [("__Host-ol-attempt-1", "x"), ("__Host-ol-attempt-2", "z")];
        assert_eq!(attempts, expected);
    }

    #[test]
    fn t43_two_hundred_cookies_and_a_long_header_are_no_work() {
        let many = "x=y; ".repeat(13_000);
        assert_eq!(get(&many), None);
        assert_eq!(Cookies::new(Some(&many)).attempts().count(), 0);
    }
}
