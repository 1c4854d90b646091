//! Keys on request: who gets which.

use dossier_exchange::{KEYS_PER_REQUEST_MAX, KeyRefusal};
use dossier_proto::{KeyId, Origin, Payload, v1};
use serde_json::json;

use super::room::*;
use crate::{keys_needed, views::key_of};

fn key(sealed: Option<&v1::Sealed>) -> KeyId {
    key_of(sealed.unwrap()).unwrap()
}

#[tokio::test]
async fn each_service_gets_what_it_is_entitled_to_and_nothing_else() {
    let mut room = Room::open().await;
    let first = room.submit(ENTRY, 1, &content("A forum")).await;
    room.act("moderator-a", "comment", json!({ "digest": first.digest, "text": "Internal" })).await.is(200);
    let items = json!([{ "text": "Message" }]);
    room.act("moderator-a", "request-changes", json!({ "digest": first.digest, "items": items })).await.is(200);
    let second = room.submit(ENTRY, 2, &content("A better forum")).await;
    room.act("moderator-a", "approve", json!({ "digest": second.digest, "note": "Internal" })).await.is(200);
    let (mut comment, mut message, mut note) = (None, None, None);
    for recorded in room.service.engine().of_entry(ENTRY).unwrap() {
        match recorded.event.payload {
            Some(Payload::CommentMade(made)) => comment = Some(key(made.command.unwrap().text.as_ref())),
            Some(Payload::ChangesRequested(event)) => {
                message = Some(key(event.command.unwrap().items[0].text.as_ref()));
            }
            Some(Payload::Approved(approved)) => note = Some(key(approved.command.unwrap().note.as_ref())),
            _ => {}
        }
    }
    let of = |filed: &Filed| keys_needed(&filed.event)[0];
    let desk = room.service.desk();
    for (what, key, expected) in [
        ("a comment", comment.unwrap(), vec![Origin::Audit]),
        ("a note", note.unwrap(), vec![Origin::Audit]),
        ("a message", message.unwrap(), vec![Origin::Submission, Origin::Audit]),
        ("what was returned", of(&first), vec![Origin::Audit]),
        ("what was approved", of(&second), vec![Origin::Publication, Origin::Audit]),
        ("what nobody heard of", KeyId([9; 16]), vec![]),
    ] {
        for asker in [Origin::Submission, Origin::Publication, Origin::Audit, Origin::Moderation] {
            let given = desk.grant(asker, &[key]);
            match given {
                Ok(keys) => assert!(expected.contains(&asker) && keys[0].key_id() == key, "{asker} gets {what}"),
                Err(refusal) => {
                    assert_eq!(refusal, KeyRefusal::NotEntitled { asker, key }, "{asker} and {what}");
                    assert!(!expected.contains(&asker), "{asker} is refused {what}");
                }
            }
        }
    }
    assert_ne!(comment, message, "what is internal and what is told have different keys");
    let mixed = desk.grant(Origin::Publication, &[of(&second), of(&first)]);
    assert!(matches!(mixed, Err(KeyRefusal::NotEntitled { .. })), "one that is refused refuses all");
    let many = vec![of(&second); KEYS_PER_REQUEST_MAX + 1];
    assert!(matches!(desk.grant(Origin::Publication, &many), Err(KeyRefusal::TooMany { .. })));
}

#[tokio::test]
async fn only_submissions_need_keys() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    assert_eq!(keys_needed(&filed.event).len(), 1, "content and what was changed have one key");
    let mut other = filed.event.clone();
    other.payload = Some(Payload::RecallAsked(v1::RecallAsked::default()));
    assert!(keys_needed(&other).is_empty());
    let Some(Payload::Submitted(mut submitted)) = filed.event.payload else { panic!("submitted") };
    let sealed = |byte: u8| Some(v1::Sealed { key_id: vec![byte; 16], ..v1::Sealed::default() });
    submitted.command.as_mut().unwrap().answers = vec![v1::Answer { item: 1, text: sealed(1), round: 0 }];
    submitted.content.as_mut().unwrap().personal =
        vec![v1::PersonalValue { sealed: sealed(2), ..v1::PersonalValue::default() }];
    other.payload = Some(Payload::Submitted(submitted));
    let needed = keys_needed(&other);
    assert!(needed.contains(&KeyId([1; 16])) && needed.contains(&KeyId([2; 16])) && needed.len() == 3);
}
