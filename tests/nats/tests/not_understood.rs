//! A service of a later version writes events of kinds that the others do not know. Publication of the future is played here, with the
//! service's own keys and a journal in memory; the other three are processes of today.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails; seeds and figures are for who looks"
)]

use std::{cell::Cell, fs, sync::Arc, time::Duration};

use dossier::{Layout, Secrets};
use dossier_exchange::{
    conformance::{Desk, Shelf, event},
    nats::{Connection, ConnectionSettings, Desks, Relay, RelaySettings},
};
use dossier_nats::{Installation, Plan, Service, asking::figure, until};
use dossier_proto::{EntryId, EventId, Micros, Origin, Payload, v1};
use tokio::runtime::Runtime;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");
const TOLD_WITHIN: Duration = Duration::from_secs(30);
const FUTURE: Origin = Origin::Publication;
const TODAY: [Origin; 3] = [Origin::Submission, Origin::Moderation, Origin::Audit];

#[test]
fn what_nobody_understands_is_passed_over_or_parked_or_stops_the_reading() {
    let seed = 701;
    println!("seed {seed}");
    let mut installation = Installation::found(&Plan::of(seed, PROGRAM));
    let today = |service: &&mut Service| TODAY.contains(&service.origin);
    installation.services_mut().filter(today).for_each(Service::start);
    let future = Future::begin(&installation);
    // One that may be passed over, one that concerns an entry, one behind it that could be passed over by itself.
    let strange = Some(EntryId([7; 16]));
    future.write(&[(None, false), (strange, true), (strange, false)]);
    for reader in TODAY {
        comes_to(&installation, reader, 3);
    }
    for reader in [Origin::Submission, Origin::Moderation] {
        until("an entry is parked", TOLD_WITHIN, || {
            let said = installation.service(reader).get("/readyz")?;
            let is_told = said.status == 503 && said.text.contains("1 entries are parked");
            let metrics = installation.service(reader).get("/metrics")?.text;
            let parked =
                figure(&metrics, &format!("dossier_follow_parked_entries{{reader=\"{reader}\",origin=\"{FUTURE}\"}}"));
            if is_told && parked == 1.0 { Ok(()) } else { Err(format!("{parked} {said:?}")) }
        });
    }
    // One that must be understood and concerns everything: reading stops there, and who keeps copies goes on.
    future.write(&[(None, true), (None, false)]);
    comes_to(&installation, Origin::Audit, 5);
    for reader in [Origin::Submission, Origin::Moderation] {
        until("the reading has stopped", TOLD_WITHIN, || {
            let said = installation.service(reader).get("/readyz")?;
            let words = "is of a kind that this version does not know";
            if said.status == 503 && said.text.contains(words) { Ok(()) } else { Err(format!("{said:?}")) }
        });
        comes_to(&installation, reader, 3);
    }
    installation.services_mut().filter(today).for_each(Service::end);
}

fn comes_to(installation: &Installation, reader: Origin, end: u64) {
    until(&format!("{reader} has read {end} events of the future"), TOLD_WITHIN, || {
        let read = installation.doors.position(reader)?.read;
        match read.get(&FUTURE) {
            Some(at) if at.sequence == end => Ok(()),
            at => Err(format!("{at:?}")),
        }
    });
}

/// Publication of a later version.
struct Future {
    runtime: Runtime,
    shelf: Arc<Shelf>,
    written: Cell<u64>,
    _relay: Relay,
    _desks: Desks,
}

impl Future {
    fn begin(installation: &Installation) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let secrets = Secrets::read(&Layout::of(installation.deployment.data(FUTURE))).unwrap();
        let signer = secrets.current_signer(FUTURE);
        let shelf = Shelf::of_log(FUTURE, signer.clone());
        let settings = ConnectionSettings {
            origin: FUTURE,
            servers: installation.brokers.servers(FUTURE),
            nkey_seed: Some(fs::read_to_string(installation.deployment.nkey(FUTURE)).unwrap()),
            ca: Some(installation.deployment.authority()),
        };
        let offered = Arc::clone(&shelf);
        let (relay, desks) = runtime.block_on(async move {
            let connection = Connection::open(settings).await.unwrap();
            connection.connected(TOLD_WITHIN).await.unwrap();
            let (source, desk) = (Arc::clone(&offered), Desk::with(Vec::new()));
            let desks = Desks::open(Arc::clone(&connection), source, desk, None, signer).await.unwrap();
            (Relay::start(connection, offered, RelaySettings::default()), desks)
        });
        Self { runtime, shelf, written: Cell::new(0), _relay: relay, _desks: desks }
    }

    /// Events as a later version may write them: payloads under a number that nobody knows today.
    fn write(&self, events: &[(Option<EntryId>, bool)]) {
        let _guard = self.runtime.enter();
        for (entry, must_understand) in events {
            let sequence = self.written.replace(self.written.get() + 1);
            let mut event = event(FUTURE, *entry, Payload::EditionPublished(v1::EditionPublished::default()));
            event.payload = None;
            event.head.place.sequence = sequence;
            event.head.must_understand = *must_understand;
            event.head.recorded_at = Micros(1_000_000 + i64::try_from(sequence).unwrap());
            event.head.id = EventId([u8::try_from(sequence).unwrap(); 16]);
            let mut bytes = event.encode();
            // Field 999, length-delimited, empty: tag (999 << 3) | 2 = 7994 as a varint.
            bytes.extend([0xba, 0x3e, 0x00]);
            self.shelf.put_bytes(bytes);
        }
    }
}
