//! Where services meet: in one process, or over a broker.

use std::sync::Arc;

use dossier_audit::Copies;
use dossier_exchange::{Hub, Transport};
use dossier_proto::Origin;

use super::{answers::Answers, room::Room};
use crate::Failure;

/// How services reach each other.
pub(super) enum Meeting {
    /// Everybody is in this process.
    InProcess(Arc<Hub>),
}

impl Meeting {
    pub(super) fn in_process() -> Self {
        Self::InProcess(Hub::new())
    }

    /// What carries others' events to a service.
    pub(super) fn transport(&self, consumer: Origin) -> Result<Arc<dyn Transport>, Failure> {
        match self {
            Self::InProcess(hub) => Ok(hub.transport(consumer)),
        }
    }

    /// Lets a service in: from now on others read it and ask it.
    pub(super) fn join(&self, room: &Room, copies: Option<Arc<Copies>>) {
        let answers = Arc::new(Answers { machine: Arc::clone(&room.machine), copies });
        match self {
            Self::InProcess(hub) => {
                hub.join(room.origin, room.source(), Arc::clone(&room.desk));
                hub.answer(room.origin, answers);
            }
        }
    }
}
