//! Who gets which key: what was submitted, and nothing else.

use dossier_exchange::{KeyRefusal, Position};
use dossier_proto::{KeyId, Origin};
use serde_json::json;

use super::house::{House, content_with};
use crate::keys;

const ASKERS: [Origin; 4] = Origin::ALL;

#[tokio::test]
async fn keys_of_what_was_submitted_go_to_moderation_and_audit_and_of_drafts_to_nobody() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let body = json!({"content": content_with("geographic_scope", json!("national"))});
    let path = format!("/entries/{id}/draft");
    house.put(&path).by("aigerim").json(&body).if_match("\"d1\"").send().await.expect(200);
    let (first, second) = (house.key_of_revision(id, 1), house.key_of_revision(id, 2));
    let desk = house.service.desk();
    for asker in ASKERS {
        for key in [first, second] {
            let refused = desk.grant(asker, &[key]).unwrap_err();
            assert_eq!(refused, KeyRefusal::NotEntitled { asker, key }, "of a draft");
        }
    }

    house.submitted("aigerim", id).await;
    for asker in ASKERS {
        let entitled = matches!(asker, Origin::Moderation | Origin::Audit);
        assert_eq!(desk.grant(asker, &[second]).is_ok(), entitled, "{asker}");
        assert!(desk.grant(asker, &[first]).is_err(), "{asker}: revision 1 was never submitted");
        assert!(desk.grant(asker, &[second, first]).is_err(), "{asker}: all or nothing");
    }

    // What is written after the return is a draft again.
    house.changes_requested(id, "Say where.").await;
    let body = json!({"content": content_with("geographic_scope", json!("regional"))});
    house.put(&path).by("aigerim").json(&body).if_match("\"d2\"").send().await.expect(200);
    let third = house.key_of_revision(id, 3);
    for asker in ASKERS {
        assert_eq!(desk.grant(asker, &[third]).unwrap_err(), KeyRefusal::NotEntitled { asker, key: third });
    }
    assert!(desk.grant(Origin::Moderation, &[second]).is_ok(), "what was submitted stays readable to its reviewers");
}

#[tokio::test]
async fn a_granted_key_opens_the_content_and_all_that_was_said_with_it() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    house.submitted("aigerim", id).await;
    let (_, submitted) = house.submission(id);
    let asked = keys::of_submitted(&submitted);
    assert_eq!(asked.len(), 1, "one key for the content and what was said");
    house.theirs.admit(house.service.desk().grant(Origin::Moderation, &asked).unwrap()).unwrap();
    let words = crate::words::Words::new(house.theirs.clone());
    let opened = words.open_content(id, submitted.content.as_ref().unwrap()).unwrap();
    assert_eq!(opened.content["event_type"], "conference");
    let said = submitted.command.unwrap().what_changed.unwrap();
    let said = words.open_text(id, dossier_vault::Purpose::WhatChanged, &said).unwrap();
    assert_eq!(said.as_deref(), Some("the place was corrected"));
}

/// Whoever has read an event may ask in that very instant. A "no" would be final for them: the key would never come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_given_in_the_very_instant_its_event_can_be_read() {
    let house = std::sync::Arc::new(House::open().await);
    for _ in 0..20 {
        let id = house.started("aigerim").await.id();
        let key = house.key_of_revision(id, 1);
        let (source, desk) = (house.service.engine().source(), house.service.desk());
        let head = house.service.engine().journal().head();
        let asked = tokio::spawn(async move {
            source.wait(Position { epoch: head.epoch, sequence: head.size }).await;
            tokio::task::spawn_blocking(move || desk.grant(Origin::Moderation, &[key]).map(drop)).await.unwrap()
        });
        house.submitted("aigerim", id).await;
        assert_eq!(asked.await.unwrap(), Ok(()));
    }
}

#[tokio::test]
async fn erased_unknown_and_too_many_keys_are_told() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    house.submitted("aigerim", id).await;
    let desk = house.service.desk();
    let key = house.key_of_revision(id, 1);
    let many = vec![key; 257];
    assert!(matches!(desk.grant(Origin::Moderation, &many), Err(KeyRefusal::TooMany { asked: 257, .. })));
    let unknown = KeyId([9; 16]);
    assert!(matches!(desk.grant(Origin::Moderation, &[unknown]), Err(KeyRefusal::NotEntitled { .. })));
    house.vault.erase(key).unwrap();
    assert_eq!(desk.grant(Origin::Moderation, &[key]).unwrap_err(), KeyRefusal::Gone { key });
    let told = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    assert_eq!(told.body["content"], serde_json::Value::Null, "forgotten here too");
    house.get("/entries").by("aigerim").send().await.expect(200);
}

#[tokio::test]
async fn this_service_asks_for_messages_to_the_contributor_and_for_nothing_else() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    house.submitted("aigerim", id).await;
    let requested = house.changes_requested(id, "Say where.").await;
    assert_eq!(keys::keys_needed(&requested).len(), 2, "the quote and the text");
    let note = house.said(id, dossier_vault::Purpose::Note, "between ourselves");
    let approved = dossier_proto::v1::Approved {
        command: Some(dossier_proto::v1::Approve { note: Some(note), ..Default::default() }),
        ..Default::default()
    };
    let approved = house.hear(Origin::Moderation, Some(id), dossier_proto::Payload::Approved(approved)).await;
    assert!(keys::keys_needed(&approved).is_empty(), "the note is moderation's own");
}
