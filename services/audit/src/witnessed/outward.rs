//! What is shown to witnesses who do not come by themselves: checkpoints are pushed to them (C2SP tlog-witness), by whoever has a network.

use dossier_journal::ReadError;
use dossier_proof::{Hash, SignedCheckpoint};
use dossier_proto::Origin;

use super::{
    Witnesses,
    taking::{OwnLog, newest, take},
};
use crate::Service;

impl Service {
    /// Foreign witnesses.
    pub fn witnesses(&self) -> &Witnesses {
        self.office().witnessed().witnesses()
    }

    /// The newest checkpoint of a log that was compared, with our cosignature (of our own log: as we signed it), and its epoch. Nothing while nothing is
    /// signed.
    ///
    /// # Errors
    /// [`ReadError`]: our own journal cannot be read.
    pub fn newest_signed(&self, origin: Origin) -> Result<Option<(u32, SignedCheckpoint)>, ReadError> {
        let office = self.office();
        let epoch = match origin {
            Origin::Audit => Some(office.engine().journal().head().epoch),
            _ => office.copies().seen().newest(origin).map(|seen| seen.epoch),
        };
        let Some(log) = epoch.and_then(|epoch| OwnLog::of(office, origin, epoch)) else { return Ok(None) };
        let signed = newest(office, &log)?.filter(|(_, size)| *size > 0);
        Ok(signed.map(|(signed, _)| (log.epoch, signed)))
    }

    /// The proof that a log of `new` entries continues one of `old`. Reads the disk.
    ///
    /// # Errors
    /// [`ReadError`]: it never had these sizes, or cannot be read.
    pub fn continues(&self, origin: Origin, epoch: u32, old: u64, new: u64) -> Result<Vec<Hash>, ReadError> {
        match OwnLog::of(self.office(), origin, epoch) {
            Some(log) => log.journal.consistency(epoch, old, new),
            None => Ok(Vec::new()),
        }
    }

    /// Takes what a witness has answered: the checkpoint with its cosignature. Answers whether it was new. Writes to the disk.
    ///
    /// # Errors
    /// Why not, in words for an operator.
    pub fn take_cosigned(&self, origin: Origin, epoch: u32, cosigned: &SignedCheckpoint) -> Result<bool, String> {
        let log = OwnLog::of(self.office(), origin, epoch).ok_or_else(|| "there is no such log".to_owned())?;
        take(self.office(), &log, cosigned).map_err(|error| error.to_string())
    }
}
