use serde_json::json;

use super::*;
use crate::config::sample::*;

/// A change of a deployment, and the place of the fault that it causes.
type Case = (&'static str, fn(&mut Vars), &'static str);

/// A change that makes one service's table claim a value of another's.
type Doubling = (&'static str, fn(&mut Value));

#[test]
fn t84_when_a_shared_variable_is_faulty_then_all_services_are_closed() {
    let cases: [Case; 17] = [
        (
            "no deployment",
            |v| drop(v.remove("DEPLOYMENT")),
            "DEPLOYMENT",
        ),
        ("no KV", |v| drop(v.remove("DOCUMENTS")), "DOCUMENTS"),
        ("no accounts", |v| drop(v.remove("ACCOUNTS")), "ACCOUNTS"),
        (
            "another place",
            |v| text(v, "ACCOUNT_JURISDICTION", "EU"),
            "ACCOUNT_JURISDICTION",
        ),
        (
            "no place",
            |v| text(v, "ACCOUNT_JURISDICTION", ""),
            "ACCOUNT_JURISDICTION",
        ),
        (
            "a place that is no text",
            |v| drop(v.insert("ACCOUNT_JURISDICTION".into(), json!(true))),
            "ACCOUNT_JURISDICTION",
        ),
        (
            "no key",
            |v| drop(v.remove("SESSION_KEY_A")),
            "SESSION_KEY_A",
        ),
        (
            "another active one",
            |v| text(v, "SESSION_KEY_ACTIVE", "B"),
            "SESSION_KEY_B",
        ),
        (
            "an odd active one",
            |v| text(v, "SESSION_KEY_ACTIVE", "C"),
            "SESSION_KEY_ACTIVE",
        ),
        (
            "an empty active one",
            |v| text(v, "SESSION_KEY_ACTIVE", ""),
            "SESSION_KEY_ACTIVE",
        ),
        (
            "no text",
            |v| drop(v.insert("SESSION_KEY_ACTIVE".into(), json!(2))),
            "SESSION_KEY_ACTIVE",
        ),
        (
            "a short key",
            |v| text(v, "SESSION_KEY_A", "QUFB"),
            "SESSION_KEY_A",
        ),
        (
            "an empty key",
            |v| text(v, "SESSION_KEY_A", ""),
            "SESSION_KEY_A",
        ),
        (
            "padding",
            |v| text(v, "SESSION_KEY_A", &format!("{SESSION_A}=")),
            "SESSION_KEY_A",
        ),
        (
            "a bad second one",
            |v| text(v, "SESSION_KEY_B", "QUFB"),
            "SESSION_KEY_B",
        ),
        (
            "the same twice",
            |v| text(v, "SESSION_KEY_B", SESSION_A),
            "SESSION_KEY_B",
        ),
        (
            "no text at all",
            |v| drop(v.insert("SESSION_KEY_A".into(), json!(7))),
            "SESSION_KEY_A",
        ),
    ];
    for (what, change, field) in cases {
        let mut vars = vars();
        change(&mut vars);
        let config = Config::parse(&vars);
        let shared: Vec<_> = config
            .faults
            .iter()
            .filter(|f| f.service.is_none())
            .cloned()
            .collect();
        assert_eq!(places(&shared), [format!("everything {field}")], "{what}");
        assert!(
            is_closed(&config, HOST) && is_closed(&config, OTHER),
            "{what}"
        );
        assert_eq!(config.services().count(), 0);
        let said = format!("{:?}", config.faults);
        assert!(
            !said.contains(SESSION_A) && !said.contains("QUFB"),
            "{said}"
        );
    }
}

fn text(vars: &mut Vars, name: &str, value: &str) {
    vars.insert(name.to_owned(), json!(value));
}

#[test]
fn when_no_jurisdiction_is_set_then_accounts_are_kept_in_the_european_union() {
    let jurisdiction = |vars: &Vars| {
        let config = Config::parse(vars);
        assert_eq!(config.faults, []);
        config.jurisdiction
    };
    let mut vars = vars();
    assert_eq!(jurisdiction(&vars), Some("eu"));
    text(&mut vars, "ACCOUNT_JURISDICTION", "none");
    assert_eq!(jurisdiction(&vars), None);
    text(&mut vars, "ACCOUNT_JURISDICTION", "eu");
    assert_eq!(jurisdiction(&vars), Some("eu"));
    assert_eq!(jurisdiction(&local()), None, "workerd knows none");
}

#[test]
fn when_a_deployment_has_no_services_then_no_host_is_known() {
    let mut vars = vars();
    vars.remove("SERVICE_DEMO");
    vars.remove("SERVICE_OTHER");
    let config = Config::parse(&vars);
    assert_eq!(places(&config.faults), ["everything SERVICE_<ID>"]);
    assert!(config.host(HOST).is_none());
    let config = Config::parse(&Vars::new());
    assert!(config.faults.len() >= 4 && config.services().count() == 0);
}

#[test]
fn t84_when_two_services_share_a_client_or_host_then_both_close_and_a_third_goes_on() {
    let cases: [Doubling; 4] = [
        ("one client", |table| {
            table["client_id"] = json!("demo-client")
        }),
        ("one host", |table| table["host"] = json!(HOST)),
        ("a host as an alias", |table| {
            table["aliases"] = json!([HOST])
        }),
        ("one alias", |table| {
            table["aliases"] = json!(["www.example.gov.uk"])
        }),
    ];
    for (what, change) in cases {
        let mut vars = vars();
        set(&mut vars, "aliases", json!(["www.example.gov.uk"]));
        add(
            &mut vars,
            "THIRD",
            table("third.example.gov.uk", "third-client"),
        );
        change(vars.get_mut("SERVICE_OTHER").unwrap());
        let config = Config::parse(&vars);
        assert_eq!(places(&config.faults), ["OTHER (table)"], "{what}");
        assert!(is_closed(&config, HOST), "{what}");
        assert!(!is_open(&config, OTHER), "{what}");
        assert!(is_open(&config, "third.example.gov.uk"), "{what}");
    }
}

#[test]
fn t84_when_a_faulty_service_claims_anothers_host_then_it_closes_and_is_named() {
    let mut vars = vars();
    let other = vars.get_mut("SERVICE_OTHER").unwrap();
    other["host"] = json!(HOST);
    other["level"] = json!("none");
    let config = Config::parse(&vars);
    assert!(is_closed(&config, HOST));
    let mut found = places(&config.faults);
    found.sort();
    assert_eq!(found, ["OTHER (table)", "OTHER level"]);
}

#[test]
fn t84_when_a_service_is_closed_then_its_hosts_are_still_known() {
    let mut vars = vars();
    set(&mut vars, "aliases", json!(["www.demo.example.gov.uk"]));
    set(&mut vars, "level", json!("none"));
    let config = Config::parse(&vars);
    assert!(is_closed(&config, HOST) && is_closed(&config, "www.demo.example.gov.uk"));
    assert!(config.host("elsewhere.example.gov.uk").is_none());
    assert!(is_open(&config, OTHER));
}

#[test]
fn t84_rejects_a_table_given_as_text_that_names_a_field_twice() {
    let mut vars = vars();
    let table = vars["SERVICE_OTHER"].to_string();
    text(&mut vars, "SERVICE_OTHER", &table);
    assert!(is_open(&Config::parse(&vars), OTHER));
    let twice = table.replacen('{', "{\"level\":\"Cl\",\"level\":\"Cl.Cm\",", 1);
    text(&mut vars, "SERVICE_OTHER", &twice);
    let config = Config::parse(&vars);
    assert_eq!(places(&config.faults), ["OTHER (table)"]);
    assert!(config.host(OTHER).is_none());
    assert!(is_open(&config, HOST));
}

#[test]
fn rejects_more_than_twenty_services_or_forty_routes() {
    let many = |services: usize, routes: usize| {
        let mut vars = vars();
        vars.remove("SERVICE_OTHER");
        for number in 1..services {
            let host = format!("service{number}.example.gov.uk");
            add(
                &mut vars,
                &format!("S{number}"),
                table(&host, &format!("client{number}")),
            );
        }
        let routes: Vec<_> = (0..routes)
            .map(|n| json!({ "path": format!("/{n}/*") }))
            .collect();
        set(&mut vars, "routes", json!(routes));
        Config::parse(&vars)
    };
    assert_eq!(many(20, 40).faults, []);
    assert_eq!(many(20, 40).services().count(), 20);
    let config = many(21, 40);
    assert_eq!(places(&config.faults), ["everything SERVICE_<ID>"]);
    assert_eq!(config.services().count(), 0);
    let config = many(20, 41);
    assert_eq!(places(&config.faults), ["DEMO routes"]);
    assert_eq!(config.services().count(), 19);
}

#[test]
fn rejects_a_table_that_is_larger_than_cloudflare_takes() {
    let mut vars = vars();
    let routes: Vec<_> = (0..40)
        .map(|n| json!({ "path": format!("/{n}/{}", "a".repeat(120)) }))
        .collect();
    set(&mut vars, "routes", json!(routes));
    let config = Config::parse(&vars);
    assert_eq!(places(&config.faults), ["DEMO (table)"]);
    assert!(is_open(&config, OTHER));
}

#[test]
fn rejects_more_variables_than_cloudflare_takes() {
    let mut vars = vars();
    for number in vars.len()..128 {
        vars.insert(format!("UNUSED_{number}"), json!("x"));
    }
    assert_eq!(Config::parse(&vars).faults, []);
    vars.insert("ONE_MORE".to_owned(), json!("x"));
    assert_eq!(
        places(&Config::parse(&vars).faults),
        ["everything (variables)"]
    );
}

#[test]
fn when_a_table_arrives_as_json_text_then_it_is_read() {
    let mut vars = vars();
    let text = vars["SERVICE_DEMO"].to_string();
    vars.insert("SERVICE_DEMO".to_owned(), json!(text));
    assert_eq!(demo(&vars).client_id, "demo-client");
    for wrong in [
        json!("host = x"),
        json!("[]"),
        json!(7),
        json!(true),
        Value::Null,
    ] {
        vars.insert("SERVICE_DEMO".to_owned(), wrong);
        let config = Config::parse(&vars);
        assert_eq!(places(&config.faults), ["DEMO (table)"]);
        assert!(is_open(&config, OTHER));
    }
}

#[test]
fn rejects_a_service_id_that_is_not_capitals_digits_and_underscores() {
    for id in ["demo", "D-1", "", "Demo", "D.E"] {
        let mut vars = vars();
        vars.remove("SERVICE_DEMO");
        add(&mut vars, id, table(HOST, "demo-client"));
        let config = Config::parse(&vars);
        assert_eq!(places(&config.faults), [format!("{id} (table)")]);
        assert!(is_closed(&config, HOST) && is_open(&config, OTHER));
    }
    let mut vars = vars();
    add(&mut vars, "A_2", table("a2.example.gov.uk", "a2"));
    assert_eq!(Config::parse(&vars).faults, []);
}

#[test]
fn when_a_configuration_is_printed_for_debugging_then_it_shows_no_secret() {
    let mut vars = vars();
    vars.insert("CLIENT_SECRET_DEMO".to_owned(), json!("correct-horse"));
    set(&mut vars, "token_auth_method", json!("client_secret_post"));
    let shown = format!("{:?}", Config::parse(&vars));
    let private = |jwk: &str| {
        let jwk: Value = serde_json::from_str(jwk).unwrap();
        jwk["d"].as_str().unwrap()[..40].to_owned()
    };
    let (client, assertion) = (private(CLIENT_A), private(ASSERTION_A));
    for secret in ["correct-horse", SESSION_A, &client, &assertion] {
        assert!(!shown.contains(secret), "{secret}");
    }
}
