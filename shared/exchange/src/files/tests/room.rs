//! Two services: one has files, the other ought to have them.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use dossier_proof::SignedCheckpoint;
use dossier_proto::{EntryId, KeyId, Origin};
use dossier_vault::{GrantedKey, MasterKey, Vault, files::FileStore};
use futures_util::{FutureExt, future::BoxFuture};
use tokio::{sync::watch, task::JoinHandle, time::timeout};

use super::super::*;
use crate::{Batch, KeyRefusal, Position, Question, ReadLimits, Transport, TransportError};

pub(super) const ENTRY: EntryId = EntryId([7; 16]);
pub(super) const OTHER: EntryId = EntryId([8; 16]);

/// One service's keys and files.
pub(super) struct Side {
    pub(super) vault: Vault,
    pub(super) store: FileStore,
    directory: tempfile::TempDir,
}

impl Side {
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let master = MasterKey::create_or_read(directory.path().join("master")).unwrap();
        let vault = Vault::open_unthreaded(directory.path().join("keys"), &master).unwrap();
        let store = FileStore::new(directory.path().join("attachments"), vault.clone());
        Self { vault, store, directory }
    }

    pub(super) fn attachments(&self) -> PathBuf {
        self.directory.path().join("attachments")
    }

    pub(super) fn keep(&self, entry: EntryId, bytes: &[u8]) -> NamedFile {
        let mut incoming = self.store.receive(entry, u64::MAX).unwrap();
        incoming.write(bytes).unwrap();
        let stored = incoming.finish("text/plain").unwrap();
        let (digest, key, bytes) = (stored.digest, stored.key, stored.bytes);
        NamedFile { entry, digest, key, bytes, media_type: "text/plain".to_owned() }
    }

    pub(super) fn read(&self, file: &NamedFile) -> Vec<u8> {
        let mut outgoing = self.store.read(file.entry, file.digest).unwrap();
        let mut bytes = Vec::new();
        while let Some(piece) = outgoing.piece().unwrap() {
            bytes.extend_from_slice(&piece);
        }
        bytes
    }

    /// How many files are half written.
    pub(super) fn halves(&self) -> usize {
        std::fs::read_dir(self.attachments().join("half")).map_or(0, Iterator::count)
    }
}

pub(super) fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 + at / 251 + at / 65_537) as u8).collect()
}

/// What events name.
pub(super) struct Named(watch::Sender<NamedFiles>);

impl Named {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(watch::Sender::default()))
    }

    pub(super) fn add(&self, file: &NamedFile) {
        let attached = dossier_proto::v1::AttachedFile {
            digest: file.digest.to_vec(),
            key_id: file.key.0.to_vec(),
            bytes: file.bytes,
            media_type: file.media_type.clone(),
        };
        let content = dossier_proto::v1::Content { files: vec![attached], ..Default::default() };
        self.0.send_modify(|named| named.take(file.entry, Some(&content)));
    }
}

impl FileNeeds for Named {
    fn named(&self, count: usize, at_most: usize) -> (Vec<NamedFile>, u64) {
        let named = self.0.borrow();
        (named.after(count, at_most).to_vec(), named.after(0, usize::MAX).len() as u64)
    }

    fn more(&self, position: u64, patience: Duration) -> BoxFuture<'_, ()> {
        let mut named = self.0.subscribe();
        async move {
            let grown = named.wait_for(|named| named.after(0, usize::MAX).len() as u64 > position);
            drop(timeout(patience, grown).await);
        }
        .boxed()
    }
}

/// What a holder says to the n-th question, when the desk would say this.
type Bends = dyn Fn(usize, Result<Bytes, String>) -> Result<Bytes, String> + Send + Sync;

/// Asks a desk, and changes what it says.
pub(super) struct Bending {
    desk: FileDesk,
    asker: Origin,
    pub(super) asked: AtomicUsize,
    /// How many questions are under way, and the most there ever were.
    under_way: Mutex<(usize, usize)>,
    bends: Box<Bends>,
}

impl Bending {
    pub(super) fn new(
        side: &Side,
        bends: impl Fn(usize, Result<Bytes, String>) -> Result<Bytes, String> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let desk = FileDesk::new(side.store.clone(), |asker, _, _| asker == Origin::Moderation);
        let (asked, under_way) = (AtomicUsize::new(0), Mutex::default());
        Arc::new(Self { desk, asker: Origin::Moderation, asked, under_way, bends: Box::new(bends) })
    }

    /// One that says what it is asked.
    pub(super) fn honest(side: &Side) -> Arc<Self> {
        Self::new(side, |_, told| told)
    }

    pub(super) fn most_at_once(&self) -> usize {
        self.under_way.lock().unwrap().1
    }
}

impl Transport for Bending {
    fn read(&self, _: Origin, _: Position, _: ReadLimits) -> BoxFuture<'_, Result<Batch, TransportError>> {
        std::future::pending().boxed()
    }

    fn replay(&self, _: Origin, _: Position, _: ReadLimits) -> BoxFuture<'_, Result<Batch, TransportError>> {
        std::future::pending().boxed()
    }

    fn checkpoint(&self, _: Origin) -> BoxFuture<'_, Result<SignedCheckpoint, TransportError>> {
        std::future::pending().boxed()
    }

    fn checkpoint_at(&self, _: Origin, _: Position) -> BoxFuture<'_, Result<SignedCheckpoint, TransportError>> {
        std::future::pending().boxed()
    }

    fn ask_keys(
        &self,
        _: Origin,
        _: Vec<KeyId>,
    ) -> BoxFuture<'_, Result<Result<Vec<GrantedKey>, KeyRefusal>, TransportError>> {
        std::future::pending().boxed()
    }

    fn ask(&self, holder: Origin, question: Question, body: Bytes) -> BoxFuture<'_, Result<Bytes, TransportError>> {
        assert_eq!((holder, question), (Origin::Submission, Question::File));
        async move {
            {
                let mut under_way = self.under_way.lock().unwrap();
                under_way.0 += 1;
                under_way.1 = under_way.1.max(under_way.0);
            }
            let told = self.desk.answer(self.asker, body).await;
            self.under_way.lock().unwrap().0 -= 1;
            let number = self.asked.fetch_add(1, Ordering::SeqCst);
            (self.bends)(number, told).map_err(|reason| TransportError::Silent { origin: holder, reason })
        }
        .boxed()
    }
}

/// A fetcher at work. Dropped, it is ended as a process is that is killed.
pub(super) struct AtWork(JoinHandle<()>);

impl AtWork {
    pub(super) fn begin(side: &Side, transport: &Arc<Bending>, named: &Arc<Named>) -> Self {
        let needs: Arc<dyn FileNeeds> = Arc::<Named>::clone(named);
        let transport: Arc<dyn Transport> = Arc::<Bending>::clone(transport);
        let fetcher = FileFetcher { store: side.store.clone(), transport, holder: Origin::Submission, needs };
        Self(tokio::spawn(fetcher.run()))
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A side that has the keys of these files, and not the files.
pub(super) fn other_side(from: &Side, files: &[&NamedFile]) -> Side {
    let to = Side::new();
    admit(from, &to, files);
    to
}

pub(super) fn admit(from: &Side, to: &Side, files: &[&NamedFile]) {
    let keys: Vec<_> = files.iter().map(|file| file.key).collect();
    to.vault.admit(from.vault.grant(&keys).unwrap().keys).unwrap();
}

/// Waits until it is so, for a minute at most.
pub(super) async fn until(what: &str, is_so: impl Fn() -> bool) {
    let waiting = async {
        while !is_so() {
            // Between two looks.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(timeout(Duration::from_secs(60), waiting).await.is_ok(), "not within a minute: {what}");
}

pub(super) fn flip(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 1;
    std::fs::write(path, bytes).unwrap();
}
