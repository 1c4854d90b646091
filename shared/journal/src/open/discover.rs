//! Finding the end of a journal in its store.

use std::ops::ControlFlow;

use bytes::Bytes;

use crate::core::EndedEpoch;
use crate::errors::Damage;
use crate::frames::Assembler;
use crate::keys::{epoch_key, epoch_of, slot_key, slot_of};
use crate::meta::{EpochStart, Identity, Mark, TurnNote};
use crate::open::held::Held;
use crate::store::{Store, Tree};
use crate::{Followed, MirrorHead, ReadError};

/// What a store holds.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// `None` in a store that was never written to.
    pub(crate) identity: Option<Identity>,
    pub(crate) ended: Vec<EndedEpoch>,
    /// Losses that were accepted: what others knew when a new epoch began.
    pub(crate) losses: Vec<MirrorHead>,
    /// The current epoch, and the whole groups in it.
    pub(crate) epoch: u32,
    pub(crate) size: u64,
    pub(crate) slots: u64,
    /// Slots of an unfinished group behind them.
    pub(crate) torn_slots: u64,
    /// Behind the last slot there is a key for.
    pub(crate) reserved_slots: u64,
    pub(crate) marked_slot: u64,
    pub(crate) followed: Vec<Followed>,
    /// The keys that were given up, in order.
    pub(crate) turns: Vec<TurnNote>,
    /// Notes of events that are not there: of a group that a crash left unfinished, or after a loss.
    pub(crate) stale_turns: Vec<TurnNote>,
}

impl Found {
    pub(crate) fn in_store(store: &dyn Store) -> Result<Self, ReadError> {
        let identity = Identity::load(store)?;
        let epochs = Epochs::in_store(store)?;
        let mark = Mark::load(store)?.filter(|mark| mark.epoch == epochs.current);
        let mark = mark.unwrap_or(Mark { epoch: epochs.current, slot: 0, sequence: 0, followed: epochs.followed });
        let marked_slot = mark.slot;
        let tail = Tail::behind(store, mark)?;
        let sizes: Vec<_> = epochs.ended.iter().map(|ended| (ended.epoch, ended.size)).collect();
        let sizes = [sizes, vec![(epochs.current, tail.whole.sequence)]].concat();
        let is_there =
            |noted: &TurnNote| sizes.iter().any(|(epoch, size)| *epoch == noted.epoch && noted.sequence < *size);
        let (turns, stale_turns) = TurnNote::in_store(store)?.into_iter().partition(is_there);
        Ok(Self {
            turns,
            stale_turns,
            identity,
            ended: epochs.ended,
            losses: epochs.losses,
            epoch: epochs.current,
            size: tail.whole.sequence,
            slots: tail.whole.slot,
            torn_slots: tail.assembler.slot - tail.whole.slot,
            reserved_slots: tail.keys_until,
            marked_slot,
            followed: tail.whole.followed,
        })
    }

    /// Events in all epochs.
    pub(crate) fn total(&self) -> u64 {
        self.ended.iter().map(|ended| ended.size).sum::<u64>() + self.size
    }

    /// What is here, to be compared with what others know.
    pub(crate) fn held(&self) -> Held {
        let ended = self.ended.iter().map(|ended| (ended.epoch, ended.size));
        Held { sizes: ended.chain([(self.epoch, self.size)]).collect(), losses: self.losses.clone() }
    }
}

/// The epochs, from their records.
struct Epochs {
    current: u32,
    ended: Vec<EndedEpoch>,
    losses: Vec<MirrorHead>,
    followed: Vec<Followed>,
}

impl Epochs {
    fn in_store(store: &dyn Store) -> Result<Self, ReadError> {
        let mut numbers = Vec::new();
        store.scan(Tree::Meta, &epoch_key(0), &mut |key, _| match epoch_of(key) {
            Some(epoch) => {
                numbers.push(epoch);
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break(()),
        })?;
        let mut epochs = Self { current: 0, ended: Vec::new(), losses: Vec::new(), followed: Vec::new() };
        for number in numbers {
            let Some(start) = EpochStart::load(store, number)? else { continue };
            epochs.losses.extend(start.lost);
            epochs.ended.push(EndedEpoch {
                epoch: epochs.current,
                size: start.previous.size,
                root: start.previous.root,
                slots: start.previous_slots,
            });
            epochs.current = number;
            epochs.followed = start.followed;
        }
        Ok(epochs)
    }
}

/// Reads from a mark to the last slot of an epoch.
struct Tail {
    epoch: u32,
    assembler: Assembler,
    /// Behind the last whole group.
    whole: Mark,
    /// The positions that the group being read has given so far.
    positions: Vec<Followed>,
    /// An empty slot was seen: everything behind it must be empty.
    empty: bool,
    /// Behind the last key.
    keys_until: u64,
}

impl Tail {
    fn behind(store: &dyn Store, mark: Mark) -> Result<Self, ReadError> {
        let epoch = mark.epoch;
        let mut tail = Self {
            epoch,
            assembler: Assembler::at(epoch, mark.slot, mark.sequence),
            keys_until: mark.slot,
            whole: mark,
            positions: Vec::new(),
            empty: false,
        };
        let mut result = Ok(());
        let from = slot_key(epoch, tail.whole.slot);
        let scanned = store.scan(Tree::Frames, &from, &mut |key, value| match slot_of(key) {
            Some((found, slot)) if found == epoch => {
                result = tail.slot(slot, &value);
                if result.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            }
            _ => ControlFlow::Break(()),
        });
        result?;
        scanned.map_err(|error| tail.assembler.unreadable(error))?;
        Ok(tail)
    }

    fn slot(&mut self, slot: u64, value: &Bytes) -> Result<(), Damage> {
        self.keys_until = slot + 1;
        if value.is_empty() {
            self.empty = true;
            return Ok(());
        }
        if self.empty || slot != self.assembler.slot {
            return Err(self.assembler.damaged("a slot is missing or empty, but later ones are written"));
        }
        let Some(frame) = self.assembler.push(value)? else { return Ok(()) };
        let sequence = frame.next_sequence();
        let (ends_group, next_slot) = (frame.ends_group, frame.next_slot);
        let positions = frame.body.followed().map_err(|error| self.assembler.damaged(&error.to_string()))?;
        self.positions.extend(positions);
        if ends_group {
            let followed = merged(&self.whole.followed, std::mem::take(&mut self.positions));
            self.whole = Mark { epoch: self.epoch, slot: next_slot, sequence, followed };
        }
        Ok(())
    }
}

/// Positions with the newer ones in place of the older, by origin.
fn merged(older: &[Followed], newer: Vec<Followed>) -> Vec<Followed> {
    let kept = older.iter().filter(|old| newer.iter().all(|new| new.origin != old.origin)).cloned();
    let mut all: Vec<_> = kept.collect();
    all.extend(newer);
    all.sort_by_key(|followed| followed.origin);
    all
}
