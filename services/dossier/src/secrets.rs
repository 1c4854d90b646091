//! The master key, and what is derived from it: the services' signing keys.

use std::{env, fs, io::Write, os::unix::fs::DirBuilderExt, path::Path};

use dossier_proof::{CosigningKey, SigningKey, VerifierKey};
use dossier_proto::Origin;
use dossier_vault::MasterKey;
use serde::{Deserialize, Serialize};

use crate::{Failure, Layout};

/// The variable that may hold the master key instead of a file.
pub const MASTER_KEY_VARIABLE: &str = "DOSSIER_MASTER_KEY";

/// What an installation calls itself, for ever: it is part of every checkpoint's origin line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Installation {
    /// Such as `dossier-1f0c3a9e`.
    pub name: String,
}

/// The secrets of an installation.
pub struct Secrets {
    /// Wraps every other key.
    pub master: MasterKey,
    /// The installation's name.
    pub installation: Installation,
}

impl Secrets {
    /// Reads the secrets of a data directory, or makes them when it is new.
    ///
    /// # Errors
    /// [`Failure`], with what to do.
    pub fn create_or_read(layout: &Layout) -> Result<Self, Failure> {
        if layout.installation().exists() {
            // A master key that is missing here was lost: a new one in its place would open nothing.
            return Self::read(layout);
        }
        if let Some(journal) = layout.any_journal() {
            return Err(Failure::damaged(format!(
                "{} is not there, but {} is: the keys of this installation were lost. New ones would open nothing. Put {} back from a \
                 backup, then start again",
                layout.installation().display(),
                journal.display(),
                layout.keys().display()
            )));
        }
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(layout.keys());
        made.map_err(|error| Failure::disk(&layout.keys(), &error))?;
        let master = match env::var_os(MASTER_KEY_VARIABLE) {
            Some(_) => MasterKey::from_env(MASTER_KEY_VARIABLE)?,
            None => MasterKey::create_or_read(layout.master_key())?,
        };
        let installation = read_or_make(&layout.installation(), &master)?;
        Ok(Self { master, installation })
    }

    /// Reads the secrets of a data directory that must be there.
    ///
    /// # Errors
    /// [`Failure`], with what to do.
    pub fn read(layout: &Layout) -> Result<Self, Failure> {
        if !layout.installation().exists() {
            return Err(Failure::not_there(format!(
                "{} is not a data directory of Dossier: {} is missing",
                layout.root().display(),
                layout.installation().display()
            )));
        }
        let master = match env::var_os(MASTER_KEY_VARIABLE) {
            Some(_) => MasterKey::from_env(MASTER_KEY_VARIABLE)?,
            None => MasterKey::from_file(layout.master_key())?,
        };
        let installation = read_or_make(&layout.installation(), &master)?;
        Ok(Self { master, installation })
    }

    /// The log's name of a service: the origin line of its checkpoints is this, `/` and the epoch.
    pub fn log(&self, origin: Origin) -> String {
        format!("{}/{origin}", self.installation.name)
    }

    /// What a service signs with.
    pub fn signer(&self, origin: Origin) -> SigningKey {
        let seed = self.master.derive(&format!("checkpoint signature of {origin}, key 1"));
        // A log's name has letters, digits, `-` and `/` alone (`Installation::is_sound`); that is a key name.
        SigningKey::from_seed(&self.log(origin), &seed).expect("a log's name is a key name")
    }

    /// What the audit service signs the checkpoints of the others with. A key of its own: the message does not name who signs.
    pub fn cosigner(&self) -> CosigningKey {
        let seed = self.master.derive("cosignature of audit, key 1");
        let name = format!("{}/audit/cosigner", self.installation.name);
        CosigningKey::from_seed(&name, &seed).expect("an installation's name begins a key name, as in `signer`")
    }

    /// What verifies a service's signatures: public.
    pub fn verifier(&self, origin: Origin) -> VerifierKey {
        self.signer(origin).verifier()
    }
}

impl Installation {
    /// Letters, digits, `-` and `.`, at most 64 of them.
    pub(crate) fn is_sound(&self) -> bool {
        (1..=64).contains(&self.name.len())
            && self.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
    }
}

fn read_or_make(path: &Path, master: &MasterKey) -> Result<Installation, Failure> {
    match fs::read(path) {
        Ok(bytes) => {
            let installation: Installation = serde_json::from_slice(&bytes).map_err(|error| {
                Failure::damaged(format!("{} cannot be read: {error}. Restore it from a backup", path.display()))
            })?;
            if installation.is_sound() {
                return Ok(installation);
            }
            Err(Failure::damaged(format!(
                "{} holds a name with other characters than letters, digits, - and .",
                path.display()
            )))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(path, master),
        Err(error) => Err(Failure::disk(path, &error)),
    }
}

/// A new installation is named after its master key, so that two of them are never mistaken for each other.
fn make(path: &Path, master: &MasterKey) -> Result<Installation, Failure> {
    let distinct = hex::encode(&master.derive("installation name")[..4]);
    let installation = Installation { name: format!("dossier-{distinct}") };
    // Plain strings: this cannot fail.
    let text = serde_json::to_vec_pretty(&installation).map_err(|error| Failure::damaged(error.to_string()))?;
    // Beside and then in its place: a crash leaves no half of it.
    let beside = path.with_extension("unfinished");
    let write = || -> std::io::Result<()> {
        let mut file = fs::File::create(&beside)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        match path.parent() {
            Some(parent) => fs::File::open(parent)?.sync_all(),
            None => Ok(()),
        }
    };
    write().map_err(|error| Failure::disk(path, &error))?;
    Ok(installation)
}
