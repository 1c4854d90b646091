//! Chance with a seed, so that what was found once is found again.

use std::{
    env,
    time::{SystemTime, UNIX_EPOCH},
};

/// A source of numbers (SplitMix64).
#[derive(Debug, Clone)]
pub struct Chance {
    seed: u64,
    state: u64,
}

impl Chance {
    /// With the seed in `DOSSIER_SEED`, or a fresh one.
    pub fn fresh() -> Self {
        let named = env::var("DOSSIER_SEED").ok().and_then(|seed| seed.parse().ok());
        let clock = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros() as u64;
        Self::of(named.unwrap_or_else(clock))
    }

    /// With this seed.
    pub const fn of(seed: u64) -> Self {
        Self { seed, state: seed }
    }

    /// To run the same again, set `DOSSIER_SEED` to this.
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.number() % end.max(1) as u64) as usize
    }

    /// One of these.
    pub fn one_of<'a, T>(&mut self, choice: &'a [T]) -> &'a T {
        &choice[self.below(choice.len())]
    }

    /// Yes in one of `count` cases.
    pub fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}
