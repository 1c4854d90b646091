use dossier_exchange::{Delivered, Inbox as _};
use dossier_identity::Role;
use dossier_proto::{Actor, Event, Origin, Payload, Place, v1};

use super::house::{ENTRY, House, World};
use crate::{COPIED, Copies, copies::CopyError};

fn bytes_of(house: &House, origin: Origin) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let journal = house.service.copies().journal(origin).unwrap().clone();
    journal.replay(dossier_journal::Place { epoch: 0, sequence: 0 }, |stored| all.push(stored.event.to_vec())).unwrap();
    all
}

fn delivered(world: &World, origin: Origin) -> Vec<Delivered> {
    let limits = dossier_exchange::ReadLimits::default();
    let shelf: &dyn dossier_exchange::Source = &*world.shelves[&origin];
    let read = shelf.read(dossier_exchange::Position::default(), limits).unwrap();
    read.into_iter().map(|bytes| Delivered { event: Event::decode(&bytes).unwrap(), bytes }).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_is_the_origins_bytes_with_the_origins_root() {
    let house = House::with_an_entry().await;
    for origin in COPIED {
        let theirs = delivered(&house.world, origin);
        assert!(!theirs.is_empty());
        assert_eq!(bytes_of(&house, origin), theirs.iter().map(|one| one.bytes.to_vec()).collect::<Vec<_>>());
        let shelf: &dyn dossier_exchange::Source = &*house.world.shelves[&origin];
        let signed = shelf.checkpoint().unwrap();
        assert_eq!(house.service.copies().journal(origin).unwrap().head().root, signed.unverified().root);
        let copied = house.service.copies().journal(origin).unwrap().checkpoint().unwrap();
        assert_eq!(
            copied.unverified().origin,
            format!("test/audit/copy/{origin}/0"),
            "our own word, under our own name"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_unknown_kinds_are_copied_too() {
    use prost::Message as _;
    let house = House::open().await.follow();
    house.world.shelves[&Origin::Publication].fill(1);
    let known = delivered(&house.world, Origin::Publication);
    let mut raw = v1::Event::decode(known[0].bytes.clone()).unwrap();
    raw.sequence = 1;
    raw.payload = None;
    raw.must_understand = true;
    raw.entry = Vec::new();
    let mut bytes = raw.encode_to_vec();
    bytes.extend([0xfa, 0x3e, 0x03, 1, 2, 3]); // field 1007, three bytes: from a later version
    house.world.shelves[&Origin::Publication].put_bytes(bytes.clone());
    house.level().await;
    assert_eq!(bytes_of(&house, Origin::Publication)[1], bytes, "who keeps copies does not need to understand");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_survive_restarts_and_go_on_where_they_were() {
    let world = World::new();
    let mut house = House::open_on_disk(&world).await.follow();
    world.designate("auditor", Role::Auditor, "");
    world.published();
    house.level().await;
    let first = house.get(&format!("/entries/{ENTRY}/trail"), Some("auditor")).await.expect(200);
    for round in 0..3_usize {
        let before = COPIED.map(|origin| bytes_of(&house, origin));
        let heads = COPIED.map(|origin| house.service.reads(origin));
        let world = house.close().await;
        // While the audit service is away, life goes on.
        world.shelves[&Origin::Submission].fill(2 + round);
        house = House::reopened(&world).await;
        assert_eq!(COPIED.map(|origin| house.service.reads(origin)), heads, "it goes on where it was");
        assert_eq!(COPIED.map(|origin| bytes_of(&house, origin)), before);
        house = house.follow();
        house.level().await;
        let theirs = delivered(&world, Origin::Submission);
        assert_eq!(bytes_of(&house, Origin::Submission).len(), theirs.len());
    }
    let again = house.get(&format!("/entries/{ENTRY}/trail"), Some("auditor")).await.expect(200);
    assert_eq!(again.body["steps"][0], first.body["steps"][0]);
    assert_eq!(house.service.copies().numbered("EVT-2026-00001"), Some(ENTRY), "the numbers are read again");
    assert!(house.findings().is_empty(), "{:?}", house.findings());
}

/// The heads are what the others are started with, so that a journal that was rolled back is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_we_know_of_the_others_can_be_given_to_them() {
    let world = World::new();
    let house = House::open_on_disk(&world).await.follow();
    assert_eq!(house.service.copies().heads(Origin::Submission), []);
    world.published();
    house.level().await;
    let copies = house.service.copies();
    let kept = || copies.seen().newest(Origin::Submission).is_some_and(|seen| seen.size() == 2);
    house.until("the checkpoint is kept", kept).await;
    let shelf: &dyn dossier_exchange::Source = &*world.shelves[&Origin::Submission];
    let root = shelf.checkpoint().unwrap().unverified().root;
    let known = dossier_journal::MirrorHead { epoch: 0, size: 2, root };
    assert_eq!(copies.heads(Origin::Submission), [known, known], "the copy and the checkpoint say the same");
    let world = house.close().await;
    let copies = house_copies(&world).await;
    assert_eq!(copies.heads(Origin::Submission), [known, known], "before anything is started");
}

async fn house_copies(world: &World) -> std::sync::Arc<Copies> {
    super::house::opened(|| Copies::open(&world.copies_settings())).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_epoch_of_the_origin_is_one_of_the_copy() {
    let world = World::new();
    let house = House::open_on_disk(&world).await.follow();
    world.shelves[&Origin::Moderation].fill(5);
    house.level().await;
    world.shelves[&Origin::Moderation].start_epoch(5);
    world.shelves[&Origin::Moderation].fill(3);
    house.level().await;
    let epochs = |house: &House| house.service.copies().journal(Origin::Moderation).unwrap().epochs();
    assert_eq!(epochs(&house), [(0, 5), (1, 4)]);
    let world = house.close().await;
    let house = House::reopened(&world).await.follow();
    assert_eq!(epochs(&house), [(0, 5), (1, 4)]);
    world.shelves[&Origin::Moderation].fill(1);
    house.level().await;
    assert_eq!(epochs(&house), [(0, 5), (1, 5)]);
    assert!(house.findings().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_is_taken_once_and_a_gap_not_at_all() {
    let house = House::open().await;
    house.world.shelves[&Origin::Submission].fill(6);
    let events = delivered(&house.world, Origin::Submission);
    let copies = house.service.copies();
    assert_eq!(copies.append(Origin::Submission, &events[..4]).unwrap().len(), 4);
    assert_eq!(copies.append(Origin::Submission, &events[..4]).unwrap().len(), 0, "repeated");
    assert_eq!(copies.append(Origin::Submission, &events[2..5]).unwrap().len(), 1, "overlapping");
    let gap = copies.append(Origin::Moderation, &events).unwrap_err();
    assert!(matches!(gap, CopyError::Gap { .. }), "{gap}");
    copies.append(Origin::Submission, &events[5..]).unwrap();
    let mut later = events[5].clone();
    later.event.head.place.sequence = 8;
    let gap = copies.append(Origin::Submission, &[later]).unwrap_err();
    assert!(matches!(gap, CopyError::Gap { wanted: Place { sequence: 6, .. }, .. }), "{gap}");
    assert!(matches!(copies.append(Origin::Audit, &events), Err(CopyError::NotCopied(Origin::Audit))));
    assert_eq!(house.service.inbox().resume(Origin::Submission).next().sequence, 6);
}

/// Our own journal was lost and begun anew, the copies are there: who may do what is read from them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_own_journal_catches_up_with_the_copies() {
    let world = World::new();
    let house = House::open_on_disk(&world).await.follow();
    for name in ["auditor", "somebody-else"] {
        world.designate(name, Role::Auditor, "");
    }
    world.published();
    house.level().await;
    let known = house.service.engine().view().state.designations.clone();
    let world = house.close().await;
    let copies = house_copies(&world).await;
    let service = crate::start_on(dossier_journal::MemoryStore::new(), {
        let mut config = world.config(copies);
        config.engine.directory = world.directory.path().join("begun-anew");
        config
    })
    .unwrap();
    let house = House::over(service, std::sync::Arc::clone(&world)).await;
    assert_eq!(house.service.engine().view().state.designations, known);
    house.get(&format!("/entries/{ENTRY}/trail"), Some("auditor")).await.expect(200);
    // Once more: what was heard is not heard twice.
    let size = house.service.engine().journal().head().size;
    house.service.inbox().catch_up().await.unwrap();
    assert_eq!(house.service.engine().journal().head().size, size);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_we_decide_upon_goes_into_our_own_journal() {
    let house = House::with_an_entry().await;
    let command = v1::AdoptRegistry { document: b"{}".to_vec(), digest: vec![5; 32] };
    let adopted = Payload::RegistryAdopted(v1::RegistryAdopted { command: Some(command) });
    house.world.happens(Origin::Moderation, Actor::System(Origin::Moderation), None, adopted);
    house.level().await;
    let own = house.recorded();
    assert_eq!(own.len(), 2, "a designation and a registry; everything else is in the copies alone: {own:?}");
    assert!(own.iter().all(|payload| matches!(payload, Payload::Received(_))));
    assert_eq!(house.service.engine().view().state.registry.unwrap().0, [5; 32]);
}
