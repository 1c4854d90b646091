//! The in-process exchange under the conformance suite.

use std::sync::Arc;

use dossier_exchange::{Hub, KeyDesk, Source, Transport, conformance::Carrier, transport_conformance};
use dossier_proto::Origin;

struct InOneProcess(Arc<Hub>);

impl Carrier for InOneProcess {
    fn offer(&self, origin: Origin, source: Arc<dyn Source>, desk: Arc<dyn KeyDesk>) {
        self.0.join(origin, source, desk);
    }

    fn transport(&self, consumer: Origin) -> Arc<dyn Transport> {
        self.0.transport(consumer)
    }
}

transport_conformance!(InOneProcess(Hub::new()));
