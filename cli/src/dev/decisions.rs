//! Passes the Worker's log lines on to the simulated provider's desk, where a browser shows them.

use super::http::ask;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// The Worker's decisions that have not been passed on to the desk yet.
pub struct Decisions {
    port: u16,
    token: Option<String>,
    heard: Vec<Value>,
}

impl Decisions {
    /// For the desk at a port, which may want a token.
    pub const fn new(port: u16, token: Option<String>) -> Self {
        Self {
            port,
            token,
            heard: Vec::new(),
        }
    }

    /// Takes a line of wrangler's, if it is one of the Worker's or tells of a request.
    pub fn hear(&mut self, line: &str) {
        if let Some(mut said) = read(line) {
            said["time"] = json!(time_of_day());
            self.heard.push(said);
        }
    }

    /// Sends everything. A decision that the desk does not take is lost there; the terminal shows it as well.
    pub fn pass_on(&mut self) {
        if !self.heard.is_empty() {
            let _ = ask(
                self.port,
                self.token.as_deref(),
                "POST /control/decisions",
                &Value::Array(std::mem::take(&mut self.heard)).to_string(),
            );
        }
    }
}

/// A line of the Worker's log is a JSON object with an `event`; wrangler's own about a request is `GET /path 200 OK (3ms)`.
fn read(line: &str) -> Option<Value> {
    let object = line
        .find('{')
        .and_then(|start| serde_json::from_str::<Value>(&line[start..]).ok());
    if let Some(said) = object.filter(|said| said["event"].is_string()) {
        return Some(said);
    }
    let method =
        |word: &&str| ["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"].contains(word);
    let words: Vec<_> = line
        .split_whitespace()
        .skip_while(|word| !method(word))
        .collect();
    let [method, target, status, ..] = words[..] else {
        return None;
    };
    let status: u16 = status.parse().ok()?;
    // A query may hold a code.
    let path = target.split('?').next()?;
    Some(
        json!({ "event": "request", "label": status.to_string(), "path": format!("{method} {path}") }),
    )
}

/// Hours, minutes and seconds, UTC.
fn time_of_day() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = since.unwrap_or_default().as_secs() % 86_400;
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dev::supervise::loopback;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;

    #[test]
    fn when_the_worker_writes_its_log_or_a_request_then_dev_reads_that_line_only() {
        let log = r#"{"event":"signed_in","outcome":"done","label":"Cl.Cm","service":"DEMO"}"#;
        assert_eq!(read(log).unwrap()["event"], "signed_in");
        let request =
            read("[wrangler:info] GET /auth/callback?code=abc&state=d 303 See Other (5ms)")
                .unwrap();
        assert_eq!(request["path"], "GET /auth/callback");
        assert_eq!(request["label"], "303");
        for line in ["", "⎔ Reloading local server...", "GET this", "{\"event\":"] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn when_decisions_are_passed_on_again_then_each_is_sent_once() {
        let listener = TcpListener::bind(loopback(0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap());
            let (mut length, mut line) = (0, String::new());
            while lines.read_line(&mut line).unwrap() > 2 {
                if let Some(number) = line.strip_prefix("Content-Length: ") {
                    length = number.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            lines.read_exact(&mut body).unwrap();
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                .unwrap();
            serde_json::from_slice::<Value>(&body).unwrap()
        });
        let mut decisions = Decisions::new(port, None);
        decisions.pass_on();
        decisions.hear(r#"{"event":"refused","label":"upgrade_origin"}"#);
        decisions.pass_on();
        decisions.pass_on();
        let sent = server.join().unwrap();
        assert_eq!(sent[0]["label"], "upgrade_origin");
        assert_eq!(sent[0]["time"].as_str().unwrap().len(), 8);
    }
}
