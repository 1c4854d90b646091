//! Which keys an event names, and what each seals there.
//!
//! The walk goes by the contract itself (`build.rs` writes down which fields of which message are messages), so that sealed words
//! are found wherever they stand, in a field that is added tomorrow too: what an erasure has to destroy is not a list that
//! somebody has to keep.

use prost::{Message as _, bytes::Buf, encoding};

use crate::{Digest, KeyId, Payload, v1};

/// A message: its name, and of its fields that are messages the number and the position of that message.
type Shape = (&'static str, &'static [(u32, usize)]);

const SHAPES: &[Shape] = include!(concat!(env!("OUT_DIR"), "/shapes.rs"));

/// No message of the contract lies deeper: an event, what happened, its command, a content, a personal value, what is sealed. Twice that.
const DEPTH_MAX: usize = 12;

/// A key that an event names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedKey {
    /// The key.
    pub key: KeyId,
    /// What it seals there.
    pub seals: Seals,
}

/// What a key seals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seals {
    /// The content with this digest.
    Content(Digest),
    /// A value about a person in the content with this digest.
    PersonalValue(Digest),
    /// A file that a content names.
    File {
        /// The content's digest.
        content: Digest,
        /// The file's.
        file: Digest,
    },
    /// Who signed the paper that an entry was filed from: a person, and no part of the content.
    Signatory,
    /// A comment, a reason, a note: anything that somebody said.
    Said,
}

/// Every key that an event names, in the order they stand in it; one that is named twice is there twice. A key or digest of another
/// length than the contract's opens nothing and is left out.
pub fn named_keys(payload: &Payload) -> Vec<NamedKey> {
    let event = v1::Event { payload: Some(payload.clone()), ..v1::Event::default() };
    let mut found = Vec::new();
    walk(&event.encode_to_vec(), position_of("Event"), None, DEPTH_MAX, &mut found);
    found
}

fn position_of(name: &str) -> usize {
    SHAPES.iter().position(|(known, _)| *known == name).unwrap_or(usize::MAX)
}

/// Walks through a message. `content` is the digest of the content it stands in.
fn walk(bytes: &[u8], shape: usize, content: Option<Digest>, depth: usize, found: &mut Vec<NamedKey>) {
    let Some((name, fields)) = SHAPES.get(shape).filter(|_| depth > 0) else { return };
    let content = if *name == "Content" { digest_in(bytes, 2).or(content) } else { content };
    if *name == "AttachedFile" {
        let (key, file) = (key_in(bytes, 2), digest_in(bytes, 1));
        if let (Some(key), Some(file), Some(content)) = (key, file, content) {
            found.push(NamedKey { key, seals: Seals::File { content, file } });
        }
        return;
    }
    for (number, value) in delimited(bytes) {
        let Some((_, below)) = fields.iter().find(|(known, _)| *known == number) else { continue };
        if SHAPES.get(*below).is_none_or(|(below, _)| *below != "Sealed") {
            walk(value, *below, content, depth - 1, found);
            continue;
        }
        let seals = match (*name, number, content) {
            ("Content", _, Some(digest)) => Seals::Content(digest),
            ("PersonalValue", _, Some(digest)) => Seals::PersonalValue(digest),
            ("StartDraft", 8, _) => Seals::Signatory,
            _ => Seals::Said,
        };
        found.extend(key_in(value, 1).map(|key| NamedKey { key, seals }));
    }
}

/// The key in a field of bytes.
fn key_in(bytes: &[u8], field: u32) -> Option<KeyId> {
    last(bytes, field).and_then(|value| KeyId::try_from(value).ok())
}

fn digest_in(bytes: &[u8], field: u32) -> Option<Digest> {
    last(bytes, field).and_then(|value| Digest::try_from(value).ok())
}

/// A field that is there twice counts as it stands last (protobuf).
fn last(bytes: &[u8], field: u32) -> Option<&[u8]> {
    delimited(bytes).filter(|(number, _)| *number == field).last().map(|(_, value)| value)
}

/// The length-delimited fields of a message. Ends where the bytes are no message: they were made by [`v1::Event`], so they are one.
fn delimited(bytes: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        loop {
            let (number, wire) = encoding::decode_key(&mut rest).ok()?;
            if wire != encoding::WireType::LengthDelimited {
                encoding::skip_field(wire, number, &mut rest, encoding::DecodeContext::default()).ok()?;
                continue;
            }
            let length = usize::try_from(encoding::decode_varint(&mut rest).ok()?).ok()?;
            if length > rest.remaining() {
                return None;
            }
            let (value, after) = rest.split_at(length);
            rest = after;
            return Some((number, value));
        }
    })
}
