//! The byte form of what is sealed: numbers big-endian, texts behind a two-byte length.
//!
//! Every reader ends with [`Reader::end`], so that bytes left over refuse the whole value.

/// Writes fields one after the other.
#[derive(Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    pub fn byte(mut self, value: u8) -> Self {
        self.0.push(value);
        self
    }

    pub fn seconds(mut self, value: i64) -> Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    pub fn fixed(mut self, value: &[u8]) -> Self {
        self.0.extend_from_slice(value);
        self
    }

    /// A text of at most 65,535 bytes; a longer one is written as an empty text, because a value
    /// that was cut short could mean something else.
    pub fn text(mut self, value: &str) -> Self {
        let (length, value) = match u16::try_from(value.len()) {
            Ok(length) => (length, value),
            Err(_) => (0, ""),
        };
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(value.as_bytes());
        self
    }

    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Reads fields in the order in which they were written; `None` at the first that does not fit.
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(length)?;
        self.0 = tail;
        Some(head)
    }

    pub fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    pub fn seconds(&mut self) -> Option<i64> {
        self.fixed().map(i64::from_be_bytes)
    }

    pub fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub fn text(&mut self) -> Option<String> {
        let length = u16::from_be_bytes(self.fixed()?);
        String::from_utf8(self.take(length.into())?.to_vec()).ok()
    }

    /// Whether everything was read.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Succeeds only when nothing is left.
    pub fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}
