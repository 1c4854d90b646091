use super::*;

fn stored(epoch: &str, bytes: &'static [u8]) -> StoredMessage {
    let headers = format!("NATS/1.0\r\n{EPOCH_HEADER}: {epoch}\r\n\r\n");
    StoredMessage { number: 8, bytes: Bytes::from_static(bytes), headers }
}

#[test]
fn the_last_message_must_be_the_journals_event() {
    let next = Position { epoch: 2, sequence: 8 };
    let own = Bytes::from_static(b"ours");
    assert_eq!(judge(&stored("2", b"ours"), 2, Some(&own), next), Standing::True(next));
    for (epoch, bytes, own) in
        [("2", "other", Some(&own)), ("1", "ours", Some(&own)), ("", "ours", Some(&own)), ("2", "ours", None)]
    {
        let judged = judge(&stored(epoch, bytes.as_bytes()), 2, own, next);
        assert!(matches!(judged, Standing::False(_)), "{epoch} {bytes}: {judged:?}");
    }
}

#[test]
fn a_window_never_begins_before_the_journal() {
    let at = |sequence| Position { epoch: 0, sequence };
    assert_eq!(window_start(at(0)), 0);
    assert_eq!(window_start(at(STREAM_EVENTS_MAX)), 0);
    assert_eq!(window_start(at(STREAM_EVENTS_MAX + 1)), 1);
}

#[test]
fn the_epoch_of_a_log() {
    assert_eq!(epoch_of("example.org/dossier/audit/17"), Some(17));
    for name in ["audit", "", "audit/", "audit/x", "audit/-1", "audit/4294967296"] {
        assert_eq!(epoch_of(name), None, "{name}");
    }
}
