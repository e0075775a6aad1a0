//! Others on the services' hosts: programs, and staff who come through Cloudflare Access.

use std::rc::Rc;

use serde_json::{Value, json};
use simulator::http;

use super::deployment::{API, AUDIENCE, HOSTS, PLACES, STAFF, TEAM};
use super::house::House;
use super::oracle::Asked;
use super::people::Computer;
use crate::world::chance::Chance;
use crate::world::http::Incoming;

/// The credentials or the token of a program or of staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// The token, or the credentials, that it should.
    Good,
    /// None.
    Nothing,
    /// A token whose time is over.
    Expired,
    /// A token for another application of the team.
    OtherApplication,
    /// A token that says it is of another team.
    OtherTeam,
}

impl Pass {
    /// Every one.
    pub const ALL: [Self; 5] = [
        Self::Good,
        Self::Nothing,
        Self::Expired,
        Self::OtherApplication,
        Self::OtherTeam,
    ];
}

/// The team's next key signs from now on.
pub fn rotate(house: &House) {
    token(house, &json!({ "rotate": true }));
    let now = house.runtime.now();
    house.oracle.borrow_mut().team_changed_ms = now;
}

fn token(house: &House, order: &Value) -> String {
    let request = http::Request {
        body: order.to_string().into_bytes(),
        ..http::Request::post_form("/control/staff", "")
    };
    let answer = house.ask_provider(&request);
    assert_eq!(answer.status, 200);
    String::from_utf8(answer.body).expect("a token")
}

/// The token of a pass that has one.
fn team_token(house: &House, pass: Pass) -> Option<String> {
    let now = house.seconds();
    let claims = match pass {
        Pass::Nothing => return None,
        Pass::Expired => {
            json!({ "iss": TEAM, "iat": now - 7_200, "nbf": now - 7_200, "exp": now - 3_600 })
        }
        Pass::OtherTeam => json!({ "iss": "https://other.cloudflareaccess.com" }),
        Pass::Good | Pass::OtherApplication => json!({ "iss": TEAM }),
    };
    let audience = match pass {
        Pass::OtherApplication => AUDIENCE.replace('5', "6"),
        _ => AUDIENCE.to_owned(),
    };
    Some(token(
        house,
        &json!({ "audience": audience, "claims": claims }),
    ))
}

/// A request with a browser's cookies, whoever is signed in there.
fn request(computer: &Computer, house: &House, host: usize, place: usize) -> Incoming {
    let address = format!("https://{}{}", HOSTS[host], PLACES[place].path);
    let cookies = computer.jar.borrow().sent(house.seconds(), &address);
    let request = Incoming::get(&address)
        .with("user-agent", "Mozilla/5.0")
        .with("accept", "text/html")
        .with("sec-fetch-dest", "document")
        .with("sec-fetch-mode", "navigate")
        .with("sec-fetch-site", "none")
        .with(
            "cf-connecting-ip",
            &format!("203.0.113.{}", computer.number),
        );
    match cookies {
        Some(cookies) => request.with("cookie", &cookies),
        None => request,
    }
}

/// A program, or one of the staff, opens its place in a browser in which a person may be signed in.
pub fn come(
    house: &Rc<House>,
    computer: &Rc<Computer>,
    (host, place): (usize, usize),
    pass: Pass,
    seed: u64,
) {
    let mut request = request(computer, house, host, place);
    if place == STAFF
        && let Some(token) = team_token(house, pass)
    {
        request = request.with("cf-access-jwt-assertion", &token);
    } else if place == API && pass != Pass::Nothing {
        request = request.with("authorization", "Bearer of-a-program");
    }
    let standing = computer.standing.borrow()[host].clone();
    let asked = Asked {
        computer: computer.number,
        host,
        place: Some(place),
        sent_ms: house.runtime.now(),
        who: standing.who,
        settled: standing.settled,
        used_ms: standing.used_ms,
        proving: false,
        began_ms: None,
    };
    let inner = Rc::clone(house);
    house.runtime.spawn(async move {
        let mut chance = Chance::seed(seed);
        let iso = Rc::clone(chance.one(&inner.isolates.borrow()));
        let number = chance.below(usize::MAX) as u64;
        let served = inner
            .serve(&iso, request.clone(), Some(&asked), 20, number)
            .await;
        inner.note(&asked, &request, &iso, &served);
        let mut oracle = inner.oracle.borrow_mut();
        oracle.outsider_answered(&asked, pass, &served);
    });
}
