//! The signature of an assertion with a local key.

use anyhow::{Context, Result, ensure};
use shell::places::Places;
use shell::{child, npm};

/// Signs with Node's cryptography, which made the key.
pub fn es256(places: &Places, key: &str, message: &[u8]) -> Result<Vec<u8>> {
    const SIGN: &str = "
        const { createPrivateKey, sign } = require('node:crypto');
        const key = createPrivateKey({ key: JSON.parse(process.env.EDGE_KEY), format: 'jwk' });
        const signature = sign('sha256', process.env.EDGE_MESSAGE, { key, dsaEncoding: 'ieee-p1363' });
        process.stdout.write(signature.toString('hex'));";
    let message = std::str::from_utf8(message).context("a token is ASCII")?;
    let mut node = npm::node(places)?;
    node.args(["-e", SIGN])
        .env("EDGE_KEY", key)
        .env("EDGE_MESSAGE", message);
    let hex = child::output(&mut node)?;
    ensure!(hex.len() == 128 && hex.is_ascii(), "Node did not sign");
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).context("Node did not sign");
    (0..hex.len()).step_by(2).map(byte).collect()
}
