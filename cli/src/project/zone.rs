//! The zone at Cloudflare of an environment, as far as it can be judged without asking Cloudflare.

use super::layout::hosts;
use super::own::Own;
use crate::lines::{Lines, at};
use anyhow::{Context, Result};
use shell::places::PROJECT;
use std::fs;
use std::path::Path;

/// The faults of `zone_name`: Cloudflare has no route for a host that is not in the zone, and says so only at the deployment. Whether the
/// account has the zone is not looked at. Where `routes` are written, no zone is used.
///
/// # Errors
/// When `sign-in.toml` cannot be read.
pub fn faults(root: &Path, environment: &str) -> Result<Vec<String>> {
    let text = fs::read_to_string(root.join(PROJECT))
        .with_context(|| format!("{PROJECT} cannot be read"))?;
    of(&text, environment)
}

fn of(text: &str, environment: &str) -> Result<Vec<String>> {
    let own = Own::parse(text)?;
    let Some(zone) = own.of(environment, "zone_name") else {
        return Ok(Vec::new());
    };
    if own.of(environment, "routes").is_some() {
        return Ok(Vec::new());
    }
    let line = Lines::new(text).of(&["env", environment, "zone_name"]);
    let said = |problem: String| at(PROJECT, line.map(|(line, _)| line), problem);
    let name = format!("env.{environment}.zone_name");
    let Some(zone) = zone.as_str().filter(|zone| !zone.contains('/')) else {
        let problem = format!("{name}: must be the name of a zone, such as \"example.gov.uk\"");
        return Ok(vec![said(problem)]);
    };
    let vars = own.vars(environment);
    let hosts = vars.values().flat_map(hosts);
    let (inside, outside): (Vec<_>, Vec<_>) = hosts.partition(|host| is_in(host, zone));
    let faults = outside.into_iter().map(|host| {
        let next = match inside.is_empty() {
            true => format!(
                "name the zone that has it, such as \"{}\"",
                host.split_once('.').map_or(host, |(_, rest)| rest)
            ),
            false => format!("hosts of several zones need env.{environment}.routes"),
        };
        said(format!(
            "{name}: the host {host} is not in the zone {zone}; {next}"
        ))
    });
    Ok(faults.collect())
}

fn is_in(host: &str, zone: &str) -> bool {
    let before = host.strip_suffix(zone);
    before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(zone: &str, host: &str) -> String {
        let text = format!(
            "name = \"a\"\n[env.integration]\n{zone}\n[env.integration.vars.SERVICE_A]\nhost = \"{host}\"\n"
        );
        of(&text, "integration").unwrap().join("\n")
    }

    #[test]
    fn rejects_a_zone_that_does_not_have_the_host_and_names_file_line_and_next_step() {
        let host = "licence.example.gov.uk";
        assert_eq!(
            said("zone_name = \"other.gov.uk\"", host),
            "sign-in.toml, line 3: env.integration.zone_name: the host licence.example.gov.uk is not in the zone \
             other.gov.uk; name the zone that has it, such as \"example.gov.uk\""
        );
        assert!(said("zone_name = \"cence.example.gov.uk\"", host).contains("not in the zone"));
        for wrong in ["\"https://example.gov.uk\"", "7"] {
            let said = said(&format!("zone_name = {wrong}"), host);
            assert!(
                said.contains("line 3: env.integration.zone_name: must be the name"),
                "{said}"
            );
        }
    }

    #[test]
    fn rejects_a_zone_that_does_not_have_an_alias() {
        let text = "name = \"a\"\n[env.integration]\nzone_name = \"example.gov.uk\"\n[env.integration.vars.SERVICE_A]\n\
                    host = \"licence.example.gov.uk\"\naliases = [\"licence.gov.wales\"]\n";
        let said = of(text, "integration").unwrap().join("\n");
        assert!(said.contains("licence.gov.wales is not in the zone example.gov.uk; hosts of several zones need env.integration.routes"), "{said}");
    }

    #[test]
    fn when_the_zone_has_the_host_or_is_not_used_then_nothing_is_said() {
        let host = "licence.example.gov.uk";
        for zone in [
            "zone_name = \"example.gov.uk\"",
            "zone_name = \"licence.example.gov.uk\"",
            "",
            "zone_name = \"b\"\nroutes = []",
        ] {
            assert_eq!(said(zone, host), "", "{zone}");
        }
    }
}
