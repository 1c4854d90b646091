//! What the doors of the service share: the engine, the words, the accounts, the registry in force.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError},
};

use axum::extract::FromRef;
use dossier_engine::{Clock, Engine, RecordError};
use dossier_identity::Accounts;
use dossier_proto::{Digest, Micros, Payload, Place, v1};
use dossier_registry::Registry;
use dossier_vault::files::FileStore;
use dossier_web::live::Live;
use tokio::sync::RwLock;

use crate::{attachments::Attachments, domain::Submission, likeness::KeptTraits, pages, views::Entries, words::Words};

/// What the doors share; a cheap clone.
#[derive(Clone)]
pub struct Office(Arc<Inner>);

struct Inner {
    engine: Engine<Submission, Entries>,
    words: Words,
    accounts: Arc<Accounts>,
    clock: Arc<dyn Clock>,
    attachments: Attachments,
    files: FileStore,
    /// As many as were ever in force and asked for: one or two a year.
    registries: std::sync::RwLock<BTreeMap<Digest, Registry>>,
    traits: KeptTraits,
    /// Held while a revision comes to name files, so that none is removed meanwhile as one that no revision names.
    naming: Arc<RwLock<()>>,
    /// Who has pages open.
    live: Live,
}

/// Why there is no registry to work with.
#[derive(Debug, thiserror::Error)]
pub enum NoRegistry {
    /// None was adopted, or its adoption has not been heard of yet. Passes by itself.
    #[error("no registry is in force yet; moderation adopts one when it starts")]
    NotYet,
    /// The journal cannot be read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Its bytes are not a registry this program knows.
    #[error(transparent)]
    Bytes(#[from] dossier_registry::RegistryBytesError),
}

impl FromRef<Office> for Arc<Accounts> {
    fn from_ref(office: &Office) -> Self {
        Arc::clone(&office.0.accounts)
    }
}

impl Office {
    /// An office over a running engine.
    pub fn new(
        engine: Engine<Submission, Entries>,
        words: Words,
        accounts: Arc<Accounts>,
        clock: Arc<dyn Clock>,
        attachments: Attachments,
        files: FileStore,
    ) -> Self {
        let registries = std::sync::RwLock::default();
        let traits = KeptTraits::default();
        let naming = Arc::default();
        let live = Live::fed_by(pages::topics(engine.touched()));
        Self(Arc::new(Inner { engine, words, accounts, clock, attachments, files, registries, traits, naming, live }))
    }

    /// The engine.
    pub fn engine(&self) -> &Engine<Submission, Entries> {
        &self.0.engine
    }

    /// The words.
    pub fn words(&self) -> &Words {
        &self.0.words
    }

    /// The people.
    pub fn accounts(&self) -> &Accounts {
        &self.0.accounts
    }

    /// The files that entries were read from.
    pub fn attachments(&self) -> &Attachments {
        &self.0.attachments
    }

    /// The files that people attached.
    pub fn files(&self) -> &FileStore {
        &self.0.files
    }

    /// Keeps files from being removed for as long as it is held: of who saves a revision that may name some.
    pub(crate) fn naming(&self) -> Arc<RwLock<()>> {
        Arc::clone(&self.0.naming)
    }

    /// What public contents are compared by, as far as it is kept.
    pub fn traits(&self) -> &KeptTraits {
        &self.0.traits
    }

    /// What tells open pages that something has changed.
    pub(crate) fn live(&self) -> &Live {
        &self.0.live
    }

    /// The time of day.
    pub fn now(&self) -> Micros {
        self.0.clock.now()
    }

    /// The registry in force, as this service has heard of it. Read from the journal once and kept.
    ///
    /// # Errors
    /// [`NoRegistry`].
    pub fn registry(&self) -> Result<Registry, NoRegistry> {
        let adopted = self.engine().view().adopted();
        self.registry_adopted(adopted)
    }

    /// The registry with this digest, which our event at this place received.
    ///
    /// # Errors
    /// [`NoRegistry`].
    pub fn registry_adopted(&self, adopted: Option<(Digest, Place)>) -> Result<Registry, NoRegistry> {
        let Some((digest, place)) = adopted else { return Err(NoRegistry::NotYet) };
        if let Some(kept) = self.0.registries.read().unwrap_or_else(PoisonError::into_inner).get(&digest) {
            return Ok(kept.clone());
        }
        let registry = self.read_registry(place)?;
        self.0.registries.write().unwrap_or_else(PoisonError::into_inner).insert(digest, registry.clone());
        Ok(registry)
    }

    fn read_registry(&self, place: Place) -> Result<Registry, NoRegistry> {
        let adopted = self.engine().recorded_at(place)?.beside.and_then(|adopted| adopted.payload);
        let Some(Payload::RegistryAdopted(v1::RegistryAdopted { command: Some(adopt) })) = adopted else {
            return Err(NoRegistry::NotYet);
        };
        Ok(Registry::from_bytes(&adopt.document)?)
    }
}
