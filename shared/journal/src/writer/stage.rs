//! From a group to the writes that keep it.

use std::sync::Arc;

use bytes::Bytes;
use dossier_proof::{Frontier, Hash, leaf_of_event};

use super::checks::check;
use crate::core::{Core, Durable, Shared};
use crate::frame::{FOLLOWED_MAX, Packed, pack};
use crate::keys::slot_key;
use crate::meta::{Mark, TurnNote};
use crate::store::{Put, Tree};
use crate::tiles::{Tile, tile_puts, tile_reservations};
use crate::{Followed, Frame, Head, Place, Refusal, WriteError};

/// How many slots are reserved at a time, and how many at least lie ahead (see `keys`). One reservation costs about 3 µs and
/// 40 bytes of log. sled's last page has up to 16 keys: as long as more than that are reserved ahead, it is split while all in it are
/// empty.
const SLOTS_RESERVED: u64 = 32;
/// The same for tiles of level 0, of two keys each; the levels above grow 256 times slower and are not worth it.
const TILES_RESERVED: u64 = 16;
/// A mark every so many slots: what an opening reads at most to find the end, about 1.5 MB.
const MARK_EVERY_SLOTS: u64 = 256;

/// Stages groups. It knows where the journal will end once everything staged is written.
pub struct Stager {
    shared: Arc<Shared>,
    /// The end behind everything staged.
    end: Durable,
    reserved_slots: u64,
    reserved_tiles: u64,
    marked_slot: u64,
    /// Number of the next group.
    group: u64,
}

/// A group, ready to be written.
#[derive(Debug)]
pub struct Staged {
    pub(super) group: u64,
    pub(super) puts: Vec<Put>,
    /// The end once it is durable.
    pub(super) end: Durable,
    pub(super) first: Place,
    /// The entry of each of its events.
    pub(super) entries: Vec<Option<[u8; 16]>>,
    /// Of each of its frames, first sequence and slot.
    pub(super) frames: Vec<(u64, u64)>,
}

impl Stager {
    pub(crate) fn new(shared: Arc<Shared>, end: Durable, reserved_slots: u64, marked_slot: u64) -> Self {
        let reserved_tiles = end.head.size >> 8;
        Self { shared, end, reserved_slots, reserved_tiles, marked_slot, group: 0 }
    }

    /// Encodes, checks and hashes a group.
    ///
    /// # Errors
    /// [`WriteError::Refused`] when it cannot be appended here; nothing changed. [`WriteError::Stopped`] when the journal has
    /// stopped.
    pub fn stage(&mut self, frame: Frame) -> Result<Staged, WriteError> {
        self.core().check_running()?;
        let first = self.next();
        let entries = check(&frame, first, self.core().peek)?;
        let followed = merged(&self.end.followed, &frame.followed)?;
        let turns = self.turn(&frame, first)?;
        // From here on nothing fails.
        let Packed { values, frames } = pack(&frame, first.epoch, self.end.slots, first.sequence);
        let slots = self.end.slots + values.len() as u64;
        let mut puts = Vec::with_capacity(values.len() + 2 * SLOTS_RESERVED as usize);
        self.mark(&mut puts);
        self.reserve_slots(slots, &mut puts);
        let tiles = self.grow(frame.records.into_iter().map(|record| leaf_of_event(&record.event)));
        self.reserve_tiles(&mut puts);
        // Tiles before the frames that complete them: whoever finds the frames finds the tiles.
        puts.extend(tiles.iter().flat_map(|tile| tile_puts(first.epoch, tile)));
        puts.extend(turns.iter().map(TurnNote::put));
        puts.extend((self.end.slots..).zip(values).map(|(slot, value)| slot_put(first.epoch, slot, value)));
        self.end.slots = slots;
        self.end.followed = followed;
        Ok(Staged { frames, ..self.staged(puts, first, entries) })
    }

    /// Takes other keys where an event of the group gives the present one up. What is not ours is none: a copy of another journal has keys of that.
    fn turn(&self, frame: &Frame, first: Place) -> Result<Vec<TurnNote>, Refusal> {
        let (core, mut notes) = (self.core(), Vec::new());
        let begins = format!("{}+", core.log);
        for (index, record) in frame.records.iter().enumerate() {
            let Some(turn) = (core.turn)(&record.event).filter(|turn| turn.former.starts_with(&begins)) else {
                continue;
            };
            let note = TurnNote { epoch: first.epoch, sequence: first.sequence + index as u64, turn };
            core.signers.turn(note.after(), &note.turn).map_err(|error| Refusal::Turn { index, error })?;
            notes.push(note);
        }
        Ok(notes)
    }

    /// The place the next event gets.
    #[must_use]
    pub const fn next(&self) -> Place {
        self.end.head.next()
    }

    /// The edge of the Merkle tree behind the last staged group.
    #[must_use]
    pub fn frontier(&self) -> &Frontier {
        self.end.edge.frontier()
    }

    pub(super) fn staged(&mut self, puts: Vec<Put>, first: Place, entries: Vec<Option<[u8; 16]>>) -> Staged {
        let group = self.group;
        self.group += 1;
        Staged { group, puts, end: self.end.clone(), first, entries, frames: Vec::new() }
    }

    /// Adds leaves to the tree; gives the tiles that are full with them.
    fn grow(&mut self, leaves: impl Iterator<Item = Hash>) -> Vec<Tile> {
        let mut full = Vec::new();
        let edge = Arc::make_mut(&mut self.end.edge);
        leaves.for_each(|leaf| edge.append(leaf, &mut full));
        let (size, root) = (edge.size(), edge.root());
        self.end.head = Head { epoch: self.end.head.epoch, size, root };
        full
    }

    /// Says where the journal ends *before* this group, when that was long ago.
    fn mark(&mut self, puts: &mut Vec<Put>) {
        if self.end.slots - self.marked_slot < MARK_EVERY_SLOTS {
            return;
        }
        self.marked_slot = self.end.slots;
        let Place { epoch, sequence } = self.next();
        let followed = self.end.followed.to_vec();
        puts.push(Mark { epoch, slot: self.end.slots, sequence, followed }.put());
    }

    fn reserve_slots(&mut self, needed: u64, puts: &mut Vec<Put>) {
        if needed + SLOTS_RESERVED <= self.reserved_slots {
            return;
        }
        let until = needed + 2 * SLOTS_RESERVED;
        let epoch = self.end.head.epoch;
        puts.extend((self.reserved_slots.max(self.end.slots)..until).map(|slot| slot_put(epoch, slot, Bytes::new())));
        self.reserved_slots = until;
    }

    fn reserve_tiles(&mut self, puts: &mut Vec<Put>) {
        let full = self.end.head.size >> 8;
        if full + TILES_RESERVED <= self.reserved_tiles {
            return;
        }
        let until = full + 2 * TILES_RESERVED;
        puts.extend((self.reserved_tiles..until).flat_map(|index| tile_reservations(self.end.head.epoch, 0, index)));
        self.reserved_tiles = until;
    }

    pub(super) const fn end(&self) -> &Durable {
        &self.end
    }

    /// Moves to a new epoch, where nothing is reserved yet.
    pub(super) fn move_to(&mut self, end: Durable) {
        self.end = end;
        self.reserved_slots = 0;
        self.reserved_tiles = 0;
        self.marked_slot = 0;
    }

    pub(crate) fn core(&self) -> &Core {
        &self.shared.core
    }
}

fn slot_put(epoch: u32, slot: u64, value: Bytes) -> Put {
    Put { tree: Tree::Frames, key: slot_key(epoch, slot).to_vec(), value }
}

/// Positions with the newer ones in place of the older.
fn merged(older: &Arc<[Followed]>, newer: &[Followed]) -> Result<Arc<[Followed]>, Refusal> {
    if newer.is_empty() {
        return Ok(Arc::clone(older));
    }
    let kept = older.iter().filter(|old| newer.iter().all(|new| new.origin != old.origin));
    let mut all: Vec<_> = kept.chain(newer).cloned().collect();
    if all.len() > FOLLOWED_MAX {
        return Err(Refusal::Followed);
    }
    all.sort_by_key(|followed| followed.origin);
    Ok(all.into())
}
