//! Evidence that a log has signed two histories, as a witness keeps it: whoever has the log's public key is shown it. Needs no server.

use std::{fs::File, io::Read as _, path::Path};

use dossier_witness::{FORK_BYTES_MAX, Fork, KnownLogs, ProvenFork};
use serde_json::json;

use crate::{Exit, Failure, output::Audience, verification::read_keys};

/// How every such file begins: its members stand in the order of their names.
const BEGINS: [u8; 6] = *br#"{"at":"#;

/// Whether a file says that it is such evidence.
pub(super) fn is_one(path: &Path) -> bool {
    let mut first = [0; BEGINS.len()];
    File::open(path).and_then(|mut file| file.read_exact(&mut first)).is_ok_and(|()| first == BEGINS)
}

/// Says what it proves.
///
/// # Errors
/// [`Failure`]: no keys are named, it is none, or it proves nothing with these keys.
pub(super) fn verify(path: &Path, keys: Option<&Path>, audience: Audience) -> Result<(), Failure> {
    let keys = keys.ok_or_else(|| {
        let said = format!(
            "{} accuses somebody: name the keys of the accused with --keys, got by a way that you trust. With keys that came with it nothing would be \
             proven",
            path.display()
        );
        Failure::new(Exit::Usage, said)
    })?;
    let proven = proven_fork(path, keys)?;
    let document = json!({
        "forked": true, "log": proven.origin, "at": proven.at, "first_root": proven.first.to_string(), "second_root": proven.second.to_string(),
    });
    audience.show(&document, |_| {
        let ProvenFork { origin, at, first, second } = &proven;
        format!(
            "{} proves that {origin} has signed two histories.\nOf its first {at} entries it has signed both these roots:\n  {first}\n  {second}\nBoth \
             signatures are those of the log's own keys in {}. Nothing that it signs can be relied on before it is known how that came.",
            path.display(),
            keys.display()
        )
    });
    Ok(())
}

/// What evidence proves, by the keys in a file.
///
/// # Errors
/// [`Failure`]: it is none, or proves nothing.
pub(crate) fn proven_fork(path: &Path, keys: &Path) -> Result<ProvenFork, Failure> {
    let logs = KnownLogs::from(read_keys(keys)?);
    let refused = |exit, error: String| Failure::new(exit, format!("{} proves nothing: {error}", path.display()));
    let mut bytes = Vec::new();
    // One byte more than the longest, so that a longer one is told as such.
    let read = File::open(path).and_then(|file| file.take(FORK_BYTES_MAX as u64 + 1).read_to_end(&mut bytes));
    read.map_err(|error| Failure::disk(path, &error))?;
    let fork = Fork::parse(&bytes).map_err(|error| refused(Exit::Damaged, error.to_string()))?;
    fork.verify(|signed| logs.believe(signed.clone()).map(drop).map_err(|error| error.to_string()))
        .map_err(|error| refused(Exit::NotProved, error.to_string()))
}
