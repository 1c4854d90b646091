//! From records to slots.
//!
//! The body of a frame:
//!
//! ```text
//! number of records (varint)
//! for each: length of the event, 0 or 1 + length of what lies beside (varints), the event, what lies beside
//! number of followed journals (varint)
//! for each: origin (1 byte), epoch, next, number of hashes (varints), the hashes (32 bytes each)
//! ```

use bytes::Bytes;

use super::part::{BODY_BYTES_MAX, Part, Role};
use super::{Followed, Frame, Record};

/// Room for the two counts of a frame that holds several records: one slot never holds more than 6 KiB / 2 of them.
const COUNT_BYTES: usize = 2 + 1;

/// A group, ready to be written.
#[derive(Debug)]
pub(crate) struct Packed {
    /// The values, one a slot, from the slot it was packed for.
    pub(crate) values: Vec<Bytes>,
    /// Of each frame, its first sequence and the slot it begins in.
    pub(crate) frames: Vec<(u64, u64)>,
}

/// Packs a group for the slots from `slot` on. `sequence` is the one its first event has.
pub(crate) fn pack(group: &Frame, epoch: u32, slot: u64, sequence: u64) -> Packed {
    let mut packer = Packer { epoch, slot, packed: Packed { values: Vec::new(), frames: Vec::new() } };
    let mut sequence = sequence;
    let mut rest = &group.records[..];
    loop {
        let (records, tail) = rest.split_at(how_many_fit(rest));
        // The positions go with the last frame of the group.
        packer.frame(sequence, records, tail.is_empty().then_some(&group.followed[..]));
        if tail.is_empty() {
            return packer.packed;
        }
        sequence += records.len() as u64;
        rest = tail;
    }
}

/// How many of the records share a slot; at least one where there is one.
fn how_many_fit(records: &[Record]) -> usize {
    let mut bytes = COUNT_BYTES;
    let fitting = records.iter().take_while(|record| {
        bytes += record_bytes(record);
        bytes <= BODY_BYTES_MAX
    });
    fitting.count().max(1).min(records.len())
}

fn record_bytes(record: &Record) -> usize {
    let beside = record.beside.as_ref().map_or(0, Bytes::len);
    varint_bytes(record.event.len() as u64) + varint_bytes(beside as u64 + 1) + record.event.len() + beside
}

struct Packer {
    epoch: u32,
    slot: u64,
    packed: Packed,
}

impl Packer {
    /// Adds a frame; `ending` are the positions when it is the last of its group.
    fn frame(&mut self, sequence: u64, records: &[Record], ending: Option<&[Followed]>) {
        let mut body = Vec::with_capacity(BODY_BYTES_MAX);
        put_varint(&mut body, records.len() as u64);
        for record in records {
            put_record(&mut body, record);
        }
        put_followed(&mut body, ending.unwrap_or_default());
        self.packed.frames.push((sequence, self.slot));
        let parts = body.chunks(BODY_BYTES_MAX);
        let count = parts.len();
        for (number, part) in parts.enumerate() {
            let last = number + 1 == count;
            let role = Role { first: number == 0, last, ends_group: last && ending.is_some() };
            self.packed.values.push(Part::encode(self.epoch, self.slot, role, sequence, &[part]));
            self.slot += 1;
        }
    }
}

fn put_record(body: &mut Vec<u8>, record: &Record) {
    put_varint(body, record.event.len() as u64);
    put_varint(body, record.beside.as_ref().map_or(0, |beside| beside.len() as u64 + 1));
    body.extend_from_slice(&record.event);
    if let Some(beside) = &record.beside {
        body.extend_from_slice(beside);
    }
}

/// Appends a count and as many positions.
pub(crate) fn put_followed(body: &mut Vec<u8>, followed: &[Followed]) {
    put_varint(body, followed.len() as u64);
    for one in followed {
        body.push(one.origin);
        put_varint(body, one.epoch.into());
        put_varint(body, one.next);
        put_varint(body, one.frontier.len() as u64);
        one.frontier.iter().for_each(|hash| body.extend_from_slice(hash));
    }
}

/// Appends a number, seven bits a byte, the lowest first (as protobuf does).
pub(crate) fn put_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

const fn varint_bytes(number: u64) -> usize {
    match number {
        0 => 1,
        _ => (number.ilog2() as usize) / 7 + 1,
    }
}
