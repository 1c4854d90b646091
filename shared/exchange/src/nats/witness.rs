//! What the service's own stream proves about its journal, asked before the first write.

use dossier_journal::MirrorHead;
use dossier_proof::VerifierKey;

use super::{
    Connection,
    carried::checkpoint_in,
    names::CHECKPOINT_HEADER,
    relay::epoch_of,
    stream::{self, ASKED_AT_ONCE, StoredMessage, StreamError},
};

/// Messages that are searched from the end. Each group ends with a signature and has at most 256 events; four groups may have
/// been cut off at their end, or spoilt. The last message has one nearly always.
const SEARCHED_MESSAGES_MAX: u64 = 1024;

/// The newest signature of this service in its own stream: it once had this journal. To be compared with
/// [`dossier_journal::Journal::compare`] before the first write; a journal that is shorter was put back, and the service must not
/// write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamWitness {
    /// What was signed.
    pub head: MirrorHead,
    /// The message that carries it.
    pub message: u64,
}

/// Why nothing could be learnt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WitnessError {
    /// The broker does not answer; asking again may help.
    #[error("the broker cannot be asked for the stream: {0}")]
    Unreachable(String),
}

/// The newest message of the service's own stream, as the stream's leader has it, that carries a checkpoint signed by one of `keys` (the service's own, and
/// former ones of it) for the log `log`. What is not signed so proves nothing and is passed over.
///
/// # Errors
/// [`WitnessError`]. `Ok(None)` means that the broker answered and knows nothing.
pub async fn stream_witness(
    connection: &Connection,
    log: &str,
    keys: &[VerifierKey],
) -> Result<Option<StreamWitness>, WitnessError> {
    let unreachable = |error: StreamError| WitnessError::Unreachable(error.to_string());
    let origin = connection.origin();
    let Some(info) = stream::look(connection, origin).await.map_err(unreachable)? else { return Ok(None) };
    if info.state.messages == 0 {
        return Ok(None);
    }
    let last = info.state.last_seq;
    let earliest = info.state.first_seq.max(last.saturating_sub(SEARCHED_MESSAGES_MAX - 1)).max(1);
    let mut end = last + 1;
    while end > earliest {
        let start = end.saturating_sub(ASKED_AT_ONCE as u64).max(earliest);
        let found = stream::messages(connection, origin, start..end).await.map_err(unreachable)?;
        let newest = found.iter().rev().find_map(|message| witness_in(message, log, keys));
        if newest.is_some() {
            return Ok(newest);
        }
        end = start;
    }
    Ok(None)
}

fn witness_in(message: &StoredMessage, log: &str, keys: &[VerifierKey]) -> Option<StreamWitness> {
    let note = checkpoint_in(message.header(CHECKPOINT_HEADER)?)?;
    Some(StreamWitness { head: verified(&note, log, keys)?, message: message.number })
}

/// What the note says, if one of the keys signed it for an epoch of this log.
fn verified(note: &dossier_proof::SignedCheckpoint, log: &str, keys: &[VerifierKey]) -> Option<MirrorHead> {
    let checkpoint = note.verify_any(keys).ok()?;
    let epoch = epoch_of(&checkpoint.origin)?;
    if checkpoint.origin != format!("{log}/{epoch}") {
        return None;
    }
    Some(MirrorHead { epoch, size: checkpoint.size, root: checkpoint.root })
}
