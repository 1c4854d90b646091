//! The signing keys that others have learnt of a service: what is put back has to have taken them too, or nobody believes what it signs from there on.

use std::collections::BTreeMap;

use bytes::Bytes;
use dossier_exchange::KeyRing;
use dossier_proof::{KeyHistory, LogProof, Stand, Turn};
use dossier_proto::{Event, Origin, Place};

use super::keeper::Keeper;
use crate::{Failure, Secrets};

/// The later keys of a service, as whoever learnt most of them can prove.
pub(super) struct LearntKeys {
    origin: Origin,
    turns: Vec<Turn>,
    proofs: Vec<LogProof>,
}

impl LearntKeys {
    /// Asks, and verifies what is said: from the service's first key on, which follows from its own master key.
    ///
    /// # Errors
    /// [`Failure`]: somebody who has to answer does not.
    pub(super) fn of(origin: Origin, secrets: &Secrets, keeper: &dyn Keeper) -> Result<Self, Failure> {
        let mut best = Self { origin, turns: Vec::new(), proofs: Vec::new() };
        for proofs in keeper.turns()? {
            let ring = KeyRing::from(BTreeMap::from([(origin, secrets.verifier(origin))]));
            if let Err(error) = ring.learn(origin, &proofs) {
                // Whoever says so proves nothing; the service cannot be kept from coming back with it.
                tracing::warn!(%origin, %error, "what somebody says it learnt a key by is no proof; it is passed over");
                continue;
            }
            let turns = ring.history(origin).map(|history| history.turns().to_vec()).unwrap_or_default();
            if turns.len() > best.turns.len() {
                best = Self { origin, turns, proofs };
            }
        }
        Ok(best)
    }

    /// The events by which the keys were taken: whoever learnt a key keeps them.
    pub(super) fn events(&self) -> impl Iterator<Item = (Place, Bytes)> {
        self.proofs.iter().filter_map(|proof| {
            let event = Event::decode(proof.extra()).ok()?;
            Some((event.head.place, Bytes::copy_from_slice(proof.extra())))
        })
    }

    /// Whether what is put back, which ends at `end`, has taken all of them.
    ///
    /// # Errors
    /// [`Failure`]: it has not. Whatever it signed would be taken for forged.
    pub(super) fn must_be_in(&self, put_back: &KeyHistory, end: Stand) -> Result<(), Failure> {
        let Some(missing) = self.turns.iter().find(|turn| !put_back.turns().contains(turn)) else { return Ok(()) };
        Err(Failure::damaged(format!(
            "{} took another key to sign with after {} events of epoch {}, and others have learnt that; what is kept of it ends after {} events of \
             epoch {}, where it signs with a former key. Nobody would believe anything that is written from there on. Name whoever has more of its \
             events: a newer backup (--from), the directory of an audit service that has copied more (--from-audit), or its configuration \
             (--config), for what its stream still has. Nothing was written",
            self.origin, missing.after.size, missing.after.epoch, end.size, end.epoch
        )))
    }
}
