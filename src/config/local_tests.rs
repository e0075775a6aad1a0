//! The local environment, which is laxer and therefore only for this machine.

use serde_json::json;

use super::Config;
use crate::config::sample::*;

#[test]
fn rejects_the_local_environment_on_another_machine() {
    let config = Config::parse(&local());
    assert_eq!(config.faults, []);
    assert!(config.is_local());
    let service = served(&config, "localhost:8787");
    assert_eq!(service.origin_url, "http://localhost:8787");
    assert!(service.provider.insecure);
    let mut vars = local();
    set(&mut vars, "https", json!(true));
    let config = Config::parse(&vars);
    assert_eq!(config.faults, []);
    let service = served(&config, "localhost:8787");
    assert_eq!(service.origin_url, "https://localhost:8787");
    for host in [
        "localhost",
        "demo.localhost:8787",
        "127.0.0.1:8787",
        "127.9.9.9",
        "[::1]:8787",
    ] {
        let mut vars = local();
        set(&mut vars, "host", json!(host));
        assert_eq!(Config::parse(&vars).faults, [], "{host}");
    }
    for host in [
        "demo.example.gov.uk",
        "localhost.example.gov.uk",
        "192.168.0.1:8787",
        "10.0.0.1",
        "[::2]:8787",
        "0.0.0.0:8787",
        "127.0.0.1.example.gov.uk",
        "notlocalhost:8787",
    ] {
        let mut vars = local();
        set(&mut vars, "host", json!(host));
        assert_eq!(
            places(&Config::parse(&vars).faults),
            ["DEMO host"],
            "{host}"
        );
    }
    for (field, value) in [
        ("issuer", json!("http://127.0.0.1:8788")),
        ("issuer", json!("nowhere")),
        ("identity_issuer", json!("")),
        ("did_url", json!("did.json")),
        ("origin", json!(null)),
    ] {
        let mut vars = local();
        set(&mut vars, field, value.clone());
        let found = places(&Config::parse(&vars).faults);
        assert!(
            found.iter().all(|place| place == &format!("DEMO {field}")),
            "{value} {found:?}"
        );
        assert!(!found.is_empty(), "{field} {value}");
    }
    for field in ["issuer", "identity_issuer", "did_url", "did_id", "origin"] {
        let mut vars = local();
        unset(&mut vars, field);
        let found = places(&Config::parse(&vars).faults);
        assert!(
            !found.is_empty() && found.iter().all(|p| p == &format!("DEMO {field}")),
            "{found:?}"
        );
    }
}
