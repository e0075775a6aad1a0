//! The documentation describes the doctor as it is: its probes, options, findings and every command.

use super::probes::PROBES;
use super::subject::Options;
use clap::{CommandFactory, Parser};
use std::collections::BTreeSet;
use std::path::Path;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    options: Options,
}

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn when_a_probe_exists_then_the_page_lists_it_with_its_check_in_order() {
    let text = page("docs/doctor.md");
    let rows: Vec<_> = text
        .lines()
        .skip_while(|line| *line != "| probe | whether |")
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    let probes: Vec<_> = PROBES
        .iter()
        .map(|probe| format!("| `{}` | {} |", probe.name, probe.checks))
        .collect();
    assert_eq!(rows, probes);
}

#[test]
fn when_doctor_has_an_option_then_the_page_lists_it() {
    let text = page("docs/doctor.md");
    for argument in Line::command().get_arguments() {
        let name = argument.get_long().filter(|name| *name != "help");
        if let Some(name) = name {
            assert!(
                text.contains(&format!("`--{name}")) || text.contains(&format!(" --{name} ")),
                "--{name}"
            );
        }
    }
}

#[test]
fn when_the_page_explains_a_finding_then_a_probe_has_that_fault() {
    let known: BTreeSet<_> = PROBES
        .iter()
        .flat_map(|probe| probe.faults)
        .map(|fault| fault.id)
        .collect();
    let text = page("docs/doctor.md");
    let explained: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("- **`")?.split('`').next())
        .collect();
    assert_eq!(explained.len(), 12);
    assert!(
        explained.iter().all(|id| known.contains(id)),
        "{explained:?}"
    );
}

#[test]
fn when_a_page_shows_a_doctor_command_then_the_command_line_parses_it() {
    let mut count = 0;
    for name in ["README.md", "docs/doctor.md", "docs/first-deployment.md"] {
        for line in page(name)
            .lines()
            .filter_map(|line| line.strip_prefix("cargo edge doctor "))
        {
            let words = ["doctor"].into_iter().chain(line.split_whitespace());
            if let Err(error) = Line::try_parse_from(words) {
                panic!("{name}: {line}: {error}");
            }
            count += 1;
        }
    }
    assert!(count >= 7, "{count}");
}

#[test]
fn when_a_probe_names_its_faults_then_each_id_is_unique_and_each_text_is_a_sentence() {
    for probe in PROBES {
        let own: BTreeSet<_> = probe.faults.iter().map(|fault| fault.id).collect();
        assert_eq!(own.len(), probe.faults.len(), "{}", probe.name);
        for fault in probe.faults {
            assert!(
                fault.otherwise.ends_with('.') && fault.fix.ends_with('.'),
                "{}",
                fault.id
            );
        }
    }
}
