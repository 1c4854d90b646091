//! Which slot holds which key: the part of a vault that is in memory.

use std::collections::HashMap;

use dossier_proto::KeyId;

/// The highest bit of an entry says that the key was erased; so slots go up to 2^31 − 1.
const ERASED_BIT: u32 = 1 << 31;

/// The number of slots a vault can have.
pub(crate) const MOST_SLOTS: u32 = ERASED_BIT;

/// Where a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// In this slot, to be used.
    Live(u32),
    /// In this slot, as a tombstone.
    Erased(u32),
}

/// Key id to slot. An entry is 20 bytes and one of bookkeeping, in a table between 7/16 and 7/8 full: 24 to 48 bytes a key, 36 in the
/// mean.
#[derive(Default)]
pub(crate) struct Index {
    slots: HashMap<KeyId, u32>,
    erased: usize,
}

impl Index {
    pub(crate) fn get(&self, id: KeyId) -> Option<Standing> {
        self.slots.get(&id).map(|entry| match entry & ERASED_BIT {
            0 => Standing::Live(*entry),
            _ => Standing::Erased(entry & !ERASED_BIT),
        })
    }

    /// Notes where a key stands, whatever was noted before.
    pub(crate) fn set(&mut self, id: KeyId, standing: Standing) {
        let entry = match standing {
            Standing::Live(slot) => slot,
            Standing::Erased(slot) => slot | ERASED_BIT,
        };
        let before = self.slots.insert(id, entry);
        self.erased += usize::from(entry & ERASED_BIT != 0);
        self.erased -= usize::from(before.is_some_and(|before| before & ERASED_BIT != 0));
    }

    /// Keys that can be used.
    pub(crate) fn live(&self) -> usize {
        self.slots.len() - self.erased
    }

    /// Tombstones.
    pub(crate) fn erased(&self) -> usize {
        self.erased
    }
}
