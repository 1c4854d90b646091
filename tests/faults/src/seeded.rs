//! Choices by a seed: the same seed, the same choices.

/// A small generator (SplitMix64, Steele, Lea and Flood 2014): for choices in tests, not for secrets.
#[derive(Debug, Clone)]
pub struct Seeded(u64);

impl Seeded {
    /// A generator of its own for each name under one seed.
    pub fn new(seed: u64, name: &str) -> Self {
        let mut seeded = Self(seed);
        for byte in name.bytes() {
            seeded.0 ^= u64::from(byte);
            seeded.next();
        }
        seeded
    }

    /// The next 64 bits.
    #[allow(clippy::should_implement_trait, reason = "it never ends, and nobody iterates over it")]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        // 64 bits on any machine this runs on; the bias for ends far below 2^64 is of no account.
        (self.next() % end.max(1) as u64) as usize
    }

    /// Yes, in so many cases of a hundred.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of them; none when there are none.
    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        if choices.is_empty() { None } else { choices.get(self.below(choices.len())) }
    }

    /// Brings them into an order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
