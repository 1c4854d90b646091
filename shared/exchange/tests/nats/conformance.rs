//! The exchange over a real nats-server, with the accounts and permissions of a deployment, under the conformance suite, which every
//! transport passes.

use std::sync::{Arc, Mutex, MutexGuard, atomic::AtomicUsize};

use dossier_exchange::{KeyDesk, Source, Transport, conformance::Carrier, transport_conformance};
use dossier_proto::Origin;

use crate::{
    house::{House, wait},
    impostor::{self, Impostor},
};

struct OverNats(House, Mutex<Option<Impostor>>);

impl OverNats {
    fn impostor(&self) -> MutexGuard<'_, Option<Impostor>> {
        self.1.lock().expect("no test panics while it holds the impostor")
    }
}

impl Carrier for OverNats {
    fn offer(&self, origin: Origin, source: Arc<dyn Source>, desk: Arc<dyn KeyDesk>) {
        drop(self.impostor().take());
        self.0.offer(origin, source, desk);
    }

    fn transport(&self, consumer: Origin) -> Arc<dyn Transport> {
        self.0.transport(consumer)
    }

    fn only_old_answers(&self, origin: Origin, asker: Origin) -> Arc<AtomicUsize> {
        wait(async {
            let old = impostor::asked_in_earnest(&self.0, origin, asker, "checkpoint", &[]).await;
            self.0.leaves(origin);
            let impostor = impostor::answers(&self.0, origin, asker, "checkpoint", old).await;
            let asked = Arc::clone(&impostor.asked);
            *self.impostor() = Some(impostor);
            asked
        })
    }
}

transport_conformance!(OverNats(House::deployed(), Mutex::default()));
