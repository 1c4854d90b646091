use super::*;

fn message(id: u64, bytes: usize) -> Message {
    let subject = format!("_INBOX_audit.broker.nonce.{id}");
    Message {
        length: subject.len() + bytes,
        subject: subject.into(),
        reply: None,
        payload: vec![0; bytes].into(),
        headers: None,
        status: None,
        description: None,
    }
}

fn waiting(pending: &Pending, id: u64, room: usize) -> Call {
    let (sender, answers) = mpsc::channel(ANSWERS_MAX);
    lock(pending).insert(id, Waiting { answers: sender, room });
    Call { id, answers, pending: Arc::clone(pending) }
}

/// Whatever somebody sends: what waits in memory has a bound in bytes, and another question is not touched by it.
#[tokio::test]
async fn no_more_bytes_wait_than_were_asked_for() {
    let pending = Pending::default();
    let (mut large, mut other) = (waiting(&pending, 1, 1_000_000), waiting(&pending, 2, 1_000));
    for _ in 0..513 {
        hand_out(&pending, message(1, 512 * 1024));
    }
    hand_out(&pending, message(2, 10));
    let soon = Instant::now() + Duration::from_secs(5);
    assert!(large.answer(soon).await.is_ok(), "what fits is taken");
    assert_eq!(large.answer(soon).await.map(drop), Err(CallError::TooLarge), "and nothing after it");
    assert!(other.answer(soon).await.is_ok());
}

#[tokio::test]
async fn no_more_messages_wait_than_were_asked_for() {
    let pending = Pending::default();
    let mut call = waiting(&pending, 1, usize::MAX);
    for _ in 0..=ANSWERS_MAX {
        hand_out(&pending, message(1, 0));
    }
    let soon = Instant::now() + Duration::from_secs(5);
    for _ in 0..ANSWERS_MAX {
        assert!(call.answer(soon).await.is_ok());
    }
    assert_eq!(call.answer(soon).await.map(drop), Err(CallError::TooLarge));
}
