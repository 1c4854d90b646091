//! The value of one slot.
//!
//! ```text
//! byte 0        version of the format (1)
//! byte 1        flags: 1 first part of a frame, 2 last part of a frame, 4 last slot of a group
//! bytes 2-5     CRC32C (little-endian) of: the slot's key, bytes 0-1, bytes 6 to the end
//! bytes 6-13    the frame's first sequence (little-endian), the same in all its parts
//! bytes 14-     the frame's body, or this part of it
//! ```
//! The key is under the checksum, so a value that lies in another slot than its own is damage too.

use bytes::Bytes;
use thiserror::Error;

use crate::keys::slot_key;
use crate::store::VALUE_BYTES_MAX;

/// The version written today. Older ones stay readable for ever.
const VERSION: u8 = 1;

const FIRST: u8 = 1;
const LAST: u8 = 2;
const ENDS_GROUP: u8 = 4;
const KNOWN_FLAGS: u8 = FIRST | LAST | ENDS_GROUP;

/// Bytes before the body.
pub(super) const HEADER_BYTES: usize = 14;

/// Bytes of body that one slot holds.
pub(super) const BODY_BYTES_MAX: usize = VALUE_BYTES_MAX - HEADER_BYTES;

/// Where a part stands in its frame and group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Role {
    /// A frame begins here.
    pub(crate) first: bool,
    /// A frame ends here.
    pub(crate) last: bool,
    /// A group ends here.
    pub(crate) ends_group: bool,
}

/// One slot's content, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) role: Role,
    /// The sequence of the frame's first event; of the next one to come where the frame has none.
    pub(crate) first_sequence: u64,
    pub(crate) body: Bytes,
}

/// Why a slot's value is not a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum PartError {
    #[error("its checksum does not match its bytes")]
    Checksum,
    #[error("it is shorter than a header")]
    Short,
    #[error("it has version {0}, which this program does not know")]
    Version(u8),
    #[error("it has flags this program does not know, or that contradict each other")]
    Flags,
}

impl Part {
    /// Puts a part together as the value for a slot.
    pub(super) fn encode(epoch: u32, slot: u64, role: Role, first_sequence: u64, body: &[&[u8]]) -> Bytes {
        let length: usize = body.iter().map(|piece| piece.len()).sum();
        assert!(length <= BODY_BYTES_MAX, "a part of {length} bytes was packed");
        let flags = [(role.first, FIRST), (role.last, LAST), (role.ends_group, ENDS_GROUP)]
            .iter()
            .fold(0, |flags, (set, flag)| if *set { flags | flag } else { flags });
        let mut value = Vec::with_capacity(HEADER_BYTES + length);
        value.extend_from_slice(&[VERSION, flags, 0, 0, 0, 0]);
        value.extend_from_slice(&first_sequence.to_le_bytes());
        body.iter().for_each(|piece| value.extend_from_slice(piece));
        let checksum = checksum(epoch, slot, &value);
        value[2..6].copy_from_slice(&checksum.to_le_bytes());
        value.into()
    }

    /// Checks and reads the value of a slot.
    pub(crate) fn decode(epoch: u32, slot: u64, value: &Bytes) -> Result<Self, PartError> {
        if value.len() < HEADER_BYTES {
            return Err(PartError::Short);
        }
        // The version first: another one may have its checksum elsewhere. A flipped bit in it reads as a strange version.
        if value[0] != VERSION {
            return Err(PartError::Version(value[0]));
        }
        let stored = u32::from_le_bytes([value[2], value[3], value[4], value[5]]);
        if stored != checksum(epoch, slot, value) {
            return Err(PartError::Checksum);
        }
        let flags = value[1];
        let role = Role { first: flags & FIRST != 0, last: flags & LAST != 0, ends_group: flags & ENDS_GROUP != 0 };
        if flags & !KNOWN_FLAGS != 0 || (role.ends_group && !role.last) {
            return Err(PartError::Flags);
        }
        let mut first_sequence = [0; 8];
        first_sequence.copy_from_slice(&value[6..HEADER_BYTES]);
        let first_sequence = u64::from_le_bytes(first_sequence);
        Ok(Self { role, first_sequence, body: value.slice(HEADER_BYTES..) })
    }
}

fn checksum(epoch: u32, slot: u64, value: &[u8]) -> u32 {
    let crc = crc32c::crc32c(&slot_key(epoch, slot));
    let crc = crc32c::crc32c_append(crc, &value[..2]);
    crc32c::crc32c_append(crc, &value[6..])
}
