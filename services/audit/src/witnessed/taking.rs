//! Whether what a witness brings is taken: only a cosignature by somebody who was named here by hand, of a tree that is exactly the one we have.

use dossier_journal::{Journal, ReadError};
use dossier_proof::{SignedCheckpoint, TreeHead, cosignature::CosignatureError, note::NoteSignature};
use dossier_proto::{Micros, Origin, Place};
use dossier_witness::Fork;

use super::{WitnessedError, forks, shelf::is_of};
use crate::{
    domain::{Finding, FindingKind},
    office::Office,
};

/// The longest body: a checkpoint's text has at most 321 bytes here, and each of its signatures at most 400; with room for forty.
pub(crate) const COSIGNED_BYTES_MAX: usize = 16 * 1024;
/// So far ahead a witness's clock may be.
const AHEAD_SECONDS: u64 = 600;

/// Why it is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotTaken {
    /// There is no such log, or the checkpoint is of another one.
    #[error("the checkpoint is not of this log")]
    OtherLog,
    /// The log has not signed it.
    #[error("the checkpoint is not signed by its log: {0}")]
    NotSigned(String),
    /// We have not compared it.
    #[error("the checkpoint was not given out here: it lacks the cosignature of our own audit service")]
    NotOurs,
    /// None of the witnesses that are known here has signed it.
    #[error("no witness that this installation was told of has cosigned it")]
    NoWitness,
    /// A signature in a witness's name does not hold.
    #[error("{0}")]
    BadCosignature(#[from] CosignatureError),
    /// It is cosigned at a time that has not come.
    #[error("it is cosigned at {0} seconds after 1970, which has not come yet")]
    Ahead(u64),
    /// What we have is not so long yet. Passes by itself.
    #[error("the checkpoint has {0} entries, which are not copied here yet")]
    NotYet(u64),
    /// The log has signed another history for the witness than for us. It is on record now.
    #[error(
        "the log has shown the witness another history than it has shown here: the finding \"forked\" was reported"
    )]
    Forked,
    /// Our copy cannot be read.
    #[error(transparent)]
    Copy(#[from] ReadError),
    /// It cannot be kept.
    #[error(transparent)]
    Keeping(#[from] WitnessedError),
}

/// A log of ours: its journal, or our copy of it.
pub(crate) struct OwnLog {
    pub(crate) origin: Origin,
    pub(crate) epoch: u32,
    pub(crate) journal: Journal,
    /// What a checkpoint of it says in its first line.
    pub(crate) line: String,
}

impl OwnLog {
    /// The log under these names, if there is one.
    pub(crate) fn of(office: &Office, origin: Origin, epoch: u32) -> Option<Self> {
        let watched = office.watched().iter().find(|watched| watched.origin == origin)?;
        let journal = match origin {
            Origin::Audit => office.engine().journal().clone(),
            _ => office.copies().journal(origin)?.clone(),
        };
        Some(Self { origin, epoch, journal, line: format!("{}/{epoch}", watched.log) })
    }

    /// Whether its service has signed this.
    pub(crate) fn has_signed(&self, office: &Office, signed: &SignedCheckpoint) -> Result<(), String> {
        if signed.unverified().origin != self.line {
            return Err(format!("it is of {:?}, and not of {:?}", signed.unverified().origin, self.line));
        }
        let keys = office.keys(self.origin).ok_or_else(|| "there is no key of it".to_owned())?;
        keys.verify(signed).map(drop).map_err(|error| error.to_string())
    }
}

/// Takes the cosignatures that stand on a checkpoint. Reads our copy and writes to the disk: off the async threads.
pub(crate) fn take(office: &Office, log: &OwnLog, brought: &SignedCheckpoint) -> Result<bool, NotTaken> {
    let said = brought.unverified();
    if said.origin != log.line {
        return Err(NotTaken::OtherLog);
    }
    log.has_signed(office, brought).map_err(NotTaken::NotSigned)?;
    let now = u64::try_from(office.now().0 / Micros::SECOND).unwrap_or_default();
    let mut counting = Vec::new();
    for key in office.witnessed().witnesses().keys() {
        match brought.cosigned_at(key) {
            Ok(at) if at > now + AHEAD_SECONDS => return Err(NotTaken::Ahead(at)),
            Ok(_) => counting.push(key),
            Err(CosignatureError::Missing { .. }) => {}
            Err(bad) => return Err(bad.into()),
        }
    }
    if counting.is_empty() {
        return Err(NotTaken::NoWitness);
    }
    compare(office, log, brought)?;
    // Our own log is not cosigned by ourselves.
    let own: Vec<_> =
        office.cosigners().iter().map(|reign| &reign.key).filter(|key| brought.cosigned_at(key).is_ok()).collect();
    if own.is_empty() && log.origin != Origin::Audit {
        return Err(NotTaken::NotOurs);
    }
    let name = log.line.rsplit_once('/').map_or("", |(name, _)| name);
    let stays = |signature: &NoteSignature| {
        signature.name().as_str() == name || own.iter().chain(&counting).any(|key| is_of(key, signature))
    };
    Ok(office.witnessed().keep(log.origin, log.epoch, only(brought, stays))?)
}

/// The same checkpoint with some of its signatures.
fn only(brought: &SignedCheckpoint, stays: impl Fn(&NoteSignature) -> bool) -> SignedCheckpoint {
    let note = brought.note();
    let mut text = format!("{}\n", note.unverified_note());
    note.signatures().iter().filter(|one| stays(one)).for_each(|one| text.push_str(&format!("{one}\n")));
    SignedCheckpoint::parse(&text).expect("a note stays one with fewer signatures, of which the log's own is one")
}

/// Whether the tree is ours. Where it is another one that the same key has signed, that is reported with the evidence.
fn compare(office: &Office, log: &OwnLog, brought: &SignedCheckpoint) -> Result<(), NotTaken> {
    let head = brought.unverified().head();
    let (signed, size) = newest(office, log)?.ok_or(NotTaken::NotYet(head.size))?;
    if size < head.size {
        return Err(NotTaken::NotYet(head.size));
    }
    let ours = TreeHead { size: head.size, root: log.journal.root_at(log.epoch, head.size)? };
    if ours.root == head.root {
        return Ok(());
    }
    let proof = log.journal.consistency(log.epoch, head.size, size)?;
    let evidence = Fork::between(brought, &signed, ours, &proof);
    forks::keep(office, log, &evidence);
    office.report(finding(log, head.size, ours, head));
    Err(NotTaken::Forked)
}

/// What we hold of a log, signed by it, and its size.
pub(super) fn newest(office: &Office, log: &OwnLog) -> Result<Option<(SignedCheckpoint, u64)>, ReadError> {
    let signed = if log.origin == Origin::Audit {
        let size = log.journal.epochs().into_iter().find(|(epoch, _)| *epoch == log.epoch).map(|(_, size)| size);
        size.map(|size| log.journal.checkpoint_at(log.epoch, size)).transpose()?
    } else {
        office.copies().seen().of_epoch(log.origin, log.epoch).map(|seen| seen.signed)
    };
    Ok(signed.map(|signed| {
        let size = signed.unverified().size;
        (signed, size)
    }))
}

/// Two histories of one log, both signed.
pub(crate) fn finding(log: &OwnLog, at: u64, ours: TreeHead, other: TreeHead) -> Finding {
    let place = Place { origin: log.origin, epoch: log.epoch, sequence: at };
    Finding {
        expected: ours.root.as_bytes().to_vec(),
        found: other.root.as_bytes().to_vec(),
        ..Finding::of(FindingKind::Forked, place)
    }
}
