//! The desk: the page on which a developer sees what is running, what the edge decides, and chooses who signs in and what
//! breaks. The real provider has nothing like it.

use std::collections::VecDeque;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::{Request, Response, last_wins};
use crate::provider::control::{done, mistake};
use crate::provider::fault::Fault;
use crate::provider::personas::Persona;
use crate::provider::{Provider, desk_page};

/// Where the desk is.
pub const PATH: &str = "/control/";

/// How many decisions are remembered.
const KEPT: usize = 200;

/// The processes that run, as the command that started them reports.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The service's address as people see it, without a slash at its end.
    pub service: String,
    /// The address of the service behind the edge.
    pub origin: String,
    /// The things to try, in order.
    pub journeys: Vec<JourneyLink>,
}

/// Something to try.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JourneyLink {
    /// The path at the service.
    pub path: String,
    /// The page that the desk shows.
    pub shows: String,
}

/// The state of the desk.
#[derive(Debug, Default)]
pub struct Desk {
    pub(super) about: Option<About>,
    decisions: VecDeque<(u64, Value)>,
    next: u64,
}

impl Desk {
    /// Notes what the edge said; the oldest goes when there are too many.
    fn note(&mut self, decision: Value) {
        if self.decisions.len() == KEPT {
            self.decisions.pop_front();
        }
        self.next += 1;
        self.decisions.push_back((self.next, decision));
    }

    /// Everything that came after a number, oldest first, each with its own.
    pub(super) fn after(&self, number: u64) -> impl DoubleEndedIterator<Item = &(u64, Value)> {
        let later = self.decisions.iter();
        later.filter(move |(own, _)| *own > number)
    }
}

impl Provider {
    /// Says what is running, for the desk.
    pub fn set_about(&mut self, about: About) {
        self.desk.about = Some(about);
    }

    /// Answers what the desk asks; `None` for any other control.
    pub(super) fn desk(&mut self, now: i64, request: &Request) -> Option<Response> {
        Some(match (request.method.as_str(), request.path()) {
            ("GET", PATH) => Response::html(200, desk_page::page(self)),
            ("GET", "/control/desk.js") => Response::empty(200)
                .with_header("content-type", "text/javascript; charset=utf-8")
                .with_header("cache-control", "no-store")
                .with_body(desk_page::SCRIPT),
            ("POST", "/control/choose") => self.choose(now, request),
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
                self.desk.decisions.clear();
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
        if let Some(id) = form.get("end") {
            let answer = self.control_end_session(now, &json!({ "persona": id }));
            if answer.status != 200 {
                return answer;
            }
        }
        Response::redirect(303, PATH)
    }
}
