use dossier_proof::{Checkpoint, SigningKey, tree::TreeHead};

use super::*;

fn signed() -> SignedCheckpoint {
    let key = SigningKey::from_seed("test/audit", &[1; 32]).expect("a key");
    let head = TreeHead { size: 8, root: dossier_proof::leaf_of_event(b"x") };
    SignedCheckpoint::sign(&Checkpoint::new("test/audit/3", head), &key).expect("a signature")
}

fn there_and_back(answer: &Answer) -> String {
    format!("{:?}", Answer::decode(answer.clone().encode(), Origin::Publication))
}

#[test]
fn answers_come_back_as_they_were() {
    let (key, asker) = (KeyId([7; 16]), Origin::Publication);
    let batch =
        Batch { events: vec![Bytes::from_static(b"one"), Bytes::from_static(b"two")], checkpoints: vec![signed()] };
    for answer in [
        Answer::Replay(batch.clone(), Position { epoch: 3, sequence: 9 }),
        Answer::Replay(Batch { checkpoints: Vec::new(), ..batch }, Position::default()),
        Answer::Checkpoint(signed()),
        Answer::Keys(Vec::new()),
        Answer::KeysRefused(KeyRefusal::NotEntitled { asker, key }),
        Answer::KeysRefused(KeyRefusal::Gone { key }),
        Answer::KeysRefused(KeyRefusal::TooMany { asked: 300, max: 256 }),
        Answer::KeysRefused(KeyRefusal::Unreadable),
        Answer::Body(Bytes::from_static(b"anything")),
        Answer::NotThere,
        Answer::failed("not now"),
    ] {
        assert_eq!(there_and_back(&answer), format!("{:?}", Ok::<_, WireError>(answer)));
    }
}

#[test]
fn questions_come_back_within_our_limits() {
    let from = Position { epoch: 3, sequence: 99 };
    let limits = ReadLimits { events_max: 5, bytes_max: 1000 };
    let (back, kept) = decode_replay_request(encode_replay_request(from, limits)).expect("a question");
    assert_eq!((back, kept.events_max, kept.bytes_max), (from, 5, 1000));
    let greedy = v1::ReplayRequest { events_max: u32::MAX, bytes_max: u32::MAX, ..Default::default() };
    let (_, kept) = decode_replay_request(greedy.encode_to_vec().into()).expect("a question");
    assert_eq!((kept.events_max, kept.bytes_max), (REPLAY_EVENTS_MAX, REPLAY_BYTES_MAX));
    let (_, kept) = decode_replay_request(Bytes::new()).expect("a question");
    assert_eq!((kept.events_max, kept.bytes_max), (1, 1));
    let ats = [Position::default(), from].map(AboutSignatures::At);
    for at in [AboutSignatures::Newest, AboutSignatures::Turns(0), AboutSignatures::Turns(7)].into_iter().chain(ats) {
        assert_eq!(decode_checkpoint_request(encode_checkpoint_request(at)), Ok(at));
    }
    let keys = vec![KeyId([1; 16]), KeyId([2; 16])];
    assert_eq!(decode_keys_request(encode_keys_request(&keys)), Ok(keys));
}

#[test]
fn what_is_too_large_or_none_is_refused() {
    let answer = |outcome| Bytes::from(v1::ExchangeAnswer { outcome: Some(outcome) }.encode_to_vec());
    let replay = |events: Vec<Bytes>, checkpoint: &str| {
        answer(Outcome::Replay(v1::ReplayAnswer { events, checkpoint: checkpoint.to_owned(), ..Default::default() }))
    };
    let refused = v1::KeysRefused { reason: Reason::Gone.into(), key: vec![1; 15], asked: 0, max: 0 };
    let unknown = v1::KeysRefused { reason: 99, ..Default::default() };
    for bytes in [
        Bytes::new(),
        Bytes::from_static(&[0xff; 9]),
        // An outcome of a later version: field 99, empty.
        Bytes::from_static(&[0x9a, 0x06, 0x00]),
        Bytes::from(vec![0; ANSWER_BYTES_MAX + 65]),
        replay(Vec::new(), ""),
        replay(vec![Bytes::new(); REPLAY_EVENTS_MAX + 1], ""),
        replay(vec![Bytes::from(vec![0; EVENT_BYTES_MAX + 1])], ""),
        replay(vec![Bytes::from_static(b"x")], "no note"),
        answer(Outcome::Checkpoint("no note".to_owned())),
        answer(Outcome::Keys(vec![1; 10])),
        answer(Outcome::Keys(vec![0; 82 * (KEYS_PER_REQUEST_MAX + 1)])),
        answer(Outcome::KeysRefused(refused)),
        answer(Outcome::KeysRefused(unknown)),
    ] {
        let read = Answer::decode(bytes.clone(), Origin::Audit);
        assert!(read.is_err(), "{} bytes: {read:?}", bytes.len());
    }
    assert!(decode_keys_request(vec![0; QUESTION_BYTES_MAX + 1].into()).is_err());
    let short = v1::KeysRequest { keys: vec![vec![1; 15]] };
    assert!(decode_keys_request(short.encode_to_vec().into()).is_err());
}

/// Nothing that comes from outside makes the reading panic. The seed is printed by the failure.
#[test]
fn changed_bytes_are_read_or_refused() {
    let batch = Batch { events: vec![Bytes::from_static(b"one")], checkpoints: vec![signed()] };
    let whole = Answer::Replay(batch, Position { epoch: 3, sequence: 9 }).encode();
    for k in 0..whole.len() {
        for change in [1, 0x80, 0xff] {
            let mut bytes = whole.to_vec();
            bytes[k] ^= change;
            let _ = Answer::decode(bytes.into(), Origin::Audit);
        }
        let _ = Answer::decode(whole.slice(..k), Origin::Audit);
    }
}
