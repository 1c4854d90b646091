//! The keys that a log took after those that somebody has: each is believed because the one before has signed so, and because what it signed is what
//! the log holds.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use dossier_audit::verify::KnownHead;
use dossier_exchange::KeyRing;
use dossier_proof::{KeyHistory, LogProof, Stand};
use dossier_proto::Origin;

use crate::{
    Exit, Failure,
    client::Reader,
    key_turns::{NoTurns, fetch},
    verification::{Class, Doubt, DoubtKind},
};

/// What a log signs with, as far as it proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// The keys.
    pub keys: KeyHistory,
    /// The checkpoints that the turns end: the log has to hold them.
    pub heads: Vec<KnownHead>,
}

/// Asks a server for the keys that a log took, and follows them. The doubt says what does not hold; the keys stay what they were then.
///
/// # Errors
/// [`Failure`] when the server does not answer.
pub fn followed(server: &Reader, origin: Origin, known: &KeyHistory) -> Result<Result<Followed, Doubt>, Failure> {
    match fetch(server, origin.name()) {
        Ok(turns) => Ok(follow(origin, known, &turns)),
        Err(NoTurns::Unanswered(error)) => Err(Failure::new(Exit::Unreachable, error.to_string())),
        Err(error @ NoTurns::Unfit { .. }) => Ok(Err(Doubt::about(origin, DoubtKind::NotSigned, error.to_string()))),
    }
}

/// The same, of turns that are there.
fn follow(origin: Origin, known: &KeyHistory, turns: &[LogProof]) -> Result<Followed, Doubt> {
    let ring = KeyRing::from(BTreeMap::from([(origin, known.clone())]));
    let mut heads = Vec::new();
    for turn in turns {
        let learnt = ring.learn(origin, std::slice::from_ref(turn));
        let news = learnt
            .map_err(|error| Doubt::about(origin, DoubtKind::NotSigned, error.to_string()).of(Class::Unsigned))?;
        // Learnt: so its checkpoint is the log's.
        let signed = turn.unverified().unverified();
        if let Some(stand) = Stand::of(signed, known.log()).filter(|_| news > 0) {
            let witness = format!("the checkpoint with which a former key was given up, {stand}");
            heads.push(KnownHead { epoch: stand.epoch, size: stand.size, root: signed.root, witness });
        }
    }
    Ok(Followed { keys: ring.history(origin).unwrap_or_else(|| known.clone()), heads })
}
