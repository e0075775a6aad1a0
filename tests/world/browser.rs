//! A browser: a cookie jar that follows the rules, and redirects that are followed until it rests.

use simulator::http;
use url::Url;

use super::World;
use super::http::{By, Incoming, Shown};
use super::jar::{Cookie, Jar, host};
use super::settings::{ISSUER, SERVICE};

/// More redirects than this are a loop.
const REDIRECTS: usize = 20;

/// One person's browser.
#[derive(Clone, Debug)]
pub struct Browser {
    jar: Jar,
    /// The value of its `Accept-Language` header.
    pub language: &'static str,
    /// Every address that it went to, in order.
    pub history: Vec<String>,
}

impl Default for Browser {
    fn default() -> Self {
        Self {
            jar: Jar::default(),
            language: "en-GB,en;q=0.9",
            history: Vec::new(),
        }
    }
}

impl Browser {
    /// A browser without cookies.
    pub fn new() -> Self {
        Self::default()
    }

    /// Goes to an address, or a path of the service, and follows redirects until there is a page.
    pub fn open(&mut self, world: &World, address: &str) -> Shown {
        let mut address = address.to_owned();
        for _ in 0..REDIRECTS {
            let shown = self.step(world, &address);
            match shown.header("location") {
                Some(location) if (300..400).contains(&shown.status) => {
                    let base = Url::parse(&shown.url).unwrap();
                    address = base.join(location).unwrap().into();
                }
                _ => return shown,
            }
        }
        panic!("more than {REDIRECTS} redirects: {:?}", self.history);
    }

    /// Goes to one address and follows nothing.
    pub fn step(&mut self, world: &World, address: &str) -> Shown {
        let navigation = Incoming::get(address)
            .with("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
            .with("sec-fetch-dest", "document")
            .with("sec-fetch-mode", "navigate");
        self.send(world, navigation)
    }

    /// Chooses who to be on the provider's page; the answer is not followed.
    pub fn choose(&mut self, world: &World, page: &Shown, persona: &str) -> Shown {
        let (_, rest) = page.body.split_once("name=\"journey\" value=\"").unwrap();
        let (journey, _) = rest.split_once('"').unwrap();
        let form = http::form_encode(&[("journey", journey), ("persona", persona)]);
        self.send(world, Incoming::post(&format!("{ISSUER}sign-in"), &form))
    }

    /// Sends any request with this browser's cookies, and keeps what comes back.
    pub fn send(&mut self, world: &World, request: Incoming) -> Shown {
        self.history.push(request.url.clone());
        let at_provider = request.url.starts_with(ISSUER);
        let request = self.dressed(world, request);
        let shown = match at_provider {
            true => at_the_provider(world, &request),
            false => world.ask(request),
        };
        self.keep(world, &shown);
        shown
    }

    /// A request with what this browser adds to each.
    pub fn dressed(&self, world: &World, request: Incoming) -> Incoming {
        let cookies = self.jar.sent(world.now(), &request.url);
        let request = request
            .with("user-agent", "Mozilla/5.0")
            .with("accept-language", self.language)
            .with("cf-connecting-ip", "203.0.113.7");
        match cookies {
            None => request,
            Some(cookies) => request.with("cookie", &cookies),
        }
    }

    /// Keeps the cookies of an answer.
    pub fn keep(&mut self, world: &World, shown: &Shown) {
        self.jar.keep(world.now(), shown);
    }

    /// The value of a cookie for the service.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let named = self
            .own()
            .find(|cookie| common(&cookie.name) == name || cookie.name == name);
        named.map(|cookie| cookie.value.as_str())
    }

    /// The names of all cookies but the provider's, without the places of sessions and the marks of
    /// those that have ended.
    pub fn cookies(&self) -> Vec<&str> {
        let names = self.own().map(|cookie| common(&cookie.name));
        names
            .filter(|name| !name.starts_with("__Host-ol-ended-"))
            .collect()
    }

    fn own(&self) -> impl Iterator<Item = &Cookie> {
        let provider = host(ISSUER);
        let kept = self.jar.kept.iter();
        kept.filter(move |cookie| cookie.host != provider)
    }

    /// The names of the cookies of sign-ins under way.
    pub fn attempts(&self) -> Vec<&str> {
        let mut names = self.cookies();
        names.retain(|name| name.starts_with("__Host-ol-attempt-"));
        names
    }

    /// Whether there is a session cookie, which need not be a good one.
    pub fn has_session(&self) -> bool {
        self.cookie(SESSION).is_some()
    }

    /// Puts a cookie for the service into the jar, as an attacker with access to the machine could.
    pub fn plant(&mut self, name: &str, value: &str) {
        self.jar.plant(SERVICE, name, value);
    }

    /// Takes a cookie away.
    pub fn drop_cookie(&mut self, name: &str) {
        self.jar
            .kept
            .retain(|kept| common(&kept.name) != name && kept.name != name);
    }

    /// Puts a cookie of this name into the partition of the site, as a script of the service could,
    /// next to whatever is there.
    pub fn plant_beside(&mut self, name: &str, value: &str) {
        self.jar.plant_beside(SERVICE, name, value);
    }

    /// The names of all cookies but the provider's, to the letter.
    pub fn names(&self) -> Vec<&str> {
        self.own().map(|cookie| cookie.name.as_str()).collect()
    }

    /// Closes every window: cookies without a lifetime are gone.
    pub fn close(&mut self) {
        self.jar.close();
    }

    /// The cookies that were set and broke a rule.
    pub fn refused(&self) -> &[String] {
        &self.jar.refused
    }
}

/// The session cookie's name without its place, by which these tests call it.
pub const SESSION: &str = "__Host-ol-session";

/// The names of wishes to sign out, likewise.
pub const ENDING: &str = "__Host-ol-ending";

/// The name of a cookie, without the place of a session.
pub fn common(name: &str) -> &str {
    let of_a_place = |common: &&str| {
        name.strip_prefix(common)
            .is_some_and(|rest| rest.starts_with('-'))
    };
    [SESSION, ENDING]
        .into_iter()
        .find(of_a_place)
        .unwrap_or(name)
}

/// The browser at the provider.
fn at_the_provider(world: &World, request: &Incoming) -> Shown {
    let target = &request.url[ISSUER.len() - 1..];
    let answer = world.outside.ask_provider(&http::Request {
        method: request.method.clone(),
        target: target.to_owned(),
        headers: request.headers.clone(),
        body: request.body.clone(),
    });
    Shown {
        by: By::Provider,
        url: request.url.clone(),
        status: answer.status,
        headers: answer.headers,
        body: String::from_utf8_lossy(&answer.body).into_owned(),
    }
}
