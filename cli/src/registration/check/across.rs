//! Checks across files: against other services, other environments, and the values recorded before.

use super::context::{Context, File, Findings};
use crate::public_key::PublicKey;
use crate::registration::expected::is_unset;
use crate::registration::key;
use crate::registration::people::sector_host;
use crate::registration::rules::{
    CLIENT_ID_SHARED, ISSUER_DIFFERS, KEY_SHARED, SECTOR_CHANGED, SECTOR_NOT_RECORDED, USERS_APART,
    USERS_SHARED,
};
use one_login_edge::config::Environment;

pub(super) fn check(file: &File, context: &Context<'_>, findings: &mut Findings) {
    issuer(context, findings);
    client_ids(file, context, findings);
    keys(context, findings);
    sector(file, context, findings);
    users(file, context, findings);
}

/// The names of environments are the team's, but these two say what they are.
fn issuer(context: &Context<'_>, findings: &mut Findings) {
    let expected = context.expected;
    let wanted = Environment::parse(&expected.environment);
    let Some(wanted) = wanted.filter(|wanted| *wanted != expected.service.environment) else {
        return;
    };
    let fix = format!(
        "Set DEPLOYMENT and environment to \"{}\" in wrangler.toml.",
        wanted.as_str()
    );
    let issuer = &expected.service.provider.issuer;
    findings.add(&ISSUER_DIFFERS, "", Some(issuer), fix);
}

/// Every other service, in this environment and all others.
fn others<'a>(context: &Context<'a>) -> Vec<(&'a str, &'a str)> {
    let own = (
        context.expected.environment.as_str(),
        context.expected.id.as_str(),
    );
    let environments = context.config.environments().into_iter();
    let all = environments.flat_map(|environment| {
        let services = context.config.services(environment).into_iter();
        services.map(move |id| (environment, id))
    });
    all.filter(|place| *place != own).collect()
}

fn client_ids(file: &File, context: &Context<'_>, findings: &mut Findings) {
    let configured = context.expected.service.client_id.as_str();
    let mut own: Vec<_> = file.text("ClientID").into_iter().collect();
    if !is_unset(configured) && !own.contains(&configured) {
        own.push(configured);
    }
    for (environment, id) in others(context) {
        let Some(theirs) = context.config.text(environment, id, "client_id") else {
            continue;
        };
        if own.contains(&theirs) {
            let fix = format!(
                "{id} in {environment} has it too. Ask for a client of its own, and put that into wrangler.toml."
            );
            findings.add(&CLIENT_ID_SHARED, &file.name("ClientID"), Some(theirs), fix);
        }
    }
}

fn keys(context: &Context<'_>, findings: &mut Findings) {
    let Some(own) = context.key else { return };
    for (environment, id) in others(context) {
        // A record that cannot be read is reported when that service is checked.
        let Ok(Some(theirs)) = key::recorded(context.config, environment, id) else {
            continue;
        };
        if let Some(shared) = theirs.keys.iter().find(|key| own.keys.contains(key)) {
            let fix = format!("{id} in {environment} has it too. Make a new key for one of them.");
            let print = PublicKey::thumbprint(shared);
            findings.add(&KEY_SHARED, "PublicKey", Some(&print), fix);
        }
    }
}

fn sector(file: &File, context: &Context<'_>, findings: &mut Findings) {
    let expected = context.expected;
    let Some(given) = file.text("SectorIdentifierUri") else {
        return;
    };
    let name = file.name("SectorIdentifierUri");
    let decided = context.people.of(&expected.environment, &expected.id);
    match decided.sector_identifier {
        Some(recorded) if sector_host(&recorded) == sector_host(given) => {}
        Some(recorded) => {
            let write = format!("Write {recorded}, as recorded in registration.toml.");
            let own =
                "say which of the two people's sub was made from, and do not go on before that";
            let fix = context.either("SectorIdentifierUri", &write, own);
            findings.add(&SECTOR_CHANGED, &name, Some(given), fix);
        }
        None => {
            let fix = format!(
                "Under [{}.{}] write sector_identifier = \"{given}\", and commit it.",
                expected.environment, expected.id
            );
            findings.add(&SECTOR_NOT_RECORDED, &name, Some(given), fix);
        }
    }
}

/// Whether people are known to exactly the services that are to know them.
fn users(file: &File, context: &Context<'_>, findings: &mut Findings) {
    let (environment, own) = (&context.expected.environment, &context.expected.id);
    let recorded = context.people.of(environment, own).sector_identifier;
    let given = file.text("SectorIdentifierUri").map(str::to_owned);
    let Some(sector) = given.or(recorded) else {
        return;
    };
    let name = file.name("SectorIdentifierUri");
    for other in context.config.services(environment) {
        let theirs = context.people.of(environment, other).sector_identifier;
        let Some(theirs) = theirs.filter(|_| other != own) else {
            continue;
        };
        let one = sector_host(&theirs) == sector_host(&sector);
        let meant = context.people.share(environment, own, other);
        if one && !meant {
            let fix = format!(
                "{other} has it too. Choose another, or say shares_users_with = [\"{other}\"] in registration.toml."
            );
            findings.add(&USERS_SHARED, &name, Some(&sector), fix);
        }
        if !one && meant {
            let fix = format!(
                "{other} has {theirs}. Use one for both, or take shares_users_with out of registration.toml."
            );
            findings.add(&USERS_APART, &name, Some(&sector), fix);
        }
    }
}
