//! The maps of the Worker: a faster hash than the standard library's, for keys with which no client can fill one.
//!
//! The standard library's hash makes it hard to find keys that fall together. That costs each signed-in request a
//! thirtieth, and guards nothing here: the keys are of the configuration, random, or of a map that holds a thousand at most.
//!
//! Source: <http://www.isthe.com/chongo/tech/comp/fnv/> (FNV-1a, 64 bits).

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map whose keys no client chooses, or that is bounded.
pub type FastMap<K, V> = HashMap<K, V, BuildHasherDefault<Fnv>>;

/// FNV-1a with 64 bits.
#[derive(Clone, Copy, Debug)]
pub struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_bytes_are_hashed_then_the_sum_is_that_of_the_authors_tests() {
        for (text, sum) in [
            ("", 0xcbf2_9ce4_8422_2325),
            ("a", 0xaf63_dc4c_8601_ec8c),
            ("foobar", 0x8594_4171_f739_67e8),
        ] {
            let mut hasher = Fnv::default();
            hasher.write(text.as_bytes());
            assert_eq!(hasher.finish(), sum, "{text}");
        }
    }
}
