//! Checkpoints that somebody kept: what a journal cannot take back.

use std::{fs, path::Path};

use dossier_audit::verify::KnownHead;
use dossier_proof::{KeyFile, SignedCheckpoint};
use dossier_proto::Origin;

use super::{Class, Doubt, DoubtKind};
use crate::{Exit, Failure};

/// A signed checkpoint has about 300 bytes, with cosignatures a few thousand.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// A checkpoint from outside; its signature is not checked yet.
#[derive(Debug, Clone)]
pub struct KeptCheckpoint {
    /// Where it came from, for messages.
    pub name: String,
    /// Whose journal it speaks of.
    pub origin: Origin,
    /// The name of that journal's log.
    log: String,
    signed: SignedCheckpoint,
}

impl KeptCheckpoint {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Failure`]: there is none, or it is no checkpoint of a service's journal.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let about = fs::metadata(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Failure::not_there(format!("{} does not exist", path.display())),
            _ => Failure::disk(path, &error),
        })?;
        let name = path.display().to_string();
        if about.len() > FILE_BYTES_MAX {
            return Err(no_checkpoint(&name, "it is too long"));
        }
        let bytes = fs::read(path).map_err(|error| Failure::disk(path, &error))?;
        let signed = SignedCheckpoint::parse_bytes(&bytes).map_err(|error| no_checkpoint(&name, &error.to_string()))?;
        Self::of(name, signed)
    }

    /// Takes a checkpoint.
    ///
    /// # Errors
    /// [`Failure`]: it is not of a service's journal.
    pub fn of(name: String, signed: SignedCheckpoint) -> Result<Self, Failure> {
        let line = signed.unverified().origin.clone();
        match journal_of(&line) {
            Some((log, origin)) => Ok(Self { name, origin, log: log.to_owned(), signed }),
            None => Err(no_checkpoint(&name, &format!("it is of {line:?}, which is no journal of a service"))),
        }
    }

    /// What the journal must still contain, when the key that its log signs with there has signed it.
    ///
    /// # Errors
    /// The doubt: nobody trusted has signed it, or it is of another installation.
    pub fn head(&self, keys: &KeyFile) -> Result<KnownHead, Doubt> {
        let doubt = |class: Class, found: String| {
            Doubt::about(self.origin, DoubtKind::NotSigned, format!("the checkpoint {}: {found}", self.name)).of(class)
        };
        let Some(history) = keys.log(&self.log) else {
            // A key of that service under another name: the checkpoint is another installation's.
            let class = if keys.log_of(self.origin.name()).is_some() { Class::Foreign } else { Class::Unsigned };
            return Err(doubt(class, format!("no key of the log {} is trusted here", self.log)));
        };
        let (stand, checkpoint) =
            history.verify(&self.signed).map_err(|error| doubt(Class::Unsigned, error.to_string()))?;
        let witness = format!("the checkpoint {}", self.name);
        Ok(KnownHead { epoch: stand.epoch, size: stand.size, root: checkpoint.root, witness })
    }
}

/// `<installation>/<service>/<epoch>`; an installation's name has no `/`, so a copy's log is none.
fn journal_of(line: &str) -> Option<(&str, Origin)> {
    let (log, epoch) = line.rsplit_once('/')?;
    let (installation, service) = log.rsplit_once('/')?;
    epoch.parse::<u32>().ok()?;
    let origin = service.parse().ok()?;
    (!installation.contains('/')).then_some((log, origin))
}

fn no_checkpoint(name: &str, what: &str) -> Failure {
    Failure::new(
        Exit::Usage,
        format!(
            "{name} is not a checkpoint to compare with: {what}. Take what /audit/api/v1/checkpoints/… answers, or a checkpoint-….txt of an export"
        ),
    )
}
