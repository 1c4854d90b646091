//! Somebody who trusts nobody mirrors a log: checkpoint, tiles and entries over HTTP, everything computed again.

use axum::body::Body;
use dossier_exchange::conformance::signer;
use dossier_proof::{Hash, MemoryTree, SignedCheckpoint, leaf_hash};
use dossier_proto::Origin;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::house::{House, cosigner};

/// More than one tile of 256.
const EVENTS: usize = 300;

async fn fetch(house: &House, path: &str) -> (StatusCode, Vec<u8>, String) {
    let request = Request::builder().uri(format!("/audit/log/{path}")).body(Body::empty()).unwrap();
    let response = house.service.router().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let caching = parts.headers.get("cache-control").map(|value| value.to_str().unwrap().to_owned());
    (parts.status, body.collect().await.unwrap().to_bytes().to_vec(), caching.unwrap_or_default())
}

async fn filled() -> House {
    let house = House::open().await.follow();
    house.world.shelves[&Origin::Submission].fill(EVENTS);
    house.level().await;
    let size = EVENTS as u64;
    let seen = || house.service.copies().seen().newest(Origin::Submission).is_some_and(|seen| seen.size() == size);
    house.until("the newest checkpoint is kept", seen).await;
    house
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mirror_gets_a_log_whose_tree_it_can_compute_again() {
    let house = filled().await;
    let (status, note, caching) = fetch(&house, "submission/0/checkpoint").await;
    assert_eq!((status, caching.as_str()), (StatusCode::OK, "public, no-cache"));
    let signed = SignedCheckpoint::parse_bytes(&note).unwrap();
    let said = signed.verify_from("test/submission/0", &[signer(Origin::Submission).verifier()]).unwrap();
    assert_eq!(said.size, EVENTS as u64);
    assert!(signed.cosigned_at(&cosigner().verifier()).unwrap() > 1_700_000_000, "seen by the audit service");

    let mut leaves = Vec::new();
    for path in ["submission/0/tile/entries/000", "submission/0/tile/entries/001.p/44"] {
        let (status, bundle, caching) = fetch(&house, path).await;
        assert_eq!((status, caching.as_str()), (StatusCode::OK, "public, max-age=31536000, immutable"), "{path}");
        let entries = bundle.chunks(34).map(|entry| {
            assert_eq!(&entry[..2], [0, 32], "a length of two bytes, big-endian");
            leaf_hash(&entry[2..])
        });
        leaves.extend(entries);
    }
    let tree: MemoryTree = leaves.iter().copied().collect();
    assert_eq!((tree.size(), tree.head().root), (said.size, said.root));

    let hashes =
        |bytes: Vec<u8>| bytes.chunks(32).map(|one| Hash::from_bytes(one.try_into().unwrap())).collect::<Vec<_>>();
    let (_, full, _) = fetch(&house, "submission/0/tile/0/000").await;
    assert_eq!(hashes(full), leaves[..256]);
    let (_, partial, _) = fetch(&house, "submission/0/tile/0/001.p/44").await;
    assert_eq!(hashes(partial), leaves[256..]);
    let (_, narrower, _) = fetch(&house, "submission/0/tile/0/001.p/7").await;
    assert_eq!(hashes(narrower), leaves[256..263], "a mirror that saw an earlier checkpoint");
    let (_, above, _) = fetch(&house, "submission/0/tile/1/000.p/1").await;
    let first: MemoryTree = leaves[..256].iter().copied().collect();
    assert_eq!(hashes(above), [first.head().root]);
    assert_eq!(house.readings(), 0, "what is public is read without a record");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_shown_that_no_checkpoint_covers() {
    let house = filled().await;
    for path in [
        "submission/0/tile/0/001",
        "submission/0/tile/0/001.p/45",
        "submission/0/tile/0/002.p/1",
        "submission/0/tile/1/000.p/2",
        "submission/0/tile/entries/001",
        "submission/0/tile/entries/001.p/45",
        "submission/1/checkpoint",
        "submission/00/checkpoint",
        "submission/-1/checkpoint",
        "submission/4294967296/checkpoint",
        "nobody/0/checkpoint",
        "moderation/0/checkpoint",
        "submission/0/tile/0/x000/001",
        "submission/0/tile/8/000",
        "submission/0/events/0",
        "submission/0/",
    ] {
        assert_eq!(fetch(&house, path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_own_log_is_served_as_it_is_signed() {
    let house = filled().await;
    let (status, note, _) = fetch(&house, "audit/0/checkpoint").await;
    assert_eq!(status, StatusCode::OK);
    let signed = SignedCheckpoint::parse_bytes(&note).unwrap();
    let said = signed.verify_from("test/audit/0", &[signer(Origin::Audit).verifier()]).unwrap();
    if said.size > 0 {
        let (status, bytes, _) = fetch(&house, &format!("audit/0/tile/0/000.p/{}", said.size)).await;
        assert_eq!((status, bytes.len() as u64), (StatusCode::OK, said.size * 32));
    }
}

/// The signature stays with the checkpoint on disk, and the first look after a start does not sign the same again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cosignature_outlives_a_start() {
    let world = super::house::World::new();
    let house = House::open_on_disk(&world).await.follow();
    house.world.shelves[&Origin::Submission].fill(3);
    house.level().await;
    let seen = || house.service.copies().seen().newest(Origin::Submission).filter(|seen| seen.size() == 3);
    house.until("the newest checkpoint is kept", || seen().is_some()).await;
    let before = seen().unwrap().signed;
    let world = house.close().await;
    let house = House::reopened(&world).await.follow();
    house.level().await;
    assert_eq!(house.service.copies().seen().newest(Origin::Submission).unwrap().signed, before);
    assert!(before.cosigned_at(&cosigner().verifier()).is_ok());
}

/// What stood in an epoch that had ended could not be proved any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_checkpoint_of_an_epoch_is_kept_for_ever() {
    let world = super::house::World::new();
    let mut house = House::open_on_disk(&world).await.follow();
    let shelf = &world.shelves[&Origin::Submission];
    shelf.fill(3);
    house.level().await;
    let newest = |house: &House| house.service.copies().seen().newest(Origin::Submission);
    house.until("the first epoch was seen", || newest(&house).is_some_and(|seen| seen.size() == 3)).await;
    shelf.start_epoch(3);
    shelf.fill(2);
    house.level().await;
    house.until("the second was", || newest(&house).is_some_and(|seen| seen.epoch == 1 && seen.size() == 3)).await;
    for _ in 0..2 {
        for (epoch, size) in [(0, 3), (1, 3)] {
            let (status, note, _) = fetch(&house, &format!("submission/{epoch}/checkpoint")).await;
            assert_eq!(status, StatusCode::OK, "epoch {epoch}");
            let signed = SignedCheckpoint::parse_bytes(&note).unwrap();
            let log = format!("test/submission/{epoch}");
            let said = signed.verify_from(&log, &[signer(Origin::Submission).verifier()]).unwrap();
            assert_eq!(said.size, size, "epoch {epoch}");
            assert!(signed.cosigned_at(&cosigner().verifier()).is_ok());
            assert_eq!(fetch(&house, &format!("submission/{epoch}/tile/0/000.p/3")).await.0, StatusCode::OK);
        }
        assert_eq!(fetch(&house, "submission/2/checkpoint").await.0, StatusCode::NOT_FOUND);
        let world = house.close().await;
        house = House::reopened(&world).await.follow();
        house.level().await;
    }
}
