//! Foreign witnesses bring what they have cosigned: what is taken, what is not, and what is found when a log has shown them another history.

use std::sync::Arc;

use axum::body::Body;
use dossier_exchange::conformance::signer;
use dossier_proof::{Checkpoint, CosigningKey, Hash, MemoryTree, SignedCheckpoint, TreeHead, leaf_of_event};
use dossier_proto::Origin;
use dossier_witness::Fork;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::house::{House, World, cosigner};
use crate::{Witnessed, Witnesses};

const EVENTS: usize = 20;
const NOW: u64 = 1_700_000_000;

fn witness(number: u8) -> CosigningKey {
    CosigningKey::from_seed(&format!("witness-{number}.example"), &[0x60 + number; 32]).unwrap()
}

async fn ask(house: &House, method: &str, path: &str, body: String) -> (StatusCode, String) {
    let request = Request::builder().method(method).uri(format!("/audit/{path}")).body(Body::from(body)).unwrap();
    let response = house.service.router().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    (parts.status, String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap())
}

async fn bring(house: &House, note: &SignedCheckpoint) -> (StatusCode, String) {
    ask(house, "POST", "log/submission/0/cosignatures", note.text().to_owned()).await
}

async fn shown(house: &House) -> SignedCheckpoint {
    let (status, text) = ask(house, "GET", "log/submission/0/checkpoint", String::new()).await;
    assert_eq!(status, StatusCode::OK);
    SignedCheckpoint::parse(&text).unwrap()
}

async fn reaches(house: &House, size: u64) {
    house.level().await;
    let seen = || house.service.copies().seen().newest(Origin::Submission).is_some_and(|seen| seen.size() == size);
    house.until("the newest checkpoint is kept", seen).await;
}

/// An audit service that knows two witnesses, and a log of some events.
async fn watched() -> House {
    let world = World::new();
    let keys = [1, 2].map(|number| format!("{}\n", witness(number).verifier())).concat();
    let directory = world.home().join("anchors/witnessed");
    let witnessed = Arc::new(Witnessed::open(&directory, Witnesses::parse(&keys).unwrap()).unwrap());
    let house = House::open_with(world, |config| config.witnessed = witnessed).await.follow();
    house.world.shelves[&Origin::Submission].fill(EVENTS);
    reaches(&house, EVENTS as u64).await;
    house
}

fn cosigned(note: &SignedCheckpoint, by: &CosigningKey, at: u64) -> SignedCheckpoint {
    let mut note = note.clone();
    note.cosign(by, at).unwrap();
    note
}

/// Another history of submission, signed with its own key.
fn other_history(size: u64) -> (MemoryTree, SignedCheckpoint) {
    let tree: MemoryTree = (0..size).map(|number| leaf_of_event(format!("other {number}").as_bytes())).collect();
    let checkpoint = Checkpoint::new("test/submission/0", tree.head());
    (tree, SignedCheckpoint::sign(&checkpoint, &signer(Origin::Submission)).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_witnesses_bring_is_shown_with_the_checkpoint() {
    let house = watched().await;
    let plain = shown(&house).await;
    assert_eq!(bring(&house, &cosigned(&plain, &witness(1), NOW)).await.0, StatusCode::NO_CONTENT);
    assert_eq!(
        bring(&house, &cosigned(&plain, &witness(1), NOW)).await.0,
        StatusCode::NO_CONTENT,
        "once more is no harm"
    );
    let after = shown(&house).await;
    assert_eq!(after.cosigned_at(&witness(1).verifier()), Ok(NOW));
    assert!(after.cosigned_at(&cosigner().verifier()).is_ok());
    bring(&house, &cosigned(&plain, &witness(2), NOW + 1)).await;
    let both = shown(&house).await;
    assert_eq!(both.note().signatures().len(), 4);
    let (_, listed) = ask(&house, "GET", "api/v1/checkpoints/submission", String::new()).await;
    assert_eq!(listed, both.text());
    let (_, keys) = ask(&house, "GET", "api/v1/verifier-keys.txt", String::new()).await;
    assert!(keys.contains(&witness(1).verifier().to_string()), "{keys}");
    // What came to stand on the note besides is not kept.
    let stranger = CosigningKey::from_seed("stranger.example", &[0x70; 32]).unwrap();
    house.world.shelves[&Origin::Submission].fill(EVENTS + 5);
    let grown = 2 * EVENTS as u64 + 5;
    reaches(&house, grown).await;
    let newer = shown(&house).await;
    assert_eq!(newer.note().signatures().len(), 2, "nobody has seen the new one yet");
    bring(&house, &cosigned(&cosigned(&newer, &stranger, NOW), &witness(1), NOW)).await;
    assert_eq!(shown(&house).await.note().signatures().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_witnesses_or_not_ours_is_refused() {
    let house = watched().await;
    let plain = shown(&house).await;
    let stranger = CosigningKey::from_seed("stranger.example", &[0x70; 32]).unwrap();
    let good = cosigned(&plain, &witness(1), NOW);
    let refused = [
        (plain.clone(), StatusCode::FORBIDDEN, "no witness"),
        (cosigned(&plain, &stranger, NOW), StatusCode::FORBIDDEN, "a stranger"),
        (cosigned(&plain, &witness(1), u64::MAX >> 1), StatusCode::BAD_REQUEST, "a time that has not come"),
        (without(&good, "test/audit/cosigner"), StatusCode::FORBIDDEN, "not given out here"),
        (
            SignedCheckpoint::parse(&good.text().replacen(&format!("\n{EVENTS}\n"), "\n19\n", 1)).unwrap(),
            StatusCode::BAD_REQUEST,
            "another size",
        ),
    ];
    for (note, status, what) in refused {
        let (found, said) = bring(&house, &note).await;
        assert_eq!(found, status, "{what}: {said}");
    }
    let (status, _) = ask(&house, "POST", "log/moderation/0/cosignatures", good.text().to_owned()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "another log");
    for path in ["log/nobody/0/cosignatures", "log/submission/00/cosignatures"] {
        assert_eq!(ask(&house, "POST", path, good.text().to_owned()).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    let (status, _) = ask(&house, "POST", "log/submission/0/cosignatures", "x".repeat(17 * 1024)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(
        ask(&house, "POST", "log/submission/0/cosignatures", "garbage".to_owned()).await.0,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(shown(&house).await.text(), plain.text(), "nothing of it was kept");
    assert!(findings(&house).is_empty(), "and nobody is accused");
}

fn without(note: &SignedCheckpoint, name: &str) -> SignedCheckpoint {
    let lines = note.text().lines().filter(|line| !line.starts_with(&format!("\u{2014} {name} ")));
    SignedCheckpoint::parse(&lines.map(|line| format!("{line}\n")).collect::<String>()).unwrap()
}

fn findings(house: &House) -> Vec<(String, u64, Vec<u8>)> {
    let view = house.service.engine().view();
    let of = |row: &crate::views::FindingRow| (row.kind.key().to_owned(), row.at.sequence, row.found.clone());
    view.findings.iter().map(of).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_that_was_shown_to_a_witness_alone_is_found() {
    let house = watched().await;
    let (tree, forked) = other_history(12);
    let (status, said) = bring(&house, &cosigned(&forked, &witness(1), NOW)).await;
    assert_eq!(status, StatusCode::CONFLICT, "{said}");
    assert!(said.contains("forked"), "{said}");
    house.until("the finding is on record", || !findings(&house).is_empty()).await;
    assert_eq!(findings(&house), [("forked".to_owned(), 12, tree.root().as_bytes().to_vec())]);
    // The evidence is kept, and proves it to anybody.
    let folder = house.world.home().join("anchors/witnessed");
    let kept = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let evidence: Vec<_> = kept.filter(|path| path.to_string_lossy().contains("fork-")).collect();
    assert_eq!(evidence.len(), 1);
    let fork = Fork::parse(&std::fs::read(&evidence[0]).unwrap()).unwrap();
    let key = signer(Origin::Submission).verifier();
    let proven = fork.verify(|signed| signed.verify(&key).map(drop).map_err(|error| error.to_string())).unwrap();
    assert_eq!((proven.at, proven.first), (12, tree.root()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_longer_than_our_copy_waits_for_it() {
    let house = watched().await;
    let (_, ahead) = other_history(500);
    let (status, said) = bring(&house, &cosigned(&ahead, &witness(1), NOW)).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{said}");
    assert!(findings(&house).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evidence_is_taken_from_anybody_when_it_proves_something() {
    let house = watched().await;
    let ours = shown(&house).await;
    let (tree, forked) = other_history(EVENTS as u64);
    let accuse = async |fork: &Fork| ask(&house, "POST", "log/submission/0/forks", fork.to_text()).await.0;
    assert_eq!(accuse(&Fork::of_one_size(&ours, &ours)).await, StatusCode::BAD_REQUEST, "the two agree");
    let stranger = dossier_proof::SigningKey::from_seed("test/submission", &[0x77; 32]).unwrap();
    let forged = SignedCheckpoint::sign(forked.unverified(), &stranger).unwrap();
    assert_eq!(accuse(&Fork::of_one_size(&ours, &forged)).await, StatusCode::BAD_REQUEST, "signed by nobody");
    let invented = TreeHead { size: 7, root: Hash::from_bytes([7; 32]) };
    assert_eq!(accuse(&Fork::between(&ours, &ours, invented, &[])).await, StatusCode::BAD_REQUEST, "proves nothing");
    assert!(findings(&house).is_empty());
    let other_log = ask(&house, "POST", "log/moderation/0/forks", Fork::of_one_size(&ours, &forked).to_text()).await.0;
    assert_eq!(other_log, StatusCode::BAD_REQUEST, "of another log");
    assert_eq!(accuse(&Fork::of_one_size(&forked, &ours)).await, StatusCode::NO_CONTENT);
    house.until("the finding is on record", || !findings(&house).is_empty()).await;
    // What we hold was to be expected, whichever of the two comes first.
    assert_eq!(findings(&house), [("forked".to_owned(), EVENTS as u64, tree.root().as_bytes().to_vec())]);
    assert_eq!(accuse(&Fork::of_one_size(&ours, &forked)).await, StatusCode::NO_CONTENT);
    assert_eq!(findings(&house).len(), 1, "once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_the_audit_service_itself_can_be_cosigned() {
    let house = watched().await;
    let (status, text) = ask(&house, "GET", "log/audit/0/checkpoint", String::new()).await;
    assert_eq!(status, StatusCode::OK);
    let own = cosigned(&SignedCheckpoint::parse(&text).unwrap(), &witness(1), NOW);
    let (status, said) = ask(&house, "POST", "log/audit/0/cosignatures", own.text().to_owned()).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cosignatures_outlive_a_start_and_those_of_who_is_no_witness_any_more_do_not() {
    let house = watched().await;
    let plain = shown(&house).await;
    for number in [1, 2] {
        assert_eq!(bring(&house, &cosigned(&plain, &witness(number), NOW)).await.0, StatusCode::NO_CONTENT);
    }
    let directory = house.world.home().join("anchors/witnessed");
    let open = |numbers: &[u8]| {
        let keys: String = numbers.iter().map(|number| format!("{}\n", witness(*number).verifier())).collect();
        Witnessed::open(&directory, Witnesses::parse(&keys).unwrap()).unwrap()
    };
    let signers = |witnessed: &Witnessed| {
        witnessed.with_cosignatures(Origin::Submission, 0, plain.clone()).note().signatures().len()
    };
    assert_eq!((signers(&open(&[1, 2])), signers(&open(&[2])), signers(&open(&[]))), (4, 3, 2));
    let place = dossier_proto::Place { origin: Origin::Submission, epoch: 0, sequence: 3 };
    assert!(open(&[1]).best(place).is_some() && open(&[]).best(place).is_none());
    assert!(
        open(&[1]).best(dossier_proto::Place { sequence: EVENTS as u64, ..place }).is_none(),
        "it does not hold that"
    );
}
