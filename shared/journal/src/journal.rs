//! Reading a journal.

mod proofs;

use std::ops::ControlFlow;
use std::sync::Arc;

use tokio::sync::watch;

use crate::core::{Durable, Shared};
use crate::errors::damage;
use crate::follow::Follower;
use crate::frames::{Stretch, scan_frames, slot_before};
use crate::{Followed, Head, MirrorHead, OpenError, Place, ReadError, Stop, Stored, Verification};

/// A reader of a journal. Cheap to clone; sees durable events only. The methods read from sled's memory or the disk and may
/// block for as long as a page read takes.
#[derive(Clone)]
pub struct Journal {
    pub(crate) shared: Arc<Shared>,
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Journal({} at {:?})", self.shared.core.log, self.head())
    }
}

impl Journal {
    pub(crate) const fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Where the journal ends.
    #[must_use]
    pub fn head(&self) -> Head {
        *self.shared.core.heads.borrow()
    }

    /// The head, for who waits for it to move.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Head> {
        self.shared.core.heads.subscribe()
    }

    /// All epochs with their number of events, ascending; the last one is the current one.
    #[must_use]
    pub fn epochs(&self) -> Vec<(u32, u64)> {
        self.durable().epochs().collect()
    }

    /// How far foreign journals have been read, as durable groups say it; one position an origin.
    #[must_use]
    pub fn followed(&self) -> Vec<Followed> {
        self.durable().followed.to_vec()
    }

    /// One event; `None` when there is none at that place.
    ///
    /// # Errors
    /// [`ReadError`] when it cannot be read, or is not what was written.
    pub fn get(&self, place: Place) -> Result<Option<Stored>, ReadError> {
        Ok(self.read(place.epoch, place.sequence, 1, usize::MAX)?.pop())
    }

    /// Events of an epoch in order: at most `max_events`, and no more once they have `max_bytes` together; at least one
    /// where there is one and `max_events` is not 0.
    ///
    /// # Errors
    /// As [`Journal::get`].
    pub fn read(&self, epoch: u32, from: u64, max_events: usize, max_bytes: usize) -> Result<Vec<Stored>, ReadError> {
        let mut found = Vec::new();
        let mut bytes = 0_usize;
        if max_events == 0 {
            return Ok(found);
        }
        self.visit(Place { epoch, sequence: from }, &mut |stored| {
            bytes = bytes.saturating_add(stored.event.len() + stored.beside.as_ref().map_or(0, bytes::Bytes::len));
            if bytes > max_bytes && !found.is_empty() {
                return ControlFlow::Break(());
            }
            found.push(stored);
            if found.len() < max_events { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(found)
    }

    /// Shows the events of an epoch from a place on, until told to stop.
    ///
    /// # Errors
    /// As [`Journal::get`].
    pub fn visit(&self, from: Place, visit: &mut dyn FnMut(Stored) -> ControlFlow<()>) -> Result<(), ReadError> {
        let durable = self.durable();
        let Some(stretch) = self.stretch(&durable, from)? else { return Ok(()) };
        let mut damaged = None;
        let mut first_frame = true;
        scan_frames(&*self.shared.core.store, stretch, &mut |mut frame| {
            let mut sequence = frame.first_sequence;
            if std::mem::take(&mut first_frame) {
                self.shared.core.slots.learn([(Place { epoch: from.epoch, sequence }, frame.slot)]);
            }
            loop {
                match frame.body.next_record() {
                    Ok(Some(record)) if sequence >= from.sequence => {
                        let stored = Stored { epoch: from.epoch, sequence, event: record.event, beside: record.beside };
                        if visit(stored).is_break() {
                            return ControlFlow::Break(());
                        }
                    }
                    Ok(Some(_)) => {}
                    Ok(None) => return ControlFlow::Continue(()),
                    Err(error) => {
                        damaged = Some(damage(from.epoch, sequence, error.to_string()));
                        return ControlFlow::Break(());
                    }
                }
                sequence += 1;
            }
        })?;
        damaged.map_or(Ok(()), |damage| Err(damage.into()))
    }

    /// The slots in which the events from a place on lie; `None` when there are none.
    pub(crate) fn stretch(&self, durable: &Durable, from: Place) -> Result<Option<Stretch>, ReadError> {
        let Some(extent) = durable.extent(from.epoch).filter(|extent| from.sequence < extent.size) else {
            return Ok(None);
        };
        let from_slot = match from.sequence {
            0 => 0,
            _ => {
                let around = self.shared.core.slots.around(from, extent.slots);
                slot_before(&*self.shared.core.store, from, around)?
            }
        };
        Ok(Some(Stretch { epoch: from.epoch, from_slot, until_slot: extent.slots }))
    }

    /// The places of all events that concern an entry, ascending. After an opening with a snapshot the index of the older events
    /// is made in the background; this waits for it ([`Journal::index_is_ready`]).
    ///
    /// # Errors
    /// [`ReadError::Damaged`] when the older events could not be read.
    pub fn of_entry(&self, entry: [u8; 16]) -> Result<Vec<Place>, ReadError> {
        let ordinals = self.shared.core.index.of(&entry).map_err(|_| self.index_failed())?;
        let durable = self.durable();
        // The index may be ahead of the published end by the group that is being published.
        Ok(ordinals.into_iter().map_while(|ordinal| durable.place(ordinal)).collect())
    }

    /// The places of all events that concern no entry, from a place on, ascending. Waits as [`Journal::of_entry`] does.
    ///
    /// # Errors
    /// As [`Journal::of_entry`].
    pub fn of_no_entry(&self, from: Place) -> Result<Vec<Place>, ReadError> {
        let durable = self.durable();
        let before: u64 = durable.epochs().filter(|(epoch, _)| *epoch < from.epoch).map(|(_, size)| size).sum();
        let ordinals = self.shared.core.index.alone(before + from.sequence).map_err(|_| self.index_failed())?;
        Ok(ordinals.into_iter().map_while(|ordinal| durable.place(ordinal)).filter(|place| *place >= from).collect())
    }

    /// Whether [`Journal::of_entry`] would answer at once.
    #[must_use]
    pub fn index_is_ready(&self) -> bool {
        self.shared.core.index.is_ready()
    }

    /// Compares the journal with what somebody else knows of it: a mirror that answered only after the opening, say. To be done
    /// before the first append.
    ///
    /// # Errors
    /// [`OpenError::RolledBack`] when events are missing here, [`OpenError::Forked`] when they are others.
    pub fn compare(&self, witness: &str, known: MirrorHead) -> Result<(), OpenError> {
        let (durable, store) = (self.durable(), &*self.shared.core.store);
        let held = durable.held();
        if !held.has(known) {
            return Err(held.rolled_back(&store.place(), witness, known));
        }
        held.compare_root(store, &durable, witness, known)
    }

    fn index_failed(&self) -> ReadError {
        match &*self.shared.core.verification.borrow() {
            Verification::Damaged(damage) => damage.clone().into(),
            _ => ReadError::NotThere("the index of entries could not be made: the journal was being closed".to_owned()),
        }
    }

    /// Events as they become durable, from a place on, over the ends of epochs.
    #[must_use]
    pub fn follow(&self, from: Place) -> Follower {
        Follower::new(self.clone(), from)
    }

    /// How far the verification of the older history has come.
    #[must_use]
    pub fn verification(&self) -> Verification {
        self.shared.core.verification.borrow().clone()
    }

    /// The same, for who waits for it.
    #[must_use]
    pub fn watch_verification(&self) -> watch::Receiver<Verification> {
        self.shared.core.verification.subscribe()
    }

    /// Why the writer has stopped, if it has.
    #[must_use]
    pub fn stopped(&self) -> Option<Arc<Stop>> {
        self.shared.core.stopped()
    }

    pub(crate) fn durable(&self) -> Durable {
        self.shared.core.durable()
    }
}
