//! A preview: a simulated provider at a public address, and nothing of another environment.

use serde_json::json;

use super::Config;
use crate::config::sample::*;
use crate::config::{Environment, Vars};

const HOST: &str = "pr-12.preview.example.net";

fn preview() -> Vars {
    let mut vars = local();
    vars.insert("DEPLOYMENT".to_owned(), json!("preview"));
    for (field, value) in [
        ("environment", "preview"),
        ("host", HOST),
        ("origin", "https://origin.preview.example.net"),
        ("issuer", "https://one-login.preview.example.net/"),
        ("identity_issuer", "https://one-login.preview.example.net/"),
        (
            "did_url",
            "https://one-login.preview.example.net/.well-known/did.json",
        ),
        ("did_id", "did:web:one-login.preview.example.net"),
    ] {
        set(&mut vars, field, json!(value));
    }
    vars
}

#[test]
fn t140_rejects_a_preview_at_a_real_services_host_or_with_a_real_provider() {
    let config = Config::parse(&preview());
    assert_eq!(config.faults, []);
    let service = served(&config, HOST);
    assert_eq!(service.environment, Environment::Preview);
    assert!(!service.provider.insecure);
    for (field, wrong) in [
        ("host", json!("pr-12.licence.service.gov.uk")),
        ("host", json!("service.gov.uk")),
        ("host", json!("localhost:8787")),
        ("aliases", json!(["old.service.gov.uk"])),
        ("issuer", json!("https://oidc.account.gov.uk/")),
        ("issuer", json!("https://oidc.integration.account.gov.uk/")),
        ("issuer", json!("http://one-login.preview.example.net/")),
        ("identity_issuer", json!("https://identity.account.gov.uk/")),
        (
            "did_url",
            json!("https://identity.integration.account.gov.uk/.well-known/did.json"),
        ),
    ] {
        let mut vars = preview();
        set(&mut vars, field, wrong.clone());
        let found = places(&Config::parse(&vars).faults);
        assert_eq!(found, [format!("DEMO {field}")], "{wrong}");
    }
    for host in ["pr-12.myservice.gov.uk", "service.gov.uk.example.net"] {
        let mut vars = preview();
        set(&mut vars, "host", json!(host));
        assert_eq!(Config::parse(&vars).faults, [], "{host}");
    }
}

#[test]
fn t140_when_a_service_of_another_environment_is_in_a_preview_then_everything_is_closed() {
    for other in [
        json!("production"),
        json!("integration"),
        json!("local"),
        json!(null),
    ] {
        let mut vars = preview();
        let mut table = vars["SERVICE_DEMO"].clone();
        table["host"] = json!("licence.example.gov.uk");
        table["client_id"] = json!("another");
        table["environment"] = other.clone();
        vars.insert("SERVICE_OTHER".to_owned(), table.to_string().into());
        let config = Config::parse(&vars);
        assert!(
            places(&config.faults).contains(&"everything DEPLOYMENT".to_owned()),
            "{other}"
        );
        assert!(is_closed(&config, HOST), "{other}");
    }
    // And a preview's table closes itself in any other deployment.
    for deployment in ["production", "integration"] {
        let mut vars = preview();
        vars.insert("DEPLOYMENT".to_owned(), json!(deployment));
        let config = Config::parse(&vars);
        assert!(places(&config.faults).contains(&"DEMO environment".to_owned()));
        assert!(is_closed(&config, HOST));
    }
}

#[test]
fn t140_when_a_preview_signs_or_seals_then_it_names_an_environment_of_its_own() {
    let audience = |vars: &Vars| served(&Config::parse(vars), HOST).origin_audience.clone();
    let mut vars = preview();
    unset(&mut vars, "origin_audience");
    assert_eq!(audience(&vars), format!("preview:https://{HOST}"));
    set(
        &mut vars,
        "origin_audience",
        json!("https://licence.service.gov.uk"),
    );
    assert_eq!(audience(&vars), "preview:https://licence.service.gov.uk");
    // Cookies name the environment under their seal.
    let binding = &served(&Config::parse(&vars), HOST).binding;
    assert!(binding.starts_with("preview\0"), "{binding:?}");
}
