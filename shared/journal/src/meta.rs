//! The small records in the tree `meta`. Each is `version (1 byte), CRC32C of key, version and body (4), body`.

#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use bytes::Bytes;
use dossier_proof::{Hash, Stand, TreeHead};

use crate::errors::damage;
use crate::frame::{Body, BodyError, Followed, put_followed, put_varint};
use crate::keys::{IDENTITY_KEY, MARK_KEY, epoch_key, turn_key, turn_of};
use crate::store::{Put, Store, Tree};
use crate::{KeyTurn, MirrorHead, ReadError};

const VERSION: u8 = 1;
const HEADER_BYTES: usize = 5;

/// Whose journal it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The log name, which begins the origin line of every checkpoint.
    pub(crate) log: String,
    /// How often the journal has been opened for writing. The anchor carries it too: an older copy of the journal is told by it.
    pub(crate) starts: u64,
}

/// A place at a group boundary, near the end, from which the end is found. Everything before it was written before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) epoch: u32,
    /// The slot the next group goes to.
    pub(crate) slot: u64,
    /// The sequence its first event gets.
    pub(crate) sequence: u64,
    /// How far foreign journals had been read there.
    pub(crate) followed: Vec<Followed>,
}

/// How an epoch began. Epoch 0 has no such record: it begins with nothing before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EpochStart {
    pub(crate) epoch: u32,
    /// The epoch before, as it is held here, whole from then on.
    pub(crate) previous: TreeHead,
    /// The slots it takes.
    pub(crate) previous_slots: u64,
    /// What others knew of it, if that was more or different.
    pub(crate) lost: Option<MirrorHead>,
    /// How far foreign journals had been read.
    pub(crate) followed: Vec<Followed>,
}

/// An event gives the journal's key up. Written in the group of that event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TurnNote {
    pub(crate) epoch: u32,
    pub(crate) sequence: u64,
    pub(crate) turn: KeyTurn,
}

impl TurnNote {
    /// The last checkpoint of the former key.
    pub(crate) const fn after(&self) -> Stand {
        Stand { epoch: self.epoch, size: self.sequence.saturating_add(1) }
    }

    pub(crate) fn put(&self) -> Put {
        let mut body = Vec::new();
        for text in [&self.turn.former, &self.turn.verifier] {
            put_varint(&mut body, text.len() as u64);
            body.extend_from_slice(text.as_bytes());
        }
        seal(turn_key(self.epoch, self.sequence), &body)
    }

    /// There is no such event.
    pub(crate) fn removal(&self) -> Put {
        Put { tree: Tree::Meta, key: turn_key(self.epoch, self.sequence), value: Bytes::new() }
    }

    /// All that are noted, in order.
    pub(crate) fn in_store(store: &dyn Store) -> Result<Vec<Self>, ReadError> {
        let mut places = Vec::new();
        store.scan(Tree::Meta, &turn_key(0, 0), &mut |key, value| match turn_of(key) {
            Some(place) => {
                places.extend((!value.is_empty()).then_some(place));
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break(()),
        })?;
        let notes = places.into_iter().map(|(epoch, sequence)| {
            load(store, &turn_key(epoch, sequence), |body| {
                let mut text = || {
                    let length = body.varint()?;
                    Ok(String::from_utf8_lossy(&body.take(length)?).into_owned())
                };
                Ok(Self { epoch, sequence, turn: KeyTurn { former: text()?, verifier: text()? } })
            })
        });
        notes.filter_map(Result::transpose).collect()
    }
}

impl Identity {
    pub(crate) fn put(&self) -> Put {
        let mut body = Vec::new();
        put_varint(&mut body, self.starts);
        put_varint(&mut body, self.log.len() as u64);
        body.extend_from_slice(self.log.as_bytes());
        seal(IDENTITY_KEY.to_vec(), &body)
    }

    pub(crate) fn load(store: &dyn Store) -> Result<Option<Self>, ReadError> {
        load(store, IDENTITY_KEY, |body| {
            let starts = body.varint()?;
            let length = body.varint()?;
            let log = String::from_utf8_lossy(&body.take(length)?).into_owned();
            Ok(Self { log, starts })
        })
    }
}

impl Mark {
    pub(crate) fn put(&self) -> Put {
        let mut body = Vec::new();
        put_varint(&mut body, self.epoch.into());
        put_varint(&mut body, self.slot);
        put_varint(&mut body, self.sequence);
        put_followed(&mut body, &self.followed);
        seal(MARK_KEY.to_vec(), &body)
    }

    pub(crate) fn load(store: &dyn Store) -> Result<Option<Self>, ReadError> {
        load(store, MARK_KEY, |body| {
            let epoch = epoch(body)?;
            Ok(Self { epoch, slot: body.varint()?, sequence: body.varint()?, followed: body.followed_list()? })
        })
    }
}

impl EpochStart {
    pub(crate) fn put(&self) -> Put {
        let mut body = Vec::new();
        put_varint(&mut body, self.previous.size);
        body.extend_from_slice(self.previous.root.as_bytes());
        put_varint(&mut body, self.previous_slots);
        put_varint(&mut body, u64::from(self.lost.is_some()));
        if let Some(lost) = &self.lost {
            put_varint(&mut body, lost.epoch.into());
            put_varint(&mut body, lost.size);
            body.extend_from_slice(lost.root.as_bytes());
        }
        put_followed(&mut body, &self.followed);
        seal(epoch_key(self.epoch), &body)
    }

    pub(crate) fn load(store: &dyn Store, number: u32) -> Result<Option<Self>, ReadError> {
        load(store, &epoch_key(number), |body| {
            let previous = TreeHead { size: body.varint()?, root: Hash::from_bytes(body.hash()?) };
            let previous_slots = body.varint()?;
            let lost = match body.varint()? {
                0 => None,
                _ => {
                    Some(MirrorHead { epoch: epoch(body)?, size: body.varint()?, root: Hash::from_bytes(body.hash()?) })
                }
            };
            Ok(Self { epoch: number, previous, previous_slots, lost, followed: body.followed_list()? })
        })
    }
}

fn epoch(body: &mut Body) -> Result<u32, BodyError> {
    // An epoch that does not fit was not written by this code; `u32::MAX` is refused wherever it is used.
    Ok(u32::try_from(body.varint()?).unwrap_or(u32::MAX))
}

fn seal(key: Vec<u8>, body: &[u8]) -> Put {
    let mut value = Vec::with_capacity(HEADER_BYTES + body.len());
    value.extend_from_slice(&[VERSION, 0, 0, 0, 0]);
    value.extend_from_slice(body);
    let checksum = checksum(&key, &value);
    value[1..HEADER_BYTES].copy_from_slice(&checksum.to_le_bytes());
    Put { tree: Tree::Meta, key, value: value.into() }
}

fn load<T>(
    store: &dyn Store,
    key: &[u8],
    read: impl FnOnce(&mut Body) -> Result<T, BodyError>,
) -> Result<Option<T>, ReadError> {
    let Some(value) = store.get(Tree::Meta, key)? else { return Ok(None) };
    let damaged = |what: &str| damage(0, 0, format!("the record {:?} {what}", String::from_utf8_lossy(key)));
    if value.len() < HEADER_BYTES || value[0] != VERSION {
        return Err(damaged("is of a kind this program does not know").into());
    }
    if u32::from_le_bytes([value[1], value[2], value[3], value[4]]) != checksum(key, &value) {
        return Err(damaged("does not match its checksum").into());
    }
    open(value.slice(HEADER_BYTES..), read).map(Some).map_err(|error| damaged(&error.to_string()).into())
}

fn open<T>(bytes: Bytes, read: impl FnOnce(&mut Body) -> Result<T, BodyError>) -> Result<T, BodyError> {
    let mut body = Body::raw(bytes);
    let record = read(&mut body)?;
    body.end()?;
    Ok(record)
}

fn checksum(key: &[u8], value: &[u8]) -> u32 {
    let crc = crc32c::crc32c_append(crc32c::crc32c(key), &value[..1]);
    crc32c::crc32c_append(crc, &value[HEADER_BYTES..])
}
