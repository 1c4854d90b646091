//! Questions and answers as bytes: `exchange.proto`, read strictly and within limits.

use bytes::Bytes;
use dossier_proof::{LogProof, SignedCheckpoint};
use dossier_proto::{
    EVENT_BYTES_MAX, KeyId, Origin,
    v1::{self, exchange_answer::Outcome, keys_refused::Reason},
};
use dossier_vault::{GrantedKey, decode_keys, encode_keys};
use prost::Message;

use crate::{
    ANSWER_BYTES_MAX, Batch, KEYS_PER_REQUEST_MAX, KeyRefusal, Position, ReadLimits, TURN_BYTES_MAX, TURNS_PER_ANSWER,
};

/// The largest question: 256 keys are 4.6 KiB; bodies of questions are lists of positions and digests.
pub(crate) const QUESTION_BYTES_MAX: usize = 64 * 1024;
/// What an answer may take besides events: the checkpoint, and five bytes for each of 4096 events (20 KiB).
const REPLAY_OVERHEAD_BYTES: usize = 32 * 1024;
/// Bytes of events in one answer. The largest event (512 KiB) always fits.
pub(crate) const REPLAY_BYTES_MAX: usize = ANSWER_BYTES_MAX - REPLAY_OVERHEAD_BYTES;
/// Events in one answer.
pub(crate) const REPLAY_EVENTS_MAX: usize = 4096;
/// The longest reason that is sent or shown.
const REASON_CHARS_MAX: usize = 400;

const _: () = assert!(REPLAY_BYTES_MAX >= EVENT_BYTES_MAX);
const _: () = assert!(TURNS_PER_ANSWER * (TURN_BYTES_MAX + 16) <= ANSWER_BYTES_MAX);

/// What came is not what the contract says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it cannot be read: {0}")]
pub(crate) struct WireError(pub(crate) String);

fn unreadable(reason: &dyn std::fmt::Display) -> WireError {
    WireError(reason.to_string())
}

fn decode<M: Message + Default>(bytes: Bytes, bytes_max: usize) -> Result<M, WireError> {
    if bytes.len() > bytes_max {
        return Err(WireError(format!("it has {} bytes; at most {bytes_max} are read", bytes.len())));
    }
    M::decode(bytes).map_err(|error| unreadable(&error))
}

pub(crate) fn encode_replay_request(from: Position, limits: ReadLimits) -> Bytes {
    let request = v1::ReplayRequest {
        epoch: from.epoch,
        sequence: from.sequence,
        events_max: u32::try_from(limits.events_max.min(REPLAY_EVENTS_MAX)).unwrap_or(u32::MAX),
        bytes_max: u32::try_from(limits.bytes_max.min(REPLAY_BYTES_MAX)).unwrap_or(u32::MAX),
    };
    request.encode_to_vec().into()
}

/// The position and the limits, which are never larger than ours.
pub(crate) fn decode_replay_request(bytes: Bytes) -> Result<(Position, ReadLimits), WireError> {
    let request: v1::ReplayRequest = decode(bytes, QUESTION_BYTES_MAX)?;
    let limits = ReadLimits {
        events_max: usize::try_from(request.events_max).unwrap_or(usize::MAX).clamp(1, REPLAY_EVENTS_MAX),
        bytes_max: usize::try_from(request.bytes_max).unwrap_or(usize::MAX).clamp(1, REPLAY_BYTES_MAX),
    };
    Ok((Position { epoch: request.epoch, sequence: request.sequence }, limits))
}

/// What is asked about an origin's signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AboutSignatures {
    /// The newest checkpoint.
    Newest,
    /// One of an exact size.
    At(Position),
    /// The keys that it took, from the one with this number on.
    Turns(usize),
}

pub(crate) fn encode_checkpoint_request(about: AboutSignatures) -> Bytes {
    let at = |at: Position| v1::checkpoint_request::At { epoch: at.epoch, size: at.sequence };
    let request = match about {
        AboutSignatures::Newest => v1::CheckpointRequest { at: None, turns_from: 0 },
        AboutSignatures::At(position) => v1::CheckpointRequest { at: Some(at(position)), turns_from: 0 },
        AboutSignatures::Turns(from) => {
            // From 1: whoever does not know the field takes it for a question about the newest.
            let turns_from = u32::try_from(from).unwrap_or(u32::MAX).saturating_add(1);
            v1::CheckpointRequest { at: None, turns_from }
        }
    };
    request.encode_to_vec().into()
}

pub(crate) fn decode_checkpoint_request(bytes: Bytes) -> Result<AboutSignatures, WireError> {
    let request: v1::CheckpointRequest = decode(bytes, QUESTION_BYTES_MAX)?;
    Ok(match (request.at, request.turns_from.checked_sub(1)) {
        (_, Some(from)) => AboutSignatures::Turns(usize::try_from(from).unwrap_or(usize::MAX)),
        (Some(at), None) => AboutSignatures::At(Position { epoch: at.epoch, sequence: at.size }),
        (None, None) => AboutSignatures::Newest,
    })
}

pub(crate) fn encode_keys_request(keys: &[KeyId]) -> Bytes {
    v1::KeysRequest { keys: keys.iter().map(|key| key.0.to_vec()).collect() }.encode_to_vec().into()
}

pub(crate) fn decode_keys_request(bytes: Bytes) -> Result<Vec<KeyId>, WireError> {
    let request: v1::KeysRequest = decode(bytes, QUESTION_BYTES_MAX)?;
    request.keys.iter().map(|key| key_id(key)).collect()
}

fn key_id(bytes: &[u8]) -> Result<KeyId, WireError> {
    let bytes = bytes.try_into().map_err(|_| WireError(format!("a key's id of {} bytes", bytes.len())))?;
    Ok(KeyId(bytes))
}

/// What a holder answers.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// Events with the origin's signature at their end, and where to go on.
    Replay(Batch, Position),
    Checkpoint(SignedCheckpoint),
    Keys(Vec<GrantedKey>),
    KeysRefused(KeyRefusal),
    Body(Bytes),
    /// The keys that the journal took, each with its proof.
    Turns(Vec<LogProof>),
    NotThere,
    Failed(String),
}

impl Answer {
    pub(crate) fn failed(reason: &str) -> Self {
        Self::Failed(reason.chars().take(REASON_CHARS_MAX).collect())
    }

    pub(crate) fn encode(self) -> Bytes {
        let outcome = match self {
            Self::Replay(batch, next) => Outcome::Replay(v1::ReplayAnswer {
                events: batch.events,
                checkpoint: batch.checkpoints.last().map(|signed| signed.text().to_owned()).unwrap_or_default(),
                next_epoch: next.epoch,
                next_sequence: next.sequence,
            }),
            Self::Checkpoint(signed) => Outcome::Checkpoint(signed.text().to_owned()),
            Self::Keys(keys) => Outcome::Keys(encode_keys(&keys).to_vec()),
            Self::KeysRefused(refusal) => Outcome::KeysRefused(encode_refusal(&refusal)),
            Self::Body(body) => Outcome::Body(body),
            Self::Turns(proofs) => {
                Outcome::Turns(v1::KeyTurns { proofs: proofs.iter().map(ToString::to_string).collect() })
            }
            Self::NotThere => Outcome::NotThere(v1::NotThere {}),
            Self::Failed(reason) => Outcome::Failed(reason),
        };
        v1::ExchangeAnswer { outcome: Some(outcome) }.encode_to_vec().into()
    }

    /// Reads an answer; `asker` is who asked, for refusals.
    pub(crate) fn decode(bytes: Bytes, asker: Origin) -> Result<Self, WireError> {
        // Of the largest body the envelope takes six bytes more.
        let answer: v1::ExchangeAnswer = decode(bytes, ANSWER_BYTES_MAX + 64)?;
        let outcome = answer.outcome.ok_or_else(|| unreadable(&"an answer of a kind this version does not know"))?;
        Ok(match outcome {
            Outcome::Replay(replay) => decode_replay(replay)?,
            Outcome::Checkpoint(text) => {
                Self::Checkpoint(SignedCheckpoint::parse(&text).map_err(|error| unreadable(&error))?)
            }
            Outcome::Keys(keys) => Self::Keys(decode_granted(&keys)?),
            Outcome::KeysRefused(refused) => Self::KeysRefused(decode_refusal(&refused, asker)?),
            Outcome::Body(body) => Self::Body(body),
            Outcome::Turns(turns) => Self::Turns(decode_turns(&turns)?),
            Outcome::NotThere(_) => Self::NotThere,
            Outcome::Failed(reason) => Self::failed(&reason),
        })
    }
}

fn decode_replay(replay: v1::ReplayAnswer) -> Result<Answer, WireError> {
    if replay.events.is_empty() || replay.events.len() > REPLAY_EVENTS_MAX {
        return Err(WireError(format!("an answer with {} events", replay.events.len())));
    }
    if let Some(event) = replay.events.iter().find(|event| event.len() > EVENT_BYTES_MAX) {
        return Err(WireError(format!("an event of {} bytes", event.len())));
    }
    let next = Position { epoch: replay.next_epoch, sequence: replay.next_sequence };
    let checkpoints = match replay.checkpoint.as_str() {
        "" => Vec::new(),
        text => vec![SignedCheckpoint::parse(text).map_err(|error| unreadable(&error))?],
    };
    Ok(Answer::Replay(Batch { events: replay.events, checkpoints }, next))
}

fn decode_turns(turns: &v1::KeyTurns) -> Result<Vec<LogProof>, WireError> {
    if turns.proofs.len() > TURNS_PER_ANSWER || turns.proofs.iter().any(|proof| proof.len() > TURN_BYTES_MAX) {
        return Err(WireError(format!("an answer with {} keys", turns.proofs.len())));
    }
    turns.proofs.iter().map(|proof| proof.parse().map_err(|error| unreadable(&error))).collect()
}

fn decode_granted(bytes: &[u8]) -> Result<Vec<GrantedKey>, WireError> {
    let keys = decode_keys(bytes).map_err(|error| unreadable(&error))?;
    if keys.len() > KEYS_PER_REQUEST_MAX {
        return Err(WireError(format!("an answer with {} keys", keys.len())));
    }
    Ok(keys)
}

fn encode_refusal(refusal: &KeyRefusal) -> v1::KeysRefused {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let (reason, key, asked, max) = match refusal {
        KeyRefusal::NotEntitled { key, .. } => (Reason::NotEntitled, key.0.to_vec(), 0, 0),
        KeyRefusal::Gone { key } => (Reason::Gone, key.0.to_vec(), 0, 0),
        KeyRefusal::TooMany { asked, max } => (Reason::TooMany, Vec::new(), count(*asked), count(*max)),
        KeyRefusal::Unreadable => (Reason::Unreadable, Vec::new(), 0, 0),
    };
    v1::KeysRefused { reason: reason.into(), key, asked, max }
}

fn decode_refusal(refused: &v1::KeysRefused, asker: Origin) -> Result<KeyRefusal, WireError> {
    let count = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    Ok(match refused.reason() {
        Reason::NotEntitled => KeyRefusal::NotEntitled { asker, key: key_id(&refused.key)? },
        Reason::Gone => KeyRefusal::Gone { key: key_id(&refused.key)? },
        Reason::TooMany => KeyRefusal::TooMany { asked: count(refused.asked), max: count(refused.max) },
        Reason::Unreadable => KeyRefusal::Unreadable,
        Reason::Unspecified => return Err(unreadable(&"keys were refused for a reason this version does not know")),
    })
}

#[cfg(test)]
mod tests;
