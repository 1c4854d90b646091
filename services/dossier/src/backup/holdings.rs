//! What is to be copied.

use dossier_journal::Journal;
use dossier_proof::KeyFile;
use dossier_proto::Origin;
use dossier_vault::Vault;

use crate::{Failure, Layout, offline::Offline};

/// Open journals and vaults of a data directory: those of running services, or opened for the copy.
#[derive(Clone)]
pub(crate) struct Holdings {
    pub(crate) layout: Layout,
    pub(crate) installation: String,
    /// What verifies the journals.
    pub(crate) verifiers: KeyFile,
    pub(crate) journals: Vec<(Origin, Journal)>,
    /// The vaults with the names of their directories, as they are in the data directory.
    pub(crate) vaults: Vec<(String, Vault)>,
}

impl Holdings {
    /// Of a data directory that nothing has open.
    ///
    /// # Errors
    /// [`Failure`]: something has it open, or it is damaged.
    pub(crate) fn offline(offline: &Offline) -> Result<Self, Failure> {
        let layout = offline.layout().clone();
        let (mut journals, mut vaults) = (Vec::new(), Vec::new());
        for origin in offline.services(None)? {
            journals.push((origin, offline.journal(origin)?));
            let vault = Vault::open_unthreaded(layout.service_keys(origin), &offline.secrets().master)?;
            vaults.push((format!("{origin}/keys"), vault));
        }
        if layout.accounts().exists() {
            let persons = Vault::open_unthreaded(layout.person_keys(), &offline.secrets().master)?;
            vaults.push((PERSONS.to_owned(), persons));
        }
        let installation = offline.secrets().installation.name.clone();
        let verifiers = KeyFile { logs: offline.histories()?, ..KeyFile::default() };
        Ok(Self { layout, installation, verifiers, journals, vaults })
    }
}

/// The vault of persons, as it lies in a data directory.
pub(crate) const PERSONS: &str = "keys/vault";
