//! A small compressed body that is large when it is opened: a client must limit what it reads after decompression.
//!
//! Only as much of RFC 1951 and RFC 1952 as this needs: one block with the fixed Huffman codes, the good body as literals,
//! and then one space repeated by copies of 258 bytes from one byte back.

/// How many copies follow: together they are four mebibytes, and 26 kilobytes compressed.
const COPIES: usize = 4 * 1024 * 1024 / COPY;

/// The longest copy that there is.
const COPY: usize = 258;

/// The body as gzip, followed by four mebibytes of spaces. It is well-formed for whoever reads it all.
pub fn gzip(body: &[u8]) -> Vec<u8> {
    gzip_with_copies(body, COPIES)
}

fn gzip_with_copies(body: &[u8], copies: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    // The last block, with fixed codes.
    bits.low_first(0b011, 3);
    let mut plain = body.to_vec();
    if copies > 0 {
        plain.push(b' ');
    }
    for byte in &plain {
        bits.literal(*byte);
    }
    for _ in 0..copies {
        // Length 258 is symbol 285, distance one is symbol 0.
        bits.high_first(0b1100_0101, 8);
        bits.high_first(0, 5);
    }
    // The end of the block is symbol 256.
    bits.high_first(0, 7);
    plain.resize(plain.len() + copies * COPY, b' ');

    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    out.extend(bits.bytes);
    out.extend(crc32(&plain).to_le_bytes());
    // The length is stored modulo 2^32, which is what the cast does.
    out.extend((plain.len() as u32).to_le_bytes());
    out
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    fn bit(&mut self, bit: u32) {
        if self.used.is_multiple_of(8) {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= ((bit & 1) as u8) << (self.used % 8);
        }
        self.used += 1;
    }

    fn low_first(&mut self, value: u32, count: u32) {
        (0..count).for_each(|position| self.bit(value >> position));
    }

    fn high_first(&mut self, value: u32, count: u32) {
        (0..count)
            .rev()
            .for_each(|position| self.bit(value >> position));
    }

    fn literal(&mut self, byte: u8) {
        match u32::from(byte) {
            low @ 0..=143 => self.high_first(0x30 + low, 8),
            high => self.high_first(0x190 + high - 144, 9),
        }
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    let table: Vec<u32> = (0..256u32)
        .map(|byte| {
            (0..8).fold(byte, |c, _| {
                if c & 1 == 1 {
                    0xedb8_8320 ^ (c >> 1)
                } else {
                    c >> 1
                }
            })
        })
        .collect();
    let step = |crc: u32, byte: &u8| table[((crc ^ u32::from(*byte)) & 0xff) as usize] ^ (crc >> 8);
    !bytes.iter().fold(!0, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_one_letter_is_compressed_then_its_bytes_are_those_of_gzip() {
        let expected = [0x4b, 0x04, 0x00, 0x43, 0xbe, 0xb7, 0xe8, 1, 0, 0, 0];
        assert_eq!(gzip_with_copies(b"a", 0)[10..], expected);
    }

    #[test]
    fn when_four_mebibytes_are_compressed_then_they_fit_in_32_kibibytes() {
        assert!(gzip(b"{}").len() < 32 * 1024);
    }
}
