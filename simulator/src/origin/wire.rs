//! The bytes as they came over the wire: the request line and the headers before any parser has touched them.
//!
//! A parser in between may drop a fragment, refuse a byte or fold a name, and a test of paths and headers would then prove
//! nothing. So the socket is tapped, and a request is noted even when the HTTP library goes on to refuse it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};

use serde::Serialize;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A longer head is cut off here; the HTTP library refuses it anyway.
const LONGEST_HEAD: usize = 512 * 1024;

/// How many requests are kept; the oldest go first.
const MOST: usize = 10_000;

/// The head of one request. Bytes that are not ASCII appear as the characters of the same number.
#[derive(Debug, Clone, Serialize)]
pub struct RawHead {
    /// The method.
    pub method: String,
    /// The request target, exactly as received.
    pub target: String,
    /// The headers in order; names in lower case, values without the white space around them.
    pub headers: Vec<(String, String)>,
    /// The whole first line.
    pub request_line: String,
}

impl RawHead {
    fn parse(bytes: &[u8]) -> Self {
        let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        let mut lines = text
            .split('\n')
            .map(|line| line.strip_suffix('\r').unwrap_or(line));
        let request_line = lines.next().unwrap_or_default().to_owned();
        // The target is everything between the method and the version, spaces included.
        let (method, rest) = request_line.split_once(' ').unwrap_or((&request_line, ""));
        let target = rest.rsplit_once(' ').map_or(rest, |(target, _)| target);
        let headers = lines
            .take_while(|line| !line.is_empty())
            .map(|line| line.split_once(':').unwrap_or((line, "")))
            .map(|(name, value)| {
                (
                    name.to_ascii_lowercase(),
                    value.trim_matches([' ', '\t']).to_owned(),
                )
            })
            .collect();
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            request_line,
        }
    }

    /// Every value of a header.
    pub fn values(&self, name: &str) -> Vec<&str> {
        self.headers
            .iter()
            .filter(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// Whether a test asks, directly: the control interface is not for whoever comes through the edge.
    pub fn is_control(&self) -> bool {
        self.target.starts_with("/control/") && self.values("x-forwarded-host").is_empty()
    }
}

/// The head of a connection's one request, once it has been read.
pub type Head = Arc<OnceLock<RawHead>>;

/// Every request that reached this service.
#[derive(Debug, Default)]
pub struct Recorder(Mutex<Vec<RawHead>>);

impl Recorder {
    fn add(&self, head: RawHead) {
        let mut heads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if heads.len() >= MOST {
            heads.drain(..MOST / 10);
        }
        heads.push(head);
    }

    /// A copy of everything, in order of arrival.
    pub fn entries(&self) -> Vec<RawHead> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

/// A stream that notes the head of the request that is read from it.
#[derive(Debug)]
pub struct Tapped<S> {
    inner: S,
    seen: Vec<u8>,
    head: Head,
    recorder: Arc<Recorder>,
}

impl<S> Tapped<S> {
    /// Taps a stream.
    pub fn new(inner: S, head: Head, recorder: Arc<Recorder>) -> Self {
        Self {
            inner,
            seen: Vec::new(),
            head,
            recorder,
        }
    }

    fn note(&mut self, bytes: &[u8]) {
        if self.head.get().is_some() {
            return;
        }
        self.seen.extend_from_slice(bytes);
        let complete = self.seen.windows(3).any(|w| w == b"\n\r\n")
            || self.seen.windows(2).any(|w| w == b"\n\n");
        if complete || self.seen.len() > LONGEST_HEAD {
            self.finish();
        }
    }

    fn finish(&mut self) {
        let head = RawHead::parse(&std::mem::take(&mut self.seen));
        if !head.is_control() {
            self.recorder.add(head.clone());
        }
        // Only this stream sets it, and only once, so that there is nothing to lose.
        let _ = self.head.set(head);
    }
}

impl<S> Drop for Tapped<S> {
    fn drop(&mut self) {
        // A request that broke off in its head has reached this service all the same.
        if self.head.get().is_none() && !self.seen.is_empty() {
            self.finish();
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Tapped<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(cx, buffer);
        if let Poll::Ready(Ok(())) = polled {
            self.note(&buffer.filled()[before..]);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tapped<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;

    #[tokio::test]
    async fn when_a_target_is_malformed_then_the_recorder_keeps_it_exactly() {
        let cases: [(&[u8], &str); 5] = [
            (
                b"GET /a/../%2e//b?x=%zz#f HTTP/1.1\r\nHost: h\r\n\r\n",
                "/a/../%2e//b?x=%zz#f",
            ),
            (b"GET /a b\\c HTTP/1.1\r\n\r\n", "/a b\\c"),
            (b"GET http://h/a HTTP/1.1\r\n\r\nbody", "http://h/a"),
            (b"GET /\xc3\xa9 HTTP/1.1\n\n", "/\u{c3}\u{a9}"),
            (b"GET /broken-off HTTP/1.1\r\nHost", "/broken-off"),
        ];
        for (bytes, target) in cases {
            let recorder = Arc::new(Recorder::default());
            let mut tapped = Tapped::new(bytes, Head::default(), recorder.clone());
            let mut out = Vec::new();
            tapped
                .read_to_end(&mut out)
                .await
                .expect("reading from memory");
            drop(tapped);
            assert_eq!(recorder.entries()[0].target, target);
            assert_eq!(out, bytes, "nothing is taken from the stream");
        }
    }

    #[test]
    fn when_a_control_request_comes_through_the_edge_then_it_is_recorded_like_any_other() {
        let direct = RawHead::parse(b"GET /control/requests HTTP/1.1\r\nHost: h\r\n\r\n");
        let through =
            RawHead::parse(b"GET /control/requests HTTP/1.1\r\nX-Forwarded-Host: h\r\n\r\n");
        assert!(direct.is_control() && !through.is_control());
    }
}
