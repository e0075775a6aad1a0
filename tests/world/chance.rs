//! Chance that comes again: every run of a test takes the same turns, so that a failure can be
//! looked at twice.

/// SplitMix64.
pub struct Chance(u64);

impl Chance {
    /// Another chance for each name.
    pub fn of(name: &str) -> Self {
        Self(name.bytes().map(u64::from).sum())
    }

    /// Another chance for each number.
    pub fn seed(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below this one.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    /// One of two.
    pub fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    /// A number of seconds below this one.
    pub fn seconds(&mut self, end: i64) -> i64 {
        i64::try_from(self.below(usize::try_from(end).unwrap())).unwrap()
    }

    /// So many bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| u8::try_from(self.below(256)).unwrap())
    }

    /// One of these.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// A text of at most so many characters, some of which parsers have an opinion on.
    pub fn text(&mut self, most: usize) -> String {
        const LETTERS: &[char] = &[
            'a',
            'Z',
            '0',
            ' ',
            '/',
            '\\',
            '"',
            '%',
            '&',
            '=',
            ';',
            ',',
            '+',
            '?',
            '#',
            '\0',
            '\n',
            '\u{e9}',
            '\u{202e}',
            '\u{1f600}',
            '\u{feff}',
        ];
        let length = self.below(most + 1);
        (0..length).map(|_| *self.one(LETTERS)).collect()
    }
}
