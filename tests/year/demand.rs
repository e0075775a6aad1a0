//! The service asks for more at run time: it answers 401 and says what the request's assertion lacks.

use simulator::jose::Unverified;

use crate::world::record::OriginRequest;

/// A demand of the service at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// A proved identity.
    Identity,
    /// A sign-in of the last few minutes.
    Recent,
}

/// A sign-in is recent for so many seconds, as the challenge says.
const RECENT: i64 = 300;

/// By how many seconds more the service waits before it asks: the edge's one skew, and clocks that differ.
const MARGIN: i64 = 60;

impl Demand {
    /// The query of an address at which the service asks for it.
    pub const fn query(self) -> &'static str {
        match self {
            Self::Identity => "asks=identity",
            Self::Recent => "asks=recent",
        }
    }

    fn of(address: &str) -> Option<Self> {
        let (_, query) = address.split_once('?')?;
        [Self::Identity, Self::Recent]
            .into_iter()
            .find(|demand| demand.query() == query)
    }

    fn challenge(self) -> String {
        match self {
            Self::Identity => "OneLogin level=\"Cl.Cm.P2\"".to_owned(),
            Self::Recent => format!("OneLogin max_age={RECENT}"),
        }
    }

    fn is_met(self, token: &Unverified, now: i64) -> bool {
        match self {
            Self::Identity => token.claims.get("vot").is_some_and(|vot| vot == "Cl.Cm.P2"),
            Self::Recent => {
                let times = ["auth_time", "reauth_time"];
                let last = times.iter().filter_map(|name| token.seconds(name)).max();
                last.is_some_and(|last| now - last <= RECENT + MARGIN)
            }
        }
    }
}

/// The challenge with which the service refuses a request, if it does. It trusts the edge's assertion, which the judge verifies.
pub fn challenge(reached: &OriginRequest, now: i64) -> Option<String> {
    let demand = Demand::of(&reached.url)?;
    let assertions = reached.assertions();
    let token = assertions
        .first()
        .and_then(|token| Unverified::parse(token));
    let is_met = token.is_some_and(|token| demand.is_met(&token, now));
    (!is_met).then(|| demand.challenge())
}
