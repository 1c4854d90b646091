//! A journal takes another key to sign with. Nothing else may have it open.
//!
//! The whole of it is one event in one group: either the journal says that it takes the key, or nothing happened. The checkpoint that ends with the
//! event is signed with the former key, everything later with the new one, and an opening knows both from the journal alone. So there is no step
//! between the two at which a crash could leave a journal that signs with the wrong key.

use dossier_journal::{Frame, Journal, OpenOptions, Record, SledStore, Store, Verify};
use dossier_proof::{Stand, VerifierKey};
use dossier_proto::{Event, Micros, Origin, Place};

use crate::{
    EngineError, EngineSettings,
    folding::event_error,
    open::{CLOCK_BEHIND_MAX, key_turn, peek},
    stamp::{Edge, key_rotated},
};

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// Whose journal.
    pub origin: Origin,
    /// The last checkpoint that the former key signs: it ends with the event.
    pub after: Stand,
    /// The former key.
    pub former: VerifierKey,
    /// The key from here on.
    pub verifier: VerifierKey,
    /// Its number, from 1.
    pub generation: u32,
    /// When, as the event says.
    pub recorded_at: Micros,
}

/// Lets the journal of `origin` take its next key. All of it is verified before; durable when this returns.
///
/// # Errors
/// [`EngineError`]: it is open elsewhere, not sound, or the clock is behind; nothing was written.
pub fn rotate_key(origin: Origin, settings: EngineSettings) -> Result<Rotated, EngineError> {
    let journal = settings.directory.join("journal");
    let store = SledStore::open(&journal).map_err(dossier_journal::OpenError::from)?;
    rotate_key_on(store, origin, settings)
}

/// The same on another store: for tests.
///
/// # Errors
/// As [`rotate_key`].
pub fn rotate_key_on(store: impl Store, origin: Origin, settings: EngineSettings) -> Result<Rotated, EngineError> {
    let failed = |error: &dyn std::fmt::Display| event_error(origin.name(), error);
    let signers = settings.signer.clone();
    let mut options = OpenOptions::new(settings.log, settings.directory.join("anchors"), settings.signer, peek);
    options.mirrors = settings.mirrors;
    options.verify = Verify::Whole;
    options.turn = key_turn;
    let (journal, mut writer) = dossier_journal::open(store, options)?;
    let last = last_moment(&journal).map_err(|error| failed(&error))?;
    let wall = settings.clock.now();
    let behind = last.0.saturating_sub(wall.0);
    if behind > CLOCK_BEHIND_MAX {
        return Err(EngineError::ClockBehind { origin, wall: wall.0, behind_seconds: behind / Micros::SECOND });
    }
    let next = signers.following().ok_or_else(|| failed(&"there is no other key than the first"))?.verifier();
    let former = signers.current().verifier();
    let place = writer.next();
    let mut edge = Edge { next: Place { origin, epoch: place.epoch, sequence: place.sequence }, last };
    let event = key_rotated(&mut edge, former.to_string(), next.to_string(), wall, crate::fresh_id());
    let record = Record { event: event.encode().into(), beside: None };
    writer.append(Frame { records: vec![record], followed: Vec::new() }).map_err(|error| failed(&error))?;
    let after = Stand { epoch: place.epoch, size: place.sequence + 1 };
    Ok(Rotated {
        origin,
        after,
        former,
        verifier: next,
        generation: signers.generation(),
        recorded_at: event.head.recorded_at,
    })
}

/// When the last event was recorded.
fn last_moment(journal: &Journal) -> Result<Micros, String> {
    let last = journal.epochs().into_iter().rev().find(|(_, size)| *size > 0);
    let Some((epoch, size)) = last else { return Ok(Micros(0)) };
    let stored =
        journal.get(dossier_journal::Place { epoch, sequence: size - 1 }).map_err(|error| error.to_string())?;
    let stored = stored.ok_or("its last event is not there")?;
    Ok(Event::decode(&stored.event).map_err(|error| error.to_string())?.head.recorded_at)
}
