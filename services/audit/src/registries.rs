//! The registries that were ever in force, read from our own journal when they are needed and kept at hand: names of fields, bodies and
//! types are those of the registry that an event was decided under.

use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock},
};

use dossier_proto::{Digest, Payload};
use dossier_registry::Registry;

use crate::office::Office;

/// Keeps registries at hand. There are as many as were adopted: one or two a year, of a few hundred kilobytes.
#[derive(Default)]
pub(crate) struct Registries(RwLock<BTreeMap<Digest, Registry>>);

impl Registries {
    /// The registry with this digest; the one that comes with the program where there is none, or it cannot be read (then it is logged).
    pub(crate) fn get(&self, office: &Office, digest: Option<Digest>) -> Registry {
        let Some(digest) = digest else { return Registry::embedded() };
        if let Some(kept) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&digest) {
            return kept.clone();
        }
        let Some(registry) = read(office, digest) else { return Registry::embedded() };
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(digest, registry.clone());
        registry
    }
}

fn read(office: &Office, digest: Digest) -> Option<Registry> {
    let at = {
        let view = office.engine().view();
        view.registries.iter().find(|(one, _)| *one == digest).map(|(_, at)| *at)
    };
    let (epoch, sequence) = at?;
    let place = dossier_proto::Place { origin: dossier_proto::Origin::Audit, epoch, sequence };
    let recorded = office.engine().recorded_at(place).inspect_err(|error| {
        tracing::error!(%error, %digest, "a registry cannot be read back");
    });
    let Some(Payload::RegistryAdopted(adopted)) = recorded.ok()?.beside?.payload else { return None };
    let registry = Registry::from_bytes(&adopted.command?.document).inspect_err(|error| {
        tracing::error!(%error, %digest, "the event that adopted a registry holds none that can be read");
    });
    registry.ok()
}
