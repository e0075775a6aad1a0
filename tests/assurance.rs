//! This test writes `docs/assurance.md` from the tests themselves: it lists the tests for
//! each threat and each case of the conformance suite. It fails when no test names a row, and
//! when the page is out of date: `cargo edge assure page` updates it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say so and stop"
)]

#[path = "assurance/mutants.rs"]
mod mutants;
#[path = "assurance/page.rs"]
mod page;
#[path = "assurance/row.rs"]
mod row;
#[path = "assurance/rows.rs"]
mod rows;
#[path = "assurance/suite.rs"]
mod suite;
#[path = "assurance/titles.rs"]
mod titles;

use rows::ROWS;
use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};
use suite::{CASES, Verdict};
use titles::titles;

const PAGE: &str = "docs/assurance.md";

/// The repository's root.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn when_the_assurance_page_is_written_then_it_equals_the_committed_one() {
    let written = page::written(&titles());
    let path = root().join(PAGE);
    if env::var_os("EDGE_WRITE_ASSURANCE").is_some() {
        fs::write(&path, &written).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    let differs = found
        .lines()
        .zip(written.lines())
        .position(|(found, written)| found != written);
    assert!(
        found == written,
        "{PAGE} is out of date from line {}: run `cargo edge assure page`",
        differs.unwrap_or_else(|| found.lines().count().min(written.lines().count())) + 1
    );
}

#[test]
fn when_a_threat_is_listed_then_a_test_names_it() {
    let numbers: Vec<_> = ROWS.iter().map(|row| row.number).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next));
    assert_eq!(numbers[..89], (1..=89).collect::<Vec<_>>());
    let titles = titles();
    let tested: BTreeSet<_> = titles.iter().flat_map(|title| title.rows.clone()).collect();
    let bare: Vec<_> = numbers
        .iter()
        .filter(|row| !tested.contains(*row))
        .collect();
    assert!(bare.is_empty(), "no test names the rows {bare:?}");
    let unknown: Vec<_> = tested
        .iter()
        .filter(|row| !numbers.contains(*row))
        .collect();
    assert!(unknown.is_empty(), "there are no rows {unknown:?}");
}

#[test]
fn when_a_promise_is_made_then_its_tests_exist_and_its_defence_names_its_threats() {
    let page = fs::read_to_string(root().join("docs/security.md")).unwrap();
    let table = |from: &str| {
        let (_, behind) = page.split_once(from).unwrap();
        let lines = behind.lines().skip_while(|line| !line.starts_with("|---"));
        let rows = lines.skip(1).take_while(|line| line.starts_with('|'));
        let rows: Vec<_> = rows.map(str::to_owned).collect();
        assert!(rows.len() > 6, "{from}: {rows:?}");
        rows
    };
    for row in table("| promise | tests |") {
        let mut folder = "";
        for file in row.split('`').skip(1).step_by(2) {
            let path = match file.rsplit_once('/') {
                Some((parent, _)) => {
                    folder = parent;
                    root().join(file)
                }
                None => root().join(folder).join(file),
            };
            assert!(path.exists(), "{file} of {row}");
        }
    }
    for row in table("| against | what is done | threats |") {
        let threats = row.trim_end_matches([' ', '|']).rsplit('|').next().unwrap();
        for threat in threats.split(',') {
            let number = threat.trim().parse();
            let known = ROWS.iter().any(|row| Ok(row.number) == number);
            assert!(known, "{threat} of {row}");
        }
    }
}

#[test]
fn when_a_conformance_case_applies_then_a_test_runs_it_and_no_other_case_is_claimed() {
    let titles = titles();
    let runs = |id: &str| {
        titles
            .iter()
            .any(|title| title.cases.iter().any(|case| case == id))
    };
    for case in CASES {
        match case.verdict {
            Verdict::Applies | Verdict::Policy(_) => {
                assert!(runs(case.id), "no test runs {}", case.id)
            }
            Verdict::Other(_) => assert!(!runs(case.id), "{} does not apply", case.id),
        }
    }
    for title in &titles {
        for id in &title.cases {
            assert!(
                CASES.iter().any(|case| case.id == id),
                "{id} is no case: {}",
                title.name
            );
        }
    }
}

#[test]
fn when_a_mutant_survived_then_it_is_explained_and_no_other_is() {
    let results = mutants::results();
    let survived: BTreeSet<_> = results
        .files
        .values()
        .flat_map(|file| &file.survived)
        .collect();
    let explained: BTreeSet<_> = results.reasons.keys().collect();
    assert_eq!(survived, explained);
    assert!(results.reasons.values().all(|reason| reason.len() > 20));
}

#[test]
fn when_titles_are_read_then_rust_and_script_tests_are_found() {
    let rust = "#[test]\nfn t7_t8_a_b() {}\n\n#[test]\nfn t3_oidcc_client_test_missing_sub() {}\nfn t9_helper() {}\n";
    let found = titles::in_rust("src/a.rs", rust);
    assert_eq!(found.len(), 2, "what is no test proves nothing");
    assert_eq!(
        (found[0].rows.clone(), found[0].name.as_str()),
        (vec![7, 8], "a b")
    );
    assert_eq!(found[1].cases, ["oidcc-client-test-missing-sub"]);
    let script = "test(\"t81 t9 it's so\", async () => {});\n  test(`t71 an account that ${fault}: closed`, x);\ntest(\"plain\", y);";
    let found = titles::in_script("tests/workerd/a.test.mjs", script);
    let rows: Vec<_> = found.iter().map(|title| title.rows.clone()).collect();
    assert_eq!(rows, [vec![81, 9], vec![71], vec![]]);
    assert_eq!(found[1].name, "an account that …: closed");
}
