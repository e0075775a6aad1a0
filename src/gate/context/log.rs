//! The lines of the log that a request writes.

use super::Context;
use crate::gate::http::request::Request;
use crate::gate::log_context::LogContext;
use crate::platform::{Event, EventOutcome, Platform};
use crate::session::attempt::Attempt;

impl<P: Platform> Context<P> {
    /// The same context, with what log lines say of the request.
    #[must_use]
    pub fn logging(&self, request: &Request) -> Self {
        Self {
            log_context: LogContext::request(&self.service, request),
            ..self.clone()
        }
    }

    /// The same context, with what log lines say of a person: a hash of the subject that holds for one
    /// day.
    #[must_use]
    pub fn logging_person(&self, subject: &str) -> Self {
        let mut context = self.clone();
        if let Some(ring) = &self.isolate.config.ring {
            context.log_context.person = ring.pseudonym(&self.service.binding, subject, self.now);
        }
        context
    }

    /// The same context, with the sign-in that came back.
    #[must_use]
    pub fn logging_attempt(mut self, attempt: &Attempt) -> Self {
        let elapsed = self.now - attempt.started_at;
        self.log_context.level = attempt.level.as_str();
        self.log_context.seconds = u32::try_from(elapsed).unwrap_or_default();
        self
    }

    /// Writes a line of something that was carried out; all texts are labels, never values.
    pub fn log_done(&self, name: &'static str, label: &'static str) {
        self.log(EventOutcome::Done, name, label, "");
    }

    /// Writes a line of something that was refused.
    pub fn log_refused(&self, name: &'static str, label: &'static str) {
        self.log(EventOutcome::Refused, name, label, "");
    }

    /// Writes a line of something that failed.
    pub fn log_failed(&self, name: &'static str, label: &'static str) {
        self.log(EventOutcome::Failed, name, label, "");
    }

    /// Writes a line; `detail` is a text of our own.
    pub fn log(
        &self,
        outcome: EventOutcome,
        name: &'static str,
        label: &'static str,
        detail: &str,
    ) {
        self.platform.log(&self.event(outcome, name, label, detail));
    }

    /// Writes a line of something that one cause may bring about with every request: one a minute for
    /// each label, and how many were left out.
    pub fn log_summed(
        &self,
        outcome: EventOutcome,
        name: &'static str,
        label: &'static str,
        detail: &str,
    ) {
        self.log_sums();
        let event = self.event(outcome, name, label, detail);
        if let Some(event) = self.isolate.tally.count(event, self.now) {
            self.platform.log(&event);
        }
    }

    /// Writes the sums that wait for a minute.
    pub fn log_sums(&self) {
        for line in self.isolate.tally.due(self.now) {
            self.platform.log(&line);
        }
    }

    fn event(
        &self,
        outcome: EventOutcome,
        name: &'static str,
        label: &'static str,
        detail: &str,
    ) -> Event {
        let log_context = self.log_context.clone();
        Event {
            name,
            outcome,
            label,
            service: self.service.id.clone(),
            route: log_context.route,
            reference: self.reference.clone(),
            trace: log_context.trace,
            person: log_context.person,
            detail: detail.to_owned(),
            count: 0,
            level: match label.starts_with("Cl") {
                true => label,
                false => log_context.level,
            },
            seconds: log_context.seconds,
        }
    }
}
