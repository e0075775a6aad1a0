//! Everything that a probe may look at, and the reasons why something is not there.

use super::finding::{Fault, Outcome, found};
use super::head_limit::Limit;
use super::subject::Subject;
use super::web::{Answer, Asked, Replies, Reply};
use crate::registration::expected::Expected;
use one_login_edge::config::Service;
use serde_json::Value;

/// Any probe's: its address did not answer.
pub const UNANSWERED: Fault = Fault::error(
    "unanswered",
    "People, One Login or your service get no answer there either.",
    "Try again; if it stays so, look for rules in Cloudflare (firewall, bots, Access) that stop this address.",
);

/// The material of a probe: the configuration and the answers.
pub struct Look<'a> {
    pub subject: &'a Subject,
    pub replies: &'a Replies,
    /// How long a head the origin takes; none where it was not asked or did not answer.
    pub head_limit: Option<Limit>,
    /// Whether the signature of the Worker's request object is good; none where it was not verified.
    pub is_signed: Option<bool>,
}

impl<'a> Look<'a> {
    /// The service as its configuration describes it.
    ///
    /// # Errors
    /// When a fault in the configuration closes it.
    pub fn expected(&self) -> Result<&'a Expected, Outcome> {
        let expected = self.subject.expected.as_ref();
        expected.ok_or_else(|| not_run("the configuration is at fault"))
    }

    /// The service as the Worker serves it.
    ///
    /// # Errors
    /// When a fault in the configuration closes it.
    pub fn service(&self) -> Result<&'a Service, Outcome> {
        Ok(&self.expected()?.service)
    }

    /// The answer to a question.
    ///
    /// # Errors
    /// When it was not asked, or nothing came back.
    pub fn answer(&self, asked: Asked) -> Result<&'a Answer, Outcome> {
        // An answer from another server at the health page's address says nothing about the Worker.
        let absent = asked == Asked::Health && self.health().is_none();
        match self.replies.get(&asked).filter(|_| !absent) {
            Some(Reply::Answered(answer)) => Ok(answer),
            Some(Reply::Failed { error }) => {
                Err(found(&UNANSWERED, format!("no answer ({error})")))
            }
            None if self.subject.expected.is_none() => {
                Err(not_run("the configuration is at fault"))
            }
            None if self.subject.offline => Err(not_run("--offline: no address is asked")),
            None => Err(not_run("the Worker does not answer")),
        }
    }

    /// The health page, if it is the Worker's.
    pub fn health(&self) -> Option<Value> {
        health(self.replies)
    }
}

/// The health page among the replies, if it is the Worker's.
pub fn health(replies: &Replies) -> Option<Value> {
    let Some(Reply::Answered(answer)) = replies.get(&Asked::Health) else {
        return None;
    };
    let health: Value = serde_json::from_str(&answer.body).ok()?;
    let is_ours = health["status"].is_string() && health["keys"].is_object();
    is_ours.then_some(health)
}

/// A probe that did not look.
pub fn not_run(why: impl Into<String>) -> Outcome {
    Outcome::NotRun(why.into())
}

/// A status with what people call it.
pub fn status(answer: &Answer) -> String {
    match answer.header("location") {
        Some(location) if (300..400).contains(&answer.status) => {
            format!("status {} to {}", answer.status, short(location))
        }
        _ => format!("status {}", answer.status),
    }
}

/// An address without its query, which may be long and may be private.
pub fn short(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}
