//! Every key that an event names is found, wherever it stands.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "the test of golden bytes uses all of it")]
mod samples;

use std::collections::BTreeSet;

use dossier_proto::{Digest, KeyId, Payload, Seals, named_keys, v1};
use prost::Message;

/// A key's id in the samples is sixteen times the same number, and stands as the first field of what is sealed: 0a 10 and the sixteen
/// bytes, followed by the nonce (12 18). An attached file's stands as its second: 12 10.
fn in_the_bytes(bytes: &[u8]) -> BTreeSet<KeyId> {
    let is_key = |window: &&[u8]| {
        let same = window[2..18].iter().all(|byte| *byte == window[2]);
        let sealed = window[..2] == [0x0a, 0x10] && window[18..20] == [0x12, 0x18];
        let file = window[..2] == [0x12, 0x10] && window[18] == 0x18;
        same && (sealed || file)
    };
    bytes.windows(20).filter(is_key).map(|window| KeyId::try_from(&window[2..18]).unwrap()).collect()
}

#[test]
fn of_every_kind_of_event_every_key_is_found() {
    let mut kinds = 0;
    for (name, payload) in samples::payloads() {
        let bytes = v1::Event { payload: Some(payload.clone()), ..Default::default() }.encode_to_vec();
        let wanted = in_the_bytes(&bytes);
        let found: BTreeSet<_> = named_keys(&payload).into_iter().map(|named| named.key).collect();
        assert_eq!(found, wanted, "{name}");
        kinds += usize::from(!wanted.is_empty());
    }
    assert!(kinds > 20, "so many kinds of events hold words: {kinds}");
}

fn with_a_file() -> Payload {
    let file =
        v1::AttachedFile { digest: vec![8; 32], key_id: vec![9; 16], bytes: 12, media_type: "text/plain".to_owned() };
    let content = v1::Content { digest: vec![7; 32], files: vec![file], ..Default::default() };
    Payload::EditionPublished(v1::EditionPublished { content: Some(content), ..Default::default() })
}

#[test]
fn it_is_told_what_each_key_seals() {
    let of = |wanted: &str| {
        let (_, payload) = samples::payloads().into_iter().find(|(name, _)| *name == wanted).unwrap();
        named_keys(&payload)
    };
    let submitted = of("submitted");
    assert!(submitted.iter().any(|named| matches!(named.seals, Seals::Content(_))), "{submitted:?}");
    assert!(submitted.iter().any(|named| matches!(named.seals, Seals::PersonalValue(_))), "{submitted:?}");
    let with_files = samples::payloads().into_iter().map(|(_, payload)| payload).chain([with_a_file()]);
    let files: Vec<_> = with_files.flat_map(|payload| named_keys(&payload)).map(|named| named.seals).collect();
    assert!(files.contains(&Seals::File { content: Digest([7; 32]), file: Digest([8; 32]) }), "{files:?}");
    assert!(submitted.iter().any(|named| named.seals == Seals::Said), "{submitted:?}");
    let sealed = v1::Sealed { key_id: vec![6; 16], ..Default::default() };
    let command = v1::StartDraft { signatory: Some(sealed), ..Default::default() };
    let started = Payload::DraftStarted(v1::DraftStarted { command: Some(command) });
    assert_eq!(named_keys(&started).first().map(|named| named.seals), Some(Seals::Signatory));
    assert!(of("comment_made").iter().all(|named| named.seals == Seals::Said));
    assert!(of("recall_asked").is_empty());
}
