//! Taking a port, saying so, and stopping when asked: the same for both programs.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};

use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The address that only programs of this machine reach.
pub const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Takes a port of an address; port 0 takes any free one.
pub async fn bind(address: IpAddr, port: u16) -> Result<TcpListener, String> {
    TcpListener::bind((address, port))
        .await
        .map_err(|error| format!("port {port} on {address}: {error}"))
}

/// Prints the line for which whoever started the program waits.
pub fn announce(listener: &TcpListener) -> Result<(), String> {
    let address = listener.local_addr().map_err(|e| e.to_string())?;
    let mut out = std::io::stdout();
    writeln!(out, "listening on http://{address}")
        .and_then(|()| out.flush())
        .map_err(|e| e.to_string())
}

/// The wish of whoever started the program that it end.
#[derive(Debug)]
pub struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    /// Listens for SIGINT and SIGTERM from now on. Do this before [`announce`]: who has read that line may ask at once.
    pub fn watch() -> Result<Self, String> {
        let watch = |kind| signal(kind).map_err(|error| error.to_string());
        Ok(Self {
            interrupt: watch(SignalKind::interrupt())?,
            terminate: watch(SignalKind::terminate())?,
        })
    }

    /// Waits for the wish. Connections that are still open are dropped then: a hanging answer must not keep the program
    /// alive.
    pub async fn asked(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
