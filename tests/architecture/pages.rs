//! The table of `docs/pages.md` against the pages, and against where the code shows them.

use std::collections::BTreeMap;
use std::fs;

use one_login_edge::config::Locale;
use one_login_edge::gate::pages::messages::{LeadsTo, Page};

use crate::sources::{root, sources};

/// The cells of each row, by the name of its page, with the names in their order.
fn rows() -> (Vec<String>, BTreeMap<String, [String; 4]>) {
    let text = fs::read_to_string(root().join("docs/pages.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let mut names = Vec::new();
    let mut cells = BTreeMap::new();
    for row in rows {
        let row: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [name, en, cy, status, leads_on] = row[..] else {
            panic!("{row:?}");
        };
        let name = name.trim_matches('`').to_owned();
        names.push(name.clone());
        cells.insert(name, [en, cy, status, leads_on].map(str::to_owned));
    }
    (names, cells)
}

const fn leads_on(page: Page) -> &'static str {
    match page.leads_to() {
        LeadsTo::Nothing => "nothing",
        LeadsTo::SignIn => "a new sign-in",
        LeadsTo::NewTab => "a new sign-in, in a new tab",
        LeadsTo::Identity => "the identity check",
        LeadsTo::SignOut => "sign-out",
        LeadsTo::Provider => "One Login",
        LeadsTo::Home if matches!(page, Page::Arriving) => "the arrival path",
        LeadsTo::Home => "the front page",
    }
}

#[test]
fn when_a_page_exists_then_its_headings_and_its_link_are_documented() {
    let (names, cells) = rows();
    assert_eq!(names, Page::ALL.map(|page| page.name().to_owned()));
    for page in Page::ALL {
        let [en, cy, _, leads] = &cells[page.name()];
        let title = page.message().title;
        assert_eq!(en, title.in_locale(Locale::En), "{page:?}");
        assert_eq!(cy, title.in_locale(Locale::Cy), "{page:?}");
        assert_eq!(leads, leads_on(page), "{page:?}");
        let has_link = page.message().link.is_some();
        assert_eq!(has_link, page.leads_to() != LeadsTo::Nothing, "{page:?}");
    }
}

/// Each place in the code says the status right before the page, so that it is found as text.
#[test]
fn when_a_page_is_shown_with_a_status_then_that_status_is_documented() {
    let (_, cells) = rows();
    let mut found = 0;
    for source in sources("src") {
        let text: String = source.text.split_whitespace().collect();
        for (at, _) in text.match_indices(",Page::") {
            let status = &text[at.saturating_sub(3)..at];
            if status.parse::<u16>().is_err() {
                continue;
            }
            let name: String = text[at + ",Page::".len()..]
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            let page = Page::ALL
                .into_iter()
                .find(|page| format!("{page:?}") == name);
            let [_, _, statuses, _] = &cells[page.unwrap().name()];
            assert!(
                statuses.split(", ").any(|one| one == status),
                "{status} {name}"
            );
            found += 1;
        }
    }
    assert!(found > 40, "{found}");
}

#[test]
fn when_a_file_names_a_class_of_a_page_then_the_style_sheet_and_its_version_are_made_from_it() {
    let maker = fs::read_to_string(root().join("assets/build.mjs")).unwrap();
    let version = fs::read_to_string(root().join("build.rs")).unwrap();
    // The header for services' own pages has a style sheet of its own.
    let named = sources("src/gate")
        .into_iter()
        .filter(|source| source.text.contains(".govuk-") || source.text.contains("class=\"govuk-"));
    let mut number = 0;
    for source in named {
        let name = source.name();
        let file = name.rsplit('/').next().unwrap();
        assert!(maker.contains(&format!("\"{file}\"")), "{name}");
        assert!(version.contains(&format!("\"{name}\"")), "{name}");
        number += 1;
    }
    assert!(number > 2, "the classes are found");
}
