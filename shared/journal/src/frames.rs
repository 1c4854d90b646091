//! Reading slots back as frames.

use std::ops::{ControlFlow, Range};

use bytes::Bytes;

use crate::errors::{Damage, damage};
use crate::frame::{Body, Part, unpack};
use crate::keys::{slot_key, slot_of};
use crate::store::{Store, StoreError, Tree};
use crate::{Place, ReadError};

/// A frame, checked and put together from its parts; the events in it are not cut out yet.
#[derive(Debug, Clone)]
pub(crate) struct FrameAt {
    /// The slot of its first part.
    pub(crate) slot: u64,
    /// The slot behind its last part.
    pub(crate) next_slot: u64,
    /// The sequence of its first event.
    pub(crate) first_sequence: u64,
    /// Its records and positions.
    pub(crate) body: Body,
    /// Whether its group ends with it.
    pub(crate) ends_group: bool,
}

impl FrameAt {
    /// The sequence behind its last event.
    pub(crate) fn next_sequence(&self) -> u64 {
        self.first_sequence.saturating_add(self.body.records_left())
    }
}

/// So few slots are read in a row rather than searched: they lie on two pages.
const SCANNED_SLOTS: u64 = 16;

/// Which slots of which epoch are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    pub(crate) epoch: u32,
    /// A slot in which a frame begins.
    pub(crate) from_slot: u64,
    /// The slot to stop before; every slot below is known to be written.
    pub(crate) until_slot: u64,
}

/// Shows the frames of a stretch in order, without a gap.
pub(crate) fn scan_frames(
    store: &dyn Store,
    stretch: Stretch,
    visit: &mut dyn FnMut(FrameAt) -> ControlFlow<()>,
) -> Result<(), ReadError> {
    let mut assembler = Assembler::new(stretch.epoch, stretch.from_slot);
    let mut found = Ok(ControlFlow::Continue(()));
    let from = slot_key(stretch.epoch, stretch.from_slot);
    if stretch.from_slot < stretch.until_slot {
        let scanned = store.scan(Tree::Frames, &from, &mut |key, value| {
            found = assembler.push_slot(key, &value).map(|frame| frame.map_or(ControlFlow::Continue(()), &mut *visit));
            match found {
                Ok(flow) if assembler.slot < stretch.until_slot => flow,
                _ => ControlFlow::Break(()),
            }
        });
        scanned.map_err(|error| assembler.unreadable(error))?;
    }
    let stopped = found?.is_break();
    if !stopped && (assembler.slot < stretch.until_slot || !assembler.is_between_frames()) {
        return Err(assembler.damaged("the journal ends here, and it should not").into());
    }
    Ok(())
}

/// Puts parts together to frames, and notices whatever does not follow on what came before.
pub(crate) struct Assembler {
    epoch: u32,
    /// The slot to come.
    pub(crate) slot: u64,
    /// The sequence to come, once it is known.
    sequence: Option<u64>,
    /// The slot in which the frame being read began.
    began: u64,
    /// First sequence and the parts so far of a frame that continues.
    open: Option<(u64, Vec<Bytes>)>,
}

impl Assembler {
    pub(crate) const fn new(epoch: u32, slot: u64) -> Self {
        Self { epoch, slot, sequence: None, began: slot, open: None }
    }

    /// From a place of which the sequence is known too.
    pub(crate) const fn at(epoch: u32, slot: u64, sequence: u64) -> Self {
        Self { epoch, slot, sequence: Some(sequence), began: slot, open: None }
    }

    pub(crate) const fn is_between_frames(&self) -> bool {
        self.open.is_none()
    }

    /// Takes the value found at `key`, which must be the next slot and not empty.
    fn push_slot(&mut self, key: &[u8], value: &Bytes) -> Result<Option<FrameAt>, Damage> {
        if slot_of(key) != Some((self.epoch, self.slot)) {
            return Err(self.damaged("a slot is missing"));
        }
        if value.is_empty() {
            return Err(self.damaged("a slot is empty"));
        }
        self.push(value)
    }

    /// Takes the value of the next slot; gives a frame when it is the last part of one.
    pub(crate) fn push(&mut self, value: &Bytes) -> Result<Option<FrameAt>, Damage> {
        let part = Part::decode(self.epoch, self.slot, value).map_err(|error| self.damaged(&error.to_string()))?;
        let expected = self.open.as_ref().map(|(sequence, _)| *sequence).or(self.sequence);
        if part.role.first != self.open.is_none() || expected.is_some_and(|expected| expected != part.first_sequence) {
            return Err(self.damaged("a slot does not follow on the one before it"));
        }
        if part.role.first {
            self.began = self.slot;
        }
        self.slot += 1;
        let body = match (self.open.take(), part.role.last) {
            (None, true) => part.body,
            (open, last) => {
                let mut parts = open.map(|(_, parts)| parts).unwrap_or_default();
                parts.push(part.body);
                if !last {
                    self.open = Some((part.first_sequence, parts));
                    return Ok(None);
                }
                // Once, into room of the right size: growing copies everything again and again.
                parts.concat().into()
            }
        };
        let body = unpack(body).map_err(|error| self.damaged(&error.to_string()))?;
        let (next_slot, first_sequence) = (self.slot, part.first_sequence);
        let frame = FrameAt { slot: self.began, next_slot, first_sequence, body, ends_group: part.role.ends_group };
        self.sequence = Some(frame.next_sequence());
        Ok(Some(frame))
    }

    /// What a failed read means here: sled's word that its files are damaged gets a place.
    pub(crate) fn unreadable(&self, error: StoreError) -> ReadError {
        match error {
            StoreError::Refused { message, .. } => self.damaged(&format!("sled cannot read it: {message}")).into(),
            other => other.into(),
        }
    }

    pub(crate) fn damaged(&self, what: &str) -> Damage {
        damage(self.epoch, self.sequence.unwrap_or(0), format!("slot {}: {what}", self.slot))
    }
}

/// The slot from which a scan comes to the frame with this event; the frame begins there or a few slots later (frames
/// without events may lie before it). `slots` are those in which it must begin; at the first of them a frame begins.
pub(crate) fn slot_before(store: &dyn Store, place: Place, slots: Range<u64>) -> Result<u64, ReadError> {
    let Place { epoch, sequence } = place;
    if slots.end - slots.start <= SCANNED_SLOTS {
        return Ok(slots.start);
    }
    let first_sequence = |slot: u64| -> Result<u64, ReadError> {
        let value = store.get(Tree::Frames, &slot_key(epoch, slot))?.unwrap_or_default();
        let part = Part::decode(epoch, slot, &value);
        Ok(part.map_err(|error| damage(epoch, sequence, format!("slot {slot}: {error}")))?.first_sequence)
    };
    // The last slot whose frame does not begin behind the sequence, and then the first slot of frames that begin there.
    let behind = partition_point(slots.clone(), |slot| Ok(first_sequence(slot)? <= sequence))?;
    if behind == slots.start {
        return Ok(behind);
    }
    let begins = first_sequence(behind - 1)?;
    partition_point(slots.start..behind, |slot| Ok(first_sequence(slot)? < begins))
}

/// The first number in a range for which `holds` is false; its end where there is none.
fn partition_point(range: Range<u64>, holds: impl Fn(u64) -> Result<bool, ReadError>) -> Result<u64, ReadError> {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle)? {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}
