//! Writing the envelope.

use prost::encoding::{encode_varint, encoded_len_varint};

use super::{
    ACTOR, ACTOR_KIND, ACTOR_SERVICE, ACTOR_SUBJECT, AUTHORITY, CAUSE, COMMAND_ID, COMMAND_INDEX, CORRELATION,
    DESIGNATION, ENTRY, EPOCH, EXPECTED_VERSION, Field, GRANTED, ID, MUST_UNDERSTAND, ON_BEHALF_OF, ORIGIN,
    PART_VERSION, PLACE_EPOCH, PLACE_ORIGIN, PLACE_SEQUENCE, RECORDED_AT, REGISTRY, REQUEST_DIGEST, RULES, SCHEMA,
    SEQUENCE, WALL,
};
use crate::{Actor, Authority, CommandRef, Digest, Head, Origin, Place, v1::ActorKind};

/// No envelope is larger. Ids: 5 × 18; digests: 2 × 35; times: 2 × 9; numbers: 2 + 2 × 6 + 3 × 11 + 2 × 8 + 2 + 12; actor 25; body
/// 18; authority 43; cause 23. Together 364.
pub(crate) const HEAD_BYTES_MAX: usize = 384;

/// Appends the envelope: fields in the order of their numbers, none that has its default.
pub(crate) fn head(head: &Head, out: &mut Vec<u8>) {
    let mut fields = Fields(out);
    fields.bytes(ID, head.id.as_bytes());
    fields.origin(ORIGIN, head.place.origin);
    fields.varint(EPOCH, head.place.epoch.into());
    fields.varint(SEQUENCE, head.place.sequence);
    fields.varint(SCHEMA, head.schema.into());
    fields.varint(MUST_UNDERSTAND, head.must_understand.into());
    fields.bytes(ENTRY, head.entry.as_ref().map_or(&[], |entry| entry.as_bytes()));
    fields.varint(PART_VERSION, head.part_version);
    fields.fixed(RECORDED_AT, head.recorded_at.0);
    fields.fixed(WALL, head.wall.0);
    fields.actor(head.actor);
    fields.bytes(ON_BEHALF_OF, head.on_behalf_of.as_ref().map_or(&[], |body| body.as_str().as_bytes()));
    if let Some(authority) = head.authority {
        fields.authority(authority);
    }
    if let Some(command) = head.command {
        fields.command(command);
    }
    if let Some(cause) = head.cause {
        fields.place(CAUSE, cause);
    }
    fields.varint(RULES, head.rules.into());
    fields.digest(REGISTRY, head.registry.as_ref());
    fields.bytes(CORRELATION, head.correlation.as_ref().map_or(&[], |id| id.as_bytes()));
}

struct Fields<'a>(&'a mut Vec<u8>);

impl Fields<'_> {
    fn key(&mut self, field: Field) {
        let (first, second) = field.key();
        self.0.push(first);
        self.0.extend(second);
    }

    fn present_varint(&mut self, field: Field, number: u64) {
        self.key(field);
        encode_varint(number, self.0);
    }

    fn varint(&mut self, field: Field, number: u64) {
        if number != 0 {
            self.present_varint(field, number);
        }
    }

    fn origin(&mut self, field: Field, origin: Origin) {
        self.varint(field, origin.number().into());
    }

    fn fixed(&mut self, field: Field, number: i64) {
        if number != 0 {
            self.key(field);
            self.0.extend_from_slice(&number.to_le_bytes());
        }
    }

    fn bytes(&mut self, field: Field, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.length(field, bytes.len());
            self.0.extend_from_slice(bytes);
        }
    }

    fn digest(&mut self, field: Field, digest: Option<&Digest>) {
        self.bytes(field, digest.map_or(&[], |digest| digest.as_bytes()));
    }

    fn length(&mut self, field: Field, length: usize) {
        self.present_varint(field, length as u64);
    }

    fn actor(&mut self, actor: Actor) {
        let (kind, subject, service) = match actor {
            Actor::Person(subject) => (ActorKind::Person, Some(subject), None),
            Actor::Service(origin) => (ActorKind::Service, None, Some(origin)),
            Actor::System(origin) => (ActorKind::System, None, Some(origin)),
        };
        // Kind takes two bytes; a person 2 + 16 more, a service two.
        self.length(ACTOR, if subject.is_some() { 20 } else { 4 });
        self.varint(ACTOR_KIND, kind as u64);
        if let Some(subject) = subject {
            self.bytes(ACTOR_SUBJECT, subject.as_bytes());
        }
        if let Some(service) = service {
            self.origin(ACTOR_SERVICE, service);
        }
    }

    fn authority(&mut self, authority: Authority) {
        let granted = place_bytes(authority.granted);
        // The designation takes 2 + 16 bytes; key and length of the place, which is short, two.
        self.length(AUTHORITY, 18 + 2 + granted);
        self.bytes(DESIGNATION, authority.designation.as_bytes());
        self.place(GRANTED, authority.granted);
    }

    fn command(&mut self, command: CommandRef) {
        self.bytes(COMMAND_ID, command.id.as_bytes());
        self.digest(REQUEST_DIGEST, Some(&command.request_digest));
        self.varint(COMMAND_INDEX, command.index.into());
        if let Some(version) = command.expected_version {
            self.present_varint(EXPECTED_VERSION, version);
        }
    }

    fn place(&mut self, field: Field, place: Place) {
        self.length(field, place_bytes(place));
        self.origin(PLACE_ORIGIN, place.origin);
        self.varint(PLACE_EPOCH, place.epoch.into());
        self.varint(PLACE_SEQUENCE, place.sequence);
    }
}

/// How many bytes a place takes: two for the origin, and up to 6 and 11 for epoch and sequence, which have a key of one byte.
fn place_bytes(place: Place) -> usize {
    let number = |number: u64| if number == 0 { 0 } else { 1 + encoded_len_varint(number) };
    2 + number(place.epoch.into()) + number(place.sequence)
}
