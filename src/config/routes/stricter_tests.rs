use serde_json::json;

use super::*;
use crate::config::Config;
use crate::config::sample::*;

#[test]
fn t91_a_laxer_rule_takes_plain_ascii_where_a_stricter_one_has_a_segment() {
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
fn t91_each_stricter_rule_below_a_laxer_one_is_a_warning() {
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
