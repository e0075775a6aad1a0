//! The defaults of a service, and the effect of each field.

use serde_json::json;

use super::{Config, Host, Locale, Origin, Phase, Theme, TokenAuth};
use crate::config::sample::*;
use crate::oidc::jws::Alg;
use crate::oidc::vector::Level;
use crate::session::seal::Generation;
use crate::session::session::Limits;

#[test]
fn when_a_service_sets_few_fields_then_the_others_have_the_documented_defaults() {
    let service = demo(&vars());
    assert_eq!(service.origin_url, "https://demo.example.gov.uk");
    assert_eq!(service.origin_audience, service.origin_url);
    assert_eq!(
        service.redirect_uri(),
        "https://demo.example.gov.uk/auth/callback"
    );
    assert_eq!(
        (service.own_path.as_str(), service.scope.as_str()),
        ("/auth", "openid")
    );
    assert_eq!(service.own_page("jwks.json"), "/auth/jwks.json");
    assert_eq!(service.locales, [Locale::En, Locale::Cy]);
    assert_eq!(
        (service.request_alg, service.id_token_alg),
        (Alg::Rs256, Alg::Es256)
    );
    assert_eq!(
        service.limits,
        Limits {
            idle: 3_600,
            absolute: 43_200
        }
    );
    assert_eq!(
        (service.revocation.check, service.revocation.grace),
        (60, 300)
    );
    assert_eq!(
        (service.level, &service.origin),
        (Level::ClCm, &Origin::Route)
    );
    assert!(matches!(service.token_auth, TokenAuth::PrivateKeyJwt));
    assert!(service.publish_well_known_jwks && !service.allow_semicolons);
    assert!(service.aliases.is_empty() && service.registered_claims.is_empty());
    assert!(service.cors_origins.is_empty() && service.websocket_origins.is_empty());
    assert_eq!(service.arrival, None);
    assert_eq!(
        service.cors_headers,
        "one-login-counts-as-use, content-type, x-csrf-token, x-requested-with"
    );
    assert!(service.origin_headers.is_empty() && service.rules.listed().is_empty());
    assert_eq!(service.client_keys.generation, Generation::A);
    assert!(service.client_keys.other.is_none() && service.assertion_keys.other.is_none());
    assert_eq!(
        service.name.in_locale(Locale::Cy),
        ("Gwasanaeth", Locale::Cy)
    );
    assert_eq!(service.provider.issuer, "https://oidc.account.gov.uk/");
    assert_eq!(
        service.provider.identity_issuer,
        "https://identity.account.gov.uk/"
    );
    assert_eq!(service.provider.did_id, "did:web:identity.account.gov.uk");
    assert!(!service.provider.insecure);
}

#[test]
fn t90_when_a_service_keeps_a_removed_header_then_a_warning_names_it() {
    let mut vars = vars();
    let demo_table = vars.get_mut("SERVICE_DEMO").unwrap();
    demo_table["drop_headers"] = json!(["X-Staff-Id", "X-Internal-*"]);
    demo_table["keep_headers"] = json!(["Cf-Access-Jwt-Assertion", "X_Api_Key"]);
    let config = Config::parse(&vars);
    let warnings: Vec<_> = config.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].contains("Cf-Access-Jwt-Assertion") && warnings[0].contains("user"));
    assert!(warnings[1].contains("X_Api_Key") && warnings[1].contains("another name"));
    let removed = &demo(&vars).removed;
    for gone in ["x-staff-id", "x-internal-x", "cf-access-x", "x_other"] {
        assert!(removed.holds(gone), "{gone}");
    }
    for kept in ["cf-access-jwt-assertion", "x_api_key", "x-staff-ids"] {
        assert!(!removed.holds(kept), "{kept}");
    }
}

#[test]
fn when_branding_is_read_then_only_gov_uk_hosts_have_the_crown_and_links_are_set() {
    let service = demo(&vars());
    assert_eq!(service.branding.theme, Theme::Plain);
    assert_eq!(
        (service.branding.home.en.as_str(), service.branding.phase),
        ("/", None)
    );
    assert_eq!(
        (&service.branding.contact, &service.branding.cookies),
        (&None, &None)
    );
    for (host, theme) in [
        ("apply.service.gov.uk", Theme::GovUk),
        ("a.b.service.gov.uk", Theme::GovUk),
        ("service.gov.uk", Theme::Plain),
        ("apply-service.gov.uk", Theme::Plain),
        ("service.gov.uk.example", Theme::Plain),
    ] {
        let mut vars = vars();
        set(&mut vars, "host", json!(host));
        let service = served(&Config::parse(&vars), host);
        assert_eq!(service.branding.theme, theme, "{host}");
    }
    let mut vars = vars();
    set(&mut vars, "phase", json!("beta"));
    set(&mut vars, "home", json!("https://www.gov.uk/apply"));
    set(&mut vars, "contact", json!("mailto:help@example.gov.uk"));
    let branding = &demo(&vars).branding;
    assert_eq!(branding.phase, Some(Phase::Beta));
    assert_eq!(branding.home.en, "https://www.gov.uk/apply");
    let contact = branding.contact.as_ref().unwrap();
    assert_eq!(contact.en, "mailto:help@example.gov.uk");
    assert_eq!(
        contact.in_locale(Locale::Cy),
        (contact.en.as_str(), Locale::En)
    );
}

#[test]
fn when_a_link_has_an_address_for_each_language_then_each_page_gets_its_own() {
    for field in ["home", "contact", "cookies", "feedback"] {
        let mut vars = vars();
        set(&mut vars, field, json!({ "en": "/help", "cy": "/cymorth" }));
        let branding = demo(&vars).branding.clone();
        let links = [
            Some(branding.home),
            branding.contact,
            branding.cookies,
            branding.feedback,
        ];
        let found = links.iter().flatten().find(|link| link.en == "/help");
        let found = found.unwrap();
        assert_eq!(found.in_locale(Locale::Cy), ("/cymorth", Locale::Cy));
        assert_eq!(found.in_locale(Locale::En), ("/help", Locale::En));
    }
}

#[test]
fn when_a_service_with_welsh_pages_has_no_welsh_name_then_it_is_warned() {
    let warned = |name, locales| {
        let mut vars = vars();
        set(&mut vars, "name", name);
        set(&mut vars, "locales", locales);
        let warnings = Config::parse(&vars).warnings;
        warnings
            .iter()
            .any(|fault| fault.field == "name" && fault.service.as_deref() == Some("DEMO"))
    };
    assert!(warned(json!("A service"), json!(["en", "cy"])));
    assert!(!warned(json!("A service"), json!(["en"])));
    assert!(!warned(
        json!({ "en": "A service", "cy": "Gwasanaeth" }),
        json!(["en", "cy"])
    ));
}

#[test]
fn t84_when_the_environment_is_integration_then_the_provider_follows_from_it() {
    let mut vars = vars();
    vars.remove("SERVICE_OTHER");
    vars.insert("DEPLOYMENT".to_owned(), json!("integration"));
    set(&mut vars, "environment", json!("integration"));
    let provider = &demo(&vars).provider;
    assert_eq!(provider.issuer, "https://oidc.integration.account.gov.uk/");
    assert_eq!(
        provider.did_url,
        "https://identity.integration.account.gov.uk/.well-known/did.json"
    );
    assert_eq!(
        provider.discovery_url(),
        "https://oidc.integration.account.gov.uk/.well-known/openid-configuration"
    );
}

#[test]
fn when_a_service_sets_every_field_then_each_is_read() {
    let mut vars = vars();
    let table = json!({
        "host": HOST,
        "aliases": ["www.demo.example.gov.uk"],
        "environment": "production",
        "client_id": "demo-client",
        "name": { "en": "A service", "cy": "Gwasanaeth" },
        "own_path": "/one-login",
        "redirect_path": "/return",
        "scopes": ["phone", "openid", "wallet-subject-id", "email"],
        "registered_claims": ["coreIdentityJWT", "address", "passport", "drivingPermit", "returnCode"],
        "locales": ["cy", "en"],
        "token_auth_method": "client_secret_post",
        "request_signing_alg": "PS256",
        "id_token_alg": "RS256",
        "client_key_active": "B",
        "assertion_key_active": "B",
        "publish_well_known_jwks": false,
        "session_idle_seconds": 60,
        "session_absolute_seconds": 604_800,
        "revocation_check_seconds": 0,
        "revocation_grace_seconds": 3_600,
        "origin": "https://origin.example:8443",
        "origin_headers": { "X-Origin-Lock": "LOCK", "CF-Access-Client-Secret": "TOKEN" },
        "origin_audience": "an audience",
        "cors_origins": ["https://www.example.gov.uk"],
        "cors_headers": ["X-Trace", "If-Match"],
        "websocket_origins": ["https://app.example.gov.uk:8443"],
        "allow_semicolons": true,
        "level": "Cl",
        "arrival": { "en": "/welcome", "cy": "/croeso" },
        "routes": [{ "path": "/", "access": "public" }],
    });
    vars.insert("SERVICE_DEMO".to_owned(), table);
    vars.insert("CLIENT_KEY_DEMO_B".to_owned(), json!(CLIENT_B));
    vars.insert("ASSERTION_KEY_DEMO_B".to_owned(), json!(ASSERTION_B));
    vars.insert("CLIENT_SECRET_DEMO".to_owned(), json!("secret"));
    vars.insert("LOCK".to_owned(), json!("open-sesame"));
    vars.insert("TOKEN".to_owned(), json!("of-access"));
    let service = demo(&vars);
    assert_eq!(service.scope, "openid email phone wallet-subject-id");
    assert_eq!(
        service.cors_headers,
        "one-login-counts-as-use, x-trace, if-match"
    );
    assert_eq!(service.redirect_uri(), "https://demo.example.gov.uk/return");
    assert_eq!(service.registered_claims.len(), 5);
    assert_eq!(
        (service.revocation.check, service.revocation.grace),
        (0, 3_600)
    );
    assert_eq!(service.locales, [Locale::Cy, Locale::En]);
    assert_eq!(
        service.name.in_locale(Locale::Cy),
        ("Gwasanaeth", Locale::Cy)
    );
    assert!(
        matches!(&service.token_auth, TokenAuth::ClientSecretPost(s) if s.expose() == "secret")
    );
    assert_eq!(
        (service.request_alg, service.id_token_alg),
        (Alg::Ps256, Alg::Rs256)
    );
    assert_eq!(service.client_keys.generation, Generation::B);
    let ids: Vec<_> = service.client_keys.all().map(|key| &key.key_id).collect();
    assert_eq!((ids.len(), ids[0]), (2, &service.client_keys.active.key_id));
    assert_eq!(
        service.origin,
        Origin::Url("https://origin.example:8443".to_owned())
    );
    let headers = service.origin_headers.iter();
    let mut headers: Vec<_> = headers
        .map(|(name, value)| (name.as_str(), value.expose()))
        .collect();
    headers.sort_unstable();
    let expected = [
        ("cf-access-client-secret", "of-access"),
        ("x-origin-lock", "open-sesame"),
    ];
    assert_eq!(headers, expected);
    assert_eq!(service.origin_audience, "an audience");
    let arrival = service.arrival.as_ref().unwrap();
    assert_eq!(arrival.in_locale(Locale::Cy), ("/croeso", Locale::Cy));
    assert_eq!(
        service.limits,
        Limits {
            idle: 60,
            absolute: 604_800
        }
    );
    assert!(service.allow_semicolons && !service.publish_well_known_jwks);
    let config = Config::parse(&vars);
    assert!(matches!(
        config.host("www.demo.example.gov.uk"),
        Some(Host::Alias(_))
    ));
}

#[test]
fn when_a_binding_exists_then_it_can_be_the_origin() {
    let mut vars = vars();
    vars.insert("BACKEND".to_owned(), json!(true));
    set(&mut vars, "origin", json!("binding:BACKEND"));
    assert_eq!(demo(&vars).origin, Origin::Binding("BACKEND".to_owned()));
}

#[test]
fn when_a_session_is_shorter_than_the_providers_then_a_warning_says_so() {
    for (idle, warned) in [(3_599, true), (3_600, false)] {
        let mut vars = vars();
        set(&mut vars, "session_idle_seconds", json!(idle));
        let config = Config::parse(&vars);
        assert_eq!(config.faults, []);
        let expected: &[_] = if warned {
            &["DEMO session_idle_seconds".to_owned()]
        } else {
            &[]
        };
        assert_eq!(places(&config.warnings), expected);
    }
    // An absolute limit below an hour shortens the idle limit with it.
    let mut vars = vars();
    set(&mut vars, "session_absolute_seconds", json!(600));
    assert_eq!(
        demo(&vars).limits,
        Limits {
            idle: 600,
            absolute: 600
        }
    );
    assert_eq!(Config::parse(&vars).warnings.len(), 1);
}

#[test]
fn when_environment_host_or_client_differs_then_cookies_have_another_binding() {
    let mut bindings = vec![demo(&vars()).binding.clone()];
    let config = Config::parse(&vars());
    bindings.push(served(&config, OTHER).binding.clone());
    let mut renamed = vars();
    set(&mut renamed, "client_id", json!("renamed"));
    bindings.push(demo(&renamed).binding.clone());
    let config = Config::parse(&local());
    bindings.push(served(&config, "localhost:8787").binding.clone());
    let unique: std::collections::BTreeSet<_> = bindings.iter().collect();
    assert_eq!(unique.len(), bindings.len());
}
