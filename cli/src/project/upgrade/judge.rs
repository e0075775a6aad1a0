//! The consequences of the difference of two versions, as data.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::BTreeSet;

/// The form of `formats.json` that this version reads.
const SCHEMA: u64 = 1;

/// Something that an upgrade has to know.
#[derive(Debug, PartialEq, Eq)]
pub enum Finding {
    /// The upgrade cannot be made.
    Refused(String),
    /// Users would have to sign in again.
    SignsOut(String),
    /// Worth a thought.
    Note(String),
    /// It was looked at, and is well.
    Good(String),
}

/// Compares the lists of stored formats.
///
/// # Errors
/// When a list has another form than this version knows.
pub fn formats(before: &Value, after: &Value) -> Result<Vec<Finding>> {
    let (old, new) = (rows(before)?, rows(after)?);
    let mut found = Vec::new();
    for row in &old {
        let place = text(&row["where"]);
        let same = new.iter().find(|other| other["where"] == row["where"]);
        let none = Value::Null;
        let reads = words(same.map_or(&none, |other| &other["reads"]));
        let lost: Vec<_> = words(&row["writes"]).difference(&reads).copied().collect();
        if !lost.is_empty() {
            let otherwise = text(&row["otherwise"]);
            let said = format!(
                "{place}: the new version does not read format {}; {otherwise}",
                lost.join(", ")
            );
            found.push(match row["signs_out"] == true {
                true => Finding::SignsOut(said),
                false => Finding::Note(said),
            });
        }
        let writes = words(same.map_or(&none, |other| &other["writes"]));
        let known = words(&row["reads"]);
        let later: Vec<_> = writes.difference(&known).copied().collect();
        if !later.is_empty() {
            found.push(Finding::Note(format!(
                "{place}: the old version does not read format {}; while both run, and after going back: {}",
                later.join(", "),
                text(&row["otherwise"])
            )));
        }
    }
    if found.is_empty() {
        found.push(Finding::Good(
            "each version reads the formats that the other writes".to_owned(),
        ));
    }
    Ok(found)
}

fn rows(list: &Value) -> Result<Vec<Value>> {
    ensure!(
        list["schema"] == SCHEMA,
        "this version cannot read the list of formats of the other one; upgrade to a version between the two first"
    );
    let rows = list["formats"].as_array().cloned();
    rows.context("formats.json has no list")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn words(list: &Value) -> BTreeSet<&str> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(Value::as_str).collect()
}

/// Compares what wrangler is given for an environment.
pub fn configuration(environment: &str, before: &Value, after: &Value) -> Vec<Finding> {
    let (old, new) = (&before["env"][environment], &after["env"][environment]);
    let mut found = Vec::new();
    objects(&mut found, environment, old, new);
    let steps = |whole: &Value, part: &Value| {
        let own = part["migrations"]
            .as_array()
            .or(whole["migrations"].as_array());
        own.cloned().unwrap_or_default()
    };
    migrations(
        &mut found,
        environment,
        &steps(before, old),
        &steps(after, new),
    );
    let vars = |part: &Value, name: &str| part["vars"][name].clone();
    for name in ["ACCOUNT_JURISDICTION", "DEPLOYMENT"] {
        if vars(old, name) != vars(new, name) {
            found.push(Finding::SignsOut(format!(
                "{environment}: {name} changes; no session outlives that"
            )));
        }
    }
    let services = old["vars"].as_object().into_iter().flatten();
    for (name, table) in services.filter(|(name, _)| name.starts_with("SERVICE_")) {
        let now = &new["vars"][name];
        if now.is_null() {
            found.push(Finding::Note(format!("{environment}: {name} is gone")));
            continue;
        }
        for field in ["host", "client_id", "environment"] {
            if table[field] != now[field] {
                found.push(Finding::SignsOut(format!(
                    "{environment}: {name}.{field} changes; a session is sealed for one host, client and environment"
                )));
            }
        }
    }
    let (required, had) = (&new["secrets"]["required"], &old["secrets"]["required"]);
    let more = words(required)
        .difference(&words(had))
        .copied()
        .collect::<Vec<_>>();
    if !more.is_empty() {
        found.push(Finding::Note(format!(
            "{environment}: set before you deploy: {}",
            more.join(", ")
        )));
    }
    found
}

/// Accounts are in objects of one class of one script.
fn objects(found: &mut Vec<Finding>, environment: &str, old: &Value, new: &Value) {
    let bindings = |part: &Value| {
        let list = part["durable_objects"]["bindings"].as_array();
        list.cloned().unwrap_or_default()
    };
    let new = bindings(new);
    for binding in bindings(old) {
        let same = new.iter().any(|other| {
            ["name", "class_name", "script_name"]
                .iter()
                .all(|key| other[*key] == binding[*key])
        });
        if !same {
            found.push(Finding::SignsOut(format!(
                "{environment}: accounts are no longer objects of {} at {}",
                text(&binding["class_name"]),
                text(&binding["name"])
            )));
        }
    }
}

/// Cloudflare runs each migration once, in order, and refuses a list that does not continue the one before.
fn migrations(found: &mut Vec<Finding>, environment: &str, old: &[Value], new: &[Value]) {
    let tags = |list: &[Value]| {
        list.iter()
            .map(|step| step["tag"].clone())
            .collect::<Vec<_>>()
    };
    if !tags(new).starts_with(&tags(old)) {
        found.push(Finding::Refused(format!(
            "{environment}: Cloudflare refuses this version after the installed one: its migrations of objects do not continue"
        )));
        return;
    }
    for step in &new[old.len()..] {
        let tag = text(&step["tag"]);
        let deletes = step["deleted_classes"]
            .as_array()
            .is_some_and(|list| !list.is_empty());
        found.push(match deletes {
            true => Finding::SignsOut(format!("{environment}: migration {tag} deletes objects and what they store")),
            false => Finding::Note(format!(
                "{environment}: migration {tag} is new; Cloudflare deploys it at once and not gradually, and goes back to no version before it"
            )),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn list(session: &[&str], also: &[&str]) -> Value {
        let reads: Vec<_> = [session, also].concat();
        json!({ "schema": 1, "formats": [
            { "where": "cookie s", "writes": session, "reads": reads, "otherwise": "people sign in again", "signs_out": true },
            { "where": "KV", "writes": ["2"], "reads": ["2"], "otherwise": "fetched again", "signs_out": false },
        ] })
    }

    #[test]
    fn when_a_format_is_not_read_any_more_then_people_are_signed_out() {
        let found = formats(&list(&["1", "2"], &[]), &list(&["3"], &["2"])).unwrap();
        let [Finding::SignsOut(lost), Finding::Note(later)] = &found[..] else {
            panic!("{found:?}");
        };
        assert!(lost.contains("does not read format 1;"), "{lost}");
        assert!(
            later.contains("old version does not read format 3"),
            "{later}"
        );
    }

    #[test]
    fn when_the_new_version_reads_what_the_old_one_wrote_then_all_is_good() {
        let found = formats(&list(&["1"], &[]), &list(&["1"], &["0"])).unwrap();
        assert!(matches!(found[..], [Finding::Good(_)]), "{found:?}");
        assert!(formats(&json!({ "schema": 2 }), &list(&[], &[])).is_err());
    }

    #[test]
    fn when_a_place_is_no_longer_there_then_all_of_it_is_lost() {
        let mut after = list(&["1"], &[]);
        after["formats"].as_array_mut().unwrap().remove(0);
        let found = formats(&list(&["1"], &[]), &after).unwrap();
        assert!(matches!(found[..], [Finding::SignsOut(_)]), "{found:?}");
    }

    fn laid(change: impl FnOnce(&mut Value)) -> Value {
        let mut whole = json!({
            "migrations": [{ "tag": "v1", "new_sqlite_classes": ["Account"] }],
            "env": { "production": {
                "durable_objects": { "bindings": [{ "name": "ACCOUNTS", "class_name": "Account" }] },
                "secrets": { "required": ["SESSION_KEY_A"] },
                "vars": { "ACCOUNT_JURISDICTION": "eu", "SERVICE_A": { "host": "a.gov.uk", "client_id": "1" } },
            } },
        });
        change(&mut whole);
        whole
    }

    #[test]
    fn when_a_configuration_loses_what_sessions_hang_on_then_it_is_said() {
        let before = laid(|_| ());
        assert_eq!(configuration("production", &before, &before), []);
        let signs_out = |change: fn(&mut Value)| {
            let found = configuration("production", &before, &laid(change));
            assert!(matches!(found[..], [Finding::SignsOut(_)]), "{found:?}");
        };
        signs_out(|whole| {
            whole["env"]["production"]["vars"]["ACCOUNT_JURISDICTION"] = json!("none")
        });
        signs_out(|whole| {
            whole["env"]["production"]["vars"]["SERVICE_A"]["host"] = json!("b.gov.uk")
        });
        signs_out(|whole| whole["env"]["production"]["durable_objects"] = json!({}));
        signs_out(|whole| {
            whole["migrations"]
                .as_array_mut()
                .unwrap()
                .push(json!({ "tag": "v2", "deleted_classes": ["Account"] }))
        });
    }

    #[test]
    fn when_migrations_do_not_continue_then_the_upgrade_is_refused() {
        let after = laid(|whole| whole["migrations"] = json!([{ "tag": "v9" }]));
        let found = configuration("production", &laid(|_| ()), &after);
        assert!(matches!(found[..], [Finding::Refused(_)]), "{found:?}");
        let more = laid(|whole| {
            whole["env"]["production"]["secrets"]["required"] = json!(["SESSION_KEY_A", "NEW"])
        });
        let found = configuration("production", &laid(|_| ()), &more);
        assert_eq!(
            found,
            [Finding::Note(
                "production: set before you deploy: NEW".to_owned()
            )]
        );
    }
}
