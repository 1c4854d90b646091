//! A data directory that nothing else has open: its journals and vaults, for the tools.
//!
//! Opening a journal here compares it with its anchor and reads every event against the Merkle tree, as a start of the service
//! does. Like a start it counts the opening and signs the anchor again, so the directory must be writable; what is damaged is
//! refused before anything is written.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use dossier_audit::copies::copy_log;
use dossier_engine::key_turn;
use dossier_exchange::KeyRing;
use dossier_journal::Signers;
use dossier_journal::{Inspection, Journal, OpenError, OpenOptions, Peek, PeekError, SledStore};
use dossier_proof::{KeyFile, KeyHistory, LogProof, VerifierKey, logged::LogProofError};
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

    /// All keys that verify the services' signatures, former ones too, and whatever they sign. See [`Offline::histories`].
    ///
    /// # Errors
    /// [`Failure`]: a file is damaged.
    pub fn verifiers(&self) -> Result<Vec<VerifierKey>, Failure> {
        let histories = self.histories()?;
        Ok(histories.iter().flat_map(|history| history.reigns().map(|reign| reign.key.clone())).collect())
    }

    /// Everything that signs, with what each key signs: [`Offline::histories`]; and the cosigner, whose times are in audit's journal, which is opened
    /// for that when `audit` is not that journal and it lies here.
    ///
    /// # Errors
    /// [`Failure`]: a file is damaged.
    pub fn key_file(&self, audit: Option<&Journal>) -> Result<KeyFile, Failure> {
        let logs = self.histories()?;
        if !matches!(self.tenant()?, None | Some(Origin::Audit)) {
            return Ok(KeyFile { logs, ..read_keys(&self.layout.verifiers())? });
        }
        let cosigners = self.secrets.cosigners();
        let opened = match audit {
            None if holds_journal(&self.journal_folder(Origin::Audit)) => Some(self.journal(Origin::Audit)?),
            _ => None,
        };
        let reigns = match audit.or(opened.as_ref()) {
            Some(journal) => cosigners.reigns(journal),
            None => vec![cosigners.key(1).verifier().into()],
        };
        Ok(KeyFile { logs, cosigners: reigns, witnesses: Vec::new() })
    }

    /// The keys that verify the services' signatures, with what each signs: of this installation's own services from its master key and their
    /// journals, as soon as those were opened here; of others from the deployment's file and from what this service learnt of them.
    ///
    /// # Errors
    /// [`Failure`]: a file is damaged.
    pub fn histories(&self) -> Result<Vec<KeyHistory>, Failure> {
        let own = |origin: &Origin| self.secrets.history(*origin);
        match self.tenant()? {
            None => Ok(Origin::ALL.iter().map(own).collect()),
            Some(origin) => {
                let file = read_keys(&self.layout.verifiers())?;
                let others = Origin::ALL.into_iter().filter(|other| *other != origin);
                let told = others.filter_map(|other| Some((other, file.log(&self.secrets.log(other))?.clone())));
                let ring = KeyRing::open(&self.layout.learnt_keys(), told.collect());
                let ring = ring.map_err(|error| Failure::damaged(error.to_string()))?;
                Ok(ring.histories().into_values().chain([own(&origin)]).collect())
            }
        }
    }

    /// The proofs by which later keys of a service were learnt here, in order. Nobody has verified them: the file is whoever's who can write it.
    ///
    /// # Errors
    /// [`Failure`]: the file cannot be read.
    pub(crate) fn learnt(&self, of: Origin) -> Result<Vec<LogProof>, Failure> {
        let file = self.layout.learnt_keys();
        let text = match fs::read(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            read => read.map_err(|error| Failure::disk(&file, &error))?,
        };
        let damaged = |error: String| Failure::damaged(format!("{}: {error}", file.display()));
        let kept: BTreeMap<Origin, Vec<String>> =
            serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
        let proofs = kept.get(&of).into_iter().flatten().map(|text| text.parse());
        proofs.collect::<Result<_, _>>().map_err(|error: LogProofError| damaged(error.to_string()))
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
        let (folder, anchors, log) = self.copy_place(origin);
        if !holds_journal(&folder) {
            return Ok(None);
        }
        self.open_journal(Origin::Audit, &folder, anchors, log).map(Some)
    }

    /// Looks at the journal of a service as it lies there: nothing is written, and what its service would refuse can be read
    /// ([`dossier_journal::inspect`]).
    ///
    /// # Errors
    /// [`OpenError`]: it cannot be read at all, or is another's.
    pub fn inspect(&self, origin: Origin) -> Result<Inspection, OpenError> {
        let anchors = self.layout.service(origin).join("anchors");
        let options = self.options(origin, anchors, self.secrets.log(origin));
        dossier_journal::inspect(SledStore::open(self.journal_folder(origin))?, options)
    }

    /// The same of the copy that the audit service keeps of a journal; `None` when it keeps none yet.
    ///
    /// # Errors
    /// As [`Offline::inspect`].
    pub fn inspect_copy(&self, origin: Origin) -> Result<Option<Inspection>, OpenError> {
        let (folder, anchors, log) = self.copy_place(origin);
        if !holds_journal(&folder) {
            return Ok(None);
        }
        dossier_journal::inspect(SledStore::open(folder)?, self.options(Origin::Audit, anchors, log)).map(Some)
    }

    fn copy_place(&self, origin: Origin) -> (PathBuf, PathBuf, String) {
        let (audit, name) = (self.layout.service(Origin::Audit), format!("copy-{origin}"));
        let log = copy_log(&self.secrets.installation.name, origin);
        (audit.join("journal").join(&name), audit.join("anchors").join(name), log)
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
        // A tool appends nothing: the writer goes at once.
        let (journal, _writer) =
            dossier_journal::open(SledStore::open(folder)?, self.options(signed_by, anchors, log))?;
        Ok(journal)
    }

    fn options(&self, signed_by: Origin, anchors: PathBuf, log: String) -> OpenOptions {
        if log == self.secrets.log(signed_by) {
            let options = OpenOptions::new(log, anchors, self.secrets.signer(signed_by), peek);
            return OpenOptions { turn: key_turn, ..options };
        }
        // A copy: its own log takes no keys, and what it copies speaks of others.
        let (key, former_keys) = self.secrets.copies_signer();
        OpenOptions { former_keys, ..OpenOptions::new(log, anchors, Signers::from(key), peek) }
    }
}

/// Whether a journal was ever begun in a folder: opening would begin one.
pub(crate) fn holds_journal(folder: &Path) -> bool {
    folder.join("db").exists()
}
