//! The format of a slot: one key on disk. Pure.
//!
//! | bytes | |
//! |---|---|
//! | 0..16 | key id |
//! | 16 | kind; 0 in the tombstone of a key that was never here |
//! | 17 | state: 0 empty, `0x5A` live, `0xA5` erased, `0x3C` void |
//! | 18..20 | place in the batch it was written with, big-endian |
//! | 20..44 | nonce of the wrapping; zeros when erased |
//! | 44..124 | wrapped key and salt; zeros when erased |
//! | 124..128 | CRC-32C of all bytes before but the state; big-endian |
//!
//! The state is one byte outside the sum, because one byte is never torn: an erasure first makes that byte durable and then
//! overwrites the rest, so a crash between the two leaves a slot that says what is to be finished. Any two states differ in at least
//! four bits.

use dossier_proto::KeyId;

use crate::{
    Kind,
    material::{NONCE, WRAPPED, Wrapped},
};

/// Bytes of a slot: id 16, kind 1, state 1, place 2, nonce 24, wrapped 80, sum 4. A power of two, so no slot crosses a sector.
pub(crate) const SLOT: usize = 128;

const KIND_AT: usize = 16;
/// Where the state stands in a slot.
pub(crate) const STATE_AT: usize = 17;
const PLACE_AT: usize = 18;
const NONCE_AT: usize = 20;
const WRAPPED_AT: usize = NONCE_AT + NONCE;
const SUM_AT: usize = WRAPPED_AT + WRAPPED;

const LIVE: u8 = 0x5A;
/// The state of an erased key.
pub(crate) const ERASED: u8 = 0xA5;
const VOID: u8 = 0x3C;

/// The bytes of a slot.
pub(crate) type Bytes = [u8; SLOT];

/// What stands in a slot.
pub(crate) enum Slot {
    /// Never written.
    Empty,
    /// A key that can be used.
    Live { id: KeyId, kind: Kind, place: u16, wrapped: Wrapped },
    /// A key that was destroyed: the tombstone.
    Erased { id: KeyId, place: u16 },
    /// Says erased, but the rest is not overwritten yet: the machine stopped in between.
    HalfErased { id: KeyId, place: u16 },
    /// Torn in a crash before anybody was told its id, and put out of use.
    Void,
    /// Anything else. `torn` when it could be the half-written first content of an empty slot.
    Damaged { torn: bool },
}

impl Slot {
    /// Reads a slot; never fails, see [`Slot::Damaged`].
    pub(crate) fn read(bytes: &Bytes) -> Self {
        // First, because a file is made of zeros: opening a vault looks at 32 768 slots of which most are blank.
        if *bytes == [0; SLOT] {
            return Self::Empty;
        }
        let sound = bytes[SUM_AT..] == sum(bytes);
        let blank = bytes[NONCE_AT..SUM_AT].iter().all(|byte| *byte == 0);
        let id = KeyId(bytes[..KIND_AT].try_into().expect("a key id has 16 bytes"));
        let place = u16::from_be_bytes([bytes[PLACE_AT], bytes[PLACE_AT + 1]]);
        match (bytes[STATE_AT], sound, Kind::from_number(bytes[KIND_AT])) {
            (LIVE, true, Some(kind)) => Self::Live { id, kind, place, wrapped: wrapped(bytes) },
            (ERASED, true, _) if blank => Self::Erased { id, place },
            // Not blank, or blank with the old sum: the second step of an erasure was not, or not wholly, done.
            (ERASED, _, Some(_)) if !(blank && sound) => Self::HalfErased { id, place },
            (VOID, true, _) if blank => Self::Void,
            _ => Self::Damaged { torn: torn(bytes) },
        }
    }
}

/// A key that can be used.
pub(crate) fn live(id: KeyId, kind: Kind, place: u16, wrapped: &Wrapped) -> Bytes {
    let mut bytes = blank(id, kind.number(), LIVE, place);
    bytes[NONCE_AT..WRAPPED_AT].copy_from_slice(&wrapped.nonce);
    bytes[WRAPPED_AT..SUM_AT].copy_from_slice(&wrapped.bytes);
    finish(bytes)
}

/// The tombstone that replaces a slot: id, kind and place stay, the rest is zeros.
pub(crate) fn tombstone_of(bytes: &Bytes) -> Bytes {
    let mut new = [0; SLOT];
    new[..NONCE_AT].copy_from_slice(&bytes[..NONCE_AT]);
    new[STATE_AT] = ERASED;
    finish(new)
}

/// The tombstone of a key that was never here.
pub(crate) fn tombstone(id: KeyId, place: u16) -> Bytes {
    finish(blank(id, 0, ERASED, place))
}

/// A slot out of use.
pub(crate) fn void() -> Bytes {
    finish(blank(KeyId([0; 16]), 0, VOID, 0))
}

fn blank(id: KeyId, kind: u8, state: u8, place: u16) -> Bytes {
    let mut bytes = [0; SLOT];
    bytes[..KIND_AT].copy_from_slice(&id.0);
    bytes[KIND_AT] = kind;
    bytes[STATE_AT] = state;
    bytes[PLACE_AT..NONCE_AT].copy_from_slice(&place.to_be_bytes());
    bytes
}

fn finish(mut bytes: Bytes) -> Bytes {
    let sum = sum(&bytes);
    bytes[SUM_AT..].copy_from_slice(&sum);
    bytes
}

fn sum(bytes: &Bytes) -> [u8; 4] {
    let front = crc32c::crc32c(&bytes[..STATE_AT]);
    crc32c::crc32c_append(front, &bytes[PLACE_AT..SUM_AT]).to_be_bytes()
}

fn wrapped(bytes: &Bytes) -> Wrapped {
    Wrapped {
        nonce: bytes[NONCE_AT..WRAPPED_AT].try_into().expect("a nonce has 24 bytes"),
        bytes: bytes[WRAPPED_AT..SUM_AT].try_into().expect("a wrapped key has 80 bytes"),
    }
}

/// A slot written over zeros and stopped half-way keeps zeros at one end: disks tear between sectors of 512 bytes or more, memory is copied
/// in words of eight. Neither an id begins with eight zeros by chance nor does a sum consist of four.
fn torn(bytes: &Bytes) -> bool {
    let zeros = |part: &[u8]| part.iter().all(|byte| *byte == 0);
    zeros(&bytes[..8]) || zeros(&bytes[SUM_AT..])
}

#[cfg(test)]
mod tests;
