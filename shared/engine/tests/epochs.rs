//! A journal that goes on after a loss.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod toy;

use dossier_engine::{Engine, EngineSettings};
use dossier_journal::{Head, MemoryStore, OpenOptions, Peek, PeekError};
use dossier_proto::{Payload, v1};
use toy::{NOON, ToyClock, ToyCommand, ToyEngine, request, settings};

fn peek(event: &[u8]) -> Result<Peek, PeekError> {
    let peeked = dossier_proto::peek(event).map_err(|error| PeekError(error.to_string()))?;
    Ok(Peek { epoch: peeked.epoch, sequence: peeked.sequence, entry: peeked.entry.map(|entry| entry.0) })
}

/// Begins an epoch and goes no further, as after a crash in that moment. Gives the end of the one before.
fn begin_epoch_and_crash(store: &MemoryStore, of: EngineSettings) -> Head {
    let options = OpenOptions::new(of.log, of.directory.join("anchors"), of.signer, peek);
    let (journal, mut writer) = dossier_journal::open(store.clone(), options).unwrap();
    let former = journal.head();
    assert_eq!(writer.begin_epoch(None).unwrap(), former.epoch + 1);
    former
}

fn says_that(engine: &ToyEngine, former: Head) {
    let first = engine.recorded(0).unwrap().event;
    let started = v1::EpochStarted {
        former_epoch: former.epoch,
        known_size: former.size,
        known_root: former.root.as_bytes().to_vec(),
    };
    assert_eq!(first.payload, Some(Payload::EpochStarted(started)));
}

/// The first event of an epoch was written after the epoch had begun; a crash in between left an epoch that nobody who
/// follows the journal would read.
#[tokio::test]
async fn an_epoch_says_that_it_began_also_after_a_crash() {
    let directory = tempfile::tempdir().unwrap();
    let store = MemoryStore::new();
    let settings = || settings(directory.path(), ToyClock::at(NOON));
    let open = || -> ToyEngine { Engine::open_on(store.clone(), settings()).unwrap() };
    let engine = open();
    for key in ["one", "two", "three"] {
        engine.execute(request(key, ToyCommand::Start(3))).await.unwrap();
    }
    drop(engine);
    let former = begin_epoch_and_crash(&store, settings());
    assert_eq!(former.size, 3);
    let engine = open();
    says_that(&engine, former);
    engine.execute(request("four", ToyCommand::Start(3))).await.unwrap();
    drop(engine);
    let engine = open();
    assert_eq!(engine.journal().epochs(), [(0, 3), (1, 2)], "it is said once");
    assert_eq!(engine.view().shown, 5);
}

/// The same where nothing was written before.
#[tokio::test]
async fn an_epoch_after_an_empty_one_says_so_too() {
    let directory = tempfile::tempdir().unwrap();
    let store = MemoryStore::new();
    let settings = || settings(directory.path(), ToyClock::at(NOON));
    drop::<ToyEngine>(Engine::open_on(store.clone(), settings()).unwrap());
    let former = begin_epoch_and_crash(&store, settings());
    let engine: ToyEngine = Engine::open_on(store, settings()).unwrap();
    says_that(&engine, former);
}
