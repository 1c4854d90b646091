//! What a group must be, before anything is done with it.

use std::collections::BTreeSet;

use bytes::Bytes;

use crate::frame::{EVENT_BYTES_MAX, FOLLOWED_MAX, GROUP_BYTES_MAX, GROUP_RECORDS_MAX};
use crate::{Frame, PeekFn, Place, Refusal};

/// The most hashes an edge has.
const FRONTIER_MAX: usize = 64;

/// Checks a group for its place; gives the entry of each of its events.
pub(super) fn check(frame: &Frame, next: Place, peek: PeekFn) -> Result<Vec<Option<[u8; 16]>>, Refusal> {
    check_amount(frame)?;
    let mut entries = Vec::with_capacity(frame.records.len());
    for (index, record) in frame.records.iter().enumerate() {
        let beside = record.beside.as_ref().map_or(0, Bytes::len);
        let too_long = record.event.len().max(beside) > EVENT_BYTES_MAX;
        if record.event.is_empty() || too_long {
            return Err(Refusal::Event { index, bytes: record.event.len().max(beside) });
        }
        let peeked = peek(&record.event).map_err(|error| Refusal::Unreadable { index, error })?;
        let sequence = next.sequence + index as u64;
        if (peeked.epoch, peeked.sequence) != (next.epoch, sequence) {
            let (said_epoch, said_sequence) = (peeked.epoch, peeked.sequence);
            return Err(Refusal::Place { index, said_epoch, said_sequence, epoch: next.epoch, sequence });
        }
        entries.push(peeked.entry);
    }
    Ok(entries)
}

fn check_amount(frame: &Frame) -> Result<(), Refusal> {
    if frame.records.is_empty() && frame.followed.is_empty() {
        return Err(Refusal::Nothing);
    }
    if frame.records.len() > GROUP_RECORDS_MAX {
        return Err(Refusal::Records(frame.records.len()));
    }
    let bytes = frame.records.iter().map(|record| record.event.len() + record.beside.as_ref().map_or(0, Bytes::len));
    let bytes = bytes.sum();
    if bytes > GROUP_BYTES_MAX {
        return Err(Refusal::Bytes(bytes));
    }
    let origins: BTreeSet<_> = frame.followed.iter().map(|followed| followed.origin).collect();
    let long = frame.followed.iter().any(|followed| followed.frontier.len() > FRONTIER_MAX);
    if origins.len() != frame.followed.len() || origins.len() > FOLLOWED_MAX || long {
        return Err(Refusal::Followed);
    }
    Ok(())
}
