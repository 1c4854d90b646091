//! Files to a history: every byte is accounted for, roots are computed again and compared with what was signed.

use std::{fs, path::Path};

use dossier_proof::{Frontier, SignedCheckpoint, VerifierKey, leaf_of_event};
use dossier_proto::{Event, Origin};
use sha2::{Digest as _, Sha256};

use super::{
    Complaint, Fault, History, Journal, Kept,
    history::SignedEpoch,
    manifest::{FileLine, Manifest},
};

/// Reads the exports below a directory.
pub fn history(directory: &Path, keys: &[VerifierKey], complaints: &mut Vec<Complaint>) -> History {
    let mut history = History::default();
    let mut read = |folder: &Path, signer: Origin, log_ends: &str| match journal(folder, signer, log_ends, keys) {
        Ok(journal) => Some(journal),
        Err(complaint) => {
            complaints.push(complaint);
            None
        }
    };
    for origin in Origin::ALL {
        let name = origin.name();
        let found = read(&directory.join(name), origin, name);
        history.journals.extend(found.map(|journal| (origin, journal)));
        if origin != Origin::Audit {
            let found = read(&directory.join("copies").join(name), Origin::Audit, &format!("audit/copy/{name}"));
            history.copies.extend(found.map(|journal| (origin, journal)));
        }
    }
    history
}

/// Reads one export. `signer` is whose key must have signed it; its log is `<installation>/<log_ends>`.
fn journal(folder: &Path, signer: Origin, log_ends: &str, keys: &[VerifierKey]) -> Result<Journal, Complaint> {
    let at = folder.display().to_string();
    let damaged = |found: String| Complaint::new(Fault::FileDamaged, &at, found);
    let text = fs::read_to_string(folder.join("manifest.txt")).map_err(|error| damaged(error.to_string()))?;
    let manifest = Manifest::parse(&text).map_err(damaged)?;
    let installation = manifest.log.strip_suffix(log_ends).and_then(|rest| rest.strip_suffix('/'));
    let Some(installation) = installation.filter(|name| !name.is_empty() && !name.contains('/')) else {
        return Err(Complaint::new(Fault::NotSigned, &at, format!("it is of the log {}", manifest.log)));
    };
    let trusted = format!("{installation}/{signer}");
    let keys: Vec<_> = keys.iter().filter(|key| key.name().as_str() == trusted).cloned().collect();
    let mut events = Vec::new();
    let mut files = manifest.files.iter();
    for epoch in &manifest.epochs {
        check_signature(folder, &manifest.log, epoch, &keys)?;
        let mut frontier = Frontier::new();
        while frontier.size() < epoch.size {
            let line = files.next().filter(|line| line.epoch == epoch.epoch && line.first == frontier.size());
            let line = line.ok_or_else(|| damaged(format!("no file begins at event {}", frontier.size())))?;
            for (event, beside) in records(folder, line).map_err(damaged)? {
                frontier.append(leaf_of_event(&event));
                let decoded = Event::decode(&event).map_err(|error| {
                    Complaint::new(Fault::NotAnEvent, format!("{at} event {}", frontier.size() - 1), error.to_string())
                })?;
                events.push(Kept { event: decoded, bytes: event, beside });
            }
        }
        if (frontier.size(), frontier.root()) != (epoch.size, epoch.root) {
            let found = format!("{} events have the root {}", frontier.size(), frontier.root());
            return Err(Complaint::new(Fault::RootDiffers, &at, found));
        }
    }
    match files.next() {
        Some(line) => Err(damaged(format!("{} is of no epoch", line.name))),
        None => Ok(Journal { log: manifest.log, epochs: manifest.epochs, events }),
    }
}

fn check_signature(folder: &Path, log: &str, epoch: &SignedEpoch, keys: &[VerifierKey]) -> Result<(), Complaint> {
    let path = folder.join(format!("checkpoint-{}.txt", epoch.epoch));
    let not_signed = |found: String| Complaint::new(Fault::NotSigned, path.display(), found);
    let bytes =
        fs::read(&path).map_err(|error| Complaint::new(Fault::FileDamaged, path.display(), error.to_string()))?;
    let signed = SignedCheckpoint::parse_bytes(&bytes).map_err(|error| not_signed(error.to_string()))?;
    let checkpoint = signed.verify_from(&format!("{log}/{}", epoch.epoch), keys);
    let checkpoint = checkpoint.map_err(|error| not_signed(error.to_string()))?;
    if (checkpoint.size, checkpoint.root) == (epoch.size, epoch.root) {
        return Ok(());
    }
    let found = format!("{} events with the root {} were signed", checkpoint.size, checkpoint.root);
    Err(Complaint::new(Fault::RootDiffers, path.display(), found))
}

type Records = Vec<(Vec<u8>, Option<Vec<u8>>)>;

/// The records of a file: `DOSSEVT1`, epoch, first sequence; then lengths, event, what lies beside it.
fn records(folder: &Path, line: &FileLine) -> Result<Records, String> {
    let wrong = |what: &str| format!("{}: {what}", line.name);
    if line.name != format!("events-{}-{}.bin", line.epoch, line.first) {
        return Err(wrong("that is not what it should be called"));
    }
    let bytes = fs::read(folder.join(&line.name)).map_err(|error| wrong(&error.to_string()))?;
    let sum: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if sum != line.sha256 {
        return Err(wrong("its SHA-256 is another"));
    }
    let head = [&b"DOSSEVT1"[..], &line.epoch.to_be_bytes(), &line.first.to_be_bytes()].concat();
    let mut rest = bytes.strip_prefix(head.as_slice()).ok_or_else(|| wrong("it begins otherwise"))?;
    let mut records = Vec::new();
    while let Some((lengths, after)) = rest.split_first_chunk::<8>() {
        let length = |half: &[u8]| half.iter().fold(0_usize, |number, byte| number << 8 | usize::from(*byte));
        let (event, beside) = (length(&lengths[..4]), length(&lengths[4..]));
        let (event, after) = after.split_at_checked(event).ok_or_else(|| wrong("an event is cut"))?;
        let (beside, after) = match beside {
            0 => (None, after),
            _ => {
                let parts = after.split_at_checked(beside - 1).ok_or_else(|| wrong("what lies beside is cut"))?;
                (Some(parts.0.to_vec()), parts.1)
            }
        };
        records.push((event.to_vec(), beside));
        rest = after;
    }
    if rest.is_empty() && records.len() as u64 == line.count {
        return Ok(records);
    }
    Err(wrong(&format!("it holds {} events and {} bytes more", records.len(), rest.len())))
}
