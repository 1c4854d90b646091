//! Reading events again and comparing them with the Merkle tree; the index of entries is made on the way.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use dossier_proof::{Frontier, Hash, leaf_of_event};

use crate::core::{Core, Durable};
use crate::entry_index::Chains;
use crate::errors::{Damage, damage};
use crate::frames::{FrameAt, Stretch, scan_frames, slot_before};
use crate::open::FoundEnd;
use crate::slot_map::SlotMap;
use crate::store::Store;
use crate::tiles::{Edge, TILE_HASHES, Tile, load_tile};
use crate::{NodeError, OpenError, PeekFn, Place, ReadError, Stop, TrustedEdge, Verify};

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
fn edge_at(store: &dyn Store, epoch: u32, slots: u64, size: u64) -> Result<Edge, ReadError> {
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

/// Checks events one after the other.
struct Checker<'a> {
    store: &'a dyn Store,
    peek: PeekFn,
    chains: Chains,
    slots: &'a SlotMap,
    /// Told after every event; says whether to go on.
    progress: &'a mut dyn FnMut(&Chains) -> ControlFlow<()>,
}

impl Checker<'_> {
    /// Checks a span, starting from the edge at its beginning; gives the edge at its end, or `None` when told to stop.
    fn check(&mut self, span: &Span, mut edge: Edge) -> Result<Option<Edge>, ReadError> {
        let mut full = Vec::new();
        let mut stopped = false;
        each_event(self.store, span, self.slots, &mut |sequence, event| {
            let peeked = (self.peek)(event).map_err(|error| damage(span.epoch, sequence, error.to_string()))?;
            if (peeked.epoch, peeked.sequence) != (span.epoch, sequence) {
                let what = format!("the event says it is sequence {} of epoch {}", peeked.sequence, peeked.epoch);
                return Err(damage(span.epoch, sequence, what).into());
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
            return Err(damage(span.epoch, from, what).into());
        }
        Ok(Some(edge))
    }
}

/// A tile made from the events against the one that is stored.
fn compare_tile(store: &dyn Store, epoch: u32, tile: &Tile) -> Result<(), ReadError> {
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
    Err(damage(epoch, sequence, "the event is not the one in the Merkle tree").into())
}

/// Sees the sequence and the bytes of an event, and says whether to go on.
type VisitEvent<'a> = dyn FnMut(u64, &[u8]) -> Result<ControlFlow<()>, ReadError> + 'a;

/// Shows the events of a span, every one of them, in order.
fn each_event(store: &dyn Store, span: &Span, slots: &SlotMap, visit: &mut VisitEvent<'_>) -> Result<(), ReadError> {
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
