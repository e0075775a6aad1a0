//! Bytes and their hashes as hexadecimal text.

use sha2::{Digest, Sha256};

/// Bytes as hexadecimal text in lower case.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The SHA-256 of bytes as hexadecimal text, as `sha256sum` prints it.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_bytes_are_hashed_then_the_text_is_that_of_sha256sum() {
        // FIPS 180-4, the example of one block.
        let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc"), sum);
        assert_eq!(hexadecimal(&[0, 10, 255]), "000aff");
    }
}
