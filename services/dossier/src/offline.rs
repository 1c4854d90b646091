//! A data directory that nothing else has open: its journals and vaults, for the tools.
//!
//! Opening a journal here compares it with its anchor and reads every event against the Merkle tree, as a start of the service
//! does. Like a start it counts the opening and signs the anchor again, so the directory must be writable; what is damaged is
//! refused before anything is written.

use std::path::{Path, PathBuf};

use dossier_audit::copies::copy_log;
use dossier_journal::{Journal, OpenError, OpenOptions, Peek, PeekError, SledStore};
use dossier_proof::VerifierKey;
use dossier_proto::Origin;

use crate::{Failure, Layout, Secrets, tenant, verification::read_keys};

/// A data directory for tools.
pub struct Offline {
    layout: Layout,
    secrets: Secrets,
}

/// Reads what a journal wants to know about an event.
///
/// # Errors
/// [`PeekError`]: the bytes are no event.
pub fn peek(event: &[u8]) -> Result<Peek, PeekError> {
    let peeked = dossier_proto::peek(event).map_err(|error| PeekError(error.to_string()))?;
    Ok(Peek { epoch: peeked.epoch, sequence: peeked.sequence, entry: peeked.entry.map(|entry| entry.0) })
}

impl Offline {
    /// A data directory that must be there.
    ///
    /// # Errors
    /// [`Failure`]: it is none, or its secrets cannot be read.
    pub fn open(directory: &Path) -> Result<Self, Failure> {
        let layout = Layout::of(directory);
        let secrets = Secrets::read(&layout)?;
        Ok(Self::with(layout, secrets))
    }

    /// A data directory whose secrets were read.
    pub fn with(layout: Layout, secrets: Secrets) -> Self {
        Self { layout, secrets }
    }

    /// Where things lie.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The master key and what follows from it.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Whose directory this is, when it is one service's alone.
    ///
    /// # Errors
    /// [`Failure`]: the file that says so is damaged.
    pub fn tenant(&self) -> Result<Option<Origin>, Failure> {
        tenant::tenant(&self.layout)
    }

    /// What verifies the services' signatures: of this installation's own services from its master key, of others from the
    /// deployment's file.
    ///
    /// # Errors
    /// [`Failure`]: the file is damaged.
    pub fn verifiers(&self) -> Result<Vec<VerifierKey>, Failure> {
        let own = |origin: &Origin| self.secrets.verifier(*origin);
        match self.tenant()? {
            None => Ok(Origin::ALL.iter().map(own).collect()),
            Some(origin) => {
                let mut keys = read_keys(&self.layout.verifiers())?;
                keys.push(own(&origin));
                Ok(keys)
            }
        }
    }

    /// The services that have a journal here; only the one asked for when there is one.
    ///
    /// # Errors
    /// [`Failure`]: none has, or not the one asked for.
    pub fn services(&self, only: Option<Origin>) -> Result<Vec<Origin>, Failure> {
        let asked: Vec<_> = only.map_or_else(|| Origin::ALL.to_vec(), |origin| vec![origin]);
        let there: Vec<_> =
            asked.iter().copied().filter(|origin| holds_journal(&self.journal_folder(*origin))).collect();
        if !there.is_empty() {
            return Ok(there);
        }
        let place = only.map_or_else(|| self.layout.root().to_owned(), |origin| self.journal_folder(origin));
        Err(Failure::not_there(format!(
            "there is no journal in {}. Is it the right data directory? Name another with --data",
            place.display()
        )))
    }

    /// Opens the journal of a service, all of it verified.
    ///
    /// # Errors
    /// [`OpenError`], with the kind and what to do.
    pub fn journal(&self, origin: Origin) -> Result<Journal, OpenError> {
        let anchors = self.layout.service(origin).join("anchors");
        self.open_journal(origin, &self.journal_folder(origin), anchors, self.secrets.log(origin))
    }

    /// Opens the copy that the audit service keeps of a journal; `None` when it keeps none yet.
    ///
    /// # Errors
    /// As [`Offline::journal`].
    pub fn copy(&self, origin: Origin) -> Result<Option<Journal>, OpenError> {
        let (audit, name) = (self.layout.service(Origin::Audit), format!("copy-{origin}"));
        let folder = audit.join("journal").join(&name);
        if !holds_journal(&folder) {
            return Ok(None);
        }
        let log = copy_log(&self.secrets.installation.name, origin);
        self.open_journal(Origin::Audit, &folder, audit.join("anchors").join(name), log).map(Some)
    }

    fn journal_folder(&self, origin: Origin) -> PathBuf {
        self.layout.service(origin).join("journal")
    }

    fn open_journal(
        &self,
        signed_by: Origin,
        folder: &Path,
        anchors: PathBuf,
        log: String,
    ) -> Result<Journal, OpenError> {
        let options = OpenOptions::new(log, anchors, self.secrets.signer(signed_by), peek);
        // A tool appends nothing: the writer goes at once.
        let (journal, _writer) = dossier_journal::open(SledStore::open(folder)?, options)?;
        Ok(journal)
    }
}

/// Whether a journal was ever begun in a folder: opening would begin one.
pub(crate) fn holds_journal(folder: &Path) -> bool {
    folder.join("db").exists()
}
