//! A connection that can be reset instead of answered, as a firewall does it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The ways to break a connection.
#[derive(Debug, Clone, Default)]
pub struct Breaker(Arc<AtomicBool>);

impl Breaker {
    /// The next byte that would be written resets the connection instead.
    pub fn pull(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A connection with its breaker.
#[derive(Debug)]
pub struct Breakable {
    stream: TcpStream,
    breaker: Breaker,
}

impl Breakable {
    /// A connection that is whole until its breaker is pulled.
    pub fn new(stream: TcpStream, breaker: Breaker) -> Self {
        Self { stream, breaker }
    }

    fn whole(&self) -> io::Result<()> {
        if !self.breaker.0.load(Ordering::SeqCst) {
            return Ok(());
        }
        // A socket that may not linger is closed by a reset: the ABORT of RFC 9293, section 3.10.5.
        self.stream.set_zero_linger()?;
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

impl AsyncRead for Breakable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Breakable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.whole()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Shutting down would say goodbye before the reset could.
        self.whole()?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
