//! The `Cookie` header: finding our own cookies in it, and leaving only the others.
//!
//! Source: RFC 6265 section 5.4 and its revision's name prefixes, as browsers send them.

use crate::session::attempt::is_attempt;
use crate::session::browser::{MARK, marked};
use crate::session::pending_sign_out::is_ending;
use crate::session::session::{NAME, PREFIX, Place, RESERVED};

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

    /// Every value of exactly this name. A script can put a second cookie of a name next to ours, into the partition of
    /// the site, so that only what opens says anything.
    pub fn all(self, name: &str) -> impl Iterator<Item = &'a str> {
        self.pairs()
            .filter(move |(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// Whether the browser sends any cookie of the edge's own.
    #[must_use]
    pub fn has_own(self) -> bool {
        self.pairs().any(|(name, _)| imitates(name))
    }

    /// The cookies of sessions, of which a browser usually has one.
    pub fn sessions(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.pairs().filter(|(name, _)| is_session(name))
    }

    /// The one session's cookie, when there is no other and no mark of one that has ended: then
    /// there is nothing to choose.
    #[must_use]
    pub fn only_session(self) -> Option<(&'a str, &'a str)> {
        let mut only = None;
        for (name, value) in self.pairs() {
            let is_other = only.is_some() && is_session(name);
            if is_other || name.starts_with(MARK) {
                return None;
            }
            if is_session(name) {
                only = Some((name, value));
            }
        }
        only
    }

    /// The places of sessions that have ended in this browser.
    pub fn marks(self) -> impl Iterator<Item = Place> {
        self.pairs().filter_map(|(name, _)| marked(name))
    }

    /// Whether there is a cookie of this name.
    #[must_use]
    pub fn has(self, name: &str) -> bool {
        self.pairs().any(|(key, _)| key == name)
    }

    /// The cookies of sign-outs that the account did not hear of.
    pub fn endings(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.pairs().filter(|(name, _)| is_ending(name))
    }

    /// The cookies of sign-ins under way.
    pub fn attempts(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.pairs().filter(|(name, _)| is_attempt(name))
    }

    /// The cookies for the origin; `None` when the origin gets no cookie.
    ///
    /// Only the pairs go whose name begins with the reserved prefix, in any case and behind anything invisible, and
    /// one without a name whose value imitates it; every other byte stays, also where a value holds the prefix. Two lines of the header arrive
    /// joined by a comma, so that a name of ours behind a comma is the first of another line: from that comma on the
    /// pair goes.
    #[must_use]
    pub fn for_origin(self) -> Option<String> {
        // Most headers that get here hold nothing but a cookie of ours, and then nothing is copied.
        let mut kept = String::new();
        let mut first = true;
        for segment in self.0.split(';') {
            let pair = trimmed(segment);
            if imitates(pair.trim_start_matches(is_invisible)) {
                continue;
            }
            let segment = segment.get(..joined_at(segment)).unwrap_or_default();
            if first {
                let segment = segment.trim_start_matches([' ', '\t']);
                if !segment.is_empty() {
                    kept.reserve(self.0.len());
                }
                kept.push_str(segment);
            } else {
                kept.push(';');
                kept.push_str(segment);
            }
            first = false;
        }
        kept.truncate(kept.trim_end_matches([' ', '\t']).len());
        (!kept.trim_matches([';', ' ', '\t']).is_empty()).then_some(kept)
    }

    /// Whether the reserved prefix is anywhere in the header, in any case.
    #[must_use]
    pub fn mentions_reserved(self) -> bool {
        mentions(self.0)
    }
}

fn is_session(name: &str) -> bool {
    let begins = name.as_bytes().starts_with(NAME.as_bytes());
    begins && (name.len() == NAME.len() || name.starts_with(PREFIX))
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

/// A character that a lenient reader of names drops; bytes that are no UTF-8 arrive as the last of these.
fn is_invisible(letter: char) -> bool {
    letter == '=' || letter.is_whitespace() || letter == '\u{fffd}'
}

/// The place of the comma behind which a second line begins with a name of ours; the end without such a comma.
fn joined_at(segment: &str) -> usize {
    let commas = segment.match_indices(',').map(|(at, _)| at);
    let behind = |at: &usize| segment.get(at + 1..).unwrap_or_default();
    let mut joints = commas.filter(|at| imitates(behind(at).trim_start_matches(is_invisible)));
    joints.next().unwrap_or(segment.len())
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
    use crate::session::session::NAME;

    fn values(header: &str) -> Vec<&str> {
        Cookies::new(Some(header)).all(NAME).collect()
    }

    fn left(header: &str) -> Option<String> {
        Cookies::new(Some(header)).for_origin()
    }

    #[test]
    fn t45_rejects_a_cookie_without_exactly_the_edges_name() {
        assert_eq!(values("__Host-ol-session=x"), ["x"]);
        assert_eq!(values("a=b; __Host-ol-session=x=y ;c"), ["x=y"]);
        assert_eq!(
            values("__Host-ol-session=x; __Host-ol-session=y"),
            ["x", "y"]
        );
        for tossed in [
            "__host-ol-session=x",
            "=__Host-ol-session=x",
            "__Host-ol-session",
            "\u{a0}__Host-ol-session=x",
            "__Host-ol-session =x",
            "$Version=1, __Host-ol-session=x",
            "a=1, __Host-ol-session=x",
            "__Host-ol-sessionx=1",
            "",
        ] {
            assert!(values(tossed).is_empty(), "{tossed}");
        }
    }

    #[test]
    fn t52_when_cookies_go_to_the_origin_then_the_edges_are_removed_and_the_others_kept() {
        assert_eq!(left("a=b; c=d").as_deref(), Some("a=b; c=d"));
        assert_eq!(
            left("a=b; __Host-ol-session=x;c=\"d e\"; __Host-ol-attempt-1=y").as_deref(),
            Some("a=b;c=\"d e\"")
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
    fn t118_when_a_value_holds_the_prefix_then_no_other_cookie_is_removed_with_it() {
        for whole in [
            "a=__Host-ol-session; c=d",
            "a=1; b=\"__host-OL-session=x\"",
            "x__Host-ol-session=x;c=d ;; e",
            "a=b__Host-ol-x=1,2",
            "a=1,2; b=__Host-ol-",
        ] {
            assert_eq!(left(whole).as_deref(), Some(whole), "{whole}");
        }
        for (sent, kept) in [
            (
                "__Host-ol-session=x; a=__Host-ol-session=y",
                "a=__Host-ol-session=y",
            ),
            (
                "a=__Host-ol-x;  __Host-ol-session=x ;c=d ",
                "a=__Host-ol-x;c=d",
            ),
            ("a=b ;\t__Host-ol-session=x;; e", "a=b ;; e"),
            ("a=1; \u{a0}__Host-ol-session=x; c", "a=1; c"),
            ("a=1; \u{fffd}__Host-ol-session=x; c", "a=1; c"),
        ] {
            assert_eq!(left(sent).as_deref(), Some(kept), "{sent}");
        }
    }

    #[test]
    fn t45_when_a_second_line_holds_the_edges_cookie_then_only_that_line_is_removed() {
        for (sent, kept) in [
            ("a=1, __Host-ol-session=x", "a=1"),
            ("a=1,__host-ol-session=x; c=d", "a=1; c=d"),
            ("a=1,2,\t__Host-ol-session=x; c", "a=1,2; c"),
        ] {
            assert_eq!(left(sent).as_deref(), Some(kept), "{sent}");
        }
        for none in [
            "__Host-ol-session=x, a=b",
            "__Host-ol-session=x; ",
            " ; __Host-ol-x=1;;",
        ] {
            assert_eq!(left(none), None, "{none}");
        }
    }

    #[test]
    fn t45_when_the_prefix_is_anywhere_in_any_case_then_it_is_seen() {
        let mentions = |header| Cookies::new(Some(header)).mentions_reserved();
        assert!(mentions("a=1, __host-OL-x") && mentions("__Host-ol-session=x"));
        assert!(!mentions("a=b;c=d") && !mentions("__Host-other=_"));
    }

    #[test]
    fn t45_when_cookies_are_read_then_attempts_are_found_by_their_names() {
        let header = "a=b; __Host-ol-attempt-1=x; __Host-ol-session=y; __Host-ol-attempt-2=z";
        let attempts: Vec<_> = Cookies::new(Some(header)).attempts().collect();
        let expected = [("__Host-ol-attempt-1", "x"), ("__Host-ol-attempt-2", "z")];
        assert_eq!(attempts, expected);
    }

    #[test]
    fn t43_when_a_header_holds_thousands_of_cookies_then_none_counts_as_the_edges() {
        let many = "x=y; ".repeat(13_000);
        assert!(values(&many).is_empty());
        assert_eq!(Cookies::new(Some(&many)).attempts().count(), 0);
    }
}
