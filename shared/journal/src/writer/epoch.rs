//! The change of epoch.

use std::sync::Arc;

use dossier_proof::Hash;

use super::stage::{Staged, Stager};
use crate::core::{Durable, EndedEpoch};
use crate::meta::EpochStart;
use crate::tiles::{Edge, tile_puts};
use crate::{Head, MirrorHead, Stop, WriteError};

impl Stager {
    /// Ends the epoch: its unfinished tiles are stored, then the record that says how the next one began. Written last, that record
    /// is what makes the change: without it the old epoch goes on.
    pub(super) fn stage_epoch(&mut self, at_least: u32, lost: Option<MirrorHead>) -> Result<Staged, WriteError> {
        self.core().check_running()?;
        let end = self.end();
        if self.core().durable().slots != end.slots {
            return Err(self.core().stop(Stop::NotCommitted));
        }
        let ended = EndedEpoch { epoch: end.head.epoch, size: end.head.size, root: end.head.root, slots: end.slots };
        // An epoch above u32::MAX would take four billion losses.
        let above = ended.epoch.max(lost.map_or(0, |lost| lost.epoch)).saturating_add(1);
        let epoch = above.max(at_least);
        let tiles = end.edge.unfinished_tiles();
        let mut puts: Vec<_> = tiles.iter().flat_map(|tile| tile_puts(ended.epoch, tile)).collect();
        let start = EpochStart {
            epoch,
            previous: end.head.tree_head(),
            previous_slots: ended.slots,
            lost,
            followed: end.followed.to_vec(),
        };
        puts.push(start.put());
        let next = Durable {
            head: Head { epoch, size: 0, root: Hash::EMPTY_ROOT },
            slots: 0,
            edge: Arc::new(Edge::default()),
            followed: Arc::clone(&end.followed),
            ended: end.ended.iter().copied().chain([ended]).collect(),
            losses: end.losses.iter().copied().chain(lost).collect(),
        };
        self.move_to(next);
        let first = self.next();
        Ok(self.staged(puts, first, Vec::new()))
    }
}
