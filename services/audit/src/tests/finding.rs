use dossier_exchange::{Divergence, Tally, conformance::Shelf};
use dossier_identity::Role;
use dossier_proof::Hash;
use dossier_proto::{Actor, Origin, Payload, Place, v1};
use serde_json::json;
use v1::report_finding::Kind;

use super::house::{ENTRY, House, World};
use crate::{
    domain::FindingKind,
    inbox::finding_of,
    seen::{Judgement, SeenCheckpoint, judge},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_root_that_differs_becomes_a_finding_and_is_shown() {
    let house = House::open().await;
    house.world.designate("auditor", Role::Auditor, "");
    house.world.shelves[&Origin::Submission].fill(3);
    house.world.shelves[&Origin::Submission].lie_about_the_root();
    let house = house.follow();
    house.until("the finding is recorded", || !house.findings().is_empty()).await;
    house.until("reading has stopped", || house.service.agreement().is_err()).await;
    let told = house.service.agreement().unwrap_err();
    assert!(told.contains("submission signed the root"), "{told}");
    let findings = house.findings();
    assert!(findings.iter().all(|finding| finding.kind() == Kind::RootDiffers), "{findings:?}");
    let at = Place::try_from(findings[0].at.as_ref().unwrap()).unwrap();
    assert_eq!(at, Place { origin: Origin::Submission, epoch: 0, sequence: 3 });
    house
        .until("the auditor is designated", || house.service.engine().view().state.designations.all().next().is_some())
        .await;
    let listed = house.get("/findings", Some("auditor")).await.expect(200);
    assert_eq!(listed.body["items"][0]["kind"], "root-differs");
    assert_eq!(listed.body["items"][0]["at"], json!({"origin": "submission", "epoch": 0, "sequence": 3}));
    assert_eq!(house.service.copies().seen().newest(Origin::Submission), None, "what does not hold is not kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_of_somebody_else_becomes_a_finding_once() {
    let world = World::new();
    let stranger = dossier_proof::SigningKey::from_seed("test/publication", &[99; 32]).unwrap();
    let shelf = Shelf::signed_by(Origin::Publication, stranger);
    shelf.fill(2);
    let desk = dossier_exchange::conformance::Desk::with(Vec::new());
    world.hub.join(Origin::Publication, shelf, desk);
    let house = House::open_with(world, |_| {}).await.follow();
    house
        .until("the finding is recorded", || {
            house.findings().iter().any(|finding| finding.kind() == Kind::SignatureBad)
        })
        .await;
    // The reader hears of it within a second of its own.
    let disagrees = || house.service.agreement().is_err_and(|told| told.contains("publication"));
    house.until("readiness says so", disagrees).await;
}

/// P9: a service has taken another key, and somebody goes on with the former one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_under_a_key_that_was_given_up_becomes_a_finding() {
    let next = |seed| dossier_proof::SigningKey::from_seed("test/publication", &[seed; 32]).unwrap();
    let house = House::open().await.follow();
    let shelf = &house.world.shelves[&Origin::Publication];
    shelf.rotate(next(0x61));
    shelf.rotate(next(0x62));
    let copied =
        |size| house.service.copies().seen().newest(Origin::Publication).is_some_and(|seen| seen.size() == size);
    house.until("it is signed with the new key and seen", || copied(shelf.head().sequence)).await;
    assert!(house.findings().is_empty(), "to take a key is none");
    // The same events and one more, under the first key.
    let forged = Shelf::new(Origin::Publication);
    let from = dossier_exchange::Position::default();
    let events = dossier_exchange::Source::read(&**shelf, from, dossier_exchange::ReadLimits::default()).unwrap();
    events.into_iter().for_each(|event| forged.put_bytes(event.to_vec()));
    forged.fill(1);
    house.world.hub.join(Origin::Publication, forged, dossier_exchange::conformance::Desk::with(Vec::new()));
    let is_found = || house.findings().iter().any(|finding| finding.kind() == Kind::SignatureBad);
    house.until("the finding is recorded", is_found).await;
    assert!(copied(shelf.head().sequence), "nothing of it was taken");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edition_without_an_approval_is_found_and_stands_in_the_trail() {
    let house = House::with_an_entry().await;
    let (_, other) = house.world.content(2, r#"{"title":{"en":"Something nobody approved"}}"#);
    let approved = Place { origin: Origin::Moderation, epoch: 0, sequence: 1 };
    let planted = house.world.edition(2, other, approved);
    house.until("the finding is recorded", || !house.findings().is_empty()).await;
    let finding = &house.findings()[0];
    assert_eq!((finding.kind(), finding.at), (Kind::NotApproved, Some(planted.into())));
    let told = house.get(&format!("/entries/{ENTRY}/trail"), Some("auditor")).await.expect(200);
    let found = told.body["steps"].as_array().unwrap().iter().find(|step| step["kind"] == "finding-reported").unwrap();
    assert_eq!(found["sentence"], FindingKind::NotApproved.meaning());
    assert!(house.service.agreement().is_ok(), "the journals themselves agree with what was signed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_received_that_was_never_sent_is_found() {
    let house = House::open().await.follow();
    let [submitted, ..] = house.world.published();
    let received = Payload::Received(v1::Received { place: Some(submitted.into()), hash: vec![9; 32] });
    let by = Actor::Service(Origin::Moderation);
    let planted = house.world.happens_because(Origin::Moderation, by, Some(ENTRY), received, Some(submitted));
    house.until("the finding is recorded", || !house.findings().is_empty()).await;
    assert_eq!((house.findings()[0].kind(), house.findings()[0].at), (Kind::NeverSent, Some(planted.into())));
}

/// What was copied and not judged when the power went is judged at the next start; what was found is not found twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_copied_and_not_judged_is_judged_at_the_next_start_once() {
    let world = World::new();
    let house = House::open_on_disk(&world).await.follow();
    let (_, content) = world.content(1, "{}");
    world.edition(1, content, Place { origin: Origin::Moderation, epoch: 0, sequence: 77 });
    // Its cause never comes: it is held, and read again by every start.
    let (_, content) = world.content(1, "{}");
    let wrong = Payload::Approved(v1::Approved {
        command: Some(v1::Approve { digest: content.digest.clone(), ..v1::Approve::default() }),
        content: Some(content),
        submitted: Some(Place { origin: Origin::Submission, epoch: 0, sequence: 5 }.into()),
        ..v1::Approved::default()
    });
    world.happens(Origin::Moderation, Actor::System(Origin::Moderation), Some(ENTRY), wrong);
    house.until("the finding is recorded", || !house.findings().is_empty()).await;
    let before = house.findings();
    assert_eq!(before.len(), 1);
    assert_eq!(before[0].kind(), Kind::NotSubmitted);
    let world = house.close().await;
    let house = House::reopened(&world).await;
    house.judged().await;
    assert_eq!(house.findings(), before, "the same thing is found once");
}

#[test]
fn divergences_are_findings_by_kind_and_place() {
    let hash = |byte: u8| Hash::from_bytes([byte; 32]);
    let copied = |origin| Tally { epoch: 2, ..Tally::start(origin) };
    let place = |sequence| Place { origin: Origin::Moderation, epoch: 2, sequence };
    let origin = Origin::Moderation;
    for (divergence, kind, at, expected, found) in [
        (
            Divergence::Root { origin, size: 7, signed: hash(1), read: hash(2) },
            FindingKind::RootDiffers,
            place(7),
            vec![2; 32],
            vec![1; 32],
        ),
        (
            Divergence::Signature { origin, reason: "no".to_owned() },
            FindingKind::SignatureBad,
            place(0),
            Vec::new(),
            Vec::new(),
        ),
        (
            Divergence::Shorter { origin, shown: 4, read: 9 },
            FindingKind::Shorter,
            place(4),
            9_u64.to_be_bytes().to_vec(),
            4_u64.to_be_bytes().to_vec(),
        ),
        (
            Divergence::Event { place: place(5), reason: "no".to_owned() },
            FindingKind::NotAnEvent,
            place(5),
            Vec::new(),
            Vec::new(),
        ),
    ] {
        let finding = finding_of(&divergence, &copied);
        assert_eq!((finding.kind, finding.at), (kind, at), "{divergence}");
        assert_eq!((finding.expected, finding.found), (expected, found), "{divergence}");
    }
}

#[test]
fn a_new_checkpoint_is_held_against_the_kept_one_and_the_copy() {
    let key = dossier_exchange::conformance::signer(Origin::Submission);
    let seen = |epoch: u32, size: u64, root: u8| {
        let root = Hash::from_bytes([root; 32]);
        let checkpoint =
            dossier_proof::Checkpoint::new(format!("test/submission/{epoch}"), dossier_proof::TreeHead { size, root });
        let signed = dossier_proof::SignedCheckpoint::sign(&checkpoint, &key).unwrap();
        SeenCheckpoint::of(signed, "test/submission", dossier_proto::Micros(1)).unwrap()
    };
    let kept = seen(1, 10, 1);
    let judged = |new: &SeenCheckpoint, copied: u8| match judge(
        Origin::Submission,
        Some(&kept),
        new,
        Hash::from_bytes([copied; 32]),
    ) {
        Judgement::Newer => "newer",
        Judgement::Same => "same",
        Judgement::Against(finding) => finding.kind.key(),
    };
    for (new, copied, expected) in [
        (seen(1, 11, 2), 2, "newer"),
        (seen(1, 11, 2), 3, "root-differs"),
        (seen(1, 10, 1), 1, "same"),
        (seen(1, 10, 4), 4, "root-differs"),
        (seen(1, 9, 5), 5, "shorter"),
        (seen(0, 99, 6), 6, "shorter"),
        (seen(2, 1, 7), 7, "newer"),
    ] {
        assert_eq!(judged(&new, copied), expected, "{new:?}");
    }
    assert_eq!(judge(Origin::Submission, None, &kept, kept.root()), Judgement::Newer);
    let of_another = SeenCheckpoint::of(kept.signed.clone(), "test/submissio", dossier_proto::Micros(1));
    assert_eq!(of_another, None);
}
