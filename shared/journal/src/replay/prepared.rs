//! The whole history, with something made of each event by the threads that read.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SendError, SyncSender, sync_channel};
use std::thread;

use super::READERS;
use crate::errors::damage;
use crate::frames::{FrameAt, Stretch, scan_frames};
use crate::{Journal, Place, ReadError, Stored};

/// A parcel is handed over once it has so many bytes of events, or so many events.
const PARCEL_BYTES: usize = 256 * 1024;
const PARCEL_EVENTS: usize = 1024;
/// So many parcels of each reader may wait: 2 × 8 × (256 KiB + one event) = 12 MiB at most, and what is made of them.
const PARCELS_WAITING: usize = 8;

/// Events that follow on each other, as they were prepared.
struct Run<T> {
    /// The sequence of the first event, of this parcel or left out.
    first: u64,
    /// The sequence behind the last.
    next: u64,
    prepared: Vec<T>,
}

enum Parcel<T> {
    Run(Run<T>),
    TurnEnds,
    /// It cannot be read any further; what came before has been handed over.
    Unreadable(ReadError),
}

/// What both sides of a reading know.
struct Errand<'a, P> {
    journal: &'a Journal,
    from: Place,
    prepare: &'a P,
}

impl Journal {
    /// As [`Journal::replay`]; `prepare` is called for each event by the threads that read ahead, in any order, and `each` sees what it
    /// gave, in the order of the events. Decoding and hashing belong into `prepare`: they then use all processors.
    ///
    /// # Errors
    /// As [`Journal::replay`].
    pub fn replay_with<T: Send>(
        &self,
        from: Place,
        prepare: impl Fn(Stored) -> T + Sync,
        mut each: impl FnMut(T),
    ) -> Result<Place, ReadError> {
        let durable = self.durable();
        let turns = self.turns(&durable, from)?;
        let turns = turns.as_slice();
        let errand = &Errand { journal: self, from, prepare: &prepare };
        thread::scope(|scope| {
            let lines: Vec<_> = (0..READERS.min(turns.len()))
                .map(|number| {
                    let (sender, parcels) = sync_channel(PARCELS_WAITING);
                    scope.spawn(move || {
                        // It ends early when nobody takes any more.
                        let mut turns = turns.iter().skip(number).step_by(READERS);
                        let _ = turns.try_for_each(|turn| errand.read(*turn, &sender));
                    });
                    parcels
                })
                .collect();
            take_turns(turns, &lines, &mut each)
        })?;
        Ok(durable.head.next())
    }
}

impl<P> Errand<'_, P> {
    fn read<T>(&self, turn: Stretch, sender: &SyncSender<Parcel<T>>) -> Result<(), SendError<Parcel<T>>>
    where
        P: Fn(Stored) -> T,
    {
        let mut open: Option<Run<T>> = None;
        let mut bytes = 0;
        let mut stopped = Ok(());
        let mut damaged = None;
        let scanned = scan_frames(&*self.journal.shared.core.store, turn, &mut |frame| {
            let run = open.get_or_insert_with(|| Run {
                first: frame.first_sequence,
                next: frame.first_sequence,
                prepared: Vec::with_capacity(PARCEL_EVENTS / 4),
            });
            if let Err(error) = self.unpack(turn.epoch, frame, run, &mut bytes) {
                damaged = Some(error);
                return ControlFlow::Break(());
            }
            if bytes < PARCEL_BYTES && run.prepared.len() < PARCEL_EVENTS {
                return ControlFlow::Continue(());
            }
            bytes = 0;
            stopped = open.take().map_or(Ok(()), |run| sender.send(Parcel::Run(run)));
            if stopped.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        stopped?;
        if let Some(run) = open {
            sender.send(Parcel::Run(run))?;
        }
        let ended = damaged.map_or(scanned, Err);
        sender.send(ended.map_or_else(Parcel::Unreadable, |()| Parcel::TurnEnds))
    }

    fn unpack<T>(&self, epoch: u32, mut frame: FrameAt, run: &mut Run<T>, bytes: &mut usize) -> Result<(), ReadError>
    where
        P: Fn(Stored) -> T,
    {
        let mut sequence = frame.first_sequence;
        while let Some(record) = frame.body.next_record().map_err(|error| damage(epoch, sequence, error.to_string()))? {
            if (Place { epoch, sequence }) >= self.from {
                *bytes += record.event.len() + record.beside.as_ref().map_or(0, bytes::Bytes::len);
                let stored = Stored { epoch, sequence, event: record.event, beside: record.beside };
                run.prepared.push((self.prepare)(stored));
            }
            sequence += 1;
            run.next = sequence;
        }
        Ok(())
    }
}

/// Takes the turns in their order. Within a turn the reader has checked that frames follow on each other; here it is checked from
/// one parcel to the next.
fn take_turns<T>(turns: &[Stretch], lines: &[Receiver<Parcel<T>>], each: &mut impl FnMut(T)) -> Result<(), ReadError> {
    let mut next: Option<Place> = None;
    for (turn, line) in turns.iter().zip(lines.iter().cycle()) {
        let epoch = turn.epoch;
        loop {
            match line.recv() {
                Ok(Parcel::Run(run)) => {
                    if next.is_some_and(|next| next.epoch == epoch && next.sequence != run.first) {
                        let what = "a frame does not follow on the one before it";
                        return Err(damage(epoch, run.first, what).into());
                    }
                    next = Some(Place { epoch, sequence: run.next });
                    run.prepared.into_iter().for_each(&mut *each);
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
