use url::Url;

use super::*;

fn text(raw: &str) -> String {
    CanonicalPath::parse(raw, false).unwrap().text
}

fn folded(raw: &str) -> String {
    CanonicalPath::parse(raw, false).unwrap().folded
}

/// Every text of up to six of these characters behind a slash.
#[test]
fn t57_when_a_path_is_plain_then_every_rule_reads_it_as_it_is() {
    let mut paths = vec!["/".to_owned()];
    let mut plain = 0;
    for _ in 0..6 {
        for raw in &paths {
            let Some(path) = CanonicalPath::plain(raw) else {
                continue;
            };
            plain += 1;
            for (semicolons, slashes) in [(false, false), (true, true)] {
                let judged = CanonicalPath::judged(raw, semicolons, slashes);
                assert_eq!(judged.as_ref(), Ok(&path), "{raw}");
            }
        }
        let longer = paths.iter().flat_map(|path| {
            ["/", "a", "Z", "9", "-", "_", ".", "%", "~", "\u{130}"]
                .map(|next| format!("{path}{next}"))
        });
        paths = longer.collect();
    }
    assert!(plain > 10_000, "{plain}");
    for other in ["", "a", "a/b", "\u{2024}/"] {
        assert_eq!(CanonicalPath::plain(other), None, "{other}");
    }
}

#[test]
fn t57_rejects_a_path_that_can_be_read_in_two_ways() {
    for raw in [
        "",
        "private",
        "*",
        "//private",
        "/a//b",
        "/a//",
        "/./private",
        "/a/.",
        "/a/./b",
        "/../private",
        "/a/..",
        "/public/../private",
        "/%2e%2e/private",
        "/%2E/private",
        "/.%2e/private",
        "/public/%2e%2e%2fprivate",
        "/public%2f..%2fprivate",
        "/a%2fb",
        "/a%2Fb",
        "/a%5cb",
        "/a\\b",
        "/\\private",
        "/public/..\\private",
        "/a%00",
        "/a%0a",
        "/a%0d%0ab",
        "/a%7f",
        "/a\u{0}",
        "/a\tb",
        "/a b",
        "/a\r\n",
        "/é",
        "/a#b",
        "/a?b",
        "/%",
        "/%2",
        "/%zz",
        "/%u0061",
        "/%c0%af",
        "/%c0%ae%c0%ae/private",
        "/%ff",
        "/%ed%a0%80",
        "/public/..;/private",
        "/private;x=y",
        "/private%3bx",
        "/%252e%252e/private",
        "/public/%252f/private",
        "/a%255cb",
        "/a%2500",
        "/a%25252fb",
        "/%25252525252525252e",
        "/a/...",
        "/a/. ",
        "/a/%2e%20",
        "/a/..%20/b",
        "/a%253bx",
        "/a/%EF%BC%8E%EF%BC%8E/b",
        "/a/%E2%80%A5/b",
        "/a/.%E2%80%A4/b",
        "/a%EF%BC%8Fb",
        "/a/..%E2%88%95b",
        "/a%EF%BC%BCb",
    ] {
        assert_eq!(CanonicalPath::parse(raw, false), Err(Ambiguous), "{raw:?}");
    }
}

#[test]
fn t57_when_a_path_is_accepted_then_it_has_one_spelling() {
    for (raw, canonical) in [
        ("/", "/"),
        ("/account/", "/account/"),
        ("/%61ccount", "/account"),
        ("/%7Euser", "/~user"),
        ("/caf%c3%a9", "/caf%C3%A9"),
        ("/a%20b", "/a%20b"),
        ("/a%3fb%23c", "/a%3Fb%23C".replace("%23C", "%23c").as_str()),
        ("/100%25", "/100%25"),
        ("/\"<>^`{}|[]", "/%22%3C%3E%5E%60%7B%7D%7C%5B%5D"),
        ("/a:b@c!$&'()*+,=-._~", "/a:b@c!$&'()*+,=-._~"),
        ("/.well-known/x", "/.well-known/x"),
        ("/a..b/c.", "/a..b/c."),
    ] {
        assert_eq!(text(raw), canonical);
    }
}

#[test]
fn t57_when_a_path_is_canonical_then_a_url_parser_and_a_second_parse_keep_it() {
    let mut seen = 0;
    for first in 0..=255_u8 {
        for form in [
            format!("/a{}b/c", char::from(first)),
            format!("/a%{first:02x}b/c"),
            format!("/{}%{first:02X}", char::from(first)),
        ] {
            let Ok(path) = CanonicalPath::parse(&form, true) else {
                continue;
            };
            seen += 1;
            let url = Url::parse(&format!("https://host.example{}?q", path.text)).unwrap();
            assert_eq!(url.path(), path.text, "{form:?}");
            assert_eq!(CanonicalPath::parse(&path.text, true).unwrap(), path);
        }
    }
    assert!(seen > 250, "{seen}");
}

#[test]
fn t57_when_a_path_is_folded_then_it_is_the_path_a_lenient_origin_reads() {
    for raw in [
        "/apply/x",
        "/Apply/X",
        "/APPLY/x.",
        "/apply/x%20",
        "/apply./x..%20",
        "/%61pply/x/",
        "/ap%2570ly/x",
    ] {
        assert_eq!(folded(raw), "/apply/x", "{raw}");
    }
    for raw in [
        "/apply/x%3fy",
        "/apply/x%23",
        "/apply/x%253Fy/z",
        "/Apply/X%23/z",
    ] {
        assert_eq!(folded(raw), "/apply/x", "{raw}");
    }
    assert_eq!(folded("/"), "/");
}

#[test]
fn t57_when_a_service_allows_semicolons_then_they_pass_and_hide_no_dots() {
    assert_eq!(
        CanonicalPath::parse("/a;b=c/d", true).unwrap().text,
        "/a;b=c/d"
    );
    let hidden = CanonicalPath::parse("/private;x/Y.;z", true).unwrap();
    assert_eq!(hidden.folded, "/private/y");
    for raw in ["/..;/private", "/a/.;x", "/a;x/..;y/b"] {
        assert_eq!(CanonicalPath::parse(raw, true), Err(Ambiguous), "{raw}");
    }
}

#[test]
fn t57_rejects_each_path_that_the_documentation_calls_refused() {
    let page = include_str!("../../docs/configuration.md");
    let (_, table) = page.split_once("| path | why it is refused |").unwrap();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let mut seen = 0;
    for row in rows {
        let cell = row.split('|').nth(1).unwrap();
        for path in cell.split('`').skip(1).step_by(2) {
            assert_eq!(CanonicalPath::parse(path, false), Err(Ambiguous), "{path}");
            let is_kept = matches!(path, "/a%2Fb" | "/a%2F");
            assert_eq!(
                CanonicalPath::read(path, false, true).is_ok(),
                is_kept,
                "{path}"
            );
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn t57_when_an_encoded_slash_is_kept_then_it_has_one_spelling_and_folds_as_a_slash() {
    let read = |raw: &str| CanonicalPath::read(raw, true, true);
    for raw in ["/files/a%2Fb", "/files/a%2fb", "/f%69les/a%2fb"] {
        let path = read(raw).unwrap();
        assert_eq!(
            (path.text.as_str(), path.folded.as_str()),
            ("/files/a%2Fb", "/files/a/b")
        );
        assert!(path.has_slash());
        assert_eq!(read(&path.text), Ok(path.clone()));
    }
    for raw in [
        "/files/%2Fa",
        "/files%2F/a",
        "/files/a%2F%2Fb",
        "/%2F",
        "/files/..%2Fa",
        "/files/a%2F..%2Fb",
        "/files/a%2F%2e%2e",
        "/files/a%2F.",
        "/files/a%2F%EF%BC%8E",
        "/files/a%252Fb",
        "/files/a%2F%252e%252e",
        "/files/a%5Cb",
        "/files/a;x%2Fb",
        "/files/a%2Fb;x",
        "/files/a%2Fb%3Bx",
        "/files/a%2Fb%00",
    ] {
        assert_eq!(read(raw), Err(Ambiguous), "{raw}");
    }
}
