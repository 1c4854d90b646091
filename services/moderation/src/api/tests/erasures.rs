//! Orders to forget people, at the door.

use dossier_identity::Role;
use dossier_proto::SubjectId;
use serde_json::{Value, json};

use super::room::Room;

fn person(subject: SubjectId) -> Value {
    let subject = subject.to_string();
    json!({"scope": "person", "subject": subject, "reason": "own-request", "confirm": subject})
}

/// An order about a subject that stands for nobody was confirmed by everybody, as if somebody had been forgotten.
#[tokio::test]
async fn a_subject_of_whom_nobody_ever_heard_was_forgotten_all_the_same() {
    let mut room = Room::open().await;
    let manager = room.arrive("manager");
    room.service.designate(manager, Role::RecordsManager, None, &[]).await.unwrap();
    let (before, stranger) = (room.size(), SubjectId([9; 16]));
    let refused = room.post("manager", "/erasures", person(stranger)).await.is(404);
    assert_eq!(refused.text("/code"), "nobody-known", "{refused:?}");
    assert!(refused.text("/detail").contains("nothing was destroyed"), "{refused:?}");
    assert_eq!(room.size(), before, "nothing is recorded");
    for who in ["administrator", "moderator-a", "nobody"] {
        let known = room.post(who, "/erasures", person(room.subject("reviewer"))).await.is(403);
        let unknown = room.post(who, "/erasures", person(stranger)).await.is(403);
        assert_eq!(known.text("/code"), unknown.text("/code"), "whoever may not order it is not told who is known");
    }
    room.post("manager", "/erasures", person(room.subject("nobody"))).await.is(201);
    let again = room.post("manager", "/erasures", person(room.subject("nobody"))).await.is(409);
    assert_eq!(again.text("/code"), "erased-already");
}
