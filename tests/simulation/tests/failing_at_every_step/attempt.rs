//! A service with its real engine, decider and view, that does what an occasion asks for, on a disk that fails.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use dossier_engine::{
    Clock, Decider, Digests, Engine, EngineInbox, EngineSettings, Faults, NoFaults, Passing, Step, View,
};
use dossier_exchange::{Inbox, Position, ReadLimits};
use dossier_journal::{Frame, OpenOptions, Peek, PeekError, Record};
use dossier_proof::SigningKey;
use dossier_proto::{CommandId, Event, EventId, Micros};
use dossier_vault::{MasterKey, Vault};

use crate::{
    disk::{Disk, Trouble},
    occasions::Occasion,
};

/// Where nothing moves but what the test moves.
struct Standing(Micros);

impl Clock for Standing {
    fn now(&self) -> Micros {
        self.0
    }
}

/// The process dies at a step: the thread that comes there goes no further.
struct Dying(Step);

impl Faults for Dying {
    fn reach(&self, passing: Passing) {
        if passing.step == self.0 {
            // As a panic, without the report of one: the test wants it.
            std::panic::resume_unwind(Box::new("the process dies here"));
        }
    }
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The process dies when it comes there.
    Dies(Step),
    /// The same, and the disk said that it had synced what it had not: no service survives this.
    Lies(Step),
    /// The disk fails; of what is not durable then, so many puts are found after the power was lost.
    Disk { trouble: Trouble, survivors: usize },
}

/// What a service did on an occasion, without the names that are drawn by lot.
#[derive(Debug, PartialEq)]
pub(crate) struct Done {
    pub(crate) events: Vec<Event>,
    pub(crate) digests: Digests,
}

/// A vault in which nothing is looked up: what is delivered here has its keys.
pub(crate) struct Room {
    directory: tempfile::TempDir,
    vault: Vault,
}

impl Room {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let master = MasterKey::create_or_read(directory.path().join("master.key")).unwrap();
        let vault = Vault::open_unthreaded(directory.path().join("keys"), &master).unwrap();
        Self { directory, vault }
    }

    fn folder(&self, name: &str) -> PathBuf {
        let folder = self.directory.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }
}

/// The journal as it was before an occasion.
pub(crate) struct Before<'a> {
    room: &'a Room,
    pub(crate) occasion: &'a Occasion,
    disk: Disk,
    folder: PathBuf,
}

fn settings(service: &str, folder: &Path, now: Micros, faults: Arc<dyn Faults>) -> EngineSettings {
    let log = format!("town/{service}");
    let signer = SigningKey::from_seed(&log, &[7; 32]).unwrap();
    EngineSettings { faults, ..EngineSettings::new(folder, log, signer, Arc::new(Standing(now))) }
}

fn peek(event: &[u8]) -> Result<Peek, PeekError> {
    let peeked = dossier_proto::peek(event).map_err(|error| PeekError(error.to_string()))?;
    Ok(Peek { epoch: peeked.epoch, sequence: peeked.sequence, entry: peeked.entry.map(|entry| entry.0) })
}

impl<'a> Before<'a> {
    /// Writes the journal, and a snapshot: folding all of it for each attempt takes most of the time.
    pub(crate) async fn written<D: Decider, V: View>(room: &'a Room, occasion: &'a Occasion) -> Self {
        let (disk, folder) = (Disk::default(), room.folder(&format!("{} before", occasion.name)));
        let of = settings(D::ORIGIN.name(), &folder, occasion.now, Arc::new(NoFaults));
        let options = OpenOptions::new(of.log, folder.join("anchors"), of.signer, peek);
        let (journal, mut writer) = dossier_journal::open(disk.clone(), options).unwrap();
        let records = occasion.before.iter().map(|(event, beside)| Record {
            event: event.encode().into(),
            beside: beside.as_ref().map(|beside| beside.encode().into()),
        });
        if !occasion.before.is_empty() {
            writer.append(Frame { records: records.collect(), followed: Vec::new() }).unwrap();
        }
        drop((journal, writer));
        disk.let_go().await;
        let before = Self { room, occasion, disk, folder };
        let service = Service::<D, V>::open(&before, &before.disk, &before.folder, None);
        service.engine.snapshot().await.unwrap();
        drop(service);
        before.disk.let_go().await;
        before
    }

    /// How many events there are.
    pub(crate) fn size(&self) -> u64 {
        self.occasion.before.len() as u64
    }

    /// The disk, the anchors and the snapshot, once more.
    pub(crate) fn copy(&self, name: &str) -> (Disk, PathBuf) {
        let folder = self.room.folder(name);
        copy_files(&self.folder.join("anchors"), &folder.join("anchors"));
        copy_files(&self.folder.join("snapshots"), &folder.join("snapshots"));
        (self.disk.after_crash(0), folder)
    }
}

/// Snapshots are caches: without them everything is folded from the journal.
pub(crate) fn without_snapshots(folder: &Path) {
    std::fs::remove_dir_all(folder.join("snapshots")).unwrap();
}

fn copy_files(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// A service at work.
pub(crate) struct Service<'a, D: Decider, V: View> {
    pub(crate) engine: Engine<D, V>,
    inbox: Arc<dyn Inbox>,
    before: &'a Before<'a>,
}

impl<'a, D: Decider, V: View> Service<'a, D, V> {
    /// Opens it. `dies` is where it comes to its end.
    pub(crate) fn open(before: &'a Before<'a>, disk: &Disk, folder: &Path, dies: Option<Step>) -> Self {
        let faults: Arc<dyn Faults> =
            dies.map_or_else(|| Arc::new(NoFaults) as Arc<dyn Faults>, |step| Arc::new(Dying(step)));
        let settings = settings(D::ORIGIN.name(), folder, before.occasion.now, faults);
        let engine: Engine<D, V> = Engine::open_on(disk.clone(), settings)
            .unwrap_or_else(|error| panic!("{}: it does not open again: {error}", before.occasion.name));
        let inbox = EngineInbox::new(engine.clone(), before.room.vault.clone(), |_event| Vec::new());
        Self { engine, inbox, before }
    }

    /// Does what the occasion asks for. "Yes" says that it was acknowledged.
    pub(crate) async fn act(&self) -> bool {
        let Some(letter) = &self.before.occasion.letter else {
            // What is asked of the engine afterwards is answered when what was due is durable.
            return self.engine.fire_due().await && self.engine.digests().await.is_ok();
        };
        self.inbox.deliver(letter.clone()).await.is_ok()
    }

    /// How many events there are that others can read.
    pub(crate) fn readable(&self) -> u64 {
        let from = Position { epoch: 0, sequence: self.before.size() };
        self.before.size() + self.engine.source().read(from, ReadLimits::default()).unwrap().len() as u64
    }

    pub(crate) fn size(&self) -> u64 {
        self.engine.journal().head().size
    }

    /// What was done since the occasion.
    pub(crate) async fn done(&self) -> Done {
        let recorded = (self.before.size()..self.size()).map(|sequence| self.engine.recorded(sequence).unwrap().event);
        let events = recorded.map(unnamed).collect();
        Done { events, digests: self.engine.digests().await.unwrap() }
    }
}

/// An event without the names that are drawn anew for each attempt.
fn unnamed(mut event: Event) -> Event {
    event.head.id = EventId([0; 16]);
    if let Some(command) = &mut event.head.command {
        command.id = CommandId([0; 16]);
    }
    if event.head.cause.is_none() {
        // The first of what belongs together names the rest.
        event.head.correlation = None;
    }
    event
}
