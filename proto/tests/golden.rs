//! The bytes of every event in every schema version are kept for ever and must always decode.
//!
//! `golden/events.txt` holds a line each: name, schema, hexadecimal bytes. Lines are only ever added: run the tests with
//! `DOSSIER_ADD_GOLDEN=1` after adding an event or raising a schema version.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod samples;

use std::{collections::BTreeSet, env, fs, path::PathBuf};

use dossier_proto::{DESCRIPTORS, Event, Micros, Payload, peek, schema_of};
use prost::Message;
use prost_types::FileDescriptorSet;

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden/events.txt")
}

fn lines() -> Vec<(String, u32, Vec<u8>)> {
    let text = fs::read_to_string(path()).expect("golden/events.txt is part of the contract");
    text.lines()
        .map(|line| {
            let mut parts = line.split(' ');
            let mut part = || parts.next().expect("name, schema, bytes");
            (part().to_owned(), part().parse().unwrap(), hex::decode(part()).unwrap())
        })
        .collect()
}

#[test]
fn every_event_still_has_its_golden_bytes() {
    if env::var_os("DOSSIER_ADD_GOLDEN").is_some() {
        add_missing();
    }
    let golden = lines();
    for (name, payload) in samples::payloads() {
        let schema = schema_of(&payload);
        let event = samples::event(payload);
        let (_, _, bytes) = golden
            .iter()
            .find(|(known, version, _)| known == name && *version == schema)
            .unwrap_or_else(|| panic!("{name} in schema {schema} has no golden bytes yet"));
        assert_eq!(hex::encode(event.encode()), hex::encode(bytes), "{name} is written differently than before");
        assert_eq!(Event::decode(bytes).unwrap(), event, "{name} is read differently than before");
    }
}

#[test]
fn every_golden_event_decodes_and_peeks() {
    for (name, schema, bytes) in lines() {
        let event = Event::decode(&bytes).unwrap_or_else(|error| panic!("{name} in schema {schema}: {error}"));
        assert!(event.payload.is_some(), "{name} in schema {schema} is not known any more");
        let peeked = peek(&bytes).unwrap();
        assert_eq!((peeked.epoch, peeked.sequence, peeked.entry), (1, 300, event.head.entry), "{name}");
    }
}

#[test]
fn every_kind_of_the_envelope_has_golden_bytes() {
    let descriptors = FileDescriptorSet::decode(DESCRIPTORS).unwrap();
    let envelope =
        descriptors.file.iter().flat_map(|file| &file.message_type).find(|message| message.name() == "Event");
    let kinds: BTreeSet<_> = envelope
        .expect("the envelope")
        .field
        .iter()
        // `oneof_index` 0 is the payload; `expected_version` is an optional field, a oneof of its own.
        .filter(|field| field.oneof_index == Some(0))
        .map(|field| field.name().to_owned())
        .collect();
    let golden: BTreeSet<_> = lines().into_iter().map(|(name, _, _)| name).collect();
    assert_eq!(kinds, golden);
}

/// `ReviewClaimed` said in schema 1 for how many minutes; it says in schema 2 until when.
#[test]
fn a_claim_of_the_first_schema_is_lifted() {
    let (_, _, bytes) = lines().into_iter().find(|(name, schema, _)| name == "review_claimed" && *schema == 1).unwrap();
    let event = Event::decode(&bytes).unwrap();
    let Some(Payload::ReviewClaimed(claimed)) = &event.payload else { panic!("a claim") };
    assert_eq!(event.head.schema, 1, "the envelope keeps what was written");
    assert_eq!(Micros(claimed.lease_until), event.head.recorded_at.plus(90 * 60 * Micros::SECOND));
}

fn add_missing() {
    let mut text = fs::read_to_string(path()).unwrap_or_default();
    for (name, payload) in samples::payloads() {
        let schema = schema_of(&payload);
        if !text.lines().any(|line| line.starts_with(&format!("{name} {schema} "))) {
            let bytes = hex::encode(samples::event(payload).encode());
            text.push_str(&format!("{name} {schema} {bytes}\n"));
        }
    }
    fs::write(path(), text).unwrap();
}

mod hostile {
    use dossier_proto::{Event, peek};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = Event::decode(&bytes);
            let _ = peek(&bytes);
        }

        #[test]
        fn a_damaged_event_never_panics(at in 0usize..100_000, flip in 1u8..) {
            for (_, _, mut bytes) in super::lines() {
                let at = at % bytes.len();
                bytes[at] ^= flip;
                let _ = Event::decode(&bytes);
                let _ = peek(&bytes);
            }
        }
    }
}
