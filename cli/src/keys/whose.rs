//! The team that a Worker belongs to. Its name is the same in every clone of this repository until a team changes it, so
//! two teams of one account may mean the same Worker. The live variables say which service it serves.

use crate::keys::deployment::Deployment;
use crate::keys::outside::Account;
use anyhow::{Result, bail};
use serde_json::Value;
use shell::terminal::headed;

/// Says what the Worker is, in half a sentence.
///
/// `secrets` are the names of its secrets, `bindings` what is bound to the version that is live.
///
/// # Errors
/// When it serves none of the services that `wrangler.toml` has in this environment.
pub fn worker(
    deployment: &Deployment,
    account: &Account,
    secrets: &[String],
    bindings: &[Value],
) -> Result<String> {
    let name = deployment.worker();
    let foreign = |what: &str| -> Result<String> {
        bail!(
            "{}",
            headed(
                &format!("the Worker {name} in the account {account} is not this service's"),
                &format!(
                    "{what} A key that is changed here would be another team's. Give this Worker a name of its own \
                     (`name` in wrangler.toml), or name the right account (`account_id`). If it is yours, deploy it \
                     first: npx wrangler deploy --env {}",
                    deployment.environment
                )
            )
        )
    };
    let known = deployment.services();
    let own = |id: &str| known.iter().any(|(service, ..)| *service == id);
    let keys = secrets.iter().filter_map(|name| service_of(name));
    let strange: Vec<_> = keys.filter(|id| !own(id)).collect();
    let live: Vec<_> = bindings
        .iter()
        .filter(|binding| {
            binding["name"]
                .as_str()
                .is_some_and(|name| name.starts_with("SERVICE_"))
        })
        .map(|binding| &binding["json"])
        .collect();
    let text =
        |service: &Value, field: &str| service[field].as_str().unwrap_or_default().to_owned();
    let hosts: Vec<_> = live.iter().map(|service| text(service, "host")).collect();
    let is_ours = live.iter().any(|service| {
        let (host, client) = (text(service, "host"), text(service, "client_id"));
        known
            .iter()
            .any(|(_, own, id)| *own == host || (!id.is_empty() && *id == client))
    });
    let others = bindings
        .iter()
        .any(|binding| binding["type"] != "secret_text");
    match (live.is_empty(), others) {
        (false, _) if is_ours => Ok(format!(
            "the Worker {name}, which serves {}",
            hosts.join(" and ")
        )),
        (false, _) => foreign(&format!("It serves {}.", hosts.join(" and "))),
        (true, true) => foreign("Another program is deployed there."),
        (true, false) if !strange.is_empty() => foreign(&format!(
            "It has keys of {}, and wrangler.toml has no such service.",
            strange.join(" and ")
        )),
        (true, false) => Ok(format!("the Worker {name}, which was not deployed yet")),
    }
}

/// The service that a secret's name names.
pub fn service_of(secret: &str) -> Option<&str> {
    let rest = ["CLIENT_KEY_", "ASSERTION_KEY_"]
        .iter()
        .find_map(|kind| secret.strip_prefix(kind))?;
    rest.strip_suffix("_A").or_else(|| rest.strip_suffix("_B"))
}
