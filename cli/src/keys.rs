//! The first keys of a deployed service: made here, piped to Cloudflare, kept nowhere else.
//!
//! A secret never stands on a command line, where other programs could read it, or in a file. A name that Cloudflare
//! has already is left alone: replacing a key in use would sign everybody out or stop sign-in.

use crate::places::Places;
use crate::{child, npm, setup};
use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};
use std::fs;
use std::io::{IsTerminal, Write};
use std::process::Stdio;

/// Prints, for the names in EDGE_NAMES, their secrets as texts by name.
const MAKE: &str = "
    const { generateKeyPairSync: make, randomBytes } = require('node:crypto');
    const jwk = pair => JSON.stringify(pair.privateKey.export({ format: 'jwk' }));
    const secret = name =>
        name.startsWith('SESSION_KEY_') ? randomBytes(32).toString('base64url')
        : name.startsWith('CLIENT_KEY_') ? jwk(make('rsa', { modulusLength: 2048 }))
        : jwk(make('ec', { namedCurve: 'P-256' }));
    const names = process.env.EDGE_NAMES.split(' ');
    console.log(JSON.stringify(Object.fromEntries(names.map(name => [name, secret(name)]))));";

/// Prints the public half of the private JWK on standard input: as JWK, and as PEM without its first and last line.
const PUBLISH: &str = "
    const { createPublicKey } = require('node:crypto');
    const key = createPublicKey({ key: JSON.parse(require('node:fs').readFileSync(0, 'utf8')), format: 'jwk' });
    console.log(JSON.stringify(key.export({ format: 'jwk' })));
    console.log(key.export({ type: 'spki', format: 'pem' }).split('\\n').slice(1, -2).join(''));";

/// `cargo edge keys new`.
pub fn command(places: &Places, service: &str, environment: &str, to_stdout: bool) -> Result<()> {
    if to_stdout && std::io::stdout().is_terminal() {
        bail!("--stdout writes private keys; send it to a program or a file that you protect");
    }
    let toml = fs::read_to_string(places.root.join("wrangler.toml"))
        .context("wrangler.toml cannot be read")?;
    check_service(&toml, service, environment)?;
    setup::command(places, false)?;
    let wanted = names(service);
    let kept = match to_stdout {
        true => Vec::new(),
        false => existing(places, environment)?,
    };
    let missing: Vec<_> = wanted
        .into_iter()
        .filter(|name| !kept.contains(name))
        .collect();
    if missing.is_empty() {
        println!("{environment} has every key of {service} already; nothing was changed");
        return Ok(());
    }
    let made = child::output(
        npm::node(places)?
            .args(["-e", MAKE])
            .env("EDGE_NAMES", missing.join(" ")),
    )?;
    if to_stdout {
        print!("{made}");
        return Ok(());
    }
    pipe(
        npm::wrangler(places)?.args(["secret", "bulk", "--env", environment]),
        &made,
    )
    .context(
        "Cloudflare did not take the secrets; sign in with `npx wrangler login` and try again",
    )?;
    // wrangler also ends well when it was not allowed to make the Worker that is to have them.
    let now = existing(places, environment)?;
    if let Some(absent) = missing.iter().find(|name| !now.contains(name)) {
        bail!(
            "Cloudflare has no secret {absent}; try again, or set it with `npx wrangler secret put`"
        );
    }
    println!(
        "Cloudflare keeps these secrets of {environment} now: {}",
        missing.join(", ")
    );
    publish(places, service, &made)
}

/// The names of a service's first keys.
fn names(service: &str) -> [String; 3] {
    [
        "SESSION_KEY_A".to_owned(),
        format!("CLIENT_KEY_{service}_A"),
        format!("ASSERTION_KEY_{service}_A"),
    ]
}

/// The service must be there, so that a misspelt name makes no keys that nobody uses.
fn check_service(toml: &str, service: &str, environment: &str) -> Result<()> {
    let parsed: toml::Table = toml.parse().context("wrangler.toml is not valid TOML")?;
    let variables = parsed
        .get("env")
        .and_then(|environments| environments.get(environment))
        .with_context(|| format!("wrangler.toml has no [env.{environment}]"))?
        .get("vars");
    let table = format!("SERVICE_{service}");
    match variables.and_then(|variables| variables.get(&table)) {
        Some(_) => Ok(()),
        None => bail!("wrangler.toml has no [env.{environment}.vars.{table}]"),
    }
}

/// The secrets that Cloudflare has for the environment; none when the Worker was never deployed.
fn existing(places: &Places, environment: &str) -> Result<Vec<String>> {
    let listed = npm::wrangler(places)?
        .args(["secret", "list", "--env", environment, "--format", "json"])
        .stdin(Stdio::null())
        .output()
        .context("wrangler cannot be started")?;
    let complaint = String::from_utf8_lossy(&listed.stderr);
    if !listed.status.success() {
        // Cloudflare's codes for a Worker that does not exist.
        if ["10007", "10090"]
            .iter()
            .any(|code| complaint.contains(code))
        {
            return Ok(Vec::new());
        }
        bail!(
            "Cloudflare does not say which secrets there are; sign in with `npx wrangler login` and try again\n{}",
            complaint.trim()
        );
    }
    secret_names(&String::from_utf8_lossy(&listed.stdout))
}

fn secret_names(json: &str) -> Result<Vec<String>> {
    let secrets: Vec<Map<String, Value>> =
        serde_json::from_str(json).context("wrangler's list of secrets cannot be read")?;
    let name = |secret: &Map<String, Value>| secret.get("name")?.as_str().map(str::to_owned);
    Ok(secrets.iter().filter_map(name).collect())
}

/// Prints what One Login asks for: the public half of the client's key, if it was made just now.
fn publish(places: &Places, service: &str, made: &str) -> Result<()> {
    let secrets: Map<String, Value> =
        serde_json::from_str(made).context("the new keys cannot be read")?;
    let Some(key) = secrets
        .get(&format!("CLIENT_KEY_{service}_A"))
        .and_then(Value::as_str)
    else {
        return Ok(());
    };
    let public = pipe(npm::node(places)?.args(["-e", PUBLISH]), key)?;
    let (jwk, pem) = public
        .trim()
        .split_once('\n')
        .context("Node printed no public key")?;
    println!(
        "\nThe client's public key. One Login reads it from the Worker's JWKS address; where it wants the key"
    );
    println!("itself, paste the second form.\n\n{jwk}\n\n{pem}");
    Ok(())
}

/// Runs a command with a text on its standard input and returns its standard output.
fn pipe(command: &mut std::process::Command, input: &str) -> Result<String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("the program cannot be started")?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOML: &str =
        "[env.integration.vars.SERVICE_DEMO]\nhost = \"demo.example.gov.uk\"\n[env.empty]\n";

    #[test]
    fn keys_are_made_only_for_a_service_that_is_configured() {
        assert!(check_service(TOML, "DEMO", "integration").is_ok());
        for (service, environment) in [
            ("OTHER", "integration"),
            ("DEMO", "production"),
            ("DEMO", "empty"),
        ] {
            let error = check_service(TOML, service, environment)
                .unwrap_err()
                .to_string();
            assert!(error.contains("wrangler.toml has no"), "{error}");
        }
    }

    #[test]
    fn every_key_carries_its_service_but_the_session_key() {
        assert_eq!(
            names("DEMO"),
            ["SESSION_KEY_A", "CLIENT_KEY_DEMO_A", "ASSERTION_KEY_DEMO_A"]
        );
    }

    #[test]
    fn the_list_of_secrets_is_read_by_name() {
        let json = r#"[{"name":"SESSION_KEY_A","type":"secret_text"},{"type":"odd"}]"#;
        assert_eq!(secret_names(json).unwrap(), ["SESSION_KEY_A"]);
        assert!(secret_names("not JSON").is_err());
    }
}
