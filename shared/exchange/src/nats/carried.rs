//! An event as a message of the broker: what its headers say about it. Nothing is believed.

use async_nats::{HeaderMap, Message, StatusCode};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use dossier_proof::SignedCheckpoint;
use dossier_proto::EVENT_BYTES_MAX;

use super::names::{CHECKPOINT_HEADER, EPOCH_HEADER, EXPECTED_HEADER, NUMBER_HEADER};
use crate::{Batch, Position};

/// A signed note of a checkpoint has some 250 bytes, with sixteen cosignatures 3 KiB; in base64 a third more.
const CHECKPOINT_CHARS_MAX: usize = 8 * 1024;

/// An event that was carried.
#[derive(Debug, Clone)]
pub(crate) struct Carried {
    /// Where its message says that it stands.
    pub(crate) at: Position,
    pub(crate) bytes: Bytes,
    pub(crate) checkpoint: Option<SignedCheckpoint>,
}

impl Carried {
    /// A message of a plain subscription: the number is one more than what the publisher expected.
    pub(crate) fn live(message: &Message) -> Option<Self> {
        let headers = message.headers.as_ref()?;
        let sequence = number(headers, EXPECTED_HEADER)?;
        Self::new(headers, sequence, message)
    }

    /// A message read from a stream.
    pub(crate) fn stored(message: &Message) -> Option<Self> {
        if message.status.is_some_and(|status| status != StatusCode::OK) {
            return None;
        }
        let headers = message.headers.as_ref()?;
        let sequence = number(headers, NUMBER_HEADER)?.checked_sub(1)?;
        Self::new(headers, sequence, message)
    }

    fn new(headers: &HeaderMap, sequence: u64, message: &Message) -> Option<Self> {
        if message.payload.len() > EVENT_BYTES_MAX {
            return None;
        }
        let epoch = u32::try_from(number(headers, EPOCH_HEADER)?).ok()?;
        let bytes = message.payload.clone();
        Some(Self { at: Position { epoch, sequence }, bytes, checkpoint: checkpoint(headers) })
    }

    /// Roughly what it takes in memory.
    pub(crate) fn weight(&self) -> usize {
        let note = self.checkpoint.as_ref().map_or(0, |signed| signed.text().len());
        self.bytes.len() + 2 * note + 128
    }
}

/// Puts events into a batch, in the order given.
pub(crate) fn batch(events: impl IntoIterator<Item = Carried>) -> Batch {
    let mut batch = Batch::default();
    for carried in events {
        batch.events.push(carried.bytes);
        batch.checkpoints.extend(carried.checkpoint);
    }
    batch
}

/// The header's text for a checkpoint.
pub(crate) fn checkpoint_header(signed: &SignedCheckpoint) -> String {
    STANDARD.encode(signed.text())
}

/// A number in a header, in decimal digits.
pub(crate) fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.as_str().parse().ok()
}

/// The signature in a message's header, if it can be read.
pub(crate) fn checkpoint(headers: &HeaderMap) -> Option<SignedCheckpoint> {
    checkpoint_in(headers.get(CHECKPOINT_HEADER)?.as_str())
}

/// The signature in such a header's text, if it can be read.
pub(crate) fn checkpoint_in(text: &str) -> Option<SignedCheckpoint> {
    if text.len() > CHECKPOINT_CHARS_MAX {
        return None;
    }
    SignedCheckpoint::parse_bytes(&STANDARD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests;
