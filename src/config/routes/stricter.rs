//! A stricter rule whose paths lie below a laxer one, and spellings of its path that an origin might take for it.
//!
//! Origins compare paths in ways of their own: a database folds case and width (`ſtaff`, `ｓｔａｆｆ`), a framework takes
//! `.json` off (`staff.json`). ASCII letters are folded in [`CanonicalPath::folded`]. A letter outside ASCII can stand
//! for any ASCII letter, so that the laxer rule takes none in a segment that the stricter one names.
//!
//! Source: Unicode UAX 15 (compatibility forms), UTS 18 and `CaseFolding.txt` (`ſ` U+017F, `K` U+212A); Rails routing guide,
//! "Route Globbing and Wildcard Segments" (`(.:format)`); Spring `PathMatchConfigurer`, suffix patterns.

use super::{Rule, Rules, Shape};
use crate::path::CanonicalPath;

impl Shape {
    /// Whether the shape is of the path, or of the path without the suffix of its last segment.
    pub(super) fn matches_lenient(&self, path: &str) -> bool {
        if self.matches(path) {
            return true;
        }
        let (Self::Literal(own) | Self::Prefix(own)) = self;
        let rest = path.strip_prefix(own.as_str()).unwrap_or_default();
        !own.is_empty() && rest.starts_with('.') && !rest.contains('/')
    }

    /// Whether every path of the other shape is one of this prefix.
    fn holds(&self, other: &Self) -> bool {
        let (Self::Literal(path) | Self::Prefix(path)) = other;
        matches!(self, Self::Prefix(_)) && self != other && self.matches(path)
    }

    /// Whether a path that holds more than ASCII could be read as one of this shape: the segments are equal up to one
    /// that holds more, and that one is where the shape has a segment.
    fn could_match(&self, path: &str) -> bool {
        let (Self::Literal(own) | Self::Prefix(own)) = self;
        let mut segments = path.split('/');
        for name in own.split('/') {
            match segments.next() {
                Some(segment) if !segment.is_ascii() => return true,
                Some(segment) if segment == name => {}
                _ => return false,
            }
        }
        false
    }
}

impl Rules {
    /// Whether an origin might take a path for one of a stricter rule than [`Rules::find`] gives.
    #[must_use]
    pub fn obscure(&self, path: &CanonicalPath) -> bool {
        if path.has_slash() && !self.keeps(path) {
            return true;
        }
        if path.folded.is_ascii() {
            return false;
        }
        let found = self.find(path);
        let stricter = |rule: &&Rule| {
            rule.strictness() > found.strictness()
                && rule.folded.specificity() >= found.exact.specificity()
        };
        let mut stricter = self.listed.iter().filter(stricter);
        stricter.any(|rule| rule.folded.could_match(&path.folded))
    }

    /// Whether the path's encoded slashes may go on: its rule keeps them, and with slashes in their place no stricter
    /// rule below that one could be meant.
    fn keeps(&self, path: &CanonicalPath) -> bool {
        let found = self.exact(path);
        let is_stricter = |rule: &Rule| {
            rule.strictness() > found.strictness()
                && rule.folded.specificity() >= found.exact.specificity()
                && rule.folded.matches_lenient(&path.folded)
        };
        found.keeps_slashes && !self.listed.iter().any(is_stricter)
    }

    /// Each listed rule below a laxer listed one: the laxer one's pattern and the stricter one's.
    pub fn carved(&self) -> impl Iterator<Item = (&str, &str)> {
        self.listed.iter().filter_map(|rule| {
            let around = self
                .listed
                .iter()
                .filter(|other| other.folded.holds(&rule.folded));
            let nearest = around.max_by_key(|other| other.folded.specificity())?;
            let stricter = rule.strictness() > nearest.strictness();
            stricter.then_some((nearest.pattern.as_str(), rule.pattern.as_str()))
        })
    }

    /// Each rule for invited people that asks for less than the rule around it: another spelling of its path would fall to that
    /// one, which asks for no invitation.
    pub fn torn(&self) -> impl Iterator<Item = &str> {
        let invited = self.listed.iter().filter(|rule| rule.invited);
        invited.filter_map(|rule| {
            let around = self
                .listed
                .iter()
                .filter(|other| other.folded.holds(&rule.folded));
            let nearest = around.max_by_key(|other| other.folded.specificity());
            let nearest = nearest.unwrap_or(&self.fallback);
            let torn = !nearest.invited && nearest.strictness() > rule.strictness();
            torn.then_some(rule.pattern.as_str())
        })
    }
}

#[cfg(test)]
#[path = "stricter_tests.rs"]
mod tests;
