//! Tests of the arguments after `cargo edge`.

use super::*;
use clap::CommandFactory;

#[test]
fn the_command_line_is_sound() {
    Arguments::command().debug_assert();
}

#[test]
fn help_fits_eighty_columns_and_names_the_command_as_it_is_typed() {
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
fn tests_can_be_narrowed_and_filtered() {
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
fn dev_takes_a_provider_and_a_port() {
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
fn the_revocation_is_measured_with_the_default_of_a_service() {
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
fn a_benchmark_prints_a_table_unless_told() {
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
fn the_internal_command_is_not_advertised() {
    assert!(
        !Arguments::command()
            .render_long_help()
            .to_string()
            .contains("local-config")
    );
}
