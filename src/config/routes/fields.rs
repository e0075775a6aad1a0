//! The fields of a route's table, one function each, and which of them go together.

use super::{Access, Freshness, Release};
use crate::config::service::{Claim, Environment};
use crate::config::spelling::proposal;
use crate::config::table::Table;
use crate::oidc::vector::Level;
use crate::path::{CanonicalPath, place as kept};

/// The client's registration, which is all that can be released, and the environment.
pub(in crate::config) struct Registered<'a> {
    pub environment: Environment,
    /// Not registered: `bind` of the service.
    pub bind: bool,
    /// Not registered: whether `drop_headers` names `Authorization`.
    pub drops_authorization: bool,
    /// Not registered: whether the service has a team of Cloudflare Access.
    pub has_team: bool,
    pub scopes: &'a [&'a str],
    pub claims: &'a [Claim],
}

/// The level of a rule or a service.
pub(in crate::config) fn read_level(table: &Table<'_>, default: Level) -> Level {
    let choices = "\"Cl\", \"Cl.Cm\", \"Cl.Cm.P1\" or \"Cl.Cm.P2\"";
    table.choice("level", default, choices, Level::parse)
}

/// Whether a service or a route is for people only whom the service has invited.
pub(in crate::config) fn read_invited(table: &Table<'_>) -> bool {
    let value = table.text("admission");
    if value.is_some_and(|value| value != "invited") {
        table.fault("admission", "must be \"invited\"");
    }
    value.is_some()
}

/// Whether no browser keeps answers, which is so where an identity is released unless the rule says otherwise.
pub(super) fn read_cache(table: &Table<'_>, access: Access, release: &Release) -> bool {
    if access == Access::Public && table.get("cache").is_some() {
        table.fault(
            "cache",
            "has no effect on a public route: its answers keep the service's word",
        );
    }
    table.choice(
        "cache",
        release.has_identity(),
        "\"none\" or \"origin\"",
        |text| match text {
            "none" => Some(true),
            "origin" => Some(false),
            _ => None,
        },
    )
}

/// How lately the person must have signed in; a minute at least, because a sign-in takes that long.
pub(super) fn read_freshness(table: &Table<'_>, access: Access) -> Option<Freshness> {
    let read = |field| {
        table.get(field)?;
        if access != Access::Required {
            table.fault(field, "has an effect on required routes only");
        }
        Some(table.seconds(field, 3_600, 60, 86_400))
    };
    let max_age = read("max_age").map(Freshness::MaxAge);
    let again = read("reauthenticate_within").map(Freshness::Reauthenticate);
    if max_age.is_some() && again.is_some() {
        table.fault(
            "reauthenticate_within",
            "does not go together with max_age: name one of the two",
        );
    }
    again.or(max_age)
}

/// A switch about people, which has an effect only where the route lets the service know of one.
pub(super) fn read_flag(
    table: &Table<'_>,
    has_effect: bool,
    field: &'static str,
    default: bool,
) -> bool {
    let flag = table.flag(field, default);
    if !has_effect && table.get(field).is_some() {
        table.fault(field, "has no effect on a route with this access");
    }
    flag
}

/// Where people go who could not prove an identity.
pub(super) fn read_not_proved(table: &Table<'_>, level: Level, own_path: &str) -> Option<String> {
    let place = table.text("not_proved")?;
    if !level.has_identity() {
        table.fault(
            "not_proved",
            "has an effect only where the level asks for an identity",
        );
    }
    if place == "page" {
        return None;
    }
    let canonical = CanonicalPath::parse(place, true).is_ok_and(|path| path.text == place);
    if !canonical
        || kept::safe(place, &[own_path], &|path| CanonicalPath::parse(path, true)) != place
    {
        table.fault("not_proved", "must be \"page\", or a path of the service");
    }
    Some(place.to_owned())
}

pub(super) fn read_release(
    table: &Table<'_>,
    access: Access,
    registered: &Registered<'_>,
) -> Release {
    let mut release = Release::default();
    let names = table.texts("release").unwrap_or_default();
    if access == Access::CloudflareAccess && names == ["email"] {
        // Access has it from the team's own identity provider; One Login's scopes say nothing of it.
        release.email = true;
        return release;
    }
    if !access.has_people() && !names.is_empty() {
        table.fault(
            "release",
            "has no effect on a public or api route, where nobody is looked up; on a cloudflare-access route it may list \"email\"",
        );
    }
    for name in names {
        let claim = Claim::ALL
            .into_iter()
            .find(|claim| claim.released_as() == name);
        if let Some(claim) = claim {
            release.identity[claim as usize] = true;
            if !registered.claims.contains(&claim) {
                let problem = format!("{name} needs a claim that registered_claims does not list");
                table.fault("release", problem);
            }
            continue;
        }
        let (flag, scope) = match name {
            "email" => (&mut release.email, "email"),
            "phone" => (&mut release.phone, "phone"),
            "wallet_subject_id" => (&mut release.wallet_subject_id, "wallet-subject-id"),
            _ => {
                let known = Claim::ALL.into_iter().map(Claim::released_as);
                let contact = ["email", "phone", "wallet_subject_id"];
                let proposal = proposal(name, known.chain(contact));
                let problem = format!("{name:?} is not a claim that can be released{proposal}");
                table.fault("release", problem);
                continue;
            }
        };
        *flag = true;
        if !registered.scopes.contains(&scope) {
            table.fault("release", format!("{name} needs the scope {scope:?}"));
        }
    }
    release
}
