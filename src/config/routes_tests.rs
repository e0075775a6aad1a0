use serde_json::{Value, json};

use super::*;
use crate::config::sample::*;
use crate::config::{Config, Vars};

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

/// The pattern of the rule for a path.
fn rule(rules: &Rules, path: &str) -> String {
    let path = CanonicalPath::parse(path, true).unwrap();
    rules.find(&path).pattern.clone()
}

/// Rules of patterns with their access.
fn rules(patterns: &[(&str, &str)]) -> Rules {
    let routes: Vec<_> = patterns
        .iter()
        .map(|(path, access)| json!({ "path": path, "access": access }))
        .collect();
    demo(&with(json!(routes))).rules.clone()
}

#[test]
fn t57_when_no_route_lists_a_path_then_it_is_protected() {
    let rules = rules(&[("/", "public"), ("/assets/*", "public")]);
    for path in [
        "/account",
        "/assetsx",
        "/assets.old/a",
        "/index.html",
        "/anything/at/all",
    ] {
        let path = CanonicalPath::parse(path, false).unwrap();
        let rule = rules.find(&path);
        assert_eq!((rule.access, rule.level), (Access::Required, Level::ClCm));
        assert_eq!(rule.release, Release::default());
    }
}

#[test]
fn t57_when_several_patterns_match_then_the_most_specific_wins_in_any_order() {
    let patterns = [
        ("/*", "public"),
        ("/a/*", "required"),
        ("/a/b", "public"),
        ("/a/b/*", "optional"),
        ("/a/b/c", "required"),
    ];
    let mut reversed = patterns;
    reversed.reverse();
    for rules in [rules(&patterns), rules(&reversed)] {
        for (path, pattern) in [
            ("/", "/*"),
            ("/x", "/*"),
            ("/a", "/a/*"),
            ("/a/", "/a/*"),
            ("/a/x", "/a/*"),
            ("/ab", "/*"),
            ("/a/b", "/a/b"),
            ("/a/b/", "/a/b/*"),
            ("/a/b/x/y", "/a/b/*"),
            ("/a/b/c", "/a/b/c"),
            ("/a/b/c/d", "/a/b/*"),
            ("/a/bc", "/a/*"),
        ] {
            assert_eq!(rule(&rules, path), pattern, "{path}");
        }
    }
}

#[test]
fn t57_when_an_origin_could_read_a_stricter_path_then_the_stricter_pattern_holds() {
    let rules = rules(&[
        ("/*", "public"),
        ("/account/*", "required"),
        ("/Whoami", "optional"),
    ]);
    for path in [
        "/account",
        "/Account/x",
        "/ACCOUNT/X",
        "/account./x",
        "/account%20/x",
        "/account/x.",
        "/account..%20/x",
        "/acc%6Funt",
        "/acc%256Funt/x",
        "/AcCoUnT/",
    ] {
        assert_eq!(rule(&rules, path), "/account/*", "{path}");
    }
    for path in ["/whoami", "/WHOAMI", "/whoami.", "/Whoami/"] {
        assert_eq!(rule(&rules, path), "/Whoami", "{path}");
    }
    for path in ["/accounts", "/account-x/y", "/x/account", "/whoami/x"] {
        assert_eq!(rule(&rules, path), "/*", "{path}");
    }
}

#[test]
fn t57_when_a_pattern_is_public_then_it_opens_only_its_own_spelling() {
    let rules = rules(&[
        ("/help", "public"),
        ("/Assets/*", "public"),
        ("/whoami", "optional"),
    ]);
    for (path, access) in [
        ("/help", Access::Public),
        ("/Help", Access::Required),
        ("/help/", Access::Required),
        ("/help.", Access::Required),
        ("/help/x", Access::Required),
        ("/Assets/x", Access::Public),
        ("/assets/x", Access::Required),
        ("/Assets./x", Access::Required),
        ("/h%65lp", Access::Public),
        ("/h%2565lp", Access::Required),
    ] {
        let path = CanonicalPath::parse(path, false).unwrap();
        assert_eq!(rules.find(&path).access, access, "{path:?}");
    }
}

#[test]
fn t57_when_a_path_has_a_parameter_then_a_stricter_rule_still_finds_it() {
    let rules = rules(&[("/*", "public"), ("/account/*", "required")]);
    for path in [
        "/account;a=b",
        "/account;a=b/x",
        "/account;/x;y",
        "/ACCOUNT;x/y",
        "/account.;x/y",
    ] {
        let path = CanonicalPath::parse(path, true).unwrap();
        assert_eq!(rules.find(&path).access, Access::Required, "{path:?}");
    }
}

#[test]
fn t57_when_a_path_has_another_lenient_spelling_then_it_is_never_less_strict() {
    let rules = rules(&[
        ("/a/*", "required"),
        ("/a/B", "optional"),
        ("/a/c", "public"),
    ]);
    // A path that is public or optional in one spelling is protected in every other.
    for path in ["/a/b", "/A/B", "/a/C", "/A/c", "/a/c/", "/a/c.", "/a/B/x"] {
        let path = CanonicalPath::parse(path, false).unwrap();
        assert_eq!(rules.find(&path).access, Access::Required, "{path:?}");
    }
    assert_eq!(rule(&rules, "/a/B"), "/a/B");
    assert_eq!(rule(&rules, "/a/c"), "/a/c");
}

#[test]
fn t14_when_a_path_could_have_two_levels_then_the_higher_holds() {
    let rules = demo(&with(json!([
        { "path": "/low/*", "level": "Cl" },
        { "path": "/Low/high/*", "level": "Cl.Cm" },
        { "path": "/low/high/open", "level": "Cl" },
    ])));
    let rules = &rules.rules;
    assert_eq!(rule(rules, "/low/x"), "/low/*");
    assert_eq!(rule(rules, "/low/high/x"), "/Low/high/*");
    assert_eq!(rule(rules, "/low/high/open"), "/low/high/open");
}

#[test]
fn t57_t84_rejects_two_rules_for_one_path() {
    for (first, second) in [
        ("/a", "/a"),
        ("/a/*", "/a/*"),
        ("/a", "/A"),
        ("/a/*", "/A/*"),
        ("/a/b", "/a/b."),
        ("/a", "/a/"),
        ("/*", "/*"),
    ] {
        for (one, two) in [
            ("public", "required"),
            ("required", "required"),
            ("optional", "public"),
        ] {
            let config = Config::parse(&with(json!([
                { "path": first, "access": one },
                { "path": second, "access": two },
            ])));
            assert_eq!(places(&config.faults), ["DEMO routes"], "{first} {second}");
            assert!(is_closed(&config, HOST) && is_open(&config, OTHER));
        }
    }
    // A literal and a prefix of the same path are two different things.
    assert_eq!(
        Config::parse(&with(json!([{ "path": "/a" }, { "path": "/a/*" }]))).faults,
        []
    );
}

/// A route that is wrong, and the field in which it is.
const BROKEN: &str = r#"
    "/account"                                                  | routes[1]
    7                                                           | routes[1]
    {}                                                          | routes[1].path
    { "path": "" }                                              | routes[1].path
    { "path": 7 }                                               | routes[1].path
    { "path": "account" }                                       | routes[1].path
    { "path": "*" }                                             | routes[1].path
    { "path": "/a*" }                                           | routes[1].path
    { "path": "/a/*/b" }                                        | routes[1].path
    { "path": "/a/**" }                                         | routes[1].path
    { "path": "/a//*" }                                         | routes[1].path
    { "path": "/a//b" }                                         | routes[1].path
    { "path": "/a/./b" }                                        | routes[1].path
    { "path": "/a/../b" }                                       | routes[1].path
    { "path": "/a%20b" }                                        | routes[1].path
    { "path": "/a b" }                                          | routes[1].path
    { "path": "/é" }                                            | routes[1].path
    { "path": "/a?b" }                                          | routes[1].path
    { "path": "/a#b" }                                          | routes[1].path
    { "path": "/a\\b" }                                         | routes[1].path
    { "path": "https://demo.example.gov.uk/a" }                 | routes[1].path
    { "path": "/auth" }                                         | routes[1].path
    { "path": "/auth/*" }                                       | routes[1].path
    { "path": "/auth/callback" }                                | routes[1].path
    { "path": "/a", "access": "private" }                       | routes[1].access
    { "path": "/a", "access": true }                            | routes[1].access
    { "path": "/a", "level": "P2" }                             | routes[1].level
    { "path": "/a", "level": "Cl.Cm.P3" }                       | routes[1].level
    { "path": "/a", "level": "Cl.Cm.P2" }                       | registered_claims
    { "path": "/a", "level": "Cl.Cm.P1" }                       | registered_claims
    { "path": "/a", "not_proved": "page" }                      | routes[1].not_proved
    { "path": "/a", "release": ["coreIdentity"] }               | routes[1].release
    { "path": "/a", "release": ["coreIdentityJWT"] }            | routes[1].release
    { "path": "/a", "release": "email" }                        | routes[1].release
    { "path": "/a", "release": ["name"] }                       | routes[1].release
    { "path": "/a", "release": ["address"] }                    | routes[1].release
    { "path": "/a", "release": ["email", "email"] }             | routes[1].release
    { "path": "/a", "access": "public", "release": ["email"] }  | routes[1].release
    { "path": "/a", "other_sites": "deny" }                     | routes[1].other_sites
    { "path": "/a", "other_sites": true }                       | routes[1].other_sites
    { "path": "/a", "other_sites": ["www.example.gov.uk"] }     | routes[1].other_sites
    { "path": "/a", "other_sites": ["http://a.example"] }       | routes[1].other_sites
    { "path": "/a", "other_sites": ["null"] }                   | routes[1].other_sites
    { "path": "/a", "access": "public", "other_sites": "allow" } | routes[1].other_sites
    { "path": "/a", "close_sockets_with_session": 1 }           | routes[1].close_sockets_with_session
    { "path": "/a", "access": "public", "close_sockets_with_session": true } | routes[1].close_sockets_with_session
    { "path": "/a", "bind": "yes" }                             | routes[1].bind
    { "path": "/a", "access": "public", "bind": true }          | routes[1].bind
    { "path": "/a", "acces": "public" }                         | routes[1].acces
    { "path": "/a", "cache": "private" }                        | routes[1].cache
    { "path": "/a", "access": "public", "cache": "none" }       | routes[1].cache
    { "path": "/a", "methods": ["GET"] }                        | routes[1].methods
"#;

#[test]
fn t84_rejects_a_wrong_route_with_exactly_one_fault() {
    let mut wrong = Vec::new();
    for line in BROKEN.lines().filter(|line| !line.trim().is_empty()) {
        let (route, place) = line.rsplit_once('|').unwrap();
        let route: Value = serde_json::from_str(route).unwrap();
        let config = Config::parse(&with(json!([{ "path": "/", "access": "public" }, route])));
        let alone = is_closed(&config, HOST) && is_open(&config, OTHER);
        if places(&config.faults) != [format!("DEMO {}", place.trim())] || !alone {
            wrong.push(format!("{route}: {:?}", places(&config.faults)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn t84_rejects_a_released_claim_without_its_scope() {
    for (name, scope) in [
        ("email", "email"),
        ("phone", "phone"),
        ("wallet_subject_id", "wallet-subject-id"),
    ] {
        let mut vars = with(json!([{ "path": "/a", "release": [name] }]));
        assert_eq!(Config::parse(&vars).faults, []);
        set(&mut vars, "scopes", json!(["openid"]));
        assert_eq!(
            places(&Config::parse(&vars).faults),
            ["DEMO routes[0].release"]
        );
        set(&mut vars, "scopes", json!(["openid", scope]));
        assert_eq!(Config::parse(&vars).faults, []);
    }
}

#[test]
fn when_a_route_limits_the_age_of_a_sign_in_then_the_limit_is_read_or_a_fault() {
    let one = |field: &str, seconds: i64| {
        let route = json!({ "path": "/pay", field: seconds });
        let service = demo(&with(json!([route])));
        service.rules.listed()[0].freshness
    };
    assert_eq!(one("max_age", 60), Some(Freshness::MaxAge(60)));
    let again = Some(Freshness::Reauthenticate(86_400));
    assert_eq!(one("reauthenticate_within", 86_400), again);
    let places_of = |route: Value, alg: &str| {
        let mut vars = with(json!([route]));
        set(&mut vars, "id_token_alg", json!(alg));
        places(&Config::parse(&vars).faults)
    };
    for (route, alg, fault) in [
        (
            json!({ "path": "/pay", "max_age": 59 }),
            "ES256",
            "routes[0].max_age",
        ),
        (
            json!({ "path": "/pay", "max_age": "60" }),
            "ES256",
            "routes[0].max_age",
        ),
        (
            json!({ "path": "/pay", "max_age": 60, "access": "optional" }),
            "ES256",
            "routes[0].max_age",
        ),
        (
            json!({ "path": "/pay", "max_age": 60, "reauthenticate_within": 60 }),
            "ES256",
            "routes[0].reauthenticate_within",
        ),
        (
            json!({ "path": "/pay", "reauthenticate_within": 60 }),
            "RS256",
            "id_token_alg",
        ),
    ] {
        let found = places_of(route.clone(), alg);
        assert_eq!(found, [format!("DEMO {fault}")], "{route}");
    }
    assert!(places_of(json!({ "path": "/pay", "max_age": 60 }), "RS256").is_empty());
}

#[test]
fn t57_when_a_route_asks_for_a_recent_sign_in_then_it_counts_as_the_stricter_one() {
    let routes = json!([
        { "path": "/pay", "max_age": 600 },
        { "path": "/Pay" },
    ]);
    let config = Config::parse(&with(routes));
    assert!(!config.faults.is_empty(), "one path in two spellings");
    let listed = json!([{ "path": "/*" }, { "path": "/pay", "max_age": 600 }]);
    let service = demo(&with(listed));
    assert_eq!(rule(&service.rules, "/PAY"), "/pay");
}

#[test]
fn when_a_route_releases_an_identity_then_no_browser_keeps_the_answer_by_default() {
    let unkept = |route: Value| {
        let mut vars = with(json!([route]));
        set(&mut vars, "registered_claims", json!(["coreIdentityJWT"]));
        demo(&vars).rules.listed()[0].unkept
    };
    let named = json!(["coreIdentity"]);
    let level = "Cl.Cm.P2";
    assert!(!unkept(json!({ "path": "/a" })));
    assert!(!unkept(json!({ "path": "/a", "release": ["email"] })));
    assert!(unkept(json!({ "path": "/a", "cache": "none" })));
    assert!(unkept(
        json!({ "path": "/a", "level": level, "release": named })
    ));
    assert!(!unkept(
        json!({ "path": "/a", "level": level, "release": named, "cache": "origin" })
    ));
    let vars = with(json!([{ "path": "/a" }]));
    let other = CanonicalPath::parse("/b", true).unwrap();
    assert!(!demo(&vars).rules.find(&other).unkept);
}
