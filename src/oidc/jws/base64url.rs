//! Base64url without padding (RFC 4648 section 5), as tokens, cookies and keys are written.

use crate::oidc::refusal::Refusal;

/// The alphabet of base64url (RFC 4648 section 5).
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Base64url without padding (RFC 4648 section 5).
///
/// By a table: every text that is written is sealed, signed, hashed or public, so its reader may learn from the time what it
/// reads. The library's encoder, which takes the same time for each byte, took ten times as many instructions.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let mut text = vec![0; (bytes.len() * 4).div_ceil(3)];
    let (mut bits, mut held, mut at) = (0, 0, 0);
    // One loop without a call: code that is built for size inlines no iterator's steps.
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        held += 8;
        while held >= 6 {
            held -= 6;
            text[at] = ALPHABET[(bits >> held) as usize & 63];
            at += 1;
        }
    }
    if held > 0 {
        text[at] = ALPHABET[(bits << (6 - held)) as usize & 63];
    }
    String::from_utf8(text).unwrap_or_default()
}

/// The six bits of each letter of base64url's alphabet; [`NO_LETTER`] for every other byte.
const VALUES: [u8; 256] = {
    let mut values = [NO_LETTER; 256];
    let mut value = 0;
    while value < ALPHABET.len() {
        values[ALPHABET[value] as usize] = value as u8;
        value += 1;
    }
    values
};

const NO_LETTER: u8 = u8::MAX;

/// Reads base64url without padding, in its one canonical spelling.
///
/// By a table: every text that is read is sealed, signed or public, so its sender may learn from the time what it holds. The
/// secrets of a deployment are read by the library's decoder, which takes the same time for each letter.
///
/// # Errors
/// [`Refusal::TokenMalformed`] for padding, white space, another alphabet or unused bits that are
/// not zero.
pub fn decode(text: &str) -> Result<Vec<u8>, Refusal> {
    if text.len() % 4 == 1 {
        return Err(Refusal::TokenMalformed);
    }
    let mut bytes = vec![0; text.len() * 3 / 4];
    let (mut bits, mut held, mut at) = (0_u32, 0, 0);
    // One loop without a call, as in `encode`.
    for letter in text.as_bytes() {
        let value = VALUES[*letter as usize];
        if value == NO_LETTER {
            return Err(Refusal::TokenMalformed);
        }
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes[at] = (bits >> held) as u8;
            at += 1;
        }
    }
    if bits & ((1 << held) - 1) != 0 {
        return Err(Refusal::TokenMalformed);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64UrlUnpadded, Encoding};

    use super::*;

    #[test]
    fn when_bytes_are_encoded_then_each_length_and_each_value_is_that_of_the_library() {
        let bytes: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_be_bytes).collect();
        for length in 0..300 {
            for begin in [0, 7, 5_000, 100_001] {
                let some = &bytes[begin..begin + length];
                assert_eq!(encode(some), Base64UrlUnpadded::encode_string(some));
                assert_eq!(decode(&encode(some)).unwrap(), some);
            }
        }
        assert_eq!(encode(&bytes), Base64UrlUnpadded::encode_string(&bytes));
    }

    #[test]
    fn when_a_text_is_decoded_then_it_is_read_or_refused_as_by_the_library() {
        let same = |text: &str| {
            let library = Base64UrlUnpadded::decode_vec(text).ok();
            assert_eq!(decode(text).ok(), library, "{text:?}");
        };
        let letters: Vec<String> = (0..=u8::MAX)
            .map(|byte| char::from(byte).to_string())
            .collect();
        for one in &letters {
            for other in &letters {
                for around in ["", "A", "AB", "Abc-", "____8"] {
                    same(&format!("{around}{one}{other}"));
                    same(&format!("{one}{around}{other}"));
                }
            }
        }
        for text in [
            "", "A", "AA", "AB", "AAA", "AAB", "AAE", "AAAA", "AAAAA", "AA==", "A A", "AA\n",
        ] {
            same(text);
        }
    }
}
