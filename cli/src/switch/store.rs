//! The record of the switch in KV.

use super::until;
use crate::keys::Of;
use crate::keys::cloudflare::{self, Machine};
use crate::keys::outside::Outside;
use crate::worker_config::WorkerConfig;
use anyhow::{Result, ensure};
use one_login_edge::config::Service;
use one_login_edge::gate::switch::name;
use one_login_edge::oidc::SKEW;
use one_login_edge::oidc::switch::Record;
use shell::places::Places;

/// The binding of the KV namespace.
const DOCUMENTS: &str = "DOCUMENTS";

/// The record's place in KV.
pub(super) struct Store<'a> {
    pub(super) machine: Machine<'a>,
    namespace: String,
    key: String,
}

impl<'a> Store<'a> {
    pub(super) fn of(
        places: &'a Places,
        config: &WorkerConfig,
        of: &Of,
        service: &Service,
    ) -> Result<Self> {
        let machine = Machine::new(places);
        machine.account(cloudflare::named(config, &of.env))?;
        let namespace = cloudflare::namespace(&machine, &of.env, DOCUMENTS)?;
        Ok(Self {
            machine,
            namespace,
            key: name(service),
        })
    }

    pub(super) fn read(&self) -> Result<Option<String>> {
        cloudflare::kv_text(&self.machine, &self.namespace, &self.key)
    }

    pub(super) fn write(&self, record: &str) -> Result<()> {
        cloudflare::store_kv(&self.machine, &self.namespace, &self.key, record)
    }

    /// The way out where the clock of a record's maker was wrong.
    pub(super) fn removal(&self) -> String {
        let (key, namespace) = (&self.key, &self.namespace);
        format!(
            "Nothing was written. Set this machine's clock if it is wrong, and run the command again. If the other clock was wrong, first \
             run: npx wrangler kv key delete {key} --namespace-id {namespace} --remote"
        )
    }
}

/// Whether a record of now can be later than this one by its own account: the Worker takes none that is older than the known one,
/// and none of more than [`SKEW`] ahead of its clock.
pub(super) fn is_after(before: &Record, now: i64) -> Result<()> {
    let ahead = before.issued_at - now;
    ensure!(
        ahead < SKEW,
        "The record in KV says that it was made in {ahead} seconds from now, at {}",
        until::written(before.issued_at)
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_796_140_000;

    #[test]
    fn t137_when_a_record_is_from_the_future_then_only_one_that_the_worker_takes_can_be_followed() {
        let of = |issued_at| Record {
            issued_at,
            sign_in: None,
            service: None,
        };
        for ahead in [-90, 0, SKEW - 1] {
            assert!(is_after(&of(NOW + ahead), NOW).is_ok(), "{ahead}");
        }
        let refused = is_after(&of(NOW + SKEW), NOW).unwrap_err().to_string();
        assert!(
            refused.contains("made in 30 seconds from now, at "),
            "{refused}"
        );
        assert!(is_after(&of(NOW + 90_000), NOW).is_err());
    }
}
