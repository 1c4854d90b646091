//! What moderation shows of a submission that a state cleared.

use dossier_proto::{Actor, KeyId, Origin, Payload, Place, v1};
use dossier_vault::{Binding, Purpose};
use serde_json::json;

use super::room::{ENTRY, Room, content};

const ASKED: Place = Place { origin: Origin::Submission, epoch: 0, sequence: 4_001 };

/// Contributor and publishing authority: the second submission was cleared.
async fn cleared(room: &mut Room) {
    let filed = room.submit(ENTRY, 1, &content("A practice")).await;
    let Some(Payload::Submitted(mut submitted)) = filed.event.payload else { panic!("it was submitted") };
    let (submitter, authority) = (room.subject("contributor-kz"), Actor::Person(room.subject("authority-kz")));
    // Under the key of what is cleared.
    let content = submitted.content.as_ref().and_then(|content| content.sealed.as_ref()).unwrap();
    let key = KeyId::try_from(content.key_id.as_slice()).unwrap();
    let note =
        room.submission.seal(key, &Binding::entry(ENTRY, Purpose::Note), b"Read in the capital.").unwrap().into();
    let clear = v1::Clear { digest: filed.digest.to_vec(), note: Some(note) };
    let told = Payload::Cleared(v1::Cleared { command: Some(clear), asked: Some(ASKED.into()) });
    room.hear(authority, Origin::Submission, ENTRY, told).await;
    (submitted.round, submitted.clearance_asked, submitted.submitter) = (2, Some(ASKED.into()), submitter.to_vec());
    room.hear(authority, Origin::Submission, ENTRY, Payload::Submitted(submitted)).await;
}

/// The event that submits what was cleared is the publishing authority's, and moderators read that one's name as the submitter's.
#[tokio::test]
async fn who_cleared_it_is_not_shown_as_who_submitted_it() {
    let mut room = Room::open().await;
    cleared(&mut room).await;
    let review = room.get("moderator-a", &format!("/reviews/{ENTRY}")).await.is(200);
    let (submitter, authority) = (room.subject("contributor-kz").to_string(), room.subject("authority-kz").to_string());
    assert_eq!(review.text("/submission/by/subject"), submitter);
    assert_eq!(review.text("/submission/by/role"), "contributor");
    assert_eq!(review.text("/submission/cleared/by/subject"), authority);
    let history = review.body["history"].as_array().unwrap();
    let by = |kind: &str| history.iter().rev().find(|one| one["kind"] == kind).map(|one| one["by"]["subject"].clone());
    assert_eq!((by("submitted"), by("cleared")), (Some(json!(submitter)), Some(json!(authority))));
}

/// It stayed with submission.
#[tokio::test]
async fn the_word_that_a_state_sends_with_its_clearance_reaches_the_moderators() {
    let mut room = Room::open().await;
    cleared(&mut room).await;
    let review = room.get("moderator-a", &format!("/reviews/{ENTRY}")).await.is(200);
    assert_eq!(review.text("/submission/cleared/note"), "Read in the capital.");
}
