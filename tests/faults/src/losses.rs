//! After the loss of disks: what was acknowledged is there, or lies in a range that was named; what one service acted upon is at the other.
//!
//! Another judge than [`crate::checker`], which holds that nothing is ever lost: here something may be, and has to have been said.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use dossier_proto::{CommandId, Origin, Payload, Place, SubjectId};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{
    checker::{read_keys, read_notes, reading},
    notes::{Act, Answered, Note},
};

/// A range of events that a restore named as unknown: those of an epoch from a sequence on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// Whose.
    pub origin: Origin,
    /// Of which epoch.
    pub epoch: u32,
    /// From here on.
    pub from: u64,
}

impl Named {
    /// As `dossier --json restore --service` says it.
    ///
    /// # Panics
    /// It says nothing.
    pub fn of(report: &Value) -> Self {
        let from = &report["unknown_from"];
        let number = |name: &str| from[name].as_u64().unwrap_or_else(|| panic!("no {name}: {report}"));
        Self {
            origin: report["service"].as_str().and_then(|name| name.parse().ok()).expect("it names a service"),
            epoch: u32::try_from(number("epoch")).expect("an epoch"),
            from: number("sequence"),
        }
    }

    fn holds(&self, place: Place) -> bool {
        (place.origin, place.epoch) == (self.origin, self.epoch) && place.sequence >= self.from
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Count {
    /// Commands that took effect, as callers were told.
    pub acknowledged: usize,
    /// Of those, the ones in a named range.
    pub lost: usize,
    /// What a service received, and where the sender has lost it, in a named range.
    pub received_and_lost: usize,
    /// What is wrong.
    pub complaints: Vec<String>,
}

/// Judges exports and notes.
///
/// # Panics
/// There are none, or they cannot be read.
pub fn judge(exports: &Path, notes: &Path, named: &[Named]) -> Count {
    let keys = read_keys(exports).expect("exports have keys");
    let notes = read_notes(notes).expect("callers have taken notes");
    let mut unreadable = Vec::new();
    let history = reading::history(exports, &keys, &mut unreadable);
    let mut count = Count { complaints: unreadable.iter().map(ToString::to_string).collect(), ..Count::default() };
    let mut places = BTreeMap::new();
    let mut commands = BTreeSet::new();
    for kept in history.events() {
        if let Some(hash) = places.insert(kept.place(), kept.hash()).filter(|hash| *hash != kept.hash()) {
            count.complaints.push(format!("{} stands for two events, {hash} and {}", kept.place(), kept.hash()));
        }
        commands.extend(kept.event.head.command.map(|command| command.id));
    }
    for kept in history.events() {
        let Some(Payload::Received(received)) = &kept.event.payload else { continue };
        let Some(Ok(from)) = received.place.as_ref().map(Place::try_from) else { continue };
        match places.get(&from) {
            Some(hash) if hash.as_bytes() == received.hash.as_slice() => {}
            Some(_) => count.complaints.push(format!("{} received another event than stands at {from}", kept.place())),
            None if named.iter().any(|range| range.holds(from)) => count.received_and_lost += 1,
            None => count.complaints.push(format!("{} received {from}, which is gone and was not named", kept.place())),
        }
    }
    let mut asked = BTreeMap::new();
    for note in &notes {
        match note {
            Note::Asked(one) => drop(asked.insert(command_id(&one.subject, &one.key), one.act)),
            Note::Answered(answer) if (200..300).contains(&answer.status) => {
                count.acknowledged += 1;
                let id = command_id(&answer.subject, &answer.key);
                if commands.contains(&id) || asked.get(&id).is_some_and(|act| may_be_so_already(*act)) {
                    continue;
                }
                if named.iter().any(|range| may_hold(range, answer, asked.get(&id))) {
                    count.lost += 1;
                } else {
                    count.complaints.push(format!(
                        "{} was acknowledged, is gone, and lies in no named range: {answer:?}",
                        answer.key
                    ));
                }
            }
            _ => {}
        }
    }
    count
}

/// What was so already when it was asked for is acknowledged and recorded nowhere.
const fn may_be_so_already(act: Act) -> bool {
    matches!(act, Act::Claim | Act::Release | Act::Revise | Act::Recall)
}

/// Whether what was acknowledged stood in the range: where the answer says, or, where it names no epoch, at its sequence.
fn may_hold(range: &Named, answer: &Answered, act: Option<&Act>) -> bool {
    if let Some(at) = &answer.recorded {
        let origin = at.origin.parse();
        return origin.is_ok_and(|origin| range.holds(Place { origin, epoch: at.epoch, sequence: at.sequence }));
    }
    match (answer.sequence, act) {
        (Some(sequence), _) => range.origin == Origin::Submission && sequence >= range.from,
        // A designation's answer names no place.
        (None, Some(Act::Grant | Act::Revoke)) => range.origin == Origin::Moderation,
        (None, Some(Act::Retract)) => range.origin == Origin::Publication,
        _ => false,
    }
}

/// The first 16 bytes of SHA-256(subject ‖ key).
fn command_id(subject: &str, key: &str) -> CommandId {
    let subject = subject.parse::<SubjectId>().map(|subject| subject.0.to_vec()).unwrap_or_default();
    let digest = Sha256::new().chain_update(subject).chain_update(key).finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    CommandId(id)
}
