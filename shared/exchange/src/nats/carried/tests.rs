use dossier_proof::{Checkpoint, SigningKey, tree::TreeHead};

use super::*;

fn message(headers: &[(&str, &str)], payload: usize) -> Message {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, *value);
    }
    Message {
        subject: "dossier.event.audit.-".into(),
        reply: None,
        payload: vec![1; payload].into(),
        headers: Some(map),
        status: None,
        description: None,
        length: payload,
    }
}

fn signed() -> SignedCheckpoint {
    let key = SigningKey::from_seed("test/audit", &[1; 32]).expect("a key");
    let head = TreeHead { size: 8, root: dossier_proof::leaf_of_event(b"x") };
    SignedCheckpoint::sign(&Checkpoint::new("test/audit/3", head), &key).expect("a signature")
}

#[test]
fn where_a_message_says_that_it_stands() {
    let note = checkpoint_header(&signed());
    let live = message(&[(EPOCH_HEADER, "3"), (EXPECTED_HEADER, "7"), (CHECKPOINT_HEADER, &note)], 10);
    let carried = Carried::live(&live).expect("an event");
    assert_eq!(carried.at, Position { epoch: 3, sequence: 7 });
    assert_eq!(carried.checkpoint.expect("the signature").text(), signed().text());
    let stored = message(&[(EPOCH_HEADER, "3"), (NUMBER_HEADER, "8"), (EXPECTED_HEADER, "1")], 10);
    assert_eq!(Carried::stored(&stored).expect("an event").at, Position { epoch: 3, sequence: 7 });
}

#[test]
fn what_cannot_be_read_is_passed_over() {
    let large = EVENT_BYTES_MAX + 1;
    for (headers, payload) in [
        (vec![], 1),
        (vec![(EPOCH_HEADER, "0")], 1),
        (vec![(EXPECTED_HEADER, "0")], 1),
        (vec![(EPOCH_HEADER, "4294967296"), (EXPECTED_HEADER, "0")], 1),
        (vec![(EPOCH_HEADER, "-1"), (EXPECTED_HEADER, "0")], 1),
        (vec![(EPOCH_HEADER, "0"), (EXPECTED_HEADER, "18446744073709551616")], 1),
        (vec![(EPOCH_HEADER, "0"), (EXPECTED_HEADER, "0")], large),
    ] {
        assert!(Carried::live(&message(&headers, payload)).is_none(), "{headers:?}");
    }
    assert!(Carried::stored(&message(&[(EPOCH_HEADER, "0"), (NUMBER_HEADER, "0")], 1)).is_none());
    let mut end = message(&[(EPOCH_HEADER, "0"), (NUMBER_HEADER, "5")], 0);
    end.status = Some(StatusCode::from_u16(204).expect("a status"));
    assert!(Carried::stored(&end).is_none());
    let none = Message { headers: None, ..message(&[], 1) };
    assert!(Carried::live(&none).is_none());
}

#[test]
fn a_signature_that_cannot_be_read_is_none() {
    for note in ["", "%%%", "aGVsbG8=", &"A".repeat(CHECKPOINT_CHARS_MAX + 4)] {
        let live = message(&[(EPOCH_HEADER, "0"), (EXPECTED_HEADER, "0"), (CHECKPOINT_HEADER, note)], 1);
        assert!(Carried::live(&live).expect("the event all the same").checkpoint.is_none());
    }
}
