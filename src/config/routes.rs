//! Which paths are open, to whom, and what the origin learns there.
//!
//! Everything that no rule names is `required`. Paths arrive here canonical; what makes one
//! canonical, and what is refused instead, is in [`crate::path`].

mod fields;
mod read;
mod sites;
mod stricter;

use std::cmp::Reverse;

use crate::oidc::SKEW;
use crate::oidc::identity::claims::Claim;
use crate::oidc::vector::Level;
use crate::path::CanonicalPath;
pub(super) use fields::{Registered, read_invited, read_level};
pub use sites::OtherSites;

/// The people who may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Anybody; nothing is said about the person.
    Public,
    /// Everyone; the origin learns who a signed-in person is.
    Optional,
    /// A program with an `Authorization` header, which the origin judges; nothing is said about a person.
    Api,
    /// Only a person who is signed in at the level.
    Required,
    /// Staff and their programs, with a token of the service's Cloudflare Access team; none of the public.
    CloudflareAccess,
}

impl Access {
    /// Each kind by its name in the configuration.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "public" => Some(Self::Public),
            "optional" => Some(Self::Optional),
            "api" => Some(Self::Api),
            "required" => Some(Self::Required),
            "cloudflare-access" => Some(Self::CloudflareAccess),
            _ => None,
        }
    }

    /// Whether the session of a person is looked at, so that the origin may learn of it.
    #[must_use]
    pub const fn has_people(self) -> bool {
        matches!(self, Self::Optional | Self::Required)
    }

    /// Whether each request has credentials of another kind, so that none is ever led to a sign-in.
    #[must_use]
    pub const fn is_apart(self) -> bool {
        matches!(self, Self::Api | Self::CloudflareAccess)
    }
}

/// The claims that the origin gets with the subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Release {
    /// The e-mail address and whether it is verified.
    pub email: bool,
    /// The telephone number and whether it is verified.
    pub phone: bool,
    /// The wallet subject id.
    pub wallet_subject_id: bool,
    /// The identity claims, each at its place in [`Claim::ALL`].
    pub identity: [bool; Claim::ALL.len()],
    /// How the last request for an identity ended: where people are sent who could not prove one.
    pub outcome: bool,
}

impl Release {
    /// Whether an identity claim is released.
    #[must_use]
    pub fn has_identity(self) -> bool {
        self.identity.contains(&true)
    }
}

/// How lately a person must have signed in, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Seconds since the ID token's `auth_time`. The provider is told with `max_age`, and decides
    /// whether it has to ask.
    MaxAge(i64),
    /// Seconds since `auth_time` or since the person last signed in again, whichever was later. The
    /// provider is told to ask again, whatever it remembers; its `auth_time` stays as it was.
    Reauthenticate(i64),
}

impl Freshness {
    /// How long ago it may be.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        match self {
            Self::MaxAge(seconds) | Self::Reauthenticate(seconds) => seconds,
        }
    }

    /// Whether a person who signed in at `auth_time`, and again at `reauthenticated_at`, has to do so
    /// once more; not knowing when is too long ago.
    ///
    /// Source: `provider.md` 8b.1: only `max_age` gives a new `auth_time`, so only `auth_time` can
    /// say whether the provider would ask for the sake of a `max_age`.
    #[must_use]
    pub fn is_over(
        self,
        auth_time: Option<i64>,
        reauthenticated_at: Option<i64>,
        now: i64,
    ) -> bool {
        let last = match self {
            Self::MaxAge(_) => auth_time,
            Self::Reauthenticate(_) => auth_time.max(reauthenticated_at),
        };
        last.is_none_or(|time| now > time + self.seconds() + SKEW)
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The pattern as it was written: a path, or a prefix that ends in `/*`.
    pub pattern: String,
    /// The people who may pass.
    pub access: Access,
    /// The level that `required` asks for.
    pub level: Level,
    /// The claims that the origin gets.
    pub release: Release,
    /// Whether no browser keeps an answer, whatever the origin says.
    pub unkept: bool,
    /// How lately the person must have signed in, where that matters.
    pub freshness: Option<Freshness>,
    /// Where people go who could not prove an identity: a path, or `None` for a page of the edge's.
    pub not_proved: Option<String>,
    /// Which other sites' pages may send what changes something.
    pub other_sites: OtherSites,
    /// Whether an assertion names the request that it is for.
    pub bind: bool,
    /// Whether WebSockets are closed when the session ends.
    pub closes_sockets: bool,
    /// Whether a path here may hold encoded slashes, which go on as they came.
    pub keeps_slashes: bool,
    /// Whether a request here is use of its session, so that the idle limit begins again.
    pub counts_as_use: bool,
    /// Whether only people whom the service has invited may pass.
    pub invited: bool,
    /// Whether the service's own pages are told before a form is posted that it would be lost.
    pub form_warning: bool,
    exact: Shape,
    folded: Shape,
}

/// A pattern in one of the two forms in which a path is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape {
    Literal(String),
    /// Without its final `/*`; empty for `/*`.
    Prefix(String),
}

impl Shape {
    fn matches(&self, path: &str) -> bool {
        match self {
            Self::Literal(literal) => path == literal,
            Self::Prefix(prefix) => path
                .strip_prefix(prefix.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
        }
    }

    /// A literal is more specific than any prefix, a longer prefix than a shorter one.
    const fn specificity(&self) -> (bool, usize) {
        match self {
            Self::Literal(literal) => (true, literal.len()),
            Self::Prefix(prefix) => (false, prefix.len()),
        }
    }
}

impl Rule {
    /// How much the rule asks for: public least, then optional, then `api`, then the levels, of two with one
    /// level the one whose sign-in has to be younger, then the one for invited people, then `cloudflare-access`, and last the one
    /// that takes less from elsewhere.
    fn strictness(&self) -> (Access, Option<Level>, Option<Reverse<i64>>, u8) {
        let level = (self.access == Access::Required).then_some(self.level);
        let freshness = self.freshness.map(|freshness| Reverse(freshness.seconds()));
        let sites = self.other_sites.strictness() + 4 * u8::from(self.invited);
        (self.access, level, freshness, sites)
    }
}

/// The rules of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    listed: Vec<Rule>,
    fallback: Rule,
}

impl Rules {
    /// The rule for a path: the most specific one that matches exactly, unless one that is more
    /// specific still, and stricter, matches the path as a lenient origin might read it.
    ///
    /// A public rule matches only its exact spelling, so that no odd spelling opens anything.
    #[must_use]
    pub fn find(&self, path: &CanonicalPath) -> &Rule {
        let exact = self.exact(path);
        let folded = self
            .listed
            .iter()
            .filter(|rule| {
                rule.access != Access::Public && rule.folded.matches_lenient(&path.folded)
            })
            .max_by_key(|rule| rule.folded.specificity());
        match folded {
            Some(rule)
                if rule.folded.specificity() >= exact.exact.specificity()
                    && rule.strictness() > exact.strictness() =>
            {
                rule
            }
            _ => exact,
        }
    }

    /// The most specific rule that matches the path as it is written.
    fn exact(&self, path: &CanonicalPath) -> &Rule {
        self.listed
            .iter()
            .filter(|rule| rule.exact.matches(&path.text))
            .max_by_key(|rule| rule.exact.specificity())
            .unwrap_or(&self.fallback)
    }

    /// Every listed rule, in the order of the table.
    #[must_use]
    pub fn listed(&self) -> &[Rule] {
        &self.listed
    }
}

#[cfg(test)]
#[path = "routes_tests.rs"]
mod tests;
