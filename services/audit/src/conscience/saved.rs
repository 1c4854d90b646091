//! How far everything was judged, with the states folded until there: a throw-away file, so that a start need not begin at the first
//! event. It is used when it was made by the same code and the copies still have the roots it names.

use std::path::Path;

use dossier_journal::{
    Place as At, TrustedEdge,
    snapshot::{Snapshot, Snapshots},
};
use dossier_proto::{Digest, Origin};
use serde::{Deserialize, Serialize};

use super::{Deciders, Depth, Orders, following::Following, library::Library};

#[derive(Serialize, Deserialize)]
struct Saved {
    journals: Vec<SavedJournal>,
    orders: Orders,
}

#[derive(Serialize, Deserialize)]
struct SavedJournal {
    origin: Origin,
    epoch: u32,
    /// The next sequence.
    next: u64,
    /// The root of everything before, in this epoch.
    root: [u8; 32],
    rehearsal: Option<Vec<u8>>,
    complete: bool,
}

/// Where it is kept.
pub(super) struct Keep(Snapshots);

impl Keep {
    /// Below the audit service's directory.
    pub(super) fn below(directory: &Path, fingerprint: Digest) -> Self {
        Self(Snapshots::new(directory.join("snapshots").join("conscience"), fingerprint.0))
    }

    /// Keeps it, when everything that was read is settled. A failure is told and is no more than a slower start.
    pub(super) fn save(&self, followings: &[Following], orders: &Orders, library: &Library) {
        let journals: Option<Vec<_>> = followings.iter().map(|one| saved(one, library)).collect();
        let Some(journals) = journals else { return };
        let size = journals.iter().map(|one| one.next).sum();
        let saved = Saved { journals, orders: orders.clone() };
        let Ok(state) = postcard::to_stdvec(&saved) else { return };
        // The edge names no tree: the roots stand in what is saved, one of each journal.
        let edge = TrustedEdge { epoch: 0, size, frontier: Vec::new() };
        if let Err(error) = self.0.save(&Snapshot { edge, state: state.into() }) {
            tracing::warn!(%error, "how far everything was judged could not be saved");
        }
    }

    /// What was saved last, where it still holds.
    pub(super) fn load(&self, deciders: &dyn Deciders, library: &Library) -> Option<(Vec<Following>, Orders)> {
        let snapshot = self.0.newest().ok()??;
        let saved: Saved = postcard::from_bytes(&snapshot.state).ok()?;
        let followings: Option<Vec<_>> = saved.journals.iter().map(|one| resumed(one, deciders, library)).collect();
        if followings.is_none() {
            tracing::warn!("what was saved is not of these journals; everything is judged anew");
        }
        Some((followings?, saved.orders))
    }
}

fn saved(one: &Following, library: &Library) -> Option<SavedJournal> {
    let At { epoch, sequence: next } = one.next;
    let root = library.root(one.origin, epoch, next)?;
    let rehearsal = match &one.rehearsal {
        Some(rehearsal) => Some(rehearsal.save()?),
        None => None,
    };
    Some(SavedJournal { origin: one.origin, epoch, next, root, rehearsal, complete: one.complete })
}

fn resumed(one: &SavedJournal, deciders: &dyn Deciders, library: &Library) -> Option<Following> {
    if library.root(one.origin, one.epoch, one.next)? != one.root {
        return None;
    }
    let rehearsal = match &one.rehearsal {
        Some(bytes) => Some(deciders.resume(one.origin, bytes)?),
        None => None,
    };
    let next = At { epoch: one.epoch, sequence: one.next };
    let mut following = Following::at(one.origin, next, rehearsal, Depth::State, library);
    following.complete = one.complete;
    Some(following)
}
