//! What is particular to sled.

use std::fs;

use super::*;
use crate::store::conformance::store_conformance;

store_conformance!({
    let directory = tempfile::tempdir().unwrap();
    (SledStore::open(directory.path().join("journal")).unwrap(), directory)
});

fn put(n: u32, bytes: usize) -> Put {
    Put { tree: Tree::Frames, key: n.to_be_bytes().to_vec(), value: vec![n as u8; bytes].into() }
}

#[test]
fn what_was_written_is_there_after_reopening() {
    let directory = tempfile::tempdir().unwrap();
    for round in 0..5_u32 {
        let store = SledStore::open(directory.path()).unwrap();
        for n in 0..round * 100 {
            assert_eq!(store.get(Tree::Frames, &n.to_be_bytes()).unwrap().unwrap().len(), 1000);
        }
        let puts: Vec<_> = (round * 100..(round + 1) * 100).map(|n| put(n, 1000)).collect();
        store.write(&puts).unwrap();
        store.sync().unwrap();
    }
}

#[test]
fn a_left_over_generating_snapshot_does_not_stop_the_next_open() {
    let directory = tempfile::tempdir().unwrap();
    drop(SledStore::open(directory.path()).unwrap());
    let left = directory.path().join("snap.00000000FFFFFFFF.generating");
    fs::write(&left, b"half a snapshot").unwrap();
    SledStore::open(directory.path()).unwrap();
    assert!(!left.exists());
}

#[test]
fn largest_values_make_no_blobs() {
    let directory = tempfile::tempdir().unwrap();
    let store = SledStore::open(directory.path()).unwrap();
    for first in (0..3000).step_by(100) {
        let puts: Vec<_> = (first..first + 100).map(|n| put(n, super::super::VALUE_BYTES_MAX)).collect();
        store.write(&puts).unwrap();
    }
    store.sync().unwrap();
    drop(store);
    assert_eq!(fs::read_dir(directory.path().join("blobs")).unwrap().count(), 0);
}

#[test]
fn a_second_opening_is_refused_as_busy() {
    let directory = tempfile::tempdir().unwrap();
    let _open = SledStore::open(directory.path()).unwrap();
    let second = SledStore::open(directory.path());
    assert!(matches!(second, Err(StoreError::Busy { .. })));
}
