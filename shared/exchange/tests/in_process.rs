//! The in-process exchange under the conformance suite.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use dossier_exchange::{
    Hub, KeyDesk, Position, ReadLimits, Source, Transport,
    conformance::{Carrier, Desk},
    transport_conformance,
};
use dossier_proof::SignedCheckpoint;
use dossier_proto::Origin;
use futures_util::{FutureExt, future::BoxFuture};

struct InOneProcess(Arc<Hub>);

impl Carrier for InOneProcess {
    fn offer(&self, origin: Origin, source: Arc<dyn Source>, desk: Arc<dyn KeyDesk>) {
        self.0.join(origin, source, desk);
    }

    fn transport(&self, consumer: Origin) -> Arc<dyn Transport> {
        self.0.transport(consumer)
    }

    fn only_old_answers(&self, origin: Origin, _asker: Origin) -> Arc<AtomicUsize> {
        let away = Arc::new(Away::default());
        let asked = Arc::clone(&away.asked);
        self.0.join(origin, away, Desk::with(Vec::new()));
        asked
    }
}

/// A journal that cannot be read for now.
#[derive(Default)]
struct Away {
    asked: Arc<AtomicUsize>,
}

impl Away {
    fn silent<T>(&self) -> Result<T, String> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Err("it is away".to_owned())
    }
}

impl Source for Away {
    fn read(&self, _from: Position, _limits: ReadLimits) -> Result<Vec<Bytes>, String> {
        self.silent()
    }

    fn wait(&self, _from: Position) -> BoxFuture<'_, ()> {
        std::future::pending().boxed()
    }

    fn checkpoint(&self) -> Result<SignedCheckpoint, String> {
        self.silent()
    }

    fn checkpoint_at(&self, _at: Position) -> Result<Option<SignedCheckpoint>, String> {
        self.silent()
    }
}

transport_conformance!(InOneProcess(Hub::new()));
