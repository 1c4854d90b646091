//! Follows a log to the key that it signs with now: from turn to turn, each signed with the key before, and each on the history that was cosigned.

use std::time::Instant;

use dossier_proof::LogProof;

use super::{Node, NotCosigned, Trouble, looking::Looking};
use crate::key_turns;

impl Looking {
    /// Asks for the turns of a log and takes them, as far as each holds. The checkpoint that a turn ends is cosigned as every other one before its
    /// key is believed: so whoever has a former key, and a history of his own, leads nobody away.
    pub(super) fn follow_turns(&self, node: &Node, name: &str, deadline: Instant) -> Result<(), Trouble> {
        for turn in key_turns::fetch(self.reader(), super::looking::service_of(name))? {
            self.follow_turn(node, name, &turn, deadline)?;
        }
        Ok(())
    }

    fn follow_turn(&self, node: &Node, name: &str, turn: &LogProof, deadline: Instant) -> Result<(), Trouble> {
        let not_proven = |why: String| Trouble::TurnNotProven { log: name.to_owned(), why };
        let after = node.keys().after(name, turn).map_err(|error| not_proven(error.to_string()))?;
        let Some(after) = after else { return Ok(()) };
        // What the former key signed of a larger tree, it did not sign before it was given up: one of the two is another history.
        let all = node.all();
        let mut kept = all.iter().filter(|kept| node.logs().name_of(kept.origin()) == Some(name));
        if let Some(beyond) = kept.find(|kept| after.verify(kept.signed()).is_err()) {
            let evidence = node.shelf().turn(beyond.origin(), turn).map_err(NotCosigned::Disk)?;
            let signed = format!("{} of {} entries", beyond.origin(), beyond.head().size);
            return Err(Trouble::TurnedBefore { log: name.to_owned(), signed, evidence });
        }
        let ends = node.logs().believe(turn.unverified().clone())?;
        self.cosigned(node, name, ends, deadline)?;
        node.keys().learn(name, turn).map_err(|error| not_proven(error.to_string()))?;
        let verifier = after.current();
        tracing::warn!(log = name, %verifier, "the log signs with another key, and its former key says so");
        Ok(())
    }
}
