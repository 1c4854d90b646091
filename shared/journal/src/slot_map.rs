//! Which slot a sequence lies in: a sparse map in memory, so that a read needs one page and not a search through many.
//!
//! One entry for about [`EVERY`] slots: 4 bytes a slot, some 200 KB for a million small events. It is filled by whoever reads or
//! writes frames anyway, and need not be complete: between two entries the store is searched.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{PoisonError, RwLock};

use crate::Place;

/// About as many slots as lie on one of sled's pages.
const EVERY: u64 = 8;

/// First sequences of frames, and the slots they begin in.
#[derive(Debug, Default)]
pub(crate) struct SlotMap {
    known: RwLock<BTreeMap<Place, u64>>,
}

impl SlotMap {
    /// The slots in which the frame with an event must begin, as far as is known; `slots` is how many the epoch has.
    pub(crate) fn around(&self, place: Place, slots: u64) -> Range<u64> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let first = Place { sequence: 0, ..place };
        let below = known.range(first..=place).next_back().map_or(0, |(_, slot)| *slot);
        let last = Place { sequence: u64::MAX, ..place };
        let above = known.range(place..=last).find(|(known, _)| **known > place).map_or(slots, |(_, slot)| *slot);
        below..above.min(slots)
    }

    /// Keeps what is learnt, where nothing near is known.
    pub(crate) fn learn(&self, frames: impl IntoIterator<Item = (Place, u64)>) {
        let mut frames = frames.into_iter().peekable();
        if frames.peek().is_none() {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for (place, slot) in frames {
            let first = Place { sequence: 0, ..place };
            let near = known.range(first..=place).next_back().is_some_and(|(_, before)| slot < before + EVERY);
            if !near {
                // Frames without events begin at the same sequence as the next one: the first of them is the safe one.
                known.entry(place).or_insert(slot);
            }
        }
    }
}
