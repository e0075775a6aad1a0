//! Reading the rules: what a route's table may say, and what of it goes together.

use serde_json::Value;

use super::fields::{
    Registered, read_cache, read_flag, read_freshness, read_invited, read_level, read_not_proved,
    read_release,
};
use super::{Access, OtherSites, Release, Rule, Rules, Shape};
use crate::config::MAX_ROUTES;

use crate::config::table::Table;
use crate::oidc::vector::Level;
use crate::path::CanonicalPath;

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
            if !rule.access.has_people() || rule.level.has_identity() {
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
        invited: false,
        form_warning: false,
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
        "\"public\", \"optional\", \"api\", \"required\" or \"cloudflare-access\"",
        Access::parse,
    );
    let mut level = read_level(table, level);
    if access.is_apart() {
        level = level.credential();
        if table.get("level").is_some() {
            table.fault(
                "level",
                "has no effect on this route: no person signs in there",
            );
        }
    }
    let lacks = match access {
        Access::Api if registered.drops_authorization => {
            Some("needs the header Authorization, which drop_headers names")
        }
        Access::CloudflareAccess if !registered.has_team => {
            Some("needs access_team and access_audience, whose tokens count there")
        }
        _ => None,
    };
    if let Some(problem) = lacks {
        table.fault("access", problem);
    }
    let release = read_release(table, access, registered);
    let unkept = read_cache(table, access, &release);
    let not_proved = read_not_proved(table, level, own_path);
    let freshness = read_freshness(table, access);
    let people = access.has_people();
    let named = people || access == Access::CloudflareAccess;
    let bind = read_flag(table, named, "bind", registered.bind);
    let closes_sockets = read_flag(table, people, "close_sockets_with_session", false);
    let other_sites = OtherSites::read(table, access, registered.environment);
    let counts_as_use = read_flag(table, people, "counts_as_use", true);
    let form_warning = read_flag(table, access == Access::Required, "form_warning", false);
    let invited = read_invited(table);
    if invited && access != Access::Required {
        table.fault("admission", "has an effect on required routes only");
    }
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
            invited,
            form_warning,
            exact,
            folded,
        }),
    }
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
#[path = "read_tests.rs"]
mod tests;
