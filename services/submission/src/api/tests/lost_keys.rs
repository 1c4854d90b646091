//! A key that was lost with a disk, or destroyed: whoever goes on is told what to do, and nothing answers 500.

use dossier_proto::EntryId;
use serde_json::json;

use super::{
    clearance,
    house::{Ask, House, Told, content_with},
};

/// Answered as things stand, in words that say what to do.
fn told_what_to_do(told: &Told, what: &str, action: &str) {
    assert_eq!(told.status, 409, "{action}: {:#}", told.body);
    let detail = told.body["detail"].as_str().unwrap();
    assert!(detail.contains("cannot be read any more") && detail.contains(what), "{action}: {detail}");
}

fn reasoned<'a>(house: &'a House, id: EntryId, action: &str) -> Ask<'a> {
    house.post(&format!("/entries/{id}/{action}")).by("aigerim").json(&json!({"reason": "The place was wrong."}))
}

fn submit(house: &House, id: EntryId) -> Ask<'_> {
    let body = json!({"what_changed": "nothing", "certify": true});
    house.post(&format!("/entries/{id}/submit")).by("aigerim").json(&body)
}

async fn saved_anew(house: &House, id: EntryId) {
    let body = json!({"content": content_with("geographic_scope", json!("national"))});
    house.put(&format!("/entries/{id}/draft")).by("aigerim").json(&body).if_match("\"d1\"").send().await.expect(200);
}

#[tokio::test]
async fn a_draft_whose_key_is_lost_is_saved_anew_and_nothing_before_that_answers_500() {
    let mut house = House::open().await;
    let id = house.started("aigerim").await.id();
    house.lose_keys();
    for action in ["submit", "withdraw"] {
        let told = if action == "submit" { submit(&house, id) } else { reasoned(&house, id, action) }.send().await;
        told_what_to_do(&told, "Save the whole content anew", action);
    }
    // What is refused for another reason is refused for that one.
    for action in ["appeal", "object", "ask-retraction", "recall", "revise"] {
        let told = reasoned(&house, id, action).send().await;
        let plain = house.post(&format!("/entries/{id}/{action}")).by("aigerim").send().await;
        let told = if matches!(action, "recall" | "revise") { plain } else { told };
        assert_eq!(
            (told.status.as_u16(), told.body["state"].as_str()),
            (409, Some("draft")),
            "{action}: {:#}",
            told.body
        );
    }
    for path in ["", "/history", "/source", "/duplicates"] {
        let told = house.get(&format!("/entries/{id}{path}")).by("aigerim").send().await;
        assert!(!told.status.is_server_error(), "{path}: {:#}", told.body);
    }
    saved_anew(&house, id).await;
    reasoned(&house, id, "withdraw").send().await.expect(200);
}

#[tokio::test]
async fn what_was_returned_and_saved_anew_is_withdrawn_though_the_key_of_what_was_submitted_is_lost() {
    let mut house = House::open().await;
    let id = house.started("aigerim").await.id();
    house.submitted("aigerim", id).await;
    house.changes_requested(id, "Say where.").await;
    house.lose_keys();
    told_what_to_do(&reasoned(&house, id, "withdraw").send().await, "Save the whole content anew", "withdraw");
    saved_anew(&house, id).await;
    reasoned(&house, id, "withdraw").send().await.expect(200);
}

#[tokio::test]
async fn what_is_in_review_is_recalled_without_its_key_and_its_withdrawal_says_so() {
    let mut house = House::open().await;
    let id = house.started("aigerim").await.id();
    house.submitted("aigerim", id).await;
    house.lose_keys();
    told_what_to_do(&reasoned(&house, id, "withdraw").send().await, "recall", "withdraw");
    house.post(&format!("/entries/{id}/recall")).by("aigerim").send().await.expect(202);
}

#[tokio::test]
async fn a_retraction_is_asked_again_once_the_key_is_back() {
    let mut house = House::open().await;
    let id = house.started("aigerim").await.id();
    house.submitted("aigerim", id).await;
    house.published(id, 1).await;
    house.lose_keys();
    told_what_to_do(&reasoned(&house, id, "ask-retraction").send().await, "RESTORE.md", "ask-retraction");
    // The revision begins, with what is left of it, and is saved as a whole.
    let revised = house.post(&format!("/entries/{id}/revise")).by("aigerim").send().await.expect(200);
    assert!(revised.body["content"].is_null(), "{:#}", revised.body);
    told_what_to_do(&submit(&house, id).send().await, "Save the whole content anew", "submit");
}

#[tokio::test]
async fn a_repeat_of_a_withdrawal_is_answered_though_the_key_is_lost_meanwhile() {
    let mut house = House::open().await;
    let id = house.started("aigerim").await.id();
    reasoned(&house, id, "withdraw").header("idempotency-key", "once").send().await.expect(200);
    house.lose_keys();
    reasoned(&house, id, "withdraw").header("idempotency-key", "once").send().await.expect(200);
}

#[tokio::test]
async fn what_nobody_can_read_is_not_cleared_but_returned() {
    let mut house = clearance::open().await;
    let (id, asked) = clearance::asked(&house).await;
    let digest = &asked["digest"];
    house.lose_keys();
    for body in [json!({"digest": digest}), json!({"digest": digest, "note": "In haste."})] {
        let told = house.post(&format!("/entries/{id}/clear")).by("damir").json(&body).send().await;
        told_what_to_do(&told, "returns it", "clear");
    }
    told_what_to_do(&reasoned(&house, id, "withdraw").send().await, "recalls it", "withdraw");
    let body = json!({"digest": digest, "reason": "It cannot be read."});
    house.post(&format!("/entries/{id}/return")).by("damir").json(&body).send().await.expect(200);
}
