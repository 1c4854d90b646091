//! A backup that was found whole.

use std::{
    fs,
    path::{Path, PathBuf},
};

use dossier_proto::Origin;
use dossier_vault::backup::BackupKey;

use super::{
    archive::{SECRETS, unpack},
    contents::{Contents, newest},
};
use crate::{Exit, Failure, progress::Progress};

/// A backup whose every file is what was written.
#[derive(Debug)]
pub(crate) struct Opened {
    at: PathBuf,
    contents: Contents,
}

impl Opened {
    /// Finds the newest whole backup in a directory, or takes the one that is named, and compares every file with its list.
    ///
    /// # Errors
    /// [`Failure`]: there is none, or a file is missing or damaged: it is named.
    pub(crate) fn find(directory: &Path, progress: &Progress) -> Result<Self, Failure> {
        let at = newest(directory)?;
        let contents = Contents::read(&at)?;
        progress.begin(&format!("{}: comparing every file", at.display()));
        contents.compare(&at, |done, total| progress.at(done / 1024, total / 1024))?;
        Ok(Self { at, contents })
    }

    /// Where it is.
    pub(crate) fn at(&self) -> &Path {
        &self.at
    }

    /// Whose it is.
    pub(crate) fn installation(&self) -> &str {
        &self.contents.installation
    }

    /// The services whose journals are in it.
    pub(crate) fn services(&self) -> Vec<Origin> {
        Origin::ALL.into_iter().filter(|origin| self.journal(*origin).exists()).collect()
    }

    /// The journal of a service, as an export.
    pub(crate) fn journal(&self, origin: Origin) -> PathBuf {
        self.at.join("journals").join(origin.name())
    }

    /// The attached files of a service.
    pub(crate) fn attachments(&self, origin: Origin) -> PathBuf {
        self.at.join("attachments").join(origin.name())
    }

    /// What the audit service had kept of the others.
    pub(crate) fn checkpoints(&self) -> PathBuf {
        self.at.join("checkpoints")
    }

    /// Puts everything secret into a directory: `keys/`, `accounts/`, `<service>/keys/`.
    ///
    /// # Errors
    /// [`Failure`]: no key, or another one.
    pub(crate) fn unpack(&self, key: Option<&Path>, to: &Path) -> Result<(), Failure> {
        let Some(key) = key else {
            return Err(Failure::new(
                Exit::Usage,
                format!(
                    "{} is sealed under the backup key {}, and none was given with --key. Without it there are proofs and no words: `dossier verify \
                     {}` verifies the journals, but nobody can read what was written, sign anything, or start a service. Nothing was written",
                    self.at.join(SECRETS).display(),
                    self.contents.key,
                    self.at.join("journals").display()
                ),
            ));
        };
        fs::create_dir_all(to).map_err(|error| Failure::disk(to, &error))?;
        unpack(&self.at, &BackupKey::read(key)?, to)
    }
}
