//! The names of tests: `rejects_…` or `when_…_then_…`, after the numbers of the threats. A test of a published conformance
//! module has the module's name.

use crate::sources::sources;

const FOLDERS: [&str; 7] = [
    "cli",
    "packages/rust",
    "shell",
    "simulator",
    "src",
    "tests",
    "xtask",
];

/// How the modules of the conformance suites begin.
const SUITES: [&str; 2] = ["oidcc_client_test", "fapi2_"];

/// A name without the threats before it: `t4_t5_` and `t1_to_t38_`.
fn unnumbered(name: &str) -> &str {
    let rest = name.strip_prefix('t').and_then(|rest| {
        let number = rest.split('_').next()?;
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| rest[number.len()..].strip_prefix('_'))?
    });
    match rest {
        Some(rest) => unnumbered(rest.strip_prefix("to_").unwrap_or(rest)),
        None => name,
    }
}

fn has_the_form(name: &str) -> bool {
    let name = unnumbered(name);
    let says_when = name.starts_with("when_") && name.contains("_then_");
    says_when || name.starts_with("rejects_") || SUITES.iter().any(|suite| name.starts_with(suite))
}

/// The tests of a file, by the attribute before each.
fn tests(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        is_test |= matches!(line, "#[test]" | "#[tokio::test]");
        let function = line.strip_prefix("async ").unwrap_or(line);
        if let Some(rest) = function.strip_prefix("fn ")
            && std::mem::take(&mut is_test)
        {
            found.extend(rest.split('(').next());
        }
    }
    found
}

#[test]
fn when_a_test_is_written_then_its_name_says_the_case_and_the_outcome() {
    let mut count = 0;
    let mut others = Vec::new();
    for source in FOLDERS.into_iter().flat_map(sources) {
        for name in tests(&source.text) {
            count += 1;
            if !has_the_form(name) {
                others.push(format!("{}: {name}", source.name()));
            }
        }
    }
    assert!(count > 1_000, "only {count} tests were found");
    assert!(others.is_empty(), "{}", others.join("\n"));
}

#[test]
fn when_a_name_has_threats_before_it_then_only_the_rest_is_judged() {
    for name in [
        "rejects_a_key",
        "t4_rejects_a_key",
        "t4_t15_when_it_rains_then_it_is_wet",
        "t1_to_t38_when_it_rains_then_it_is_wet",
        "t4_oidcc_client_test_invalid_iss",
    ] {
        assert!(has_the_form(name), "{name}");
    }
    for name in [
        "a_key",
        "t4_a_key",
        "when_it_rains",
        "token_rejects_",
        "t_when_a_then_b",
    ] {
        assert!(!has_the_form(name), "{name}");
    }
}
