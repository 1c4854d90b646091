//! What a broker can do to what it keeps, or somebody with a service's key: it dies, forgets, turns back, lies. The broker answers
//! again, and services that had to be away are back, when these return.

use std::{
    fs,
    path::{Path, PathBuf},
    thread::sleep,
    time::Duration,
};

use dossier_faults::seeded::Seeded;
use dossier_proto::Origin;

use crate::{
    Installation,
    meddling::{Meddler, foreign},
};

/// For so long a broker stands still.
const STANDS_STILL: Duration = Duration::from_secs(3);

/// A misfortune. It happens to the stream of one service, if not to all.
pub type Misfortune = fn(&mut Installation, &mut Seeded, Origin);

/// `kill -9`.
pub fn server_killed(installation: &mut Installation, _: &mut Seeded, _: Origin) {
    let broker = installation.brokers.single();
    broker.kill();
    broker.restart();
}

/// Its connections stay open, and it says nothing.
pub fn server_frozen(installation: &mut Installation, _: &mut Seeded, _: Origin) {
    let broker = installation.brokers.single();
    broker.freeze();
    sleep(STANDS_STILL); // that is how long it stands still
    broker.thaw();
    broker.wait_until_well();
}

/// The whole directory of its store is gone.
pub fn store_deleted(installation: &mut Installation, _: &mut Seeded, _: Origin) {
    let broker = installation.brokers.single();
    broker.kill();
    broker.delete_store();
    assert!(!broker.store().exists(), "nothing is left");
    broker.restart();
}

/// Keeps a copy of everything that the broker keeps now.
pub fn copy_of_now(installation: &mut Installation, seeded: &mut Seeded) -> PathBuf {
    let broker = installation.brokers.single();
    // In order: everything is in its files.
    broker.terminate();
    let copy = broker.copy_store(&format!("older-{}", seeded.next()));
    broker.restart();
    copy
}

/// An older copy of the store is put back.
pub fn rolled_back(installation: &mut Installation, older: &Path) {
    let broker = installation.brokers.single();
    broker.kill();
    broker.restore_store(older);
    broker.restart();
}

/// The stream's messages are gone.
pub fn purged(installation: &mut Installation, _: &mut Seeded, origin: Origin) {
    Meddler::of(installation, origin).purge();
}

/// The stream is gone.
pub fn deleted(installation: &mut Installation, _: &mut Seeded, origin: Origin) {
    Meddler::of(installation, origin).delete();
}

/// One bit of a file with messages is another one.
pub fn bit_flipped(installation: &mut Installation, seeded: &mut Seeded, origin: Origin) {
    let stream = format!("DOSSIER_{}", origin.name().to_ascii_uppercase());
    let broker = installation.brokers.single();
    // In order: everything is in its files.
    broker.terminate();
    let blocks = broker.block_files(&stream);
    let block = seeded.one_of(&blocks).unwrap_or_else(|| panic!("{stream} has no block file"));
    let mut bytes = fs::read(block).expect("the server is away");
    let place = seeded.below(bytes.len());
    bytes[place] ^= 1 << seeded.below(8);
    fs::write(block, bytes).expect("a temporary directory has room");
    broker.restart();
}

/// Written by somebody with the service's own key, while the service is away.
pub fn foreign_in_the_middle(installation: &mut Installation, seeded: &mut Seeded, origin: Origin) {
    installation.service_mut(origin).kill();
    let meddler = Meddler::of(installation, origin);
    let (_, last) = meddler.state();
    let first = last.saturating_sub(19).max(1);
    let mut messages = meddler.messages(first..=last);
    let middle = messages.len() / 2;
    messages[middle] = foreign(&messages[middle], seeded);
    meddler.begin_anew_at(first);
    meddler.publish(&messages);
    installation.service_mut(origin).start();
}

/// More messages than the journal has events, written like the one before.
pub fn longer(installation: &mut Installation, seeded: &mut Seeded, origin: Origin) {
    installation.service_mut(origin).kill();
    let meddler = Meddler::of(installation, origin);
    let (_, last) = meddler.state();
    let messages = meddler.messages(last.saturating_sub(9).max(1)..=last);
    let more: Vec<_> = messages.iter().map(|message| foreign(message, seeded)).collect();
    meddler.publish(&more);
    installation.service_mut(origin).start();
}

/// The last messages come twice more and in any order, behind what is there.
pub fn again_in_disorder(installation: &mut Installation, seeded: &mut Seeded, origin: Origin) {
    let meddler = Meddler::of(installation, origin);
    let (_, last) = meddler.state();
    let mut messages = meddler.messages(last.saturating_sub(19).max(1)..=last);
    messages.extend(messages.clone());
    seeded.shuffle(&mut messages);
    meddler.publish(&messages);
}

/// All but the last few messages are gone.
pub fn beginning_missing(installation: &mut Installation, _: &mut Seeded, origin: Origin) {
    let meddler = Meddler::of(installation, origin);
    let (_, last) = meddler.state();
    meddler.api("PURGE", &serde_json::json!({"seq": last.saturating_sub(5).max(1)}));
}
