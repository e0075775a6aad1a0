//! The desk: the page on which a developer sees what is running, what the edge decides, and chooses who signs in and what
//! breaks. The real provider has nothing like it.

use serde_json::{Value, json};

use crate::http::{Request, Response, last_wins};
use crate::provider::control_answer::{done, mistake};
use crate::provider::desk_page;
use crate::provider::desk_state::{About, Switched};
use crate::provider::fault::Fault;
use crate::provider::numbers_page::figures;
use crate::provider::personas::Persona;
use crate::provider::state::Provider;

/// Where the desk is.
pub const PATH: &str = "/control/";

impl Provider {
    /// Says what is running, for the desk.
    pub fn set_about(&mut self, about: About) {
        self.desk.about = Some(about);
    }

    /// Answers what the desk asks; `None` for any other control.
    pub(super) fn desk(&mut self, now: i64, request: &Request) -> Option<Response> {
        Some(match (request.method.as_str(), request.path()) {
            ("GET", PATH) => Response::html(200, desk_page::page(self, now)),
            ("GET", "/control/desk.js") => Response::empty(200)
                .with_header("content-type", "text/javascript; charset=utf-8")
                .with_header("cache-control", "no-store")
                .with_body(desk_page::SCRIPT),
            ("POST", "/control/choose") => self.choose(now, request),
            ("GET", "/control/switch") => {
                Response::json(200, &json!({ "switch": self.desk.switched.name() }))
            }
            ("GET", "/control/numbers") => {
                Response::html(200, figures(&self.desk.numbers).into_string())
            }
            ("GET", "/control/decisions") => {
                let query = last_wins(request.query().as_bytes());
                let after = query.get("after").and_then(|text| text.parse().ok());
                let found = self.desk.after(after.unwrap_or(0));
                let list = found.map(|(number, said)| json!({ "number": number, "said": said }));
                Response::json(200, &list.collect())
            }
            ("POST", "/control/decisions") => match serde_json::from_slice(&request.body) {
                Ok(Value::Array(list)) => {
                    list.into_iter()
                        .for_each(|decision| self.desk.note(decision));
                    done()
                }
                _ => mistake("the body must be a list"),
            },
            ("DELETE", "/control/decisions") => {
                self.desk.clear();
                done()
            }
            _ => return None,
        })
    }

    /// A form of the desk comes back: each sets what it names, and nothing else.
    fn choose(&mut self, now: i64, request: &Request) -> Response {
        let form = last_wins(&request.body);
        if let Some(id) = form.get("persona") {
            match Persona::find(id) {
                None if !id.is_empty() => return mistake(&format!("no persona {id}")),
                chosen => self.set_automatic(chosen),
            }
        }
        if let Some(name) = form.get("fault") {
            match Fault::from_name(name) {
                None if !name.is_empty() => return mistake(&format!("no fault {name}")),
                chosen => self.set_fault(chosen, None),
            }
        }
        if let Some(name) = form.get("switch") {
            match Switched::find(name) {
                None => return mistake(&format!("no switch {name}")),
                Some(chosen) => self.desk.switched = chosen,
            }
        }
        if let Some(id) = form.get("end") {
            let answer = self.control_end_session(now, &json!({ "persona": id }));
            if answer.status != 200 {
                return answer;
            }
        }
        if let (Some(event), Some(id)) = (form.get("signal"), form.get("about")) {
            let persona = Persona::find(id);
            if !persona.is_some_and(|persona| self.signal_everywhere(now, persona, event)) {
                return mistake("no such person or event");
            }
        }
        Response::redirect(303, PATH)
    }
}
