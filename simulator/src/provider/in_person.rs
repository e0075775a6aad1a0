//! Proving an identity at a Post Office: the request for it ends here and not at the service, days go by, and the next
//! request finds the identity proved.
//!
//! The real provider writes an e-mail when the Post Office is done, which leads to the service's landing page. Here a control,
//! or a button on the page, replaces the days and the e-mail.

use crate::http::{Request, Response, last_wins};
use crate::keys::random_id;
use crate::provider::journey::{ACCESS_DENIED, Journey, declined};
use crate::provider::pages;
use crate::provider::personas::Persona;
use crate::provider::state::Provider;

impl Provider {
    /// Sets whether the Post Office has seen this person.
    pub fn set_seen_in_person(&mut self, persona: &'static Persona, seen: bool) {
        if seen {
            self.seen_in_person.insert(persona.id);
        } else {
            self.seen_in_person.remove(persona.id);
        }
    }

    /// Whether this request for an identity cannot be answered before the person has been to a Post Office.
    pub(super) fn must_go_in_person(&self, journey: &Journey, persona: &Persona) -> bool {
        let in_person = persona.identity.as_ref().is_some_and(|i| i.in_person);
        in_person && !journey.asked.identity.is_empty() && !self.seen_in_person.contains(persona.id)
    }

    /// The page at which the request ends. The service hears nothing, unless the person goes back without an identity.
    pub(super) fn send_in_person(&mut self, journey: Journey, persona: &Persona) -> Response {
        let id = random_id();
        let page = pages::go_in_person(&id, persona, journey.locale);
        self.journeys.insert(id, journey);
        Response::html(200, page)
    }

    /// `POST /in-person`: the two buttons of that page.
    pub(super) fn in_person(&mut self, request: &Request) -> Response {
        let form = last_wins(&request.body);
        let persona = form.get("persona").and_then(|id| Persona::find(id));
        let journey = form.get("journey").and_then(|id| self.journeys.remove(id));
        let (Some(journey), Some(persona)) = (journey, persona) else {
            return pages::lost().because("the page is unknown or too old");
        };
        if form.get("seen").map(String::as_str) != Some("yes") {
            return declined(303, &journey, ACCESS_DENIED);
        }
        self.set_seen_in_person(persona, true);
        let landing = self
            .settings
            .client(&journey.client_id)
            .and_then(|client| client.landing_page_url.as_deref());
        Response::html(200, pages::seen_in_person(landing, journey.locale))
    }
}
