//! The requests and their answers: tests read them to prove that something did, or did not, reach the provider.

use serde::Serialize;

use crate::http::{Request, Response};

/// How many requests are kept; the oldest go first.
const MOST: usize = 10_000;

/// One request and its outcome.
#[derive(Debug, Clone, Serialize)]
pub struct Recorded {
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query as on the wire.
    pub query: String,
    /// The headers in order.
    pub headers: Vec<(String, String)>,
    /// The status of the answer.
    pub status: u16,
    /// Why it was refused, if it was.
    pub error: Option<String>,
}

/// The requests so far.
#[derive(Debug, Default)]
pub struct Record(Vec<Recorded>);

impl Record {
    /// Notes a request and its answer.
    pub fn add(&mut self, request: &Request, response: &Response) {
        if self.0.len() >= MOST {
            self.0.drain(..MOST / 10);
        }
        self.0.push(Recorded {
            method: request.method.clone(),
            path: request.path().to_owned(),
            query: request.query().to_owned(),
            headers: request.headers.clone(),
            status: response.status,
            error: response.reason.clone(),
        });
    }

    /// Everything noted, in order.
    pub fn entries(&self) -> &[Recorded] {
        &self.0
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}
