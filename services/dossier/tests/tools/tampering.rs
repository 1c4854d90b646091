//! What a forger with the master key could do: write into a journal by other means than the engine.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use dossier::{Layout, Secrets, offline};
use dossier_engine::{Decider, Engine, EngineSettings, View};
use dossier_exchange::{Clock, MachineClock};
use dossier_journal::{Frame, Journal, OpenOptions, Record, Recovery, SledStore};
use dossier_proto::{Event, EventId, Micros, Origin, Payload};

/// Appends one event made from what is there.
pub(crate) fn append(data: &Path, origin: Origin, forge: impl FnOnce(&Journal) -> Event) {
    let layout = Layout::of(data);
    let secrets = Secrets::read(&layout).unwrap();
    let folder = layout.service(origin);
    let options = OpenOptions::new(secrets.log(origin), folder.join("anchors"), secrets.signer(origin), offline::peek);
    let store = SledStore::open(folder.join("journal")).unwrap();
    let (journal, mut writer) = dossier_journal::open(store, options).unwrap();
    let event = forge(&journal);
    let record = Record { event: event.encode().into(), beside: None };
    writer.append(Frame { records: vec![record], followed: Vec::new() }).unwrap();
}

/// All events of a journal.
pub(crate) fn events(journal: &Journal) -> Vec<Event> {
    let mut events = Vec::new();
    let start = dossier_journal::Place { epoch: 0, sequence: 0 };
    journal.replay(start, |stored| events.push(Event::decode(&stored.event).unwrap())).unwrap();
    events
}

/// The last event of a kind once more, as the next one of the journal.
pub(crate) fn again(journal: &Journal, kind: fn(&Payload) -> bool) -> Event {
    let events = events(journal);
    let last = events.last().unwrap().head.recorded_at;
    let mut event = events.iter().rfind(|event| event.payload.as_ref().is_some_and(kind)).unwrap().clone();
    event.head.place.sequence = events.len() as u64;
    event.head.recorded_at = last.plus(1);
    event.head.id = EventId([0x77; 16]);
    if let Some(command) = &mut event.head.command {
        command.id.0[0] ^= 0xff;
    }
    event
}

/// A day from now.
pub(crate) fn tomorrow() -> Micros {
    MachineClock.now().plus(Micros::DAY)
}

/// Opens a service's engine as an operator does who goes on after a loss.
pub(crate) fn accept_the_loss<D: Decider, V: View>(data: &Path) {
    let layout = Layout::of(data);
    let secrets = Secrets::read(&layout).unwrap();
    let clock = Arc::new(MachineClock);
    let settings = EngineSettings {
        recovery: Recovery::NewEpoch,
        ..EngineSettings::new(layout.service(D::ORIGIN), secrets.log(D::ORIGIN), secrets.signer(D::ORIGIN), clock)
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let engine = Engine::<D, V>::open(settings).unwrap();
    runtime.block_on(async { engine.digests().await.unwrap() });
    drop(engine);
    let deadline = Instant::now() + Duration::from_secs(30);
    while let Err(error) = offline::Offline::open(data).unwrap().journal(D::ORIGIN) {
        assert!(Instant::now() < deadline, "it was not closed: {error}");
    }
}
