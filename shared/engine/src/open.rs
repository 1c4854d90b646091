//! Starting an engine: the journal is opened and checked, everything is folded from it, the three threads begin.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, RwLock, atomic::AtomicI64, mpsc::sync_channel},
    thread,
    time::Instant,
};

use dossier_exchange::{Clock, Tally};
use dossier_journal::{
    Followed, Head, Journal, KeyTurn, MirrorHead, OpenError, OpenOptions, Peek, PeekError, ReadError, Recovery,
    Signers, SledStore, Store, Verify, Writer,
};
use dossier_proof::{Frontier, Hash};
use dossier_proto::{Digest, Micros, Origin, Place};
use tokio::sync::{mpsc, watch};

use crate::{
    AuthorityGate, Decider, Engine, Faults, NoFaults, Until, View,
    committing_thread::CommittingThread,
    deciding::Deciding,
    deciding_thread::DecidingThread,
    engine::Inner,
    fold::Memory,
    folding::{Folding, event_error},
    recorded::Records,
    snapshots::Snapshots,
    stamp::Edge,
    stopping::Stopping,
    writing_thread::WritingThread,
};

/// So many commands wait at most; more are answered "busy". At 2 KB each this is 8 MiB.
const JOBS_WAITING_MAX: usize = 4_096;
/// Groups that wait between two threads: none. One is being synced, the next has been written or is being, a third is being
/// decided or waits in the hand of who decided it; meanwhile commands gather for the fourth. More of them on the way would be
/// smaller ones: the same callers would wait for more syncs.
const GROUPS_WAITING_MAX: usize = 0;
/// A wall clock may be this far behind the journal; more, and the service does not start.
pub(crate) const CLOCK_BEHIND_MAX: i64 = 5 * Micros::SECOND;

/// What an engine is made of.
#[derive(Clone)]
pub struct EngineSettings {
    /// The service's directory; `journal/`, `anchors/` and `snapshots/` are below it.
    pub directory: PathBuf,
    /// The log's name: the origin line of checkpoints is `<log>/<epoch>`.
    pub log: String,
    /// Signs anchors and checkpoints.
    pub signer: Signers,
    /// The code that folds, made by the build: a snapshot of other code is not used.
    pub fingerprint: Digest,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Whether persons' commands are decided: [`AuthorityGate::open`] unless moderation is another process.
    pub authority: AuthorityGate,
    /// Where crash tests look in.
    pub faults: Arc<dyn Faults>,
    /// What others know of this journal.
    pub mirrors: Vec<MirrorHead>,
    /// What to do when events are lost.
    pub recovery: Recovery,
    /// Events between two snapshots.
    pub snapshot_every: u64,
}

impl EngineSettings {
    /// Settings with the usual values.
    pub fn new(
        directory: impl Into<PathBuf>,
        log: impl Into<String>,
        signer: impl Into<Signers>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            directory: directory.into(),
            log: log.into(),
            signer: signer.into(),
            fingerprint: Digest([0; 32]),
            clock,
            authority: AuthorityGate::open(),
            faults: Arc::new(NoFaults),
            mirrors: Vec::new(),
            recovery: Recovery::Refuse,
            // A snapshot of a large state takes a second or two of one core; a replay of so many events takes less than
            // one.
            snapshot_every: 200_000,
        }
    }
}

/// Why an engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The journal was not opened.
    #[error(transparent)]
    Journal(#[from] OpenError),
    /// The journal holds something that is not an event.
    #[error("{place} cannot be read: {reason}")]
    Event {
        /// Where.
        place: String,
        /// Why not.
        reason: String,
    },
    /// The wall clock is behind.
    #[error(
        "the clock of this machine says {}, but the last event in {origin}'s journal was recorded {behind_seconds} seconds later. Set \
         the clock (or restore the right journal), then start again", in_words(*.wall)
    )]
    ClockBehind {
        /// Whose journal.
        origin: Origin,
        /// What the clock says, in microseconds.
        wall: i64,
        /// By how much it is behind.
        behind_seconds: i64,
    },
    /// What was ordered to be destroyed could not be.
    #[error(
        "words that are ordered to be destroyed could not be: {0}. Nobody is served before they are. See that the disk can be written, then \
         start again"
    )]
    Erasure(#[from] crate::erasure::ErasureError),
    /// A thread could not be started.
    #[error("a thread could not be started: {0}")]
    Thread(#[source] std::io::Error),
}

/// A moment as a calendar and a clock have it, in UTC.
fn in_words(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros)
        .map_or_else(|_| format!("{micros} us since 1970"), |moment| moment.to_string())
}

/// Reads what the journal wants to know about an event.
pub(crate) fn peek(event: &[u8]) -> Result<Peek, PeekError> {
    let peeked = dossier_proto::peek(event).map_err(|error| PeekError(error.to_string()))?;
    Ok(Peek { epoch: peeked.epoch, sequence: peeked.sequence, entry: peeked.entry.map(|entry| entry.0) })
}

/// Reads whether an event gives up the key that its journal signs with.
pub fn key_turn(event: &[u8]) -> Option<KeyTurn> {
    let (former, verifier) = dossier_proto::key_turn(event)?;
    Some(KeyTurn { former, verifier })
}

impl<D: Decider, V: View> Engine<D, V> {
    /// Opens the journal on disk, folds it, and starts.
    ///
    /// # Errors
    /// [`EngineError`]; nothing was written.
    pub fn open(settings: EngineSettings) -> Result<Self, EngineError> {
        let journal = settings.directory.join("journal");
        let store = || SledStore::open(&journal).map_err(OpenError::from);
        match Self::open_on(store()?, settings.clone()) {
            // Snapshots are caches; the journal is the truth (P2).
            Err(EngineError::Journal(OpenError::SnapshotDiffers { .. })) => {
                tracing::warn!(origin = %D::ORIGIN, "the snapshots are of another history; they are deleted");
                Snapshots::new(settings.directory.join("snapshots"), settings.fingerprint).delete_all();
                Self::open_on(store()?, settings)
            }
            opened => opened,
        }
    }

    /// The same on another store: for tests and simulations.
    ///
    /// # Errors
    /// [`EngineError`]; nothing was written.
    pub fn open_on(store: impl Store, settings: EngineSettings) -> Result<Self, EngineError> {
        let snapshots = Arc::new(Snapshots::new(settings.directory.join("snapshots"), settings.fingerprint));
        let taken = snapshots.load::<D, V>();
        let mut options = OpenOptions::new(settings.log, settings.directory.join("anchors"), settings.signer, peek);
        let lost = settings.mirrors.clone();
        options.mirrors = settings.mirrors;
        options.recovery = settings.recovery;
        options.turn = key_turn;
        options.verify = taken.as_ref().map_or(Verify::Whole, |taken| Verify::Since(taken.edge()));
        let (journal, mut writer) = dossier_journal::open(store, options)?;
        let started = Instant::now();
        let (memory, view, from) = match taken {
            Some(taken) => taken.into_parts(),
            None => (Memory::default(), V::default(), dossier_journal::Place { epoch: 0, sequence: 0 }),
        };
        let mut folding = Folding::<D, V>::from(memory, view);
        folding.run(&journal, from, Until::End)?;
        check_clock::<D>(&folding.memory, settings.clock.now())?;
        let followed = journal.followed().iter().filter_map(tally).map(|tally| (tally.origin, tally)).collect();
        folding.reach(&followed);
        begin_epoch_if_due::<D>(&mut writer, &journal, &lost, &mut folding, &*settings.clock)?;
        let size = journal.head().size;
        tracing::info!(origin = %D::ORIGIN, events = size, from = from.sequence, took = ?started.elapsed(), "journal folded");
        let parts = Parts {
            clock: settings.clock,
            authority: settings.authority,
            faults: settings.faults,
            snapshot_every: settings.snapshot_every,
            since_snapshot: size.saturating_sub(from.sequence),
            snapshots,
        };
        start(journal, writer, folding, followed, parts)
    }
}

fn check_clock<D: Decider>(memory: &Memory<D::State>, wall: Micros) -> Result<(), EngineError> {
    let behind = memory.fold.last.0.saturating_sub(wall.0);
    if behind <= CLOCK_BEHIND_MAX {
        return Ok(());
    }
    Err(EngineError::ClockBehind { origin: D::ORIGIN, wall: wall.0, behind_seconds: behind / Micros::SECOND })
}

/// When an operator accepted a loss: ends the epoch, and says so in the first event of the next. These are two writes; after a
/// crash between them the epoch has begun and nothing in it says so, which is made good here: who follows the journal takes
/// nothing else for the beginning of an epoch.
fn begin_epoch_if_due<D: Decider>(
    writer: &mut Writer,
    journal: &Journal,
    known_elsewhere: &[MirrorHead],
    folding: &mut Folding<D, impl View>,
    clock: &dyn Clock,
) -> Result<(), EngineError> {
    let failed = |error: &dyn std::fmt::Display| event_error(D::ORIGIN.name(), error);
    if writer.epoch_is_due() {
        // The new epoch's number is above all that others know, so that no place is ever used twice.
        let lost = known_elsewhere.iter().max_by_key(|head| (head.epoch, head.size)).copied();
        writer.begin_epoch(lost).map_err(|error| failed(&error))?;
    }
    let Some(former) = unannounced(journal).map_err(|error| failed(&error))? else { return Ok(()) };
    let epoch = writer.head().epoch;
    let mut edge = Edge { next: Place { origin: D::ORIGIN, epoch, sequence: 0 }, last: folding.memory.fold.last };
    let event = crate::stamp::epoch_started(&mut edge, former, clock.now(), crate::fresh_id());
    let record = dossier_journal::Record { event: event.encode().into(), beside: None };
    let frame = dossier_journal::Frame { records: vec![record], followed: Vec::new() };
    writer.append(frame).map_err(|error| failed(&error))?;
    folding.take(&event, None);
    Ok(())
}

/// The end of the former epoch, when the present one is empty: its first event is still to be written.
fn unannounced(journal: &Journal) -> Result<Option<Head>, ReadError> {
    match journal.epochs().as_slice() {
        [.., (epoch, size), (_, 0)] => {
            Ok(Some(Head { epoch: *epoch, size: *size, root: journal.root_at(*epoch, *size)? }))
        }
        _ => Ok(None),
    }
}

/// A position as the journal kept it.
fn tally(followed: &Followed) -> Option<Tally> {
    let origin = Origin::from_number(i32::from(followed.origin))?;
    let hashes = followed.frontier.iter().map(|bytes| Hash::from(*bytes));
    let frontier = Frontier::from_parts(followed.next, hashes).ok()?;
    Some(Tally { origin, epoch: followed.epoch, frontier })
}

struct Parts {
    clock: Arc<dyn Clock>,
    authority: AuthorityGate,
    faults: Arc<dyn Faults>,
    snapshot_every: u64,
    since_snapshot: u64,
    snapshots: Arc<Snapshots>,
}

fn start<D: Decider, V: View>(
    journal: Journal,
    writer: Writer,
    folding: Folding<D, V>,
    followed: BTreeMap<Origin, Tally>,
    parts: Parts,
) -> Result<Engine<D, V>, EngineError> {
    let head = journal.head();
    let edge = Edge {
        next: Place { origin: D::ORIGIN, epoch: head.epoch, sequence: head.size },
        last: folding.memory.fold.last,
    };
    let (stager, scribe, syncer) = writer.into_stages().map_err(|error| event_error(D::ORIGIN.name(), &error))?;
    let (jobs, jobs_waiting) = mpsc::channel(JOBS_WAITING_MAX);
    let (groups, to_write) = sync_channel(GROUPS_WAITING_MAX);
    let (written, to_commit) = sync_channel(GROUPS_WAITING_MAX);
    let next_due = Arc::new(AtomicI64::new(i64::MAX));
    let view = Arc::new(RwLock::new(folding.view));
    let records = Records { journal };
    let stopping = Stopping::new();
    let shown = watch::Sender::new(head.size);
    let deciding = DecidingThread {
        deciding: Deciding::<D>::new(folding.memory, edge, Arc::clone(&parts.clock), parts.authority.clone()),
        jobs: jobs_waiting,
        groups,
        stager,
        stopping: stopping.clone(),
        positions: BTreeMap::new(),
        next_due: Arc::clone(&next_due),
        snapshot_every: parts.snapshot_every,
        since_snapshot: parts.since_snapshot,
        groups_made: 0,
    };
    // Before anybody may ask: what was due at the start is due at once.
    deciding.tell_next_due();
    let writing = WritingThread {
        groups: to_write,
        written,
        scribe,
        faults: Arc::clone(&parts.faults),
        stopping: stopping.clone(),
    };
    let committing = CommittingThread {
        groups: to_commit,
        syncer,
        shown: shown.clone(),
        records: records.clone(),
        view: Arc::clone(&view),
        faults: parts.faults,
        snapshots: Arc::clone(&parts.snapshots),
        stopping: stopping.clone(),
    };
    let named = |what: &str| thread::Builder::new().name(format!("{}-{what}", D::ORIGIN));
    named("decide").spawn(move || deciding.run()).map_err(EngineError::Thread)?;
    named("write").spawn(move || writing.run()).map_err(EngineError::Thread)?;
    named("commit").spawn(move || committing.run()).map_err(EngineError::Thread)?;
    let inner = Inner {
        jobs,
        view,
        records,
        followed,
        next_due,
        clock: parts.clock,
        authority: parts.authority,
        stopping,
        shown,
        snapshots: parts.snapshots,
        kept: crate::past::Kept::default(),
        general: crate::past::General::default(),
    };
    Ok(Engine { inner: Arc::new(inner) })
}
