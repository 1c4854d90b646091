//! What was looked up lately in other journals. Whoever reads another journal reads it in order, so the next question is nearly
//! always about the event after the last one: events are fetched in blocks, and few blocks are kept.

use std::collections::VecDeque;

use dossier_audit::verify::Prepared;
use dossier_proto::{Digest, Micros};

/// Events of a block.
pub(super) const BLOCK: u64 = 64;
/// Blocks kept of each origin: causes go back and forth between the threads of work of a few entries. 64 × 64 × 64 bytes = 256 KiB.
const KEPT: usize = 64;

/// What is asked of most events.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    pub(super) hash: Digest,
    /// Nothing of bytes that are no event.
    pub(super) recorded_at: Option<Micros>,
}

impl Facts {
    pub(super) fn of(prepared: &Prepared) -> Self {
        Self { hash: prepared.hash, recorded_at: prepared.event.as_ref().ok().map(|event| event.head.recorded_at) }
    }
}

/// Blocks of one origin, the one that was asked for last in front.
#[derive(Debug, Default)]
pub(super) struct Recent {
    blocks: VecDeque<((u32, u64), Vec<Facts>)>,
}

impl Recent {
    /// The facts of an event; `Err` when its block is not at hand, `Ok(None)` when there is no such event.
    pub(super) fn find(&mut self, epoch: u32, sequence: u64) -> Result<Option<Facts>, (u32, u64)> {
        let key = (epoch, sequence / BLOCK);
        let Some(at) = self.blocks.iter().position(|(held, _)| *held == key) else { return Err(key) };
        if let Some(block) = self.blocks.remove(at) {
            self.blocks.push_front(block);
        }
        let (_, facts) = &self.blocks[0];
        Ok(usize::try_from(sequence % BLOCK).ok().and_then(|within| facts.get(within)).copied())
    }

    /// Takes a block in.
    pub(super) fn keep(&mut self, key: (u32, u64), facts: Vec<Facts>) {
        self.blocks.truncate(KEPT - 1);
        self.blocks.push_front((key, facts));
    }
}
