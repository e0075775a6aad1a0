//! A record of each request and event, for the reader of a failing week.

use std::collections::VecDeque;
use std::fmt::Write;

use super::house::{House, Iso, Served};
use super::oracle::Asked;
use crate::world::BEGINNING;
use crate::world::http::Incoming;

/// The record: all of it in a hash, the end of it as lines.
#[derive(Debug, Default)]
pub struct Trace {
    /// A hash of every line, and of every cookie.
    pub hash: u64,
    /// The last lines.
    pub last: VecDeque<String>,
}

impl Trace {
    /// Adds a line, and more to the hash.
    pub fn note(&mut self, line: String, more: &str) {
        for byte in line.bytes().chain(more.bytes()) {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        if self.last.len() >= 30 {
            self.last.pop_front();
        }
        self.last.push_back(line);
    }
}

impl House {
    /// Days, hours, minutes and seconds since the beginning.
    pub fn since(&self) -> String {
        let ms = self.runtime.now() - BEGINNING * 1_000;
        let (days, rest) = (ms / 86_400_000, ms % 86_400_000);
        let (hours, minutes) = (rest / 3_600_000, rest / 60_000 % 60);
        let (seconds, ms) = (rest / 1_000 % 60, rest % 1_000);
        format!("{days}d {hours:02}:{minutes:02}:{seconds:02}.{ms:03}")
    }

    /// Notes a request and its answer.
    pub fn note(&self, asked: &Asked, request: &Incoming, iso: &Iso, served: &Served) {
        let shown = &served.shown;
        let address = request.url.split('?').next().unwrap_or_default();
        let mut line = format!(
            "{} computer {} {} {address} in isolate {} (version {}): {} by {:?}",
            self.since(),
            asked.computer,
            request.method,
            iso.number,
            iso.version,
            shown.status,
            shown.by
        );
        for (event, label) in served.heard.lines.borrow().iter() {
            let _ = write!(line, " [{event} {label}]");
        }
        let mut more = String::new();
        for cookie in shown.set_cookies() {
            let name = cookie.split('=').next().unwrap_or_default();
            let gone = if cookie.contains("Max-Age=0;") {
                "-"
            } else {
                "+"
            };
            let _ = write!(line, " {gone}{}", name.trim_start_matches("__Host-ol-"));
            more.push_str(cookie);
        }
        self.trace.borrow_mut().note(line, &more);
    }
}
