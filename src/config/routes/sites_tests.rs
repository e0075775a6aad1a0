use serde_json::{Value, json};

use super::*;
use crate::config::Vars;
use crate::config::routes::Rules;
use crate::config::sample::*;
use crate::path::CanonicalPath;

fn with(routes: Value) -> Vars {
    let mut vars = vars();
    set(
        &mut vars,
        "scopes",
        json!(["openid", "email", "phone", "wallet-subject-id"]),
    );
    set(&mut vars, "routes", routes);
    vars
}

fn rule<'a>(rules: &'a Rules, path: &str) -> &'a str {
    &rules
        .find(&CanonicalPath::parse(path, false).unwrap())
        .pattern
}

#[test]
fn when_a_route_sets_bind_then_that_wins_over_the_services_setting() {
    let routes =
        json!([{ "path": "/a", "bind": false }, { "path": "/b" }, { "path": "/c", "bind": true }]);
    for of_service in [false, true] {
        let mut vars = with(routes.clone());
        set(&mut vars, "bind", json!(of_service));
        let service = demo(&vars);
        let bound = |path: &str| {
            let path = CanonicalPath::parse(path, false).unwrap();
            service.rules.find(&path).bind
        };
        assert_eq!(
            ["/a", "/b", "/c", "/d"].map(bound),
            [false, of_service, true, of_service]
        );
    }
}

#[test]
fn when_a_route_lists_other_sites_then_the_list_is_read() {
    let one = |more: Value| {
        let mut route = json!({ "path": "/pay" });
        let fields = more.as_object().unwrap().clone();
        route.as_object_mut().unwrap().extend(fields);
        demo(&with(json!([route]))).rules.listed()[0]
            .other_sites
            .clone()
    };
    assert_eq!(one(json!({})), OtherSites::Refuse);
    let optional = json!({ "access": "optional" });
    assert_eq!(one(optional), OtherSites::Allow);
    let refuse = json!({ "access": "optional", "other_sites": "refuse" });
    assert_eq!(one(refuse), OtherSites::Refuse);
    assert_eq!(one(json!({ "other_sites": "allow" })), OtherSites::Allow);
    let listed = ["https://forms.example.gov.uk"];
    assert_eq!(
        one(json!({ "other_sites": listed })),
        OtherSites::Listed(listed.map(str::to_owned).to_vec())
    );
    // Every other path is as strict.
    let service = demo(&with(json!([])));
    let path = CanonicalPath::parse("/x", false).unwrap();
    assert_eq!(service.rules.find(&path).other_sites, OtherSites::Refuse);
}

#[test]
fn when_a_route_takes_forms_from_anywhere_then_no_spelling_of_a_stricter_one_does() {
    let rules = demo(&with(json!([
        { "path": "/hooks/*", "other_sites": "allow" },
        { "path": "/hooks/staff" },
    ])));
    let rules = &rules.rules;
    for path in ["/hooks/staff", "/hooks/STAFF", "/hooks/staff.json"] {
        assert_eq!(rule(rules, path), "/hooks/staff", "{path}");
    }
    assert_eq!(rule(rules, "/hooks/x"), "/hooks/*");
}
