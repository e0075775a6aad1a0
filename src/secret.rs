//! Values that must never be printed, and the comparison that takes the same time for any input.
//!
//! This module does not encrypt or derive anything; see [`crate::session::seal`] for that.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A text that is never printed: a private key, a client secret, a code verifier, a token.
///
/// There is no `PartialEq`; compare with [`same`].
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of the text, which is overwritten in memory when the secret is dropped.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself, for the one place that sends or uses it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

/// Whether two byte strings are equal, in a time that depends only on their lengths.
#[must_use]
pub fn same(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_secret_is_printed_for_debugging_then_its_text_is_hidden() {
        let secret = Secret::new("correct horse".to_owned());
        assert_eq!(format!("{secret:?}"), "[secret]");
        assert_eq!(secret.expose(), "correct horse");
    }

    #[test]
    fn t86_when_two_texts_differ_in_a_byte_or_in_length_then_they_compare_unequal() {
        assert!(same(b"state", b"state"));
        assert!(!same(b"state", b"statf"));
        assert!(!same(b"state", b"stat"));
        assert!(!same(b"", b"s"));
    }
}
