//! The things that every command has at hand, and the one way in which secrets change.

use crate::keys::deployment::Deployment;
use crate::keys::key::{self, Key};
use crate::keys::outside::{Changes, Outside};
use crate::keys::rotation::{Waits, leaves};
use crate::keys::state::{Generation, Kind, Pair, Slot};
use crate::keys::store::Store;
use crate::keys::when::Time;
use crate::keys::whose;
use crate::worker_config::WorkerConfig;
use anyhow::{Result, bail, ensure};
use shell::terminal::{Page, WIDTH, headed};
use std::path::Path;

/// The answer of a command.
pub struct Answer {
    /// The text for a person; everything in it is public.
    pub text: String,
    /// Secrets for standard output, where they were asked for.
    pub secrets: Option<Changes>,
}

impl Answer {
    /// An answer for a person.
    pub fn of(page: Page) -> Self {
        Self {
            text: page.finish(),
            secrets: None,
        }
    }
}

/// The meaning of an account without a Worker of this name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// There are no keys yet; the first ones make it.
    IsEmpty,
    /// It is the wrong account or environment: keys that exist are somewhere.
    IsWrong,
}

/// A service in an environment at a time.
pub struct Scene<'a> {
    /// The door.
    pub outside: &'a dyn Outside,
    /// The service as `wrangler.toml` describes it.
    pub deployment: Deployment,
    /// The committed files.
    pub store: Store,
    /// The time of the whole command.
    pub now: Time,
}

impl<'a> Scene<'a> {
    /// Reads everything that is on this machine. The service must be in `wrangler.toml`, in any case, so that a misspelt
    /// name makes no keys that no service uses.
    ///
    /// # Errors
    /// When `wrangler.toml` or a file of keys cannot be read, or the service is not there.
    pub fn load(
        outside: &'a dyn Outside,
        root: &Path,
        service: &str,
        environment: &str,
        now: Time,
    ) -> Result<Self> {
        let config = WorkerConfig::of(root)?;
        let service = config.find(environment, service)?;
        Ok(Self {
            outside,
            deployment: Deployment::load(config, &service, environment)?,
            store: Store::load(root, &service, environment)?,
            now,
        })
    }

    /// The public record of a new key, which must not be known to any file yet.
    ///
    /// # Errors
    /// When the key was used before, in any service and environment.
    pub fn remember(&self, key: &Key) -> Result<Generation> {
        let generation = key.generation(self.now);
        if let Some(kid) = &generation.kid
            && let Some(file) = self.store.who_knows(kid)?
        {
            bail!(
                "{file} knows this key already ({kid}); One Login keeps a key by its id for 24 hours, \
                 so every service, environment and generation has a key of its own"
            );
        }
        Ok(generation)
    }

    /// Sees which account and whose Worker a change is about, says so before anything is changed, and gives the names of
    /// the Worker's secrets.
    ///
    /// # Errors
    /// When the account is in doubt, the Worker is another team's, or it is absent where there must be one.
    pub fn approach(&self, absent: Absent) -> Result<Vec<String>> {
        let Deployment { environment, .. } = &self.deployment;
        let account = self.outside.account(self.deployment.account())?;
        let Some(there) = self.outside.secret_names(environment)? else {
            let name = self.deployment.worker();
            ensure!(
                absent == Absent::IsEmpty,
                "{}",
                headed(
                    &format!("the account {account} has no Worker {name}"),
                    "So there is no key to change. Is it the right account (`account_id` in wrangler.toml), and the right \
                     environment? Nothing was changed."
                )
            );
            self.outside.note(&format!(
                "Account {account}: the Worker {name} is made now."
            ));
            return Ok(Vec::new());
        };
        let bindings = self.outside.bindings(environment)?;
        let worker = whose::worker(&self.deployment, &account, &there, &bindings)?;
        self.outside.note(&format!("Account {account}: {worker}."));
        Ok(there)
    }

    /// A slot that is free by the files must be free at Cloudflare, or a key that is in use would be overwritten. A
    /// secret that an interrupted step left there was never used.
    ///
    /// # Errors
    /// When Cloudflare has a secret there.
    pub fn must_be_free(&self, kind: Kind, slot: Slot, there: &[String]) -> Result<()> {
        let name = self.deployment.secret(kind, slot);
        ensure!(
            !there.contains(&name) || self.store.is_unfinished(kind, slot, self.now),
            "{}",
            headed(
                &format!("Cloudflare has {name} already"),
                &format!(
                    "{} does not know it, so the file is older than what was done. Fetch the newest commit and try again.",
                    self.store.name(kind)
                )
            )
        );
        Ok(())
    }

    /// Hands changes to Cloudflare, sees that it has them, and puts the files in slot. `before` are the names that it
    /// had: a name that is new was set here, even where the answer was lost on its way.
    ///
    /// # Errors
    /// When Cloudflare does not take them. The files are unchanged then; where it may have taken some, the intended
    /// files wait with the ending `.new`, so that the step can be tried again.
    pub fn hand_over(&self, changes: &Changes, before: &[String]) -> Result<()> {
        let prepared = self.store.prepare()?;
        let environment = &self.deployment.environment;
        let (set, deleted) = (changes.names(), changes.deleted());
        let known = |names: &[String], name: &str| names.iter().any(|have| have == name);
        let Err(error) = self.outside.change_secrets(environment, changes) else {
            // wrangler also ends well when it was not allowed to make the Worker that is to have them.
            let there = self.outside.secret_names(environment)?.unwrap_or_default();
            if let Some(absent) = set.iter().find(|name| !known(&there, name)) {
                bail!("Cloudflare has no secret {absent}; try again");
            }
            return prepared.commit();
        };
        let Ok(there) = self.outside.secret_names(environment) else {
            prepared.keep();
            return Err(error.context("whether Cloudflare took the change is not known; try again"));
        };
        let there = there.unwrap_or_default();
        let is_new = |name: &&&str| !known(before, name);
        let is_done = set.iter().filter(is_new).all(|name| known(&there, name))
            && deleted.iter().all(|name| !known(&there, name));
        let tells =
            set.iter().all(|name| is_new(&name)) || deleted.iter().any(|name| known(before, name));
        match is_done && tells {
            true => {
                self.outside
                    .note("Cloudflare's answer was lost, but the change is there.");
                prepared.commit()
            }
            false => Err(error),
        }
    }

    /// A command as people type it, in two lines where one would be too wide.
    pub fn line(&self, task: &str, options: &str) -> String {
        let Deployment {
            service,
            environment,
            ..
        } = &self.deployment;
        let start = format!("  cargo edge keys {task}");
        let rest = format!("--service {service} --env {environment}{options}");
        let between = match start.len() + 1 + rest.len() > WIDTH {
            true => " \\\n      ",
            false => " ",
        };
        start + between + &rest
    }

    /// Says what to do with the files that changed.
    pub fn commit_hint(&self, page: &mut Page, files: &[String]) {
        let hold = if files.len() == 1 {
            "it holds"
        } else {
            "they hold"
        };
        page.paragraph(&format!(
            "Commit {}; {hold} no secret.",
            files.join(" and ")
        ));
    }

    /// Prints the public half of a key in both forms.
    ///
    /// # Errors
    /// When it is neither an RSA nor a P-256 key.
    pub fn publish(&self, page: &mut Page, kind: Kind, key: &Generation) -> Result<()> {
        let Some([jwk, body]) = key::both_forms(key)? else {
            return Ok(());
        };
        page.paragraph("As a JSON Web Key:");
        page.block([jwk]);
        page.paragraph(match kind {
            Kind::Client => "As One Login wants a fixed key (PEM without its first and last line):",
            Kind::Assertion | Kind::Session => "As PEM without its first and last line:",
        });
        page.block([body]);
        Ok(())
    }
}

/// Whether Cloudflare has a kind of key in either slot.
pub fn holds(names: &[String], deployment: &Deployment, kind: Kind) -> bool {
    [Slot::A, Slot::B]
        .iter()
        .any(|slot| names.contains(&deployment.secret(kind, *slot)))
}

/// The state of the key in a slot, for people.
pub fn standing(pair: &Pair, slot: Slot, waits: Waits) -> String {
    let Some(key) = pair.generations.get(&slot) else {
        return "empty".to_owned();
    };
    match (pair.active == slot, key.active_since) {
        (true, Some(since)) => format!("in use since {since}"),
        (true, None) => format!("in use; made at {}", key.made_at),
        (false, None) => format!("published at {}, not in use yet", key.published_at),
        (false, Some(_)) => {
            let after = leaves(pair, key, waits);
            format!("replaced; may be removed from {after}")
        }
    }
}
