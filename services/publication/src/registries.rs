//! The registries that were ever in force, read from the journal when they are needed and kept at hand.
//!
//! An edition is shown in the words of the registry it was published under, so that it never changes: labels, notices and the
//! names of countries are part of what was published.

use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock},
};

use dossier_engine::{Engine, RecordError};
use dossier_proto::{BodyCode, Digest, Micros, Payload};
use dossier_registry::{Language, Registry, Shown};

use crate::{domain::Publication, views::Catalogue};

/// Why a registry cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegistryError {
    /// The journal says why.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The event that adopted it does not hold one.
    #[error("the event that adopted the registry {0} holds none that can be read: {1}")]
    Unreadable(Digest, String),
    /// No event adopted it.
    #[error("the registry {0} is not in the journal")]
    Unknown(Digest),
}

/// Keeps registries at hand. There are as many as were adopted: one or two a year, of a few hundred kilobytes.
#[derive(Default)]
pub(crate) struct Registries {
    kept: RwLock<BTreeMap<Digest, Registry>>,
}

impl Registries {
    /// The registry in force; before the first adoption the one that comes with the program.
    pub(crate) fn in_force(&self, engine: &Engine<Publication, Catalogue>) -> Result<Registry, RegistryError> {
        let digest = engine.view().registry().map(|(digest, _)| digest);
        match digest {
            Some(digest) => self.get(engine, digest),
            None => Ok(Registry::embedded()),
        }
    }

    /// The registry with this digest.
    pub(crate) fn get(
        &self,
        engine: &Engine<Publication, Catalogue>,
        digest: Digest,
    ) -> Result<Registry, RegistryError> {
        if let Some(kept) = self.kept.read().unwrap_or_else(PoisonError::into_inner).get(&digest) {
            return Ok(kept.clone());
        }
        let place = engine.view().registry_at(&digest).ok_or(RegistryError::Unknown(digest))?;
        let unreadable = |what: String| RegistryError::Unreadable(digest, what);
        let beside = engine.recorded_at(place)?.beside;
        let Some(Payload::RegistryAdopted(adopted)) = beside.and_then(|event| event.payload) else {
            return Err(unreadable("it is another event".to_owned()));
        };
        let document = adopted.command.map(|command| command.document).unwrap_or_default();
        let registry = Registry::from_bytes(&document).map_err(|error| unreadable(error.to_string()))?;
        self.kept.write().unwrap_or_else(PoisonError::into_inner).insert(digest, registry.clone());
        Ok(registry)
    }
}

/// The name of a body: of a country or area, or of an organisation the registry knows; else its code.
pub(crate) fn body_name(registry: &Registry, body: &BodyCode, language: Language, at: Micros) -> Shown {
    registry.body_label(body.as_str(), language, at)
}
