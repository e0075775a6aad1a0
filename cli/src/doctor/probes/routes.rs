//! Whether every request to the service's hosts comes through the Worker.

use crate::doctor::finding::{Fault, Findings, Outcome};
use crate::doctor::look::{Look, not_run};
use crate::doctor::probe::Probe;
use one_login_edge::config::Origin;

const MISSING: Fault = Fault::error(
    "routes.missing",
    "Requests to that host go past the Worker, and reach your service without a sign-in.",
    "Add { pattern = \"HOST/*\", zone_name = \"ZONE\" } to the environment's routes and deploy.",
);
const LIVE: Fault = Fault::error(
    "routes.live",
    "The host is served by the Worker although the file names no route for it: wrangler takes no route away when `routes` is \
     empty.",
    "Write the route back into the file; or take it out in Cloudflare's dashboard, at the zone, under Workers Routes.",
);
const NARROW: Fault = Fault::error(
    "routes.narrow",
    "Cloudflare compares routes letter by letter, so another spelling of the path goes past the Worker.",
    "Make the pattern HOST/*; which paths want a sign-in is decided by the service's own routes.",
);
const NO_ORIGIN: Fault = Fault::error(
    "routes.origin",
    "A custom domain has no server behind it, so the Worker would ask itself.",
    "Name the service's `origin`, or use a route in place of the custom domain.",
);

/// The routes.
pub const PROBE: Probe = Probe {
    name: "routes",
    checks: "Cloudflare sends every request for the hosts to the Worker",
    faults: &[&MISSING, &LIVE, &NARROW, &NO_ORIGIN],
    judge,
};

fn judge(look: &Look<'_>) -> Result<Outcome, Outcome> {
    let service = look.service()?;
    if look.subject.is_local() && look.subject.routes.is_empty() {
        return Err(not_run("local: there are no routes"));
    }
    let mut findings = Findings::default();
    for host in std::iter::once(&service.host).chain(&service.aliases) {
        let of_host = |pattern: &str| {
            let pattern = pattern.split_once("://").map_or(pattern, |(_, rest)| rest);
            pattern.split('/').next() == Some(host)
        };
        let own: Vec<_> = look
            .subject
            .routes
            .iter()
            .filter(|route| of_host(&route.pattern))
            .collect();
        let whole = own
            .iter()
            .find(|route| route.is_custom_domain || route.pattern == format!("{host}/*"));
        match (whole, own.first()) {
            (Some(route), _) => {
                let served = !route.is_custom_domain || service.origin != Origin::Route;
                findings.require(served, &NO_ORIGIN, || {
                    format!("{host} is a custom domain, and the service names no origin")
                });
            }
            (None, Some(route)) => {
                findings.add(&NARROW, format!("{} is not {host}/*", route.pattern))
            }
            (None, None) if look.health().is_some() => findings.add(
                &LIVE,
                format!("the Worker answers at {host}, and no route is for it"),
            ),
            (None, None) => findings.add(&MISSING, format!("no route is for {host}")),
        }
    }
    Ok(findings.or_well(format!("{}/*", service.host)))
}
