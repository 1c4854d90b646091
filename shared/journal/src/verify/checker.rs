//! Checking events one by one.

use std::ops::ControlFlow;

use dossier_proof::leaf_of_event;

use super::Span;
use crate::entry_index::Chains;
use crate::errors::damage;
use crate::frames::{FrameAt, Stretch, scan_frames, slot_before};
use crate::slot_map::SlotMap;
use crate::store::Store;
use crate::tiles::{Edge, TILE_HASHES, Tile, load_tile};
use crate::{DamageKind, NodeError, PeekFn, Place, ReadError};

/// Checks events one after the other.
pub(super) struct Checker<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) peek: PeekFn,
    pub(super) chains: Chains,
    pub(super) slots: &'a SlotMap,
    /// Told after every event; says whether to go on.
    pub(super) progress: &'a mut dyn FnMut(&Chains) -> ControlFlow<()>,
}

impl Checker<'_> {
    /// Checks a span, starting from the edge at its beginning; gives the edge at its end, or `None` when told to stop.
    pub(super) fn check(&mut self, span: &Span, mut edge: Edge) -> Result<Option<Edge>, ReadError> {
        let mut full = Vec::new();
        let mut stopped = false;
        each_event(self.store, span, self.slots, &mut |sequence, event| {
            let peeked = (self.peek)(event).map_err(|error| damage(span.epoch, sequence, error.to_string()))?;
            if (peeked.epoch, peeked.sequence) != (span.epoch, sequence) {
                let what = format!("the event says it is sequence {} of epoch {}", peeked.sequence, peeked.epoch);
                return Err(damage(span.epoch, sequence, what).of_kind(DamageKind::Misplaced).into());
            }
            self.chains.push(peeked.entry);
            edge.append(leaf_of_event(event), &mut full);
            for tile in full.drain(..) {
                compare_tile(self.store, span.epoch, &tile)?;
            }
            let flow = (self.progress)(&self.chains);
            stopped = flow.is_break();
            Ok(flow)
        })?;
        if stopped {
            return Ok(None);
        }
        if span.root.is_some_and(|root| root != edge.root()) {
            let from = span.until - span.until % TILE_HASHES as u64;
            let what = format!("the root over the {} events up to here is not the recorded one", span.until);
            return Err(damage(span.epoch, from, what).of_kind(DamageKind::Altered).into());
        }
        Ok(Some(edge))
    }
}

/// A tile made from the events against the one that is stored.
pub(super) fn compare_tile(store: &dyn Store, epoch: u32, tile: &Tile) -> Result<(), ReadError> {
    let stored = load_tile(store, epoch, tile.level, tile.index)?;
    if stored == tile.hashes {
        return Ok(());
    }
    if stored.len() != tile.hashes.len() {
        return Err(NodeError::Missing { epoch, tile_level: tile.level, tile_index: tile.index }.into());
    }
    let differing = stored.iter().zip(&tile.hashes).position(|(stored, made)| stored != made).unwrap_or(stored.len());
    let leaves_each = 1_u64 << (8 * u32::from(tile.level));
    let sequence = (tile.index * TILE_HASHES as u64 + differing as u64) * leaves_each;
    Err(damage(epoch, sequence, "the event is not the one in the Merkle tree").of_kind(DamageKind::Altered).into())
}

/// Sees the sequence and the bytes of an event, and says whether to go on.
type VisitEvent<'a> = dyn FnMut(u64, &[u8]) -> Result<ControlFlow<()>, ReadError> + 'a;

/// Shows the events of a span, every one of them, in order.
pub(super) fn each_event(
    store: &dyn Store,
    span: &Span,
    slots: &SlotMap,
    visit: &mut VisitEvent<'_>,
) -> Result<(), ReadError> {
    if span.from == span.until {
        return Ok(());
    }
    let from_slot = if span.from == 0 {
        0
    } else {
        slot_before(store, Place { epoch: span.epoch, sequence: span.from }, 0..span.slots)?
    };
    let stretch = Stretch { epoch: span.epoch, from_slot, until_slot: span.slots };
    let mut next = span.from;
    let mut result = Ok(ControlFlow::Continue(()));
    scan_frames(store, stretch, &mut |frame| {
        slots.learn([(Place { epoch: span.epoch, sequence: frame.first_sequence }, frame.slot)]);
        result = each_record(span, frame, &mut next, visit);
        match result {
            Ok(flow) if next < span.until => flow,
            _ => ControlFlow::Break(()),
        }
    })?;
    if result?.is_continue() && next != span.until {
        return Err(damage(span.epoch, next, format!("the journal should go on to {}", span.until)).into());
    }
    Ok(())
}

fn each_record(
    span: &Span,
    mut frame: FrameAt,
    next: &mut u64,
    visit: &mut VisitEvent<'_>,
) -> Result<ControlFlow<()>, ReadError> {
    let mut sequence = frame.first_sequence;
    while let Some(record) =
        frame.body.next_record().map_err(|error| damage(span.epoch, sequence, error.to_string()))?
    {
        if sequence == *next && sequence < span.until {
            *next += 1;
            if visit(sequence, &record.event)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        sequence += 1;
    }
    Ok(ControlFlow::Continue(()))
}
