//! Whether the origin refuses whoever comes past the Worker.

use crate::doctor::finding::{Fault, Outcome, found};
use crate::doctor::head_limit::Limit;
use crate::doctor::look::{Look, not_run, status};
use crate::doctor::probe::Probe;
use crate::doctor::web::{Asked, Reply};

const OPEN: Fault = Fault::error(
    "origin.open",
    "Anybody who finds the origin's address sees what should want a sign-in.",
    "Verify the assertion on every request, and lock the origin: a tunnel, authenticated origin pulls or a secret header.",
);
const REACHABLE: Fault = Fault::warning(
    "origin.reachable",
    "The origin answers strangers; an assertion that leaks could be used there for a minute.",
    "Lock the origin: a tunnel, authenticated origin pulls or a secret header that it checks.",
);

const CACHE: Fault = Fault::warning(
    "origin.cache",
    "A shared cache that does not know the assertion can show one person's page to the next.",
    "Let the cache pass every request with One-Login-Assertion: docs/origin-lock.md has the lines.",
);

/// The headers by which shared caches show themselves: Varnish, Squid and content networks, nginx, RFC 9111.
const OF_CACHES: [&str; 4] = ["x-varnish", "x-cache", "x-cache-status", "age"];

const TOO_SHORT: Fault = Fault::warning(
    "origin headers.too_short",
    "People whose identity is long get an error of your server's, and your service sees nothing.",
    "Raise the server's limit, or set origin_header_limit to what it takes.",
);

/// How long a head the origin takes.
pub const HEADERS: Probe = Probe {
    name: "origin headers",
    checks: "the origin takes as long a head as origin_header_limit says",
    faults: &[&TOO_SHORT],
    judge: |look: &Look<'_>| {
        let configured = look.service()?.origin_header_limit;
        if look.subject.origin_url.is_none() {
            return Err(not_run("name the origin's own address with --origin-url"));
        }
        match &look.head_limit {
            None => Err(not_run("it does not answer a request with a longer header")),
            Some(Limit::AtLeast(bytes)) => {
                Ok(Outcome::Well(format!("it takes {bytes} bytes and more")))
            }
            Some(Limit::Of {
                bytes,
                beyond,
                server,
            }) => {
                let option = match *server {
                    "" => String::new(),
                    server => format!("; {server}"),
                };
                let seen = format!("it takes about {bytes} bytes, beyond that {beyond}{option}");
                // Servers count line ends and names otherwise than one another; the Worker leaves as much free.
                match *bytes as usize + configured / 16 < configured {
                    true => Err(found(&TOO_SHORT, seen)),
                    false => Ok(Outcome::Well(seen)),
                }
            }
        }
    },
};

/// The origin without the Worker.
pub const PROBE: Probe = Probe {
    name: "origin",
    checks: "the origin refuses requests that come past the Worker",
    faults: &[&OPEN, &REACHABLE, &CACHE],
    judge: |look: &Look<'_>| {
        look.service()?;
        if look.subject.origin_url.is_none() {
            return Err(not_run("name the origin's own address with --origin-url"));
        }
        if let Some(Reply::Failed { error }) = look.replies.get(&Asked::Origin) {
            return Ok(Outcome::Well(format!("it does not answer ({error})")));
        }
        let answer = look.answer(Asked::Origin)?;
        let shown = OF_CACHES.iter().find(|name| answer.header(name).is_some());
        match answer.status {
            401 | 403 if shown.is_some() => {
                let header = shown.unwrap_or(&"age");
                Err(found(
                    &CACHE,
                    format!("{}, with the header {header}", status(answer)),
                ))
            }
            401 | 403 => Ok(Outcome::Well(status(answer))),
            200..=299 => Err(found(&OPEN, status(answer))),
            _ => Err(found(&REACHABLE, status(answer))),
        }
    },
};
