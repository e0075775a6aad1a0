//! The people who may come in: anybody, or only people whom the service has invited.

use crate::config::admission::Admission;
use crate::config::routes::{Rules, read_invited};
use crate::config::table::Table;

/// Reads where a service asks for an invitation, and whether it has all that this needs.
pub fn read_admission(table: &Table<'_>, rules: &Rules, scopes: &[&str]) -> Admission {
    let admission = match read_invited(table) {
        true => Admission::Service,
        false if rules.listed().iter().any(|rule| rule.invited) => Admission::Routes,
        false => return Admission::Anybody,
    };
    if !scopes.contains(&"email") {
        let problem = "needs the scope \"email\": invitations name addresses";
        table.fault("admission", problem);
    }
    if table.get("service_keys").is_none() {
        let problem = "needs service_keys, with which invitations are signed";
        table.fault("admission", problem);
    }
    admission
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::config::sample::*;
    use crate::config::{Admission, Config};

    fn parsed(change: impl Fn(&mut crate::config::Vars)) -> Config {
        let mut vars = vars();
        let key = json!({ "kty": "EC", "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" });
        set(&mut vars, "service_keys", json!([key]));
        set(&mut vars, "scopes", json!(["openid", "email"]));
        set(
            &mut vars,
            "routes",
            json!([{ "path": "/beta/*", "admission": "invited" }]),
        );
        change(&mut vars);
        Config::parse(&vars)
    }

    fn faults(field: &'static str, value: Value) -> Vec<String> {
        let config = parsed(|vars| set(vars, field, value.clone()));
        config.faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn when_a_service_or_a_route_invites_then_the_service_says_where() {
        let asked = |value: Value| {
            let config = parsed(|vars| match &value {
                Value::Null => {}
                Value::String(_) => set(vars, "admission", value.clone()),
                _ => set(vars, "routes", value.clone()),
            });
            assert!(config.faults.is_empty(), "{:?}", config.faults);
            let mut services = config.services();
            let service = services.find(|service| service.id == "DEMO").unwrap();
            service.admission
        };
        assert_eq!(asked(Value::Null), Admission::Routes);
        assert_eq!(asked(json!("invited")), Admission::Service);
        assert_eq!(asked(json!([])), Admission::Anybody);
    }

    #[test]
    fn t155_rejects_an_admission_that_could_let_no_person_in_or_has_no_effect() {
        for (field, value, fault) in [
            ("admission", json!("open"), "admission must be \"invited\""),
            (
                "scopes",
                json!(["openid"]),
                "admission needs the scope \"email\": invitations name addresses",
            ),
            ("service_keys", Value::Null, "service_keys must be"),
            (
                "routes",
                json!([{ "path": "/beta", "access": "optional", "admission": "invited" }]),
                "routes[0].admission has an effect on required routes only",
            ),
            (
                "routes",
                json!([
                    { "path": "/case/*", "reauthenticate_within": 900 },
                    { "path": "/case/beta/*", "admission": "invited" },
                ]),
                "routes \"/case/beta/*\" is for invited people and must ask for the level and the recent sign-in",
            ),
            (
                "arrival",
                json!("/beta/welcome"),
                "arrival: \"/beta/welcome\" must need no invitation",
            ),
        ] {
            let found = faults(field, value);
            let is_it = |found: &String| {
                found
                    .replace("SERVICE_DEMO.", "")
                    .replace(": ", " ")
                    .contains(&fault.replace(": ", " "))
            };
            assert!(found.iter().any(is_it), "{field}: {found:?}");
        }
    }
}
