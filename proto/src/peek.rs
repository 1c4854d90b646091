//! Reads the few envelope fields that a journal needs, without decoding the whole event.

use prost::{
    Message as _,
    bytes::Buf,
    encoding::{WireType, decode_key, decode_varint},
};

use crate::{ContractError, EntryId, v1};

/// What a journal wants to know about an event's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peek {
    /// The epoch it was written in.
    pub epoch: u32,
    /// Its position there.
    pub sequence: u64,
    /// The entry it concerns.
    pub entry: Option<EntryId>,
}

const EPOCH: u32 = 3;
const SEQUENCE: u32 = 4;
const ENTRY: u32 = 7;
/// The fields of the envelope have smaller numbers.
const PAYLOADS_FROM: u32 = 30;
/// The payload that names another key.
const KEY_ROTATED: u32 = 34;

/// Reads epoch, sequence and entry from an event's bytes.
///
/// Events are written with their fields in the order of the numbers, so what comes after the entry's field is not
/// looked at.
///
/// # Errors
/// [`ContractError`] when the bytes are not a protobuf message or the entry is not a ULID.
pub fn peek(event: &[u8]) -> Result<Peek, ContractError> {
    let mut rest = event;
    let mut found = Peek { epoch: 0, sequence: 0, entry: None };
    while rest.has_remaining() {
        let (tag, wire) = decode_key(&mut rest)?;
        match (tag, wire) {
            (EPOCH, WireType::Varint) => {
                let epoch = decode_varint(&mut rest)?;
                found.epoch = u32::try_from(epoch).map_err(|_| ContractError::Field("epoch"))?;
            }
            (SEQUENCE, WireType::Varint) => found.sequence = decode_varint(&mut rest)?,
            (ENTRY, WireType::LengthDelimited) => {
                let bytes = take(&mut rest)?;
                found.entry = Some(EntryId::try_from(bytes)?);
                return Ok(found);
            }
            (8.., _) => return Ok(found),
            _ => skip(wire, &mut rest)?,
        }
    }
    Ok(found)
}

/// The number of an event's payload, as its contract has it (102 is a `Submitted`): the only name that there is for a kind that this
/// version does not know. Nothing when the bytes carry none, or cannot be read.
pub fn kind_number(event: &[u8]) -> Option<u32> {
    let (mut rest, mut kind) = (event, None);
    while rest.has_remaining() {
        let (tag, wire) = decode_key(&mut rest).ok()?;
        if tag >= PAYLOADS_FROM && wire == WireType::LengthDelimited {
            kind = kind.or(Some(tag));
        }
        skip(wire, &mut rest).ok()?;
    }
    kind
}

/// The former and the new verifier key, when the event is a `KeyRotated` (C2SP signed-note form). Other events are not decoded.
pub fn key_turn(event: &[u8]) -> Option<(String, String)> {
    if kind_number(event) != Some(KEY_ROTATED) {
        return None;
    }
    let event = v1::Event::decode(event).ok()?;
    match event.payload? {
        v1::event::Payload::KeyRotated(turn) => Some((turn.former, turn.verifier)),
        _ => None,
    }
}

fn take<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], ContractError> {
    let length = usize::try_from(decode_varint(rest)?).map_err(|_| ContractError::Field("length"))?;
    if length > rest.len() {
        return Err(ContractError::Field("length"));
    }
    let (bytes, tail) = rest.split_at(length);
    *rest = tail;
    Ok(bytes)
}

fn skip(wire: WireType, rest: &mut &[u8]) -> Result<(), ContractError> {
    let fixed = match wire {
        WireType::Varint => return decode_varint(rest).map(|_| ()).map_err(ContractError::from),
        WireType::LengthDelimited => return take(rest).map(|_| ()),
        WireType::ThirtyTwoBit => 4,
        WireType::SixtyFourBit => 8,
        WireType::StartGroup | WireType::EndGroup => return Err(ContractError::Field("group")),
    };
    if rest.len() < fixed {
        return Err(ContractError::Field("length"));
    }
    *rest = &rest[fixed..];
    Ok(())
}
