//! Which paths are open, to whom, and what the origin learns there.
//!
//! Everything that no rule names is `required`. Paths arrive here canonical; what makes one
//! canonical, and what is refused instead, is in [`crate::gate::path`].

use std::cmp::Reverse;

use serde_json::Value;

use super::table::Table;
use super::{MAX_ROUTES, service::Claim};
use crate::gate::path::CanonicalPath;
use crate::oidc::SKEW;
use crate::oidc::vector::Level;

/// Who may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Anybody; nothing is said about the person.
    Public,
    /// Anybody; the origin learns who it is if somebody is signed in.
    Optional,
    /// Only somebody who is signed in at the level.
    Required,
}

/// What the origin learns beyond who it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Release {
    /// The e-mail address and whether it is verified.
    pub email: bool,
    /// The telephone number and whether it is verified.
    pub phone: bool,
    /// The wallet subject id.
    pub wallet_subject_id: bool,
}

/// How lately somebody must have signed in. Seconds since the ID token's `auth_time`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// The provider is told with `max_age`, and decides whether it has to ask.
    MaxAge(i64),
    /// The provider is told to ask again, whatever it remembers.
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

    /// Whether somebody who signed in at `auth_time` has to do so again; not knowing when is too
    /// long ago.
    #[must_use]
    pub fn is_over(self, auth_time: Option<i64>, now: i64) -> bool {
        auth_time.is_none_or(|time| now > time + self.seconds() + SKEW)
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The pattern as it was written: a path, or a prefix that ends in `/*`.
    pub pattern: String,
    /// Who may pass.
    pub access: Access,
    /// The level that `required` asks for.
    pub level: Level,
    /// What the origin learns.
    pub release: Release,
    /// How lately the person must have signed in, where that matters.
    pub freshness: Option<Freshness>,
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
    /// How much the rule asks for: public least, then optional, then the levels, and of two with
    /// one level the one whose sign-in has to be younger.
    fn strictness(&self) -> (Access, Option<Level>, Option<Reverse<i64>>) {
        let level = (self.access == Access::Required).then_some(self.level);
        let freshness = self.freshness.map(|freshness| Reverse(freshness.seconds()));
        (self.access, level, freshness)
    }
}

/// The rules of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    listed: Vec<Rule>,
    fallback: Rule,
}

impl Rules {
    /// Reads `routes`; `level` is the service's own, for rules that name none and for paths that
    /// no rule names.
    pub(super) fn read(table: &Table<'_>, level: Level, scopes: &[&str], own_path: &str) -> Self {
        let none = Vec::new();
        let items = match table.get("routes") {
            None => &none,
            Some(Value::Array(items)) => items,
            Some(_) => {
                table.fault("routes", "must be a list of tables");
                &none
            }
        };
        if items.len() > MAX_ROUTES {
            table.fault("routes", format!("has more than {MAX_ROUTES} entries"));
        }
        let listed: Vec<_> = items
            .iter()
            .take(MAX_ROUTES)
            .enumerate()
            .filter_map(|(index, item)| read_rule(table, index, item, level, scopes, own_path))
            .collect();
        for (index, rule) in listed.iter().enumerate() {
            if listed[..index]
                .iter()
                .any(|other| other.folded == rule.folded)
            {
                let problem = format!("has two rules for {}", rule.pattern);
                table.fault("routes", problem);
            }
        }
        Self {
            listed,
            fallback: fallback(level),
        }
    }

    /// The rule for a path: the most specific one that matches exactly, unless one that is more
    /// specific still, and stricter, matches the path as a lenient origin might read it.
    ///
    /// A public rule matches its exact spelling alone, so that no odd spelling opens anything.
    #[must_use]
    pub fn find(&self, path: &CanonicalPath) -> &Rule {
        let exact = self
            .listed
            .iter()
            .filter(|rule| rule.exact.matches(&path.text))
            .max_by_key(|rule| rule.exact.specificity())
            .unwrap_or(&self.fallback);
        let folded = self
            .listed
            .iter()
            .filter(|rule| rule.access != Access::Public && rule.folded.matches(&path.folded))
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

    /// Every listed rule, in the order of the table.
    #[must_use]
    pub fn listed(&self) -> &[Rule] {
        &self.listed
    }
}

/// The rule for everything that is not listed.
fn fallback(level: Level) -> Rule {
    Rule {
        pattern: "/*".to_owned(),
        access: Access::Required,
        level,
        release: Release::default(),
        freshness: None,
        exact: Shape::Prefix(String::new()),
        folded: Shape::Prefix(String::new()),
    }
}

fn read_rule(
    table: &Table<'_>,
    index: usize,
    item: &Value,
    level: Level,
    scopes: &[&str],
    own_path: &str,
) -> Option<Rule> {
    let Some(fields) = item.as_object() else {
        table.fault(format!("routes[{index}]"), "must be a table");
        return None;
    };
    let inner = Table::new(table.id(), fields);
    let rule = read_fields(&inner, level, scopes, own_path);
    for fault in inner.finish() {
        table.fault(format!("routes[{index}].{}", fault.field), fault.problem);
    }
    rule
}

fn read_fields(table: &Table<'_>, level: Level, scopes: &[&str], own_path: &str) -> Option<Rule> {
    let pattern = table.required("path");
    let access = table.choice(
        "access",
        Access::Required,
        "\"public\", \"optional\" or \"required\"",
        |text| match text {
            "public" => Some(Access::Public),
            "optional" => Some(Access::Optional),
            "required" => Some(Access::Required),
            _ => None,
        },
    );
    let level = read_level(table, level);
    let release = read_release(table, access, scopes);
    let freshness = read_freshness(table, access);
    let shapes = shapes(pattern);
    let under_own = |path: &str| path == own_path || path.starts_with(&format!("{own_path}/"));
    match shapes {
        None if pattern.is_empty() => None,
        None => {
            let problem = "must be a path such as \"/account\", or a prefix such as \"/account/*\", \
                 without encoded letters, empty or dotted segments, query or fragment";
            table.fault("path", problem);
            None
        }
        Some(_) if under_own(pattern) => {
            table.fault(
                "path",
                format!("lies under {own_path}, which is the edge's own"),
            );
            None
        }
        Some((exact, folded)) => Some(Rule {
            pattern: pattern.to_owned(),
            access,
            level,
            release,
            freshness,
            exact,
            folded,
        }),
    }
}

/// The level of a rule or a service.
pub(super) fn read_level(table: &Table<'_>, default: Level) -> Level {
    let level = table.choice("level", default, "\"Cl\" or \"Cl.Cm\"", Level::parse);
    if level.has_identity() {
        table.fault(
            "level",
            "asks for a proved identity, which this version cannot do yet",
        );
    }
    level
}

/// How lately somebody must have signed in; a minute at least, because a sign-in takes that long.
fn read_freshness(table: &Table<'_>, access: Access) -> Option<Freshness> {
    let read = |field| {
        table.get(field)?;
        if access != Access::Required {
            table.fault(field, "has an effect on required routes only");
        }
        Some(table.seconds(field, 3_600, 60, 86_400))
    };
    let max_age = read("max_age").map(Freshness::MaxAge);
    let again = read("reauthenticate_within").map(Freshness::Reauthenticate);
    if max_age.is_some() && again.is_some() {
        table.fault(
            "reauthenticate_within",
            "does not go together with max_age: name one of the two",
        );
    }
    again.or(max_age)
}

fn read_release(table: &Table<'_>, access: Access, scopes: &[&str]) -> Release {
    let mut release = Release::default();
    let names = table.texts("release").unwrap_or_default();
    if access == Access::Public && !names.is_empty() {
        table.fault(
            "release",
            "has no effect on a public route: nobody is looked up there",
        );
    }
    for name in names {
        let (flag, scope) = match name {
            "email" => (&mut release.email, "email"),
            "phone" => (&mut release.phone, "phone"),
            "wallet_subject_id" => (&mut release.wallet_subject_id, "wallet-subject-id"),
            _ if Claim::parse(name).is_some() => {
                let problem =
                    format!("{name} needs a proved identity, which this version cannot do yet");
                table.fault("release", problem);
                continue;
            }
            _ => {
                table.fault(
                    "release",
                    format!("{name:?} is not a claim that can be released"),
                );
                continue;
            }
        };
        *flag = true;
        if !scopes.contains(&scope) {
            table.fault("release", format!("{name} needs the scope {scope:?}"));
        }
    }
    release
}

/// A pattern in both forms, or `None` when it is not one.
fn shapes(pattern: &str) -> Option<(Shape, Shape)> {
    let (path, is_prefix) = match pattern.strip_suffix("/*") {
        Some(prefix) => (prefix, true),
        None => (pattern, false),
    };
    if path.contains('*') || path.contains(['?', '#', '%']) {
        return None;
    }
    if is_prefix && path.is_empty() {
        return Some((Shape::Prefix(String::new()), Shape::Prefix(String::new())));
    }
    let canonical = CanonicalPath::parse(path, true).ok()?;
    if canonical.text != path || (is_prefix && path.ends_with('/')) {
        return None;
    }
    let folded = canonical.folded;
    Some(if is_prefix {
        (Shape::Prefix(canonical.text), Shape::Prefix(folded))
    } else {
        (Shape::Literal(canonical.text), Shape::Literal(folded))
    })
}

#[cfg(test)]
#[path = "routes_tests.rs"]
mod tests;
