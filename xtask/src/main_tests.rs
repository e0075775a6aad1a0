//! Tests of the arguments after `cargo edge`.

use super::*;
use clap::CommandFactory;

#[test]
fn when_the_command_line_is_checked_then_it_is_sound() {
    Arguments::command().debug_assert();
}

#[test]
fn when_help_is_shown_then_it_fits_eighty_columns_and_names_the_typed_command() {
    fn all(command: &mut clap::Command, count: &mut usize) {
        let help = command.render_long_help().to_string();
        assert!(help.contains("Usage: cargo edge"), "{help}");
        for line in help.lines() {
            assert!(line.chars().count() <= terminal::WIDTH, "{line}");
        }
        *count += 1;
        for own in command.get_subcommands_mut() {
            all(own, count);
        }
    }
    let (mut command, mut count) = (Arguments::command(), 0);
    command.build();
    all(&mut command, &mut count);
    assert!(count > 20, "{count}");
}

#[test]
fn when_a_command_is_misspelt_then_the_right_one_is_proposed() {
    for (line, proposal) in [
        (&["edge", "doctr"][..], "'doctor'"),
        (&["edge", "keys", "rotat"], "'rotate'"),
        (&["edge", "doctor", "--servce", "demo"], "'--service'"),
    ] {
        let error = Arguments::try_parse_from(line).map(|_| ()).unwrap_err();
        let said = error.to_string();
        assert!(said.contains("tip:") && said.contains(proposal), "{said}");
    }
}

#[test]
fn when_tests_are_narrowed_then_part_and_filters_are_read() {
    let line = ["edge", "test", "--only", "workerd", "headers", "paths"];
    let Task::Test { only, filters } = Arguments::try_parse_from(line).unwrap().command else {
        panic!()
    };
    assert_eq!(
        (only, filters),
        (
            Some(Part::Workerd),
            vec!["headers".to_owned(), "paths".to_owned()]
        )
    );
    assert!(Arguments::try_parse_from(["edge", "test", "--only", "some"]).is_err());
}

#[test]
fn when_dev_is_given_a_provider_and_a_port_then_both_are_read() {
    let line = [
        "edge",
        "dev",
        "--provider",
        "http://localhost:3000",
        "--port",
        "9000",
    ];
    let Task::Operator(cli::Task::Dev(options)) = Arguments::try_parse_from(line).unwrap().command
    else {
        panic!()
    };
    assert_eq!(
        (options.provider.as_deref(), options.port),
        (Some("http://localhost:3000"), Some(9000))
    );
    assert!(Arguments::try_parse_from(["edge", "dev", "--port", "99999"]).is_err());
}

#[test]
fn when_no_check_is_given_then_revocation_is_measured_with_the_default() {
    let check = |line: &[&str]| match Arguments::try_parse_from(line).map(|all| all.command) {
        Ok(Task::Revocation { check_seconds }) => Some(check_seconds),
        _ => None,
    };
    assert_eq!(check(&["edge", "revocation"]), Some(60));
    let five = ["edge", "revocation", "--check-seconds", "5"];
    assert_eq!(check(&five), Some(5));
    let day = ["edge", "revocation", "--check-seconds", "86400"];
    assert_eq!(check(&day), None);
}

#[test]
fn when_no_format_is_given_then_a_benchmark_prints_a_table() {
    let Task::Bench { format, quick, .. } = Arguments::try_parse_from(["edge", "bench"])
        .unwrap()
        .command
    else {
        panic!()
    };
    assert!(format == Format::Table && !quick);
    assert!(Arguments::try_parse_from(["edge", "bench", "--format", "xml"]).is_err());
}

#[test]
fn when_help_is_shown_then_it_hides_the_internal_command() {
    assert!(
        !Arguments::command()
            .render_long_help()
            .to_string()
            .contains("local-config")
    );
}
