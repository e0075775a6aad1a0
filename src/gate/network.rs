//! The network that a request comes from, by which starts are counted.

use std::net::IpAddr;

use crate::gate::context::Context;
use crate::gate::http::request::Request;
use crate::platform::Platform;

/// The key by which starts are counted: the service, and the network of the address. An IPv6 subscriber has at least
/// a /64 (RFC 6177), so that a single address says nothing.
pub fn limited<P: Platform>(context: &Context<P>, request: &Request) -> String {
    let address = request.headers.get("cf-connecting-ip").unwrap_or_default();
    format!("{} {}", context.service.id, network(address))
}

fn network(address: &str) -> String {
    match address
        .parse::<IpAddr>()
        .map(|address| address.to_canonical())
    {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(IpAddr::V4(address)) => address.to_string(),
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn t31_when_an_address_is_ipv6_then_its_network_of_64_bits_is_counted() {
        for (address, counted) in [
            ("203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:DB8:1:2::9", "2001:db8:1:2::/64"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("", ""),
            ("no address", "no address"),
        ] {
            assert_eq!(network(address), counted);
        }
    }
}
