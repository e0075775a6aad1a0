//! A request at the service: the person that it names, and whether that may be.

use std::fmt::Display;
use std::rc::Rc;

use serde_json::Value;
use simulator::origin::settings::Settings;
use simulator::origin::{person::Person, verify};

use super::{Asked, Life, Oracle, Signed};
use crate::world::record::OriginRequest;
use crate::year::deployment::{ARRIVING, Access, HOSTS, PLACES, Place};
use crate::year::door::Heard;
use crate::year::house::House;
use crate::year::rules::Limits;

/// How long a claim about an identity may be used, in seconds.
const CLAIMS: i64 = 1_800;

/// By how much the edge forgives that clocks differ, in seconds: its one documented skew.
const SKEW: i64 = 30;

/// The claims that an assertion may hold on each route.
const ALWAYS: [&str; 13] = [
    "iss",
    "aud",
    "sub",
    "sid",
    "vot",
    "auth_time",
    "reauth_time",
    "session_exp",
    "iat",
    "exp",
    "identity_claims",
    "identity_outcome",
    "identity_outcome_source",
];

impl Oracle {
    /// A service has got a request of a browser's.
    pub fn reached(
        &mut self,
        house: &House,
        asked: &Asked,
        arrived_ms: i64,
        reached: &OriginRequest,
        heard: &Heard,
    ) {
        self.judged += 1;
        let Some(number) = asked.place else {
            self.broken("own: a page of the edge's own was forwarded".to_owned());
            return;
        };
        let (place, places) = (PLACES[number], self.places(number));
        if matches!(place.access, Access::Api | Access::Staff) {
            return self.outsider_reached(house, asked, &place, reached);
        }
        self.insider_reached(&places, reached);
        let may_be = |access: Access| places.iter().any(|place| place.access == access);
        let values = reached.assertions();
        match values.len() {
            0 if may_be(Access::Public) || may_be(Access::Optional) => return,
            1 if may_be(Access::Required) || may_be(Access::Optional) => {}
            1 => {
                self.broken("assertion: a public page learns who is signed in".to_owned());
                return;
            }
            count => {
                self.broken(format!("assertion: {count} of them reach {}", place.path));
                return;
            }
        }
        if heard.account_failed.get() {
            self.accounts_since_ms = house.runtime.now();
        }
        match self.verified(house, asked, values[0]) {
            Err(why) => self.broken(format!("{why} at {}", place.path)),
            Ok((person, claims)) => {
                self.released(&place, asked.host, &claims);
                self.bound(&place, reached, &claims);
                if places
                    .iter()
                    .all(|place| place.is_invited && asked.host == 0)
                {
                    self.is_guest(&asked.who, &person.sub);
                }
                if let Some(signed) = self.judge(asked, arrived_ms, &person) {
                    self.held_back(asked, reached, &signed);
                }
                self.level(&places, &person);
                self.age(&place, &person, &claims, house.seconds());
                self.claims(&person, &claims, house.seconds());
            }
        }
    }

    /// Verifies an assertion with the keys that every isolate publishes.
    fn verified(
        &self,
        house: &House,
        asked: &Asked,
        value: &str,
    ) -> Result<(Person, serde_json::Map<String, Value>), String> {
        let unfit = |why: &dyn Display| format!("assertion: {why}");
        let (kid, token) = verify::read(&[value]).map_err(|why| unfit(&why))?;
        let isolates = house.isolates.borrow();
        let holds =
            |keys: &[simulator::jose::Object]| keys.iter().any(|key| key["kid"] == kid.as_str());
        let missing = isolates.iter().any(|iso| !holds(&iso.keys));
        if missing && self.keys_everywhere {
            return Err(unfit(&"an isolate does not publish the key that signed it"));
        }
        let all = isolates.iter().flat_map(|iso| &iso.keys);
        let key = all.into_iter().find(|key| key["kid"] == kid.as_str());
        let key = key.ok_or_else(|| unfit(&"no isolate publishes the key that signed it"))?;
        let service = format!("https://{}", HOSTS[asked.host]);
        let settings = Settings {
            issuer: service.clone(),
            audience: service,
            jwks: String::new(),
        };
        let now = house.seconds();
        let person = verify::check(&token, key, &settings, now).map_err(|why| {
            match token.seconds("session_exp").is_some_and(|end| end <= now) {
                true => "limits: an assertion is of a session that is over".to_owned(),
                false => unfit(&why),
            }
        });
        Ok((person?, token.claims))
    }

    /// An assertion names its request where the route says so, and nowhere else.
    fn bound(
        &mut self,
        place: &Place,
        reached: &OriginRequest,
        claims: &serde_json::Map<String, Value>,
    ) {
        let address = reached.url.split('?').next();
        let wanted = place
            .is_bound
            .then_some((Some(reached.method.as_str()), address));
        let claim = |name: &str| claims.get(name).and_then(Value::as_str);
        let is_named = claims.contains_key("htm") || claims.contains_key("htu");
        if wanted != is_named.then(|| (claim("htm"), claim("htu"))) {
            self.broken(format!(
                "assertion: {} does not name its request",
                place.path
            ));
        }
    }

    /// The service gets no claim that its route does not release.
    fn released(&mut self, place: &Place, host: usize, claims: &serde_json::Map<String, Value>) {
        let told = claims.keys().find(|name| {
            let name = name.as_str();
            let contact = name
                .trim_end_matches("_verified")
                .trim_end_matches("_number");
            let names_request = place.is_bound && matches!(name, "htm" | "htu");
            let refers = name == "claims_reference" && place.released.contains(&"coreIdentity");
            let is_apart = names_request || refers || name == "arrival" && host == ARRIVING;
            !ALWAYS.contains(&name) && !is_apart && !place.released.contains(&contact)
        });
        if let Some(name) = told {
            self.broken(format!("released: {} learns {name}", place.path));
        }
    }

    fn judge(&mut self, asked: &Asked, arrived_ms: i64, person: &Person) -> Option<Rc<Signed>> {
        let known = self.lives.get(&person.sid);
        if known.is_some_and(|life| life.host != asked.host) {
            self.broken("another host: a service's session opens the other's".to_owned());
            return None;
        }
        let signed = self.place(asked, &person.sub, &person.sid)?;
        let spread = self.spread_ms;
        let limits = Limits {
            idle: self.most(|limits| limits.idle),
            absolute: self.most(|limits| limits.absolute),
            check: self.most(|limits| limits.check),
            grace: self.most(|limits| limits.grace),
        };
        let began = self.began(&signed, person.session_exp);
        let life = self
            .lives
            .entry(person.sid.clone())
            .or_insert_with(|| Life {
                sub: signed.sub.clone(),
                host: asked.host,
                iat: began.iat,
                created_ms: began.created_ms,
                ended_ms: began.ended_ms.get(),
                doubtful: began.doubtful.get() || signed.doubtful.get(),
            });
        let (born, ended, whose) = (life.created_ms, life.ended_ms, life.sub.clone());
        if whose != person.sub {
            self.broken("mixed: a session changed its person".to_owned());
            return None;
        }
        let certain = self.accounts_since_ms <= ended.unwrap_or_default();
        let bound = if certain {
            limits.check
        } else {
            limits.grace.max(limits.check)
        };
        if ended.is_some_and(|ended| arrived_ms > ended + bound * 1_000 + spread) {
            let late = (arrived_ms - ended.unwrap_or_default()) / 1_000;
            self.broken(format!(
                "bound: a session lives {late} seconds after its end"
            ));
        }
        if arrived_ms > born + limits.absolute * 1_000 + spread {
            self.broken("limits: a session is older than its absolute limit".to_owned());
        }
        if arrived_ms > asked.used_ms.max(signed.created_ms) + limits.idle * 1_000 + spread {
            self.broken("limits: a session was unused for longer than its idle limit".to_owned());
        }
        if !self.is_end(person.session_exp, born / 1_000) {
            self.broken("limits: an assertion names another end of its session".to_owned());
        }
        Some(signed)
    }

    /// The level is what the place asks for, and was reached.
    fn level(&mut self, places: &[Place], person: &Person) {
        let proof = self.proofs.get(&person.sub);
        let identity = ["P1", "P2"]
            .into_iter()
            .rfind(|level| person.reached(level));
        let proved = proof.map_or("", |proof| proof.level.as_str());
        if identity.is_some_and(|level| level > proved) {
            self.broken(format!(
                "level: {} is told and {proved:?} was proved",
                person.vot
            ));
        }
        let is_enough = |place: &Place| {
            let asked = place.level.split('.').next_back().unwrap_or_default();
            match asked {
                "P1" | "P2" => identity.is_some_and(|level| level >= asked),
                "Cm" => person.reached("Cm"),
                _ => true,
            }
        };
        if !places.iter().any(is_enough) {
            let path = places.first().map_or("", |place| place.path);
            self.broken(format!("level: {} is too low for {path}", person.vot));
        }
    }

    /// The times at which the person signed in are true, and recent where that is asked for.
    fn age(
        &mut self,
        place: &Place,
        person: &Person,
        claims: &serde_json::Map<String, Value>,
        now: i64,
    ) {
        let own: Vec<_> = self
            .signed
            .iter()
            .filter(|signed| signed.sub == person.sub)
            .collect();
        let auth_time = person.auth_time.unwrap_or_default();
        let again = claims.get("reauth_time").and_then(Value::as_i64);
        let first = own.iter().any(|signed| signed.auth_time == auth_time);
        let second = again.is_none_or(|time| own.iter().any(|signed| signed.iat == time));
        if !first || !second {
            self.broken(
                "age: an assertion says a time at which the person did not sign in".to_owned(),
            );
        }
        let age = now - again.unwrap_or_default().max(auth_time);
        let spread = self.spread_ms / 1_000;
        if place
            .fresh
            .is_some_and(|seconds| age > seconds + SKEW + spread)
        {
            self.broken(format!(
                "age: signed in {age} seconds ago at {}",
                place.path
            ));
        }
    }

    /// Claims of an identity were found out within half an hour.
    fn claims(&mut self, person: &Person, claims: &serde_json::Map<String, Value>, now: i64) {
        let proof = self.proofs.get(&person.sub).cloned().unwrap_or_default();
        let spread = self.spread_ms / 1_000;
        for (name, since) in [
            ("coreIdentity", proof.iat),
            ("address", proof.iat),
            ("returnCode", proof.coded),
        ] {
            let age = now - since;
            if claims.contains_key(name) && age > CLAIMS + spread {
                self.broken(match since {
                    0 => format!("claims: {name} is told, of which the provider said nothing"),
                    _ => format!("claims: {name} is told {age} seconds after its proof"),
                });
            }
        }
    }
}
