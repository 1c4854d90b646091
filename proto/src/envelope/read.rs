//! Reading the envelope from an event's bytes.

use super::{
    ACTOR, ACTOR_KIND, ACTOR_SERVICE, ACTOR_SUBJECT, AUTHORITY, CAUSE, COMMAND_ID, COMMAND_INDEX, CORRELATION,
    DESIGNATION, ENTRY, EPOCH, EXPECTED_VERSION, Field, GRANTED, ID, MUST_UNDERSTAND, ON_BEHALF_OF, ORIGIN,
    PART_VERSION, PAYLOADS_FROM, PLACE_EPOCH, PLACE_ORIGIN, PLACE_SEQUENCE, RECORDED_AT, REGISTRY, REQUEST_DIGEST,
    RULES, SCHEMA, SEQUENCE, WALL,
};
use crate::{
    Actor, Authority, CommandId, CommandRef, DesignationId, Digest, EntryId, EventId, Head, Micros, Origin, Place,
    SubjectId, v1::ActorKind,
};

/// The envelope, and the one field behind it that holds the payload (no bytes when there is none).
///
/// `None` says nothing about the event but that it does not look as we write it.
pub(crate) fn head(event: &[u8]) -> Option<(Head, &[u8])> {
    let mut fields = Fields(event);
    let id = EventId(fields.id(ID)??);
    let origin = origin(fields.varint(ORIGIN)?)?;
    let place = Place { origin, epoch: fields.number(EPOCH)?, sequence: fields.varint(SEQUENCE)? };
    let head = Head {
        id,
        place,
        schema: fields.number(SCHEMA)?,
        must_understand: fields.varint(MUST_UNDERSTAND)? != 0,
        entry: fields.id(ENTRY)?.map(EntryId),
        part_version: fields.varint(PART_VERSION)?,
        recorded_at: Micros(fields.fixed(RECORDED_AT)?),
        wall: Micros(fields.fixed(WALL)?),
        actor: actor(fields.bytes(ACTOR)?)?,
        on_behalf_of: match fields.bytes(ON_BEHALF_OF)? {
            [] => None,
            code => Some(std::str::from_utf8(code).ok()?.parse().ok()?),
        },
        authority: optional(fields.message(AUTHORITY)?, authority)?,
        command: command(&mut fields)?,
        cause: optional(fields.message(CAUSE)?, self::place)?,
        rules: fields.number(RULES)?,
        registry: fields.digest(REGISTRY)?,
        correlation: fields.id(CORRELATION)?.map(EventId),
    };
    fields.only_payload_is_left().then_some((head, fields.0))
}

fn command(fields: &mut Fields<'_>) -> Option<Option<CommandRef>> {
    let id = fields.id(COMMAND_ID)?.map(CommandId);
    let request_digest = fields.digest(REQUEST_DIGEST)?;
    let index = fields.number(COMMAND_INDEX)?;
    let expected_version = fields.present_varint(EXPECTED_VERSION)?;
    let Some(id) = id else { return Some(None) };
    Some(Some(CommandRef { id, request_digest: request_digest?, index, expected_version }))
}

fn actor(bytes: &[u8]) -> Option<Actor> {
    let mut fields = Fields(bytes);
    let kind = i32::try_from(fields.varint(ACTOR_KIND)?).ok()?;
    let subject = fields.id(ACTOR_SUBJECT)?;
    let service = fields.varint(ACTOR_SERVICE)?;
    fields.nothing_is_left()?;
    match ActorKind::try_from(kind).ok()? {
        ActorKind::Person => Some(Actor::Person(SubjectId(subject?))),
        ActorKind::Service => Some(Actor::Service(origin(service)?)),
        ActorKind::System => Some(Actor::System(origin(service)?)),
        ActorKind::Unspecified => None,
    }
}

fn authority(bytes: &[u8]) -> Option<Authority> {
    let mut fields = Fields(bytes);
    let designation = DesignationId(fields.id(DESIGNATION)??);
    let granted = place(fields.message(GRANTED)??)?;
    fields.nothing_is_left()?;
    Some(Authority { designation, granted })
}

fn place(bytes: &[u8]) -> Option<Place> {
    let mut fields = Fields(bytes);
    let origin = origin(fields.varint(PLACE_ORIGIN)?)?;
    let place = Place { origin, epoch: fields.number(PLACE_EPOCH)?, sequence: fields.varint(PLACE_SEQUENCE)? };
    fields.nothing_is_left()?;
    Some(place)
}

/// Reads a message that may be absent.
fn optional<T>(bytes: Option<&[u8]>, read: fn(&[u8]) -> Option<T>) -> Option<Option<T>> {
    match bytes {
        Some(bytes) => read(bytes).map(Some),
        None => Some(None),
    }
}

fn origin(number: u64) -> Option<Origin> {
    Origin::from_number(i32::try_from(number).ok()?)
}

/// A message's fields, taken from the front in the order of their numbers. A field that is not next is absent and has its
/// default; one that comes out of order is never taken, so that something is left in the end. Every answer is `None` when the
/// bytes are not as we write them.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// Takes the key of a field, when it is next.
    fn take_key(&mut self, field: Field) -> bool {
        let rest = match (field.key(), self.0) {
            ((first, None), [found, rest @ ..]) if *found == first => rest,
            ((first, Some(second)), [found, follows, rest @ ..]) if (*found, *follows) == (first, second) => rest,
            _ => return false,
        };
        self.0 = rest;
        true
    }

    fn take_varint(&mut self) -> Option<u64> {
        // Most numbers have one byte.
        if let [byte @ 0..0x80, rest @ ..] = self.0 {
            self.0 = rest;
            return Some(u64::from(*byte));
        }
        prost::encoding::decode_varint(&mut self.0).ok()
    }

    fn present_varint(&mut self, field: Field) -> Option<Option<u64>> {
        if self.take_key(field) { self.take_varint().map(Some) } else { Some(None) }
    }

    fn varint(&mut self, field: Field) -> Option<u64> {
        self.present_varint(field).map(Option::unwrap_or_default)
    }

    fn number(&mut self, field: Field) -> Option<u32> {
        u32::try_from(self.varint(field)?).ok()
    }

    fn fixed(&mut self, field: Field) -> Option<i64> {
        if !self.take_key(field) {
            return Some(0);
        }
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(i64::from_le_bytes(*bytes))
    }

    /// A message: absent is not the same as empty.
    fn message(&mut self, field: Field) -> Option<Option<&'a [u8]>> {
        if !self.take_key(field) {
            return Some(None);
        }
        let length = usize::try_from(self.take_varint()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(Some(bytes))
    }

    fn bytes(&mut self, field: Field) -> Option<&'a [u8]> {
        self.message(field).map(Option::unwrap_or_default)
    }

    /// So many bytes, or none.
    fn array<const N: usize>(&mut self, field: Field) -> Option<Option<[u8; N]>> {
        match self.bytes(field)? {
            [] => Some(None),
            bytes => bytes.try_into().ok().map(Some),
        }
    }

    fn id(&mut self, field: Field) -> Option<Option<[u8; 16]>> {
        self.array(field)
    }

    fn digest(&mut self, field: Field) -> Option<Option<Digest>> {
        Some(self.array(field)?.map(Digest))
    }

    fn nothing_is_left(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }

    /// Whether nothing is left, or one field that has the number of a payload and ends where the event ends.
    fn only_payload_is_left(&self) -> bool {
        let mut rest = Fields(self.0);
        if rest.0.is_empty() {
            return true;
        }
        let Some(key) = rest.take_varint() else { return false };
        if key & 7 != super::Wire::Bytes as u64 || key >> 3 < PAYLOADS_FROM {
            return false;
        }
        rest.take_varint().is_some_and(|length| length == rest.0.len() as u64)
    }
}
