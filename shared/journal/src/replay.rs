//! The fastest way through the whole history.

mod prepared;

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SendError, SyncSender, sync_channel};
use std::thread;

use crate::core::Durable;
use crate::errors::damage;
use crate::frame::Part;
use crate::frames::{FrameAt, Stretch, scan_frames};
use crate::keys::slot_key;
use crate::store::Tree;
use crate::{Journal, Place, ReadError, Stored};

/// So many threads read ahead, in turns: sled takes longer to read a page than anybody does for the events on it.
const READERS: usize = 2;
/// How many slots a turn has, about: 1.5 MB. Where it begins is looked up before, a page read each.
const TURN_SLOTS: u64 = 256;
/// Frames handed over at a time, and how many such parcels of each reader may wait: 2 × 8 × 64 × 6 KiB = 6 MiB read ahead
/// (large events aside).
const PARCEL_FRAMES: usize = 64;
const PARCELS_WAITING: usize = 8;

/// What a reader hands over.
enum Parcel {
    Frames(Vec<FrameAt>),
    TurnEnds,
    /// It cannot be read any further; what came before has been handed over.
    Unreadable(ReadError),
}

impl Journal {
    /// Shows every event from a place to the durable end, over the ends of epochs, and gives the place behind the last one.
    ///
    /// Other threads read ahead and check the checksums; the events are cut out of their pages without copying.
    ///
    /// # Errors
    /// [`ReadError`] when the journal cannot be read; `each` has then seen everything before the damage.
    pub fn replay(&self, from: Place, mut each: impl FnMut(Stored)) -> Result<Place, ReadError> {
        let durable = self.durable();
        let turns = self.turns(&durable, from)?;
        let turns = turns.as_slice();
        thread::scope(|scope| {
            let lines: Vec<_> = (0..READERS.min(turns.len()))
                .map(|number| {
                    let (sender, parcels) = sync_channel(PARCELS_WAITING);
                    scope.spawn(move || self.read_ahead(turns.iter().skip(number).step_by(READERS), &sender));
                    parcels
                })
                .collect();
            // With the lines gone, a reader that is still sending stops; one that panicked makes the scope panic.
            unpack_turns(turns, &lines, from, &mut each)
        })?;
        Ok(durable.head.next())
    }

    /// The stretches of slots that the readers take in turns; a frame begins at the beginning of each.
    fn turns(&self, durable: &Durable, from: Place) -> Result<Vec<Stretch>, ReadError> {
        let mut turns = Vec::new();
        for (epoch, _) in durable.epochs().filter(|(epoch, _)| *epoch >= from.epoch) {
            let sequence = if epoch == from.epoch { from.sequence } else { 0 };
            let Some(whole) = self.stretch(durable, Place { epoch, sequence })? else { continue };
            let mut from_slot = whole.from_slot;
            while from_slot < whole.until_slot {
                let until_slot = self.begins_frame(epoch, from_slot + TURN_SLOTS, whole.until_slot);
                turns.push(Stretch { from_slot, until_slot, ..whole });
                from_slot = until_slot;
            }
        }
        Ok(turns)
    }

    /// The next slot in which a frame begins; `end` where there is none before it. What is damaged is passed over, and when the
    /// store cannot be read the turn goes on to the end: whoever comes to the place says what is wrong, after everything before it
    /// has been shown.
    fn begins_frame(&self, epoch: u32, slot: u64, end: u64) -> u64 {
        let store = &self.shared.core.store;
        for slot in slot..end {
            let Ok(value) = store.get(Tree::Frames, &slot_key(epoch, slot)) else { return end };
            if Part::decode(epoch, slot, &value.unwrap_or_default()).is_ok_and(|part| part.role.first) {
                return slot;
            }
        }
        end
    }

    fn read_ahead<'a>(&self, mut turns: impl Iterator<Item = &'a Stretch>, sender: &SyncSender<Parcel>) {
        // It ends early when nobody takes any more.
        let _ = turns.try_for_each(|turn| self.read_turn(*turn, sender));
    }

    fn read_turn(&self, turn: Stretch, sender: &SyncSender<Parcel>) -> Result<(), SendError<Parcel>> {
        let mut frames = Vec::with_capacity(PARCEL_FRAMES);
        let mut sent = Ok(());
        let scanned = scan_frames(&*self.shared.core.store, turn, &mut |frame| {
            frames.push(frame);
            if frames.len() < PARCEL_FRAMES {
                return ControlFlow::Continue(());
            }
            let full = std::mem::replace(&mut frames, Vec::with_capacity(PARCEL_FRAMES));
            sent = sender.send(Parcel::Frames(full));
            if sent.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        sent?;
        // What was read before the damage is still shown.
        sender.send(Parcel::Frames(frames))?;
        sender.send(scanned.map_or_else(Parcel::Unreadable, |()| Parcel::TurnEnds))
    }
}

/// Unpacks the turns in their order.
fn unpack_turns(
    turns: &[Stretch],
    lines: &[Receiver<Parcel>],
    from: Place,
    each: &mut impl FnMut(Stored),
) -> Result<(), ReadError> {
    let mut next = None;
    for (turn, line) in turns.iter().zip(lines.iter().cycle()) {
        loop {
            match line.recv() {
                Ok(Parcel::Frames(frames)) => {
                    for frame in frames {
                        next = Some(unpack_frame(turn.epoch, frame, next, from, each)?);
                    }
                }
                Ok(Parcel::TurnEnds) => break,
                Ok(Parcel::Unreadable(error)) => return Err(error),
                // It ended by a panic, which goes on in the scope.
                Err(_panicked) => return Ok(()),
            }
        }
    }
    Ok(())
}

/// Shows the events of a frame; gives the place behind the last one. `next` is where it should begin, in its epoch.
fn unpack_frame(
    epoch: u32,
    mut frame: FrameAt,
    next: Option<Place>,
    from: Place,
    each: &mut impl FnMut(Stored),
) -> Result<Place, ReadError> {
    let mut sequence = frame.first_sequence;
    // Within a turn the reader has checked this; here it is checked from one turn to the next.
    if next.is_some_and(|next| next.epoch == epoch && next.sequence != sequence) {
        return Err(damage(epoch, sequence, "a frame does not follow on the one before it".to_owned()).into());
    }
    while let Some(record) = frame.body.next_record().map_err(|error| damage(epoch, sequence, error.to_string()))? {
        if (Place { epoch, sequence }) >= from {
            each(Stored { epoch, sequence, event: record.event, beside: record.beside });
        }
        sequence += 1;
    }
    Ok(Place { epoch, sequence })
}
