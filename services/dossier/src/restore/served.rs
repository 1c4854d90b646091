//! What a running audit service shows an auditor: the events of every service, each held against what its service signed. They are laid on this machine
//! as an export is, and read as one.

#[cfg(test)]
mod tests;

use std::path::Path;

use dossier_journal::Head;
use dossier_proof::{Hash, KeyFile, KeyHistory, entry_hash};
use dossier_proto::{Origin, Place};
use serde_json::Value;

use crate::{
    Exit, Failure,
    client::Reader,
    progress::Progress,
    verification::{
        ExportedJournal,
        served::{ServedLog, Spool, document, followed, page},
    },
};

const LIST: &str = "/audit/api/v1/checkpoints";
/// The list of four logs, each with its newest checkpoint.
const LIST_BYTES_MAX: usize = 1024 * 1024;

/// A log as it was fetched.
pub(super) struct Fetched {
    pub(super) ends: Vec<Head>,
    pub(super) journal: ExportedJournal,
}

/// The logs that a server names, each with its epochs, ascending.
///
/// # Errors
/// [`Failure`]: it does not answer, or is no Dossier.
pub(super) fn listed(server: &Reader) -> Result<Vec<(Origin, Vec<u32>)>, Failure> {
    let listed = document(server, LIST, LIST_BYTES_MAX)?;
    let log = |log: &Value| {
        let origin = log["origin"].as_str()?.parse().ok()?;
        let epochs = log["epochs"].as_array()?.iter().filter_map(|epoch| u32::try_from(epoch.as_u64()?).ok());
        let mut epochs: Vec<_> = epochs.collect();
        epochs.sort_unstable();
        epochs.dedup();
        Some((origin, epochs))
    };
    Ok(listed.as_array().into_iter().flatten().filter_map(log).collect())
}

/// Fetches one log into a directory that is there and empty: every hash of it, its checkpoints, signed with the keys that these lead to, and every event.
///
/// # Errors
/// [`Failure`]: it is not what was signed, whoever asks may not read it, nobody answers, or the disk.
pub(super) fn fetch(
    server: &Reader,
    (origin, epochs): (Origin, &[u32]),
    keys: &KeyHistory,
    folder: &Path,
    progress: &Progress,
) -> Result<Fetched, Failure> {
    let doubted = |doubt: &crate::verification::Doubt| {
        Failure::damaged(format!("{}: {doubt}. Nothing was written", server.base()))
    };
    let found = followed(server, origin, keys)?.map_err(|doubt| doubted(&doubt))?;
    let keys = KeyFile { logs: vec![found.keys], ..KeyFile::default() };
    let (mut spool, mut ends) = (Spool::new(folder), Vec::new());
    for epoch in epochs {
        progress.begin(&format!("{origin}, epoch {epoch}: fetching what the audit service has of it"));
        let log = ServedLog { server, origin, epoch: *epoch };
        let Some(stood) = log.checkpoint(&keys)? else { continue };
        let head = stood.map_err(|doubt| doubted(&doubt))?.head;
        let read = log.read(&head, &found.heads, &mut |first, entries| {
            progress.at(first, head.size);
            take(server, (origin, *epoch), first, entries, &mut spool)
        })?;
        if let Some(doubt) = read.doubts.first() {
            return Err(doubted(doubt));
        }
        ends.push(Head { epoch: head.epoch, size: head.size, root: head.root });
    }
    Ok(Fetched { ends, journal: spool.finish()? })
}

/// The events of a bundle, each held against its hash.
fn take(
    server: &Reader,
    (origin, epoch): (Origin, u32),
    first: u64,
    entries: &[Hash],
    spool: &mut Spool,
) -> Result<(), Failure> {
    let mut at = 0;
    while at < entries.len() {
        let from = first + at as u64;
        let page = page(server, origin, epoch, from)?.ok_or_else(|| {
            let said = format!(
                "{} shows its events to an auditor of all bodies alone: name the token of one with DOSSIER_TOKEN. Nothing was written",
                server.base()
            );
            Failure::new(Exit::Refused, said)
        })?;
        let before = at;
        for (place, event, beside) in page.items {
            let wanted = Place { origin, epoch, sequence: first + at as u64 };
            let Some(entry) = entries.get(at).filter(|_| place == wanted) else { break };
            if entry_hash(&event) != *entry {
                let said =
                    format!("{}: {place} is not the event whose hash was signed. Nothing was written", server.base());
                return Err(Failure::damaged(said));
            }
            spool.put(epoch, &event, beside.as_ref())?;
            at += 1;
        }
        if at == before {
            let said = format!(
                "{} has the hash of event {from} of {origin} and not the event. Nothing was written",
                server.base()
            );
            return Err(Failure::damaged(said));
        }
    }
    Ok(())
}
