//! Opening: find the end, compare it with what others know, refuse or begin.
//!
//! Nothing is written before every comparison is done.

mod compare;
mod discover;
mod held;
mod inspect;
mod options;

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::anchor::{self, AnchorFile, AnchorKeeper};
use crate::core::{Core, Durable, Maps, Parts, Shared};
use crate::entry_index::EntryIndex;
use crate::keys::slot_key;
use crate::meta::{Identity, TurnNote};
use crate::store::{Put, Store, Tree};
use crate::verify::{self, Checked, Plan};
use crate::writer::{Stager, Writer};
use crate::{Journal, MirrorHead, OpenError, Stop, Verification, WriteError};

use compare::Comparison;
use discover::Found;
pub(crate) use held::Held;
pub use inspect::{Inspection, inspect};
pub use options::{OpenOptions, Recovery, TrustedEdge, Verify};

/// Opens a journal, or makes one in an empty store.
///
/// # Errors
/// [`OpenError`]; nothing was appended.
pub fn open(store: impl Store, options: OpenOptions) -> Result<(Journal, Writer), OpenError> {
    options.check()?;
    let store: Arc<dyn Store> = Arc::new(store);
    let place = store.place();
    let read = |error| OpenError::read(&place, error);
    let found = Found::in_store(&*store).map_err(read)?;
    let comparison = Comparison { place: &place, found: &found, held: found.held(), options: &options };
    let anchor =
        comparison.own_identity().and_then(|()| comparison.own_keys()).and_then(|()| comparison.read_anchor())?;
    let lengths = comparison.lengths(anchor.as_ref());
    let due = match (lengths, options.recovery) {
        (Err(loss), Recovery::NewEpoch) if is_loss(&loss) => {
            tracing::warn!("accepted: {loss}");
            Due::Epoch { lost: comparison.furthest(anchor.as_ref()) }
        }
        (lengths, _) => {
            lengths?;
            Due::Nothing
        }
    };
    let plan = Plan::new(&*store, &found, &options.verify, &place)?;
    let checked = verify::in_foreground(&*store, &found, &plan, options.peek).map_err(read)?;
    comparison.roots(&*store, &checked.durable, anchor.as_ref())?;
    // Everything fits: from here on the journal is ours to write.
    let starts = found.identity.as_ref().map_or(0, |identity| identity.starts);
    // An opening for a new epoch does not count before that epoch has begun: until then the journal is as old as it was.
    let starts = if due == Due::Nothing { starts + 1 } else { starts.max(1) };
    begin_writing(&*store, &found, &options.log, starts)?;
    assemble(store, options, &found, plan, checked, Start { starts, due })
}

/// How the writer starts.
#[derive(Debug, Clone, Copy)]
struct Start {
    /// Which opening of the journal this is.
    starts: u64,
    due: Due,
}

/// What the writer has to do before anything is appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    Nothing,
    /// A loss was accepted: begin an epoch that names it.
    Epoch {
        /// The furthest that anybody knew of.
        lost: Option<MirrorHead>,
    },
}

const fn is_loss(error: &OpenError) -> bool {
    matches!(error, OpenError::Truncated { .. } | OpenError::RolledBack { .. } | OpenError::AnchorLost { .. })
}

/// Takes a torn group away and counts the opening, durably.
fn begin_writing(store: &dyn Store, found: &Found, log: &str, starts: u64) -> Result<(), OpenError> {
    // Backwards, so that a crash meanwhile leaves a torn group again and never a hole.
    let torn = (found.slots..found.slots + found.torn_slots).rev();
    let mut puts: Vec<_> = torn
        .map(|slot| Put { tree: Tree::Frames, key: slot_key(found.epoch, slot).to_vec(), value: bytes::Bytes::new() })
        .collect();
    if !puts.is_empty() {
        tracing::info!(journal = %store.place(), slots = puts.len(), "cut a group that a crash left unfinished and nobody was told of");
    }
    puts.extend(found.stale_turns.iter().map(TurnNote::removal));
    puts.push(Identity { log: log.to_owned(), starts }.put());
    store.write(&puts)?;
    Ok(store.sync()?)
}

fn assemble(
    store: Arc<dyn Store>,
    options: OpenOptions,
    found: &Found,
    plan: Plan,
    checked: Checked,
    start: Start,
) -> Result<(Journal, Writer), OpenError> {
    let Checked { durable, chains, slots } = checked;
    let later = plan.background;
    let index = if later.is_empty() { EntryIndex::whole(chains) } else { EntryIndex::building(chains) };
    let verification = match later.iter().map(|span| span.until).sum() {
        0 => Verification::Sound,
        total => Verification::Running { checked: 0, total },
    };
    if later.is_empty() {
        index.finish(Some(crate::entry_index::Chains::default()));
    }
    let parts = Parts { store, log: options.log, signers: options.key, peek: options.peek, turn: options.turn };
    let core = Arc::new(Core::new(parts, durable.clone(), Maps { index, slots }, verification));
    let shared = Arc::new(Shared { core: Arc::clone(&core), background: Mutex::new(None) });
    let file = AnchorFile::open(&options.anchors);
    let file = file.map_err(|source| OpenError::Io { place: options.anchors.clone(), source })?;
    let keeper = keep_anchors(&core, file, start, &options.anchors)?;
    if !later.is_empty() {
        let thread = thread::Builder::new()
            .name("journal-verify".to_owned())
            .spawn(move || verify::in_background(&core, &later));
        let thread = thread.map_err(|source| OpenError::Io { place: "(thread)".into(), source })?;
        *shared.background.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
    }
    let stager = Stager::new(Arc::clone(&shared), durable, found.reserved_slots, found.marked_slot);
    let journal = Journal::new(Arc::clone(&shared));
    Ok((journal, Writer::new(shared, keeper, stager, start.due)))
}

fn keep_anchors(
    core: &Arc<Core>,
    file: AnchorFile,
    start: Start,
    anchors: &std::path::Path,
) -> Result<AnchorKeeper, OpenError> {
    // After an accepted loss the old anchor stays until the new epoch has begun: it is the evidence.
    let first = if start.due == Due::Nothing { anchor::First::Now } else { anchor::First::Later };
    AnchorKeeper::start(core, file, start.starts, first).map_err(|error| {
        let source = match error {
            WriteError::Stopped(stop) => match &*stop {
                Stop::Anchor { source, .. } => std::io::Error::new(source.kind(), source.to_string()),
                other => std::io::Error::other(other.to_string()),
            },
            WriteError::Refused(refusal) => std::io::Error::other(refusal.to_string()),
        };
        OpenError::Io { place: anchors.to_owned(), source }
    })
}

impl Found {
    /// The durable end, once its edge is known.
    pub(crate) fn durable(&self, edge: crate::tiles::Edge) -> Durable {
        let head = crate::Head { epoch: self.epoch, size: self.size, root: edge.root() };
        Durable {
            head,
            slots: self.slots,
            edge: Arc::new(edge),
            followed: self.followed.clone().into(),
            ended: self.ended.clone().into(),
            losses: self.losses.clone().into(),
        }
    }
}

pub(crate) use discover::Found as FoundEnd;
