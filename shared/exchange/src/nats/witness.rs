//! What the service's own stream proves about its journal, asked before the first write.

use bytes::Bytes;
use dossier_journal::MirrorHead;
use dossier_proof::{Checkpoint, KeyHistory, SignedCheckpoint, Stand, VerifierKey};

use super::{
    Connection,
    carried::checkpoint_in,
    names::{CHECKPOINT_HEADER, EPOCH_HEADER},
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

/// The newest message of the service's own stream, as the stream's leader has it, that carries a checkpoint that the service's own keys have signed: each
/// of them what it signs. What is not signed so proves nothing and is passed over.
///
/// # Errors
/// [`WitnessError`]. `Ok(None)` means that the broker answered and knows nothing.
pub async fn stream_witness(connection: &Connection, keys: &KeyHistory) -> Result<Option<StreamWitness>, WitnessError> {
    let newest = newest_signed(connection, |note| keys.verify(note).ok()).await?;
    Ok(newest.map(|(witness, _)| witness))
}

/// The newest checkpoint in the service's own stream that `believed` takes for the service's own. For whoever cannot know yet which of its keys signs
/// where, because the journal is lost or may be an older one: see [`signed_by_any`].
///
/// # Errors
/// As [`stream_witness`].
pub async fn newest_signed(
    connection: &Connection,
    believed: impl Fn(&SignedCheckpoint) -> Option<(Stand, Checkpoint)>,
) -> Result<Option<(StreamWitness, SignedCheckpoint)>, WitnessError> {
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
        let newest = found.iter().rev().find_map(|message| witness_in(message, &believed));
        if newest.is_some() {
            return Ok(newest);
        }
        end = start;
    }
    Ok(None)
}

fn witness_in(
    message: &StoredMessage,
    believed: impl Fn(&SignedCheckpoint) -> Option<(Stand, Checkpoint)>,
) -> Option<(StreamWitness, SignedCheckpoint)> {
    let note = checkpoint_in(message.header(CHECKPOINT_HEADER)?)?;
    let (stand, checkpoint) = believed(&note)?;
    let head = MirrorHead { epoch: stand.epoch, size: stand.size, root: checkpoint.root };
    Some((StreamWitness { head, message: message.number }, note))
}

/// A checkpoint of the log `log` that any of these keys has signed, wherever that is. It proves no more than that the service once said so: which
/// key signs there is in the journal, and has to be compared once that is known.
#[must_use]
pub fn signed_by_any(note: &SignedCheckpoint, log: &str, keys: &[VerifierKey]) -> Option<(Stand, Checkpoint)> {
    let stand = Stand::of(note.unverified(), log)?;
    let checkpoint = keys.iter().find_map(|key| note.verify(key).ok())?;
    Some((stand, checkpoint))
}

/// What the service's own stream still holds of its journal behind a position: events of the epoch that the newest signature speaks of, dense and
/// up to what it covers. For a journal whose disk is lost; whoever takes them compares their root with that signature.
///
/// # Errors
/// [`WitnessError`].
pub async fn stream_tail(
    connection: &Connection,
    witness: StreamWitness,
    from: u64,
) -> Result<Vec<Bytes>, WitnessError> {
    let unreachable = |error: StreamError| WitnessError::Unreachable(error.to_string());
    let origin = connection.origin();
    let (mut events, mut next) = (Vec::new(), from);
    while next < witness.head.size {
        // A message's number is its event's sequence and one.
        let until = (next + ASKED_AT_ONCE as u64).min(witness.head.size);
        let found = stream::messages(connection, origin, next + 1..until + 1).await.map_err(unreachable)?;
        let before = next;
        for message in &found {
            let epoch = message.header(EPOCH_HEADER).and_then(|text| text.parse().ok());
            if message.number == next + 1 && epoch == Some(witness.head.epoch) {
                events.push(message.bytes.clone());
                next += 1;
            }
        }
        if next == before {
            // The window has moved on: what is behind a gap cannot be placed.
            break;
        }
    }
    Ok(events)
}
