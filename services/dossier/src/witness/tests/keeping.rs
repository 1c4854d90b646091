//! What lies on a witness's disk: durable before it is given away, and never doubted in silence.

use std::{fs, os::unix::fs::PermissionsExt as _};

use dossier_proof::tree::consistency;
use dossier_witness::Refusal;

use super::{super::NotCosigned, *};
use crate::Exit;

fn add(node: &Node, old: u64, tree: &MemoryTree) -> Result<u64, NotCosigned> {
    let proof = consistency::prove(old, tree.size(), tree).unwrap();
    node.add(old, signed(tree), &proof).map(|kept| kept.head().size)
}

#[test]
fn a_key_is_made_once_and_is_its_owners_alone() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(
        Identity::open(directory.path(), None).err().unwrap().exit_code(),
        Exit::Usage as u8,
        "it has no name yet"
    );
    let first = Identity::open(directory.path(), Some("witness.example")).unwrap().verifier();
    assert_eq!(Identity::open(directory.path(), None).unwrap().verifier(), first);
    let public = fs::read_to_string(directory.path().join("witness.vkey")).unwrap();
    assert_eq!(public.trim(), first.to_string());
    let key = directory.path().join("witness.key");
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(Identity::open(directory.path(), Some("other.example")).err().unwrap().exit_code(), Exit::Usage as u8);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(
        Identity::open(directory.path(), None).err().unwrap().exit_code(),
        Exit::Damaged as u8,
        "others may have read it"
    );
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&key, "witness.example\nxyz\n").unwrap();
    assert_eq!(Identity::open(directory.path(), None).err().unwrap().exit_code(), Exit::Damaged as u8);
}

#[test]
fn what_was_cosigned_outlives_the_process() {
    let directory = tempfile::tempdir().unwrap();
    let node = node_in(&directory);
    assert_eq!(add(&node, 0, &honest(20)).unwrap(), 20);
    let given = node.kept(ORIGIN).unwrap();
    drop(node);
    let node = node_in(&directory);
    assert_eq!(node.kept(ORIGIN).unwrap(), given);
    assert!(matches!(add(&node, 20, &log(31, 7)), Err(NotCosigned::Refused(Refusal::NotProven { .. }))));
    assert!(matches!(add(&node, 0, &log(31, 7)), Err(NotCosigned::OldDiffers { kept: 20 })));
    assert_eq!(add(&node, 20, &honest(31)).unwrap(), 31);
    // As `dossier verify --against` takes it.
    let kept = fs::read_dir(directory.path().join("checkpoints")).unwrap().next().unwrap().unwrap().path();
    crate::verification::KeptCheckpoint::read(&kept).unwrap();
}

#[test]
fn nothing_is_given_away_that_could_not_be_kept() {
    let directory = tempfile::tempdir().unwrap();
    let node = node_in(&directory);
    add(&node, 0, &honest(20)).unwrap();
    // In the place of the file that it has to write stands a directory.
    let name = dossier_witness::file_name(ORIGIN);
    let unfinished = directory.path().join("checkpoints").join(format!("{name}.unfinished"));
    fs::create_dir(&unfinished).unwrap();
    assert!(matches!(add(&node, 20, &honest(31)), Err(NotCosigned::Disk(_))));
    assert_eq!(node.kept(ORIGIN).unwrap().head().size, 20);
    fs::remove_dir(&unfinished).unwrap();
    // Nobody has seen a cosignature of the other one, so this is no second history.
    add(&node, 20, &honest(25)).unwrap();
}

#[test]
fn a_crash_between_writing_and_naming_leaves_what_was_there() {
    let directory = tempfile::tempdir().unwrap();
    add(&node_in(&directory), 0, &honest(20)).unwrap();
    let unfinished =
        directory.path().join("checkpoints").join(format!("{}.unfinished", dossier_witness::file_name(ORIGIN)));
    fs::write(unfinished, "half of a chec").unwrap();
    let node = node_in(&directory);
    assert_eq!(node.kept(ORIGIN).unwrap().head().size, 20);
    add(&node, 20, &honest(31)).unwrap();
}

#[test]
fn what_was_forgotten_or_changed_is_not_cosigned_again() {
    let directory = tempfile::tempdir().unwrap();
    add(&node_in(&directory), 0, &honest(20)).unwrap();
    let checkpoints = directory.path().join("checkpoints");
    let file = checkpoints.join(dossier_witness::file_name(ORIGIN));
    let text = fs::read_to_string(&file).unwrap();
    let open = || {
        let shelf = Shelf::open(directory.path())?;
        let identity = Identity::open(directory.path(), None)?;
        Node::open(identity, KnownLogs::parse(&signer().verifier().to_string()).unwrap(), shelf).map(drop)
    };
    for wrong in [text.replacen("\n20\n", "\n19\n", 1), signed(&honest(31)).text().to_owned(), String::new()] {
        fs::write(&file, wrong).unwrap();
        assert_eq!(open().unwrap_err().exit_code(), Exit::Damaged as u8);
    }
    fs::write(&file, &text).unwrap();
    open().unwrap();
    fs::rename(&file, checkpoints.join("other.txt")).unwrap();
    assert_eq!(open().unwrap_err().exit_code(), Exit::Damaged as u8, "under another name");
    fs::remove_dir_all(&checkpoints).unwrap();
    assert_eq!(open().unwrap_err().exit_code(), Exit::Damaged as u8, "everything is forgotten");
}

#[test]
fn one_directory_is_open_in_one_process() {
    let directory = tempfile::tempdir().unwrap();
    let _open = Shelf::open(directory.path()).unwrap();
    let second = Shelf::open(directory.path()).err().unwrap();
    assert!(second.to_string().contains("open in another process"), "{second}");
}

/// Of two that come at once the second is compared with the first (C2SP tlog-witness).
#[test]
fn two_histories_that_come_at_once_are_never_both_cosigned() {
    let directory = tempfile::tempdir().unwrap();
    let node = node_in(&directory);
    add(&node, 0, &honest(20)).unwrap();
    let trees: Vec<_> = (0..8).map(|number| log(40 + number, 20 + number)).collect();
    let taken: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = trees.iter().map(|tree| scope.spawn(|| add(&node, 20, tree))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(taken.iter().filter(|one| one.is_ok()).count(), 1, "{taken:?}");
}

/// What was brought and refused was forgotten: only what the witness had fetched itself was kept as evidence.
#[tokio::test]
async fn a_second_history_that_is_brought_to_the_door_is_kept_as_evidence() {
    use tower::ServiceExt as _;
    for old in [20, 0] {
        let directory = tempfile::tempdir().unwrap();
        let node = std::sync::Arc::new(node_in(&directory));
        add(&node, 0, &honest(20)).unwrap();
        let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle();
        let router = super::super::router(std::sync::Arc::clone(&node), std::sync::Arc::default(), metrics);
        let ask = |method: &str, path: &str, body: String| {
            let request = http::Request::builder().method(method).uri(path).body(axum::body::Body::from(body)).unwrap();
            let router = router.clone();
            async move { router.oneshot(request).await.unwrap().status().as_u16() }
        };
        let bring = |note: &SignedCheckpoint| ask("POST", "/add-checkpoint", format!("old {old}\n\n{}", note.text()));
        // Anybody can write a note; only the log's own signature accuses it.
        let stranger = SigningKey::from_seed(LOG, &[2; 32]).unwrap();
        assert_eq!(bring(&signed_as(ORIGIN, &stranger, &log(20, 7))).await, 403);
        assert_eq!((node.forked().len(), ask("GET", "/readyz", String::new()).await), (0, 200));
        assert_eq!(bring(&signed(&log(20, 7))).await, 409);
        assert_eq!(node.shelf().forks().unwrap().len(), 1, "it stands at /evidence");
        assert_eq!(ask("GET", "/readyz", String::new()).await, 503);
        assert!(matches!(add(&node, 20, &honest(40)), Err(NotCosigned::Forked(_))), "nothing more is cosigned");
    }
}
