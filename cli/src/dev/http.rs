//! Requests to the programs of `dev`, which are on this machine.

use super::supervise::loopback;
use std::io::{Read, Result, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A connection that takes longer is broken.
const PATIENCE: Duration = Duration::from_secs(1);

/// Sends a request, with the token of the controls where there is one, and gives the body of an answer with 200.
pub fn ask(port: u16, token: Option<&str>, what: &str, body: &str) -> Result<String> {
    let token = token.map(|token| format!("Control-Token: {token}\r\n"));
    let mut stream = TcpStream::connect_timeout(&loopback(port), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "{what} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n{}Connection: close\r\n\r\n{body}",
        body.len(),
        token.unwrap_or_default()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 200 ") => Ok(body.to_owned()),
        _ => Err(std::io::Error::other(format!("{what} was not answered"))),
    }
}
