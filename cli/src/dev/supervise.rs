//! Keeps several programs running side by side: all of them, or none.

use anyhow::{Result, bail};
use shell::child::{self, Tail};
use shell::{groups, terminal};
use std::fmt::{self, Display, Formatter};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::Receiver;
use std::thread::sleep;
use std::time::{Duration, Instant};

const POLL: Duration = Duration::from_millis(50);
const CONNECT: Duration = Duration::from_secs(2);

/// How long a first answer may take; the Worker's waits until it is compiled.
const FIRST_ANSWER: Duration = Duration::from_secs(20);

/// wrangler's own mark of an error.
const ERROR: &str = "[ERROR]";

/// How long an error of wrangler's may be in coming, and its most lines.
const COMPLAINT: Duration = Duration::from_secs(5);
const LONGEST: usize = 20;
const WHOLE: Duration = Duration::from_secs(1);

/// Programs that belong together.
#[derive(Default)]
pub struct Company(Vec<Member>);

struct Member {
    name: &'static str,
    child: Child,
    lines: Receiver<String>,
    tail: Tail,
    complaint: Option<(Instant, Vec<String>)>,
}

impl Member {
    /// Keeps a line, and those of the error that it begins or goes on with: the program may say much before it ends.
    fn hear(&mut self, line: String) {
        let plain = terminal::plain(&line);
        let is_old = |(since, _): &(Instant, Vec<String>)| since.elapsed() > COMPLAINT;
        if plain.contains(ERROR) && self.complaint.as_ref().is_none_or(is_old) {
            self.complaint = Some((Instant::now(), vec![plain]));
        } else if let Some((_, lines)) = &mut self.complaint
            && lines.len() < LONGEST
        {
            lines.push(plain);
        }
        self.tail.push(line);
    }
}

/// The end of a program that was to go on.
#[derive(Debug)]
pub struct Gone {
    /// The program's name.
    pub name: &'static str,
    status: ExitStatus,
    tail: String,
    /// The lines of its last error, if it said one as wrangler does.
    pub complaint: Vec<String>,
}

impl std::error::Error for Gone {}

impl Display for Gone {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Self {
            name, status, tail, ..
        } = self;
        write!(
            formatter,
            "{name} ended ({status}); its last lines:\n{tail}"
        )
    }
}

impl Company {
    /// Starts another program.
    pub fn start(&mut self, name: &'static str, command: &mut Command) -> Result<()> {
        let (child, lines) = child::start(command)?;
        self.0.push(Member {
            name,
            child,
            lines,
            tail: Tail::default(),
            complaint: None,
        });
        Ok(())
    }

    /// Waits until something answers HTTP on a port, as long as everybody lives.
    pub fn wait_for(&mut self, port: u16, path: &str, patience: Duration) -> Result<()> {
        let deadline = Instant::now() + patience;
        while !answers_http(port, path) {
            self.look_after()?;
            if Instant::now() >= deadline {
                let tails: String = self
                    .0
                    .iter()
                    .map(|member| format!("{}:\n{}", member.name, member.tail))
                    .collect();
                bail!(
                    "nothing answered on port {port} within {} s\n{tails}",
                    patience.as_secs()
                );
            }
            sleep(POLL);
        }
        Ok(())
    }

    /// Waits until the one that was started last has said something, as long as everybody lives.
    pub fn wait_until_said(&mut self, text: &str, patience: Duration) -> Result<()> {
        let deadline = Instant::now() + patience;
        loop {
            let said = self.look_after()?;
            let last = self.0.last().map(|member| member.name);
            if said
                .iter()
                .any(|(name, line)| Some(*name) == last && line.contains(text))
            {
                return Ok(());
            }
            if Instant::now() >= deadline {
                let tail = self.0.last().map(|member| member.tail.to_string());
                bail!(
                    "nothing said `{text}` within {} s\n{}",
                    patience.as_secs(),
                    tail.unwrap_or_default()
                );
            }
            sleep(POLL);
        }
    }

    /// Whether a program said an error, a second ago so that it had the time to end.
    pub fn has_complaint(&mut self, name: &str) -> bool {
        let member = self.0.iter_mut().find(|member| member.name == name);
        let is_whole = |(since, _): &mut (Instant, Vec<String>)| since.elapsed() > WHOLE;
        member.is_some_and(|member| member.complaint.take_if(is_whole).is_some())
    }

    /// Whether a program of this name was started and not ended.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|member| member.name == name)
    }

    /// Ends a program, or takes away what is left of one that has ended.
    pub fn end(&mut self, name: &str) {
        let members = self.0.iter_mut().filter(|member| member.name == name);
        members.for_each(|member| groups::end(&mut member.child));
        self.0.retain(|member| member.name != name);
    }

    /// Their lines since the last time, each with the program's name.
    ///
    /// # Errors
    /// [`Gone`] when one of them has ended.
    pub fn look_after(&mut self) -> Result<Vec<(&'static str, String)>> {
        let mut said = Vec::new();
        for member in &mut self.0 {
            let ended = member.child.try_wait()?;
            while let Ok(line) = member.lines.try_recv() {
                if !line.is_empty() {
                    said.push((member.name, line.clone()));
                }
                member.hear(line);
            }
            if let Some(status) = ended {
                return Err(Gone {
                    name: member.name,
                    status,
                    tail: member.tail.to_string(),
                    complaint: member
                        .complaint
                        .take()
                        .map_or_else(Vec::new, |(_, lines)| lines),
                }
                .into());
            }
        }
        Ok(said)
    }
}

impl Drop for Company {
    /// Ends the program that started last first, so that no program loses another that it talks to.
    fn drop(&mut self) {
        self.0
            .iter_mut()
            .rev()
            .for_each(|member| groups::end(&mut member.child));
    }
}

/// Fails when one of these ports is taken, naming it, its use and a first port whose next three are free.
pub fn require_free(ports: &[(u16, &'static str)]) -> Result<()> {
    let Some((port, purpose)) = ports.iter().find(|(port, _)| !is_free(*port)) else {
        return Ok(());
    };
    let has_room = |first: &u16| (0..4).all(|next| first.checked_add(next).is_some_and(is_free));
    let mut others = (1..=50_u16).filter_map(|step| port.checked_add(step * 10));
    let other = others
        .find(has_room)
        .map_or_else(|| "N".to_owned(), |port| port.to_string());
    bail!(
        "port {port}, meant for {purpose}, is taken, perhaps by another `cargo edge dev`; end what uses it, or choose \
         others with --port {other}"
    );
}

/// Whether a port can be listened at.
pub fn is_free(port: u16) -> bool {
    let address = loopback(port);
    let taken = TcpStream::connect_timeout(&address, CONNECT).is_ok();
    !taken && TcpListener::bind(address).is_ok()
}

fn answers_http(port: u16, path: &str) -> bool {
    let ask = || -> std::io::Result<[u8; 7]> {
        let mut stream = TcpStream::connect_timeout(&loopback(port), CONNECT)?;
        stream.set_read_timeout(Some(FIRST_ANSWER))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"
        )?;
        let mut start = [0; 7];
        stream.read_exact(&mut start)?;
        Ok(start)
    };
    ask().is_ok_and(|start| start == *b"HTTP/1.")
}

/// A port of this machine.
pub fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_a_taken_port_by_its_number_and_use() {
        let listener = TcpListener::bind(loopback(0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let error = require_free(&[(port, "the test")]).unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains(&port.to_string()) && error.contains("the test"),
            "{error}"
        );
        let (_, other) = error.split_once("--port ").unwrap();
        assert!(other.parse::<u16>().unwrap() > port, "{error}");
        drop(listener);
        // Another program of the machine may take a port in between.
        let is_free = |_| {
            let listener = TcpListener::bind(loopback(0)).unwrap();
            let port = listener.local_addr().unwrap().port();
            drop(listener);
            require_free(&[(port, "the test")]).is_ok()
        };
        assert!((0..8).any(is_free));
    }

    #[test]
    fn when_the_last_program_says_the_text_then_the_wait_ends_else_after_its_limit() {
        let mut company = Company::default();
        company
            .start(
                "speaker",
                child::command("sh").args(["-c", "sleep 0.2; echo Ready on it; sleep 30"]),
            )
            .unwrap();
        let patience = Duration::from_secs(10);
        company.wait_until_said("Ready on", patience).unwrap();
        let error = company.wait_until_said("anything else", Duration::ZERO);
        assert!(error.unwrap_err().to_string().contains("Ready on it"));
    }

    #[test]
    fn when_a_program_ends_then_the_error_names_it_with_its_last_lines() {
        let mut company = Company::default();
        company
            .start("sleeper", child::command("sleep").arg("30"))
            .unwrap();
        company
            .start(
                "speaker",
                child::command("sh").args(["-c", "echo out of milk; sleep 0.3; exit 4"]),
            )
            .unwrap();
        let error = loop {
            if let Err(error) = company.look_after() {
                break error.to_string();
            }
            sleep(POLL);
        };
        assert!(
            error.contains("speaker ended") && error.contains("out of milk"),
            "{error}"
        );
    }
}
