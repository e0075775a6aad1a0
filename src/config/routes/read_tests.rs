use serde_json::json;

use super::Rule;
use crate::config::Config;
use crate::config::sample::*;

fn with(routes: serde_json::Value) -> crate::config::Vars {
    let mut vars = vars();
    set(&mut vars, "routes", routes);
    vars
}

#[test]
fn when_a_route_has_a_switch_then_it_is_read_and_refused_where_it_has_no_effect() {
    type Read = fn(&Rule) -> bool;
    let counts: (&str, Read) = ("counts_as_use", |rule| !rule.counts_as_use);
    let warns: (&str, Read) = ("form_warning", |rule| rule.form_warning);
    for ((field, read), value, elsewhere) in [
        (counts, false, &["public", "api"][..]),
        (warns, true, &["public", "api", "optional"]),
    ] {
        let routes = json!([{ "path": "/a" }, { "path": "/b", field: value }]);
        let rules = demo(&with(routes)).rules.clone();
        assert_eq!(
            rules.listed().iter().map(read).collect::<Vec<_>>(),
            [false, true]
        );
        let mut wrong = vec![json!({ "path": "/a", field: "no" })];
        wrong.extend(
            elsewhere
                .iter()
                .map(|access| json!({ "path": "/a", "access": access, field: value })),
        );
        for route in wrong {
            let found = places(&Config::parse(&with(json!([route]))).faults);
            assert_eq!(found, [format!("DEMO routes[0].{field}")], "{route}");
        }
    }
}
