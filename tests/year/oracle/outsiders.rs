//! Programs, staff, and pages of other sites.

use simulator::jose::Unverified;

use super::{Asked, Oracle, text};
use crate::world::http::By;
use crate::world::record::OriginRequest;
use crate::year::deployment::{Access, HOSTS, Place};
use crate::year::house::{House, Served};
use crate::year::outsiders::Pass;

/// The statement about staff.
const STATEMENT: &str = "one-login-staff-assertion";

/// The edge's own cookies begin so.
const OWN: &str = "__Host-ol-";

/// For so long after the team has changed its key a good token may be refused, in milliseconds: the copy of the keys may be a
/// minute old, and was fetched while a request took its time.
const KEYS_MS: i64 = 75_000;

impl Oracle {
    /// A request for a place of programs or staff has reached a service.
    pub(super) fn outsider_reached(
        &mut self,
        house: &House,
        asked: &Asked,
        place: &Place,
        reached: &OriginRequest,
    ) {
        let path = place.path;
        let is_person = !reached.assertions().is_empty()
            || reached.header("one-login-identity").is_some()
            || reached
                .header("cookie")
                .is_some_and(|cookies| cookies.contains(OWN));
        if is_person {
            return self.broken(format!("outsiders: {path} learns of a person"));
        }
        let statements = reached.headers.iter().filter(|(name, _)| name == STATEMENT);
        let statements: Vec<_> = statements.map(|(_, value)| value.as_str()).collect();
        let wrong = match (place.access, &statements[..]) {
            (Access::Staff, [statement]) => {
                (!is_true(house, asked, statement)).then_some("gets a statement that is not right")
            }
            (Access::Staff, _) => Some("gets no statement, or several"),
            (_, []) => (reached.header("authorization") != Some("Bearer of-a-program"))
                .then_some("is reached without the credentials of a program"),
            _ => Some("gets a statement about staff"),
        };
        if let Some(wrong) = wrong {
            self.broken(format!("outsiders: {path} {wrong}"));
        }
    }

    /// A request for a place of people has reached a service.
    pub(super) fn insider_reached(&mut self, places: &[Place], reached: &OriginRequest) {
        if reached.header(STATEMENT).is_some() {
            self.broken("outsiders: a page of people gets a statement about staff".to_owned());
        }
        let is_foreign = reached
            .header("sec-fetch-site")
            .is_some_and(|site| matches!(site, "cross-site" | "same-site"));
        let is_required = places.iter().all(|place| place.access == Access::Required);
        if is_foreign && is_required && !matches!(reached.method.as_str(), "GET" | "HEAD") {
            let path = places.first().map_or("", |place| place.path);
            self.broken(format!("other site: a form of another site reaches {path}"));
        }
    }

    /// A program or one of the staff has got an answer.
    pub fn outsider_answered(&mut self, asked: &Asked, pass: Pass, served: &Served) {
        let is_staff = matches!(
            asked
                .place
                .map(|number| crate::year::deployment::PLACES[number].access),
            Some(Access::Staff)
        );
        let is_good = match is_staff {
            true => pass == Pass::Good,
            false => pass != Pass::Nothing,
        };
        let shown = &served.shown;
        let is_new = is_staff && asked.sent_ms < self.team_changed_ms + KEYS_MS;
        let status = shown.status;
        if !is_good && served.reached.is_some() {
            self.broken(format!("outsiders: {pass:?} opens the service"));
        } else if is_good && self.calm && !is_new && shown.by != By::Origin {
            let lines = served.heard.lines.borrow().clone();
            self.broken(format!(
                "outsiders: {pass:?} is answered {status} in a calm world: {lines:?}"
            ));
        }
        if shown.set_cookies().next().is_some() {
            self.broken("outsiders: one gets a cookie of the edge's".to_owned());
        }
    }
}

/// Whether a statement about staff is signed by a published key, and for this service.
fn is_true(house: &House, asked: &Asked, statement: &str) -> bool {
    let Some(token) = Unverified::parse(statement) else {
        return false;
    };
    let service = format!("https://{}", HOSTS[asked.host]);
    house.has_signed(&token)
        && token.header_text("typ") == Some("one-login-staff-assertion+jwt")
        && text(&token.claims, "iss") == format!("staff:{service}")
        && text(&token.claims, "aud") == service
        && text(&token.claims, "email") == "caseworker@example.gov.uk"
}
