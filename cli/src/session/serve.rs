//! A key set on a port of this machine, for a service that fetches it.

use anyhow::{Context, Result};
use shell::terminal;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

/// How long a client may take to ask.
const PATIENCE: Duration = Duration::from_secs(5);

/// Answers requests for the path with the document until the program is ended.
///
/// # Errors
/// When the port is taken.
pub fn run(port: u16, path: &str, document: &str) -> Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .with_context(|| format!("port {port} cannot be used"))?;
    terminal::line(format_args!("http://{}{path}", listener.local_addr()?))?;
    shell::groups::a_signal_is_success();
    for stream in listener.incoming() {
        // A client that goes away loses its own answer and no other client's.
        let _ = stream.and_then(|stream| answer(stream, path, document));
    }
    Ok(())
}

fn answer(mut stream: TcpStream, path: &str, document: &str) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    // Read every header: unread bytes would reset the connection before the answer arrives.
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let (status, body) = if first.starts_with(&format!("GET {path} ")) {
        ("200 OK", document)
    } else {
        ("404 Not Found", "{}")
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
