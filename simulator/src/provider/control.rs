//! The control interface for tests, under `/control/`. The real provider has nothing like it.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde_json::{Value, json};

use crate::http::{Request, Response, last_wins};
use crate::provider::access_team;
use crate::provider::control_answer::{done, mistake};
use crate::provider::control_sessions::notification_faults;
use crate::provider::desk;
use crate::provider::fault::Fault;
use crate::provider::personas::{PERSONAS, Persona};
use crate::provider::rotation::{Keys, When};
use crate::provider::state::Provider;
use crate::provider::times::Times;

/// The header with the token of the controls, and the cookie in which the desk keeps it.
pub const TOKEN: &str = "control-token";

impl Provider {
    /// Has every control want this token, because other machines may ask.
    pub fn set_control_token(&mut self, token: String) {
        self.control_token = Some(token);
    }

    /// The answer to a control without the token, where one is set. A person opens the desk with `?token=`, and the browser keeps it.
    pub fn control_refused(&self, request: &Request) -> Option<Response> {
        let token = self.control_token.as_deref()?;
        let is_it = |said: &str| verify_slices_are_equal(said.as_bytes(), token.as_bytes()).is_ok();
        let said = request.header(TOKEN).or_else(|| request.cookie(TOKEN));
        if said.is_some_and(is_it) {
            return None;
        }
        let query = last_wins(request.query().as_bytes());
        let opens = request.method == "GET" && request.path() == desk::PATH;
        Some(
            match query.get("token").filter(|said| opens && is_it(said)) {
                Some(token) => Response::redirect(303, desk::PATH).with_header(
                    "set-cookie",
                    &format!("{TOKEN}={token}; Path=/control/; HttpOnly; SameSite=Strict"),
                ),
                None => Response::json(
                    403,
                    &json!({ "error": "the control token is missing or wrong" }),
                ),
            },
        )
    }

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
            ("POST", "/control/times") => self.control_times(body),
            ("POST", "/control/fault") => self.control_fault(&body),
            ("POST", "/control/rotate") => self.control_rotate(&body),
            ("POST", "/control/in-person") => self.control_in_person(&body),
            ("POST", "/control/return-codes") => self.control_return_codes(&body["codes"]),
            ("POST", access_team::CONTROL) => self.control_staff(now, &body),
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

    fn control_times(&mut self, mut body: Value) -> Response {
        let token = body.as_object_mut().and_then(|b| b.remove("token"));
        let times: Times = match serde_json::from_value(body) {
            Ok(times) => times,
            Err(error) => return mistake(&error.to_string()),
        };
        match token.as_ref().and_then(Value::as_str) {
            Some("id-token") => self.set_id_token_times(times),
            Some("core-identity") => self.set_core_identity_times(times),
            _ => return mistake("token must be id-token or core-identity"),
        }
        done()
    }

    fn control_in_person(&mut self, body: &Value) -> Response {
        let Some(persona) = body["persona"].as_str().and_then(Persona::find) else {
            return mistake("persona must be the name of a person");
        };
        let seen = match &body["seen"] {
            Value::Null => true,
            Value::Bool(seen) => *seen,
            _ => return mistake("seen must be true or false"),
        };
        self.set_seen_in_person(persona, seen);
        done()
    }

    fn control_return_codes(&mut self, codes: &Value) -> Response {
        let text = |code: &Value| code.as_str().map(str::to_owned);
        match codes {
            Value::Null => self.set_return_codes(None),
            Value::Array(list) => match list.iter().map(text).collect() {
                Some(codes) => self.set_return_codes(Some(codes)),
                None => return mistake("codes must be text"),
            },
            _ => return mistake("codes must be a list or null"),
        }
        done()
    }

    fn control_rotate(&mut self, body: &Value) -> Response {
        let keep_old = body["keep_old"].as_bool().unwrap_or(false);
        let said = |name: &str, default: &'static str| match &body[name] {
            Value::Null => Some(default.to_owned()),
            value => value.as_str().map(str::to_owned),
        };
        let keys = match said("keys", "tokens").as_deref() {
            Some("tokens") => Keys::Tokens,
            Some("identity") => Keys::Identity,
            _ => return mistake("keys must be tokens or identity"),
        };
        match said("when", "now").as_deref() {
            Some("now") => self.rotate_keys(keys, When::Now, keep_old),
            Some("next-signature") => self.rotate_keys(keys, When::BeforeNextSignature, keep_old),
            Some("after-next-signature") => {
                self.rotate_keys(keys, When::AfterNextSignature, keep_old)
            }
            Some("announce") if keys == Keys::Identity => self.announce_identity_key(),
            _ => {
                return mistake(
                    "when must be now, next-signature, after-next-signature or, for identity, announce",
                );
            }
        }
        let current = match keys {
            Keys::Tokens => self.keyring.ec(),
            Keys::Identity => self.keyring.identity(),
        };
        Response::json(200, &json!({ "kid": current.kid() }))
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
