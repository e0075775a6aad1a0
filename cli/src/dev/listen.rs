//! The parts of `dev` for other machines that reach its programs: the address that is listened at, and a token for the controls.

use anyhow::{Context, Result, bail, ensure};
use std::env;
use std::fs::File;
use std::io::Read;
use std::net::IpAddr;

/// The variable with the token, which the simulator reads too.
pub const TOKEN: &str = "ONE_LOGIN_EDGE_CONTROL_TOKEN";

/// An address for `--listen`: one that includes 127.0.0.1, at which the programs reach each other.
///
/// # Errors
/// When it does not, or is no address.
pub fn address(text: &str) -> Result<IpAddr> {
    match text.parse() {
        Ok(IpAddr::V4(address)) if address.is_unspecified() => Ok(address.into()),
        _ => bail!("must be 0.0.0.0, which is every address of this machine"),
    }
}

/// The token that the simulator's controls want where other machines reach them: the one of the environment, or a new one.
///
/// # Errors
/// When the one of the environment is too short or cannot be in an address, or this machine gives no random bytes.
pub fn token(are_reached: bool) -> Result<Option<String>> {
    if !are_reached {
        return Ok(None);
    }
    if let Ok(token) = env::var(TOKEN) {
        let is_of_it = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        ensure!(
            token.len() >= 16 && token.bytes().all(is_of_it),
            "{TOKEN} must be 16 or more letters, digits, `-` and `_`"
        );
        return Ok(Some(token));
    }
    let mut bytes = [0_u8; 16];
    File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .context("/dev/urandom cannot be read")?;
    Ok(Some(
        bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    ))
}

/// The options with which wrangler listens at an address, or only on this machine. A container asks by the name of this one, and
/// the Worker has one host: it sees that of `service`, its own address, whatever the request names.
pub fn for_wrangler(address: Option<IpAddr>, service: &str) -> Vec<String> {
    let Some(address) = address else {
        return vec!["--ip".to_owned(), "127.0.0.1".to_owned()];
    };
    let (protocol, host) = service.split_once("://").unwrap_or(("http", service));
    [
        "--ip",
        &address.to_string(),
        "--local-upstream",
        host,
        "--upstream-protocol",
        protocol,
    ]
    .map(str::to_owned)
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_other_machines_may_ask_then_the_controls_have_a_token_and_the_worker_its_own_host() {
        let made = token(true).unwrap().unwrap();
        assert!(made.len() >= 16 && Some(&made) != token(true).unwrap().as_ref());
        let words = for_wrangler(Some(address("0.0.0.0").unwrap()), "http://localhost:8787");
        assert_eq!(
            words.join(" "),
            "--ip 0.0.0.0 --local-upstream localhost:8787 --upstream-protocol http"
        );
        assert_eq!(token(false).unwrap(), None);
        assert_eq!(
            for_wrangler(None, "http://localhost:8787"),
            ["--ip", "127.0.0.1"]
        );
    }

    #[test]
    fn rejects_an_address_at_which_the_programs_would_not_reach_each_other() {
        for wrong in ["192.0.2.1", "127.0.0.1", "::", "localhost", ""] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }
}
