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

/// A loss of power while the very first files were written left a database that sled refused, and a service that never
/// started again.
#[test]
fn a_store_that_was_never_finished_is_made_anew() {
    let directory = tempfile::tempdir().unwrap();
    let put = Put { tree: Tree::Meta, key: b"key".to_vec(), value: Bytes::from_static(b"value") };
    let store = SledStore::open(directory.path()).unwrap();
    store.write(std::slice::from_ref(&put)).unwrap();
    store.sync().unwrap();
    drop(store);
    let store = SledStore::open(directory.path()).unwrap();
    assert_eq!(store.get(Tree::Meta, b"key").unwrap(), Some(put.value), "a store that is finished is not touched");
    drop(store);
    fs::write(directory.path().join("making"), b"").unwrap();
    fs::write(directory.path().join("conf"), b"half of a first page").unwrap();
    let store = SledStore::open(directory.path()).unwrap();
    assert_eq!(store.get(Tree::Meta, b"key").unwrap(), None);
    assert!(!directory.path().join("making").exists());
}
