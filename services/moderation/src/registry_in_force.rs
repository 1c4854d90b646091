//! The registry in force, read from the journal once and kept at hand.

use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock},
};

use dossier_engine::Engine;
use dossier_proto::{Digest, Payload, Place};
use dossier_registry::Registry;

use crate::{
    domain::{AdoptedRegistry, Moderation},
    reading,
    views::{Reviews, Whereabouts},
};

/// Why the registry in force cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The journal says why.
    #[error(transparent)]
    Record(#[from] dossier_engine::RecordError),
    /// The event that adopted it does not hold one.
    #[error("the event that adopted the registry {0} holds none that can be read: {1}")]
    Unreadable(Digest, String),
}

/// Keeps the registries that are or were in force at hand, as many as were asked for: one or two are adopted a year.
#[derive(Default)]
pub struct RegistryInForce {
    kept: RwLock<BTreeMap<Digest, Registry>>,
}

impl RegistryInForce {
    /// The registry in force; `None` before the first was adopted.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub fn get(&self, engine: &Engine<Moderation, Reviews>) -> Result<Option<Registry>, RegistryError> {
        let Some(adopted) = engine.view().state.registry.clone() else { return Ok(None) };
        self.adopted(engine, &adopted).map(Some)
    }

    /// A registry that is or was in force.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub fn adopted(
        &self,
        engine: &Engine<Moderation, Reviews>,
        adopted: &AdoptedRegistry,
    ) -> Result<Registry, RegistryError> {
        self.at(engine, adopted.digest, adopted.adopted)
    }

    /// The registry that was put in force by the event at this place.
    ///
    /// # Errors
    /// [`RegistryError`].
    pub fn at(
        &self,
        engine: &Engine<Moderation, Reviews>,
        digest: Digest,
        place: Place,
    ) -> Result<Registry, RegistryError> {
        if let Some(kept) = self.kept.read().unwrap_or_else(PoisonError::into_inner).get(&digest) {
            return Ok(kept.clone());
        }
        let registry = read(engine, digest, place)?;
        self.kept.write().unwrap_or_else(PoisonError::into_inner).insert(digest, registry.clone());
        Ok(registry)
    }
}

fn read(engine: &Engine<Moderation, Reviews>, digest: Digest, place: Place) -> Result<Registry, RegistryError> {
    let unreadable = |what: String| RegistryError::Unreadable(digest, what);
    let at = Whereabouts { epoch: place.epoch, sequence: place.sequence };
    let Some(Payload::RegistryAdopted(event)) = reading::at(engine, at)?.event.payload else {
        return Err(unreadable("it is another event".to_owned()));
    };
    let document = event.command.map(|command| command.document).unwrap_or_default();
    Registry::from_bytes(&document).map_err(|error| unreadable(error.to_string()))
}
