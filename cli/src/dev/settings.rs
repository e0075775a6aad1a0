//! The addresses at which the programs of `cargo edge dev` reach each other, as one value without side effects.

use super::service::Local;
use anyhow::{Result, bail};
use clap::Args;
use std::net::IpAddr;

/// The options that a person may give on the command line.
#[derive(Args, Clone, Debug, Default)]
pub struct Options {
    /// Use this provider in place of the simulated one, such as http://localhost:3000
    #[arg(long, value_name = "URL")]
    pub provider: Option<String>,
    /// The client id at the provider [default: demo]
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// The Worker's port; the next two are used as well [default: 8787]
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// Put the Worker in front of this service in place of the demo service
    #[arg(long, value_name = "URL")]
    pub origin: Option<String>,
    /// The service of sign-in.toml that is run, where there are several
    #[arg(long, value_name = "ID")]
    pub service: Option<String>,
    /// Serve the Worker and the simulated provider at https, which Safari needs
    #[arg(long)]
    pub https: bool,
    /// Let other machines reach the Worker and the simulated provider: 0.0.0.0; the controls want a token then
    #[arg(long, value_name = "ADDRESS", value_parser = super::listen::address)]
    pub listen: Option<IpAddr>,
}

/// The ports and addresses at which the programs reach each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The Worker's port; the next two are the simulated provider's and the demo service's, and with https the one after
    /// is the provider's plain one, which this program speaks to.
    pub port: u16,
    /// Whether browsers reach the Worker and the simulated provider at https.
    pub https: bool,
    /// The address at which other machines reach them, if they may.
    pub listen: Option<IpAddr>,
    /// The provider's address without a slash at its end.
    pub provider: String,
    /// Whether this program starts the provider.
    pub own_provider: bool,
    /// The service's address without a slash at its end.
    pub origin: String,
    /// Whether this program starts the service.
    pub own_origin: bool,
    client_id: String,
    /// The service as it is configured.
    pub local: Local,
}

/// The Worker's port where none is said.
pub const DEFAULT_PORT: u16 = 8787;

impl Settings {
    /// Fills in what was not said.
    pub fn new(options: &Options, local: Local) -> Result<Self> {
        let port = options.port.unwrap_or(DEFAULT_PORT);
        let https = options.https;
        let after = if https { 3 } else { 2 };
        if port == 0 || port > u16::MAX - after {
            bail!("--port {port} leaves no room: the {after} ports after it are used as well");
        }
        let here = |scheme: &str, offset: u16| format!("{scheme}://127.0.0.1:{}", port + offset);
        let given = |url: &Option<String>, name: &str| {
            url.as_deref().map(|url| base(url, name)).transpose()
        };
        let provider = given(&options.provider, "--provider")?;
        let own = local.origin().map(str::to_owned);
        let origin = match &options.origin {
            None => given(&own, "origin in sign-in.toml")?,
            asked => given(asked, "--origin")?,
        };
        Ok(Self {
            port,
            https,
            listen: options.listen,
            own_provider: provider.is_none(),
            provider: provider.unwrap_or_else(|| here(scheme(https), 1)),
            own_origin: origin.is_none(),
            origin: origin.unwrap_or_else(|| here("http", 2)),
            client_id: options.client_id.clone().unwrap_or_else(|| "demo".into()),
            local,
        })
    }

    /// The Worker's address. `localhost` and not `127.0.0.1`, so that the provider is another site, as it will be.
    pub fn service(&self) -> String {
        format!("{}://localhost:{}", scheme(self.https), self.port)
    }

    /// The simulated provider's plain port.
    pub const fn control_port(&self) -> u16 {
        self.port + if self.https { 3 } else { 1 }
    }

    /// The name of the directory, in `target/edge`, of what is running at this port: two at once share nothing.
    pub fn directory(&self) -> String {
        match self.port {
            DEFAULT_PORT => "dev".to_owned(),
            port => format!("dev-{port}"),
        }
    }

    /// The client id at the provider.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The address of one of the Worker's own pages.
    pub fn own_page(&self, name: &str) -> String {
        format!("{}{}/{name}", self.service(), self.local.own_path())
    }

    /// Where the provider sends people back to.
    pub fn redirect_url(&self) -> String {
        self.own_page("callback")
    }

    /// Where the provider sends people back to who have signed out.
    pub fn signed_out_url(&self) -> String {
        self.own_page("signed-out")
    }

    /// Where the provider finds the client's public keys.
    pub fn jwks_url(&self) -> String {
        format!("{}/.well-known/jwks.json", self.service())
    }

    /// The ports that this program's children will listen on, with what each is for.
    pub fn ports(&self) -> Vec<(u16, &'static str)> {
        let mut ports = vec![(self.port, "the Worker")];
        if self.own_provider {
            ports.push((self.port + 1, "the simulated provider"));
            if self.https {
                ports.push((self.control_port(), "the simulated provider's controls"));
            }
        }
        if self.own_origin {
            ports.push((self.port + 2, "the demo service"));
        }
        ports
    }
}

const fn scheme(https: bool) -> &'static str {
    if https { "https" } else { "http" }
}

/// An http(s) address that holds only a host and port, without the slash at its end.
fn base(url: &str, option: &str) -> Result<String> {
    let trimmed = url.trim_end_matches('/');
    let host = authority(trimmed);
    let scheme = trimmed.starts_with("http://") || trimmed.starts_with("https://");
    if !scheme || host.is_empty() || host.contains(['/', '?', '#', '@', ' ']) {
        bail!("{option} must be an address such as http://localhost:3000, not `{url}`");
    }
    Ok(trimmed.to_owned())
}

/// The authority of an address: its host, and its port if it names one.
pub fn authority(url: &str) -> &str {
    url.split_once("://").map_or("", |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_no_option_is_given_then_dev_uses_the_three_usual_ports() {
        let settings = Settings::new(&Options::default(), Local::demo()).unwrap();
        let service = &settings.variables()["SERVICE_DEMO"];
        assert_eq!(
            settings
                .ports()
                .iter()
                .map(|(port, _)| *port)
                .collect::<Vec<_>>(),
            [8787, 8788, 8789]
        );
        assert_eq!(service["host"], "localhost:8787");
        assert_eq!(service["issuer"], "http://127.0.0.1:8788/");
        assert_eq!(service["did_id"], "did:web:127.0.0.1%3A8788");
        assert_eq!(service["origin"], "http://127.0.0.1:8789");
        assert_eq!(
            settings.clients()[0]["redirect_uris"][0],
            "http://localhost:8787/auth/callback"
        );
    }

    #[test]
    fn when_another_port_is_given_then_all_three_ports_move() {
        let settings = Settings::new(
            &Options {
                port: Some(9000),
                ..Options::default()
            },
            Local::demo(),
        )
        .unwrap();
        assert_eq!(settings.provider, "http://127.0.0.1:9001");
        assert_eq!(settings.origin, "http://127.0.0.1:9002");
        assert!(
            Settings::new(
                &Options {
                    port: Some(65_534),
                    ..Options::default()
                },
                Local::demo()
            )
            .is_err()
        );
    }

    #[test]
    fn when_https_is_asked_for_then_browser_addresses_use_it_and_one_more_port() {
        let at = |port| {
            Settings::new(
                &Options {
                    https: true,
                    port: Some(port),
                    ..Options::default()
                },
                Local::demo(),
            )
        };
        let settings = at(9000).unwrap();
        let service = &settings.variables()["SERVICE_DEMO"];
        assert_eq!(settings.service(), "https://localhost:9000");
        assert_eq!(settings.provider, "https://127.0.0.1:9001");
        assert_eq!(settings.origin, "http://127.0.0.1:9002");
        assert_eq!(settings.control_port(), 9003);
        assert_eq!(settings.ports().len(), 4);
        assert_eq!(service["https"], true);
        assert_eq!(service["issuer"], "https://127.0.0.1:9001/");
        assert!(at(65_533).is_err());
        let plain = Settings::new(&Options::default(), Local::demo()).unwrap();
        assert_eq!(plain.control_port(), 8788);
        assert!(plain.variables()["SERVICE_DEMO"].get("https").is_none());
    }

    #[test]
    fn when_two_developments_run_in_one_checkout_then_each_has_its_own_directory() {
        let at = |port| {
            let options = Options {
                port,
                ..Options::default()
            };
            Settings::new(&options, Local::demo()).unwrap().directory()
        };
        assert_eq!(at(None), "dev");
        assert_eq!([at(Some(8787)), at(Some(9000))], ["dev", "dev-9000"]);
    }

    #[test]
    fn when_another_provider_is_given_then_its_issuer_and_did_are_used() {
        let provider = Some("http://localhost:3000/".to_owned());
        let options = Options {
            provider,
            client_id: Some("mine".into()),
            ..Options::default()
        };
        let settings = Settings::new(&options, Local::demo()).unwrap();
        let service = &settings.variables()["SERVICE_DEMO"];
        assert!(!settings.own_provider && settings.own_origin);
        assert_eq!(service["client_id"], "mine");
        assert_eq!(service["issuer"], "http://localhost:3000/");
        assert_eq!(service["identity_issuer"], "http://localhost:3000/");
        assert_eq!(
            service["did_url"],
            "http://localhost:3000/.well-known/did.json"
        );
        assert_eq!(service["did_id"], "did:web:localhost%3A3000");
        assert_eq!(settings.ports().len(), 2);
    }

    #[test]
    fn rejects_a_provider_address_that_names_no_host() {
        for wrong in [
            "localhost:3000",
            "ftp://a",
            "http://",
            "http://a/b",
            "http://a?b",
        ] {
            let options = Options {
                provider: Some(wrong.into()),
                ..Options::default()
            };
            assert!(Settings::new(&options, Local::demo()).is_err(), "{wrong}");
        }
    }
}
