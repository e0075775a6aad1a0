//! What every command has at hand, and the one way in which secrets change.

use crate::keys::deployment::Deployment;
use crate::keys::key::{self, Key};
use crate::keys::outside::{Changes, Outside};
use crate::keys::state::{Generation, Kind, Pair, Place};
use crate::keys::store::Store;
use crate::keys::when::Time;
use crate::terminal::{Page, WIDTH, headed};
use crate::worker_config::WorkerConfig;
use anyhow::{Result, bail, ensure};
use std::path::Path;

/// What a command answers.
pub struct Answer {
    /// What a person reads; everything in it is public.
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

/// A service in an environment at a time.
pub struct Scene<'a> {
    /// The door.
    pub outside: &'a dyn Outside,
    /// What `wrangler.toml` says.
    pub deployment: Deployment,
    /// The committed files.
    pub store: Store,
    /// The time of the whole command.
    pub now: Time,
}

impl<'a> Scene<'a> {
    /// Reads everything that is on this machine. The service must be in `wrangler.toml`, in any case, so that a misspelt
    /// name makes no keys that nobody uses.
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
        let config = WorkerConfig::read(&root.join("wrangler.toml"))?;
        let service = config.find(environment, service)?;
        Ok(Self {
            outside,
            deployment: Deployment::load(root, &service, environment)?,
            store: Store::load(root, &service, environment)?,
            now,
        })
    }

    /// What is remembered of a new key, which must not be known to any file yet.
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

    /// A place that is free by the files must be free at Cloudflare, or a key that somebody uses would be overwritten.
    ///
    /// # Errors
    /// When Cloudflare has a secret there.
    pub fn must_be_free(&self, kind: Kind, place: Place) -> Result<()> {
        let name = self.deployment.secret(kind, place);
        let there = self.outside.secret_names(&self.deployment.environment)?;
        ensure!(
            !there.contains(&name),
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

    /// Hands changes to Cloudflare, sees that it has them, and puts the files in place.
    ///
    /// # Errors
    /// When Cloudflare does not take them; the files are unchanged then.
    pub fn hand_over(&self, changes: &Changes) -> Result<()> {
        let prepared = self.store.prepare()?;
        let environment = &self.deployment.environment;
        self.outside.change_secrets(environment, changes)?;
        // wrangler also ends well when it was not allowed to make the Worker that is to have them.
        let there = self.outside.secret_names(environment)?;
        let set = changes.names();
        if let Some(absent) = set
            .iter()
            .find(|name| there.iter().all(|have| have != *name))
        {
            bail!("Cloudflare has no secret {absent}; try again");
        }
        prepared.commit()
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
    /// When Node does not read it.
    pub fn publish(&self, page: &mut Page, kind: Kind, key: &Generation) -> Result<()> {
        let Some([jwk, body]) = key::both_forms(self.outside, key)? else {
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

/// Whether Cloudflare has a kind of key in either place.
pub fn holds(names: &[String], deployment: &Deployment, kind: Kind) -> bool {
    [Place::A, Place::B]
        .iter()
        .any(|place| names.contains(&deployment.secret(kind, *place)))
}

/// What is said of a key in a place.
pub fn standing(pair: &Pair, place: Place) -> String {
    let Some(key) = pair.generations.get(&place) else {
        return "empty".to_owned();
    };
    match (pair.active == place, key.active_since, key.retire_after) {
        (true, Some(since), _) => format!("in use since {since}"),
        (true, None, _) => format!("in use; made at {}", key.made_at),
        (false, None, _) => format!("published at {}, not in use yet", key.published_at),
        (false, Some(_), Some(after)) => format!("replaced; may be removed from {after}"),
        (false, Some(since), None) => format!("replaced; was in use since {since}"),
    }
}
