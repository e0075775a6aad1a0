//! The team of Cloudflare Access whose staff use the service's host.
//!
//! Source: Cloudflare One documentation, "Validate JWTs" (team domain, AUD tag).

use url::Url;

use crate::config::service::{AccessTeam, Environment};
use crate::config::table::Table;

/// The longest audience tag; Cloudflare's have 64 hexadecimal digits.
const MAX_AUDIENCE: usize = 64;

/// Reads the team and the audience; `None` without both, each of which needs the other.
pub fn read_access_team(table: &Table<'_>, environment: Environment) -> Option<AccessTeam> {
    let team = table.text("access_team");
    let audience = table.text("access_audience");
    if team.is_none() && audience.is_none() {
        return None;
    }
    let issuer = issuer(team.unwrap_or_default(), environment);
    if issuer.is_none() {
        table.fault(
            "access_team",
            "must be the team's name, such as \"example\" for https://example.cloudflareaccess.com",
        );
    }
    let tag = audience.unwrap_or_default();
    let is_tag =
        (1..=MAX_AUDIENCE).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric());
    if !is_tag {
        table.fault(
            "access_audience",
            "must be the Application Audience (AUD) tag of the Access application",
        );
    }
    let issuer = issuer?;
    is_tag.then(|| AccessTeam {
        keys: format!("{issuer}/cdn-cgi/access/certs"),
        issuer,
        audience: tag.to_owned(),
    })
}

/// The address of a team by its name. A simulated team has an address in place of a name, where its provider may be simulated.
fn issuer(team: &str, environment: Environment) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=63).contains(&team.len()) && team.bytes().all(plain) {
        return Some(format!("https://{team}.cloudflareaccess.com"));
    }
    let is_simulated = |url: Url| {
        let scheme = match environment {
            Environment::Local => matches!(url.scheme(), "http" | "https"),
            Environment::Preview => url.scheme() == "https",
            Environment::Integration | Environment::Production => false,
        };
        scheme && url.origin().ascii_serialization() == team
    };
    Url::parse(team)
        .is_ok_and(is_simulated)
        .then(|| team.to_owned())
}
