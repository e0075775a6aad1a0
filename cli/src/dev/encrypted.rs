//! `cargo edge dev --https`: the certificate of this machine, who shows it, who believes it, and how people do.

use anyhow::{Context, Result};
use shell::child;
use shell::places::Places;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Outside the tree, so that all checkouts have one certificate, which is trusted once.
fn directory(places: &Places) -> PathBuf {
    places.cache.join("certificate")
}

fn certificate(places: &Places) -> PathBuf {
    directory(places).join("certificate.pem")
}

/// Makes the certificate, unless it is there and good for months.
pub fn make(places: &Places, simulator: &Path) -> Result<()> {
    let mut command = child::command(simulator);
    command.arg("certificate").arg(directory(places));
    child::output(&mut command)
        .map(drop)
        .context("a certificate for https cannot be made")
}

/// The simulator shows it where it serves https, and believes it where it asks the Worker.
pub fn believed_by_the_simulator(command: &mut Command, places: &Places) {
    command.arg("--certificate").arg(directory(places));
}

/// The Worker's runtime shows it, and the Worker believes it where it asks the provider.
pub fn shown_by_wrangler(command: &mut Command, places: &Places) {
    command
        .args(["--local-protocol", "https", "--https-cert-path"])
        .arg(certificate(places))
        .arg("--https-key-path")
        .arg(directory(places).join("certificate-key.pem"))
        // Miniflare hands these to workerd, in addition to the authorities that it trusts anyway.
        .env("NODE_EXTRA_CA_CERTS", certificate(places));
}

/// Tells a person how to make a browser trust the certificate.
pub fn how_to_trust(places: &Places) -> String {
    let file = certificate(places);
    let file = file.display();
    format!(
        "\n  Browsers warn of the certificate, once for each of the two addresses; go on from there, or trust it:\n  \
         macOS (Safari, Chrome)  security add-trusted-cert -p ssl -k ~/Library/Keychains/login.keychain-db {file}\n  \
         Linux (Chrome)          certutil -A -d sql:$HOME/.pki/nssdb -t P,, -n one-login-edge -i {file}\n  \
         Firefox                 Settings, Certificates, View Certificates, Servers, Add Exception\n  \
         It names this machine alone and is no authority: with its key nobody can pass for another site.\n"
    )
}
