//! What the slots say when a vault is opened. Pure: the bytes are given, file by file.
//!
//! Keys are written in batches, one after the other, each made durable before the next one is begun and before any of its ids is told.
//! So a crash can leave torn or blank slots only in the last batch, and nobody was told what they should have held: they are put out of use. The same
//! sight anywhere else is damage. Each slot carries its place in its batch, so the beginning of the last one is known.

use dossier_proto::KeyId;

use crate::{
    Damage, DamagedSlot,
    disk::{SLOTS_IN_FILE, slot_file},
    index::{Index, Standing},
    slot::{SLOT, Slot},
};

/// The result of reading all slots.
#[derive(Default)]
pub(crate) struct Scan {
    /// The keys, erased ones included.
    pub(crate) index: Index,
    /// The slot after the last one that was ever written.
    pub(crate) next: u32,
    /// Slots whose erasure is to be finished.
    pub(crate) half_erased: Vec<u32>,
    /// Slots of a batch that a crash interrupted: to be put out of use.
    pub(crate) torn: Vec<u32>,
    /// Slots that were in use and cannot be read.
    pub(crate) damaged: Vec<DamagedSlot>,
    suspects: Vec<Suspect>,
    blanks_from: u32,
    batch_start: u32,
}

/// A slot that is either torn or damaged: only the end of the scan tells.
struct Suspect {
    slot: u32,
    damage: Damage,
    torn: bool,
}

impl Scan {
    /// Reads the slots of the next file; `first` is the number of its first slot.
    pub(crate) fn read(&mut self, first: u32, bytes: &[u8]) {
        let (slots, _) = bytes.as_chunks::<SLOT>();
        for (number, bytes) in (first..).zip(slots) {
            let found = Slot::read(bytes);
            if matches!(found, Slot::Empty) {
                continue;
            }
            self.suspects.extend((self.blanks_from..number).map(|slot| Suspect {
                slot,
                damage: Damage::Blank,
                torn: true,
            }));
            self.blanks_from = number + 1;
            self.next = number + 1;
            self.take(number, &found);
        }
    }

    fn take(&mut self, slot: u32, found: &Slot) {
        match found {
            Slot::Live { id, place, .. } => self.hold(*id, *place, Standing::Live(slot)),
            Slot::Erased { id, place } => self.hold(*id, *place, Standing::Erased(slot)),
            Slot::HalfErased { id, place } => {
                self.half_erased.push(slot);
                self.hold(*id, *place, Standing::Erased(slot));
            }
            Slot::Damaged { torn } => self.suspects.push(Suspect { slot, damage: Damage::Altered, torn: *torn }),
            Slot::Empty | Slot::Void => {}
        }
    }

    fn hold(&mut self, id: KeyId, place: u16, standing: Standing) {
        let (Standing::Live(slot) | Standing::Erased(slot)) = standing;
        self.batch_start = slot.saturating_sub(u32::from(place));
        if self.index.get(id).is_some() {
            self.suspects.push(Suspect { slot, damage: Damage::Repeated, torn: false });
        } else {
            self.index.set(id, standing);
        }
    }

    /// Tells torn slots from damaged ones, when all files have been read.
    pub(crate) fn finish(&mut self) {
        for Suspect { slot, damage, torn } in std::mem::take(&mut self.suspects) {
            if torn && slot >= self.batch_start {
                self.torn.push(slot);
            } else {
                let file = slot_file((slot / SLOTS_IN_FILE) as usize);
                self.damaged.push(DamagedSlot { slot, file, damage });
            }
        }
        self.damaged.sort_by_key(|damaged| damaged.slot);
    }
}
