//! Reading events again and comparing them with the Merkle tree; the index of entries is made on the way.

mod checker;
mod tree_check;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use dossier_proof::{Frontier, Hash, leaf_of_event};

use crate::core::{Core, Durable};
use crate::entry_index::Chains;
use crate::errors::Damage;
use crate::open::FoundEnd;
use crate::slot_map::SlotMap;
use crate::store::Store;
use crate::tiles::{Edge, TILE_HASHES};
use crate::{OpenError, PeekFn, ReadError, Stop, TrustedEdge, Verify};

use checker::{Checker, each_event};
pub use tree_check::TreeCheck;

/// How far the verification has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// It is reading.
    Running {
        /// Events checked.
        checked: u64,
        /// Events to be checked in the background.
        total: u64,
    },
    /// Every event is the one the Merkle tree was made of.
    Sound,
    /// One is not. The journal takes no more writes.
    Damaged(Damage),
    /// It could not go on, for another reason than damage: the journal was closed, or the disk failed.
    Unfinished(String),
}

/// A run of events in one epoch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    epoch: u32,
    /// How many slots of the epoch may be read.
    slots: u64,
    pub(crate) from: u64,
    pub(crate) until: u64,
    /// The root the tree has at `until`, where it is known beforehand.
    root: Option<Hash>,
}

/// What is verified when.
#[derive(Debug)]
pub(crate) struct Plan {
    foreground: Vec<Span>,
    pub(crate) background: Vec<Span>,
    /// The edge the foreground starts from, where it starts inside an epoch.
    start: Option<Edge>,
}

/// What the foreground has found.
pub(crate) struct Checked {
    pub(crate) durable: Durable,
    pub(crate) chains: Chains,
    pub(crate) slots: SlotMap,
}

impl Plan {
    pub(crate) fn new(store: &dyn Store, found: &FoundEnd, verify: &Verify, place: &str) -> Result<Self, OpenError> {
        let all = all_spans(found);
        match verify {
            Verify::Whole => Ok(Self { foreground: all, background: Vec::new(), start: None }),
            Verify::Edge => {
                let start = edge_at(store, found.epoch, found.slots, found.size)
                    .map_err(|error| OpenError::read(place, error))?;
                let background = all.into_iter().map(|span| Span { root: span.root.or(Some(start.root())), ..span });
                let background = background.filter(|span| span.until > 0).collect();
                Ok(Self { foreground: Vec::new(), background, start: Some(start) })
            }
            Verify::Since(trusted) => Self::since(store, found, &all, trusted, place),
        }
    }

    fn since(
        store: &dyn Store,
        found: &FoundEnd,
        all: &[Span],
        trusted: &TrustedEdge,
        place: &str,
    ) -> Result<Self, OpenError> {
        let TrustedEdge { epoch, size, .. } = *trusted;
        let span = all.iter().find(|span| span.epoch == epoch && size <= span.until);
        let Some(span) = span.copied() else {
            return Err(OpenError::RolledBack {
                journal: place.to_owned(),
                witness: "the snapshot".to_owned(),
                epoch: found.epoch,
                found: found.size,
                known_epoch: epoch,
                known: size,
            });
        };
        let start = edge_at(store, epoch, span.slots, size).map_err(|error| OpenError::read(place, error))?;
        let trusted = Frontier::from_parts(size, trusted.frontier.iter().copied());
        if !trusted.is_ok_and(|trusted| trusted.root() == start.root()) {
            return Err(OpenError::SnapshotDiffers { journal: place.to_owned(), epoch, size });
        }
        let before = all.iter().filter(|earlier| earlier.epoch < epoch).copied();
        let up_to = Span { until: size, root: Some(start.root()), ..span };
        let background = before.chain([up_to]).filter(|span| span.until > 0).collect();
        let after = all.iter().filter(|later| later.epoch > epoch).copied();
        let foreground = [Span { from: size, ..span }].into_iter().chain(after).collect();
        Ok(Self { foreground, background, start: Some(start) })
    }
}

/// All epochs from their beginnings.
fn all_spans(found: &FoundEnd) -> Vec<Span> {
    let ended = found.ended.iter().map(|ended| Span {
        epoch: ended.epoch,
        slots: ended.slots,
        from: 0,
        until: ended.size,
        root: Some(ended.root),
    });
    let current = Span { epoch: found.epoch, slots: found.slots, from: 0, until: found.size, root: None };
    ended.chain([current]).collect()
}

/// The edge at a size, from the stored tiles and the events behind the last full one.
pub(crate) fn edge_at(store: &dyn Store, epoch: u32, slots: u64, size: u64) -> Result<Edge, ReadError> {
    let from = size - size % TILE_HASHES as u64;
    let mut leaves = Vec::with_capacity(TILE_HASHES);
    let span = Span { epoch, slots, from, until: size, root: None };
    each_event(store, &span, &SlotMap::default(), &mut |_, event| {
        leaves.push(leaf_of_event(event));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(Edge::derive(store, epoch, size, leaves)?)
}

/// Verifies what is to be verified before the journal opens.
pub(crate) fn in_foreground(
    store: &dyn Store,
    found: &FoundEnd,
    plan: &Plan,
    peek: PeekFn,
) -> Result<Checked, ReadError> {
    let first_ordinal = plan.background.iter().map(|span| span.until).sum();
    let slots = SlotMap::default();
    let progress = &mut |_: &Chains| ControlFlow::Continue(());
    let mut checker = Checker { store, peek, chains: Chains::from(first_ordinal), slots: &slots, progress };
    let mut edge = plan.start.clone().unwrap_or_default();
    for span in &plan.foreground {
        if span.from == 0 {
            edge = Edge::default();
        }
        edge = checker.check(span, edge)?.unwrap_or_default();
    }
    let chains = checker.chains;
    Ok(Checked { durable: found.durable(edge), chains, slots })
}

/// Verifies the rest, and hands in the older part of the index.
pub(crate) fn in_background(core: &Arc<Core>, spans: &[Span]) {
    let total = spans.iter().map(|span| span.until).sum();
    let mut checked_before = 0;
    let mut progress = |chains: &Chains| {
        let checked = chains.len();
        if checked - checked_before >= 4096 {
            checked_before = checked;
            core.verification.send_replace(Verification::Running { checked, total });
        }
        if core.closing.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let mut checker = Checker {
        store: &*core.store,
        peek: core.peek,
        chains: Chains::default(),
        slots: &core.slots,
        progress: &mut progress,
    };
    for span in spans {
        let outcome = match checker.check(span, Edge::default()) {
            Ok(Some(_)) => continue,
            Ok(None) => Verification::Unfinished("the journal was closed".to_owned()),
            Err(ReadError::Damaged(damage)) => {
                core.stop(Stop::Damaged(damage.clone()));
                Verification::Damaged(damage)
            }
            Err(error) => Verification::Unfinished(error.to_string()),
        };
        core.verification.send_replace(outcome);
        core.index.finish(None);
        return;
    }
    let chains = checker.chains;
    core.index.finish(Some(chains));
    core.verification.send_replace(Verification::Sound);
}
