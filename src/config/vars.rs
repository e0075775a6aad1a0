//! The variables of a deployment as the platform gives them.

use serde_json::{Map, Value};

/// Every variable, secret and binding of a deployment by name.
///
/// A text variable or secret is a JSON text; a table is a JSON object, or the text of one, which is
/// how tables arrive where only texts can be set; a binding is `true`.
pub type Vars = Map<String, Value>;

/// Whether a host, with or without port, is this machine.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name == "localhost"
        || name.ends_with(".localhost")
        || name == "[::1]"
        || name
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
}
