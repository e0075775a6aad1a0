//! The byte form of what is sealed, stored or asked: numbers big-endian, texts behind a two-byte length.
//!
//! Every reader ends with [`Reader::end`], so that bytes left over refuse the whole value.

/// A value that is written in several places, always alike. Each value has one spelling.
pub trait Form: Sized {
    /// Writes every field.
    fn write(&self, out: Writer) -> Writer;

    /// Reads what [`Form::write`] wrote, or `None` for any other bytes.
    fn read(read: &mut Reader<'_>) -> Option<Self>;
}

/// The end of the times that are read back, in seconds since the epoch: tens of thousands of years.
const MAX_TIME: i64 = 1 << 40;

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

    /// A text of any length, behind four bytes of it.
    pub fn long(mut self, value: &str) -> Self {
        let (length, value) = match u32::try_from(value.len()) {
            Ok(length) => (length, value),
            Err(_) => (0, ""),
        };
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(value.as_bytes());
        self
    }

    /// A byte that says whether there is a value, and the value.
    pub fn option<T: Form>(self, value: Option<&T>) -> Self {
        match value {
            None => self.byte(0),
            Some(value) => value.write(self.byte(1)),
        }
    }

    /// As many values as a byte can count, behind their number; what is beyond is left out.
    pub fn list<T: Form>(self, values: &[T]) -> Self {
        let count = u8::try_from(values.len()).unwrap_or(u8::MAX);
        let values = values.iter().take(count.into());
        values.fold(self.byte(count), |out, value| value.write(out))
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

    /// A time that can be reckoned with: no sum of it with a span is too large for its type.
    pub fn time(&mut self) -> Option<i64> {
        self.seconds().filter(|time| (0..MAX_TIME).contains(time))
    }

    pub fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub fn text(&mut self) -> Option<String> {
        let length = u16::from_be_bytes(self.fixed()?);
        String::from_utf8(self.take(length.into())?.to_vec()).ok()
    }

    pub fn long(&mut self) -> Option<String> {
        let length = u32::from_be_bytes(self.fixed()?);
        let text = self.take(usize::try_from(length).ok()?)?;
        String::from_utf8(text.to_vec()).ok()
    }

    pub fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    pub fn option<T: Form>(&mut self) -> Option<Option<T>> {
        match self.flag()? {
            false => Some(None),
            true => T::read(self).map(Some),
        }
    }

    /// A list of at most so many values.
    pub fn list<T: Form>(&mut self, most: usize) -> Option<Vec<T>> {
        let count = usize::from(self.byte()?);
        if count > most {
            return None;
        }
        (0..count).map(|_| T::read(self)).collect()
    }

    /// All that is left, if it is a multiple of so many bytes.
    pub fn rest(&mut self, step: usize) -> Option<Vec<u8>> {
        let whole = self.0.len().is_multiple_of(step);
        whole.then(|| std::mem::take(&mut self.0).to_vec())
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

/// A time in seconds.
impl Form for i64 {
    fn write(&self, out: Writer) -> Writer {
        out.seconds(*self)
    }

    fn read(read: &mut Reader<'_>) -> Option<Self> {
        read.time()
    }
}

/// A text of any length: what was sealed, which is as long as its content.
impl Form for String {
    fn write(&self, out: Writer) -> Writer {
        out.long(self)
    }

    fn read(read: &mut Reader<'_>) -> Option<Self> {
        read.long()
    }
}
