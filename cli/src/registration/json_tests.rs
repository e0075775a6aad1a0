//! The parser takes JSON, refuses the rest, and names the place of a mistake.

use super::node::is_placeholder;
use super::*;

fn problem(text: &str) -> String {
    Document::parse(text).unwrap_err().to_string()
}

#[test]
fn when_a_registration_is_parsed_then_every_value_knows_its_span_in_the_text() {
    let text = "\u{feff}{\r\n \"a\" : [ \"x\", \"{Y}\" ],\t\"b\": -1.5e3, \"c\": {\"d\": null}}\n";
    let document = Document::parse(text).unwrap();
    let raw: Vec<_> = document
        .members
        .iter()
        .map(|(name, node)| (name.as_str(), document.raw(node)))
        .collect();
    assert_eq!(
        raw,
        [
            ("a", "[ \"x\", \"{Y}\" ]"),
            ("b", "-1.5e3"),
            ("c", "{\"d\": null}")
        ]
    );
    assert_eq!(document.members[0].1.placeholders()[0].1, "{Y}");
}

#[test]
fn rejects_invalid_json_with_the_place_of_the_fault() {
    for (text, expected) in [
        ("", "the file is empty"),
        ("\u{feff} \n", "the file is empty"),
        (
            "{“a”: 1}",
            "line 1, column 2: this quotation mark is a curly one",
        ),
        ("{\"a\": “b”}", "line 1, column 7: this quotation mark"),
        ("[]", "holds no JSON object"),
        ("{\n  \"a\": 1\n  \"b\": 2}", "line 3, column 3: a comma"),
        ("{\"a\": 1,}", "line 1, column 9: a field's name"),
        ("{\"a\" 1}", "a colon"),
        ("{\"a\": [1 2]}", "closing bracket"),
        ("{\"a\": \"x}", "no closing quote"),
        ("{\"a\": \"x\ny\"}", "runs over a line"),
        ("{\"a\": \"\\q\"}", "backslash"),
        ("{\"a\": tru}", "no JSON value"),
        ("{\"a\": 01}", "no JSON value"),
        ("{\"a\": 1} // note", "something follows"),
    ] {
        let found = problem(text);
        assert!(found.contains(expected), "{text}: {found}");
    }
    let deep = format!("{{\"a\": {}", "[".repeat(100_000));
    assert!(problem(&deep).contains("too deeply"));
}

#[test]
fn when_a_name_is_duplicated_at_any_depth_then_the_document_lists_it() {
    let document = Document::parse(r#"{"a": 1, "a": [{"b": 1, "b": 2}], "c": 3}"#).unwrap();
    assert_eq!(document.duplicates, ["b", "a"]);
}

#[test]
fn when_a_value_is_one_name_in_braces_then_it_is_a_placeholder() {
    for text in ["{CLIENT_NAME}", "{PROVIDED SEPARATELY}", " {x-1} "] {
        assert!(is_placeholder(text), "{text}");
    }
    for text in [
        "{}",
        "{ }",
        "CLIENT_NAME",
        "{a}{b}",
        "https://{HOST}/",
        "{\"a\"}",
    ] {
        assert!(!is_placeholder(text), "{text}");
    }
    let bare = Document::parse("{\"a\": [{REDIRECT_URLS}], \"b\": {}}").unwrap();
    assert_eq!(bare.members[0].1.placeholders()[0].1, "{REDIRECT_URLS}");
    assert!(bare.members[1].1.placeholders().is_empty());
}
