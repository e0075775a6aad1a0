//! Reading the rules: what a route's table may say, and what of it goes together.

use serde_json::Value;

use super::{Access, Freshness, OtherSites, Release, Rule, Rules, Shape};
use crate::config::MAX_ROUTES;
use crate::config::service::{Claim, Environment};
use crate::config::spelling::proposal;
use crate::config::table::Table;
use crate::oidc::vector::Level;
use crate::path::{CanonicalPath, place as kept};

/// The client's registration, which is all that can be released, and the environment.
pub(in crate::config) struct Registered<'a> {
    pub environment: Environment,
    /// Not registered: `bind` of the service.
    pub bind: bool,
    pub scopes: &'a [&'a str],
    pub claims: &'a [Claim],
}

impl Rules {
    /// Reads `routes`; `level` is the service's own, for rules that name none and for paths that
    /// no rule names.
    pub(in crate::config) fn read(
        table: &Table<'_>,
        level: Level,
        registered: &Registered<'_>,
        own_path: &str,
    ) -> Self {
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
            .filter_map(|(index, item)| read_rule(table, index, item, level, registered, own_path))
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
        let mut rules = Self {
            listed,
            fallback: fallback(level, registered.bind),
        };
        rules.tell_outcomes(table);
        rules
    }

    /// Has the rule of every place for people who could not prove an identity say why.
    fn tell_outcomes(&mut self, table: &Table<'_>) {
        let places: Vec<_> = self
            .listed
            .iter()
            .filter_map(|r| r.not_proved.clone())
            .collect();
        for place in places {
            let Ok(path) = CanonicalPath::parse(&place, true) else {
                continue;
            };
            let rule = self.find(&path);
            if rule.access == Access::Public || rule.level.has_identity() {
                let problem = format!(
                    "has not_proved = {place:?}, which nobody without an identity \
                     reaches or where nothing is said of the person"
                );
                table.fault("routes", problem);
            }
            let pattern = rule.pattern.clone();
            let same = |rule: &&mut Rule| rule.pattern == pattern;
            let rule = self.listed.iter_mut().find(same);
            rule.unwrap_or(&mut self.fallback).release.outcome = true;
        }
    }
}

/// The rule for everything that is not listed.
fn fallback(level: Level, bind: bool) -> Rule {
    Rule {
        pattern: "/*".to_owned(),
        access: Access::Required,
        level,
        release: Release::default(),
        unkept: false,
        freshness: None,
        not_proved: None,
        other_sites: OtherSites::of(Access::Required),
        bind,
        closes_sockets: false,
        keeps_slashes: false,
        counts_as_use: true,
        exact: Shape::Prefix(String::new()),
        folded: Shape::Prefix(String::new()),
    }
}

fn read_rule(
    table: &Table<'_>,
    index: usize,
    item: &Value,
    level: Level,
    registered: &Registered<'_>,
    own_path: &str,
) -> Option<Rule> {
    let Some(fields) = item.as_object() else {
        table.fault(format!("routes[{index}]"), "must be a table");
        return None;
    };
    let inner = Table::of("a route", table.id(), fields);
    let rule = read_fields(&inner, level, registered, own_path);
    for fault in inner.finish() {
        table.fault(format!("routes[{index}].{}", fault.field), fault.problem);
    }
    rule
}

fn read_fields(
    table: &Table<'_>,
    level: Level,
    registered: &Registered<'_>,
    own_path: &str,
) -> Option<Rule> {
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
    let release = read_release(table, access, registered);
    let unkept = read_cache(table, access, &release);
    let not_proved = read_not_proved(table, level, own_path);
    let freshness = read_freshness(table, access);
    let bind = read_flag(table, access, "bind", registered.bind);
    let closes_sockets = read_flag(table, access, "close_sockets_with_session", false);
    let other_sites = OtherSites::read(table, access, registered.environment);
    let counts_as_use = read_flag(table, access, "counts_as_use", true);
    let keeps_slashes =
        table.choice(
            "encoded_slashes",
            false,
            "\"refuse\" or \"keep\"",
            |text| match text {
                "refuse" => Some(false),
                "keep" => Some(true),
                _ => None,
            },
        );
    if keeps_slashes && !pattern.ends_with("/*") {
        table.fault(
            "encoded_slashes",
            "has an effect only where the path is a prefix, such as \"/files/*\"",
        );
    }
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
            unkept,
            freshness,
            not_proved,
            other_sites,
            bind,
            closes_sockets,
            keeps_slashes,
            counts_as_use,
            exact,
            folded,
        }),
    }
}

/// The level of a rule or a service.
pub(in crate::config) fn read_level(table: &Table<'_>, default: Level) -> Level {
    let choices = "\"Cl\", \"Cl.Cm\", \"Cl.Cm.P1\" or \"Cl.Cm.P2\"";
    table.choice("level", default, choices, Level::parse)
}

/// Whether no browser keeps answers, which is so where an identity is released unless the rule says otherwise.
fn read_cache(table: &Table<'_>, access: Access, release: &Release) -> bool {
    if access == Access::Public && table.get("cache").is_some() {
        table.fault(
            "cache",
            "has no effect on a public route: its answers keep the service's word",
        );
    }
    table.choice(
        "cache",
        release.has_identity(),
        "\"none\" or \"origin\"",
        |text| match text {
            "none" => Some(true),
            "origin" => Some(false),
            _ => None,
        },
    )
}

/// How lately the person must have signed in; a minute at least, because a sign-in takes that long.
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

/// A switch about people who are signed in.
fn read_flag(table: &Table<'_>, access: Access, field: &'static str, default: bool) -> bool {
    let flag = table.flag(field, default);
    if access == Access::Public && table.get(field).is_some() {
        table.fault(field, "has no effect on a public route");
    }
    flag
}

/// Where people go who could not prove an identity.
fn read_not_proved(table: &Table<'_>, level: Level, own_path: &str) -> Option<String> {
    let place = table.text("not_proved")?;
    if !level.has_identity() {
        table.fault(
            "not_proved",
            "has an effect only where the level asks for an identity",
        );
    }
    if place == "page" {
        return None;
    }
    let canonical = CanonicalPath::parse(place, true).is_ok_and(|path| path.text == place);
    if !canonical
        || kept::safe(place, &[own_path], &|path| CanonicalPath::parse(path, true)) != place
    {
        table.fault("not_proved", "must be \"page\", or a path of the service");
    }
    Some(place.to_owned())
}

fn read_release(table: &Table<'_>, access: Access, registered: &Registered<'_>) -> Release {
    let mut release = Release::default();
    let names = table.texts("release").unwrap_or_default();
    if access == Access::Public && !names.is_empty() {
        table.fault(
            "release",
            "has no effect on a public route: nobody is looked up there",
        );
    }
    for name in names {
        let claim = Claim::ALL
            .into_iter()
            .find(|claim| claim.released_as() == name);
        if let Some(claim) = claim {
            release.identity[claim as usize] = true;
            if !registered.claims.contains(&claim) {
                let problem = format!("{name} needs a claim that registered_claims does not list");
                table.fault("release", problem);
            }
            continue;
        }
        let (flag, scope) = match name {
            "email" => (&mut release.email, "email"),
            "phone" => (&mut release.phone, "phone"),
            "wallet_subject_id" => (&mut release.wallet_subject_id, "wallet-subject-id"),
            _ => {
                let known = Claim::ALL.into_iter().map(Claim::released_as);
                let contact = ["email", "phone", "wallet_subject_id"];
                let proposal = proposal(name, known.chain(contact));
                let problem = format!("{name:?} is not a claim that can be released{proposal}");
                table.fault("release", problem);
                continue;
            }
        };
        *flag = true;
        if !registered.scopes.contains(&scope) {
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
