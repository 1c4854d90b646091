//! Followers of an origin that takes other keys to sign with, in one process.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{collections::BTreeMap, sync::Arc};

use dossier_exchange::{
    Divergence, FollowState, FollowStatus, Hub, KeyRing, Progress, Source, Transport,
    conformance::{Desk, ManualClock, PATIENCE, Shelf, Tray, signer},
};
use dossier_proof::SigningKey;
use dossier_proto::{Micros, Origin};
use tokio::sync::watch;

const ORIGIN: Origin = Origin::Moderation;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed("test/moderation", &[seed; 32]).unwrap()
}

struct Reader {
    tray: Arc<Tray>,
    keys: KeyRing,
    hub: Arc<Hub>,
    task: Option<tokio::task::JoinHandle<()>>,
}

impl Reader {
    fn of(shelf: &Arc<Shelf>, keys: KeyRing) -> Self {
        let hub = Hub::new();
        hub.join(ORIGIN, Arc::clone(shelf) as Arc<dyn Source>, Desk::with(Vec::new()));
        Self { tray: Tray::new(), keys, hub, task: None }
    }

    fn follow(&mut self) -> watch::Receiver<FollowStatus> {
        let transport: Arc<dyn Transport> = self.hub.transport(Origin::Publication);
        let clock = ManualClock::at(Micros(2_000_000));
        let (status, task) =
            self.tray.follow_with(ORIGIN, self.keys.clone(), transport, &Progress::new([ORIGIN]), &clock);
        self.task = Some(task);
        status
    }

    async fn goes(&mut self) {
        let Some(task) = self.task.take() else { return };
        task.abort();
        let _ = task.await;
    }

    /// From now on somebody else speaks as the origin.
    fn hears(&self, other: &Arc<Shelf>) {
        self.hub.join(ORIGIN, Arc::clone(other) as Arc<dyn Source>, Desk::with(Vec::new()));
    }
}

fn first() -> KeyRing {
    BTreeMap::from([(ORIGIN, signer(ORIGIN).verifier())]).into()
}

async fn becomes(status: &mut watch::Receiver<FollowStatus>, wanted: impl Fn(&FollowStatus) -> bool) {
    let waited = tokio::time::timeout(PATIENCE, status.wait_for(|status| wanted(status))).await.is_ok();
    assert!(waited, "{:?}", status.borrow());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_follows_the_keys_that_an_origin_takes() {
    let shelf = Shelf::new(ORIGIN);
    shelf.fill(5);
    let mut reader = Reader::of(&shelf, first());
    let mut status = reader.follow();
    reader.tray.holds(5).await;
    shelf.rotate(key(11));
    shelf.fill(2);
    reader.tray.holds(8).await;
    shelf.rotate(key(12));
    shelf.rotate(key(13));
    shelf.fill(3);
    reader.tray.holds(13).await;
    becomes(&mut status, |status| status.state == FollowState::Reading && status.is_level()).await;
    assert_eq!(reader.keys.current(ORIGIN), Some(key(13).verifier()));
    shelf.start_epoch(13);
    shelf.fill(1);
    reader.tray.holds(15).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_was_away_learns_all_that_it_missed() {
    let shelf = Shelf::new(ORIGIN);
    shelf.fill(5);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("learnt-keys.json");
    let told = BTreeMap::from([(ORIGIN, signer(ORIGIN).verifier().into())]);
    let mut reader = Reader::of(&shelf, KeyRing::open(&file, told.clone()).unwrap());
    reader.follow();
    reader.tray.holds(5).await;
    reader.goes().await;
    for seed in 11..19 {
        shelf.rotate(key(seed));
        shelf.fill(usize::from(seed % 2));
    }
    reader.follow();
    reader.tray.holds(17).await;
    reader.goes().await;
    // What it learnt outlives it; and a reader that lost that file learns it again, beyond where the keys were taken.
    reader.keys = KeyRing::open(&file, told.clone()).unwrap();
    assert_eq!(reader.keys.current(ORIGIN), Some(key(18).verifier()));
    std::fs::remove_file(&file).unwrap();
    reader.keys = KeyRing::open(&file, told).unwrap();
    shelf.fill(1);
    reader.follow();
    reader.tray.holds(18).await;
    assert!(file.exists());
}

/// P9: whoever has a key that was given up forges nothing of later, also when the true event stands in the forged history.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stolen_former_key_is_of_no_use() {
    let shelf = Shelf::new(ORIGIN);
    shelf.fill(5);
    shelf.rotate(key(11));
    let mut reader = Reader::of(&shelf, first());
    reader.follow();
    reader.tray.holds(6).await;
    reader.goes().await;
    // The same events, and more, under the key that was given up.
    let forged = Shelf::new(ORIGIN);
    forged.fill(5);
    forged.put_bytes(
        Source::read(&*shelf, dossier_exchange::Position { epoch: 0, sequence: 5 }, Default::default()).unwrap()[0]
            .to_vec(),
    );
    forged.fill(4);
    reader.hears(&forged);
    let mut status = reader.follow();
    let refused = |status: &FollowStatus| matches!(&status.state, FollowState::Diverged(Divergence::Signature { reason, .. }) if reason.contains("given up"));
    becomes(&mut status, refused).await;
    assert_eq!(reader.tray.places().len(), 6, "nothing was taken from it");
    reader.goes().await;
    reader.hears(&shelf);
    shelf.fill(2);
    reader.follow();
    reader.tray.holds(8).await;
}

/// A reader that has not heard of it yet reads the event in a history that the former key goes on to sign: it asks, and nobody can prove it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_read_beyond_a_key_that_nobody_proves() {
    let shelf = Shelf::new(ORIGIN);
    shelf.fill(5);
    shelf.rotate(key(11));
    let forged = Shelf::new(ORIGIN);
    forged.fill(5);
    forged.put_bytes(
        Source::read(&*shelf, dossier_exchange::Position { epoch: 0, sequence: 5 }, Default::default()).unwrap()[0]
            .to_vec(),
    );
    forged.fill(4);
    let mut reader = Reader::of(&forged, first());
    let mut status = reader.follow();
    becomes(&mut status, |status| matches!(status.state, FollowState::Diverged(_))).await;
    assert!(reader.tray.places().len() <= 5);
}
