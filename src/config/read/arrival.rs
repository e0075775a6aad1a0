//! The path that people reach first after a new session.

use crate::config::locale::Localised;
use crate::config::routes::{Access, Rules};
use crate::config::table::Table;
use crate::path::CanonicalPath;

use super::names::localised;

/// Reads `arrival`: a path, or one for each language. `own` are the Worker's own paths.
///
/// Each must be a required route, so that only people with a session are led there, and one of no identity: a person who
/// cannot prove one would come no further. Nothing else of the service would be held back by the front page.
pub fn read_arrival(table: &Table<'_>, rules: &Rules, own: [&String; 2]) -> Option<Localised> {
    let Some(arrival) = localised(table.get("arrival")?) else {
        table.fault("arrival", "must be a path, or { en = \"…\", cy = \"…\" }");
        return None;
    };
    for path in arrival.all() {
        if let Some(problem) = problem(path, rules, own) {
            table.fault("arrival", format!("{path:?} {problem}"));
        }
    }
    Some(arrival)
}

fn problem(path: &str, rules: &Rules, own: [&String; 2]) -> Option<&'static str> {
    let read = CanonicalPath::parse(path, false).ok();
    let plain = read.filter(|read| {
        let is_same = read.text == path && read.folded == path.to_lowercase();
        is_same && !path.ends_with('/') && !path.contains('%')
    });
    let Some(read) = plain.filter(|read| !own.iter().any(|own| read.is_below(own))) else {
        return Some(
            "must be a path of the service's such as \"/welcome\", without a slash at its end",
        );
    };
    let rule = rules.find(&read);
    match rule.access {
        Access::Required if rule.level.has_identity() => {
            Some("must ask for no identity: a person who cannot prove one would come no further")
        }
        Access::Required if rule.invited => {
            Some("must need no invitation: a person without one would come no further")
        }
        Access::Required => None,
        _ => Some("must be a required route"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::config::Config;
    use crate::config::sample::*;

    fn faults(arrival: Value, route: Value) -> Vec<String> {
        let mut vars = vars();
        set(&mut vars, "arrival", arrival);
        set(&mut vars, "registered_claims", json!(["coreIdentityJWT"]));
        set(&mut vars, "routes", json!([route]));
        let faults = Config::parse(&vars).faults;
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn t136_rejects_an_arrival_path_that_is_open_or_that_not_all_people_reach() {
        let required = r#"SERVICE_DEMO.arrival: "/welcome" must be a required route"#;
        let identity = "SERVICE_DEMO.arrival: \"/welcome\" must ask for no identity: \
             a person who cannot prove one would come no further";
        for (route, fault) in [
            (json!({ "path": "/welcome", "access": "public" }), required),
            (json!({ "path": "/*", "access": "optional" }), required),
            (json!({ "path": "/welcome", "level": "Cl.Cm.P2" }), identity),
        ] {
            let localised = json!({ "en": "/croeso", "cy": "/welcome" });
            assert_eq!(faults(json!("/welcome"), route.clone()), [fault]);
            let found = faults(localised, route);
            assert!(found.iter().any(|found| found == fault), "{found:?}");
        }
        let fine = json!({ "path": "/welcome", "level": "Cl" });
        assert!(faults(json!("/welcome"), fine.clone()).is_empty());
        // A path that no route names is required.
        assert!(faults(json!("/croeso"), fine).is_empty());
    }
}
