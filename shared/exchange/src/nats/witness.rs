//! What the service's own stream proves about its journal, asked before the first write.

use std::collections::BTreeMap;

use dossier_journal::MirrorHead;
use dossier_proof::VerifierKey;

use super::{
    Connection,
    calls::CallError,
    carried,
    direct::raw_messages_from,
    relay::epoch_of,
    stream::{self, StreamError},
};
use crate::ReadLimits;

/// Messages that are searched from the end. Each group ends with a signature and has at most 256 events; four groups may have
/// been cut off at their end, or spoilt.
const SEARCHED_MESSAGES_MAX: u64 = 1024;
/// Messages that are read at once.
const STEP_MESSAGES: u64 = 256;

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

/// The newest message of the service's own stream that carries a checkpoint signed by one of `keys` (the service's own, and
/// former ones of it) for the log `log`. What is not signed so proves nothing and is passed over.
///
/// # Errors
/// [`WitnessError`]. `Ok(None)` means that the broker answered and knows nothing.
pub async fn stream_witness(
    connection: &Connection,
    log: &str,
    keys: &[VerifierKey],
) -> Result<Option<StreamWitness>, WitnessError> {
    let origin = connection.origin();
    let info = stream::look(connection, origin).await.map_err(|error| unreachable(&error))?;
    let Some(info) = info else { return Ok(None) };
    let last = info.state.last_seq;
    let mut end = last + 1;
    while end > 1 && last + 1 - end < SEARCHED_MESSAGES_MAX {
        let start = end.saturating_sub(STEP_MESSAGES).max(1);
        let found =
            newest_between(connection, start, end, log, keys).await.map_err(|error| unreachable(&error.into()))?;
        if found.is_some() {
            return Ok(found);
        }
        end = start;
    }
    Ok(None)
}

fn unreachable(error: &StreamError) -> WitnessError {
    WitnessError::Unreachable(error.to_string())
}

async fn newest_between(
    connection: &Connection,
    start: u64,
    end: u64,
    log: &str,
    keys: &[VerifierKey],
) -> Result<Option<StreamWitness>, CallError> {
    let mut signed = BTreeMap::new();
    let mut next = start;
    while next < end {
        let limits =
            ReadLimits { events_max: usize::try_from(end - next).unwrap_or(usize::MAX), ..ReadLimits::default() };
        let messages = raw_messages_from(connection, connection.origin(), next, limits).await?;
        let numbers = messages.iter().filter_map(|message| {
            let headers = message.headers.as_ref()?;
            let number = carried::number(headers, super::names::NUMBER_HEADER)?;
            if let Some(head) = carried::checkpoint(headers).and_then(|note| verified(&note, log, keys)) {
                signed.insert(number, head);
            }
            Some(number)
        });
        let Some(highest) = numbers.max() else { break };
        next = highest.max(next) + 1;
    }
    Ok(signed.last_key_value().map(|(message, head)| StreamWitness { head: *head, message: *message }))
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
