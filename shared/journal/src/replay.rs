//! The fastest way through the whole history.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::core::Durable;
use crate::errors::damage;
use crate::frames::{FrameAt, scan_frames};
use crate::{Journal, Place, ReadError, Stored};

/// Frames handed over at a time, and how many such parcels may wait: 64 × 16 × 6 KiB = 6 MiB read ahead (large events
/// aside).
const PARCEL_FRAMES: usize = 64;
const PARCELS_WAITING: usize = 16;

struct Parcel {
    epoch: u32,
    frames: Vec<FrameAt>,
}

impl Journal {
    /// Shows every event from a place to the durable end, over the ends of epochs, and gives the place behind the last one.
    ///
    /// A second thread reads ahead and checks the checksums; the events are cut out of its pages without copying.
    ///
    /// # Errors
    /// [`ReadError`] when the journal cannot be read; `each` has then seen everything before the damage.
    pub fn replay(&self, from: Place, mut each: impl FnMut(Stored)) -> Result<Place, ReadError> {
        let durable = self.durable();
        let end = durable.head.next();
        thread::scope(|scope| {
            let (sender, parcels) = sync_channel(PARCELS_WAITING);
            let durable = &durable;
            let reader = scope.spawn(move || self.read_ahead(durable, from, &sender));
            let unpacked = unpack_parcels(&parcels, from, &mut each);
            // A reader that is still sending stops when nobody takes any more.
            drop(parcels);
            let read = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            unpacked.and(read)
        })?;
        Ok(end)
    }

    fn read_ahead(&self, durable: &Durable, from: Place, sender: &SyncSender<Parcel>) -> Result<(), ReadError> {
        for (epoch, _) in durable.epochs().filter(|(epoch, _)| *epoch >= from.epoch) {
            let sequence = if epoch == from.epoch { from.sequence } else { 0 };
            let Some(stretch) = self.stretch(durable, Place { epoch, sequence })? else { continue };
            let mut frames = Vec::with_capacity(PARCEL_FRAMES);
            let mut gone = false;
            let scanned = scan_frames(&*self.shared.core.store, stretch, &mut |frame| {
                frames.push(frame);
                if frames.len() < PARCEL_FRAMES {
                    return ControlFlow::Continue(());
                }
                let full = std::mem::replace(&mut frames, Vec::with_capacity(PARCEL_FRAMES));
                gone = sender.send(Parcel { epoch, frames: full }).is_err();
                if gone { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            // What was read before the damage is still shown.
            if gone || sender.send(Parcel { epoch, frames }).is_err() {
                return Ok(());
            }
            scanned?;
        }
        Ok(())
    }
}

fn unpack_parcels(parcels: &Receiver<Parcel>, from: Place, each: &mut impl FnMut(Stored)) -> Result<(), ReadError> {
    for Parcel { epoch, frames } in parcels {
        for mut frame in frames {
            let mut sequence = frame.first_sequence;
            while let Some(record) =
                frame.body.next_record().map_err(|error| damage(epoch, sequence, error.to_string()))?
            {
                if (Place { epoch, sequence }) >= from {
                    each(Stored { epoch, sequence, event: record.event, beside: record.beside });
                }
                sequence += 1;
            }
        }
    }
    Ok(())
}
