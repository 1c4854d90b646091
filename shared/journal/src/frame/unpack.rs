//! From the body of a frame back to records.

use bytes::Bytes;
use thiserror::Error;

use super::{EVENT_BYTES_MAX, FOLLOWED_MAX, Followed, Record};

/// The most hashes an edge can have: one for each bit of a size.
const FRONTIER_MAX: u64 = 64;

/// A body that cannot be read. Its checksum matched, so whoever wrote it wrote it so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the body of the frame cannot be read: {0}")]
pub(crate) struct BodyError(&'static str);

/// The records of a frame, read one by one without copying, and the positions behind them.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    bytes: Bytes,
    at: usize,
    records_left: u64,
}

/// Opens the body of a frame.
pub(crate) fn unpack(bytes: Bytes) -> Result<Body, BodyError> {
    let mut body = Body::raw(bytes);
    body.records_left = body.varint()?;
    Ok(body)
}

impl Body {
    /// The same numbers and lengths without a frame around them: what `meta` is written in.
    pub(crate) const fn raw(bytes: Bytes) -> Self {
        Self { bytes, at: 0, records_left: 0 }
    }

    /// How many records are still to be read.
    pub(crate) const fn records_left(&self) -> u64 {
        self.records_left
    }

    /// The next record; `None` behind the last one.
    pub(crate) fn next_record(&mut self) -> Result<Option<Record>, BodyError> {
        if self.records_left == 0 {
            return Ok(None);
        }
        self.records_left -= 1;
        let event = self.varint()?;
        let beside = self.varint()?;
        let event = self.take(event)?;
        let beside = if beside == 0 { None } else { Some(self.take(beside - 1)?) };
        Ok(Some(Record { event, beside }))
    }

    /// The positions behind the records; the rest of the records is passed over.
    pub(crate) fn followed(mut self) -> Result<Vec<Followed>, BodyError> {
        while self.next_record()?.is_some() {}
        let followed = self.followed_list()?;
        self.end()?;
        Ok(followed)
    }

    /// A count and as many positions.
    pub(crate) fn followed_list(&mut self) -> Result<Vec<Followed>, BodyError> {
        let count = self.varint()?;
        if count > FOLLOWED_MAX as u64 {
            return Err(BodyError("too many followed journals"));
        }
        (0..count).map(|_| self.one_followed()).collect()
    }

    /// Nothing may be left over.
    pub(crate) fn end(&self) -> Result<(), BodyError> {
        if self.at == self.bytes.len() { Ok(()) } else { Err(BodyError("bytes are left over")) }
    }

    fn one_followed(&mut self) -> Result<Followed, BodyError> {
        let origin = self.take(1)?[0];
        let epoch = u32::try_from(self.varint()?).map_err(|_| BodyError("an epoch is too large"))?;
        let next = self.varint()?;
        let hashes = self.varint()?;
        if hashes > FRONTIER_MAX {
            return Err(BodyError("an edge has too many hashes"));
        }
        let mut frontier = Vec::with_capacity(hashes as usize);
        for _ in 0..hashes {
            frontier.push(self.hash()?);
        }
        Ok(Followed { origin, epoch, next, frontier })
    }

    pub(crate) fn varint(&mut self) -> Result<u64, BodyError> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.bytes.get(self.at).ok_or(BodyError("it ends in a number"))?;
            self.at += 1;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(BodyError("a number is too long"))
    }

    pub(crate) fn hash(&mut self) -> Result<[u8; 32], BodyError> {
        let mut hash = [0; 32];
        hash.copy_from_slice(&self.take(32)?);
        Ok(hash)
    }

    pub(crate) fn take(&mut self, length: u64) -> Result<Bytes, BodyError> {
        let length = usize::try_from(length).ok().filter(|length| *length <= EVENT_BYTES_MAX);
        let length = length.ok_or(BodyError("an event is too long"))?;
        let end = self.at + length;
        if end > self.bytes.len() {
            return Err(BodyError("it ends in an event"));
        }
        let piece = self.bytes.slice(self.at..end);
        self.at = end;
        Ok(piece)
    }
}
