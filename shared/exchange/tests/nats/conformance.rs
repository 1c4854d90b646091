//! The exchange over a real nats-server, with the accounts and permissions of a deployment, under the conformance suite, which every
//! transport passes.

use std::sync::Arc;

use dossier_exchange::{KeyDesk, Source, Transport, conformance::Carrier, transport_conformance};
use dossier_proto::Origin;

use crate::house::House;

struct OverNats(House);

impl Carrier for OverNats {
    fn offer(&self, origin: Origin, source: Arc<dyn Source>, desk: Arc<dyn KeyDesk>) {
        self.0.offer(origin, source, desk);
    }

    fn transport(&self, consumer: Origin) -> Arc<dyn Transport> {
        self.0.transport(consumer)
    }
}

transport_conformance!(OverNats(House::deployed()));
