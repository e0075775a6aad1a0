use serde_json::json;

use super::*;
use crate::config::Config;
use crate::config::sample::*;

#[test]
fn t91_when_a_stricter_rule_has_a_segment_then_a_laxer_one_takes_plain_ascii_there() {
    let mut vars = vars();
    let routes = json!([
        { "path": "/echo/*", "access": "public" },
        { "path": "/echo/staff/*", "access": "required" },
        { "path": "/echo/a/b", "access": "required" },
    ]);
    set(&mut vars, "routes", routes);
    let rules = &demo(&vars).rules;
    let rule = |path: &str| {
        let path = CanonicalPath::parse(path, true).unwrap();
        rules.find(&path).pattern.clone()
    };
    let obscure = |raw: &str| rules.obscure(&CanonicalPath::parse(raw, true).unwrap());
    for raw in [
        "/echo/%C5%BFtaff/x",   // long s
        "/echo/sta%EF%AC%80",   // ligature ff
        "/echo/%EF%BD%93taff",  // fullwidth s
        "/echo/staff%C2%A0/x",  // no-break space
        "/echo/%E2%80%8Bstaff", // zero width space
        "/echo/st%C3%A4ff",     // a with diaeresis
        "/echo/a/%E1%B5%87",    // modifier letter b
        "/echo/%C2%AA/b",       // ordinal a
        "/echo/%25C5%25BFtaff", // encoded twice
    ] {
        assert!(obscure(raw), "{raw}");
    }
    for raw in [
        "/echo/staff/%C5%B5yn",
        "/echo/b/%C5%B5yn",
        "/echo/b/staff%C2%A0",
        "/other/%C5%BFtaff",
        "/echo/staff",
    ] {
        assert!(!obscure(raw), "{raw}");
    }
    for path in [
        "/echo/staff.json",
        "/echo/Staff.JSON",
        "/echo/staff.tar.gz",
        "/echo/a/b.xml",
        "/echo/%20staff/x",
    ] {
        assert_ne!(rule(path), "/echo/*", "{path}");
    }
    for path in [
        "/echo/staffroom",
        "/echo/staff-a.json",
        "/echo/staff.old/x",
        "/echo/b.json",
    ] {
        assert_eq!(rule(path), "/echo/*", "{path}");
    }
}

#[test]
fn t91_when_a_stricter_rule_lies_below_a_laxer_one_then_a_warning_names_both() {
    let mut vars = vars();
    let routes = json!([
        { "path": "/echo/*", "access": "public" },
        { "path": "/echo/staff/*", "access": "required" },
        { "path": "/echo/staff/open", "access": "public" },
        { "path": "/account/*", "access": "required", "level": "Cl" },
        { "path": "/account/pay", "access": "required", "level": "Cl.Cm" },
    ]);
    set(&mut vars, "routes", routes);
    let config = Config::parse(&vars);
    let warnings: Vec<_> = config.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(
        warnings[0].contains("\"/echo/staff/*\" lies below \"/echo/*\""),
        "{warnings:?}"
    );
    assert!(
        warnings[1].contains("\"/account/pay\" lies below \"/account/*\""),
        "{warnings:?}"
    );
}

#[test]
fn t57_when_a_route_keeps_encoded_slashes_then_only_unambiguous_paths_go_on() {
    let mut vars = vars();
    let routes = json!([
        { "path": "/files/*", "access": "public", "encoded_slashes": "keep" },
        { "path": "/files/staff/*", "access": "required" },
        { "path": "/files/staff/open/*", "access": "optional" },
        { "path": "/files/one", "access": "optional" },
        { "path": "/papers/*", "level": "Cl.Cm", "encoded_slashes": "keep" },
        { "path": "/papers/open/*", "access": "public" },
        { "path": "/plain/*", "access": "public" },
    ]);
    set(&mut vars, "routes", routes);
    let service = demo(&vars);
    let pattern = |raw: &str| {
        let path = service.path(raw).ok()?;
        Some(service.rules.find(&path).pattern.clone())
    };
    for (raw, rule) in [
        ("/files/a%2Fb", "/files/*"),
        ("/files/staffroom%2Fb", "/files/*"),
        ("/files/a%2Fstaff/b", "/files/*"),
        ("/files/staff/b", "/files/staff/*"),
        ("/papers/a%2Fb", "/papers/*"),
        // A laxer route below: the path stays with the stricter one that it is written under.
        ("/papers/open%2Fb", "/papers/*"),
    ] {
        assert_eq!(pattern(raw).as_deref(), Some(rule), "{raw}");
    }
    for raw in [
        "/files/staff%2Fb",
        "/files/staff%2fb",
        "/files/STAFF%2Fb",
        "/files/%73taff%2Fb",
        "/files/staff%2Fopen%2Fb",
        "/files/staff%2Fopen/b",
        "/files/staff%2F",
        "/files/staff.%2Fb",
        "/files/staff.json%2F",
        "/files/one%2F",
        "/files/x%2F..%2Fstaff",
        "/files/%C5%BFtaff%2Fb",
        // Routes that keep none.
        "/files/staff/a%2Fb",
        "/papers/open/a%2Fb",
        "/plain/a%2Fb",
        "/files%2Fa",
        "/other/a%2Fb",
    ] {
        assert_eq!(pattern(raw), None, "{raw}");
    }
    for (route, fault) in [
        (
            json!({ "path": "/a", "encoded_slashes": "keep" }),
            "routes[0].encoded_slashes",
        ),
        (
            json!({ "path": "/a/*", "encoded_slashes": true }),
            "routes[0].encoded_slashes",
        ),
        (
            json!({ "path": "/a/*", "encoded_slashes": "decode" }),
            "routes[0].encoded_slashes",
        ),
    ] {
        set(&mut vars, "routes", json!([route]));
        let faults = Config::parse(&vars).faults;
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].to_string().contains(fault), "{faults:?}");
    }
}
