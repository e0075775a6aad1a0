//! The part of the control interface about sessions and the notifications of their end.

use serde_json::{Value, json};

use crate::http::{Request, Response};
use crate::provider::control_answer::{done, mistake};
use crate::provider::fault::logout_token::NotificationFault;
use crate::provider::notification::{Notice, Outgoing};
use crate::provider::personas::Persona;
use crate::provider::state::Provider;

impl Provider {
    /// `GET /control/sessions`: who is signed in here, in which browser, and at which clients.
    pub(super) fn control_sessions(&self, now: i64) -> Response {
        let list = self.sessions.list(now).into_iter().map(|session| {
            json!({
                "id": session.id,
                "persona": session.persona.id,
                "auth_time": session.auth_time,
                "used_at": session.used_at,
                "clients": session.clients,
            })
        });
        Response::json(200, &list.collect())
    }

    /// `POST /control/single-sign-on`.
    pub(super) fn control_single_sign_on(&mut self, body: &Value) -> Response {
        match &body["enabled"] {
            Value::Null => self.set_single_sign_on(None),
            Value::Bool(enabled) => self.set_single_sign_on(Some(*enabled)),
            _ => return mistake("enabled must be true, false or null"),
        }
        done()
    }

    /// `POST /control/end-session`: what the provider does when an account is blocked. No browser has to be there.
    pub(super) fn control_end_session(&mut self, now: i64, body: &Value) -> Response {
        let persona = body["persona"].as_str().and_then(Persona::find);
        let Some(persona) = persona else {
            return mistake("persona must be the name of one");
        };
        let ended = self.sessions.end_all_of(persona, now);
        let told: usize = ended.iter().map(|s| self.tell_clients_of(s)).sum();
        let answer = json!({ "ended_sessions": ended.len(), "notifications": told });
        Response::json(200, &answer)
    }

    /// `POST /control/notifications`: how they are sent from now on. Settings that are not named stay.
    pub(super) fn control_notifications(&mut self, body: &Value) -> Response {
        let seconds = |name: &str| match &body[name] {
            Value::Null => Ok(None),
            value => match value.as_u64().and_then(|n| u32::try_from(n).ok()) {
                Some(seconds) => Ok(Some(seconds)),
                None => Err(mistake(&format!("{name} must be a whole number"))),
            },
        };
        let held = match &body["held"] {
            Value::Null => None,
            Value::Bool(held) => Some(*held),
            _ => return mistake("held must be true or false"),
        };
        let (delay, timeout) = match (seconds("retry_delay_seconds"), seconds("timeout_seconds")) {
            (Ok(delay), Ok(timeout)) => (delay, timeout),
            (Err(wrong), _) | (_, Err(wrong)) => return wrong,
        };
        let settings = self.notifications_mut();
        settings.retry_delay_seconds = delay.map_or(settings.retry_delay_seconds, i64::from);
        settings.timeout_seconds = timeout.map_or(settings.timeout_seconds, u64::from);
        settings.held = held.unwrap_or(settings.held);
        let answer = json!({
            "retry_delay_seconds": settings.retry_delay_seconds,
            "timeout_seconds": settings.timeout_seconds,
            "held": settings.held,
            "waiting": settings.waiting(),
        });
        Response::json(200, &answer)
    }

    /// The notification that `POST /control/notify` wants to be sent at once, or the answer that says what is wrong. Sending
    /// is for whoever has a network.
    pub fn ordered_notification(
        &mut self,
        now: i64,
        request: &Request,
    ) -> Result<Outgoing, Response> {
        let body: Value = serde_json::from_slice(&request.body)
            .map_err(|error| mistake(&format!("the body is not JSON: {error}")))?;
        let notice = read_notice(&body)?;
        self.notify(now, &notice)
            .ok_or_else(|| mistake("no such client, or it has no back_channel_logout_uri"))
    }
}

fn read_notice(body: &Value) -> Result<Notice, Response> {
    let text = |name: &str| match &body[name] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(mistake(&format!("{name} must be text"))),
    };
    let required = |name: &str| text(name)?.ok_or_else(|| mistake(&format!("{name} is missing")));
    let fault = match text("fault")? {
        None => None,
        Some(name) => Some(
            NotificationFault::ALL
                .iter()
                .copied()
                .find(|fault| fault.name() == name)
                .ok_or_else(|| mistake(&format!("no fault {name} of logout notifications")))?,
        ),
    };
    let iat_offset = match &body["iat_offset"] {
        Value::Null => 0,
        value => value
            .as_i64()
            .ok_or_else(|| mistake("iat_offset must be a whole number"))?,
    };
    Ok(Notice {
        client_id: required("client_id")?,
        sub: required("sub")?,
        fault,
        iat_offset,
        jti: text("jti")?,
    })
}

/// Every fault of notifications, with whether a careful client accepts it.
pub fn notification_faults() -> Response {
    let list = NotificationFault::ALL
        .iter()
        .map(|fault| json!({ "name": fault.name(), "accepted": fault.is_accepted() }));
    Response::json(200, &list.collect())
}
