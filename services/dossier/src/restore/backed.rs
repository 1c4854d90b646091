//! What a backup holds of a service that is put back alone: its journal, and keys and files of every service.

use bytes::Bytes;
use dossier_engine::key_turn;
use dossier_journal::{
    Head, Journal, OpenOptions, SledStore,
    export::{Readers, ends_of_export, read_export, verify_export_from},
};
use dossier_proof::{LogProof, SignedCheckpoint};
use dossier_proto::{Digest, EntryId, KeyId, Origin, Place};
use dossier_vault::{Vault, files::FileStore};
use zeroize::Zeroizing;

use super::{
    draft::Draft,
    keeper::{ActedUpon, Found, Keeper, Known},
    neighbours::{file_in, keys_in},
};
use crate::{Failure, Layout, Secrets, backup::Opened, offline::peek};

/// Bytes of events read at once.
const READ_BYTES: usize = 1024 * 1024;
const READ_EVENTS: usize = 4_096;

/// A backup, laid out for one service.
pub(crate) struct Backed {
    journal: Option<Journal>,
    vaults: Vec<(Vault, FileStore)>,
    _laid_out: Draft,
}

impl Backed {
    /// Lays a backup out beside the data directory, for as long as this value lives.
    ///
    /// # Errors
    /// [`Failure`]: no key or another one, another installation, or the journal in it is not what was signed.
    pub(crate) fn lay_out(
        of: Origin,
        backup: &Opened,
        key: Option<&std::path::Path>,
        layout: &Layout,
    ) -> Result<Self, Failure> {
        let laid_out = Draft::begin(&layout.root().join("from-backup"))?;
        backup.unpack(key, laid_out.path())?;
        let inside = Layout::of(laid_out.path());
        let secrets = Secrets::read(&inside)?;
        let mut vaults = Vec::new();
        for origin in Origin::ALL.into_iter().filter(|origin| inside.service_keys(*origin).exists()) {
            let vault = Vault::open_unthreaded(inside.service_keys(origin), &secrets.master)?;
            let store = FileStore::new(backup.attachments(origin), vault.clone());
            vaults.push((vault, store));
        }
        let journal = backup.services().contains(&of).then(|| import(of, backup, &secrets, &inside)).transpose()?;
        Ok(Self { journal, vaults, _laid_out: laid_out })
    }
}

/// The journal in a backup, verified.
fn import(of: Origin, backup: &Opened, secrets: &Secrets, inside: &Layout) -> Result<Journal, Failure> {
    let folder = backup.journal(of);
    verified(of, &folder, secrets)?;
    let options = OpenOptions::new(secrets.log(of), inside.root().join("anchors"), secrets.signer(of), peek);
    let options = OpenOptions { turn: key_turn, ..options };
    let store = SledStore::open(inside.root().join("journal")).map_err(dossier_journal::OpenError::from)?;
    let imported = dossier_journal::import::import(&folder, store, options, |_| ());
    let (journal, _writer, _) = imported.map_err(|error| Failure::damaged(format!("{error}. Nothing was written")))?;
    Ok(journal)
}

/// Compares every event of an export with what its service signed, and gives its ends.
pub(super) fn verified(of: Origin, folder: &std::path::Path, secrets: &Secrets) -> Result<Vec<Head>, Failure> {
    let damaged =
        |error: dossier_journal::export::ExportError| Failure::damaged(format!("{of}: {error}. Nothing was written"));
    let readers = Readers { peek, turn: key_turn };
    verify_export_from(folder, &secrets.verifier(of).into(), readers, |_| ()).map_err(damaged)?;
    ends_of_export(folder).map_err(damaged)
}

/// Shows the events of an export that was verified.
pub(super) fn each_event(
    of: Origin,
    folder: &std::path::Path,
    mut visit: impl FnMut(dossier_journal::Stored) -> Result<std::ops::ControlFlow<()>, Failure>,
) -> Result<(), Failure> {
    let mut failed = None;
    let read = read_export(folder, |stored| match visit(stored) {
        Ok(flow) => flow,
        Err(failure) => {
            failed = Some(failure);
            std::ops::ControlFlow::Break(())
        }
    });
    read.map_err(|error| Failure::damaged(format!("{of}: {error}. Nothing was written")))?;
    failed.map_or(Ok(()), Err)
}

impl Keeper for Backed {
    fn epochs(&self) -> Result<Vec<Head>, Failure> {
        let Some(journal) = &self.journal else { return Ok(Vec::new()) };
        let root = |epoch, size| journal.root_at(epoch, size).map_err(|error| Failure::damaged(error.to_string()));
        journal.epochs().into_iter().map(|(epoch, size)| Ok(Head { epoch, size, root: root(epoch, size)? })).collect()
    }

    fn events(&self, epoch: u32, from: u64) -> Result<Vec<Bytes>, Failure> {
        let Some(journal) = &self.journal else { return Ok(Vec::new()) };
        let events = journal.read(epoch, from, READ_EVENTS, READ_BYTES);
        let events = events.map_err(|error| Failure::damaged(error.to_string()))?;
        Ok(events.into_iter().map(|stored| stored.event).collect())
    }

    /// What it holds beside its events is not looked up by place: the others' own journals are nearer.
    fn foreign(&self, place: Place) -> Result<Option<Bytes>, Failure> {
        let Some(journal) = &self.journal else { return Ok(None) };
        let mut found = None;
        let start = dossier_journal::Place { epoch: 0, sequence: 0 };
        let read = journal.replay(start, |stored| {
            let Some(beside) = stored.beside.filter(|_| found.is_none()) else { return };
            let is_it = dossier_proto::Event::decode(&beside).is_ok_and(|event| event.head.place == place);
            found = is_it.then_some(beside);
        });
        read.map_err(|error| Failure::damaged(error.to_string()))?;
        Ok(found)
    }

    fn acted_upon(&self, _from: Place) -> Result<Vec<ActedUpon>, Failure> {
        Ok(Vec::new())
    }

    fn known(&self) -> Result<Vec<Known>, Failure> {
        Ok(Vec::new())
    }

    fn signed(&self) -> Result<Vec<SignedCheckpoint>, Failure> {
        Ok(Vec::new())
    }

    fn turns(&self) -> Result<Vec<Vec<LogProof>>, Failure> {
        Ok(Vec::new())
    }

    fn keys(&self, keys: &[KeyId]) -> Result<Found, Failure> {
        keys_in(&self.vaults, keys)
    }

    fn people(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        Ok(None)
    }

    fn file(&self, entry: EntryId, digest: Digest, store: &FileStore) -> Result<bool, Failure> {
        file_in(&self.vaults, entry, digest, store)
    }
}
