//! Where things lie in a data directory.
//!
//! ```text
//! DATA/keys/          master.key, installation.json, vault/ (keys of persons);
//!                     generations.json, learnt-keys.json (once a key was rotated);
//!                     of a deployment also service, verifiers
//! DATA/accounts/      people and their tokens
//! DATA/<service>/     journal/ anchors/ keys/ attachments/ : the truth
//!                     snapshots/ views/ scratch/           : may go
//! ```

use std::path::{Path, PathBuf};

use dossier_proto::Origin;

/// A data directory.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The layout of this directory.
    pub fn of(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The installation's own secrets and name.
    pub fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// The master key, when it is not given by the environment.
    pub fn master_key(&self) -> PathBuf {
        self.keys().join("master.key")
    }

    /// The installation's name.
    pub fn installation(&self) -> PathBuf {
        self.keys().join("installation.json")
    }

    /// The service whose directory this is, where it is one's alone ([`crate::tenant`]).
    pub fn tenant(&self) -> PathBuf {
        self.keys().join("service")
    }

    /// What each service of the deployment signs with: public.
    pub fn verifiers(&self) -> PathBuf {
        self.keys().join("verifiers")
    }

    /// Which of its keys each service signs with: a hint, for before its journal is opened.
    pub fn generations(&self) -> PathBuf {
        self.keys().join("generations.json")
    }

    /// What other services were learnt to sign with, with the proofs.
    pub fn learnt_keys(&self) -> PathBuf {
        self.keys().join("learnt-keys.json")
    }

    /// The vault with the keys of persons.
    pub fn person_keys(&self) -> PathBuf {
        self.keys().join("vault")
    }

    /// People and their tokens.
    pub fn accounts(&self) -> PathBuf {
        self.root.join("accounts")
    }

    /// A service's directory.
    pub fn service(&self, origin: Origin) -> PathBuf {
        self.root.join(origin.name())
    }

    /// The first journal that was begun here, if one was.
    pub fn any_journal(&self) -> Option<PathBuf> {
        Origin::ALL.into_iter().map(|origin| self.service(origin).join("journal")).find(|journal| journal.exists())
    }

    /// The vault of a service.
    pub fn service_keys(&self, origin: Origin) -> PathBuf {
        self.service(origin).join("keys")
    }

    /// The tokens of the demonstration's people.
    pub fn demo_tokens(&self) -> PathBuf {
        self.root.join("demo-tokens.json")
    }
}
