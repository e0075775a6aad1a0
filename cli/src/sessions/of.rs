//! Where a message of the service goes, and who signs it.

use crate::worker_config::WorkerConfig;
use anyhow::{Result, ensure};
use clap::Args;
use shell::places::Places;
use std::path::PathBuf;

/// Where the message goes, and who signs it.
#[derive(Args)]
pub struct Of {
    /// The service's id
    #[arg(long, value_name = "ID", required_unless_present = "at")]
    service: Option<String>,
    /// The environment of wrangler.toml
    #[arg(long, value_name = "ENV", required_unless_present = "at")]
    env: Option<String>,
    /// The whole address, such as https://HOST/auth/…, in place of --service and --env
    #[arg(long, value_name = "URL", conflicts_with_all = ["service", "env"])]
    at: Option<String>,
    /// The PEM file with the private key of `service_keys`
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The key's id [default: its RFC 7638 thumbprint]
    #[arg(long, value_name = "ID")]
    pub kid: Option<String>,
}

impl Of {
    /// The address of an own page, the service's own name, and the name that the Worker has for itself.
    ///
    /// # Errors
    /// When the configuration has no such service or key, or `--at` is no address.
    pub fn address(&self, places: &Places, page: &str) -> Result<(String, String, String)> {
        let (url, issuer) = match (&self.at, &self.service, &self.env) {
            (None, Some(service), Some(env)) => configured(places, service, env, page)?,
            (at, ..) => {
                let url = at.clone().unwrap_or_default();
                let own = origin(&url)?;
                (url, own)
            }
        };
        let audience = origin(&url)?;
        Ok((url, issuer, audience))
    }
}

/// The address of an own page and the service's own name, as an environment has them.
fn configured(
    places: &Places,
    service: &str,
    environment: &str,
    page: &str,
) -> Result<(String, String)> {
    let config = WorkerConfig::of(&places.root)?;
    let id = config.find(environment, service)?;
    let service = config.service(environment, &id)?;
    ensure!(
        service.service_keys.is_some(),
        "{id} has no service_keys in {environment}, so that the Worker takes no such message"
    );
    let url = format!("{}{}", service.origin_url, service.own_page(page));
    Ok((url, service.origin_audience.clone()))
}

/// Scheme, host and port of an address.
fn origin(url: &str) -> Result<String> {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let host = rest.split('/').next().unwrap_or_default();
    ensure!(
        matches!(scheme, "http" | "https") && !host.is_empty(),
        "--at must be a whole address such as https://HOST/auth/…, not `{url}`"
    );
    Ok(format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_what_is_no_address() {
        assert_eq!(
            origin("https://a.example/b/c").unwrap(),
            "https://a.example"
        );
        for bad in ["", "a.example", "ftp://a.example/", "https:///a"] {
            assert!(origin(bad).is_err(), "{bad}");
        }
    }
}
