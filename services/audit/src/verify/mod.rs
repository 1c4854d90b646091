//! Examines a whole journal, event by event: for `dossier verify`, over a journal on disk, a copy, or an export.
//!
//! Streaming: events are pushed in ([`Examination::take`]) and forgotten; memory does not grow with the journal. What the
//! journal's own reading checks (checksums of frames, the Merkle tiles) comes as a [`FaultKind::Unreadable`]; everything that
//! the bytes of the events say is checked here:
//!
//! - each decodes, and stands where it says it does, densely;
//! - each was recorded after the one before, and after its cause, where the other journal is at hand;
//! - what stands beside a `Received` is what it names;
//! - an epoch begins with the event that says so, and that names the former one as it is;
//! - the Merkle root over all is the one that was signed, at each size that somebody kept a checkpoint of.
//!
//! [`decide_again`] decides the audit service's own commands again (P10); the binary does the same with the other
//! deciders, and [`Examined::deviate`] takes what they found.

mod causes;
mod examination;
mod examined;
mod fault;
mod known_head;
mod prepared;
#[cfg(test)]
mod tests;

use dossier_engine::{Decider, Deviation, Redecider};
use dossier_journal::{Journal, Place as At, ReadError, Stored};
use dossier_proto::{Event, Place};

pub use causes::{Causes, NoCauses, When};
pub use examination::Examination;
pub use examined::{EpochSeen, Examined};
pub use fault::{FAULTS_MAX, Fault, FaultKind};
pub use known_head::KnownHead;
pub use prepared::Prepared;

use crate::{copies::Copies, domain::Audit};

impl Causes for Copies {
    fn recorded(&self, place: Place) -> When {
        if self.journal(place.origin).is_none() {
            return When::Unknown;
        }
        match self.get(place) {
            Ok(Some(filed)) => When::At(filed.event.head.recorded_at),
            Ok(None) => When::Never,
            Err(_unreadable) => When::Unknown,
        }
    }
}

/// Examines a journal, or a copy of one, from its beginning.
pub fn examine(journal: &Journal, mut examination: Examination<'_>) -> Examined {
    let read = journal.replay(At { epoch: 0, sequence: 0 }, |stored| examination.take(&stored));
    if let Err(error) = read {
        examination.unreadable(&error);
    }
    examination.finish()
}

/// Decides every command of a journal again, under the rules and rights of its moment (P10).
///
/// # Errors
/// [`ReadError`] when the journal cannot be read to its end.
pub fn decide_again<D: Decider>(journal: &Journal) -> Result<Vec<Deviation>, ReadError> {
    let mut again = Again::<D>::default();
    journal.replay(At { epoch: 0, sequence: 0 }, |stored| again.take(&stored))?;
    Ok(again.finish())
}

/// The same for the audit service's own decider.
///
/// # Errors
/// As [`decide_again`].
pub fn decide_own_again(journal: &Journal) -> Result<Vec<Deviation>, ReadError> {
    decide_again::<Audit>(journal)
}

/// Decides again what is pushed in.
pub struct Again<D: Decider>(Redecider<D>);

impl<D: Decider> Default for Again<D> {
    fn default() -> Self {
        Self(Redecider::default())
    }
}

impl<D: Decider> Again<D> {
    /// Takes the next event. What cannot be decoded is passed over: the examination tells it.
    pub fn take(&mut self, stored: &Stored) {
        let beside = stored.beside.as_deref().and_then(|bytes| Event::decode(bytes).ok());
        if let Ok(event) = Event::decode(&stored.event) {
            self.take_event(event, beside.as_ref());
        }
    }

    /// The same of an event that was decoded already, with the foreign event it stands for.
    pub fn take_event(&mut self, event: Event, beside: Option<&Event>) {
        self.0.take(event, beside);
    }

    /// Everything that could not have been decided so.
    pub fn finish(self) -> Vec<Deviation> {
        self.0.finish().1
    }
}
