//! A browser's cookies.
//!
//! It covers the parts of RFC 6265 and its revision that these tests need. Cookies belong to one host and have a name.
//! `Max-Age=0` deletes them, and without a lifetime they end with the window. They keep the promises of the `__Host-`
//! prefix. A cookie that breaks a rule is not kept and is listed.

use url::Url;

use super::browser::common;
use super::http::Shown;

/// The largest cookie that browsers keep, name and value together.
const LARGEST: usize = 4_096;

/// One cookie that is kept.
#[derive(Clone, Debug)]
pub struct Cookie {
    /// The host that set it, the only one that gets it.
    pub host: String,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Whether it is in the partition of the site, where another of its name may be next to it.
    pub partitioned: bool,
    /// When it goes by itself, in seconds since the epoch; else with the window.
    pub ends_at: Option<i64>,
}

/// Every cookie of one browser.
#[derive(Clone, Debug, Default)]
pub struct Jar {
    /// Those that are kept, in the order in which they were set.
    pub kept: Vec<Cookie>,
    /// Those that were set and broke a rule.
    pub refused: Vec<String>,
}

impl Jar {
    /// The `Cookie` header for an address; `None` without a cookie for it.
    pub fn sent(&self, now: i64, address: &str) -> Option<String> {
        let host = host(address);
        let alive = |cookie: &&Cookie| cookie.ends_at.is_none_or(|end| now < end);
        let own = self.kept.iter().filter(|cookie| cookie.host == host);
        let pairs = own
            .filter(alive)
            .map(|cookie| format!("{}={}", cookie.name, cookie.value));
        let pairs: Vec<_> = pairs.collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Keeps the cookies of an answer.
    pub fn keep(&mut self, now: i64, shown: &Shown) {
        let host = host(&shown.url);
        for line in shown.set_cookies() {
            match read(line, &host, now) {
                None => self.refused.push(line.to_owned()),
                Some(cookie) => {
                    let same = (&cookie.name, cookie.partitioned);
                    self.kept
                        .retain(|kept| kept.host != host || (&kept.name, kept.partitioned) != same);
                    let deleted = cookie.ends_at.is_some_and(|end| end <= now);
                    if !deleted {
                        self.kept.push(cookie);
                    }
                }
            }
        }
    }

    /// Puts a cookie into the jar, as a person with the machine could.
    pub fn plant(&mut self, address: &str, name: &str, value: &str) {
        let host = host(address);
        self.kept
            .retain(|kept| kept.host != host || common(&kept.name) != name && kept.name != name);
        self.put(host, name, value, false);
    }

    /// Puts a cookie into the partition of the site, next to whatever is there.
    pub fn plant_beside(&mut self, address: &str, name: &str, value: &str) {
        self.put(host(address), name, value, true);
    }

    fn put(&mut self, host: String, name: &str, value: &str, partitioned: bool) {
        self.kept.push(Cookie {
            host,
            name: name.to_owned(),
            value: value.to_owned(),
            partitioned,
            ends_at: None,
        });
    }

    /// Every window is closed: cookies without a life of their own are gone.
    pub fn close(&mut self) {
        self.kept.retain(|cookie| cookie.ends_at.is_some());
    }
}

/// The host of an address.
pub fn host(address: &str) -> String {
    let url = Url::parse(address).unwrap();
    url.host_str().unwrap_or_default().to_owned()
}

/// Reads a `Set-Cookie` line; `None` for one that a browser would not keep.
fn read(line: &str, host: &str, now: i64) -> Option<Cookie> {
    let mut parts = line.split(';').map(str::trim);
    let (name, value) = parts.next()?.split_once('=')?;
    let attributes: Vec<String> = parts.map(str::to_ascii_lowercase).collect();
    let has = |wanted: &str| attributes.iter().any(|attribute| attribute == wanted);
    let value_of = |wanted: &str| attributes.iter().find_map(|a| a.strip_prefix(wanted));
    let kept_promises = has("secure") && has("path=/") && value_of("domain=").is_none();
    let promised = name.to_ascii_lowercase().starts_with("__host-");
    if (promised && !kept_promises) || name.is_empty() || name.len() + value.len() > LARGEST {
        return None;
    }
    let life = value_of("max-age=").and_then(|seconds| seconds.parse::<i64>().ok());
    Some(Cookie {
        host: host.to_owned(),
        name: name.to_owned(),
        value: value.to_owned(),
        partitioned: has("partitioned"),
        ends_at: life.map(|seconds| now + seconds.max(0)),
    })
}
