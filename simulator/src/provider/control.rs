//! The control interface for tests, under `/control/`. The real provider has nothing like it.

use serde_json::{Value, json};

use crate::http::{Request, Response};
use crate::provider::Provider;
use crate::provider::control_sessions::notification_faults;
use crate::provider::fault::Fault;
use crate::provider::personas::{PERSONAS, Persona};

impl Provider {
    /// Answers a control request. Bodies and answers are JSON; a mistake is 400 with an `error` that says which.
    pub(super) fn control(&mut self, now: i64, request: &Request) -> Response {
        let body: Value = match request.body.as_slice() {
            [] => json!({}),
            bytes => match serde_json::from_slice(bytes) {
                Ok(value) => value,
                Err(error) => return mistake(&format!("the body is not JSON: {error}")),
            },
        };
        match (request.method.as_str(), request.path()) {
            ("GET", "/control/requests") => Response::json(200, &json!(self.requests())),
            ("DELETE", "/control/requests") => {
                self.clear_requests();
                done()
            }
            ("GET", "/control/faults") => Response::json(
                200,
                &json!(Fault::ALL.iter().map(|f| f.name()).collect::<Vec<_>>()),
            ),
            ("GET", "/control/personas") => {
                let list = PERSONAS
                    .iter()
                    .map(|p| json!({ "id": p.id, "name": p.name, "email": p.email.0 }));
                Response::json(200, &list.collect())
            }
            ("POST", "/control/auto") => self.control_auto(&body["persona"]),
            ("POST", "/control/clock") => match body["offset_seconds"].as_i64() {
                Some(seconds) => {
                    self.set_clock_offset(seconds);
                    done()
                }
                None => mistake("offset_seconds must be a whole number"),
            },
            ("POST", "/control/fault") => self.control_fault(&body),
            ("POST", "/control/rotate") => self.control_rotate(&body),
            ("POST", "/control/reset") => {
                self.reset();
                done()
            }
            ("GET", "/control/sessions") => self.control_sessions(now),
            ("POST", "/control/single-sign-on") => self.control_single_sign_on(&body),
            ("POST", "/control/end-session") => self.control_end_session(now, &body),
            ("GET", "/control/notifications") => Response::json(200, &json!(self.deliveries())),
            ("POST", "/control/notifications") => self.control_notifications(&body),
            ("DELETE", "/control/notifications") => {
                self.notifications_mut().clear();
                done()
            }
            ("GET", "/control/notification-faults") => notification_faults(),
            _ => Response::json(404, &json!({ "error": "no such control" })),
        }
    }

    fn control_auto(&mut self, persona: &Value) -> Response {
        let chosen = match persona {
            Value::Null => None,
            Value::String(id) => match Persona::find(id) {
                Some(persona) => Some(persona),
                None => return mistake(&format!("no persona {id}")),
            },
            _ => return mistake("persona must be a name or null"),
        };
        self.set_automatic(chosen);
        done()
    }

    fn control_rotate(&mut self, body: &Value) -> Response {
        let keep_old = body["keep_old"].as_bool().unwrap_or(false);
        match body["when"].as_str() {
            None if body["when"].is_null() => self.rotate(keep_old),
            Some("now") => self.rotate(keep_old),
            Some("next-signature") => self.rotate_before_next_signature(keep_old),
            _ => return mistake("when must be now or next-signature"),
        }
        Response::json(200, &json!({ "kid": self.keyring.ec().kid() }))
    }

    fn control_fault(&mut self, body: &Value) -> Response {
        let times = match &body["times"] {
            Value::Null => None,
            value => match value.as_u64().and_then(|n| u32::try_from(n).ok()) {
                Some(times) => Some(times),
                None => return mistake("times must be a whole number"),
            },
        };
        let fault = match &body["fault"] {
            Value::Null => None,
            Value::String(name) => match Fault::from_name(name) {
                Some(fault) => Some(fault),
                None => return mistake(&format!("no fault {name}")),
            },
            _ => return mistake("fault must be a name or null"),
        };
        self.set_fault(fault, times);
        done()
    }
}

/// The answer when all there is to say is that it was done.
pub(super) fn done() -> Response {
    Response::json(200, &json!({ "ok": true }))
}

/// The answer to a wrong request.
pub(super) fn mistake(error: &str) -> Response {
    Response::json(400, &json!({ "error": error }))
}
