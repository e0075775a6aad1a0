//! The service ends a person's sessions, and may keep the person out for a time.

use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};
use simulator::jose::Object;
use simulator::keys::{Algorithm, SigningKey};
use simulator::provider::personas::Persona;

use super::deployment::HOSTS;
use super::house::House;
use super::people::PEOPLE;
use crate::world::chance::Chance;
use crate::world::http::Incoming;

/// The address that the services send from.
const ADDRESS: &str = "198.51.100.7";

/// The service sends a message so often until it is answered 200, while its token lives.
pub const TRIES: usize = 3;

/// The pause between two tries, in milliseconds.
pub const PAUSE_MS: i64 = 15_000;

/// The key of both services, with which nothing else is signed.
pub fn key() -> Arc<SigningKey> {
    static KEY: OnceLock<Arc<SigningKey>> = OnceLock::new();
    Arc::clone(KEY.get_or_init(|| Arc::new(SigningKey::generate(Algorithm::Es256))))
}

/// Its public half, as a service's table has it.
pub fn public() -> Value {
    Value::Object(key().public_jwk().clone())
}

/// A person's subject at a service.
pub fn subject(person: usize, host: usize) -> String {
    let persona = Persona::find(PEOPLE[person]).expect("a persona");
    persona.subject(HOSTS[host])
}

/// A message's token: its type, subject and id, the time at which it was made, and what else it says.
pub fn token(
    host: usize,
    (typ, sub, id): (&str, &str, String),
    now: i64,
    further: &[(&str, Value)],
) -> String {
    let service = format!("https://{}", HOSTS[host]);
    let mut claims = Object::new();
    for (name, value) in [
        ("iss", json!(service)),
        ("aud", json!(service)),
        ("sub", json!(sub)),
        ("iat", json!(now)),
        ("exp", json!(now + 60)),
        ("jti", json!(id)),
    ] {
        claims.insert(name.to_owned(), value);
    }
    for (name, value) in further {
        claims.insert((*name).to_owned(), value.clone());
    }
    key().token(&[("typ", typ)], &claims)
}

/// The request that carries it.
pub fn message(host: usize, path: &str, token: &str) -> Incoming {
    let mut request = Incoming::get(&format!("https://{}{path}", HOSTS[host]))
        .method("POST")
        .with("content-type", "application/jwt")
        .with("cf-connecting-ip", ADDRESS);
    request.body = token.as_bytes().to_vec();
    request
}

/// The service ends the person's sessions; with `block` it keeps the person out for so many seconds, or no more where that is 0.
pub fn end(house: &Rc<House>, host: usize, person: usize, block: Option<i64>, seed: u64) {
    let inner = Rc::clone(house);
    house.runtime.spawn(async move {
        let mut chance = Chance::seed(seed);
        let (now, sub) = (inner.seconds(), subject(person, host));
        let until = block.map(|seconds| now + seconds);
        let further = until.map(|until| ("block_until", json!(until)));
        let about = ("end-sessions+jwt", sub.as_str(), seed.to_string());
        let token = token(host, about, now, further.as_slice());
        for _ in 0..TRIES {
            let request = message(host, "/auth/sessions/end", &token);
            let iso = Rc::clone(chance.one(&inner.isolates.borrow()));
            let number = chance.below(usize::MAX) as u64;
            let subs = [sub.clone()];
            {
                let mut oracle = inner.oracle.borrow_mut();
                oracle.begins_to_end(&subs);
                oracle.service_asks(&sub, until);
            }
            let served = inner.serve(&iso, request, None, 0, number).await;
            let status = served.shown.status;
            let line = format!("{} message of the service: {status}", inner.since());
            inner.trace.borrow_mut().note(line, "");
            let limited = !inner.used_up.borrow().is_empty();
            {
                let mut oracle = inner.oracle.borrow_mut();
                let now_ms = inner.runtime.now();
                let message = (sub.as_str(), now, until);
                oracle.service_told(now_ms, message, (status, limited), &served.heard);
                oracle.has_ended(&subs);
            }
            if status == 200 {
                return;
            }
            inner.runtime.sleep(PAUSE_MS).await;
        }
    });
}
