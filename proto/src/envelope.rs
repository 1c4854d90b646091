//! The envelope on the wire, written and read without the detour over owned messages: a service reads every event of its
//! journal at a start, and a decoder made for any message allocates a dozen times for each.
//!
//! What is written is byte for byte what `event.proto` says; the tests compare with the generated code. What is read
//! has to look as it was written: fields in the order of their numbers, none twice, none unknown. Anything else, which
//! may still be an event of the contract, is [left](read::head) to the generated code.

pub(crate) mod read;
pub(crate) mod write;

#[cfg(test)]
mod tests;

/// How a field lies on the wire ([encoding](https://protobuf.dev/programming-guides/encoding/#structure)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wire {
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
}

/// A field's number and how it lies on the wire.
#[derive(Debug, Clone, Copy)]
struct Field {
    number: u8,
    wire: Wire,
}

impl Field {
    const fn new(number: u8, wire: Wire) -> Self {
        Self { number, wire }
    }

    /// The key that stands before the field. Below 16 its second byte is not there.
    const fn key(self) -> (u8, Option<u8>) {
        let low = self.number << 3 | self.wire as u8;
        if self.number < 16 { (low, None) } else { (low | 0x80, Some(self.number >> 4)) }
    }
}

// event.proto, message Event.
const ID: Field = Field::new(1, Wire::Bytes);
const ORIGIN: Field = Field::new(2, Wire::Varint);
const EPOCH: Field = Field::new(3, Wire::Varint);
const SEQUENCE: Field = Field::new(4, Wire::Varint);
const SCHEMA: Field = Field::new(5, Wire::Varint);
const MUST_UNDERSTAND: Field = Field::new(6, Wire::Varint);
const ENTRY: Field = Field::new(7, Wire::Bytes);
const PART_VERSION: Field = Field::new(8, Wire::Varint);
const RECORDED_AT: Field = Field::new(9, Wire::Fixed64);
const WALL: Field = Field::new(10, Wire::Fixed64);
const ACTOR: Field = Field::new(11, Wire::Bytes);
const ON_BEHALF_OF: Field = Field::new(12, Wire::Bytes);
const AUTHORITY: Field = Field::new(13, Wire::Bytes);
const COMMAND_ID: Field = Field::new(14, Wire::Bytes);
const REQUEST_DIGEST: Field = Field::new(15, Wire::Bytes);
const COMMAND_INDEX: Field = Field::new(16, Wire::Varint);
const EXPECTED_VERSION: Field = Field::new(17, Wire::Varint);
const CAUSE: Field = Field::new(18, Wire::Bytes);
const RULES: Field = Field::new(19, Wire::Varint);
const REGISTRY: Field = Field::new(20, Wire::Bytes);
const CORRELATION: Field = Field::new(21, Wire::Bytes);
/// The kinds of payload begin here; one of them is the last field.
const PAYLOADS_FROM: u64 = 30;

// types.proto, message Actor.
const ACTOR_KIND: Field = Field::new(1, Wire::Varint);
const ACTOR_SUBJECT: Field = Field::new(2, Wire::Bytes);
const ACTOR_SERVICE: Field = Field::new(3, Wire::Varint);

// types.proto, message Authority.
const DESIGNATION: Field = Field::new(1, Wire::Bytes);
const GRANTED: Field = Field::new(2, Wire::Bytes);

// types.proto, message Place.
const PLACE_ORIGIN: Field = Field::new(1, Wire::Varint);
const PLACE_EPOCH: Field = Field::new(2, Wire::Varint);
const PLACE_SEQUENCE: Field = Field::new(3, Wire::Varint);
